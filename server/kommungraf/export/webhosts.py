"""The rules by which a web server negotiates over the files of an export, as a server of ours does.

What is decided stands here once, as choices; each server's rules are written from them by its templates.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

from jinja2 import Environment, PackageLoader, StrictUndefined

from kommungraf.export.fileheaders import FileHeader
from kommungraf.export.placement import METADATA_END, MOST_SEGMENTS, SEGMENT
from kommungraf.formats import HTML, RDF
from kommungraf.rendering.rowlists import CSV, JSON, METADATA
from kommungraf.rendering.site import POLICY
from kommungraf.texts import LANGUAGES

__all__ = ["FILES", "write_rules"]

#: The files of rules, each with the template that it is written from.
FILES: Final = {
    "nginx/maps.conf": "nginx-maps.conf",
    "nginx/site.conf": "nginx-site.conf",
    "apache/site.conf": "apache-site.conf",
    "caddy/site.caddy": "site.caddy",
}
#: The media types of what isn't RDF, by ending.
_TYPES: Final = {
    "html": HTML,
    "atom": "application/atom+xml",
    "css": "text/css",
    "csv": "text/csv",
    "gz": "application/gzip",
    "js": "application/javascript",
    "osdx": "application/opensearchdescription+xml",
    "json": "application/json",
    "sqlite": "application/vnd.sqlite3",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "xml": "application/xml",
}
#: What is told to be UTF-8; the others are that by definition or say it themselves.
_CHARSET: Final = frozenset(
    {
        "application/atom+xml",
        "application/javascript",
        "application/opensearchdescription+xml",
        "application/rdf+xml",
        "application/xml",
        "image/svg+xml",
        "text/css",
        "text/csv",
        "text/html",
        "text/plain",
        "text/turtle",
    }
)
#: Other names that the parameter `format` takes.
_NAMES: Final = {"turtle": "ttl", "ntriples": "nt", "nquads": "nq", "json": "jsonld", "xml": "rdf"}
#: What narrows a page, in the order in which it stands in the names of files; no file is there for some of it.
_PARAMETERS: Final = (
    "country",
    "county",
    "date",
    "delimiter",
    "holds",
    "kind",
    "municipality",
    "q",
    "status",
    "table",
    "thing",
    "type",
)
#: Those whose values are IRIs.
_IRIS: Final = frozenset({"county", "thing", "type"})
#: What stands in a file's name for a value for which no file is there.
_NEVER: Final = "!"
#: The forms of a list, the first preferred.
_TABLES: Final = {"html": HTML, "csv": CSV, "json": JSON, "csvm": METADATA, "atom": "application/atom+xml"}
_LISTS: Final = "^/(?:list|around|changes|check/[^/]+|conflicts|gaps|years)$"
_ROWS: Final = {suffix: _TABLES[suffix] for suffix in ("csv", "json", "csvm")}
#: What may be escaped in an IRI that is a parameter's value.
_SLASH: Final = "(?:/|%2[Ff])"
_COLON: Final = "(?::|%3[Aa])"
_NUMBER: Final = "(?:#|%23)"
_PLACE: Final = re.compile(r"<(\w+)>")
_PLAIN: Final = re.compile(r"\^(\w*)\$")
_GROUP: Final = "(?<v>"
_GROUPS: Final = re.compile(r"\(\?<v(\d?)>")
_FOUND: Final = re.compile(r"v(\d?)")


@dataclass(frozen=True, slots=True)
class _Choice:
    """A value found by the first regular expression that matches `source`.

    In `source` and in values, ``<name>`` stands for a part of the request (accept, languages, path, or a parameter) or
    for another choice, and in values ``<v>`` for what the group ``(?<v>…)`` of the expression matched, ``<v2>`` for ``(?<v2>…)``.
    The number of a group is its place, and at most 9.
    Not every server fills the names of other choices into the value of an expression that is more than a word.
    """

    name: str
    source: str
    default: str
    rules: tuple[tuple[str, str], ...]


def write_rules(
    folder: Path, withdrawn: Mapping[str, str | None], *, base_iri: str, headers: Iterable[FileHeader]
) -> None:
    """Write the rules of each web server into `folder`."""
    environment = Environment(
        loader=PackageLoader("kommungraf", "templates/hosting"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - no HTML
    )
    environment.filters |= {
        "path": _escaped,
        "filled": _filled,
        "grouped": _grouped,
        "literal": re.escape,
        "exactly": _exactly,
    }
    context = {
        "choices": list(_choices(base_iri)),
        "lists": _LISTS,
        "headers": list(headers),
        "parameters": ("format", "iri", "lang", "page", *_PARAMETERS),
        "types": {**_TYPES, **{form.suffix: form.media_type for form in RDF}},
        "charset": _CHARSET,
        "metadata": (METADATA_END, METADATA),
        "forms": RDF,
        "languages": LANGUAGES,
        "moved": sorted((thing, to) for thing, to in withdrawn.items() if to is not None),
        "gone": sorted(thing for thing, to in withdrawn.items() if to is None),
        "policy": POLICY,
    }
    for name, template in FILES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(environment.get_template(template).render(**context), "utf-8")


def _choices(base_iri: str) -> Iterator[_Choice]:
    """What is decided about a request, each choice after those that it looks at."""
    offers = {**{form.suffix: form.media_type for form in RDF}, "html": HTML}
    for suffix, media_type in offers.items():
        yield _Choice(f"kg_{suffix}", "<accept>", "0", (("^$", "!w"), *_weights(media_type)))
    yield _best("kg_best", offers, default="", whole=True)
    yield _Choice("kg_accepted", "<kg_best>", "", ((r"^(?<v>\w+)=", "<v>"),))
    yield _Choice("kg_form", "<format>", "", tuple(_formats(offers, "<kg_accepted>", _NAMES)))
    # The start page and the page of the dataset are there as pages, for programs there is the catalogue.
    home = (
        ("^(?:ttl|turtle|jsonld|json|nt|ntriples|rdf|xml) ", "catalogue"),
        ("^ $", ""),
        ("^ ttl=[^!]*!w", "page"),
        ("^ (?:ttl|jsonld|nt|rdf)=", "catalogue"),
        ("^ (?:trig|nq)=", ""),
    )
    yield _Choice("kg_home", "<format> <kg_best>", "page", home)
    for language in LANGUAGES:
        yield _Choice(f"kg_{language}", "<languages>", "0", tuple(_language_weights(language)))
    yield _best("kg_spoken", LANGUAGES, default=LANGUAGES[0], whole=False)
    yield _Choice("kg_language", "<lang>", "<kg_spoken>", tuple((f"^{each}$", each) for each in LANGUAGES))
    yield _Choice("kg_variant", "<kg_form>", "<kg_form>", (("^html$", "<kg_language>.html"),))
    yield from _asked()
    # The pages of a long document.
    yield _Choice("kg_number", "<page>", "", ((f"^{_GROUP}[2-9]|[1-9][0-9]{{1,5}})$", "~page-<v>"),))
    yield _Choice("kg_page", "", "<kg_asked><kg_number>", ())
    yield from _tables()
    yield _Choice("kg_described", "<iri>", f"/describe/{_NEVER}", (*_own(base_iri), *_iris("/describe/")))
    yield _Choice("kg_problem", "<kg_accepted>", "json", (("^html$", "<kg_language>.html"),))


def _asked() -> Iterator[_Choice]:
    """What a request narrows a page by, as it stands in the names of files."""
    for name in _PARAMETERS:
        empty = (("^/search(?:[.]html)? ", ""), ("^[^ ]* $", "")) if name == "q" else (("^$", ""),)
        plain = () if name == "q" else ((f"^{_GROUP}{SEGMENT}{{1,60}})$", f"~{name}-<v>"),)
        iris = _iris(f"~{name}-") if name in _IRIS else ()
        source = "<path> <q>" if name == "q" else f"<{name}>"
        codes = ((f"^{_GROUP}[0-9]{{4}})$", f"~{name}-se-<v>"),) if name == "municipality" else ()
        yield _Choice(f"kg_by_{name}", source, f"~{name}-{_NEVER}", (*empty, *codes, *plain, *iris))
    yield _Choice("kg_asked", "", "".join(f"<kg_by_{name}>" for name in _PARAMETERS), ())


def _iris(before: str) -> Iterator[tuple[str, str]]:
    """How an IRI of so and so many segments, escaped or not, stands in the name of a file (placement.py)."""
    for segments in range(1, MOST_SEGMENTS + 1):
        parts = "".join(f"{_SLASH}(?<v{number + 2}>{SEGMENT}*)" for number in range(1, segments + 1))
        iri = f"^(?<v1>https?){_COLON}{_SLASH}{_SLASH}(?<v2>{SEGMENT}+){parts}"
        name = before + "=".join(f"<v{number}>" for number in range(1, segments + 3))
        yield f"{iri}$", name
        yield f"{iri}{_NUMBER}(?<v{segments + 3}>{SEGMENT}*)$", f"{name}@<v{segments + 3}>"


def _own(base_iri: str) -> Iterator[tuple[str, str]]:
    """The document of what stands under the base: not `/describe/…` but its own."""
    base = re.escape(base_iri).replace(":", _COLON).replace("/", _SLASH)
    for start, place in (("id", "doc"), ("def", "def"), ("shape", "shape")):
        for segments in range(1, 4):
            parts = _SLASH.join(f"(?<v{number}>{SEGMENT}+)" for number in range(1, segments + 1))
            name = "/".join(f"<v{number}>" for number in range(1, segments + 1))
            yield f"^{base}{start}{_SLASH}{parts}$", f"/{place}/{name}"


def _tables() -> Iterator[_Choice]:
    """How the name of the file of a list goes on after its path: by its form, of those that there are of it."""
    for suffix, media_type in _TABLES.items():
        if suffix != "html":
            yield _Choice(f"kg_{suffix}", "<accept>", "0", (("^$", "!w"), *_weights(media_type)))
    files = {each: f"<kg_asked>.<kg_language>.{each}" for each in _TABLES}
    files |= {"html": "<kg_page>.<kg_language>.html", "csvm": f"<kg_asked>.<kg_language>.{METADATA_END}"}
    for name, offers in (("table", _TABLES), ("rows", _ROWS)):
        yield _best(f"kg_{name}_best", offers, default="", whole=False)
        yield _Choice(f"kg_{name}_form", "<format>", "", tuple(_formats(offers, f"<kg_{name}_best>", {})))
        yield _Choice(
            f"kg_{name}", f"<kg_{name}_form>", "none", tuple((f"^{each}$", files[each]) for each in offers)
        )
    kinds = (("^/years ", "rows"), ("^/check/", "check"))
    yield _Choice("kg_kind", "<path> <table>", "table", kinds)
    report = (("^check  ttl$", ".ttl"), ("^rows ", "rows"))
    yield _Choice("kg_shape", "<kg_kind> <kg_table_form> <kg_form>", "table", report)
    shapes = (("^rows$", "<kg_rows>"), ("^table$", "<kg_table>"))
    yield _Choice("kg_list", "<kg_shape>", ".ttl", shapes)


def _weights(media_type: str) -> Iterator[tuple[str, str]]:
    """The weight of a media type in an Accept header, with a mark of how exact the range is, the most exact first."""
    exact, any_ = re.escape(media_type), re.escape(media_type.partition("/")[0])
    for range_, mark in ((exact, "x"), (rf"{any_}/\*", "w"), (r"\*/\*", "w")):
        # No part looks ahead: Caddy's expressions (RE2) can't.
        parameters = rf"(?:;\s*(?:q={_GROUP}[\d.]+)|[^,;]*)\s*)*"
        yield rf"(?i)(?:^|,)\s*{range_}\s*{parameters}(?:[,;]|$)", f"<v>!{mark}"


def _language_weights(language: str) -> Iterator[tuple[str, str]]:
    weight = rf"(?:;\s*q={_GROUP}[\d.]+))?\s*(?:,|$)"
    yield rf"(?i)(?:^|,)\s*{language}(?:-[a-z0-9-]+)?\s*{weight}", "<v>!x"
    yield rf"(?:^|,)\s*\*\s*{weight}", "<v>!w"


def _best(name: str, options: Iterable[str], *, default: str, whole: bool) -> _Choice:
    """The option of the highest weight, then of the most exact range, then the first; `whole` with its weight and mark."""
    rules = (
        (rf" {_GROUP}\w+={level}!{mark}) " if whole else rf" {_GROUP}\w+)={level}!{mark} ", "<v>")
        for level in _levels()
        for mark in "xw"
    )
    source = "".join(f" {each}=<kg_{each}>" for each in options) + " "
    return _Choice(name, source, default, tuple(rules))


def _formats(offers: Mapping[str, str], accepted: str, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What the parameter `format` names, which goes before what the header says."""
    yield "^$", accepted
    for suffix, media_type in offers.items():
        yield f"^{suffix}$", suffix
        written = re.escape(media_type).replace("/", "(?:/|%2F)").replace(r"\+", r"(?:\+|%2B)")
        yield f"(?i)^{written}$", suffix
    yield from ((f"^{name}$", suffix) for name, suffix in names.items())


def _filled(text: str, places: Mapping[str, str], other: str, found: str = "") -> str:
    """The text with a server's own words: for parts of the request, for another choice, and for a group of the expression."""

    def word(place: re.Match[str]) -> str:
        group = _FOUND.fullmatch(place[1])
        return found.replace("#", group[1] or "1") if group else places.get(place[1]) or other % place[1]

    return _PLACE.sub(word, text)


def _exactly(pattern: str) -> str | None:
    """The one text that an expression matches, where it is as plain as that."""
    found = _PLAIN.fullmatch(pattern)
    return found[1] if found else None


def _grouped(pattern: str, group: str = "(") -> str:
    """The expression with its groups as a server writes them; `group` may hold the number of one."""
    return _GROUPS.sub(lambda found: group.replace("#", found[1] or "1"), pattern)


def _escaped(path: str) -> str:
    """A path as a quoted string of a configuration file: decoded, with what would end the string escaped."""
    return unquote(path).replace("\\", "\\\\").replace('"', '\\"').replace("$", quote("$"))


def _levels() -> Iterator[str]:
    """Every weight from the highest, in hundredths, as a regular expression; a weight that isn't written is 1."""
    yield r"(?:1(?:\.0*)?)?"
    for hundredths in range(99, 0, -1):
        tenths, rest = divmod(hundredths, 10)
        yield rf"0?\.{tenths}" + (rf"{rest}\d*" if rest else r"(?:0\d*)?")
    yield r"0?\.00[1-9]"
