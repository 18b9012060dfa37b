"""The SPARQL 1.1 Graph Store Protocol, its reading half: every named graph and the default graph by address."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Final
from urllib.parse import quote

from flask import Blueprint, Response, g, request
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from kommungraf.editions.edition import Edition
from kommungraf.engine.callers import caller_of
from kommungraf.engine.engine import Query
from kommungraf.engine.ownqueries import query_text
from kommungraf.errors import BadRequest, UnknownResource
from kommungraf.formats import RDF
from kommungraf.http.answers import sent
from kommungraf.http.downloads import held_view
from kommungraf.http.freshness import fixed
from kommungraf.http.negotiation import page_number, required
from kommungraf.http.servicedescription import MOST_GRAPHS, named_graphs
from kommungraf.resources.links import URI_SAFE, spellings
from kommungraf.vocab import PREFIXES, iri

__all__ = ["blueprint"]

blueprint = Blueprint("graphstore", __name__)

_FORMS: Final = {form.media_type: form for form in RDF}


@blueprint.get("/rdf-graphs")
def indirect() -> Response:
    """The graph that `graph=` or `default` names (§4.2), or the list of all without either."""
    names, default = request.args.getlist("graph"), "default" in request.args
    if len(names) + default > 1:
        raise BadRequest("Ask for one graph at a time: ?graph=IRI or ?default.")
    if default:
        return _negotiated(held_view(_FORMS[required(request, tuple(_FORMS))]))
    return _named(_checked(names[0])) if names else _listed()


@blueprint.get("/rdf-graphs/<path:key>")
def direct(key: str) -> Response:
    """The graph whose IRI is the base IRI and this path (§4.1)."""
    edition: Edition = g.edition
    found = next((each for each in spellings(edition.base_iri, key) if edition.index.has_graph(each)), None)
    return _named(found or edition.base_iri + key)


def _checked(name: str) -> str:
    try:
        return NamedNode(name).value
    except ValueError as error:
        raise BadRequest("The parameter graph is the IRI of a graph, written out: ?graph=https://…") from error


def _named(name: str) -> Response:
    """All that a named graph holds."""
    edition: Edition = g.edition
    if not edition.index.has_graph(name):
        raise UnknownResource(name)
    media_type = required(request, tuple(_FORMS))
    tag = edition.etag("graph", name, media_type)
    if request.if_none_match.contains_weak(tag):
        response = Response()
    else:
        query = Query(
            query_text("graph"),
            solutions=None,
            graph=media_type,
            default_graphs=(name,),
            own=True,
            caller=caller_of(request.environ),
        )
        response = sent(edition.evaluator.evaluate(query), media_type)
    response.headers["Link"] = f'<{quote(name, safe=URI_SAFE)}>; rel="canonical"'
    return _negotiated(fixed(response, tag, weak=True))


def _listed() -> Response:
    """One page of the named graphs with the triples in each."""
    edition: Edition = g.edition
    media_type, page, total = required(request, tuple(_FORMS)), page_number(request), edition.index.graph_count()
    pages = max(1, -(-total // MOST_GRAPHS))
    if page > pages:
        raise UnknownResource(request.url)
    neighbours = {rel: number for rel, number in (("prev", page - 1), ("next", page + 1)) if 0 < number <= pages}
    triples = chain(
        _collection(total, page, neighbours), named_graphs(_node(), _page(page), first=_first(page) + 1)
    )
    prefixes = {prefix: PREFIXES[prefix] for prefix in ("hydra", "rdf", "sd", "void", "xsd")}
    content = serialize(triples, format=RdfFormat.from_media_type(media_type), prefixes=prefixes)
    response = _negotiated(Response(content, mimetype=media_type))
    for rel, number in neighbours.items():
        response.headers.add("Link", f'<{request.path}?page={number}>; rel="{rel}"')
    return fixed(response, edition.etag("graphs", request.base_url, media_type, str(page)))


def _node() -> NamedNode:
    return NamedNode(f"{request.base_url}#graphs")


def _first(page: int) -> int:
    """How many graphs stand before a page."""
    return (page - 1) * MOST_GRAPHS


def _page(page: int) -> Iterable[tuple[str, int]]:
    edition: Edition = g.edition
    return edition.index.graphs(limit=MOST_GRAPHS, offset=_first(page))


def _collection(total: int, page: int, neighbours: Mapping[str, int]) -> Iterator[Triple]:
    """What the list is, and which part of it this page holds."""
    view = NamedNode(f"{request.base_url}?page={page}")
    yield Triple(_node(), NamedNode(iri("rdf:type")), NamedNode(iri("sd:GraphCollection")))
    yield Triple(_node(), NamedNode(iri("hydra:totalItems")), Literal(total))
    yield Triple(_node(), NamedNode(iri("hydra:view")), view)
    yield Triple(view, NamedNode(iri("rdf:type")), NamedNode(iri("hydra:PartialCollectionView")))
    for rel, number in neighbours.items():
        name = {"prev": "hydra:previous", "next": "hydra:next"}[rel]
        yield Triple(view, NamedNode(iri(name)), NamedNode(f"{request.base_url}?page={number}"))


def _negotiated(response: Response) -> Response:
    response.vary.add("Accept")
    return response
