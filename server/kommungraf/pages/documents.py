"""Dereferencing: a thing redirects to its document; documents, terms and shapes are negotiated or fixed by suffix."""

from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, current_app, g, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from pyoxigraph import NamedNode
from werkzeug.exceptions import HTTPException

from kommungraf.editions.edition import Edition
from kommungraf.engine.ownqueries import query_text
from kommungraf.errors import BadRequest, GoneResource, NotAcceptable, UnknownResource
from kommungraf.formats import HTML, RDF
from kommungraf.http.freshness import fixed
from kommungraf.http.negotiation import asked_moment, page_number, refuse_moment, required
from kommungraf.pages.entities import entity_view
from kommungraf.pages.glossaries import glossary_view
from kommungraf.pages.representations import is_whole_graph, list_of_representations, serialised
from kommungraf.pages.schemaorg import Page, subject, types_of
from kommungraf.rendering.excerpts import cut, tables_of
from kommungraf.rendering.site import STATIC, Reader, page, reader
from kommungraf.resources.links import URI_SAFE, escaped_spellings, path_of, spellings
from kommungraf.resources.profiles import CLAIMS, Profile, asked_profile, default_profile, is_list
from kommungraf.resources.resources import Document, Extent, load, load_with_terms
from kommungraf.resources.signposting import LINKSETS, Target, header, linkset, linksets, published, signposts
from kommungraf.resources.surroundings import load_with_surroundings

__all__ = ["blueprint"]

blueprint = Blueprint("documents", __name__)

_BY_SUFFIX: Final = {**{form.suffix: form.media_type for form in RDF}, "html": HTML}
#: So many things whose IRIs differ by their fragments are told of together.
_MOST_FRAGMENTS: Final = 100
#: How many statements a page has in either direction for people.
_STATEMENTS: Final = 50
#: What links to other pages of a document keep of the request.
_KEPT: Final = ("_profile", "format", "lang", "date")
#: What needs no escape in the value of a parameter (RFC 3986 §3.4).
_IN_QUERY: Final = "/:"
_FORMS: Final = {form.media_type: form for form in RDF}
#: Turtle first: it is what a client without a preference gets.
_OFFERS: Final = (*_FORMS, HTML)


@blueprint.get("/id/<path:key>")
def thing(key: str) -> ResponseReturnValue:
    """A thing is no document: 303 to the one about it, 308 to what replaces it, 410 where it was withdrawn."""
    edition: Edition = g.edition
    name = _known(f"{edition.base_iri}id/", key)
    if name is None:
        return _elsewhere(f"{edition.base_iri}id/", key)
    replacement = _replacement(edition, name)
    if replacement is None:
        return _redirect(_address(name), 303)
    return _redirect(_thing_address(replacement), 308)


def _replacement(edition: Edition, name: str) -> str | None:
    """What `name` was replaced by; raises GoneResource where it was withdrawn. None for a thing in use."""
    rows = edition.evaluator.select(query_text("standing"), this=NamedNode(name))
    withdrawn = next((row for row in rows if row["deprecated"].value in {"true", "1"}), None)
    if withdrawn is None:
        return None
    if isinstance(withdrawn.get("replacement"), NamedNode):
        return str(withdrawn["replacement"].value)
    raise GoneResource(name, withdrawn["successor"].value if "successor" in withdrawn else None)


def _redirect(address: str, status: int) -> Response:
    edition: Edition = g.edition
    query = request.query_string.decode("ascii", "replace")
    joint = "&" if "?" in address else "?"
    location = f"{address}{joint}{query}" if query else address
    return fixed(Response("", status, {"Location": location}), edition.etag(str(status), location))


@blueprint.get("/doc/<path:key>")
def document(key: str) -> ResponseReturnValue:
    """The document about a thing."""
    return _answer(f"{g.edition.base_iri}id/", key)


@blueprint.get("/describe")
def described() -> ResponseReturnValue:
    """The document about any IRI that the dataset mentions."""
    name = request.args.get("iri", "")
    try:
        NamedNode(name)
    except ValueError as error:
        raise BadRequest("Give the IRI to describe, written out: /describe?iri=https://…") from error
    return _represented(name)


@blueprint.get("/<path:key>")
def other(key: str) -> ResponseReturnValue:
    """Terms, shapes, and whatever else a dataset names under its base."""
    return _answer(g.edition.base_iri, key)


def _answer(start: str, key: str) -> ResponseReturnValue:
    name = _known(start, key)
    if name is not None:
        return _represented(name)
    stem, _, suffix = key.rpartition(".")
    name = _known(start, stem) if suffix in _BY_SUFFIX else None
    return _elsewhere(start, key) if name is None else _represented(name, _BY_SUFFIX[suffix])


def _elsewhere(start: str, key: str) -> Response:
    """303 to the document of what a path alone doesn't name: an IRI with a query, with escaped slashes, or with a fragment.

    A client leaves the fragment out; where there are several, 303 to what is said of them all. 308 where a slash at the
    end is missing or too many. Raises UnknownResource where nothing is meant.
    """
    edition: Edition = g.edition
    query = request.query_string.decode("latin-1")
    names = [f"{name}?{query}" for name in spellings(start, key) if query]
    names += [*escaped_spellings(start, key), *edition.index.with_fragment(start + key, most=_MOST_FRAGMENTS + 1)]
    known = [name for name in names if _is_known(edition, name)]
    if not known:
        return _with_other_end(start, key)
    if len(known) > _MOST_FRAGMENTS:
        raise UnknownResource(start + key)
    place = _address(known[0]) if len(known) == 1 else f"{request.script_root}/sparql?{_description(known)}"
    return fixed(Response("", 303, {"Location": place}), edition.etag("elsewhere", *known))


def _description(names: Iterable[str]) -> str:
    """The parameter that asks for what is said of all of `names`."""
    return urlencode({"query": " ".join(("DESCRIBE", *(str(NamedNode(name)) for name in names)))}, quote_via=quote)


def _with_other_end(start: str, key: str) -> Response:
    """308 to the address with a slash at its end, or without it, where that stands for something."""
    other = key.removesuffix("/") if key.endswith("/") else f"{key}/"
    path = f"/{(request.path.removesuffix(key) + other).lstrip('/')}"
    if not _is_page(path) and (other.startswith("/") or _known(start, other) is None):
        raise UnknownResource(start + key)
    return _redirect(f"{request.script_root}{quote(path, safe=URI_SAFE)}", 308)


def _is_page(path: str) -> bool:
    """Whether a page of the site that is no document stands there."""
    try:
        endpoint, _ = current_app.create_url_adapter(request).match(path, method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return False
    return not endpoint.startswith(f"{blueprint.name}.")


def _known(start: str, key: str) -> str | None:
    """The IRI of the dataset that the decoded path stands for."""
    edition: Edition = g.edition
    return next((each for each in spellings(start, key) if _is_known(edition, each)), None)


def _is_known(edition: Edition, name: str) -> bool:
    """Whether the dataset speaks of `name`: the index tells, and where it doesn't name everything the engine does."""
    if edition.index.exists(name) or not edition.partial:
        return edition.index.exists(name)
    try:
        return bool(edition.evaluator.select(query_text("mentioned"), this=NamedNode(name)))
    except ValueError:  # a path that makes no IRI
        return False


def _represented(name: str, fixed_type: str | None = None) -> Response:
    """The document of `name`, negotiated by media type and profile, or in the one format of its suffix."""
    edition: Edition = g.edition
    if is_list(request):
        return _list(edition, name)
    asked, whole = asked_profile(request), is_whole_graph(edition, name)
    offers = _OFFERS if whole or asked is None else asked.offers
    media_type = fixed_type or required(request, offers)
    if media_type not in offers or (asked and whole):
        raise NotAcceptable(offers)
    profile = asked or default_profile(media_type)
    response = _page(edition, name) if media_type == HTML else _data(edition, name, media_type, profile)
    if not whole:
        response.headers["Content-Profile"] = f"<{profile.iri}>"
        response.headers.add("Link", f'<{profile.iri}>; rel="profile"')
    response.vary.update(("Accept", "Accept-Profile"))
    return response


def _data(edition: Edition, name: str, media_type: str, profile: Profile) -> Response:
    """The document in an RDF format; a client that has it already gets a 304 before anything is looked up."""
    refuse_moment(request)
    number = page_number(request)
    tag = edition.etag(name, media_type, str(number), profile.token)
    if tag in request.if_none_match:
        return fixed(Response(), tag)
    found = _on_a_page(load(edition, name, page=number, claims=profile == CLAIMS))
    content = serialised(edition, found, _FORMS[media_type], profile=profile)
    response = fixed(Response(content, mimetype=media_type), tag)
    response.headers["Link"] = header(_links(edition, found))
    return response


def _page(edition: Edition, name: str) -> Response:
    number, who = page_number(request), reader()
    if is_whole_graph(edition, name):
        found, terms = load_with_terms(edition, name, page=number)
        glossary = glossary_view(who, _on_a_page(found), terms)
        response = page("glossary.html", who, view=glossary, structured=_subject(who, found))
    else:
        moment = asked_moment(request)
        tables = tables_of(who, name, moment)
        excerpt = cut(tables, page=number)
        found, around = load_with_surroundings(edition, name, extent=Extent(number, _STATEMENTS), excerpt=excerpt)
        view = entity_view(who, _on_a_page(found).relabelled(), around=around, tables=tables, when=moment)
        response = page("document.html", who, view=view, structured=_subject(who, found))
    response.headers["Link"] = header(_links(edition, found))
    return response


def _subject(who: Reader, found: Document) -> Markup:
    """What the page says to search engines."""
    edition, link = who.edition, who.names.link(found.iri)
    shown = Page(link.text, link.lang, who.language)
    triples = dict.fromkeys((*(each.triple for each in found.outgoing), *found.brief))
    return subject(found.iri, edition.index.type(found.iri), triples, manifest=edition.manifest, shown=shown)


def _on_a_page(found: Document) -> Document:
    if found.page > found.pages:
        raise UnknownResource(found.iri)
    return found


def _list(edition: Edition, name: str) -> Response:
    """Every representation of the document, in an RDF format."""
    media_type = required(request, tuple(_FORMS))
    content = list_of_representations(name, _FORMS[media_type], base_iri=edition.base_iri)
    response = Response(content, mimetype=media_type)
    response.vary.add("Accept")
    return fixed(response, edition.etag("alternates", name, media_type))


@blueprint.get("/linkset")
def links() -> Response:
    """The links of a document as a document of its own (RFC 9264)."""
    edition: Edition = g.edition
    name, media_type = request.args.get("iri", ""), required(request, LINKSETS)
    if not edition.index.exists(name):
        raise UnknownResource(name)
    found = _links(edition, load(edition, name, claims=False))
    content = linkset(found, anchor=_address(name), media_type=media_type)
    response = Response(content, content_type=media_type)
    response.vary.add("Accept")
    return fixed(response, edition.etag("linkset", name, media_type, request.script_root))


def _address(name: str) -> str:
    return f"{request.script_root}/{path_of(name, g.edition.base_iri)}"


def _thing_address(name: str) -> str:
    """Where the thing `name` itself is asked for."""
    edition: Edition = g.edition
    if not name.startswith(edition.base_iri):
        return quote(name, safe=URI_SAFE)
    path = path_of(name, edition.base_iri)
    return f"{request.script_root}/{path.replace('doc/', 'id/', 1) if path.startswith('doc/') else path}"


def _links(edition: Edition, found: Document) -> Iterator[Target]:
    """FAIR Signposting, every representation with its profile, and the neighbouring pages."""
    address, canonical, class_ = (
        _address(found.iri),
        quote(found.iri, safe=URI_SAFE),
        edition.index.type(found.iri),
    )
    profiled = not is_whole_graph(edition, found.iri)
    yield from signposts(address, canonical, types=types_of(class_), profiled=profiled)
    if edition.index.has_graph(found.iri) and STATIC not in request.environ:
        graph = f"{request.script_root}/rdf-graphs?graph={quote(found.iri, safe='')}"
        yield Target(graph, "item", "application/trig")
    yield Target(f"{request.script_root}/dataset/", "collection", HTML)
    yield from linksets(request.script_root, quote(found.iri, safe=_IN_QUERY))
    yield from published(edition.manifest)
    yield from _pages(found, address)


def _pages(found: Document, address: str) -> Iterator[Target]:
    """The other pages of a document that has several."""
    joint = "&" if "?" in address else "?"
    kept = "".join(f"&{name}={quote(request.args[name])}" for name in _KEPT if name in request.args)
    numbers = {"first": 1, "prev": found.page - 1, "next": found.page + 1, "last": found.pages}
    for rel, number in numbers.items():
        if found.pages > 1 and 0 < number <= found.pages:
            yield Target(f"{address}{joint}page={number}{kept}", rel)
