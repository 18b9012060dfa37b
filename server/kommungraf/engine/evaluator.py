"""Evaluation of SPARQL queries by a pool of worker processes, each killable and bounded by the kernel."""

import io
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO, Final

from pyoxigraph import NamedNode

from kommungraf.engine.diskstore import prepared
from kommungraf.engine.engine import Answer, Examined, Query, Workload, selected
from kommungraf.engine.federation import Federation
from kommungraf.engine.lanes import Lane, RefusedQueries, Seat
from kommungraf.engine.outcomes import LIMIT_OF_SIGNAL, error_of, exceeded
from kommungraf.engine.wire import Message
from kommungraf.engine.workers import Host, Reserve, Worker
from kommungraf.errors import (
    ClientLeft,
    QueryFailed,
    QueryLimitExceeded,
    ReleaseError,
)
from kommungraf.settings.limits import Limits

__all__ = ["Evaluator", "Turn"]

_ATTEMPTS: Final = 2
#: The site's own lookups are many and short.
_OWN_SEATS: Final = 2
#: Workers that are ready for when others end.
_SPARES: Final = 2
#: Seconds of the processor after which a query is a long one; those by the clock after which it is one at any rate, for
#: the disk may keep it; and then those after which its worker goes behind all others for the processor, unless more
#: queries run than there are processors: then it does so at once.
_PATIENCE: Final = 0.02
_LONGEST_PATIENCE: Final = 0.5
_COURTESY: Final = 0.25
_GLANCE: Final = 0.005
#: What a worker is given after the deadline to say that it is done; how long it then takes to die keeps nobody waiting.
_GRACE: Final = 0.01


@dataclass(frozen=True, slots=True)
class Turn:
    """A query in the hands of a worker, which has left its seat for it and had `used` seconds of the processor before."""

    lane: Lane
    seat: Seat
    worker: Worker
    query: Query
    used: float


class Evaluator:
    """Answers queries over one release, or, without a `folder`, over nothing; any thread may use it.

    `services` are the endpoints that a query may ask by SERVICE; raises ServingError where this machine can't have any.
    """

    def __init__(
        self, folder: Path | None, limits: Limits, *, quads: int = 0, services: Sequence[str] = ()
    ) -> None:
        self._source = _source(folder, quads, limits)
        self._limits = limits
        self._lock = Lock()
        self._closed = False
        self._services = services
        self._host = Host(self._source, limits, services)
        self._public = Lane(limits.workers, queue=limits.queue, seconds=limits.queue_seconds, patience=_PATIENCE)
        self._own = Lane(_OWN_SEATS, queue=limits.queue, seconds=limits.queue_seconds)
        self._refused = RefusedQueries(limits.refusal_seconds)
        self._cut: Counter[str] = Counter()
        for lane in (self._public, self._own):
            lane.free()[-1].worker = self._fresh()
        self._reserve = Reserve(self._fresh, _SPARES)
        self._federation = self._federated() if services else None

    def _federated(self) -> Federation:
        """What answers queries that ask other endpoints."""
        try:
            return Federation(self._services, self._limits, spawn=self._fresh, end=self._ended)
        except BaseException:
            self.close()
            raise

    def _ended(self, worker: Worker, why: bool) -> Mapping[str, Any]:
        """End a worker, and say how it had ended by itself where that is asked, which takes as long as its dying."""
        if why:
            return self._host.end(worker)
        self._host.dismiss(worker)
        return {}

    def evaluate(self, query: Query) -> Answer:
        """The whole answer to `query`; raises a RequestError where there is none."""
        return _answer(self._reply(self._request(query), query))

    def _request(self, query: Query) -> Message:
        """What a worker is asked, with the endpoints that the query may ask in turn."""
        services = {"services": self._services} if self._services and not query.own else {}
        return Message({**query.request(), **services})

    def begun(self, query: Query) -> Turn | None:
        """`query` in the hands of a worker, where one is free; never waits."""
        request = self._request(query)
        if self._refused and self._refused.find(_key(request, query)) is not None:
            return None
        seat = self._public.seat_at_once()
        if seat is None or seat.worker is None:
            return None
        worker, seat.worker = seat.worker, None
        return _begun(self._public, seat, worker, request=request, query=query)

    def heard(self, turn: Turn) -> Answer | Message | None:
        """What the worker of `turn` has ready: the answer, or what `finished` is to be told, as more is to be done."""
        reply = turn.worker.receive()
        if reply is None or reply.fields["last"] or "problem" in reply.fields:
            return reply
        turn.seat.worker = turn.worker
        turn.lane.give(turn.seat)
        return _answer(reply)

    def finished(self, turn: Turn, reply: Message | None = None) -> Answer:
        """The answer to a query that was begun, once it is there, unless `reply` is what was heard of it."""
        query = turn.query
        with self._remembered(self._request(query), query):
            try:
                found = self._heard(turn, reply)
            finally:
                turn.lane.give(turn.seat)
            if found is not None:
                return _answer(self._answered(found, query))
        return self.evaluate(query)

    def examine(self, query: Query) -> Examined:
        """What `query` is; raises a RequestError where it would get no answer."""
        fields = self._reply(Message({**query.request(), "examine": True}), query).fields
        return Examined(**{name: fields[name] for name in ("form", "media_type", "volatile", "graphs")})

    def translate(self, result: BinaryIO, examined: Examined, query: Query) -> Answer:
        """The answer that the file `result` holds, in SPARQL JSON or N-Triples; raises EngineFailed."""
        request = {"translate": examined.media_type, "form": examined.form}
        result.seek(0)
        reply = self._reply(Message(request, descriptor=result.fileno()), query)
        return replace(_answer(reply), volatile=examined.volatile)

    def select(self, text: str, **bindings: NamedNode | str) -> list[Mapping[str, Any]]:
        """The solutions of the site's own SELECT, each a mapping of the bound variables to terms."""
        return selected(self, text, bindings)

    def workload(self) -> Workload:
        """What its workers are doing."""
        lanes = {"public": self._public.occupancy(), "own": self._own.occupancy()}
        if self._federation is not None:
            lanes["service"] = self._federation.occupancy()
        return Workload(lanes, dict(self._cut), self._host.pid)

    def close(self) -> None:
        """End every process of this evaluator."""
        self._closed = True
        for seat in (*self._public.free(), *self._own.free()):
            if seat.worker is not None:
                seat.worker.connection.close()
        self._reserve.close()
        self._host.close()

    def _reply(self, request: Message, query: Query) -> Message:
        if self._refused and (limit := self._refused.find(_key(request, query))) is not None:
            raise self.exceeded(limit)
        lane = self._own if query.own else self._public
        with self._remembered(request, query):
            return self._answered(self._seated_reply(lane, request, query), query)

    @contextmanager
    def _remembered(self, request: Message, query: Query) -> Iterator[None]:
        """Refuse a query for a while when it runs into a limit in the block."""
        try:
            yield
        except QueryLimitExceeded as error:
            self._refused.add(_key(request, query), error.limit)
            self._count(error.limit)
            raise

    def _answered(self, reply: Message, query: Query) -> Message:
        """The reply, where it is an answer; raises what it says is wrong."""
        problem = reply.fields.get("problem")
        if problem == "brokered" and self._federation is not None:
            return self._federation.reply(reply.fields, query)
        if problem is not None:
            raise error_of(reply.fields, query, self._limits, self._services)
        return reply

    def _seated_reply(self, lane: Lane, request: Message, query: Query) -> Message:
        with lane.seat(query.caller) as seat:
            for _ in range(_ATTEMPTS):
                reply = self._asked(lane, seat, request=request, query=query)
                if reply is not None:
                    return reply
        raise QueryFailed(
            "The query's worker was killed, and so was the next one: the machine may have no memory left."
        )

    def _asked(self, lane: Lane, seat: Seat, *, request: Message, query: Query) -> Message | None:
        """The reply of the worker in `seat`, or None where it was lost through no fault of the query."""
        if query.caller.is_gone:
            raise ClientLeft
        return self._heard(_begun(lane, seat, self._seated(seat), request=request, query=query))

    def _heard(self, turn: Turn, reply: Message | None = None) -> Message | None:
        """What a worker says to its query, unless it has said it; the seat gets it again, or another."""
        seat, worker, caller = turn.seat, turn.worker, turn.query.caller
        reusable, late, unexplained = reply is not None and not reply.fields["last"], False, False
        end: Mapping[str, Any] = {}
        try:
            if reply is None:
                with caller.on_leaving(worker.hang_up):
                    reply, reusable = _conversation(turn, self._limits.seconds + _GRACE)
            unexplained = reply is None and not caller.is_gone
        except TimeoutError:
            late = True
        finally:
            if reusable and not caller.is_gone:
                seat.worker = worker
            else:
                if unexplained:
                    end = self._host.end(worker)
                else:
                    self._host.dismiss(worker)
                killed = unexplained and end.get("signal") not in LIMIT_OF_SIGNAL
                self._fill(seat, at_once=reply is None, by=self._fresh if killed else self._ready)
        if reply is None and caller.is_gone:
            raise ClientLeft
        limit = "time" if late else LIMIT_OF_SIGNAL.get(end.get("signal", 0))
        if reply is None and limit is not None:
            raise self.exceeded(limit)
        return reply

    def _seated(self, seat: Seat) -> Worker:
        """The worker of `seat`, taken out of it: whatever happens, nobody else may read this query's reply."""
        worker, seat.worker = seat.worker, None
        if worker is not None and worker.is_gone():
            self._host.end(worker)
            worker = None
        return worker or self._ready()

    def _fill(self, seat: Seat, *, at_once: bool, by: Callable[[], Worker]) -> None:
        """Put a new worker into `seat` before the next needs it, unless that would keep an answer waiting.

        Where one was killed from outside, those in reserve may be dying too: then it is one that is made now.
        """
        if at_once:
            with suppress(ReleaseError):
                seat.worker = by()

    def _ready(self) -> Worker:
        """A worker of the reserve, or one that is made now."""
        spare = None if self._host.is_gone else self._reserve.take()
        return spare or self._fresh()

    def _fresh(self, endpoints: Mapping[str, str] | None = None) -> Worker:
        """A new worker, beside a broker for `endpoints` if any; starts the host again where that is gone."""
        with self._lock:
            worker = self._host.spawn(endpoints)
            if worker is None and not self._closed:
                self._host.close()
                self._host = Host(self._source, self._limits, self._services)
                worker = self._host.spawn(endpoints)
        if worker is None:
            raise ReleaseError(f"No worker can be started for {self._source}. See the log of the query host.")
        return worker

    def _count(self, limit: str) -> None:
        with self._lock:
            self._cut[limit] += 1

    def exceeded(self, limit: str) -> QueryLimitExceeded:
        """The error that says into which limit a query ran."""
        return exceeded(limit, self._limits)


def _source(folder: Path | None, quads: int, limits: Limits) -> Path:
    """What the query host opens: a dump to hold in memory, or a store on disk."""
    if folder is None:
        return Path(os.devnull)
    return prepared(folder) if quads > limits.memory_quads else folder / "dataset.nq"


def _answer(reply: Message) -> Answer:
    if reply.descriptor is None:
        body: BinaryIO = io.BytesIO(reply.body)
    else:
        body = os.fdopen(reply.descriptor, "rb")
        body.seek(0)
    names = ("form", "media_type", "size", "seconds", "volatile")
    return Answer(body=body, **{name: reply.fields[name] for name in names})


def _key(request: Message, query: Query) -> bytes:
    return repr((request.fields, query.text)).encode("utf-8", "surrogatepass")


def _begun(lane: Lane, seat: Seat, worker: Worker, *, request: Message, query: Query) -> Turn:
    """`request` put to a worker that was taken out of its seat."""
    turn = Turn(lane, seat, worker, query, worker.seconds_used())
    worker.send(request)  # where it has ended, that is what is heard of it
    return turn


def _conversation(turn: Turn, seconds: float) -> tuple[Message | None, bool]:
    """The worker's reply, if it gave one, and whether it can take another query; raises Overloaded, TimeoutError."""
    end, worker, lane = time.monotonic() + seconds, turn.worker, turn.lane
    if lane.patience is None or _answers_soon(turn, lane.patience):
        reply = _reply_until(end, worker)
        return reply, reply is not None and not reply.fields["last"]
    with lane.long(worker.hang_up) as stay:
        timely = _answers_before_others(worker, lane)
        if not timely:
            worker.yield_to_others()
        reply = _reply_until(end, worker)
    if stay.ended and reply is None:
        raise lane.overloaded()
    return reply, timely and reply is not None and not reply.fields["last"] and not stay.ended


def _reply_until(end: float, worker: Worker) -> Message | None:
    if not worker.answers_within(max(0.0, end - time.monotonic())):
        raise TimeoutError
    return worker.receive()


def _answers_soon(turn: Turn, patience: float) -> bool:
    """Whether it answers before the query is a long one; a worker that others keep from running has more time."""
    end = time.monotonic() + _LONGEST_PATIENCE
    while not turn.worker.answers_within(_GLANCE):
        if time.monotonic() > end or turn.worker.seconds_used() - turn.used >= patience:
            return False
    return True


def _answers_before_others(worker: Worker, lane: Lane) -> bool:
    """Whether a long query ends before its worker must go behind others for the processor."""
    end = time.monotonic() + _COURTESY
    while not worker.answers_within(_GLANCE):
        if time.monotonic() > end or lane.occupancy().busy > _processors():
            return False
    return True


def _processors() -> int:
    """How many processors there are for this process."""
    return len(os.sched_getaffinity(0))
