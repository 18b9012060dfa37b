"""The rules by which a web server negotiates over the files of an export, as a server of ours does.

What is decided stands here once, as choices; each server's rules are written from them by its templates.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

from jinja2 import Environment, PackageLoader, StrictUndefined

from kommungraf.export.choices import COLON, GROUP, SLASH, Choice, best, formats, language_weights, weights
from kommungraf.export.fileheaders import FileHeader
from kommungraf.export.placement import LINKSET_ENDS, METADATA_END, MOST_SEGMENTS, SEGMENT
from kommungraf.export.profilechoices import files, linksets, offered, profiles
from kommungraf.export.profilefiles import SHARED
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
#: What the page of the search reads itself, in the browser.
_SEARCHED: Final = frozenset({"country", "county", "q", "status", "type"})
_SEARCH: Final = "^/search(?:[.]html)?"
#: Those whose values are IRIs.
_IRIS: Final = frozenset({"county", "thing", "type"})
#: What stands in a file's name for a value for which no file is there.
_NEVER: Final = "!"
#: The forms of a list, the first preferred.
_TABLES: Final = {"html": HTML, "csv": CSV, "json": JSON, "csvm": METADATA, "atom": "application/atom+xml"}
_LISTS: Final = "^/(?:list|around|changes|check/[^/]+|conflicts|gaps|years)$"
_ROWS: Final = {suffix: _TABLES[suffix] for suffix in ("csv", "json", "csvm")}
_NUMBER: Final = "(?:#|%23)"
_PLACE: Final = re.compile(r"<(\w+)>")
_PLAIN: Final = re.compile(r"\^(\w*)\$")
_GROUPS: Final = re.compile(r"\(\?<v(\d?)>")
_FOUND: Final = re.compile(r"v(\d?)")


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
        "parameters": ("_profile", "format", "iri", "lang", "page", *_PARAMETERS),
        "types": {**_TYPES, **{form.suffix: form.media_type for form in RDF}, "linkset": LINKSET_ENDS["linkset"]},
        "charset": _CHARSET,
        "named": {METADATA_END: METADATA, "linkset.json": LINKSET_ENDS["linkset.json"]},
        "shared": {to: next(form.media_type for form in RDF if form.suffix == end) for end, to in SHARED.items()},
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


def _choices(base_iri: str) -> Iterator[Choice]:
    """What is decided about a request, each choice after those that it looks at."""
    offers = {**{form.suffix: form.media_type for form in RDF}, "html": HTML}
    for suffix, media_type in offers.items():
        yield Choice(f"kg_{suffix}", "<accept>", "0", (("^$", "!w"), *weights(media_type)))
    yield best("kg_best", offers, default="", whole=True)
    yield Choice("kg_accepted", "<kg_best>", "", ((r"^(?<v>\w+)=", "<v>"),))
    yield from profiles()
    yield from offered(offers)
    yield Choice("kg_form", "<format>", "", tuple(formats(offers, "<kg_offered>", _NAMES)))
    # The start page and the page of the dataset are there as pages, for programs there is the catalogue.
    home = (
        ("^(?:ttl|turtle|jsonld|json|nt|ntriples|rdf|xml) ", "catalogue"),
        ("^ $", ""),
        ("^ ttl=[^!]*!w", "page"),
        ("^ (?:ttl|jsonld|nt|rdf)=", "catalogue"),
        ("^ (?:trig|nq)=", ""),
    )
    yield Choice("kg_home", "<format> <kg_best>", "page", home)
    for language in LANGUAGES:
        yield Choice(f"kg_{language}", "<languages>", "0", tuple(language_weights(language)))
    yield best("kg_spoken", LANGUAGES, default=LANGUAGES[0], whole=False)
    yield Choice("kg_language", "<lang>", "<kg_spoken>", tuple((f"^{each}$", each) for each in LANGUAGES))
    yield from files(offers)
    yield from _asked()
    # The pages of a long document.
    numbers = ((f"{_SEARCH} ", ""), (f"^[^ ]* {GROUP}[2-9]|[1-9][0-9]{{1,5}})$", "~page-<v>"))
    yield Choice("kg_number", "<path> <page>", "", numbers)
    yield Choice("kg_page", "", "<kg_listed><kg_asked><kg_number>", ())
    yield from _tables()
    yield Choice("kg_described", "<iri>", f"/describe/{_NEVER}", (*_own(base_iri), *_iris("/describe/")))
    yield from linksets()
    # Whether a browser or a program is told what is wrong.
    told = ((r"^\w* html$", "html"), (r"^\w* json$", "json"), ("^html ", "html"))
    yield Choice("kg_problem_form", "<kg_accepted> <format>", "json", told)
    yield Choice("kg_problem", "<kg_problem_form>", "json", (("^html$", "<kg_language>.html"),))


def _asked() -> Iterator[Choice]:
    """What a request narrows a page by, as it stands in the names of files."""
    for name in _PARAMETERS:
        plain = () if name == "q" else ((f"^{GROUP}{SEGMENT}{{1,60}})$", f"~{name}-<v>"),)
        iris = _iris(f"~{name}-") if name in _IRIS else ()
        codes = ((f"^{GROUP}[0-9]{{4}})$", f"~{name}-se-<v>"),) if name == "municipality" else ()
        yield Choice(f"kg_by_{name}", f"<{name}>", f"~{name}-{_NEVER}", (("^$", ""), *codes, *plain, *iris))
    every, other = (
        "".join(f"<kg_by_{name}>" for name in _PARAMETERS if name not in left) for left in ((), _SEARCHED)
    )
    yield Choice("kg_searching", "<path>", "", ((f"{_SEARCH}$", "search"),))
    yield Choice("kg_asked", "<kg_searching>", every, (("^search$", other),))


def _iris(before: str) -> Iterator[tuple[str, str]]:
    """How an IRI of so and so many segments, escaped or not, stands in the name of a file (placement.py)."""
    for segments in range(1, MOST_SEGMENTS + 1):
        parts = "".join(f"{SLASH}(?<v{number + 2}>{SEGMENT}*)" for number in range(1, segments + 1))
        iri = f"^(?<v1>https?){COLON}{SLASH}{SLASH}(?<v2>{SEGMENT}+){parts}"
        name = before + "=".join(f"<v{number}>" for number in range(1, segments + 3))
        yield f"{iri}$", name
        yield f"{iri}{_NUMBER}(?<v{segments + 3}>{SEGMENT}*)$", f"{name}@<v{segments + 3}>"


def _own(base_iri: str) -> Iterator[tuple[str, str]]:
    """The document of what stands under the base: not `/describe/…` but its own."""
    base = re.escape(base_iri).replace(":", COLON).replace("/", SLASH)
    yield f"^{base}(?<v>def|shape){SLASH}$", "/<v>/index"
    for start, place in (("id", "doc"), ("def", "def"), ("shape", "shape")):
        for segments in range(1, MOST_SEGMENTS):
            parts = SLASH.join(f"(?<v{number}>{SEGMENT}+)" for number in range(1, segments + 1))
            name = "/".join(f"<v{number}>" for number in range(1, segments + 1))
            yield f"^{base}{start}{SLASH}{parts}$", f"/{place}/{name}"


def _tables() -> Iterator[Choice]:
    """How the name of the file of a list goes on after its path: by its form, of those that there are of it."""
    for suffix, media_type in _TABLES.items():
        if suffix != "html":
            yield Choice(f"kg_{suffix}", "<accept>", "0", (("^$", "!w"), *weights(media_type)))
    ends = {each: f"<kg_asked>.<kg_language>.{each}" for each in _TABLES}
    ends |= {"html": "<kg_page>.<kg_language>.html", "csvm": f"<kg_asked>.<kg_language>.{METADATA_END}"}
    for name, offers in (("table", _TABLES), ("rows", _ROWS)):
        yield best(f"kg_{name}_best", offers, default="", whole=False)
        yield Choice(f"kg_{name}_form", "<format>", "", tuple(formats(offers, f"<kg_{name}_best>", {})))
        yield Choice(
            f"kg_{name}", f"<kg_{name}_form>", "none", tuple((f"^{each}$", ends[each]) for each in offers)
        )
    kinds = (("^/years ", "rows"), ("^/check/", "check"))
    yield Choice("kg_kind", "<path> <table>", "table", kinds)
    report = (("^check  ttl$", ".ttl"), ("^rows ", "rows"))
    yield Choice("kg_shape", "<kg_kind> <kg_table_form> <kg_form>", "table", report)
    shapes = (("^rows$", "<kg_rows>"), ("^table$", "<kg_table>"))
    yield Choice("kg_list", "<kg_shape>", ".ttl", shapes)


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
