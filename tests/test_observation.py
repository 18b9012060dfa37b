import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from kommungraf.http.notes import fingerprint
from kommungraf.serving import observation
from kommungraf.serving.metrics import Metrics
from kommungraf.serving.observation import Observer
from kommungraf.settings.hosting import Hosting
from serving_process import BRIEF, CROSS, LOOKUP, Running, metric, running
from test_accesslog import finished
from test_metrics import GAUGES, value
from waiting import comes_true


def test_every_request_is_counted_and_logged_once() -> None:
    written: list[str] = []
    metrics = Metrics({"sparql"}, lambda: GAUGES)
    observer = Observer(Hosting(), metrics, written.append)
    for _ in range(50):
        observer.observe(finished())
    observer.close()
    lines = "".join(written).splitlines()
    assert len(lines) == 50
    assert len({json.loads(line)["id"] for line in lines}) == 50
    assert value(metrics, "kommungraf_requests_total", route="/sparql", method="GET", status="2xx") == 50


def test_without_a_log_there_are_still_counts() -> None:
    written: list[str] = []
    metrics = Metrics({"sparql"}, lambda: GAUGES)
    observer = Observer(Hosting(access_log="off"), metrics, written.append)
    observer.observe(finished())
    observer.close()
    assert written == []
    assert value(metrics, "kommungraf_cache_misses_total") == 1


def test_a_line_that_comes_too_fast_is_given_up_and_told_and_its_request_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(observation, "_MOST", 3)
    monkeypatch.setattr(observation, "_PAUSE_SECONDS", 60)
    written: list[str] = []
    metrics = Metrics({"sparql"}, lambda: GAUGES)
    observer = Observer(Hosting(), metrics, written.append)
    for _ in range(5):
        observer.observe(finished())
    observer.close()
    assert len("".join(written).splitlines()) == 3
    assert value(metrics, "kommungraf_cache_misses_total") == 5
    assert value(metrics, "kommungraf_log_lines_lost_total") == 2


def test_a_log_that_can_not_be_written_stops_no_counting() -> None:
    def full(_text: str) -> None:
        raise OSError(28, "No space left on device")

    metrics = Metrics({"sparql"}, lambda: GAUGES)
    observer = Observer(Hosting(), metrics, full)
    observer.observe(finished())
    observer.close()
    assert value(metrics, "kommungraf_cache_misses_total") == 1
    assert value(metrics, "kommungraf_log_lines_lost_total") == 1


def test_a_log_that_can_not_be_written_is_told_to_the_operator_once_until_it_can(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(observation, "_PAUSE_SECONDS", 0.001)
    written: list[str] = []
    fails = [True]

    def write(text: str) -> None:
        if fails[0]:
            raise OSError(28, "No space left on device")
        written.append(text)

    metrics = Metrics({"sparql"}, lambda: GAUGES)
    observer = Observer(Hosting(), metrics, write)
    for number in (1, 2):
        observer.observe(finished())
        lost = number
        assert comes_true(lambda: value(metrics, "kommungraf_log_lines_lost_total") == lost)  # noqa: B023
    fails[0] = False
    observer.observe(finished())
    assert comes_true(lambda: bool(written))
    observer.close()
    assert [each.getMessage() for each in caplog.records] == [
        "The access log can't be written, and its lines are lost until it can: [Errno 28] No space left on device"
    ]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "access.log"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, log: Path) -> Iterator[Running]:
    hosting = {"access_log": "json", "access_log_file": str(log)}
    with running(tmp_path_factory.mktemp("releases"), BRIEF, hosting=hosting) as started:
        yield started


def eventually(server: Running, expected: float, name: str, **labels: str) -> bool:
    """Whether the server comes to count so many; it counts a moment after it answered."""
    return comes_true(lambda: metric(server, name, **labels) == expected)


def test_a_server_counts_hits_misses_and_queries(server: Running) -> None:
    before = {name: metric(server, f"kommungraf_cache_{name}_total") for name in ("hits", "misses")}
    for _ in range(3):
        server.get(f"{LOOKUP}%23counted")
    assert eventually(server, before["hits"] + 2, "kommungraf_cache_hits_total")
    assert metric(server, "kommungraf_cache_bytes") > 0
    assert metric(server, "kommungraf_query_seconds_count", outcome="answered") >= 1
    assert metric(server, "kommungraf_worker_seats", lane="public") == 16
    assert metric(server, "kommungraf_query_host_memory_bytes") > 1_000_000


def test_a_query_that_was_cut_is_counted_by_its_limit(server: Running) -> None:
    assert server.get(f"/sparql?query={quote(CROSS + '#cut')}")[0] == 503
    assert eventually(server, 1, "kommungraf_query_seconds_count", outcome="query-limit:time")
    assert metric(server, "kommungraf_queries_cut_total", limit="time") == 1


def test_a_server_logs_each_request_without_its_query(server: Running, log: Path) -> None:
    server.get("/sparql?query=ASK%20%7B%20%22hidden%22%20%3Fp%20%3Fo%20%7D")
    status, headers, _ = server.get("/no/such/thing")
    assert comes_true(lambda: '"/no/such/thing"' in log.read_text())
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    missing = next(line for line in lines if line["path"] == "/no/such/thing")
    assert (missing["status"], missing["id"], missing["problem"]) == (404, headers["x-request-id"], "unknown")
    assert status == 404
    assert {line["client"] for line in lines} == {"127.0.0.0/24"}
    assert fingerprint('ASK { "hidden" ?p ?o }') in {line.get("query") for line in lines}
    assert "hidden" not in log.read_text()
