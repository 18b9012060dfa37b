"""What a killed query costs: the time until a worker is ready again, and what its neighbours notice."""

import statistics
import threading
import time
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Final

from bench.answers import ACCEPTED
from bench.client import Client
from bench.peers import Running, ours
from bench.prepared import Prepared
from bench.questions import Question
from kommungraf.engine.engine import Query
from kommungraf.engine.evaluator import Evaluator
from kommungraf.errors import QueryLimitExceeded
from kommungraf.settings.limits import Limits

__all__ = ["Neighbours", "neighbours", "recovery"]

_DEADLINE: Final = 0.5
_KILLS: Final = 20
_SECONDS: Final = 10.0
_PAUSE: Final = 0.005
#: A cross product that no machine finishes; the number makes each another query.
_HOSTILE: Final = (Path(__file__).parent / "hostile.rq").read_text("utf-8")
_NUMBER: Final = "424242"


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The 99th percentile of lookups in seconds, alone and beside queries that are killed, and how many were killed."""

    quiet: float
    beside: float
    failed: int
    killed: int


def recovery(data: Prepared, lookups: Question) -> float:
    """Median seconds from the deadline that kills a query to the next query's answer, with one seat for both."""
    evaluator = Evaluator(data.folder, Limits(workers=1, seconds=_DEADLINE))
    try:
        return statistics.median(
            _recovered(evaluator, number, lookups.variants[number]) for number in range(_KILLS)
        )
    finally:
        evaluator.close()


def _recovered(evaluator: Evaluator, number: int, lookup: str) -> float:
    started = time.perf_counter()
    try:
        evaluator.evaluate(_query(_hostile(number)))
    except QueryLimitExceeded:
        evaluator.evaluate(_query(lookup)).body.read()
        return time.perf_counter() - started - _DEADLINE
    raise RuntimeError("The hostile query came to an end.")


def _hostile(number: int) -> str:
    return _HOSTILE.replace(_NUMBER, str(number))


def _query(text: str) -> Query:
    return Query(text, ACCEPTED[False], ACCEPTED[True])


def neighbours(data: Prepared, folder: Path, lookups: Question) -> Neighbours:
    """Lookups, each another, every few milliseconds, with and without hostile queries that end at the deadline."""
    half = len(lookups.variants) // 2
    with ours(data, folder, "--query-seconds", str(_DEADLINE)) as running:
        _latencies(running, lookups.variants[:100])
        quiet = _latencies(running, lookups.variants[100:half])
        stop = threading.Event()
        killed: list[int] = []
        hostile = threading.Thread(target=_attack, args=(running, stop, killed))
        hostile.start()
        time.sleep(2 * _DEADLINE)
        beside = _latencies(running, lookups.variants[half:])
        stop.set()
        hostile.join()
    failed = sum(time is None for time in beside)
    return Neighbours(_p99(quiet), _p99(beside), failed, len(killed))


def _latencies(running: Running, queries: tuple[str, ...]) -> list[float | None]:
    """Seconds of each query, None where it failed."""
    client = Client(running.port)
    found: list[float | None] = []
    ending = time.perf_counter() + _SECONDS
    for query in queries:
        reply = client.fetch(running.target(query), Accept=ACCEPTED[False])
        found.append(reply.seconds if reply.status == 200 else None)
        if time.perf_counter() > ending:
            break
        time.sleep(_PAUSE)
    client.close()
    return found


def _p99(times: list[float | None]) -> float:
    return statistics.quantiles([each for each in times if each is not None], n=100)[-1]


def _attack(running: Running, stop: threading.Event, killed: list[int]) -> None:
    client, number = Client(running.port), 0
    while not stop.is_set():
        number += 1
        try:
            if client.fetch(running.target(_hostile(number)), Accept=ACCEPTED[False]).status == 503:
                killed.append(number)
        except (OSError, HTTPException):
            continue
