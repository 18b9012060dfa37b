"""The clients that people use, against a served release: curl, SPARQLWrapper, rdflib and Comunica."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import RdfFormat, parse
from rdflib import Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, JSONLD, N3, RDFXML, TSV, TURTLE, XML, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

from kommungraf.vocab import BASE, iri
from served_site import served
from serving_release import ALMHULT, CLAIM, write_release
from waiting import PATIENCE

CLIENTS = Path(__file__).parent / "clients"
NODE = shutil.which("node")
LABEL = iri("skos:prefLabel")
SELECT = f'SELECT ?name WHERE {{ <{ALMHULT}> <{LABEL}> ?name FILTER(LANG(?name) = "sv") }}'
IN_CLAIM = f"SELECT ?s ?o WHERE {{ GRAPH <{CLAIM}> {{ ?s <{iri('org:memberOf')}> ?o }} }}"
CONSTRUCT = f"CONSTRUCT WHERE {{ <{ALMHULT}> ?p ?o }}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    releases = tmp_path_factory.mktemp("releases")
    write_release(releases)
    with served(releases) as address:
        yield address


def curl(*arguments: str) -> str:
    command = ["curl", "--silent", "--show-error", "--fail-with-body", "--max-time", f"{PATIENCE:g}", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_asks_looks_up_and_loads(site: str) -> None:
    asked = curl("-H", "Accept: text/csv", f"{site}/sparql", "--data-urlencode", f"query={SELECT}")
    assert asked.split() == ["name", "Älmhult"]
    assert asked == curl("-G", "-H", "Accept: text/csv", f"{site}/sparql", "--data-urlencode", f"query={SELECT}")
    direct = curl(
        *("-H", "Content-Type: application/sparql-query", "-H", "Accept: text/csv", f"{site}/sparql"),
        *("--data-binary", SELECT),
    )
    assert direct == asked
    packed = curl("-L", "--compressed", "-H", "Accept: text/turtle", f"{site}/id/municipality/se-0765")
    assert "Älmhult" in packed
    graph = curl(
        "-G", f"{site}/rdf-graphs", "--data-urlencode", f"graph={CLAIM}", "-H", "Accept: application/n-triples"
    )
    assert [quad.subject.value for quad in parse(graph.encode(), RdfFormat.N_TRIPLES)] == [ALMHULT]
    assert curl("-I", f"{site}/sparql?query=ASK%7B%7D").startswith("HTTP/1.1 200")


@pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")  # SPARQLWrapper's own
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_sparqlwrapper_asks_in_every_form_and_format(site: str, method: str) -> None:
    client = SPARQLWrapper(f"{site}/sparql")
    client.setMethod(method)

    def answer(text: str, form: str) -> Any:
        client.setQuery(text)
        client.setReturnFormat(form)
        return client.queryAndConvert()

    assert answer(SELECT, JSON)["results"]["bindings"][0]["name"]["value"] == "Älmhult"
    assert answer(SELECT, XML).getElementsByTagName("literal")[0].firstChild.data == "Älmhult"
    assert answer(SELECT, CSV).decode().split() == ["name", "Älmhult"]
    assert answer(SELECT, TSV).decode().split() == ["?name", '"Älmhult"@sv']
    assert answer("ASK {}", JSON)["boolean"] is True
    assert answer("ASK {}", XML).getElementsByTagName("boolean")[0].firstChild.data == "true"
    for form in (TURTLE, N3):
        assert len(list(parse(answer(CONSTRUCT, form), RdfFormat.TURTLE))) == 5
    for form in (XML, RDFXML, JSONLD):  # which it reads into a graph of rdflib
        assert len(answer(CONSTRUCT, form)) == 5
    client.addDefaultGraph(CLAIM)
    assert answer("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", CSV).decode().split() == ["n", "1"]
    with pytest.raises(QueryBadFormed, match="line 1, column 10"):
        answer("SELECT * FILTR", JSON)


def test_rdflib_s_store_reads_the_endpoint_as_a_graph(site: str) -> None:
    graph = Graph(SPARQLStore(f"{site}/sparql"))
    names = set(graph.objects(URIRef(ALMHULT), URIRef(LABEL)))
    assert names == {Literal("Älmhult", lang="sv"), Literal("Älmhult", lang="en")}
    assert (URIRef(ALMHULT), None, None) in graph
    assert [str(row.name) for row in graph.query(SELECT)] == ["Älmhult"]


def test_rdflib_looks_a_thing_up_by_its_address(site: str) -> None:
    graph = Graph().parse(f"{site}/id/municipality/se-0765")
    assert Literal("Älmhult", lang="sv") in set(graph.objects(URIRef(ALMHULT), URIRef(LABEL)))


@pytest.fixture(scope="module")
def comunica(site: str) -> list[Any]:
    """Comunica's answers; one process asks for all of them, as it takes a second to start."""
    if NODE is None or not (CLIENTS / "node_modules" / "@comunica" / "query-sparql").is_dir():
        pytest.skip("Comunica is not installed: it takes Node and `make clients`")
    jobs = [
        {"source": f"{site}/sparql", "query": SELECT},  # told to be an endpoint by its service description alone
        {"source": {"type": "sparql", "value": f"{site}/sparql"}, "query": IN_CLAIM},
        {"source": {"type": "sparql", "value": f"{site}/sparql"}, "query": CONSTRUCT},
        {"source": f"{site}/id/municipality/se-0765", "query": SELECT},  # a document, found by the thing's address
        {"source": f"{site}/rdf-graphs?default", "query": SELECT},
    ]
    command = [NODE, str(CLIENTS / "ask.mjs"), json.dumps(jobs)]
    answered = subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE)
    return list(json.loads(answered.stdout))


def values(answer: Any) -> list[dict[str, str]]:
    return [{name: term["value"] for name, term in row.items()} for row in answer["results"]["bindings"]]


def test_comunica_recognises_and_asks_the_endpoint(comunica: list[Any]) -> None:
    assert values(comunica[0]) == [{"name": "Älmhult"}]
    assert values(comunica[1]) == [{"s": ALMHULT, "o": f"{BASE}id/partnership/p"}]
    assert len(list(parse(comunica[2].encode(), RdfFormat.N_TRIPLES))) == 5


def test_comunica_reads_documents_and_graphs(comunica: list[Any]) -> None:
    assert values(comunica[3]) == values(comunica[4]) == [{"name": "Älmhult"}]
