"""A small site that somebody else might run: a few things, an endpoint, a dump. It can be given faults."""

import gzip
import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pyoxigraph import (
    DefaultGraph,
    NamedNode,
    QueryResultsFormat,
    QueryTriples,
    RdfFormat,
    Store,
    serialize,
)
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header, parse_etags, parse_range_header

BASE = "https://things.example/"
RDF = {
    "text/turtle": RdfFormat.TURTLE,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/ld+json": RdfFormat.JSON_LD,
}
RESULTS = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "text/csv": QueryResultsFormat.CSV,
    "text/tab-separated-values": QueryResultsFormat.TSV,
}
DATA = f"""
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<{BASE}id/a> a <{BASE}Thing> ; rdfs:label "å"@sv ; rdfs:seeAlso [ rdfs:label "b" ] .
<{BASE}id/old> a <{BASE}Thing> ; owl:deprecated true .
<{BASE}id/moved> a <{BASE}Thing> ; owl:deprecated true ; dcterms:isReplacedBy <{BASE}id/a> .
GRAPH <{BASE}graph> {{ <{BASE}id/a> rdfs:label "in a graph" }}
"""
DESCRIPTION = """
@prefix sd: <http://www.w3.org/ns/sparql-service-description#> .
@prefix void: <http://rdfs.org/ns/void#> .
@prefix f: <http://www.w3.org/ns/formats/> .
<#s> a sd:Service ; sd:endpoint <> ; sd:resultFormat f:SPARQL_Results_JSON, f:Turtle ; sd:defaultDataset <#d> .
<#d> sd:defaultGraph <#g> ; sd:namedGraph <#n> .
<#g> void:triples 9 .
<#n> sd:name <https://things.example/graph> ; sd:graph <#ng> .
<#ng> void:triples 1 .
"""
CATALOGUE = f"""
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<{BASE}catalogue> a dcat:Catalog .
<{BASE}d> dcat:downloadURL <{BASE}dataset/all.nt> ; dcat:byteSize "SIZE"^^xsd:nonNegativeInteger ;
    dcat:mediaType <https://www.iana.org/assignments/media-types/application/n-triples> .
<{BASE}e> dcat:downloadURL <https://elsewhere.example/x.nt> .
"""


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    query: list[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str:
        return self.headers.get(name.lower(), "")


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    #: Sent as it is, whatever the method is.
    raw: bytes | None = None

    def but(self, **headers: str | None) -> "Response":
        """The same with other headers; None takes one away."""
        changed = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return replace(self, headers={name: value for name, value in changed.items() if value is not None})


Fault = Callable[[Request, Response], Response]


class Site:
    """Answers without fault, after which a fault may change the answer."""

    def __init__(self, fault: Fault | None = None) -> None:
        self.fault = fault
        self.store = Store()
        self.store.load(DATA, RdfFormat.TRIG)
        held = [quad.triple for quad in self.store.quads_for_pattern(None, None, None, DefaultGraph())]
        self.dump = serialize(sorted(held, key=str), format=RdfFormat.N_TRIPLES)
        self.requests: list[Request] = []

    def answer(self, request: Request) -> Response:
        self.requests.append(request)
        response = self._finished(request, self._routed(request))
        return self.fault(request, response) if self.fault else response

    def _routed(self, request: Request) -> Response:
        path = request.path
        if path == "/sparql":
            return self._sparql(request)
        if request.method not in {"GET", "HEAD", "OPTIONS"}:
            return Response(405, {"allow": "GET, HEAD, OPTIONS"})
        if request.method == "OPTIONS":
            return Response(204, {"allow": "GET, HEAD, OPTIONS"})
        fixed = {
            "/": Response(200, {"content-type": "text/html"}, b"<html>a site</html>"),
            "/id/a": Response(303, {"location": "/doc/a"}),
            "/id/old": Response(410),
            "/id/moved": Response(308, {"location": "/id/a"}),
            "/dataset/manifest": Response(200, {"content-type": "application/json"}, self._manifest()),
            "/dataset/all.nt": Response(200, {"content-type": "application/n-triples"}, self.dump),
        }
        if path == "/doc/a":
            text = b"CONSTRUCT { ?s ?p ?o } WHERE { VALUES ?s { <https://things.example/id/a> } ?s ?p ?o }"
            response = self._graph(request, self.store.query(text.decode()), html=b"<html>a</html>")
            return response.but(link='</doc/a>; rel="alternate"; type="text/turtle"')
        if path == "/catalogue":
            store = Store()
            store.load(CATALOGUE.replace("SIZE", str(len(self.dump))), RdfFormat.TURTLE)
            return self._graph(request, [quad.triple for quad in store])
        return fixed.get(path, Response(404))

    def _manifest(self) -> bytes:
        entry = {
            "path": "all.nt",
            "bytes": len(self.dump),
            "sha256": hashlib.sha256(self.dump).hexdigest(),
            "mediaType": "application/n-triples",
        }
        return json.dumps({"baseIri": BASE, "files": [entry]}).encode()

    def _graph(self, request: Request, triples: Any, html: bytes | None = None) -> Response:
        offers = [*RDF, *(["text/html"] if html else [])]
        kind = best(request, offers)
        if kind is None:
            return Response(406, {"vary": "Accept"})
        body = html if kind == "text/html" else serialize(list(triples), format=RDF[kind])
        return Response(200, {"content-type": kind, "vary": "Accept"}, body or b"")

    def _sparql(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(204, {"allow": "GET, HEAD, POST, OPTIONS"})
        if request.method not in {"GET", "HEAD", "POST"}:
            return Response(405, {"allow": "GET, HEAD, POST, OPTIONS"})
        parameters = list(request.query)
        if request.method == "POST":
            kind = request.header("content-type").partition(";")[0]
            if kind == "application/sparql-query":
                parameters.append(("query", request.body.decode()))
            elif kind == "application/x-www-form-urlencoded":
                parameters = parse_qsl(request.body.decode())
            else:
                return Response(415)
        queries = [value for name, value in parameters if name == "query"]
        if not parameters and request.method == "GET":
            store = Store()
            store.load(DESCRIPTION, RdfFormat.TURTLE, base_iri=f"http://{request.header('host')}/sparql")
            return self._graph(request, [quad.triple for quad in store])
        return self._queried(request, queries[0], parameters) if len(queries) == 1 else Response(400)

    def _queried(self, request: Request, query: str, parameters: list[tuple[str, str]]) -> Response:
        default, named = (
            [NamedNode(value) for name, value in parameters if name == f"{kind}-graph-uri"] or None
            for kind in ("default", "named")
        )
        if "SERVICE" in query:
            return Response(403, {"content-type": "text/plain"}, b"SERVICE is refused")
        try:
            result = self.store.query(query, default_graph=default or ([] if named else None), named_graphs=named)
        except SyntaxError as error:
            return Response(400, {"content-type": "text/plain"}, str(error).encode())
        if isinstance(result, QueryTriples):
            return self._graph(request, result)
        kind = best(request, list(RESULTS))
        if kind is None:
            return Response(406, {"vary": "Accept"})
        if kind in {"text/csv", "text/tab-separated-values"} and "ASK" in query:
            return Response(406, {"vary": "Accept"})
        body = result.serialize(format=RESULTS[kind])
        return Response(200, {"content-type": kind, "vary": "Accept"}, body or b"")

    def _finished(self, request: Request, response: Response) -> Response:
        """With entity tag, ranges, gzip and CORS."""
        response = response.but(access_control_allow_origin="*")
        if response.status != 200:
            return response
        response = response.but(accept_ranges="bytes", etag=tag_of(response.body))
        if "gzip" in request.header("accept-encoding") and len(response.body) > 100:
            packed = gzip.compress(response.body, mtime=0)
            vary = ", ".join(filter(None, [response.headers.get("vary"), "Accept-Encoding"]))
            response = replace(response, body=packed).but(content_encoding="gzip", etag=tag_of(packed), vary=vary)
        if parse_etags(request.header("if-none-match")).contains(response.headers["etag"].strip('"')):
            return Response(304, response.headers)
        return ranged(request, response)


def ranged(request: Request, response: Response) -> Response:
    asked = parse_range_header(request.header("range"))
    if asked is None or request.header("if-range") not in {"", response.headers["etag"]}:
        return response
    length = len(response.body)
    found = asked.range_for_length(length)
    if found is None:
        return Response(416, {"content-range": f"bytes */{length}"})
    start, end = found
    return replace(response, status=206, body=response.body[start:end]).but(
        content_range=f"bytes {start}-{end - 1}/{length}"
    )


def tag_of(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:12]}"'


def best(request: Request, offers: list[str]) -> str | None:
    accepted = parse_accept_header(request.header("accept"), MIMEAccept)
    return accepted.best_match(offers) if accepted else offers[0]


@contextmanager
def running(fault: Fault | None = None) -> Iterator[tuple[str, Site]]:
    """The address of the site, served."""
    site = Site(fault)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            response = site.answer(Request(self.command, parts.path, parse_qsl(parts.query), headers, body))
            if response.raw is not None:
                self.wfile.write(response.raw)
                self.close_connection = True
                return
            self.send_response(response.status)
            for name, value in {"content-length": str(len(response.body)), **response.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(response.body)

        do_GET = do_HEAD = do_OPTIONS = do_POST = do_PUT = do_DELETE = answer  # noqa: N815

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
