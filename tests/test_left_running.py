"""What ended leaves nothing running: queries that were cut in every way, refused, or whose client went."""

import os
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from bench.processes import family
from serving_process import LIMITS, LOOKUP, Running, idles, metric, post, running
from serving_release import TRIG
from waiting import PATIENCE, comes_true

#: A chain, so that paths are many.
MANY = "".join(
    f'<http://e/thing/{number}> <http://e/is> "number {number}" ; <http://e/next> <http://e/thing/{number + 1}> .\n'
    for number in range(3000)
)
ATTACKS = {
    path.stem: path.read_text("utf-8")
    for path in sorted((Path(__file__).parent.parent / "bench" / "attacks").glob("*.rq"))
}
LONG_ANSWER = ATTACKS.pop("long-answer")
#: Refused before anything runs.
REFUSED = {
    "federation": ATTACKS.pop("federation"),
    "nested": f"SELECT * {'{' * 10_000} ?s ?p ?o {'}' * 10_000}",
    "broken": "SELECT * WHERE { 1 2 ",
    "update": "INSERT DATA { <a> <b> <c> }",
}
#: How long nothing may run, and how much of the processor the server's own ticking may take meanwhile.
WINDOW, MOST = 2.0, 0.2


@pytest.fixture(scope="module")
def brief(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that cuts queries after a second."""
    limits = replace(LIMITS, seconds=1, refusal_seconds=0)
    with running(tmp_path_factory.mktemp("releases"), limits, TRIG + MANY) as started:
        yield started


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that cuts queries so late that whatever ends before ended for another reason."""
    limits = replace(LIMITS, seconds=3600, memory_bytes=1 << 30, result_bytes=1 << 30, send_seconds=3600)
    with running(tmp_path_factory.mktemp("releases"), limits, TRIG + MANY) as started:
        yield started


def is_quiet(server: Running) -> bool:
    return idles(family(server.process.pid))


def hangs_up(server: Running, text: str) -> None:
    """Ask, wait until the query runs, and go."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as connection:
        connection.sendall(f"GET /sparql?query={quote(text)} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        assert comes_true(lambda: metric(server, "kommungraf_workers_busy", lane="public") > 0)


def reads_half(server: Running) -> None:
    """Ask for a long answer, take the beginning of it, and go."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as connection:
        connection.sendall(f"GET /sparql?query={quote(LONG_ANSWER)} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        assert connection.recv(2000).startswith(b"HTTP/1.1 200")


def writes_half(server: Running) -> None:
    """Begin to send a query, and go."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as connection:
        head = "POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\nContent-Length: 500\r\n\r\n"
        connection.sendall(f"{head}SELECT".encode())


def spent(pid: int) -> dict[int, float]:
    """Clock ticks of the processor that each process of a server has taken, with those of its children that ended."""
    found = {}
    for each in family(pid):
        try:
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        found[each] = sum(map(int, fields[11:15]))
    return found


def taken(server: Running, seconds: float) -> float:
    """Seconds of the processor that the server takes in a window of time."""
    before, end = spent(server.process.pid), time.monotonic() + seconds
    assert comes_true(lambda: time.monotonic() >= end)
    after = spent(server.process.pid)
    return sum(ticks - before.get(pid, 0) for pid, ticks in after.items()) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("name", ATTACKS)
def test_a_query_that_was_cut_leaves_nothing_running(brief: Running, name: str) -> None:
    assert post(brief, ATTACKS[name].encode())[0] == 503
    assert comes_true(lambda: is_quiet(brief))


@pytest.mark.parametrize("name", REFUSED)
def test_a_query_that_was_refused_leaves_nothing_running(patient: Running, name: str) -> None:
    assert post(patient, REFUSED[name].encode())[0] in {400, 503}
    assert comes_true(lambda: is_quiet(patient))


@pytest.mark.parametrize("name", ATTACKS)
def test_a_client_that_goes_leaves_nothing_running(patient: Running, name: str) -> None:
    hangs_up(patient, ATTACKS[name])
    assert comes_true(lambda: is_quiet(patient))


def test_nothing_runs_in_the_seconds_after_all_of_them_ended_at_once(brief: Running, patient: Running) -> None:
    servers = {server: len(family(server.process.pid)) for server in (brief, patient)}
    with ThreadPoolExecutor(8) as clients:
        cut = [clients.submit(post, brief, text.encode()) for text in ATTACKS.values()]
        refused = [clients.submit(post, brief, text.encode()) for text in REFUSED.values()]
        gone = [clients.submit(hangs_up, patient, text) for text in ATTACKS.values()]
        gone += [clients.submit(each, patient) for each in (reads_half, writes_half)]
        assert {each.result()[0] for each in cut} == {503}
        assert {each.result()[0] for each in refused} <= {400, 503}
        for each in gone:
            each.result()
    for server, processes in servers.items():
        assert comes_true(lambda server=server: is_quiet(server))
        assert taken(server, WINDOW) < MOST
        assert metric(server, "kommungraf_workers_busy", lane="public") == 0
        assert len(family(server.process.pid)) <= processes + LIMITS.workers
        assert server.get(LOOKUP)[0] == 200
