import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from engines import Server, oxigraph
from kommungraf.app import Settings, create_app
from kommungraf.edition import Editions, Stores
from kommungraf.endpoint import Credentials, endpoint
from kommungraf.engine import Query
from kommungraf.errors import EngineFailed, NotPushed
from kommungraf.limits import Limits
from kommungraf.transfer import Target, push
from kommungraf.vocab import BASE
from serving_release import ALMHULT, TRIG, make_current, write_release

LIMITS = Limits(seconds=5, workers=2)
OTHER = (
    TRIG
    + f'<{BASE}id/graph/more> {{ <{BASE}id/new> <{BASE}def/value> "new" }} <{BASE}id/new> <{BASE}def/value> "held" .'
)


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Server, Server]]:
    with oxigraph(None) as first, oxigraph(None) as second:
        yield first, second


@pytest.fixture(autouse=True)
def _empty(servers: tuple[Server, Server]) -> None:
    for server in servers:
        urllib.request.urlopen(urllib.request.Request(server.graphs, method="DELETE")).close()


def target(server: Server) -> Target:
    return Target(endpoint(server.query, Credentials()), endpoint(server.graphs, Credentials()))


def pushed(release: Path, *servers: Server, in_place: bool = False) -> str:
    return push(release, [target(server) for server in servers], LIMITS, lambda _step: None, in_place=in_place)


def stores(*servers: Server) -> Stores:
    return Stores(tuple(endpoint(server.query, Credentials()) for server in servers))


def test_readers_go_over_when_the_push_is_done_and_not_before(
    servers: tuple[Server, Server], tmp_path: Path
) -> None:
    pushed(write_release(tmp_path), *servers)
    editions = Editions(tmp_path, LIMITS, stores(*servers))
    client = create_app(editions, Settings(LIMITS)).test_client()
    new = f"/sparql?query=ASK {{ <{BASE}id/new> ?p ?o }}"
    json = {"Accept": "application/sparql-results+json"}
    try:
        assert client.get(new, headers=json).json == {"head": {}, "boolean": False}
        release = write_release(tmp_path, OTHER, version="2026-01-02")
        assert not editions.reload()
        assert client.get(new, headers=json).json == {"head": {}, "boolean": False}
        pushed(release, *servers)
        assert editions.reload()
        assert client.get(new, headers=json).json == {"head": {}, "boolean": True}
        assert (
            "Älmhult"
            in client.get(f"/doc/municipality/{ALMHULT.rpartition('/')[2]}", headers={"Accept": "text/html"}).text
        )
    finally:
        editions.close()


def test_without_a_push_there_is_nothing_to_read(servers: tuple[Server, Server], tmp_path: Path) -> None:
    write_release(tmp_path)
    with pytest.raises(NotPushed, match=r"Run `kommungraf push`\. .* holds no whole release"):
        Editions(tmp_path, LIMITS, stores(servers[0]))


def test_a_release_that_is_replaced_while_it_is_read_is_not_answered_from(
    servers: tuple[Server, Server], tmp_path: Path
) -> None:
    old = write_release(tmp_path)
    pushed(old, servers[0])
    editions = Editions(tmp_path, LIMITS, stores(servers[0]))
    try:
        other = write_release(tmp_path, OTHER, version="2026-01-02", current=False)
        pushed(other, servers[0], in_place=True)
        with editions.current() as edition:
            edition.evaluator.look()  # type: ignore[attr-defined]
            with pytest.raises(EngineFailed, match="being loaded with another release"):
                edition.evaluator.evaluate(
                    Query("ASK {}", solutions="application/sparql-results+json", graph=None)
                )
        make_current(other)
        assert editions.reload()
        with editions.current() as edition:
            assert edition.evaluator.select("SELECT ?s { ?s ?p ?o } LIMIT 1")
    finally:
        editions.close()


def test_an_engine_that_fails_is_a_502_with_what_to_do(tmp_path: Path) -> None:
    release = write_release(tmp_path)
    with oxigraph(None) as server:
        pushed(release, server)
        editions = Editions(tmp_path, LIMITS, stores(server))
    try:
        client = create_app(editions, Settings(LIMITS)).test_client()
        answer = client.get("/sparql?query=ASK {}", headers={"Accept": "application/json"})
        assert (answer.status_code, answer.content_type) == (502, "application/problem+json")
        assert answer.json is not None
        assert "can't be reached" in answer.json["detail"]
        assert client.get("/dataset/held.nt").status_code == 200
    finally:
        editions.close()
        shutil.rmtree(release)
