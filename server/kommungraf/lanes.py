"""Seats for query workers with a fair, bounded queue before them, and what long queries may take of both."""

import hashlib
import math
import time
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore, Lock
from typing import Final

from kommungraf.errors import Overloaded
from kommungraf.workers import Worker

__all__ = ["Lane", "RefusedQueries", "Seat"]

_MOST_REFUSED: Final = 1000


@dataclass(slots=True)
class Seat:
    """A place for one worker, vacant until it is needed and after its worker ended."""

    worker: Worker | None = None


class Lane:
    """The seats for one purpose; any thread may use it.

    A query that takes longer than `patience` seconds is a long one. A quarter of the seats is kept from those,
    so that however many there are, short ones get through. Without `patience` none is long.
    """

    def __init__(self, seats: int, *, queue: int, seconds: float, patience: float | None = None) -> None:
        self.patience = patience
        self._free = [Seat() for _ in range(seats)]
        self._waiting: deque[SimpleQueue[Seat]] = deque()
        self._queue = queue
        self._seconds = seconds
        self._lock = Lock()
        self._long = BoundedSemaphore(max(1, seats * 3 // 4))

    @contextmanager
    def seat(self) -> Iterator[Seat]:
        """A seat for the block, the one that was used last; raises Overloaded where none becomes free in time."""
        seat = self._taken()
        try:
            yield seat
        finally:
            self._give(seat)

    def _taken(self) -> Seat:
        with self._lock:
            if self._free:
                return self._free.pop()
            if len(self._waiting) >= self._queue:
                raise self._overloaded()
            ticket: SimpleQueue[Seat] = SimpleQueue()
            self._waiting.append(ticket)
        try:
            return ticket.get(timeout=self._seconds)
        except Empty:
            return self._late(ticket)

    def _late(self, ticket: SimpleQueue[Seat]) -> Seat:
        """The seat that was handed over in the last moment, if any."""
        with self._lock:
            if ticket not in self._waiting:
                return ticket.get_nowait()
            self._waiting.remove(ticket)
        raise self._overloaded()

    def _give(self, seat: Seat) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().put(seat)
            else:
                self._free.append(seat)

    @contextmanager
    def long(self) -> Iterator[None]:
        """Room for a query that turns out to take long, for the block; raises Overloaded where there is none."""
        if not self._long.acquire(blocking=False):
            raise self._overloaded()
        try:
            yield
        finally:
            self._long.release()

    def _overloaded(self) -> Overloaded:
        return Overloaded(math.ceil(self._seconds))

    def free(self) -> list[Seat]:
        """The seats that nobody uses."""
        with self._lock:
            return list(self._free)


class RefusedQueries:
    """Queries that ran into a limit a while ago, by their digest: the same would run into it again."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = Lock()
        self._found: OrderedDict[bytes, tuple[str, float]] = OrderedDict()

    def find(self, query: bytes) -> str | None:
        """The limit that `query` ran into."""
        if not self._found:
            return None
        with self._lock:
            limit, until = self._found.get(_digest(query), ("", 0.0))
        return limit if time.monotonic() < until else None

    def add(self, query: bytes, limit: str) -> None:
        """Remember `query` for a while."""
        with self._lock:
            self._found[_digest(query)] = (limit, time.monotonic() + self._seconds)
            while len(self._found) > _MOST_REFUSED:
                self._found.popitem(last=False)


def _digest(query: bytes) -> bytes:
    return hashlib.blake2b(query, digest_size=16).digest()
