import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from engines import Server, oxigraph
from kommungraf.app import Settings, create_app
from kommungraf.editions.edition import Editions, Stores
from kommungraf.editions.foreign import Gatherer
from kommungraf.engine.endpoint import Credentials, endpoint
from kommungraf.errors import EngineFailed
from kommungraf.settings.limits import Limits
from waiting import PATIENCE

LIMITS = Limits(seconds=60, workers=2)
BASE = "http://example.org/"
OURS = "https://w3id.org/kommungraf/"
CLAIM = f"""
<http://example.org/a> <http://example.org/near> <http://example.org/b> .
<{OURS}id/claim/1> kg:status kg:Accepted ; <http://www.w3.org/ns/prov#wasQuotedFrom> <http://example.org/page> ;
    <http://www.w3.org/ns/oa#hasSelector> [ <http://www.w3.org/ns/oa#exact> "near b" ] .
"""
DATA = """
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<http://example.org/a> a <http://example.org/Town> ; rdfs:label "Åby"@sv , "Aby"@en ; <http://example.org/near> <http://example.org/nameless> .
<http://example.org/b> a <http://example.org/Town> ; rdfs:label "Bråtorp"@sv .
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with oxigraph(None) as started:
        load(started, DATA)
        yield started


def load(server: Server, data: str, graph: str = "default") -> None:
    request = urllib.request.Request(
        f"{server.graphs}?{graph}", data.encode(), {"Content-Type": "text/turtle"}, method="PUT"
    )
    urllib.request.urlopen(request).close()


def gatherer(server: Server, releases: Path, limits: Limits = LIMITS) -> Gatherer:
    return Gatherer(endpoint(server.query, Credentials()), releases, base_iri=BASE, limits=limits)


def opened(server: Server, releases: Path) -> Editions:
    return Editions(releases, LIMITS, Stores((endpoint(server.query, Credentials()),), foreign=True))


def test_the_site_stands_over_an_engine_of_somebody_else(server: Server, tmp_path: Path) -> None:
    gatherer(server, tmp_path).gather()
    editions = opened(server, tmp_path)
    client = create_app(editions, Settings(LIMITS)).test_client()
    html = {"Accept": "text/html"}
    try:
        found = client.get("/search?q=brå", headers={"Accept": "application/json"}).json
        assert found is not None
        assert [hit["iri"] for hit in found["hits"]] == ["http://example.org/b"]
        assert "Åby" in client.get("/a", headers={**html, "Accept-Language": "sv"}).text
        turtle = client.get("/a", headers={"Accept": "text/turtle"})
        assert turtle.status_code == 200
        assert "nameless" in turtle.text
        assert client.get("/nameless", headers={"Accept": "text/turtle"}).status_code == 200
        assert client.get("/none", headers={"Accept": "text/turtle"}).status_code == 404
        for path in ("/", "/sparql", "/dataset/", "/list?type=http%3A%2F%2Fexample.org%2FTown"):
            assert (path, client.get(path, headers=html).status_code) == (path, 200)
        assert client.get("/ready").status_code == 200
        assert client.get("/dataset/held.nt").status_code == 404
    finally:
        editions.close()


def test_claims_that_it_holds_are_known(tmp_path: Path) -> None:
    with oxigraph(None) as server:
        load(server, f"@prefix kg: <{OURS}def/> . {CLAIM}")
        graph = f"{server.graphs}?graph={quote(OURS, safe='')}id/claim/1"
        said = b"<http://example.org/a> <http://example.org/near> <http://example.org/b> ."
        stated = urllib.request.Request(graph, said, {"Content-Type": "text/turtle"}, method="PUT")
        urllib.request.urlopen(stated).close()
        gatherer(server, tmp_path).gather()
        editions = opened(server, tmp_path)
        try:
            shown = create_app(editions, Settings(LIMITS)).test_client().get("/a", headers={"Accept": "text/html"})
            assert "<q>near b</q>" in shown.text
        finally:
            editions.close()


TIES = "".join(
    f"""<{BASE}m/{number}> org:member <{BASE}a> ; org:organization <{BASE}whole/{number}> ; kg:period "2001/.." .
    <{BASE}whole/{number}> a <{BASE}Union> ; rdfs:label "Union {number}"@en ; org:hasMember <{BASE}a> .
    """
    for number in range(40)
)
PREFIXES = f"""@prefix kg: <{OURS}def/> . @prefix org: <http://www.w3.org/ns/org#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<{BASE}a> rdfs:label "Aby"@en ."""
AROUND = f"/around?thing={quote(BASE, safe='')}a&table=cooperations"


@pytest.mark.parametrize(
    ("more", "limits", "status"),
    [
        pytest.param("", LIMITS, 200, id="all of it was read"),
        pytest.param(
            f"<{BASE}m/x> org:member <{BASE}a> .", LIMITS, 404, id="a membership without an organisation"
        ),
        pytest.param(
            f"[] org:member <{BASE}a> ; org:organization <{BASE}b> .", LIMITS, 404, id="one without an IRI"
        ),
        pytest.param("", replace(LIMITS, labels=100), 404, id="more than may be read"),
    ],
)
def test_long_tables_have_a_page_of_their_own_where_all_rows_are_known(
    tmp_path: Path, more: str, limits: Limits, status: int
) -> None:
    with oxigraph(None) as server:
        load(server, PREFIXES + TIES + more)
        load(server, PREFIXES + TIES, f"graph={quote(BASE, safe='')}claim")
        gatherer(server, tmp_path, limits).gather()
        editions = opened(server, tmp_path)
        try:
            client = create_app(editions, Settings(LIMITS)).test_client()
            sheet = client.get(AROUND, headers={"Accept": "text/csv"})
            assert (sheet.status_code, sheet.text.count("\nhttp")) == (status, 40 if status == 200 else 0)
            shown = client.get("/a", headers={"Accept": "text/html", "Accept-Language": "en"}).text
            assert ("/around?" in shown) is (status == 200)
            assert "Union 39" in shown or status == 200
        finally:
            editions.close()


def test_what_stands_in_no_named_graph_is_told_by_no_page_of_a_table(tmp_path: Path) -> None:
    with oxigraph(None) as server:
        load(server, PREFIXES + TIES)
        gatherer(server, tmp_path).gather()
        editions = opened(server, tmp_path)
        try:
            client = create_app(editions, Settings(LIMITS)).test_client()
            assert client.get(AROUND, headers={"Accept": "text/html"}).status_code == 404
            shown = client.get("/a", headers={"Accept": "text/html", "Accept-Language": "en"})
            assert "Union 39" in shown.text
        finally:
            editions.close()


def test_a_class_that_is_narrower_than_another_is_the_one_that_is_listed(tmp_path: Path) -> None:
    with oxigraph(None) as server:
        narrower = f"<{BASE}Zone> rdfs:subClassOf <{BASE}Area> . <{BASE}a> a <{BASE}Zone> , <{BASE}Area> ."
        load(server, PREFIXES + narrower)
        gatherer(server, tmp_path).gather()
        editions = opened(server, tmp_path)
        try:
            with editions.current() as edition:
                assert edition.index.type(f"{BASE}a") == f"{BASE}Zone"
        finally:
            editions.close()


def test_names_are_bounded(server: Server, tmp_path: Path) -> None:
    gatherer(server, tmp_path, replace(LIMITS, labels=0)).gather()
    editions = opened(server, tmp_path)
    try:
        with editions.current() as edition:
            assert edition.index.types() == {}
    finally:
        editions.close()


def test_what_is_gathered_anew_is_another_release_and_few_are_kept(server: Server, tmp_path: Path) -> None:
    hashes = set()
    for _ in range(4):
        folder = gatherer(server, tmp_path).gather()
        hashes.add(json.loads((folder / "MANIFEST.json").read_text())["contentHash"])
    assert len(hashes) == 4
    assert len([path for path in tmp_path.iterdir() if not path.is_symlink()]) == 2
    assert (tmp_path / "current" / "index.sqlite").is_file()


def test_an_engine_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(EngineFailed, match="can't be reached"):
        gatherer(Server("http://127.0.0.1:1/query", ""), tmp_path).gather()
    assert list(tmp_path.iterdir()) == []


def test_the_command_serves_it_and_reads_it_anew(server: Server, tmp_path: Path) -> None:
    arguments = (
        "serve",
        "--store",
        server.query,
        "--store-content",
        "anything",
        "--base-iri",
        BASE,
        "--port",
        "0",
    )
    process = subprocess.Popen(
        (sys.executable, "-m", "kommungraf.cli", *arguments, "--refresh-seconds", "1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        line = process.stdout.readline()
        address = line.rpartition(" ")[2].strip()
        with urllib.request.urlopen(f"{address}search?q=Brå&format=json".replace("å", "%C3%A5")) as answer:
            assert json.load(answer)["total"] == 1
        assert any("Serving release" in told for told in process.stderr)
    finally:
        os.kill(process.pid, signal.SIGTERM)
        process.communicate(timeout=PATIENCE)
