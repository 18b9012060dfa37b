"""What a server says and does that may ask other endpoints, over HTTP; tests/test_federation.py has the engine's side."""

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from pyoxigraph import NamedNode, RdfFormat, parse

from kommungraf.cli import cli
from kommungraf.doctor.doctor import Directions, diagnosis, explored
from kommungraf.doctor.examination import Outcome
from kommungraf.doctor.visits import Bounds
from kommungraf.engine.endpoint import Credentials, endpoint, services
from kommungraf.errors import ServingError
from other_endpoint import OtherEndpoint, other_endpoint
from serving_process import LIMITS, LOOKUP, Running, metric
from serving_release import ALMHULT, write_release
from waiting import PATIENCE, comes_true, free_port

CSV, JSON = "text/csv", "application/sparql-results+json"
#: So few that a query which waits for itself would wait for ever, if it could.
FEW = replace(LIMITS, seconds=30, workers=1, queue_seconds=0.5, refusal_seconds=0)
SD = "http://www.w3.org/ns/sparql-service-description#"


@pytest.fixture(scope="module")
def other() -> Iterator[OtherEndpoint]:
    with other_endpoint() as server:
        yield server


@pytest.fixture(scope="module")
def site(other: OtherEndpoint, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that may ask the other endpoint, and itself."""
    releases, port = tmp_path_factory.mktemp("releases"), free_port()
    write_release(releases)
    paths = ("rows", "silent", "failing", "redirect", "flood")
    allowed = (*map(other.url, paths), f"http://127.0.0.1:{port}/sparql")
    server = Running(releases, FEW, {"port": str(port)}, allowed)
    yield server
    server.stop()


def asking(url: str, within: str = "?s <p> ?n") -> str:
    return f"SELECT * {{ SERVICE <{url}> {{ {within} }} }}"


def path_of(text: str, more: str = "") -> str:
    return f"/sparql?query={quote(text)}{more}"


@pytest.mark.parametrize("more", ["", "&format=csv"], ids=["plain", "by-the-application"])
def test_an_answer_of_others_is_neither_tagged_nor_kept(site: Running, other: OtherEndpoint, more: str) -> None:
    before = len(other.queries("rows"))
    for _ in range(2):
        status, headers, body = site.get(path_of(asking(other.url("rows")), more), Accept=CSV)
        assert (status, body.count(b"\r\n")) == (200, 3)
        assert headers["cache-control"] == "no-store"
        assert "etag" not in headers
        assert "x-request-id" in headers
    assert len(other.queries("rows")) == before + 2


def test_a_page_of_such_an_answer_is_not_kept_either(site: Running, other: OtherEndpoint) -> None:
    before = len(other.queries("rows"))
    for _ in range(2):
        status, headers, body = site.get(path_of(asking(other.url("rows"))), Accept="text/html")
        assert status == 200
        assert b"17650" in body
        assert headers["cache-control"] == "no-store"
        assert "etag" not in headers
    assert len(other.queries("rows")) == before + 2


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        pytest.param("failing", (502, "service-failed"), id="failing"),
        pytest.param("redirect", (502, "service-failed"), id="redirect"),
        pytest.param("flood", (502, "service-failed"), id="flood"),
        pytest.param("nowhere", (400, "no-federation"), id="unlisted"),
    ],
)
@pytest.mark.parametrize("more", ["", "&format=csv"], ids=["plain", "by-the-application"])
def test_what_goes_wrong_is_a_problem_with_a_name(
    site: Running, other: OtherEndpoint, path: str, problem: tuple[int, str], more: str
) -> None:
    where = path_of(asking(other.url(path)), more)
    status, headers, body = site.get(where, Accept=JSON)
    assert headers["content-type"] == "application/problem+json"
    assert (status, json.loads(body)["type"].rpartition("/")[2]) == problem
    assert other.url(path) in json.loads(body)["detail"]
    swedish = json.loads(site.get(where, **{"Accept": JSON, "Accept-Language": "sv"})[2])
    assert swedish["detail"] != json.loads(body)["detail"]


def test_the_log_names_the_endpoints_that_were_asked_and_no_others(other: OtherEndpoint, tmp_path: Path) -> None:
    write_release(tmp_path / "releases")
    log = tmp_path / "access.log"
    kept = {"access_log": "json", "access_log_file": str(log)}
    server = Running(tmp_path / "releases", FEW, kept, [other.url("rows"), other.url("failing")])
    two = f"SELECT * {{ SERVICE SILENT <{other.url('failing')}> {{ ?a ?b ?c }} SERVICE <{other.url('rows')}> {{ ?s <p> ?n }} }}"
    asked = [
        (path_of(asking(other.url("rows"))), 200, [other.url("rows")]),
        (path_of(two, "&format=csv"), 200, sorted([other.url("failing"), other.url("rows")])),
        (path_of(asking(other.url("failing"))), 502, [other.url("failing")]),
        (path_of(asking(other.url("failing")), "&format=csv"), 502, [other.url("failing")]),
        (path_of(asking(other.url("nowhere"))), 400, None),
        (LOOKUP, 200, None),
    ]
    try:
        for path, status, _ in asked:
            assert server.get(path, Accept=f"{CSV}, {JSON};q=0.9")[0] == status
        assert comes_true(lambda: log.read_text().count('"path":"/sparql"') == len(asked))
    finally:
        server.stop()
    lines = [line for line in map(json.loads, log.read_text().splitlines()) if line["path"] == "/sparql"]
    assert [(line["status"], line.get("services")) for line in lines] == [each[1:] for each in asked]


def test_the_doctor_finds_the_feature_described_and_others_refused(site: Running) -> None:
    examined = explored(f"http://127.0.0.1:{site.port}/", Directions(), Bounds(seconds=PATIENCE))
    found = [verdict for check, verdict in diagnosis(examined) if check.slug == "federation"]
    assert [verdict.outcome for verdict in found] == [Outcome.PASSED, Outcome.PASSED]
    assert "refused with 400" in found[1].told("en")


def test_a_slow_endpoint_is_504(other: OtherEndpoint, tmp_path: Path) -> None:
    write_release(tmp_path)
    server = Running(tmp_path, replace(FEW, seconds=1), services=[other.url("silent")])
    try:
        status, _, body = server.get(path_of(asking(other.url("silent"))), Accept=JSON)
        assert (status, json.loads(body)["type"].rpartition("/")[2]) == (504, "service-timed-out")
        assert server.get(LOOKUP, Accept=JSON)[0] == 200
    finally:
        server.stop()


def test_a_server_may_ask_itself(site: Running) -> None:
    own = f"http://127.0.0.1:{site.port}/sparql"
    text = f"SELECT ?n {{ SERVICE <{own}> {{ SELECT (COUNT(*) AS ?n) {{ <{ALMHULT}> ?p ?o }} }} }}"
    assert site.get(path_of(text), Accept=CSV)[2] == b"n\r\n5\r\n"


def test_a_query_that_waits_for_itself_ends_and_lookups_go_on(site: Running) -> None:
    own = f"http://127.0.0.1:{site.port}/sparql"
    nested = asking(own, f"SERVICE <{own}> {{ SERVICE <{own}> {{ ?s ?p ?n }} }}")
    status, _, body = site.get(path_of(nested), Accept=JSON)
    assert status == 502
    assert "status 503" in json.loads(body)["detail"]
    assert site.get(LOOKUP, Accept=JSON)[0] == 200
    assert comes_true(lambda: metric(site, "kommungraf_workers_busy", lane="service") == 0)


def test_lookups_are_answered_while_an_endpoint_is_silent(site: Running, other: OtherEndpoint) -> None:
    with socket.create_connection(("127.0.0.1", site.port)) as waiting:
        path = path_of(asking(other.url("silent")))
        waiting.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nAccept: {JSON}\r\n\r\n".encode())
        assert comes_true(lambda: other.heard.open == 1)
        assert metric(site, "kommungraf_workers_busy", lane="service") == 1
        assert metric(site, "kommungraf_workers_busy", lane="public") == 0
        for number in range(5):
            assert site.get(path_of(f"SELECT * {{ <{ALMHULT}> ?p{number} ?o }}"), Accept=JSON)[0] == 200
    assert comes_true(lambda: other.heard.open == 0)
    assert comes_true(lambda: metric(site, "kommungraf_workers_busy", lane="service") == 0)


def test_the_list_is_published(site: Running, other: OtherEndpoint) -> None:
    description = list(parse(site.get("/sparql", Accept="text/turtle")[2], RdfFormat.TURTLE))
    features = {triple.object.value for triple in description if triple.predicate.value == f"{SD}feature"}
    assert features == {f"{SD}BasicFederatedQuery"}
    assert NamedNode(other.url("rows")) in {triple.object for triple in description}
    page = site.get("/sparql", Accept="text/html")[2].decode()
    assert other.url("rows") in page


def test_without_a_list_none_is_published(tmp_path: Path) -> None:
    write_release(tmp_path)
    server = Running(tmp_path, FEW)
    try:
        description = server.get("/sparql", Accept="text/turtle")[2].decode()
        assert "BasicFederatedQuery" not in description
        assert "service-allow" not in description
    finally:
        server.stop()


@pytest.mark.parametrize(
    "url",
    ["ftp://e/sparql", "http://", "sparql", "http://user:secret@e/sparql", "http://e/sparql#x", "http://å/sparql", "http://e:x/"],
)  # fmt: skip
def test_only_plain_addresses_can_be_allowed(url: str) -> None:
    with pytest.raises(ServingError, match=r"service-allow: .* is no plain HTTP address"):
        services([url])


def test_an_endpoint_is_allowed_as_it_is_written() -> None:
    urls = ("https://e/sparql", "http://e:8080/sparql?x=1")
    assert services([*urls, urls[0]]) == urls


def test_endpoints_cannot_be_allowed_where_another_engine_answers() -> None:
    with pytest.raises(ServingError, match="`service-allow` can't go with `store`"):
        services(["http://e/sparql"], [endpoint("http://e/query", Credentials())])


def test_the_command_says_so_at_start(tmp_path: Path) -> None:
    flags = [
        "--store",
        "http://127.0.0.1:1/query",
        "--service-allow",
        "http://e/sparql",
        "--releases",
        str(tmp_path),
    ]
    result = CliRunner().invoke(cli, ["serve", *flags], obj={"language": "en"})
    assert isinstance(result.exception, ServingError)
    assert "can't go with" in str(result.exception)
