"""Dereferencing: a thing redirects to its document; documents, terms and shapes are negotiated or fixed by suffix."""

from typing import Final
from urllib.parse import quote

from flask import Blueprint, Response, g, request
from flask.typing import ResponseReturnValue
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from kommungraf.edition import Edition
from kommungraf.entities import entity_view
from kommungraf.errors import BadRequest, GoneResource, UnknownResource
from kommungraf.formats import HTML, RDF, TextFormat
from kommungraf.freshness import fixed
from kommungraf.links import path_of
from kommungraf.negotiation import required
from kommungraf.resources import Document, claim_triples, load
from kommungraf.site import page, reader
from kommungraf.vocab import PREFIXES, iri

__all__ = ["blueprint"]

blueprint = Blueprint("documents", __name__)

_BY_SUFFIX: Final = {**{form.suffix: form.media_type for form in RDF}, "html": HTML}
_FORMS: Final = {form.media_type: form for form in RDF}
#: Turtle first: it is what a client without a preference gets.
_OFFERS: Final = (*_FORMS, HTML)


@blueprint.get("/id/<path:key>")
def thing(key: str) -> ResponseReturnValue:
    """A thing is no document: 303 to the one about it, 308 to what replaces it, 410 where it was withdrawn."""
    edition: Edition = g.edition
    name = f"{edition.base_iri}id/{key}"
    if not edition.index.exists(name):
        raise UnknownResource(name)
    moved = _withdrawn(load(edition, name))
    if moved is not None:
        return _redirect(path_of(moved, edition.base_iri), 308)
    return _redirect(path_of(name, edition.base_iri), 303)


def _redirect(path: str, status: int) -> Response:
    edition: Edition = g.edition
    query = f"?{request.query_string.decode()}" if request.query_string else ""
    response = Response("", status, {"Location": f"{request.script_root}/{path}{query}"})
    return fixed(response, edition.etag(path, query))


def _withdrawn(document: Document) -> str | None:
    """What replaces a deprecated thing; raises GoneResource where nothing does. None for a thing in use."""
    said = {each.triple.predicate.value: each.triple.object for each in document.outgoing}
    flag = said.get(iri("owl:deprecated"))
    if not (isinstance(flag, Literal) and flag.value in {"true", "1"}):
        return None
    successor = said.get(iri("dcterms:isReplacedBy"))
    if isinstance(successor, NamedNode):
        return successor.value
    followed = said.get(iri("rdfs:seeAlso"))
    raise GoneResource(document.iri, followed.value if isinstance(followed, NamedNode) else None)


@blueprint.get("/doc/<path:key>")
def document(key: str) -> ResponseReturnValue:
    """The document about a thing."""
    return _answer(f"{g.edition.base_iri}id/", key)


@blueprint.get("/describe")
def described() -> ResponseReturnValue:
    """The document about any IRI that the dataset mentions."""
    name = request.args.get("iri")
    if not name:
        raise BadRequest("Give the IRI to describe: /describe?iri=https://…")
    return _represented(name, required(request, _OFFERS))


@blueprint.get("/<path:key>")
def other(key: str) -> ResponseReturnValue:
    """Terms, shapes, and whatever else a dataset names under its base."""
    return _answer(g.edition.base_iri, key)


def _answer(start: str, key: str) -> ResponseReturnValue:
    edition: Edition = g.edition
    if edition.index.exists(start + key):
        return _represented(start + key, required(request, _OFFERS))
    stem, _, suffix = key.rpartition(".")
    if suffix in _BY_SUFFIX and edition.index.exists(start + stem):
        return _represented(start + stem, _BY_SUFFIX[suffix])
    raise UnknownResource(start + key)


def _represented(name: str, media_type: str) -> Response:
    edition: Edition = g.edition
    found = load(edition, name, page=_page_number())
    if media_type == HTML:
        who = reader()
        response = page("document.html", who, view=entity_view(who, found))
    else:
        content = _serialised(edition, found, _FORMS[media_type])
        response = Response(content, mimetype=media_type)
        response.vary.add("Accept")
        response = fixed(response, edition.etag(name, media_type, str(found.page)))
    response.headers["Link"] = ", ".join(_links(edition, found))
    return response


def _page_number() -> int:
    text = request.args.get("page", "1")
    if not text.isdecimal() or not 0 < int(text) < 1_000_000:
        raise BadRequest("The parameter page is a number from 1.")
    return int(text)


def _serialised(edition: Edition, found: Document, form: TextFormat) -> bytes:
    if form.rdf in (RdfFormat.TRIG, RdfFormat.N_QUADS):
        return serialize(found.quads(claim_triples(edition, found)), format=form.rdf, prefixes=PREFIXES) or b""
    return serialize(_described_graph(edition, found), format=form.rdf, prefixes=PREFIXES) or b""


def _described_graph(edition: Edition, found: Document) -> list[Triple]:
    """The document's triples; the ontology and the shapes are documents of all that their graphs hold."""
    if found.iri in {f"{edition.base_iri}def/", f"{edition.base_iri}shape/"}:
        return sorted({*found.triples(), *found.content}, key=str)
    return found.triples()


def _links(edition: Edition, found: Document) -> list[str]:
    """Alternates, canonical and licence, and FAIR Signposting (cite-as, describedby, type)."""
    path = path_of(found.iri, edition.base_iri)
    canonical = quote(found.iri, safe="/:?#[]@!$&'()*+,;=%~")
    joint = "&format=" if "?" in path else "?format=" if path.endswith("/") else "."
    alternates = [
        f'</{path}{joint}{suffix}>; rel="alternate"; type="{media_type}"'
        for suffix, media_type in _BY_SUFFIX.items()
    ]
    signposts = [f'<{canonical}>; rel="canonical"', f'<{canonical}>; rel="cite-as"']
    signposts += [f'</{path}{joint}ttl>; rel="describedby"; type="text/turtle"']
    signposts += ['<https://schema.org/AboutPage>; rel="type"']
    licence = edition.manifest.license
    signposts += [f'<{licence}>; rel="license"'] if licence else []
    return [*alternates, *signposts, *_page_links(path, found)]


def _page_links(path: str, found: Document) -> list[str]:
    joint = "&" if "?" in path else "?"
    near = {"prev": found.page - 1, "next": found.page + 1}
    return [
        f'</{path}{joint}page={number}>; rel="{rel}"' for rel, number in near.items() if 0 < number <= found.pages
    ]
