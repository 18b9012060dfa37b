"""What a server counts, for Prometheus: requests, cache, queries, workers, release and memory."""

import os
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from operator import itemgetter
from pathlib import Path
from threading import Lock
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from kommungraf.engine.engine import Workload
from kommungraf.serving.gateway import Finished

__all__ = ["Gauges", "Metrics"]

_LIMITS: Final = ("time", "memory", "nesting", "result")
_LEFT: Final = 499
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
#: Upper bounds in seconds: from a kept answer to the deadline of a query.
_BUCKETS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


@dataclass(slots=True)
class _Histogram:
    """Numbers of observations by bucket; the last bucket is what is above all bounds."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(_BUCKETS) + 1))
    total: float = 0.0

    def observe(self, seconds: float) -> None:
        self.counts[bisect_left(_BUCKETS, seconds)] += 1
        self.total += seconds

    def add(self, other: "_Histogram") -> None:
        self.counts = [mine + theirs for mine, theirs in zip(self.counts, other.counts, strict=True)]
        self.total += other.total

    def buckets(self) -> list[tuple[str, float]]:
        """Cumulative, as the format wants them."""
        bounds = (*map(str, _BUCKETS), "+Inf")
        return [(bound, float(count)) for bound, count in zip(bounds, accumulate(self.counts), strict=True)]


@dataclass(slots=True)
class _Series:
    """The requests of one route, method and class of status: their bytes, their times, and how many were kept."""

    size: int = 0
    kept: int = 0
    seconds: _Histogram = field(default_factory=_Histogram)

    @property
    def requests(self) -> int:
        return sum(self.seconds.counts)


@dataclass(frozen=True, slots=True)
class Gauges:
    """What is read at the moment of asking."""

    workload: Workload
    cache_bytes: int
    evictions: int
    version: str
    content_hash: str
    quads: int


class Metrics(Collector):
    """Counts what was finished, by one thread, and shows it to any with what `gauges` reads.

    To count is to add to a few integers; what Prometheus wants is made of them when it asks.
    """

    def __init__(self, routes: Iterable[str], gauges: Callable[[], Gauges]) -> None:
        self._routes = frozenset(routes)
        self._gauges = gauges
        self._series: dict[tuple[str, str, int], _Series] = {}
        self._queries: dict[str, _Histogram] = {}
        self._series_of = lru_cache(maxsize=4096)(self._found_series)
        self._lock = Lock()
        self._lines_lost = 0
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def count(self, finished: Finished) -> None:
        """Add a request."""
        series = self._series_of(finished.path, finished.method, finished.status)
        series.size += finished.size
        series.seconds.observe(finished.seconds)
        if finished.kept:
            series.kept += 1
        elif _is_query(finished):
            outcome = str(finished.notes.get("problem", "answered" if finished.status != _LEFT else "client-left"))
            if outcome not in self._queries:
                self._queries[outcome] = _Histogram()
            self._queries[outcome].observe(finished.seconds)

    def lose(self, lines: int) -> None:
        """Add lines that aren't in the log; any thread may say so."""
        with self._lock:
            self._lines_lost += lines

    def _found_series(self, path: str, method: str, status: int) -> _Series:
        known = method if method in _METHODS else "other"
        return self._series.setdefault((self._route(path), known, status // 100), _Series())

    def _route(self, path: str) -> str:
        """The first segment of the path, where the site has that: what clients make up makes no series."""
        stem = path[1:].partition("/")[0].partition(".")[0]
        return f"/{stem}" if not stem or stem in self._routes else "other"

    def exposition(self) -> bytes:
        """The text that Prometheus reads."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """Every metric family, for the registry."""
        gauges = self._gauges()
        series = sorted(self._series.items(), key=itemgetter(0))  # a copy: more may come while it is read
        yield from _of_requests(series)
        yield _histogram("kommungraf_query_seconds", "Time to an answer to a query.", "outcome", self._queries)
        yield from _of_cache(gauges, [each for _, each in series])
        yield from _of_workers(gauges)
        yield from _of_release(gauges)
        lines = CounterMetricFamily("kommungraf_log_lines_lost", "Lines that the access log couldn't take.")
        lines.add_metric((), self._lines_lost)
        yield lines


def _of_requests(series: list[tuple[tuple[str, str, int], _Series]]) -> Iterator[Metric]:
    requests = CounterMetricFamily(
        "kommungraf_requests", "Requests answered.", labels=("route", "method", "status")
    )
    sizes: Counter[str] = Counter()
    seconds: dict[str, _Histogram] = {}
    for (route, method, digit), each in series:
        requests.add_metric((route, method, f"{digit}xx"), each.requests)
        sizes[route] += each.size
        seconds.setdefault(route, _Histogram()).add(each.seconds)
    yield requests
    family = CounterMetricFamily("kommungraf_response_bytes", "Bytes of bodies sent.", labels=("route",))
    for route, number in sizes.items():
        family.add_metric((route,), number)
    yield family
    yield _histogram("kommungraf_request_seconds", "Time to an answer.", "route", seconds)


def _is_query(finished: Finished) -> bool:
    """By the application's note, or by the address where it was answered without the application."""
    return "query" in finished.notes or (finished.path == "/sparql" and "query=" in finished.query_string)


def _histogram(name: str, text: str, label: str, found: dict[str, _Histogram]) -> Metric:
    family = HistogramMetricFamily(name, text, labels=(label,))
    for value, histogram in sorted(found.items(), key=itemgetter(0)):
        family.add_metric((value,), histogram.buckets(), histogram.total)
    return family


def _of_cache(gauges: Gauges, series: list[_Series]) -> Iterator[Metric]:
    kept = sum(each.kept for each in series)
    hits = CounterMetricFamily("kommungraf_cache_hits", "Requests answered from the cache.")
    hits.add_metric((), kept)
    misses = CounterMetricFamily("kommungraf_cache_misses", "Requests that the application answered.")
    misses.add_metric((), sum(each.requests for each in series) - kept)
    evictions = CounterMetricFamily("kommungraf_cache_evictions", "Responses that made way for others.")
    evictions.add_metric((), gauges.evictions)
    yield from (hits, misses, evictions)
    yield _gauge("kommungraf_cache_bytes", "What the cache holds.", gauges.cache_bytes)


def _of_workers(gauges: Gauges) -> Iterator[Metric]:
    seats = GaugeMetricFamily("kommungraf_worker_seats", "Queries that may be answered at once.", labels=("lane",))
    busy = GaugeMetricFamily("kommungraf_workers_busy", "Queries that are being answered.", labels=("lane",))
    waiting = GaugeMetricFamily("kommungraf_queue_length", "Queries that wait for a worker.", labels=("lane",))
    for name, lane in sorted(gauges.workload.lanes.items()):
        seats.add_metric((name,), lane.seats)
        busy.add_metric((name,), lane.busy)
        waiting.add_metric((name,), lane.waiting)
    yield from (seats, busy, waiting)
    cut = CounterMetricFamily("kommungraf_queries_cut", "Queries that were ended at a limit.", labels=("limit",))
    for limit in _LIMITS:
        cut.add_metric((limit,), gauges.workload.cut.get(limit, 0))
    yield cut


def _of_release(gauges: Gauges) -> Iterator[Metric]:
    release = GaugeMetricFamily(
        "kommungraf_release_info", "The release in use.", labels=("version", "content_hash")
    )
    release.add_metric((gauges.version, gauges.content_hash), 1)
    yield release
    yield _gauge("kommungraf_release_quads", "Statements of the release in use.", gauges.quads)
    if (memory := _resident(gauges.workload.host)) is not None:
        yield _gauge("kommungraf_query_host_memory_bytes", "Memory of the process that holds the store.", memory)


def _gauge(name: str, text: str, value: float) -> Metric:
    family = GaugeMetricFamily(name, text)
    family.add_metric((), value)
    return family


def _resident(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError, ValueError):
        return None
