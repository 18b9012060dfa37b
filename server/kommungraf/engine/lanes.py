"""Seats for query workers with a fair, bounded queue before them, and what long queries may take of both."""

import hashlib
import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore, Lock
from typing import Final, NoReturn

from kommungraf.engine.callers import Caller
from kommungraf.engine.workers import Worker
from kommungraf.errors import ClientLeft, Overloaded

__all__ = ["Lane", "Occupancy", "RefusedQueries", "Seat", "Stay"]

_MOST_REFUSED: Final = 1000


@dataclass(slots=True)
class Seat:
    """A place for one worker, vacant until it is needed and after its worker ended."""

    worker: Worker | None = None


@dataclass(slots=True)
class Stay:
    """A long query in its seat; `hang_up` ends it, and `ended` says that this was done."""

    hang_up: Callable[[], None]
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Occupancy:
    """How full a lane is at a moment."""

    seats: int
    busy: int
    waiting: int


class Lane:
    """The seats for one purpose; any thread may use it.

    A query that has had the processor for more than `patience` seconds is a long one. Half of the seats are theirs to keep; those
    in other seats are ended, the oldest first, when somebody else waits. Without `patience` none is long.
    """

    def __init__(self, seats: int, *, queue: int, seconds: float, patience: float | None = None) -> None:
        self.patience = patience
        self._seats = seats
        self._free = [Seat() for _ in range(seats)]
        self._waiting: deque[SimpleQueue[Seat | None]] = deque()
        self._expendable: deque[Stay] = deque()
        self._queue = queue
        self._seconds = seconds
        self._lock = Lock()
        self._kept = BoundedSemaphore(max(1, seats // 2))

    @contextmanager
    def seat(self, caller: Caller) -> Iterator[Seat]:
        """A seat for the block, the one that was used last; raises Overloaded where none becomes free in time.

        A caller that leaves gives up its place in the queue: ClientLeft.
        """
        seat = self._taken(caller)
        try:
            yield seat
        finally:
            self.give(seat)

    def seat_at_once(self) -> Seat | None:
        """The seat that was used last, if it is free and has a worker; whoever takes it gives it back."""
        with self._lock:
            if self._free and self._free[-1].worker is not None:
                return self._free.pop()
        return None

    def _taken(self, caller: Caller) -> Seat:
        with self._lock:
            if self._free:
                return self._free.pop()
            if len(self._waiting) >= self._queue:
                raise self.overloaded()
            ticket: SimpleQueue[Seat | None] = SimpleQueue()
            self._waiting.append(ticket)
            self._make_room()
        try:
            with caller.on_leaving(partial(ticket.put, None)):
                seat = ticket.get(timeout=self._seconds)
        except Empty:
            seat = self._late(ticket)
            if seat is None:
                raise self.overloaded() from None
        else:
            if seat is None:
                self._give_up(ticket)
        return seat

    def _late(self, ticket: SimpleQueue[Seat | None]) -> Seat | None:
        """The seat that was handed over in the last moment, if any."""
        with self._lock:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
                return None
        while (seat := ticket.get_nowait()) is None:
            continue
        return seat

    def _give_up(self, ticket: SimpleQueue[Seat | None]) -> NoReturn:
        """Leave the queue; a seat that was handed over at the same moment is for the next."""
        seat = self._late(ticket)
        if seat is not None:
            self.give(seat)
        raise ClientLeft

    def give(self, seat: Seat) -> None:
        """Hand a seat to who waits longest; a vacant one is the last to be used, for filling it takes time."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().put(seat)
            elif seat.worker is None:
                self._free.insert(0, seat)
            else:
                self._free.append(seat)

    @contextmanager
    def long(self, hang_up: Callable[[], None]) -> Iterator[Stay]:
        """Room for a long query, for the block; `hang_up` must return at once."""
        stay = Stay(hang_up)
        if self._kept.acquire(blocking=False):
            try:
                yield stay
            finally:
                self._kept.release()
            return
        with self._lock:
            self._expendable.append(stay)
            if self._waiting:
                self._make_room()
        try:
            yield stay
        finally:
            with self._lock:
                if not stay.ended:
                    self._expendable.remove(stay)

    def _make_room(self) -> None:
        if self._expendable:
            stay = self._expendable.popleft()
            stay.ended = True
            stay.hang_up()

    def overloaded(self) -> Overloaded:
        """What a request is told that gets no seat or loses it."""
        return Overloaded(math.ceil(self._seconds))

    def occupancy(self) -> Occupancy:
        """How full it is now."""
        with self._lock:
            return Occupancy(self._seats, self._seats - len(self._free), len(self._waiting))

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

    def __len__(self) -> int:
        """How many are known; where it is none, nobody need make up what to look for."""
        return len(self._found)

    def find(self, query: bytes) -> str | None:
        """The limit that `query` ran into."""
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
