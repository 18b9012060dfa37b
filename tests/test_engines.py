"""The same cases over our own engine in memory and on disk, and over two others behind their endpoints.

What an engine does otherwise is in DEVIATIONS, each a test that must fail; docs/scaling.md tells what it means.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pyoxigraph import (
    BlankNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
    parse,
    parse_query_results,
)

from engines import VIRTUOSO, Server, oxigraph, virtuoso
from kommungraf.editions.pointer import PointedEvaluator
from kommungraf.editions.search import Index
from kommungraf.editions.transfer import Target, push
from kommungraf.engine.endpoint import Credentials, endpoint
from kommungraf.engine.engine import OFFERS, Engine, Query
from kommungraf.engine.evaluator import Evaluator
from kommungraf.errors import (
    KommungrafError,
    NotAcceptable,
    QueryLimitExceeded,
    QuerySyntaxError,
    ServiceRefused,
    UpdateRefused,
)
from kommungraf.releases.manifest import read_manifest
from kommungraf.resources.resources import claim_triples, graph_triples, load
from kommungraf.resources.surroundings import load_with_surroundings
from kommungraf.settings.limits import Limits
from kommungraf.vocab import BASE
from kommungraf.vocab import iri as term
from serving_release import ALMHULT, CLAIM, OTHER_CLAIM, TRIG, write_release

LIMITS = Limits(seconds=30, memory_bytes=160 << 20, result_bytes=1 << 20, workers=4)
HELD = f"{BASE}id/graph/held"
JSON = "application/sparql-results+json"
TSV = "text/tab-separated-values"
#: More than fits into a socket's buffer, so that a challenge comes while it is on its way.
FILLER = " ".join(f'<{BASE}id/filler> <{BASE}def/value> "{number} {"filler " * 40}" .' for number in range(5_000))
TOWN, PARTNER, TIE = (f"{BASE}id/municipality/a", f"{BASE}id/municipality/b", f"{BASE}id/twinning/a-b")
DATA = (
    TRIG
    + f"""
<{BASE}id/x> <{BASE}def/value> "1"^^<http://www.w3.org/2001/XMLSchema#integer> , 2.5 , "text" , "åäö \\"quoted\\"\\n"@sv ,
    "2024-05-01"^^<http://www.w3.org/2001/XMLSchema#date> , [ <{BASE}def/inner> [ <{BASE}def/leaf> "leaf" ] ] .
<{BASE}id/y> <{BASE}def/flag> true .
<{BASE}id/w> <{BASE}def/flag> 7 , "POINT(19.21369 63.93027)"^^<http://www.opengis.net/ont/geosparql#wktLiteral> .
<{OTHER_CLAIM}> {{ <{BASE}id/z> <{BASE}def/value> "named" }}
<{BASE}id/graph/filler> {{ {FILLER} }}
@prefix geo: <http://www.opengis.net/ont/geosparql#> .
@prefix wgs84: <http://www.w3.org/2003/01/geo/wgs84_pos#> .
<{TOWN}> kg:cooperatesWith <{PARTNER}> ; org:memberOf <{TIE}> .
<{BASE}id/membership/m> org:member <{TOWN}> ; org:organization <{TIE}> ; kg:period "2010" .
<{TIE}> kg:period "2009" ; org:hasMember <{TOWN}> , <{PARTNER}> .
<{PARTNER}> geo:hasDefaultGeometry <{BASE}id/geometry/g> .
<{BASE}id/geometry/g> wgs84:lat 56.9 ; wgs84:long 14.8 .
<{BASE}id/claim/a/1> kg:status kg:Accepted .
<{BASE}id/claim/a/2> kg:status kg:Disputed .
<{BASE}id/claim/a/1> {{
    <{BASE}id/membership/m> org:member <{TOWN}> ; org:organization <{TIE}> ; kg:period "2010" .
    <{TIE}> kg:period "2009" .
}}
<{BASE}id/claim/a/2> {{ <{BASE}id/membership/m> kg:period "2011" ; kg:theme <{BASE}id/theme/t> }}
"""
)


@dataclass(frozen=True)
class Opened:
    """One engine over the release, by name, with what it may still be asked through."""

    name: str
    evaluator: Engine
    release: Path
    index: Index


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_release(tmp_path_factory.mktemp("releases"), DATA)


@pytest.fixture(scope="module")
def index(release: Path) -> Iterator[Index]:
    opened = Index(release / "index.sqlite")
    yield opened
    opened.close()


def pointed(server: Server, release: Path, default_graph: str | None = None) -> Engine:
    """The release pushed to the server and read from there."""
    who = Credentials(server.user, server.password)
    target = Target(endpoint(server.query, who, default_graph), endpoint(server.graphs, who))
    push(release, [target], LIMITS, lambda _step: None)
    return PointedEvaluator([target.query], read_manifest(release), LIMITS)


@pytest.fixture(scope="module", params=["memory", "disk", "oxigraph", VIRTUOSO])
def engine(
    request: pytest.FixtureRequest, release: Path, index: Index, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Opened]:
    match request.param:
        case "memory" | "disk" as place:
            limits = replace(LIMITS, memory_quads=0 if place == "disk" else LIMITS.memory_quads)
            evaluator: Engine = Evaluator(release, limits, quads=1)
            yield Opened(place, evaluator, release, index)
            evaluator.close()
        case "oxigraph":
            with oxigraph(None) as server:
                evaluator = pointed(server, release)
                yield Opened("oxigraph", evaluator, release, index)
                evaluator.close()
        case "virtuoso":
            with virtuoso(tmp_path_factory.mktemp("virtuoso")) as server:
                evaluator = pointed(server, release, HELD)
                yield Opened("virtuoso", evaluator, release, index)
                evaluator.close()


DEVIATIONS = {
    ("virtuoso", "the-protocol-overrides-from"): "Virtuoso adds FROM to the graphs of the request",
    ("virtuoso", "nested-blank-nodes"): "Virtuoso's DESCRIBE doesn't follow blank nodes",
    ("virtuoso", "boolean"): "Virtuoso keeps an xsd:boolean as an integer",
    (
        "virtuoso",
        "graph-by-name",
    ): "beside a default graph named in the request, Virtuoso finds no graph that a query names",
    ("virtuoso", "escaped-name"): "Virtuoso reads no escaped character in a prefixed name",
    ("virtuoso", "names-of-graphs"): "Virtuoso names no graph to GRAPH ?g {}",
    ("virtuoso", "values-after"): "Virtuoso takes no VALUES after the query for what isn't projected",
    ("virtuoso", "exists-in-an-expression"): "Virtuoso takes no EXISTS beside another operand in BIND",
    ("virtuoso", "coordinates"): "Virtuoso makes a geometry of its own, with more digits, of geo:wktLiteral",
}


@pytest.fixture(autouse=True)
def _deviation(request: pytest.FixtureRequest, engine: Opened) -> None:
    """A case in which this engine is known to differ must fail."""
    case = request.node.callspec.id.removeprefix(f"{engine.name}-")
    if (reason := DEVIATIONS.get((engine.name, case))) is not None:
        request.node.add_marker(pytest.mark.xfail(reason=reason, strict=True))


def body(engine: Opened, text: str, **options: object) -> bytes:
    query = Query(text, **{"solutions": TSV, "boolean": JSON, "graph": "application/n-triples", **options})  # type: ignore[arg-type]
    with engine.evaluator.evaluate(query).body as stream:
        return stream.read()


def unlabelled(term: object) -> str:
    return "_:" if isinstance(term, BlankNode) else re.sub(r"_:\w+", "_:", str(term))


def rows(results: object) -> list[str]:
    """A result without the order of its rows and without the labels of its blank nodes."""
    if isinstance(results, QueryBoolean):
        return [str(bool(results))]
    if isinstance(results, QuerySolutions):
        names = sorted(variable.value for variable in results.variables)
        return sorted(
            " ".join(f"{name}={unlabelled(row[name])}" for name in names if row[name] is not None)
            for row in results
        )
    return sorted(unlabelled(getattr(each, "triple", each)) for each in results)  # type: ignore[attr-defined]


QUERIES = [
    pytest.param(
        f"SELECT * {{ ?s ?p ?o FILTER(?p != <{BASE}def/flag>) }}",
        id="all-of-the-default-graph",
    ),
    pytest.param(f"SELECT ?o {{ <{BASE}id/x> ?p ?o }}", id="terms"),
    pytest.param(f"SELECT ?o {{ <{BASE}id/y> ?p ?o }}", id="boolean"),
    pytest.param(
        f"SELECT ?g ?s ?o {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), '{BASE}id/claim')) }}",
        id="named-graphs",
    ),
    pytest.param(f"SELECT * {{ GRAPH <{CLAIM}> {{ ?s ?p ?o }} }}", id="graph-by-name"),
    pytest.param(
        f"SELECT ?p {{ <{ALMHULT}> ?p ?o OPTIONAL {{ ?o <{BASE}def/none> ?none }} FILTER(!BOUND(?none)) }}",
        id="optional",
    ),
    pytest.param("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", id="count"),
    pytest.param("SELECT ?p (COUNT(?s) AS ?n) { ?s ?p ?o } GROUP BY ?p HAVING (COUNT(?s) > 1)", id="group"),
    pytest.param(f'SELECT ?x {{ VALUES ?x {{ <{ALMHULT}> "å"@sv 1 }} }}', id="values"),
    pytest.param(
        f"SELECT ?o {{ <{BASE}id/x> (<{BASE}def/value>/<{BASE}def/inner>/<{BASE}def/leaf>)|<{BASE}def/none> ?o }}",
        id="path",
    ),
    pytest.param(
        f"SELECT ?s {{ ?s a <{BASE}def/Municipality> MINUS {{ ?s <http://www.w3.org/ns/org#memberOf> ?o }} }}",
        id="minus",
    ),
    pytest.param("SELECT * { ?s <urn:none> ?o }", id="empty"),
    pytest.param(f"ASK {{ <{ALMHULT}> ?p ?o }}", id="ask"),
    pytest.param("ASK { ?s <urn:none> ?o }", id="ask-no"),
    pytest.param(
        f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o FILTER(?p != <{BASE}def/flag>) }}",
        id="construct",
    ),
    pytest.param(
        f"CONSTRUCT {{ ?s <{BASE}def/b> [] }} WHERE {{ ?s a <{BASE}def/Municipality> }}",
        id="construct-blank-nodes",
    ),
    pytest.param("CONSTRUCT WHERE { ?s <urn:none> ?o }", id="construct-nothing"),
    pytest.param(f"PREFIX b: <{BASE}> SELECT ?o {{ b:id\\/x ?p ?o FILTER(!ISBLANK(?o)) }}", id="escaped-name"),
    pytest.param(
        f"SELECT DISTINCT ?g {{ GRAPH ?g {{}} FILTER(STRSTARTS(STR(?g), '{BASE}id/claim')) }}",
        id="names-of-graphs",
    ),
    pytest.param(
        f"SELECT ?o {{ ?s <{BASE}def/flag> ?o FILTER(ISNUMERIC(?o)) }} VALUES ?s {{ <{BASE}id/w> }}",
        id="values-after",
    ),
    pytest.param(
        f"SELECT ?x {{ VALUES ?s {{ <{ALMHULT}> }} BIND(EXISTS {{ ?s a ?c }} || BOUND(?none) AS ?is) BIND(STR(?is) AS ?x) }}",
        id="exists-in-an-expression",
    ),
    pytest.param(f"SELECT ?o {{ <{BASE}id/w> <{BASE}def/flag> ?o FILTER(!ISNUMERIC(?o)) }}", id="coordinates"),
]


@pytest.mark.parametrize("text", QUERIES)
def test_every_engine_answers_the_same(engine: Opened, text: str) -> None:
    store = Store()
    store.extend(parse(DATA, RdfFormat.TRIG))
    expected = rows(store.query(text))
    found = body(engine, text, solutions=JSON)
    if "CONSTRUCT" in text:
        assert rows(parse(found, RdfFormat.N_TRIPLES)) == expected
    else:
        assert rows(parse_query_results(found, QueryResultsFormat.JSON)) == expected


@pytest.mark.parametrize("media_type", OFFERS["solutions"])
def test_solutions_come_in_every_format(engine: Opened, media_type: str) -> None:
    found = body(engine, f"SELECT ?o {{ <{BASE}id/x> ?p ?o FILTER(ISBLANK(?o)) }}", solutions=media_type)
    assert found.count(b"_:") + found.count(b"bnode") >= 1
    assert (
        engine.evaluator.evaluate(Query("SELECT * {}", solutions=media_type, graph=None)).media_type == media_type
    )


@pytest.mark.parametrize("media_type", OFFERS["triples"])
def test_graphs_come_in_every_format(engine: Opened, media_type: str) -> None:
    found = body(engine, f"CONSTRUCT WHERE {{ <{ALMHULT}> ?p ?o }}", graph=media_type)
    form = RdfFormat.from_media_type(media_type)
    assert form is not None
    assert len(list(parse(found, form))) == 5


@pytest.mark.parametrize(
    ("clause", "default_graphs", "named_graphs", "found"),
    [
        pytest.param("", (CLAIM,), (), "1", id="protocol-default-graph"),
        pytest.param("", (CLAIM, OTHER_CLAIM), (), "3", id="two-default-graphs"),
        pytest.param(f"FROM <{CLAIM}>", (), (), "1", id="from"),
        pytest.param(f"FROM <{CLAIM}> FROM <{OTHER_CLAIM}>", (), (), "3", id="from-two"),
        pytest.param(f"FROM <{CLAIM}>", (OTHER_CLAIM,), (), "2", id="the-protocol-overrides-from"),
    ],
)
def test_graph_names_select_graphs(
    engine: Opened, clause: str, default_graphs: tuple[str, ...], named_graphs: tuple[str, ...], found: str
) -> None:
    text = f"SELECT (COUNT(*) AS ?n) {clause} WHERE {{ ?s ?p ?o }}"
    options = {"default_graphs": default_graphs, "named_graphs": named_graphs}
    assert body(engine, text, **options).decode() == f"?n\n{found}\n"


def test_named_graphs_can_be_chosen(engine: Opened) -> None:
    text = "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }"
    assert body(engine, text, named_graphs=(CLAIM,)).decode() == "?n\n1\n"
    assert body(engine, text.replace("WHERE", f"FROM NAMED <{OTHER_CLAIM}> WHERE")).decode() == "?n\n2\n"


def test_relative_iris_resolve_against_the_base(engine: Opened) -> None:
    assert body(engine, "SELECT (<id/x> AS ?x) {}", base_iri=BASE) == f"?x\n<{BASE}id/x>\n".encode()


@pytest.mark.parametrize(
    ("text", "error"),
    [
        pytest.param("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", ServiceRefused, id="service"),
        pytest.param(
            "SELECT * { VALUES ?e { <http://127.0.0.1:1/> } SERVICE SILENT ?e {} }", ServiceRefused, id="silent"
        ),
        pytest.param("INSERT DATA { <http://e/a> <http://e/b> 1 }", UpdateRefused, id="update"),
        pytest.param("CLEAR ALL", UpdateRefused, id="clear"),
        pytest.param("SELECT * {\n ?s ?p }", QuerySyntaxError, id="syntax"),
        pytest.param('define input:same-as "yes" SELECT * { ?s ?p ?o }', QuerySyntaxError, id="pragma"),
    ],
)
def test_what_is_refused_is_refused_before_it_leaves(
    engine: Opened, text: str, error: type[KommungrafError]
) -> None:
    with pytest.raises(error):
        body(engine, text)


def test_a_syntax_error_has_its_place(engine: Opened) -> None:
    with pytest.raises(QuerySyntaxError) as raised:
        body(engine, "SELECT * {\n ?s ?p }", base_iri=BASE)
    assert (raised.value.line, raised.value.column) == (2, 8)


def test_what_no_format_fits_is_told_with_the_offers(engine: Opened) -> None:
    with pytest.raises(NotAcceptable) as raised:
        body(engine, "CONSTRUCT WHERE { ?s ?p ?o }", graph=None)
    assert "text/turtle" in raised.value.offers


def test_a_result_over_the_limit_is_refused_whole(engine: Opened) -> None:
    filler = f"SELECT * {{ GRAPH ?g {{ ?s <{BASE}def/value> ?o }} }}"
    with pytest.raises(QueryLimitExceeded) as raised:
        body(engine, filler)
    assert raised.value.limit == "result"


def test_functions_that_change_are_told(engine: Opened) -> None:
    assert engine.evaluator.evaluate(Query("SELECT (RAND() AS ?x) {}", solutions=TSV, graph=None)).volatile
    assert not engine.evaluator.evaluate(Query("SELECT * {}", solutions=TSV, graph=None)).volatile


@pytest.fixture(scope="module")
def reference(release: Path, index: Index) -> Iterator[Opened]:
    evaluator = Evaluator(release, LIMITS)
    yield Opened("reference", evaluator, release, index)
    evaluator.close()


def test_every_document_says_the_same(engine: Opened, reference: Opened) -> None:
    things = [iri for iri in engine.index.things(limit=1000) if iri.startswith(f"{BASE}id/")]
    assert len(things) > 5
    with_own_tests = {f"{BASE}id/w", f"{BASE}id/x", f"{BASE}id/y"}
    for iri in (each for each in things if each not in with_own_tests and "filler" not in each):
        found, expected = load(engine, iri), load(reference, iri)
        assert (iri, found.triples()) == (iri, expected.triples())
        assert [each.graphs for each in found.relabelled().outgoing] == [
            each.graphs for each in expected.relabelled().outgoing
        ]
        assert set(found.content) == set(expected.content)
        assert sorted(map(str, claim_triples(engine, found))) == sorted(
            map(str, claim_triples(reference, expected))
        )
    assert graph_triples(engine, CLAIM) == graph_triples(reference, CLAIM)


def test_what_stands_around_a_thing_is_the_same(engine: Opened, reference: Opened) -> None:
    around = load_with_surroundings(reference, TOWN)[1]
    assert around.partners == {TIE: (PARTNER,)}
    assert around.places == {PARTNER: (56.9, 14.8)}
    said = ("kg:period", "kg:theme", "org:member", "org:organization")
    assert {each.link: sorted(each.said) for each in around.neighbours} == {
        term("org:member"): sorted(map(term, said)),
        term("org:hasMember"): [term("kg:period")],
    }
    for iri in (
        each for each in engine.index.things(limit=1000) if each.startswith(f"{BASE}id/") and "/x" not in each
    ):
        assert (iri, load_with_surroundings(engine, iri)[1]) == (iri, load_with_surroundings(reference, iri)[1])


@pytest.mark.parametrize("iri", [pytest.param(f"{BASE}id/x", id="nested-blank-nodes")])
def test_a_document_holds_what_hangs_below_on_blank_nodes(engine: Opened, reference: Opened, iri: str) -> None:
    assert load(engine, iri).triples() == load(reference, iri).triples()
