"""What machines that read pages ask for: a sitemap, robots.txt, llms.txt, and the changes as a page and an Atom feed."""

from collections.abc import Iterable, Iterator
from typing import Final

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from kommungraf.editions.changes import Change, changes
from kommungraf.errors import UnknownResource
from kommungraf.formats import HTML
from kommungraf.http.freshness import fixed
from kommungraf.pages.asked import asked
from kommungraf.pages.steps import steps
from kommungraf.rendering.columns import Cell
from kommungraf.rendering.rowlists import RowList, form_asked, sent
from kommungraf.rendering.site import Reader, page, reader, sections
from kommungraf.resources.links import path_of
from kommungraf.texts import LANGUAGES
from kommungraf.vocab import iri

__all__ = ["blueprint"]

blueprint = Blueprint("machines", __name__)

#: A sitemap holds at most 50,000 addresses (sitemaps.org); each of ours is there in two languages.
_LISTED: Final = 20_000
#: The class whose list shows a program what lists look like, where it is there.
_LISTED_FIRST: Final = iri("kg:Twinning")
_ATOM: Final = "application/atom+xml"
_XML: Final = "application/xml"
_TEXT: Final = "text/plain"
_CHANGE: Final = ("edition", "earlier", "type", "came", "went")
_PATHS: Final = ("", "changes", "accessibility")


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Everything may be read; queries are for people and programs that have one."""
    return _with_host("robots.txt", _TEXT)


@blueprint.get("/llms.txt")
def introduction() -> Response:
    """What the site is and how it is asked, for language models and whoever writes a client."""
    types = reader().edition.index.types()
    return _with_host(
        "llms.txt", _TEXT, listed=next((each for each in (_LISTED_FIRST, *types) if each in types), "")
    )


@blueprint.get("/sitemap.xml")
def sitemaps() -> Response:
    """The index of the sitemaps."""
    who = reader()
    pages = -(-who.edition.index.size() // _LISTED)
    return _with_host("sitemaps.xml", _XML, numbers=range(1, pages + 1))


@blueprint.get("/sitemap-<int:number>.xml")
def sitemap(number: int) -> Response:
    """One sitemap: documents of things, terms and shapes in each language, the first with the main pages."""
    who = reader()
    found = who.edition.index.things(limit=_LISTED, offset=(number - 1) * _LISTED) if number > 0 else ()
    if not found:
        raise UnknownResource(f"{who.edition.base_iri}sitemap-{number}.xml")
    paths = (path_of(name, who.edition.base_iri) for name in found if _has_page(who, name))
    main = _main(who) if number == 1 else ()
    return _with_host("sitemap.xml", _XML, paths=dict.fromkeys((*main, *paths)), languages=LANGUAGES)


def _has_page(who: Reader, name: str) -> bool:
    """Whether it is a thing of ours, or a term or shape that is described and not only used."""
    thing, *others = (f"{who.edition.base_iri}{kind}/" for kind in ("id", "def", "shape"))
    return name.startswith(thing) or (name.startswith(tuple(others)) and bool(who.edition.index.type(name)))


def _main(who: Reader) -> Iterator[str]:
    """The paths of the pages that aren't about one resource."""
    yield from _PATHS
    yield from (path for path, _ in sections(who))
    yield from (f"questions/{each.slug}" for each in asked(who))


def _with_host(template: str, media_type: str, **context: object) -> Response:
    """A text that names the host that was asked, so no shared cache may keep it."""
    who = reader()
    host = request.host_url.rstrip("/") + request.script_root
    text = render_template(template, host=host, who=who, manifest=who.edition.manifest, **context)
    response = Response(text, mimetype=media_type)
    fixed(response, who.edition.etag(request.url))
    response.cache_control.public, response.cache_control.private = False, True
    return response


@blueprint.get("/changes")
def page_of_changes() -> ResponseReturnValue:
    """What changed from release to release; by `Accept` or `format`, as an Atom feed or as data."""
    form = _ATOM if request.args.get("format") == "atom" else form_asked(_ATOM)
    if form == _ATOM:
        return feed()
    who = reader()
    if form != HTML:
        return sent(
            who, RowList("changes", who.text("Changes"), _CHANGE, tuple(_rows(changes(who.edition.folder)))), form
        )
    return page("changes.html", who, steps=steps(who, changes(who.edition.folder)))


def _rows(found: Iterable[Change]) -> Iterator[tuple[Cell, ...]]:
    """How many things of each class came with an edition that has one before it, and how many went."""
    for each in found:
        for class_ in sorted({*each.came, *each.went}) if each.earlier else ():
            numbers = (str(counts.get(class_, 0)) for counts in (each.came, each.went))
            yield each.release.version, each.earlier.version if each.earlier else None, class_, *numbers


@blueprint.get("/changes.atom")
def feed() -> ResponseReturnValue:
    """The changes as an Atom feed (RFC 4287), an entry for each release."""
    who = reader()
    response = _with_host("feed.xml", _ATOM, steps=steps(who, changes(who.edition.folder)), lang=who.language)
    response.vary.update(("Accept", "Accept-Language"))
    return response
