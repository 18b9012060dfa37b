"""The pages on which disagreements are listed, as HTML and as CSV."""

from functools import partial
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from kommungraf.errors import BadRequest
from kommungraf.formats import HTML
from kommungraf.http.negotiation import page_number
from kommungraf.rendering.rowlists import RowList, form_asked, sent
from kommungraf.rendering.site import Reader, page, reader
from kommungraf.resources.links import Link
from kommungraf.resources.wording import period_in_words
from kommungraf.review.disagreements import ROW, as_rows, concerned, disagreements
from kommungraf.vocab import iri

__all__ = ["blueprint", "municipality_key"]

blueprint = Blueprint("conflictpages", __name__)

#: The question whose answer are the municipalities that disagree with one another.
_BETWEEN: Final = "municipalities-that-disagree"
#: How many disagreements a sheet holds.
_SHEET: Final = 10_000


@blueprint.get("/conflicts")
def all_conflicts() -> Response:
    """The disagreements of a `kind` and of a `municipality`, or of all; a sheet holds all of them."""
    who = reader()
    kind, asked = request.args.get("kind", ""), request.args.get("municipality", "").strip()
    key = municipality_key(who, asked)
    if (form := form_asked()) != HTML:
        return sent(who, _rows(who, kind, key), form)
    number = page_number(request)
    found = disagreements(who, kind, key, page=number)
    context = {
        "found": found,
        "asked": asked,
        "sheet": _with_format(),
        "query": who.as_query("conflicts", **_narrowed(who, kind, key)),
        "between": next((each for each in who.edition.questions if each["slug"] == _BETWEEN), None),
        "concerned": _choices(who, kind, key, found.municipality),
    }
    return page(
        "conflicts.html", who, number=number, day=partial(period_in_words, language=who.language), **context
    )


def _narrowed(who: Reader, kind: str, municipality: str) -> dict[str, str]:
    """The IRIs that the list is narrowed by."""
    asked = {"kind": ("conflict-kind", kind), "municipality": ("municipality", municipality)}
    return {name: f"{who.edition.base_iri}id/{path}/{key}" for name, (path, key) in asked.items() if key}


def _choices(who: Reader, kind: str, key: str, taken: Link | None) -> tuple[tuple[Link, str, int], ...]:
    """The municipalities by which the list can be narrowed, and the one by which it is, though nothing concerns it."""
    found = concerned(who, kind)
    if taken is None or any(key == each for _, each, _ in found):
        return found
    return (*found, (taken, key, 0))


def _rows(who: Reader, kind: str, municipality: str) -> RowList:
    rows = tuple(as_rows(disagreements(who, kind, municipality, size=_SHEET)))
    asked = who.as_query("conflicts", **_narrowed(who, kind, municipality))
    return RowList("conflicts", who.text("Where sources disagree"), ROW, rows, query=asked)


def _with_format() -> str:
    arguments = {**request.args.to_dict(), "format": "csv"}
    arguments.pop("page", None)
    return f"{request.script_root}/conflicts?{urlencode(arguments)}"


def municipality_key(who: Reader, asked: str) -> str:
    """The key of the municipality that a reader names by its key, its code or its name; empty for none."""
    if not asked:
        return ""
    start = f"{who.edition.base_iri}id/municipality/"
    for key in (asked.casefold(), f"se-{asked}"):
        if who.edition.index.exists(start + key):
            return key
    hits = who.edition.index.search(asked, who.language, limit=5, offset=0).hits
    found = [hit.iri.removeprefix(start) for hit in hits if hit.type == iri("kg:Municipality")]
    if not found:
        raise BadRequest("No municipality has that name or code. Write its name, or its code, such as 0780.")
    return found[0]
