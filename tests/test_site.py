"""The whole site over a real server: things dereference, every form says the same, the questions are answered."""

import html.parser
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from email.message import Message
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import pytest
import rdflib
from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryResultsFormat,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import TSV, SPARQLWrapper

from kommungraf.dataset.project import own_project
from kommungraf.rendering.site import nearby
from kommungraf.resources.links import URI_SAFE
from kommungraf.texts import LANGUAGES
from own_release import published
from served_site import served
from waiting import PATIENCE

BASE = own_project().base_iri
N_TRIPLES = {"Accept": "application/n-triples"}
PAGES = ("/", "/search?q=almhult", "/questions", "/conflicts", "/gaps", "/dataset/", "/sparql", "/def/", "/shape/")


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def site(releases: Path) -> Iterator[str]:
    with served(releases) as address:
        yield address


def fetched(address: str, accept: str = "*/*", language: str = "sv") -> tuple[int, Message, bytes]:
    request = urllib.request.Request(address, headers={"Accept": accept, "Accept-Language": language})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            return response.status, response.headers, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


class Statements(html.parser.HTMLParser):
    """Collects the triples that a page says by its about, property, resource, content, lang and datatype."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[tuple[str, str, str, str]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        said = dict(attrs)
        if "about" in said and "property" in said and not (said["about"] or "").startswith("_:"):
            value = said.get("resource") or said.get("content") or ""
            kind = said.get("data-lang") or said.get("datatype") or ("blank" if value.startswith("_:") else "iri")
            self.found.add((said["about"] or "", said["property"] or "", "" if kind == "blank" else value, kind))


def flat(triple: Triple) -> tuple[str, str, str, str]:
    value = triple.object
    if isinstance(value, Literal):
        return (
            str(triple.subject.value),
            triple.predicate.value,
            value.value,
            value.language or value.datatype.value,
        )
    text = "" if isinstance(value, BlankNode) else str(getattr(value, "value", ""))
    return (
        str(triple.subject.value),
        triple.predicate.value,
        text,
        "blank" if isinstance(value, BlankNode) else "iri",
    )


def triples(content: bytes, form: RdfFormat) -> set[tuple[str, str, str, str]]:
    return {flat(quad.triple) for quad in parse(content, form) if isinstance(quad.subject, NamedNode)}


def test_thing_redirects_to_its_document_in_turtle(site: str) -> None:
    status, headers, content = fetched(f"{site}/id/municipality/se-0765", "text/turtle")
    assert status == 200
    assert headers["Content-Type"].startswith("text/turtle")
    assert (
        BASE + "id/municipality/se-0765",
        "http://www.w3.org/2004/02/skos/core#prefLabel",
        "Älmhults kommun",
        "sv",
    ) in (triples(content, RdfFormat.TURTLE))


@pytest.mark.parametrize(
    "path",
    [
        "municipality/se-0765",
        "municipality/za-nw405",
        "partnership/se-almhult-vaxjo-za-jb-marks",
        "regional-cooperation/se-entreprenorsregionen",
        "claim/almhult-635/9",
        "source/almhult-635",
        "county/se-07",
    ],
)
def test_page_turtle_and_json_ld_say_the_same(site: str, path: str) -> None:
    turtle = triples(fetched(f"{site}/doc/{path}.ttl")[2], RdfFormat.TURTLE)
    assert turtle == triples(fetched(f"{site}/doc/{path}.jsonld")[2], RdfFormat.JSON_LD)
    assert turtle == triples(fetched(f"{site}/doc/{path}.rdf")[2], RdfFormat.RDF_XML)
    for language in LANGUAGES:
        page = Statements()
        page.feed(fetched(f"{site}/doc/{path}.html?lang={language}")[2].decode())
        assert page.found == turtle


def test_every_iri_under_the_base_dereferences_to_what_is_said_of_it(site: str, releases: Path) -> None:
    found = names(releases / "current" / "dataset.nq")
    kinds = {name.removeprefix(BASE).rpartition("/")[0].split("/")[:2][-1] for name in found}
    assert {"claim", "graph", "geometry", "rule", "def", "shape", "municipality", "source"} <= kinds
    with ThreadPoolExecutor(4) as pool:
        silent = [each for each in pool.map(partial(silence, site), sorted(found)) if each]
    assert silent == []


def names(dump: Path) -> set[str]:
    """Every IRI under the base: of subjects, predicates, objects, graphs and datatypes."""
    terms = {term for quad in parse(path=str(dump), format=RdfFormat.N_QUADS) for term in quad}
    terms |= {term.datatype for term in terms if isinstance(term, Literal)}
    named = {term.value for term in terms if isinstance(term, NamedNode) and term.value.startswith(BASE)}
    return named - {BASE}  # the site itself, whose front page leads programs to the catalogue


def silence(site: str, name: str) -> tuple[str, int] | None:
    """The name and the status where a client that follows it by the rules isn't told anything of it."""
    path = "/" + quote(name.removeprefix(BASE), safe=URI_SAFE)
    status, location, content = answered(site, path)
    if path.startswith(("/id/", "/dataset/")):
        if status != 303:
            return name, status
        status, _, content = answered(site, location)
    return None if status == 200 and f"<{name}>".encode() in content else (name, status)


def answered(site: str, path: str) -> tuple[int, str, bytes]:
    """The status, where a redirection leads, and the content as N-Triples, without following."""
    with closing(HTTPConnection(urlsplit(site).netloc, timeout=PATIENCE)) as connection:
        connection.request("GET", urlunsplit(urlsplit(path)._replace(scheme="", netloc="")), headers=N_TRIPLES)
        response = connection.getresponse()
        return response.status, response.headers.get("Location", ""), response.read()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_page_is_complete_in_the_language_that_is_asked_for(site: str, path: str, language: str) -> None:
    status, headers, content = fetched(site + path, "text/html", language)
    assert status == 200
    assert headers["Content-Language"] == language
    assert f'<html lang="{language}">'.encode() in content
    assert ("Hoppa till innehållet" if language == "sv" else "Skip to the content") in content.decode()


def test_nothing_that_fits_is_406_with_the_offers(site: str) -> None:
    status, headers, content = fetched(f"{site}/doc/municipality/se-0765", "image/png")
    assert status == 406
    assert headers["Content-Type"] == "application/problem+json"
    assert "text/turtle" in json.loads(content)["offers"]


def test_unknown_thing_is_404(site: str) -> None:
    assert fetched(f"{site}/id/municipality/se-9999")[0] == 404


def test_trig_document_carries_the_claims_behind_it(site: str) -> None:
    content = fetched(f"{site}/doc/municipality/se-0765.trig")[2]
    graphs = {quad.graph_name for quad in parse(content, RdfFormat.TRIG)}
    assert NamedNode(BASE + "id/claim/almhult-635/1") in graphs


def test_search_finds_without_dots_and_case(site: str) -> None:
    content = json.loads(fetched(f"{site}/search?q=ALMHULT", "application/json")[2])
    assert content["hits"][0]["iri"] == BASE + "id/municipality/se-0765"


def test_every_question_is_answered_as_worked_out_by_hand(site: str, releases: Path) -> None:
    questions = json.loads((releases / "current" / "questions.json").read_text("utf-8"))
    assert len(questions) >= 20
    for question in questions:
        request = urllib.request.Request(
            f"{site}/sparql",
            question["query"].encode(),
            {"Content-Type": "application/sparql-query", "Accept": "text/tab-separated-values"},
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            assert bag(response.read()) == bag(question["expected"].encode()), question["slug"]
        assert fetched(f"{site}/questions/{question['slug']}", "text/html")[0] == 200


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # SPARQLWrapper's own
def test_sparqlwrapper_and_rdflib_get_the_answers_to_every_question(site: str, releases: Path) -> None:
    questions = json.loads((releases / "current" / "questions.json").read_text("utf-8"))
    graph = rdflib.Graph(SPARQLStore(f"{site}/sparql", method="POST"))
    client = SPARQLWrapper(f"{site}/sparql", returnFormat=TSV)
    for question in questions:
        expected = question["expected"].encode()
        client.setQuery(question["query"])
        assert bag(client.queryAndConvert()) == bag(expected), question["slug"]
        rows = [[None if term is None else term.n3() for term in row] for row in graph.query(question["query"])]
        assert sorted(map(str, rows)) == sorted(map(str, in_n3(expected))), question["slug"]


def in_n3(content: bytes) -> list[list[str | None]]:
    solutions = parse_query_results(content, QueryResultsFormat.TSV)
    names = [variable.value for variable in solutions.variables]
    rows = ([solution[name] for name in names] for solution in solutions)
    return [[None if term is None else rdflib.util.from_n3(str(term)).n3() for term in row] for row in rows]


def bag(content: bytes) -> list[str]:
    solutions = parse_query_results(content, QueryResultsFormat.TSV)
    names = [variable.value for variable in solutions.variables]
    return sorted(str([str(solution[name]) for name in names]) for solution in solutions)


@pytest.mark.parametrize(
    ("current", "pages", "expected"),
    [
        pytest.param(1, 1, [1], id="one"),
        pytest.param(1, 3, [1, 2, 3], id="few"),
        pytest.param(1, 40, [1, 2, 3, 0, 40], id="at the beginning"),
        pytest.param(4, 40, [1, 2, 3, 4, 5, 6, 0, 40], id="near the beginning"),
        pytest.param(5, 9, [1, 2, 3, 4, 5, 6, 7, 8, 9], id="a gap of one page is that page"),
        pytest.param(20, 40, [1, 0, 18, 19, 20, 21, 22, 0, 40], id="in the middle"),
        pytest.param(40, 40, [1, 0, 38, 39, 40], id="at the end"),
    ],
)
def test_pager_leads_to_the_first_the_last_and_the_nearby_pages(
    current: int, pages: int, expected: list[int]
) -> None:
    assert list(nearby(current, pages)) == expected
