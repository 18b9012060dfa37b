import fcntl
import http.client
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from rdflib import Graph
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import SPARQLWrapper

from bench.processes import family
from kommungraf.errors import ReleaseError, ServingError
from kommungraf.serving.serving import serve
from kommungraf.settings.hosting import Hosting
from serving_process import (
    BRIEF,
    CROSS,
    LIMITS,
    LOOKUP,
    Running,
    all_gone,
    command_of,
    idles,
    metric,
    post,
    running,
)
from serving_release import TRIG, make_current, write_release
from waiting import PATIENCE, comes_true, free_port


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("releases")) as started:
        yield started


@pytest.fixture(scope="module")
def brief(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("releases"), BRIEF) as started:
        yield started


def test_one_line_says_where_it_serves_once_it_does(server: Running) -> None:
    assert server.line.startswith("Serving 2026-01-01-")
    assert server.get("/ready")[0] == 200


def test_room_for_the_descriptors_of_all_connections_is_made_before_there_are_any(server: Running) -> None:
    tables = [
        int(line.split()[1])
        for pid in family(server.process.pid)
        for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
        if line.startswith("FDSize:")
    ]
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    assert max(tables) >= min(3 * LIMITS.connections, hard)


def test_a_query_is_answered_over_http(server: Running) -> None:
    status, headers, body = server.get(LOOKUP, Accept="text/csv")
    assert (status, headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert body.count(b"\r\n") == 6


def test_head_says_the_length_of_get(server: Running) -> None:
    for path in (LOOKUP, "/dataset/dataset.nq", "/ready"):
        got, headed = server.get(path), server.get(path, "HEAD")
        assert headed[2] == b""
        assert headed[1]["content-length"] == got[1]["content-length"] == str(len(got[2]))


def test_a_repeated_request_keeps_no_date_of_the_first(server: Running) -> None:
    path = f"{LOOKUP}#date"
    first = server.get(path)[1]["date"]
    assert comes_true(lambda: server.get(path)[1]["date"] != first)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # SPARQLWrapper's own
def test_the_usual_clients_work(server: Running) -> None:
    address = f"http://127.0.0.1:{server.port}/sparql"
    text = "SELECT ?s WHERE { ?s a <https://w3id.org/kommungraf/def/Municipality> }"
    for method in ("GET", "POST"):
        store = SPARQLStore(address, method=method)
        assert len(list(Graph(store).query(text))) == 2
        wrapper = SPARQLWrapper(address)
        wrapper.setMethod(method)
        wrapper.setQuery(text)
        wrapper.setReturnFormat("json")
        assert len(wrapper.query().convert()["results"]["bindings"]) == 2
        wrapper.setQuery("CONSTRUCT { ?s a ?o } WHERE { ?s a ?o }")
        wrapper.setReturnFormat("xml")
        assert len(wrapper.query().convert()) == 4


def test_lookups_keep_answering_beside_hostile_queries(brief: Running) -> None:
    stop = threading.Event()
    statuses: set[int] = set()

    def attack() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            statuses.add(brief.get(f"/sparql?query={quote(f'{CROSS} # {number} {threading.get_ident()}')}")[0])

    attackers = [threading.Thread(target=attack) for _ in range(5)]
    for attacker in attackers:
        attacker.start()
    answers = []
    for number in range(40):
        assert comes_true(lambda: metric(brief, "kommungraf_workers_busy", lane="public") > 0)
        answers += [brief.get(f"{LOOKUP}%23{number}")[0], brief.get("/health")[0]]
    stop.set()
    for attacker in attackers:
        attacker.join()
    assert statuses == {503}
    assert set(answers) == {200}


def test_a_server_whose_release_was_deleted_says_so_and_answers_queries(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        assert server.get("/ready")[0] == 200
        shutil.rmtree(tmp_path)
        for path in ("/ready", "/dataset/dataset.nq", "/catalogue"):
            status, headers, body = server.get(path, Accept="*/*")
            assert (status, headers["retry-after"]) == (503, "60")
            assert json.loads(body)["type"].endswith("/unavailable")
        assert server.get("/health")[0] == 200
        assert server.get(LOOKUP)[0] == 200


def test_a_result_for_which_the_disk_has_no_room_is_503_and_others_are_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], check=False)
    if mounted.returncode != 0:
        pytest.skip("only root may make a disk that is full")
    try:
        monkeypatch.setenv("TMPDIR", str(disk))
        with running(tmp_path / "releases") as server:
            rows = " ".join(f'"{number:01000}"' for number in range(20))
            large = f"SELECT * {{ VALUES ?a {{ {rows} }} VALUES ?b {{ {rows} }} }}"
            status, body = post(server, large.encode())
            assert status == 503
            assert json.loads(body)["type"].endswith("/unavailable")
            assert server.get(LOOKUP)[0] == 200
    finally:
        subprocess.run(["umount", disk], check=True)


def test_nothing_runs_on_after_a_query_was_cut(brief: Running) -> None:
    assert brief.get(f"/sparql?query={quote(CROSS)}")[0] == 503
    assert comes_true(lambda: idles(family(brief.process.pid)))


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n", id="connect"),
        pytest.param(b"GET\r\n\r\n", id="malformed"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", id="tls"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 1_000_000 + b"\r\n\r\n", id="large-header"),
        pytest.param(b"GET http://example.org/ready HTTP/1.1\r\nHost: a\r\n\r\n", id="absolute"),
        pytest.param(b"GET /%00%ff/..%2f HTTP/1.1\r\nHost: a\r\n\r\n", id="odd-path"),
        pytest.param(b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n", id="length"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: a\r\nAccept: " + b"a/b;q=0.5," * 900 + b"\r\n\r\n", id="accept"),
    ],
)
def test_odd_requests_harm_nothing(server: Running, sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as connection:
        try:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            connection.recv(1000)
        except OSError:
            pass
    assert server.get("/ready")[0] == 200


def test_half_a_request_holds_nobody_up(server: Running) -> None:
    opened = []
    for _ in range(60):
        connection = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
        connection.sendall(b"GET /ready HTTP/1.1\r\nHost: a\r\n")
        opened.append(connection)
    assert server.get("/ready")[0] == 200
    for connection in opened:
        connection.close()


def test_slow_readers_hold_no_worker(server: Running) -> None:
    text = quote("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l } LIMIT 9000")
    opened = []
    for number in range(12):
        connection = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
        connection.sendall(f"GET /sparql?query={text}%23{number} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        opened.append(connection)
    for connection in opened:
        assert connection.recv(12, socket.MSG_PEEK) == b"HTTP/1.1 200"
    assert comes_true(lambda: metric(server, "kommungraf_workers_busy", lane="public") == 0)
    assert server.get(f"{LOOKUP}%23slow")[0] == 200
    for connection in opened:
        connection.close()


def test_a_new_release_loses_and_mixes_no_request(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        path = "/sparql?query=" + quote("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
        found: list[tuple[int, bytes]] = []
        stop = threading.Event()

        def ask() -> None:
            while not stop.is_set():
                status, _, body = server.get(path, Accept="text/csv")
                found.append((status, body))

        threads = [threading.Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        old, new = (200, b"n\r\n13\r\n"), (200, b"n\r\n14\r\n")
        more = TRIG + "<http://e/s> <http://e/p> <http://e/o> .\n"
        folder = write_release(tmp_path, more, version="2026-02-02", current=False)
        assert comes_true(lambda: old in found)
        make_current(folder)
        assert comes_true(lambda: new in found)
        stop.set()
        for thread in threads:
            thread.join()
        assert set(found) == {old, new}
        assert server.get(path, Accept="text/csv")[2] == new[1]


def test_sighup_looks_for_a_new_release_and_replaces_no_process(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        folder = write_release(
            tmp_path, TRIG + "<http://e/s> <http://e/p> 1 .\n", version="2026-02-02", current=False
        )
        make_current(folder)
        server.process.send_signal(signal.SIGHUP)
        assert comes_true(lambda: json.loads(server.get("/ready")[2])["version"] == "2026-02-02")
        assert family(server.process.pid)[:2] == server.pids[:2]


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_the_end_leaves_no_process(tmp_path: Path, ending: signal.Signals) -> None:
    with running(tmp_path) as server:
        assert comes_true(lambda: len(family(server.process.pid)) >= 5)
        pids = family(server.process.pid)
        server.process.send_signal(ending)
        assert server.process.wait(PATIENCE) == (-signal.SIGKILL if ending == signal.SIGKILL else 0)
        assert all_gone(pids)


def test_a_port_in_use_is_a_clear_error(tmp_path: Path) -> None:
    write_release(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(ServingError, match=f"Port {port} on 127.0.0.1 is in use"):
            serve(tmp_path, Hosting(port=port))


def test_a_host_that_is_not_ours_is_a_clear_error(tmp_path: Path) -> None:
    write_release(tmp_path)
    with pytest.raises(ServingError, match="can't be listened on"):
        serve(tmp_path, Hosting(host="192.0.2.1", port=0))


def test_no_release_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="kommungraf build"):
        serve(tmp_path, Hosting(port=0))


def test_a_broken_release_ends_the_server_with_its_reason(tmp_path: Path) -> None:
    folder = write_release(tmp_path)
    (folder / "dataset.nq").write_text("broken")
    command = command_of(tmp_path, LIMITS, {})
    ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert ended.returncode != 0
    assert "dataset.nq isn't what MANIFEST.json says" in ended.stderr
    assert "Traceback" not in ended.stderr


def status_of(port: int, path: str) -> int:
    """The status at this moment; 0 where nobody listens yet."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def test_a_server_is_ready_only_once_its_release_is_open(tmp_path: Path) -> None:
    release, port = write_release(tmp_path), free_port()
    opening = os.open(release, os.O_RDONLY)
    fcntl.flock(opening, fcntl.LOCK_EX)  # whoever makes the store on disk waits for it
    process = subprocess.Popen(
        command_of(tmp_path, replace(LIMITS, memory_quads=0), {"port": str(port)}), stdout=subprocess.DEVNULL
    )
    try:
        assert comes_true(lambda: status_of(port, "/health") == 200)
        assert status_of(port, "/ready") == 503
        os.close(opening)
        assert comes_true(lambda: status_of(port, "/ready") == 200)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def test_what_is_on_its_way_is_answered_before_the_end(tmp_path: Path) -> None:
    with running(tmp_path, BRIEF) as server:
        answers: list[int] = []
        text = quote(f"{CROSS} # on its way")
        asking = threading.Thread(target=lambda: answers.append(server.get(f"/sparql?query={text}")[0]))
        asking.start()
        assert comes_true(lambda: metric(server, "kommungraf_workers_busy", lane="public") > 0)
        server.process.send_signal(signal.SIGTERM)
        asking.join()
        assert answers == [503]  # the query's own deadline, and no connection that was cut
        assert server.process.wait(PATIENCE) == 0
        assert status_of(server.port, "/health") == 0
