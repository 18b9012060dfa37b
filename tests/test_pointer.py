import itertools
import json
import shutil
import subprocess
import sys
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from engines import Server, oxigraph
from kommungraf.app import Settings, create_app
from kommungraf.editions.edition import Editions, Stores
from kommungraf.engine.endpoint import Credentials, endpoint
from kommungraf.engine.engine import Query
from kommungraf.errors import EngineFailed, NotPushed
from kommungraf.vocab import BASE
from serving_release import ALMHULT, make_current, write_release
from two_engines import LIMITS, OTHER, emptied, pushed, two_engines
from waiting import PATIENCE, comes_true


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Server, Server]]:
    with two_engines() as pair:
        yield pair


@pytest.fixture(autouse=True)
def _empty(servers: tuple[Server, Server]) -> None:
    for server in servers:
        emptied(server)


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
            with pytest.raises(EngineFailed, match="being loaded with another, or has lost it"):
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
        assert answer.json["said"]
        page = client.get("/sparql?query=ASK {}&lang=sv", headers={"Accept": "text/html"}).text
        assert "kan inte nås" in page
        assert f'<q lang="en">{answer.json["said"]}</q>' in page
        assert client.get("/dataset/held.nt").status_code == 200
    finally:
        editions.close()
        shutil.rmtree(release)


def command(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "kommungraf.cli", *arguments)


def test_no_request_fails_while_a_served_site_goes_over_to_a_pushed_release(
    servers: tuple[Server, Server], tmp_path: Path
) -> None:
    engines = [server.query for server in servers]
    options = ("--releases", str(tmp_path), *(part for url in engines for part in ("--store", url)))
    write_release(tmp_path)
    subprocess.run(command("push", *options), check=True, capture_output=True)
    serving = subprocess.Popen(command("serve", *options, "--port", "0"), stdout=subprocess.PIPE, text=True)
    found: list[tuple[int, bool]] = []
    over = threading.Event()

    def ask(address: str) -> None:
        for number in itertools.count():
            query = urllib.parse.quote(f"ASK {{ <{BASE}id/new> ?p ?o }} # {number}")
            request = urllib.request.Request(
                f"{address}sparql?query={query}", headers={"Accept": "application/json"}
            )
            with urllib.request.urlopen(request) as answer:
                found.append((answer.status, json.load(answer)["boolean"]))
            if over.is_set() or (found[-1][1] and len(found) > 50):
                return

    try:
        assert serving.stdout is not None
        address = serving.stdout.readline().rpartition(" ")[2].strip()
        asking = threading.Thread(target=ask, args=(address,))
        asking.start()
        assert comes_true(lambda: found)
        write_release(tmp_path, OTHER, version="2026-01-02")
        told = subprocess.run(command("push", *options), check=True, capture_output=True, text=True).stdout
        asking.join(timeout=PATIENCE)
    finally:
        over.set()
        serving.terminate()
        serving.communicate(timeout=PATIENCE)
    assert told.split()[1] == engines[1]
    assert {status for status, _ in found} == {200}
    assert [new for _, new in found] == sorted(new for _, new in found)
    assert found[0][1] is False
    assert found[-1][1] is True


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(("push",), "There is no engine to push to", id="no-engine"),
        pytest.param(("push", "http://127.0.0.1:1/query"), "can't be reached", id="nobody-there"),
        pytest.param(("push", "http://u:secret@127.0.0.1:1/query"), "holds no password", id="password"),
        pytest.param(("serve", "--store", "http://127.0.0.1:1/query"), "No engine holds release", id="not-pushed"),
    ],
)
def test_the_command_says_what_is_wrong(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    write_release(tmp_path)
    port = ("--port", "0") if arguments[0] == "serve" else ()
    done = subprocess.run(
        command(*arguments, *port, "--releases", str(tmp_path)), check=False, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert told in done.stderr
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr
