import threading
from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from kommungraf.engine.engine import Workload
from kommungraf.engine.lanes import Occupancy
from kommungraf.serving.gateway import Finished
from kommungraf.serving.metrics import Gauges, Metrics
from test_accesslog import finished

GAUGES = Gauges(
    workload=Workload({"public": Occupancy(16, 3, 2), "own": Occupancy(2, 0, 0)}, {"time": 4}, host=0),
    cache_bytes=1000,
    evictions=5,
    version="2026-01-01",
    content_hash="abc",
    quads=12,
)


def counted(*requests: Finished) -> Metrics:
    metrics = Metrics({"sparql", "doc", "catalogue"}, lambda: GAUGES)
    for request in requests:
        metrics.count(request)
    return metrics


def parsed(metrics: Metrics) -> Iterator[Metric]:
    yield from text_string_to_metric_families(metrics.exposition().decode())


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    samples = (sample for family in parsed(metrics) for sample in family.samples)
    return next((each.value for each in samples if each.name == name and each.labels == labels), None)


def test_what_is_put_out_is_read_by_prometheus_own_parser() -> None:
    families = {family.name: family for family in parsed(counted(finished()))}
    assert families["kommungraf_requests"].type == "counter"
    assert families["kommungraf_request_seconds"].type == "histogram"
    assert families["kommungraf_cache_bytes"].type == "gauge"
    assert all(family.documentation for family in families.values())
    assert len(families) >= 20


def test_requests_are_counted_by_route_method_and_class() -> None:
    metrics = counted(
        finished(), finished(status=204), finished(status=503), finished(path="/doc/a/b", method="HEAD")
    )
    count = "kommungraf_requests_total"
    assert value(metrics, count, route="/sparql", method="GET", status="2xx") == 2
    assert value(metrics, count, route="/sparql", method="GET", status="5xx") == 1
    assert value(metrics, count, route="/doc", method="HEAD", status="2xx") == 1


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/", "/"),
        ("/doc/municipality/se-0765", "/doc"),
        ("/catalogue.ttl", "/catalogue"),
        ("/wp-login.php", "other"),
        ("//x", "/"),
        ("", "/"),
    ],
)
def test_what_clients_make_up_makes_no_series(path: str, route: str) -> None:
    metrics = counted(*(finished(path=path, method=method) for method in ("GET", "BREW", "X" * 100)))
    assert value(metrics, "kommungraf_requests_total", route=route, method="GET", status="2xx") == 1
    assert value(metrics, "kommungraf_requests_total", route=route, method="other", status="2xx") == 2


def test_the_buckets_of_a_histogram_are_cumulative_and_sum_up() -> None:
    metrics = counted(*(finished(seconds=seconds) for seconds in (0.0005, 0.002, 99.0)))
    name = "kommungraf_request_seconds"
    assert value(metrics, f"{name}_bucket", route="/sparql", le="0.0005") == 1
    assert value(metrics, f"{name}_bucket", route="/sparql", le="0.0025") == 2
    assert value(metrics, f"{name}_bucket", route="/sparql", le="30.0") == 2
    assert value(metrics, f"{name}_bucket", route="/sparql", le="+Inf") == 3
    assert value(metrics, f"{name}_count", route="/sparql") == 3
    assert value(metrics, f"{name}_sum", route="/sparql") == pytest.approx(99.0025)


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, "answered"),
        ({"notes": {"query": "a"}, "path": "/sparql", "query_string": ""}, "answered"),
        ({"notes": {"query": "a", "problem": "query-limit:time"}, "status": 503}, "query-limit:time"),
        ({"notes": {"query": "a"}, "status": 499, "size": 0}, "client-left"),
    ],
)
def test_queries_are_timed_by_outcome(changes: dict[str, Any], outcome: str) -> None:
    metrics = counted(finished(**changes), finished(kept=True), finished(path="/doc/a", query_string=""))
    assert value(metrics, "kommungraf_query_seconds_count", outcome=outcome) == 1


def test_counts_are_whole_while_another_thread_reads_them() -> None:
    metrics, done = counted(), threading.Event()

    def read() -> None:
        while not done.is_set():
            metrics.exposition()

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(3000):
        metrics.count(
            finished(path=f"/doc/{number}", method=("GET", "HEAD", "POST")[number % 3], status=number % 600)
        )
    done.set()
    reader.join()
    assert value(metrics, "kommungraf_request_seconds_count", route="/doc") == 3000


def test_cache_workers_release_and_memory_are_told() -> None:
    metrics = counted(finished(kept=True), finished())
    metrics.lose(7)
    for name, labels, expected in (
        ("kommungraf_cache_hits_total", {}, 1),
        ("kommungraf_cache_misses_total", {}, 1),
        ("kommungraf_cache_evictions_total", {}, 5),
        ("kommungraf_cache_bytes", {}, 1000),
        ("kommungraf_worker_seats", {"lane": "public"}, 16),
        ("kommungraf_workers_busy", {"lane": "public"}, 3),
        ("kommungraf_queue_length", {"lane": "public"}, 2),
        ("kommungraf_queries_cut_total", {"limit": "time"}, 4),
        ("kommungraf_queries_cut_total", {"limit": "memory"}, 0),
        ("kommungraf_release_info", {"version": "2026-01-01", "content_hash": "abc"}, 1),
        ("kommungraf_log_lines_lost_total", {}, 7),
    ):
        assert value(metrics, name, **labels) == expected
    assert (value(metrics, "process_resident_memory_bytes") or 0) > 1_000_000
