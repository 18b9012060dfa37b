"""How a SPARQL endpoint keeps to the protocol and to what its description says of it."""

import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import quote, urlencode, urljoin

from pyoxigraph import Dataset, Literal, NamedNode

from kommungraf.doctor.examination import Check, Site, Verdict, absent, failed, passed
from kommungraf.doctor.readings import GRAPH_TYPES, RESULT_TYPES, quads_of, rows_of, truth_of
from kommungraf.doctor.visits import Reply
from kommungraf.vocab import iri

__all__ = ["CHECKS", "question"]

_JSON: Final = "application/sparql-results+json"
_QUERY: Final = "application/sparql-query"
_UPDATE: Final = "application/sparql-update"
_FORM: Final = "application/x-www-form-urlencoded"
_NOWHERE: Final = "urn:uuid:00000000-0000-4000-8000-3f9a7d1c0000"
#: It inserts nothing, so it harms nobody even where it is carried out.
_HARMLESS: Final = "INSERT DATA {}"
_MOST_GRAPHS: Final = 10
_LEXICAL: Final = r"""SELECT ?a ?b ?c ?d ?e ?f WHERE { VALUES (?a ?b ?c ?d ?e) {
  ("\u00e5\u2603 <&> \"quoted\", comma\nline" "hej"@sv "01.50"^^<urn:x:odd> <http://example.org/å> UNDEF) } BIND(BNODE() AS ?f) }"""
_TERMS: Final = (
    '"å☃ <&> \\"quoted\\", comma\\nline"',
    '"hej"@sv',
    '"01.50"^^<urn:x:odd>',
    "<http://example.org/å>",
    "",
)
_BARE: Final = ('å☃ <&> "quoted", comma\nline', "hej", "01.50", "http://example.org/å", "")
#: Nobody can be at this endpoint (RFC 2606 §2).
_ELSEWHERE: Final = "SELECT ?s WHERE { SERVICE <https://nobody.invalid/sparql> { ?s ?p ?o } }"
_BROKEN: Final = "SELECT ?s WHERE {\n  ?s ?p\n  ??? broken\n}"
_POSITION: Final = re.compile(rb"(?:line|rad)\W{0,5}3|\b3\s?[:,]\s?\d|\"line\"\s*:\s*3", re.IGNORECASE)
_FORMATS: Final = "http://www.w3.org/ns/formats/"
_TYPE_OF_FORMAT: Final[Mapping[str, str]] = {
    "SPARQL_Results_JSON": RESULT_TYPES[0],
    "SPARQL_Results_XML": RESULT_TYPES[1],
    "SPARQL_Results_CSV": RESULT_TYPES[2],
    "SPARQL_Results_TSV": RESULT_TYPES[3],
    "Turtle": "text/turtle",
    "JSON-LD": "application/ld+json",
    "N-Triples": "application/n-triples",
    "RDF_XML": "application/rdf+xml",
    "TriG": "application/trig",
    "N-Quads": "application/n-quads",
}


def question(endpoint: str, text: str, **parameters: str) -> str:
    """The address at which a query is asked by GET."""
    joint = "&" if "?" in endpoint else "?"
    return endpoint + joint + urlencode({"query": text, **parameters}, quote_via=quote)


def _asked(site: Site, text: str, kind: str, **parameters: str) -> Reply:
    return site.visitor.follow(question(site.endpoint, text, **parameters), {"Accept": kind})


def _posted(site: Site, body: str, kind: str, accept: str = _JSON) -> Reply:
    headers = {"Content-Type": kind, "Accept": accept}
    return site.visitor.ask(site.endpoint, "POST", headers, body.encode())


def _speaks(site: Site) -> bool:
    return _asked(site, "ASK {}", _JSON).status == 200


def results(site: Site) -> Iterator[Verdict]:
    """Answers come in each format of results, with every term as it is."""
    reply = _asked(site, "ASK {}", _JSON)
    if reply.status in {404, 410}:
        yield absent("There is no SPARQL endpoint at <{url}>. Name it with --endpoint.", site.endpoint)
        return
    if reply.status != 200 or not truth_of(reply):
        yield failed(
            "<{url}> doesn't answer “ASK {{}}” with true but with {status}.", site.endpoint, status=reply.status
        )
        return
    for kind in RESULT_TYPES:
        reply = _asked(site, _LEXICAL, kind)
        if reply.status == 406:
            yield absent("Results aren't had as {kind}.", site.endpoint, kind=kind)
        elif reply.status != 200 or reply.media_type != kind:
            told = "Asked for {kind} alone, <{url}> answers {status} with “{got}”."
            yield failed(told, site.endpoint, kind=kind, status=reply.status, got=reply.media_type)
        else:
            yield _faithful(reply, kind, site.endpoint)


def _faithful(reply: Reply, kind: str, endpoint: str) -> Verdict:
    rows = rows_of(reply)
    expected = _BARE if kind == "text/csv" else _TERMS
    blank = len(rows) == 1 and len(rows[0]) == 6 and rows[0][5].startswith("_:")
    if blank and rows[0][:5] == expected:
        return passed("Every term comes through as {kind}.", endpoint, kind=kind)
    return failed("A term doesn't come through as {kind}: {got}", endpoint, kind=kind, got=rows[:1])


def graphs(site: Site) -> Iterator[Verdict]:
    """Graphs come in each format of RDF."""
    if not _speaks(site):
        return
    text = "CONSTRUCT { <urn:x:s> <urn:x:p> 'å'@sv } WHERE {}"
    for kind in GRAPH_TYPES:
        reply = _asked(site, text, kind)
        if reply.status == 406:
            yield absent("Graphs aren't had as {kind}.", site.endpoint, kind=kind)
        elif reply.media_type != kind or [quad.object for quad in quads_of(reply)] != [
            Literal("å", language="sv")
        ]:
            told = "Asked for {kind} alone, <{url}> answers {status} with “{got}”."
            yield failed(told, site.endpoint, kind=kind, status=reply.status, got=reply.media_type)
        else:
            yield passed("Graphs come as {kind}.", site.endpoint, kind=kind)


def operations(site: Site) -> Iterator[Verdict]:
    """A query is asked by GET, by form and by itself, with the same answer."""
    if not _speaks(site):
        return
    text = "SELECT (1 AS ?x) WHERE {}"
    ways = {
        "POST (form)": _posted(site, urlencode({"query": text}), _FORM),
        "POST (direct)": _posted(site, text, _QUERY),
        "POST (direct, charset)": _posted(site, text, f"{_QUERY}; charset=utf-8"),
    }
    expected = rows_of(_asked(site, text, _JSON))
    for way, reply in ways.items():
        if reply.status == 200 and rows_of(reply) == expected:
            yield passed("{way} is answered as GET is.", site.endpoint, way=way)
        else:
            yield failed(
                "{way} isn't answered as GET is but with {status}.", site.endpoint, way=way, status=reply.status
            )


def refusals(site: Site) -> Iterator[Verdict]:
    """What isn't a query of the protocol is told as the client's fault."""
    if not _speaks(site):
        return
    ask = site.visitor.ask
    double = question(site.endpoint, "ASK {}") + "&query=ASK%20%7B%7D"
    yield _refused("two queries at once", ask(double), {400})
    yield _refused("a POST without a query", _posted(site, "", _FORM), {400})
    yield _refused("a body in another media type", _posted(site, "ASK {}", "text/x-nothing"), {400, 415})
    put = ask(site.endpoint, "PUT", {"Content-Type": "text/turtle"}, b"")
    yield _refused("PUT", put, {400, 401, 403, 404, 405, 415, 501})
    if put.status == 405:
        fits = {"get", "post"} <= put.values("allow")
        yield (passed if fits else failed)(
            "The 405 of <{url}> allows “{allow}”.", put.url, allow=put.headers.get("allow", "")
        )
    malformed = _asked(site, _BROKEN, "application/problem+json, */*;q=0.5")
    yield _refused("a query that doesn't parse", malformed, {400})
    if _POSITION.search(malformed.body):
        yield passed("The answer to a query that doesn't parse says where.", site.endpoint)
    else:
        yield absent("The answer to a query that doesn't parse doesn't say where.", site.endpoint)
    nothing = _asked(site, "ASK {}", "application/x-nothing-has-this-type")
    yield _refused("a media type that nothing has", nothing, {406})


def _refused(what: str, reply: Reply, statuses: set[int]) -> Verdict:
    if reply.status in statuses:
        return passed("{what}: refused with {status}.", reply.url, what=what, status=reply.status)
    expected = ", ".join(map(str, sorted(statuses)))
    return failed(
        "{what}: answered {status}, not {expected}.", reply.url, what=what, status=reply.status, expected=expected
    )


def updates(site: Site) -> Iterator[Verdict]:
    """Nobody may write; what is tried would insert nothing."""
    if not _speaks(site):
        return
    ways = {
        "update (form)": _posted(site, urlencode({"update": _HARMLESS}), _FORM),
        "update (direct)": _posted(site, _HARMLESS, _UPDATE),
        "update (GET)": site.visitor.ask(site.endpoint + "?" + urlencode({"update": _HARMLESS})),
        "update as a query": _posted(site, urlencode({"query": _HARMLESS}), _FORM),
    }
    for way, reply in ways.items():
        if 400 <= reply.status < 500 or reply.status == 501:
            yield passed("{what}: refused with {status}.", site.endpoint, what=way, status=reply.status)
        else:
            yield failed(
                "{what}: not refused but answered {status}.", site.endpoint, what=way, status=reply.status
            )


def datasets(site: Site) -> Iterator[Verdict]:
    """A request's dataset is the one that it names."""
    if not _speaks(site):
        return
    text = "ASK { ?s ?p ?o }"
    for name in ("default-graph-uri", "named-graph-uri"):
        reply = _asked(site, text, _JSON, **{name: _NOWHERE})
        if reply.status == 200 and truth_of(reply):
            yield failed(
                "With {name} of a graph that doesn't exist there are still statements.", site.endpoint, name=name
            )
        elif reply.status >= 500:
            yield failed("{name} is answered {status}.", site.endpoint, name=name, status=reply.status)
        else:
            yield passed("{name} decides what is asked.", site.endpoint, name=name)


def description(site: Site) -> Iterator[Verdict]:
    """The service description is there, parses, and agrees with what the endpoint does."""
    if not _speaks(site):
        return
    reply = _described(site)
    if reply is None:
        yield absent("<{url}> has no service description.", site.endpoint)
        return
    said = Dataset(quads_of(reply))
    service = next(iter(said.quads_for_object(NamedNode(iri("sd:Service")))), None)
    if service is None:
        yield failed("The description at <{url}> describes no sd:Service.", site.endpoint)
        return
    yield passed("<{url}> has a service description.", site.endpoint)
    yield _endpoint_said(site, said, reply)
    yield from _formats_said(site, said)
    yield from _counts_said(site, said)


def _described(site: Site) -> Reply | None:
    reply = site.visitor.follow(site.endpoint, {"Accept": "text/turtle, application/rdf+xml;q=0.9"})
    return reply if reply.status == 200 and reply.media_type in GRAPH_TYPES else None


def _objects(said: Dataset, predicate: str, subject: object = None) -> list[object]:
    quads = said.quads_for_predicate(NamedNode(iri(predicate)))
    return [quad.object for quad in quads if subject is None or quad.subject == subject]


def _endpoint_said(site: Site, said: Dataset, reply: Reply) -> Verdict:
    named = [
        urljoin(reply.url, term.value) for term in _objects(said, "sd:endpoint") if isinstance(term, NamedNode)
    ]
    if site.endpoint in {site.address(url) for url in named} or reply.url in named:
        return passed("The description names the endpoint that gives it.", site.endpoint)
    return failed("The description names the endpoint {named} and not <{url}>.", site.endpoint, named=named)


def _formats_said(site: Site, said: Dataset) -> Iterator[Verdict]:
    names = {
        term.value.removeprefix(_FORMATS)
        for term in _objects(said, "sd:resultFormat")
        if isinstance(term, NamedNode)
    }
    for name in sorted(names & set(_TYPE_OF_FORMAT)):
        kind = _TYPE_OF_FORMAT[name]
        text = "SELECT (1 AS ?x) {}" if kind in RESULT_TYPES else "CONSTRUCT { <urn:x:s> <urn:x:p> 1 } WHERE {}"
        reply = _asked(site, text, kind)
        if reply.status == 200 and reply.media_type == kind:
            yield passed("The format {name} that is described is had.", site.endpoint, name=name)
        else:
            told = "The format {name} that is described isn't had but answered {status}, “{got}”."
            yield failed(told, site.endpoint, name=name, status=reply.status, got=reply.media_type)


def _counts_said(site: Site, said: Dataset) -> Iterator[Verdict]:
    defaults = [(None, graph) for graph in _objects(said, "sd:defaultGraph")]
    named = said.quads_for_predicate(NamedNode(iri("sd:name")))
    pairs = sorted(((quad.object, quad.subject) for quad in named), key=str)[:_MOST_GRAPHS]
    for name, node in (*defaults, *pairs):
        graph = node if name is None else next(iter(_objects(said, "sd:graph", node)), node)
        for count in _objects(said, "void:triples", graph):
            yield _counted(site, name, count)


def _counted(site: Site, name: object, said: object) -> Verdict:
    graphs = {} if name is None else {"default-graph-uri": getattr(name, "value", "")}
    rows = rows_of(_asked(site, "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }", "text/csv", **graphs))
    described = said.value if isinstance(said, Literal) else str(said)
    counted = rows[0][0] if rows else "?"
    graph = "default" if name is None else str(name)
    told = "The graph {graph} is described with {described} triples and has {counted}."
    fits = described == counted
    return (passed if fits else failed)(told, site.endpoint, graph=graph, described=described, counted=counted)


def federation(site: Site) -> Iterator[Verdict]:
    """Nobody is asked on a query's behalf, unless the description says so; what then fails is told as a failure."""
    if not _speaks(site):
        return
    reply = _described(site)
    features = [] if reply is None else _objects(Dataset(quads_of(reply)), "sd:feature")
    federates = NamedNode(iri("sd:BasicFederatedQuery")) in features
    if federates:
        yield passed("The description names sd:BasicFederatedQuery.", site.endpoint)
    else:
        yield absent("The description doesn't name sd:BasicFederatedQuery.", site.endpoint)
    answer = _asked(site, _ELSEWHERE, _JSON)
    if 400 <= answer.status < 500 or answer.status == 501:
        yield passed(
            "{what}: refused with {status}.",
            site.endpoint,
            what="SERVICE at an endpoint that isn't there",
            status=answer.status,
        )
        if b"service" not in answer.body.lower():
            yield absent("The refusal of SERVICE doesn't say that it is about SERVICE.", site.endpoint)
    elif answer.status >= 500 and federates:
        yield passed(
            "SERVICE at an endpoint that isn't there fails with {status}.", site.endpoint, status=answer.status
        )
    elif answer.status >= 500:
        told = "SERVICE isn't described, and at an endpoint that isn't there it isn't refused but fails with {status}."
        yield failed(told, site.endpoint, status=answer.status)
    else:
        told = "SERVICE at an endpoint that isn't there is answered {status}, as if there were an answer."
        yield failed(told, site.endpoint, status=answer.status)


def reasked(site: Site) -> Iterator[Verdict]:
    """An answer's ETag gets 304."""
    if not _speaks(site):
        return
    url = question(site.endpoint, "SELECT (1 AS ?x) WHERE {}")
    reply = site.visitor.ask(url, headers={"Accept": _JSON})
    tag = reply.headers.get("etag")
    if tag is None:
        yield absent("Answers have no ETag.", site.endpoint)
    else:
        again = site.visitor.ask(url, headers={"Accept": _JSON, "If-None-Match": tag})
        told = "Asked again with its ETag, an answer is {status}."
        yield (passed if again.status == 304 else failed)(told, site.endpoint, status=again.status)


def varying(site: Site) -> Iterator[Verdict]:
    """An answer says that it depends on Accept."""
    if not _speaks(site):
        return
    url = question(site.endpoint, "SELECT (1 AS ?x) WHERE {}")
    one, other = (site.visitor.ask(url, headers={"Accept": kind}) for kind in (_JSON, "text/csv"))
    if other.media_type == one.media_type:
        yield absent("Answers aren't negotiated.", site.endpoint)
    elif {"accept", "*"} & one.values("vary"):
        yield passed("<{url}> says what it depends on.", site.endpoint)
    else:
        told = "<{url}> depends on Accept, and its Vary in {kind} doesn't say so."
        yield failed(told, site.endpoint, kind=_JSON)


CHECKS: Final = (
    Check("results", "SPARQL 1.1 Protocol §2.1.5", results),
    Check("graphs", "SPARQL 1.1 Protocol §2.1.5", graphs),
    Check("operations", "SPARQL 1.1 Protocol §2.1", operations),
    Check("refusals", "SPARQL 1.1 Protocol §2.1.6", refusals),
    Check("updates", "SPARQL 1.1 Protocol §2.2, §4", updates),
    Check("datasets", "SPARQL 1.1 Protocol §2.1.4", datasets),
    Check("description", "SPARQL 1.1 Service Description", description),
    Check("federation", "SPARQL 1.1 Federated Query §2, Service Description §3.2.5", federation),
    Check("reasked", "RFC 9110 §13.1.2", reasked),
    Check("varying", "RFC 9110 §12.5.5", varying),
)
