"""A query as SPARQLWrapper puts it to an endpoint: a form that is posted by the SPARQL 1.1 Protocol."""

from urllib.request import Request

from pyoxigraph import NamedNode
from SPARQLWrapper import POST, SPARQLWrapper

from kommungraf.engine.endpoint import Endpoint
from kommungraf.engine.engine import Query

__all__ = ["posted"]


def posted(engine: Endpoint, query: Query, *, graphs: bool, media_type: str) -> Request:
    """The request for an answer of this media type; `graphs` where the query's text names those of its dataset."""
    return _Query(engine, query, graphs=graphs).accepting(media_type)


class _Query(SPARQLWrapper):
    """The request of one query of the SPARQL 1.1 Protocol."""

    def __init__(self, engine: Endpoint, query: Query, *, graphs: bool) -> None:
        super().__init__(engine.url)
        self.setMethod(POST)
        self.setOnlyConneg(True)
        self.queryString = _with_base(query)  # setQuery would guess the form by a pattern; our parser knows it
        if engine.default_graph is not None and not (graphs or query.default_graphs or query.named_graphs):
            self.addParameter("default-graph-uri", engine.default_graph)
        for name in query.default_graphs:
            self.addParameter("default-graph-uri", name)
        for name in query.named_graphs:
            self.addParameter("named-graph-uri", name)

    def accepting(self, media_type: str) -> Request:
        """The request for an answer of this media type."""
        self.addCustomHttpHeader("Accept", media_type)
        request: Request = self._createRequest()
        return request


def _with_base(query: Query) -> str:
    """The query's text, relative IRIs in it meant as our own server means them."""
    if query.base_iri is None:
        return query.text
    return " ".join(("BASE", str(NamedNode(query.base_iri)), query.text))
