"""Lists as rows under named columns: as CSV, as JSON page by page, and as the metadata by which CSV on the Web is read."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

from flask import Response, request

from kommungraf.errors import BadRequest, UnknownResource
from kommungraf.formats import HTML
from kommungraf.http.freshness import fixed
from kommungraf.http.negotiation import page_number, required
from kommungraf.rendering.columns import COLUMNS, Cell, Column
from kommungraf.rendering.site import Reader
from kommungraf.rendering.spreadsheets import DELIMITERS, spreadsheet
from kommungraf.resources.signposting import Target, header

__all__ = ["CSV", "JSON", "METADATA", "RowList", "form_asked", "sent"]

CSV: Final = "text/csv"
JSON: Final = "application/json"
#: The metadata of a table (W3C, Metadata Vocabulary for Tabular Data).
METADATA: Final = "application/csvm+json"
#: So many rows does a page in JSON have.
ROWS: Final = 500


@dataclass(frozen=True, slots=True)
class RowList:
    """A list: the name of its file, its title, the names of its columns and its rows.

    No two rows have the same cells in the columns `key`; `query` is where the rows are asked for in SPARQL.
    """

    file: str
    title: str
    names: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    key: tuple[str, ...] = ()
    query: str = ""

    @property
    def columns(self) -> tuple[Column, ...]:
        """What the names mean."""
        return tuple(COLUMNS[name] for name in self.names)


def form_asked(*others: str) -> str:
    """The media type that the request gets of a list: HTML, one of those of every list, or one of `others`."""
    return required(request, (HTML, CSV, JSON, METADATA, *others))


def sent(who: Reader, found: RowList, media_type: str) -> Response:
    """The list in one of the media types of every list."""
    written = {CSV: _as_csv, JSON: _as_json, METADATA: _as_metadata}[media_type]
    response = written(who, found)
    response.vary.update(("Accept", "Accept-Language"))
    return fixed(response, who.edition.etag(request.full_path, media_type, who.language))


def _as_csv(_who: Reader, found: RowList) -> Response:
    columns = found.columns
    rows = ([column.in_csv(cell) for column, cell in zip(columns, row, strict=True)] for row in found.rows)
    text = spreadsheet(found.names, rows, delimiter=_delimiter())
    response = Response(text, content_type=f"{CSV}; charset=utf-8; header=present")
    response.headers["Content-Disposition"] = f'inline; filename="{found.file}.csv"'
    response.headers.add("Link", header([Target(_address("csvm"), "describedby", METADATA)]))
    return response


def _delimiter() -> str:
    """The delimiter that the request asks for: Excel takes that of the reader's country, and no other."""
    asked = request.args.get("delimiter", "comma")
    if asked not in DELIMITERS:
        raise BadRequest("The parameter delimiter is comma or semicolon.")
    return DELIMITERS[asked]


def _as_json(who: Reader, found: RowList) -> Response:
    """One page of the rows, with the way to the others; a copy of the site has all of them in one."""
    number, size = page_number(request), max(1, len(found.rows)) if who.static else ROWS
    pages = max(1, -(-len(found.rows) // size))
    if number > pages:
        raise UnknownResource(f"{who.edition.base_iri}{request.path[1:]}")
    links = list(_pages(number, pages))
    content = {
        "title": found.title,
        "language": who.language,
        "edition": who.edition.manifest.version,
        "license": who.edition.manifest.license,
        "total": len(found.rows),
        "page": number,
        "pages": pages,
        **{link.rel: link.href for link in links},
        "csv": _address("csv"),
        "describedby": _address("csvm"),
        **({"query": found.query} if found.query else {}),
        "rows": [_row(found.columns, row) for row in found.rows[(number - 1) * size : number * size]],
    }
    response = Response(json.dumps(content, ensure_ascii=False) + "\n", mimetype=JSON)
    if links:
        response.headers.add("Link", header(links))
    return response


def _row(columns: Sequence[Column], row: Sequence[Cell]) -> dict[str, Any]:
    return {column.name: column.in_json(cell) for column, cell in zip(columns, row, strict=True)}


def _pages(number: int, pages: int) -> Iterator[Target]:
    """The pages beside the one with this number, where there are any."""
    beside = {"first": 1, "prev": number - 1, "next": number + 1, "last": pages}
    for rel, other in beside.items():
        if pages > 1 and 0 < other <= pages:
            yield Target(_address("json", page=str(other)), rel, JSON)


def _as_metadata(who: Reader, found: RowList) -> Response:
    """What the columns mean, which key the rows have, and how the file at its address is written."""
    manifest, delimiter = who.edition.manifest, _delimiter()
    about = {"dc:license": manifest.license, "dc:publisher": manifest.publisher}
    schema: dict[str, Any] = {"columns": [column.described(who) for column in found.columns]}
    content = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": who.language}],
        "url": _address("csv"),
        "dc:title": found.title,
        "dc:identifier": f"{who.edition.base_iri}dataset/",
        **{name: {"@id": value} for name, value in about.items() if value},
        "dialect": {"delimiter": delimiter, "encoding": "utf-8", "header": True, "lineTerminators": ["\r\n"]},
        "tableSchema": schema | ({"primaryKey": list(found.key)} if found.key else {}),
    }
    return Response(json.dumps(content, ensure_ascii=False, indent=1) + "\n", mimetype=METADATA)


def _address(form: str, **more: str) -> str:
    """The address of this list in another form."""
    kept = {name: value for name, value in request.args.items() if name not in {"format", "page"}}
    return f"{request.script_root}{quote(request.path)}?{urlencode({**kept, **more, 'format': form})}"
