"""The W3C's SPARQL 1.0 and 1.1 query tests over HTTP, and the same in process: each file of data is a named graph, of which the protocol picks."""

import csv
import http.client
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QueryTriples,
    RdfFormat,
    Store,
    parse,
    parse_query_results,
    serialize,
)

from kommungraf.formats import RDF, SOLUTIONS, ResultFormat, TextFormat
from served_site import served
from serving_release import write_release
from waiting import PATIENCE

SUITE = Path(__file__).parent.parent / "build" / "w3c"
DOCUMENT = Path(__file__).parent.parent / "docs" / "sparql.md"
BASE = "https://w3c.test/"
MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
DAWG = "http://www.w3.org/2001/sw/DataAccess/tests/test-dawg#"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
RDF_NAMES = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
NONE = "urn:none"
#: Regimes of entailment, which this endpoint doesn't have, and SERVICE, which it refuses.
OTHER_GROUPS = {"entailment", "service"}
FORMATS = {
    ".ttl": RdfFormat.TURTLE,
    ".rdf": RdfFormat.RDF_XML,
    ".n3": RdfFormat.TURTLE,
    ".nt": RdfFormat.N_TRIPLES,
}
RESULTS = {".srx": QueryResultsFormat.XML, ".srj": QueryResultsFormat.JSON, ".tsv": QueryResultsFormat.TSV}
#: Where the engine departs from the expected answer, by the cause that docs/sparql.md gives.
DEVIATIONS = {
    "numbers have one form": {
        *(f"dawg-data-r2/distinct/distinct-{number}" for number in (1, 9)),
        *(f"dawg-data-r2/expr-builtin/{name}" for name in ("dawg-datatype-2", "dawg-str-1", "dawg-str-2")),
        *(f"dawg-data-r2/expr-builtin/sameTerm-{name}" for name in ("eq", "not-eq", "simple")),
        *(f"dawg-data-r2/expr-equals/eq-graph-{number}" for number in (1, 2)),
        "dawg-data-r2/open-world/open-eq-01",
        "sparql11/csv-tsv-res/csv03",
    },
    "a simple literal is an xsd:string, as in RDF 1.1": {
        "dawg-data-r2/distinct/distinct-2",
        "sparql11/functions/strdt03",
        "sparql11/functions/strlang03",
    },
    "a decimal ends in a digit, as in SPARQL 1.1": {
        "dawg-data-r2/basic/term-6",
        "dawg-data-r2/basic/term-7",
        "dawg-data-r2/syntax-sparql1/syntax-lit-08",
    },
    "code point escapes stand in IRIs and strings alone": {
        "dawg-data-r2/syntax-sparql2/syntax-esc-04",
        "dawg-data-r2/syntax-sparql2/syntax-esc-05",
    },
    "paths with counts such as {2} didn't get into SPARQL 1.1": {
        f"sparql11/property-path/pp{number}"
        for number in ("04", "05", "13", "15", "20", "22", "24", "26", "27", "29")
    },
    'STRBEFORE and STRAFTER without a match give "", and no solutions give no group': {
        "sparql11/aggregates/agg-empty-group",
        "sparql11/functions/strafter01",
        "sparql11/functions/strbefore01",
    },
    "BNODE gives equal labels one node": {"sparql11/functions/bnode01"},
    "a date with a time zone is compared with one without": {"dawg-data-r2/open-world/date-2"},
    "comparisons without spaces are read, and a colon in a name isn't escaped": {
        "dawg-data-r2/syntax-sparql3/syn-bad-26",
        "sparql11/syntax-query/test_52",
    },
}


@dataclass(frozen=True, slots=True)
class Case:
    """One test: its query, the files of its dataset, and what is expected: a file, or whether the query is legal.

    `lax` where a solution may come any number of times.
    """

    name: str
    query: Path
    data: tuple[str, ...] = ()
    graphs: tuple[str, ...] = ()
    result: Path | None = None
    legal: bool = True
    lax: bool = False


def path_of(iri: str) -> Path:
    return SUITE / iri.removeprefix(BASE)


def iri_of(path: Path) -> str:
    return BASE + path.relative_to(SUITE).as_posix()


def cases() -> Iterator[Case]:
    for manifest in sorted([*SUITE.glob("dawg-data-r2/*/manifest.ttl"), *SUITE.glob("sparql11/*/manifest.ttl")]):
        if manifest.parent.name not in OTHER_GROUPS:
            store = Store()
            store.load(manifest.read_bytes(), format=RdfFormat.TURTLE, base_iri=iri_of(manifest))
            yield from cases_of(store, manifest.parent.relative_to(SUITE).as_posix())


def cases_of(store: Store, group: str) -> Iterator[Case]:
    def values(subject: Any, name: str) -> list[Any]:
        return [quad.object for quad in store.quads_for_pattern(subject, NamedNode(name), None)]

    for quad in store.quads_for_pattern(None, NamedNode(f"{RDF_NAMES}type"), None):
        kind = quad.object.value.removeprefix(MF)
        if values(quad.subject, f"{DAWG}approval") != [NamedNode(f"{DAWG}Approved")]:
            continue
        name = f"{group}/{getattr(quad.subject, 'value', '').rpartition('#')[2]}"
        action = next(iter(values(quad.subject, f"{MF}action")), None)
        if kind in {"QueryEvaluationTest", "CSVResultFormatTest"}:
            yield Case(
                name,
                path_of(values(action, f"{QT}query")[0].value),
                data=tuple(each.value for each in values(action, f"{QT}data")),
                graphs=tuple(each.value for each in values(action, f"{QT}graphData")),
                result=path_of(values(quad.subject, f"{MF}result")[0].value),
                lax=bool(values(quad.subject, f"{MF}resultCardinality")),
            )
        elif kind in {"PositiveSyntaxTest", "PositiveSyntaxTest11", "NegativeSyntaxTest", "NegativeSyntaxTest11"}:
            yield Case(name, path_of(action.value), legal=kind.startswith("Positive"))


def is_whole(case: Case) -> bool:
    """Whether the distribution holds every file of the test."""
    files = [case.query, *map(path_of, (*case.data, *case.graphs)), *([case.result] if case.result else [])]
    return all(path.exists() for path in files)


CASES = sorted({case.name: case for case in cases() if is_whole(case)}.values(), key=lambda case: case.name)


def everything() -> str:
    """All data of the suite as TriG, each file a graph that has the file's name."""
    quads = []
    for path in sorted(SUITE.glob("*/*/*")):
        if path.suffix in FORMATS and path.parent.name not in OTHER_GROUPS and "manifest" not in path.name:
            name = iri_of(path)
            try:
                found = list(
                    parse(path.read_bytes(), FORMATS[path.suffix], base_iri=name, rename_blank_nodes=True)
                )
            except SyntaxError:  # a few expected results are written in an older Turtle
                continue
            quads += [Quad(each.subject, each.predicate, each.object, NamedNode(name)) for each in found]
    return serialize(quads, format=RdfFormat.TRIG).decode()


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("releases")
    write_release(found, everything())
    return found


@pytest.fixture(scope="module")
def store(releases: Path) -> Store:
    """The release in process."""
    found = Store()
    found.load(path=releases / "current" / "dataset.nq", format=RdfFormat.N_QUADS, lenient=True)
    return found


@pytest.fixture(scope="module")
def endpoint(releases: Path) -> Iterator[http.client.HTTPConnection]:
    with served(releases) as address:
        connection = http.client.HTTPConnection("127.0.0.1", urlsplit(address).port, timeout=PATIENCE)
        yield connection
        connection.close()


def asking(case: Case) -> tuple[str, dict[str, list[str]]]:
    """The text of the query, and the graphs of its dataset where it doesn't name them itself, by the parameter."""
    text = case.query.read_text("utf-8")
    graphs = {"default-graph-uri": [*case.data], "named-graph-uri": [*case.graphs]}
    if not any(graphs.values()) and not re.search(r"\bFROM\b", text, re.IGNORECASE):
        graphs["default-graph-uri"] = [NONE]
    return f"BASE <{iri_of(case.query)}>\n{text}", graphs


def asked(endpoint: http.client.HTTPConnection, case: Case, accept: str) -> tuple[int, str, bytes]:
    text, graphs = asking(case)
    headers = {"Content-Type": "application/sparql-query", "Accept": accept}
    endpoint.request("POST", f"/sparql?{urlencode(graphs, doseq=True)}", text.encode(), headers)
    response = endpoint.getresponse()
    return response.status, (response.getheader("Content-Type") or "").partition(";")[0], response.read()


def canonical(quads: list[Quad]) -> Dataset:
    """The quads with numbers in the engine's form and blank nodes named canonically."""
    store = Store()
    store.extend(quads)
    found = Dataset(store)
    found.canonicalize(algorithm=CanonicalizationAlgorithm.RDFC_1_0)
    return found


def as_graph(solutions: Any, *, lax: bool) -> Dataset | bool:
    """Solutions as a graph, a row a node; a boolean as it is."""
    if isinstance(solutions, QueryBoolean):
        return bool(solutions)
    names = [variable.value for variable in solutions.variables]
    return rows_as_graph([dict(zip(names, row, strict=True)) for row in solutions], lax=lax)


def rows_as_graph(rows: list[dict[str, Any]], *, lax: bool) -> Dataset:
    quads = []
    if lax:
        rows = list({str(sorted((name, str(value)) for name, value in row.items())): row for row in rows}.values())
    for row in rows:
        node = BlankNode()
        quads.append(Quad(node, NamedNode("urn:row"), Literal("")))
        quads += [Quad(node, NamedNode(f"urn:{name}"), value) for name, value in row.items() if value is not None]
    return canonical(quads)


def expected(path: Path, *, lax: bool) -> Dataset | bool:
    content = path.read_bytes()
    if path.suffix in RESULTS:
        return as_graph(parse_query_results(content, RESULTS[path.suffix]), lax=lax)
    store = Store()
    store.load(content, format=FORMATS[path.suffix], base_iri=iri_of(path))
    sets = list(store.quads_for_pattern(None, NamedNode(f"{RDF_NAMES}type"), NamedNode(f"{RS}ResultSet")))
    if not sets:
        return canonical(list(store))

    def values(subject: Any, name: str) -> list[Any]:
        return [quad.object for quad in store.quads_for_pattern(subject, NamedNode(RS + name), None)]

    if booleans := values(sets[0].subject, "boolean"):
        return bool(booleans[0].value == "true")
    return rows_as_graph(
        [
            {values(each, "variable")[0].value: values(each, "value")[0] for each in values(row, "binding")}
            for row in values(sets[0].subject, "solution")
        ],
        lax=lax,
    )


def agrees(endpoint: http.client.HTTPConnection, case: Case) -> bool:
    """Whether the answer over HTTP is the expected one."""
    if case.result is None:
        status, _, content = asked(endpoint, case, "*/*")
        faulty = status == 400 and json.loads(content)["type"].endswith("query-syntax")
        return faulty is not case.legal
    if case.result.suffix == ".csv":
        status, _, content = asked(endpoint, case, "text/csv")
        return status == 200 and bag(content) == bag(case.result.read_bytes())
    kinds = {".tsv": "text/tab-separated-values", ".srj": "application/sparql-results+json"}
    best = kinds.get(case.result.suffix, "application/sparql-results+xml")
    status, media_type, content = asked(endpoint, case, f"{best}, application/n-triples")
    if status != 200:
        return False
    wanted = expected(case.result, lax=case.lax)
    if media_type == "application/n-triples":
        return canonical(list(parse(content, RdfFormat.N_TRIPLES))) == wanted
    solutions = parse_query_results(content, QueryResultsFormat.from_media_type(media_type))
    return as_graph(solutions, lax=case.lax) == wanted


def in_process(store: Store, case: Case) -> Any:
    """The results of the engine, or None where it doesn't take the query; functions that nobody knows give no value."""
    text, graphs = asking(case)
    default, named = ([NamedNode(each) for each in names] for names in graphs.values())
    dataset = {"default_graph": default, "named_graphs": named} if default or named else {}
    functions: dict[NamedNode, Any] = {}
    while True:
        try:
            return store.query(text, custom_functions=functions, **dataset)
        except SyntaxError:
            return None
        except RuntimeError as error:
            name = str(error).partition("<")[2].partition(">")[0]
            functions[NamedNode(name)] = lambda *_: None


def agrees_in_process(store: Store, case: Case) -> bool:
    """Whether the engine's answer is the expected one."""
    results = in_process(store, case)
    if results is None or case.result is None:
        return (results is not None) is case.legal
    if case.result.suffix == ".csv":
        return bag(results.serialize(format=QueryResultsFormat.CSV)) == bag(case.result.read_bytes())
    wanted = expected(case.result, lax=case.lax)
    if isinstance(results, QueryTriples):
        return canonical([Quad(*triple) for triple in results]) == wanted
    return as_graph(results, lax=case.lax) == wanted


def loses_nothing(
    endpoint: http.client.HTTPConnection, store: Store, case: Case, form: ResultFormat | TextFormat
) -> bool:
    """Whether the answer in this format is that of the engine in process: the form that it has no room for is 406."""
    status, media_type, content = asked(endpoint, case, form.media_type)
    results = in_process(store, case)
    if results is None:
        return status == 400
    if isinstance(results, QueryTriples) is not isinstance(form, TextFormat) or (
        isinstance(results, QueryBoolean) and isinstance(form, ResultFormat) and not form.booleans
    ):
        return status == 406
    if (status, media_type) != (200, form.media_type):
        return False
    if isinstance(form, TextFormat):
        return canonical(list(parse(content, form.rdf))) == canonical([Quad(*triple) for triple in results])
    if form.results == QueryResultsFormat.CSV:
        return bag(content) == bag(results.serialize(format=form.results))
    return as_graph(parse_query_results(content, form.results), lax=False) == as_graph(results, lax=False)


def bag(content: bytes) -> list[str]:
    """The rows of a CSV in any order and with their columns in any order, blank nodes alike."""
    rows = csv.DictReader(io.StringIO(re.sub(r"_:\w+", "_:", content.decode())))
    return sorted(str(sorted(row.items())) for row in rows)


fetched = pytest.mark.skipif(not CASES, reason="the W3C's tests aren't there: `make w3c` fetches them")


@fetched
def test_every_query_test_gets_the_expected_answer_but_for_what_is_documented(
    endpoint: http.client.HTTPConnection,
) -> None:
    departed = {case.name for case in CASES if not agrees(endpoint, case)}
    known = set().union(*DEVIATIONS.values())
    assert sorted(departed) == sorted(known)
    documented = DOCUMENT.read_text("utf-8")
    assert f"{len(CASES) - len(known)} of {len(CASES)}" in documented
    for cause, names in DEVIATIONS.items():
        assert f"| {cause} | {len(names)} |" in documented


@fetched
def test_every_query_test_is_passed_over_http_if_and_only_if_it_is_in_process(store: Store) -> None:
    departed = {case.name for case in CASES if not agrees_in_process(store, case)}
    assert sorted(departed) == sorted(set().union(*DEVIATIONS.values()))


@fetched
@pytest.mark.parametrize("form", [*SOLUTIONS, *RDF], ids=lambda form: form.suffix)
def test_every_query_test_gets_over_http_what_the_engine_answers_in_process(
    endpoint: http.client.HTTPConnection, store: Store, form: ResultFormat | TextFormat
) -> None:
    # What asks by SERVICE is refused here, and in process it would reach for the endpoint.
    alike = [case for case in CASES if "/syntax-fed/" not in case.name]
    assert len(CASES) - len(alike) == 3
    lost = [case.name for case in alike if not loses_nothing(endpoint, store, case, form)]
    assert lost == []
