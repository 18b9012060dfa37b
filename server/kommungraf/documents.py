"""Dereferencing: a thing redirects to its document; documents, terms and shapes are negotiated or fixed by suffix."""

from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote

from flask import Blueprint, Response, g, request
from flask.typing import ResponseReturnValue
from pyoxigraph import NamedNode, Quad, Triple, serialize

from kommungraf.edition import Edition
from kommungraf.entities import entity_view
from kommungraf.errors import BadRequest, GoneResource, UnknownResource
from kommungraf.formats import DATASET, HTML, RDF, TextFormat
from kommungraf.freshness import fixed
from kommungraf.glossaries import glossary_view
from kommungraf.links import URI_SAFE, path_of, spellings
from kommungraf.negotiation import page_number, required
from kommungraf.resources import Document, claim_triples, graph_triples, load, query_text
from kommungraf.site import page, reader
from kommungraf.vocab import PREFIXES

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
    name = _known(f"{edition.base_iri}id/", key)
    if name is None:
        raise UnknownResource(f"{edition.base_iri}id/{key}")
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
    return _represented(name, required(request, _OFFERS))


@blueprint.get("/<path:key>")
def other(key: str) -> ResponseReturnValue:
    """Terms, shapes, and whatever else a dataset names under its base."""
    return _answer(g.edition.base_iri, key)


def _answer(start: str, key: str) -> ResponseReturnValue:
    name = _known(start, key)
    if name is not None:
        return _represented(name, required(request, _OFFERS))
    stem, _, suffix = key.rpartition(".")
    name = _known(start, stem) if suffix in _BY_SUFFIX else None
    if name is None:
        raise UnknownResource(start + key)
    return _represented(name, _BY_SUFFIX[suffix])


def _known(start: str, key: str) -> str | None:
    """The IRI of the dataset that the decoded path stands for."""
    edition: Edition = g.edition
    return next((each for each in spellings(start, key) if edition.index.exists(each)), None)


def _represented(name: str, media_type: str) -> Response:
    edition: Edition = g.edition
    found = load(edition, name, page=page_number(request))
    if found.page > found.pages:
        raise UnknownResource(name)
    if media_type == HTML:
        response = _page(found)
    else:
        content = _serialised(edition, found, _FORMS[media_type])
        response = Response(content, mimetype=media_type)
        response.vary.add("Accept")
        response = fixed(response, edition.etag(name, media_type, str(found.page)))
    response.headers["Link"] = ", ".join(_links(edition, found))
    return response


def _page(found: Document) -> Response:
    who = reader()
    if _is_glossary(who.edition, found.iri):
        return page("glossary.html", who, view=glossary_view(who, found))
    return page("document.html", who, view=entity_view(who, found.relabelled()))


def _is_glossary(edition: Edition, name: str) -> bool:
    """Whether `name` is the ontology or the shapes: documents of all that their graphs hold."""
    return name in {f"{edition.base_iri}def/", f"{edition.base_iri}shape/"}


def _serialised(edition: Edition, found: Document, form: TextFormat) -> bytes:
    statements: list[Triple] | list[Quad]
    if _is_glossary(edition, found.iri):
        statements = graph_triples(edition, found.iri)
    elif form in DATASET:
        statements = found.quads(claim_triples(edition, found))
    else:
        statements = found.triples()
    return serialize(statements, format=form.rdf, prefixes=_prefixes(statements)) or b""


def _prefixes(statements: Iterable[Triple | Quad]) -> dict[str, str]:
    """The prefixes that `statements` need, in alphabetical order."""
    terms = {term for each in statements for term in each}
    names = {
        name.value
        for term in terms
        for name in (term, getattr(term, "datatype", None))
        if isinstance(name, NamedNode)
    }
    heads = {name[: max(name.rfind("/"), name.rfind("#")) + 1] for name in names}
    return {
        prefix: namespace
        for prefix, namespace in sorted(PREFIXES.items())
        if any(head.startswith(namespace) for head in heads)
    }


def _address(name: str) -> str:
    return f"{request.script_root}/{path_of(name, g.edition.base_iri)}"


def _thing_address(name: str) -> str:
    """Where the thing `name` itself is asked for."""
    edition: Edition = g.edition
    if not name.startswith(edition.base_iri):
        return quote(name, safe=URI_SAFE)
    path = path_of(name, edition.base_iri)
    return f"{request.script_root}/{path.replace('doc/', 'id/', 1) if path.startswith('doc/') else path}"


def _links(edition: Edition, found: Document) -> Iterator[str]:
    """Alternates, canonical and licence, neighbouring pages, and FAIR Signposting (cite-as, describedby, type)."""
    address, canonical = _address(found.iri), quote(found.iri, safe=URI_SAFE)
    joint = "&format=" if "?" in address else "?format=" if address.endswith("/") else "."
    for suffix, media_type in _BY_SUFFIX.items():
        yield f'<{address}{joint}{suffix}>; rel="alternate"; type="{media_type}"'
    yield f'<{canonical}>; rel="canonical"'
    yield f'<{canonical}>; rel="cite-as"'
    yield f'<{address}{joint}ttl>; rel="describedby"; type="text/turtle"'
    yield '<https://schema.org/AboutPage>; rel="type"'
    yield f'<{request.script_root}/dataset/>; rel="collection"; type="text/html"'
    if edition.manifest.license:
        yield f'<{edition.manifest.license}>; rel="license"'
    for rel, number in (("prev", found.page - 1), ("next", found.page + 1)):
        if 0 < number <= found.pages:
            yield f'<{address}{"&" if "?" in address else "?"}page={number}>; rel="{rel}"'
