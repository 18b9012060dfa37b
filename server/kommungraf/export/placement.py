"""Where a static export keeps what the site answers: the file of each address, and the addresses in a page put right."""

import hashlib
import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl, quote, unquote

from kommungraf.formats import RDF

__all__ = ["INDEX", "LEFT_OUT", "Placed", "place_of", "relinked"]

#: The name of the file for an address that ends in a slash.
INDEX: Final = "index"
#: What a web host without a program behind it can't answer, and pages of an export don't mention.
LEFT_OUT: Final = ("sparql", "reconcile", "search/suggest", "opensearch.xml", "rdf-graphs", "linkset", "asof")

#: What comes in each language.
_TONGUED: Final = frozenset({"html", "atom", "csv", "json"})
_SUFFIXES: Final = frozenset(form.suffix for form in RDF)
_AS_THEY_ARE: Final = re.compile(r"static/.+|dataset/[^/]+|catalogue\.\w+|robots\.txt|llms\.txt|sitemap[^/]*\.xml")
_LONGEST_SEGMENT: Final = 150
#: How many addresses are kept with their files: pages of one kind have most of their links in common.
_REMEMBERED: Final = 10_000
_UNSAFE: Final = re.compile(r"[^\w.-]+")
#: The addresses within the site; text can't look so, because its quotation marks are escaped.
_ADDRESS: Final = re.compile(r'(?<= )(href|src|action)="(/[^"]*)"')


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
    spoken, form = arguments.pop("lang", language), arguments.pop("format", "")
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
    if path == "describe" or not _can_be_file(path):
        iri = kept.pop("iri", path)
        path = f"describe/{hashlib.sha256(iri.encode()).hexdigest()[:24]}"
    name = f"{path}{INDEX}" if path.endswith("/") or not path else path
    return name + "".join(f"~{name}-{_short(value)}" for name, value in kept.items() if value)


def _can_be_file(path: str) -> bool:
    segments = path.removesuffix("/").split("/")
    return path == "" or (
        all(0 < len(each.encode()) <= _LONGEST_SEGMENT and each not in {".", ".."} for each in segments)
        and path.isprintable()
    )


def _short(value: str) -> str:
    """A value as part of a file's name: the end of an IRI for people, a digest so that no two are the same."""
    if value.isalnum() and value.isascii():
        return value
    digest = hashlib.sha256(value.encode()).hexdigest()[:8]
    return f"{_UNSAFE.sub('-', value.rstrip('/').rpartition('/')[2])[:40]}-{digest}"


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
