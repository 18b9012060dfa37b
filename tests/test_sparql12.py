"""What SPARQL 1.2 adds comes through the server in every format, or is refused with the formats that hold it.

The W3C's own tests of 1.2 aren't in any package registry; what is expected here was written by hand from the drafts.
"""

import csv
import http.client
import io
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from pyoxigraph import Triple, parse, parse_query_results

from kommungraf.formats import RDF, SOLUTIONS, ResultFormat, TextFormat
from served_site import served
from serving_release import write_release
from waiting import PATIENCE

DOCUMENT = Path(__file__).parent.parent / "docs" / "sparql.md"
TRIG = """
VERSION "1.2"
PREFIX : <http://e/>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
:g {
  :a :p :b ~ :r1 {| :source :s1 ; :since 2019 |} .
  << :a :p :c ~ :r2 >> :says "no" .
  :r3 rdf:reifies <<( :a :p <<( :x :y "deep"@sv--ltr )>> )>> .
  :t :label "hello"@en--ltr , "salam"@ar--rtl , "plain"@en , "plain" .
}
"""
PREFIXES = """VERSION "1.2"
PREFIX : <http://e/>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
"""
TRIPLE_B = "<<( <http://e/a> <http://e/p> <http://e/b> )>>"
TRIPLE_C = "<<( <http://e/a> <http://e/p> <http://e/c> )>>"
NESTED = '<<( <http://e/a> <http://e/p> <<( <http://e/x> <http://e/y> "deep"@sv--ltr )>> )>>'
XSD = "http://www.w3.org/2001/XMLSchema#"
RDF_NAMES = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
TRUE, FALSE = f'"true"^^<{XSD}boolean>', f'"false"^^<{XSD}boolean>'


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[http.client.HTTPConnection]:
    releases = tmp_path_factory.mktemp("releases")
    write_release(releases, TRIG)
    with served(releases) as address:
        connection = http.client.HTTPConnection("127.0.0.1", urlsplit(address).port, timeout=PATIENCE)
        yield connection
        connection.close()


def asked(endpoint: http.client.HTTPConnection, text: str, accept: str) -> tuple[int, str, bytes]:
    headers = {"Content-Type": "application/sparql-query", "Accept": accept}
    endpoint.request("POST", "/sparql?default-graph-uri=http://e/g", (PREFIXES + text).encode(), headers)
    response = endpoint.getresponse()
    return response.status, (response.getheader("Content-Type") or "").partition(";")[0], response.read()


def written(term: object) -> str:
    if term is None:
        return ""
    return f"<<( {term} )>>" if isinstance(term, Triple) else str(term)


TABLES = [
    pytest.param(
        "SELECT ?r ?t { ?r rdf:reifies ?t }",
        [("<http://e/r1>", TRIPLE_B), ("<http://e/r2>", TRIPLE_C), ("<http://e/r3>", NESTED)],
        id="triple terms of the data",
    ),
    pytest.param(
        "SELECT ?l (LANG(?l) AS ?a) (LANGDIR(?l) AS ?d) (hasLANG(?l) AS ?h) (hasLANGDIR(?l) AS ?i) (DATATYPE(?l) AS ?k) { :t :label ?l }",
        [
            ('"hello"@en--ltr', '"en"', '"ltr"', TRUE, TRUE, f"<{RDF_NAMES}dirLangString>"),
            ('"salam"@ar--rtl', '"ar"', '"rtl"', TRUE, TRUE, f"<{RDF_NAMES}dirLangString>"),
            ('"plain"@en', '"en"', '""', TRUE, FALSE, f"<{RDF_NAMES}langString>"),
            ('"plain"', '""', '""', FALSE, FALSE, f"<{XSD}string>"),
        ],
        id="languages and directions",
    ),
    pytest.param(
        'SELECT (STRLANGDIR("x", "ar", "rtl") AS ?x) ("y"@en--ltr AS ?y) (SAMETERM("y"@en--ltr, "y"@en) AS ?z) {}',
        [('"x"@ar--rtl', '"y"@en--ltr', FALSE)],
        id="directions of the query",
    ),
    pytest.param(
        'SELECT (TRIPLE(:a, :b, "c"@en--ltr) AS ?t) (SUBJECT(?t) AS ?s) (PREDICATE(?t) AS ?p) (OBJECT(?t) AS ?o) (isTRIPLE(?t) AS ?i) (isTRIPLE(1) AS ?j) {}',
        [
            (
                '<<( <http://e/a> <http://e/b> "c"@en--ltr )>>',
                "<http://e/a>",
                "<http://e/b>",
                '"c"@en--ltr',
                TRUE,
                FALSE,
            )
        ],
        id="functions of triple terms",
    ),
    pytest.param("SELECT ?v { :a :p :b {| :source ?v |} }", [("<http://e/s1>",)], id="annotation"),
    pytest.param("SELECT ?r { :a :p :b ~ ?r }", [("<http://e/r1>",)], id="reifier"),
    pytest.param("SELECT ?v { << :a :p :c >> :says ?v }", [('"no"',)], id="reified triple"),
    pytest.param(
        "SELECT ?o { ?r rdf:reifies <<( :a :p ?o )>> FILTER(isIRI(?o)) }",
        [("<http://e/b>",), ("<http://e/c>",)],
        id="pattern within a triple term",
    ),
    pytest.param(
        "SELECT ?t { VALUES ?t { <<( :a :p :b )>> <<( :a :p :none )>> } ?r rdf:reifies ?t }",
        [(TRIPLE_B,)],
        id="triple terms as values",
    ),
    pytest.param(
        'SELECT (TRIPLE(1, :b, 3) AS ?x) (TRIPLE(:a, "b", 3) AS ?y) (STRLANGDIR("x", "en", "up") AS ?z) (SUBJECT(:a) AS ?w) {}',
        [("", "", "", "")],
        id="errors of expressions",
    ),
    pytest.param("SELECT * { <<( :a :p :b )>> :p ?o }", [], id="triple term as a subject, which no data has"),
]


@pytest.mark.parametrize(
    "form", [each for each in SOLUTIONS if each.suffix != "csv"], ids=lambda form: form.suffix
)
@pytest.mark.parametrize(("text", "expected"), TABLES)
def test_table_holds_the_terms_exactly(
    endpoint: http.client.HTTPConnection, text: str, expected: list[tuple[str, ...]], form: ResultFormat
) -> None:
    status, media_type, content = asked(endpoint, text, form.media_type)
    assert (status, media_type) == (200, form.media_type)
    rows = parse_query_results(content, form.results)
    assert sorted(tuple(map(written, row)) for row in rows) == sorted(expected)


@pytest.mark.parametrize(("text", "expected"), TABLES)
def test_csv_has_as_many_rows_and_columns(
    endpoint: http.client.HTTPConnection, text: str, expected: list[tuple[str, ...]]
) -> None:
    status, media_type, content = asked(endpoint, text, "text/csv")
    assert (status, media_type) == (200, "text/csv")
    rows = list(csv.reader(io.StringIO(content.decode(), newline="")))[1:]
    assert [len(row) for row in rows] == [len(row) for row in expected]


def test_json_and_xml_write_a_triple_term_and_a_direction_as_the_drafts_do(
    endpoint: http.client.HTTPConnection,
) -> None:
    text = "SELECT ?t { :r3 rdf:reifies ?t }"
    told = json.loads(asked(endpoint, text, "application/sparql-results+json")[2])
    term = told["results"]["bindings"][0]["t"]
    assert term["type"] == "triple"
    assert term["value"]["subject"] == {"type": "uri", "value": "http://e/a"}
    inner = term["value"]["object"]["value"]["object"]
    assert inner == {"type": "literal", "value": "deep", "xml:lang": "sv", "its:dir": "ltr"}
    document = ElementTree.fromstring(asked(endpoint, text, "application/sparql-results+xml")[2])
    names = {"s": "http://www.w3.org/2005/sparql-results#"}
    literal = document.find(".//s:triple/s:object/s:triple/s:object/s:literal", names)
    assert literal is not None
    assert literal.get("{http://www.w3.org/2005/11/its}dir") == "ltr"


def test_csv_that_quotes_within_a_triple_term_is_406_with_the_others(endpoint: http.client.HTTPConnection) -> None:
    text = 'SELECT ?t { VALUES ?t { <<( :a :b "c, \\"d\\"" )>> } }'
    status, _, content = asked(endpoint, text, "text/csv")
    assert status == 406
    offers = json.loads(content)["offers"]
    assert offers == [form.media_type for form in SOLUTIONS if form.suffix != "csv"]
    for offer in offers:
        assert asked(endpoint, text, offer)[0] == 200


GRAPHS = [
    pytest.param(
        "CONSTRUCT { :t :label ?l } WHERE { :t :label ?l FILTER(hasLANGDIR(?l)) }",
        {
            '<http://e/t> <http://e/label> "hello"@en--ltr',
            '<http://e/t> <http://e/label> "salam"@ar--rtl',
        },
        id="directions",
    ),
    pytest.param(
        "DESCRIBE :r1",
        {
            f"<http://e/r1> <{RDF_NAMES}reifies> {TRIPLE_B}",
            "<http://e/r1> <http://e/source> <http://e/s1>",
            f'<http://e/r1> <http://e/since> "2019"^^<{XSD}integer>',
        },
        id="description of a reifier",
    ),
    pytest.param(
        'CONSTRUCT { :a :b :c ~ :r {| :says "y"@en--ltr |} } WHERE {}',
        {
            "<http://e/a> <http://e/b> <http://e/c>",
            f"<http://e/r> <{RDF_NAMES}reifies> <<( <http://e/a> <http://e/b> <http://e/c> )>>",
            '<http://e/r> <http://e/says> "y"@en--ltr',
        },
        id="annotation in a template",
    ),
    pytest.param(
        "CONSTRUCT { << :a :b :c ~ :r >> :says 1 } WHERE {}",
        {
            f"<http://e/r> <{RDF_NAMES}reifies> <<( <http://e/a> <http://e/b> <http://e/c> )>>",
            f'<http://e/r> <http://e/says> "1"^^<{XSD}integer>',
        },
        id="reified triple in a template",
    ),
    pytest.param(
        "CONSTRUCT WHERE { :r3 rdf:reifies ?t }", {f"<http://e/r3> <{RDF_NAMES}reifies> {NESTED}"}, id="nested"
    ),
]


@pytest.mark.parametrize("form", RDF, ids=lambda form: form.suffix)
@pytest.mark.parametrize(("text", "expected"), GRAPHS)
def test_graph_holds_the_terms_exactly_or_is_406_with_the_others(
    endpoint: http.client.HTTPConnection, text: str, expected: set[str], form: TextFormat
) -> None:
    status, media_type, content = asked(endpoint, text, form.media_type)
    if form.suffix == "jsonld" and any("<<(" in each for each in expected):
        assert status == 406
        assert json.loads(content)["offers"] == [each.media_type for each in RDF if each is not form]
        return
    assert (status, media_type) == (200, form.media_type)
    assert {str(quad.triple) for quad in parse(content, form.rdf)} == expected


@pytest.mark.parametrize("form", SOLUTIONS[:2], ids=lambda form: form.suffix)
def test_reified_triples_are_asked_for(endpoint: http.client.HTTPConnection, form: ResultFormat) -> None:
    for text, expected in (("ASK { :a :p :b ~ :r1 }", True), ("ASK { :a :p :c ~ :r1 }", False)):
        status, _, content = asked(endpoint, text, form.media_type)
        assert status == 200
        assert bool(parse_query_results(content, form.results)) is expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("VERSION 1.2 ASK {}", id="version without quotes"),
        pytest.param("ASK { <<( :a :p :b ) :says 1 }", id="triple term that doesn't end"),
        pytest.param('ASK { :a :p "x"@en--up }', id="no direction"),
        pytest.param("ASK { :a :p :b {| :source |} }", id="annotation without an object"),
        pytest.param("ASK { :a :p* :b ~ :r }", id="reifier of a path"),
        pytest.param('ASK { <<( :a "b" :c )>> :p 1 }', id="literal as a property"),
    ],
)
def test_what_the_grammar_lacks_is_a_syntax_error(endpoint: http.client.HTTPConnection, text: str) -> None:
    status, _, content = asked(endpoint, text, "*/*")
    assert status == 400
    assert json.loads(content)["type"].endswith("query-syntax")


def test_literal_as_the_subject_of_a_triple_term_is_refused_and_no_fault(
    endpoint: http.client.HTTPConnection,
) -> None:
    status, _, content = asked(endpoint, 'SELECT * { << "x" :b :c >> :p ?o }', "*/*")
    assert status == 400
    assert "subject of a triple term" in json.loads(content)["detail"]
    assert "| no literal as the subject of a triple term |" in DOCUMENT.read_text("utf-8")


def test_page_shows_a_triple_term_part_by_part_and_turns_what_is_written_the_other_way(
    endpoint: http.client.HTTPConnection,
) -> None:
    page = asked(endpoint, "SELECT ?t { :r1 rdf:reifies ?t }", "text/html")[2].decode()
    for part in ("http%3A%2F%2Fe%2Fa", "http://e/p", "http://e/b"):
        assert f'{part}"' in page
    assert "&lt;&lt;(" in page
    page = asked(endpoint, "SELECT ?l { :t :label ?l FILTER(hasLANGDIR(?l)) }", "text/html")[2].decode()
    assert '<span lang="ar" dir="rtl">salam</span>' in page
    assert 'dir="ltr">hello</span>' in page
