"""Where a static export keeps what the site answers: the file of each address, and the addresses in a page put right."""

import hashlib
import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl, quote, unquote

from kommungraf.formats import RDF
from kommungraf.resources.signposting import LINKSETS

__all__ = [
    "INDEX",
    "LEFT_OUT",
    "LINKSET_ENDS",
    "METADATA_END",
    "MOST_SEGMENTS",
    "SEGMENT",
    "Placed",
    "linksets_of",
    "place_of",
    "profiled",
    "relinked",
    "relinked_data",
    "tables_beside",
]

#: The name of the file for an address that ends in a slash.
INDEX: Final = "index"
#: What a web host without a program behind it can't answer, and pages of an export don't mention.
LEFT_OUT: Final = ("sparql", "reconcile", "search/suggest", "rdf-graphs", "asof")

#: Where whoever reads a CSV file looks for its metadata (W3C, Model for Tabular Data, §5.3).
METADATA_END: Final = "csv-metadata.json"
#: What the link sets of a document end in, with their media types; its name goes before.
LINKSET_ENDS: Final = {"linkset.json": LINKSETS[0], "linkset": LINKSETS[1]}
#: What parts of an IRI are made of where a name that follows from it by rules holds it, and how many it has below its host.
SEGMENT: Final = "[A-Za-z0-9_.-]"
MOST_SEGMENTS: Final = 6

#: What comes in each language.
_TONGUED: Final = frozenset({"html", "atom", "csv", "json", METADATA_END})
#: The ending by which web servers tell an OpenSearch description from other XML.
_SEARCH_END: Final = "osdx"
_SUFFIXES: Final = frozenset(form.suffix for form in RDF)
_AS_THEY_ARE: Final = re.compile(r"static/.+|dataset/[^/]+|catalogue\.\w+|robots\.txt|llms\.txt|sitemap[^/]*\.xml")
#: A file's name has 255 bytes on most systems; the rest is for the number of a page, the language and the endings.
_LONGEST_SEGMENT: Final = 200
#: How many addresses are kept with their files: pages of one kind have most of their links in common.
_REMEMBERED: Final = 10_000
_UNSAFE: Final = re.compile(r"[^\w.-]+")
_TOKEN: Final = re.compile(f"{SEGMENT}{{1,60}}")
_IRI: Final = re.compile(rf"(https?):/(/{SEGMENT}+(?:/{SEGMENT}*){{1,{MOST_SEGMENTS}}})(#{SEGMENT}*)?")
_LONGEST_IRI: Final = 150
#: A file's name has 255 bytes on most systems, of which its endings take up to 50.
_LONGEST_ASKED: Final = 190
#: The addresses within the site; text can't look so, because its quotation marks are escaped.
_ADDRESS: Final = re.compile(r'(?<= )(href|src|action)="(/[^"]*)"')
#: The address of a list's CSV or of its metadata, where JSON names it.
_TABLE: Final = re.compile(r'"(csv|describedby|url)": "(/[^"]*[?&]format=csvm?(?:&[^"]*)?)"')
_FORM_OF_SHEET: Final = re.compile(r"(?<=[?&])(format=)csv(?=&|$)")


@dataclass(frozen=True, slots=True)
class Placed:
    """A file of an export, relative and not escaped; `address` is how the site itself is asked for its content."""

    path: str
    address: str

    @property
    def href(self) -> str:
        """Where a page of the export links to."""
        return "/" + quote(self.path, safe="/~,=@:!$&'()*+;")


@lru_cache(maxsize=_REMEMBERED)
def place_of(address: str, language: str) -> Placed | None:
    """The file for an address of the site; where the address names no language, in `language`. None for what is left out."""
    path, _, query = address.removeprefix("/").partition("?")
    decoded, arguments = unquote(path), dict(parse_qsl(query))
    if decoded in LEFT_OUT:
        return None
    if decoded == "dataset/manifest":
        return Placed("dataset/manifest.json", address)
    if decoded != "dataset/" and _AS_THEY_ARE.fullmatch(decoded):
        return Placed(decoded, address)
    if decoded == "opensearch.xml":
        spoken = arguments.get("lang", language)
        return Placed(f"opensearch.{spoken}.{_SEARCH_END}", f"/{decoded}?lang={spoken}")
    spoken, form = arguments.pop("lang", language), arguments.pop("format", "")
    form = METADATA_END if form == "csvm" else form
    stem, suffix = _stem(decoded, arguments), form
    end = decoded.rpartition(".")[2] if "." in decoded.rpartition("/")[2] else ""
    if not form and end in {*_SUFFIXES, *_TONGUED}:
        stem, suffix = _stem(decoded.removesuffix(f".{end}"), arguments), end
    if suffix in {"", *_TONGUED}:
        tongued = address if "lang" in dict(parse_qsl(query)) else f"{address}{'&' if query else '?'}lang={spoken}"
        return Placed(f"{stem}.{spoken}.{suffix or 'html'}", tongued)
    return Placed(f"{stem}.{suffix}", address)


def _stem(path: str, arguments: dict[str, str]) -> str:
    """The file's name without its ending: as the path, where that can be a file's; a digest of it, where not."""
    kept = {name: value for name, value in sorted(arguments.items()) if (name, value) != ("page", "1")}
    number = kept.pop("page", "")
    if path == "describe" and "iri" in kept:
        path = f"describe/{_short(kept.pop('iri'))}"
    elif not _can_be_file(path):
        path = f"describe/{hashlib.sha256(path.encode()).hexdigest()[:24]}"
    name = f"{path}{INDEX}" if path.endswith("/") or not path else path
    asked = "".join(f"~{name}-{_short(value)}" for name, value in kept.items() if value)
    if len(asked) > _LONGEST_ASKED:
        asked = "".join(f"~{name}-{_digested(value)}" for name, value in kept.items() if value)
    return name + asked + (f"~page-{number}" if number else "")


def profiled(token: str) -> str:
    """What the name of a file has after that of its document where the profile isn't its format's default."""
    return f"~_profile-{token}"


def linksets_of(document: Placed, iri: str) -> Iterator[tuple[Placed, str]]:
    """The files of the link sets of a document about `iri`, of which `document` is a page, each with its media type."""
    stem = document.path.rsplit(".", maxsplit=2)[0]
    for end, media_type in LINKSET_ENDS.items():
        yield Placed(f"{stem}.{end}", f"/linkset?iri={quote(iri, safe='')}"), media_type


def _can_be_file(path: str) -> bool:
    segments = path.removesuffix("/").split("/")
    return path == "" or (
        all(0 < len(each.encode()) <= _LONGEST_SEGMENT and each not in {".", ".."} for each in segments)
        and path.isprintable()
    )


def _short(value: str) -> str:
    """A value as part of a file's name: as a web server's rules make it too, where it is plain; else with a digest.

    No two values have the same: an equals sign stands for a slash, an at sign for a number sign, an exclamation mark before a digest.
    """
    if _TOKEN.fullmatch(value):
        return value
    found = _IRI.fullmatch(value)
    if found and len(value) <= _LONGEST_IRI:
        return f"{found[1]}{found[2].replace('/', '=')}{(found[3] or '').replace('#', '@')}"
    return _digested(value)


def _digested(value: str) -> str:
    digest = hashlib.sha256(value.encode()).hexdigest()[:12]
    return f"{_UNSAFE.sub('-', value.rstrip('/').rpartition('/')[2])[:40]}!{digest}"


def relinked(page: str, language: str, note: Callable[[Placed], None], *, own: str = "") -> str:
    """The page with each address within the site replaced by that of its file, of which `note` is told.

    A page that stands at many addresses, asked for as `own`, keeps links to itself as queries.
    """

    def replaced(found: re.Match[str]) -> str:
        address, hash_, fragment = html.unescape(found[2]).partition("#")
        if own and address.partition("?")[0] == own:
            return f'{found[1]}="?{html.escape(address.partition("?")[2])}"'
        place = place_of(address, language)
        if place is None:
            return found[0]
        note(place)
        href = address if place.path.startswith("static/") else place.href
        return f'{found[1]}="{html.escape(href + hash_ + fragment)}"'

    return _ADDRESS.sub(replaced, page)


def relinked_data(text: str, language: str) -> str:
    """A list as JSON, or its metadata, with its CSV and its metadata named as the files beside it."""

    def replaced(found: re.Match[str]) -> str:
        place = place_of(found[2], language)
        return found[0] if place is None else f'"{found[1]}": "{place.href.rpartition("/")[2]}"'

    return _TABLE.sub(replaced, text)


def tables_beside(sheet: Placed) -> Iterator[Placed]:
    """What says the same as a list's CSV, or what it means; pages lead to the CSV alone of what is said elsewhere."""
    for end, form in (("json", "json"), (METADATA_END, "csvm")):
        path = f"{sheet.path.removesuffix('csv')}{end}"
        yield Placed(path, _FORM_OF_SHEET.sub(rf"\g<1>{form}", sheet.address))
    if sheet.path.startswith("around~table-elsewhere~"):
        path = f"{sheet.path.removesuffix('csv')}html"
        yield Placed(path, _FORM_OF_SHEET.sub(r"\g<1>html", sheet.address))
