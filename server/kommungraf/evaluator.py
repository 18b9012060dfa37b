"""Evaluation of SPARQL queries by a pool of worker processes, each killable and bounded by the kernel."""

import io
import math
import os
import re
import signal
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO, Final, Protocol

from pyoxigraph import NamedNode, QueryResultsFormat, QuerySolutions, parse_query_results

from kommungraf.callers import Caller
from kommungraf.diskstore import prepared
from kommungraf.errors import (
    BadRequest,
    ClientLeft,
    EngineFailed,
    NotAcceptable,
    QueryFailed,
    QueryLimitExceeded,
    QuerySyntaxError,
    ReleaseError,
    RequestError,
    ServiceRefused,
    UpdateRefused,
)
from kommungraf.formats import DATASET, GRAPH, SOLUTIONS
from kommungraf.lanes import Lane, Occupancy, RefusedQueries, Seat
from kommungraf.limits import Limits
from kommungraf.wire import Message
from kommungraf.workers import Host, Worker

__all__ = ["OFFERS", "Answer", "Engine", "Evaluator", "Examined", "Query", "Workload", "selected"]

#: What each form of query can be answered in.
OFFERS: Final[Mapping[str, tuple[str, ...]]] = {
    "boolean": tuple(form.media_type for form in SOLUTIONS if form.booleans),
    "solutions": tuple(form.media_type for form in SOLUTIONS),
    "triples": tuple(form.media_type for form in (*GRAPH, *DATASET)),
}
_ATTEMPTS: Final = 2
_EXCERPT: Final = 40
#: The site's own lookups are many and short.
_OWN_SEATS: Final = 2
#: Seconds after which a query is a long one, and after which its worker goes behind all others for the processor.
_PATIENCE: Final = 0.05
_COURTESY: Final = 0.25
_WORD: Final = re.compile(r"[?$]?\w{1,40}|\S")
_JSON: Final = SOLUTIONS[0].media_type
_LIMIT_OF_SIGNAL: Final = {
    signal.SIGALRM: "time",
    signal.SIGABRT: "memory",  # an allocation that fails ends the process
    signal.SIGSEGV: "nesting",  # the stack is full
    signal.SIGBUS: "nesting",
}


@dataclass(frozen=True, slots=True)
class Query:
    """A query, its dataset, and the media type that fits best for each form; None where none is acceptable.

    `boolean` is for ASK and is `solutions` where it isn't given. `bindings` are IRIs of variables that the
    query projects. `own` are the site's own lookups, which have a worker apart from everybody's queries.
    Where `caller` leaves, the query ends.
    """

    text: str
    solutions: str | None
    graph: str | None
    boolean: str | None = None
    bindings: Mapping[str, str] = field(default_factory=dict)
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    base_iri: str | None = None
    own: bool = False
    caller: Caller = field(default_factory=Caller, compare=False)

    def request(self) -> dict[str, Any]:
        """What a worker is asked."""
        boolean = self.boolean
        if boolean is None and self.solutions in OFFERS["boolean"]:
            boolean = self.solutions
        return {
            "text": self.text,
            "solutions": self.solutions,
            "boolean": boolean,
            "triples": self.graph,
            "bindings": dict(self.bindings),
            "default_graphs": self.default_graphs,
            "named_graphs": self.named_graphs,
            "base_iri": self.base_iri,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole result: `size` bytes in `body`, computed in `seconds`; `volatile` where the next may differ."""

    form: str
    media_type: str
    body: BinaryIO
    size: int
    seconds: float
    volatile: bool


@dataclass(frozen=True, slots=True)
class Workload:
    """What query workers do at a moment.

    `lanes` are `public`, for everybody's queries, and `own`, for the site's lookups; `cut` are the queries that
    were ended since the release was opened, by limit; `host` is the process that holds the store.
    """

    lanes: Mapping[str, Occupancy]
    cut: Mapping[str, int]
    host: int


class Engine(Protocol):
    """Whatever answers queries for the site."""

    def evaluate(self, query: Query) -> Answer:
        """The whole answer to `query`; raises a RequestError where there is none."""

    def select(self, text: str, **bindings: NamedNode | str) -> list[Mapping[str, Any]]:
        """The solutions of the site's own SELECT, each a mapping of the bound variables to terms."""

    def workload(self) -> Workload:
        """What our workers are doing for it."""

    def close(self) -> None:
        """Give back what it holds."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What the parser says of a query: its form, the media type of its answer, whether the next may differ.

    `graphs` where it names the graphs of its dataset.
    """

    form: str
    media_type: str
    volatile: bool
    graphs: bool


class Evaluator:
    """Answers queries over one release, or, without a `folder`, over nothing; any thread may use it."""

    def __init__(self, folder: Path | None, limits: Limits, *, quads: int = 0) -> None:
        self._source = _source(folder, quads, limits)
        self._limits = limits
        self._lock = Lock()
        self._closed = False
        self._host = Host(self._source, limits)
        self._public = Lane(limits.workers, queue=limits.queue, seconds=limits.queue_seconds, patience=_PATIENCE)
        self._own = Lane(_OWN_SEATS, queue=limits.queue, seconds=limits.queue_seconds)
        self._refused = RefusedQueries(limits.refusal_seconds)
        self._cut: Counter[str] = Counter()
        for lane in (self._public, self._own):
            lane.free()[-1].worker = self._fresh()

    def evaluate(self, query: Query) -> Answer:
        """The whole answer to `query`; raises a RequestError where there is none."""
        return _answer(self._reply(Message(query.request()), query))

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
        return Workload(lanes, dict(self._cut), self._host.pid)

    def close(self) -> None:
        """End every process of this evaluator."""
        self._closed = True
        for seat in (*self._public.free(), *self._own.free()):
            if seat.worker is not None:
                seat.worker.connection.close()
        self._host.close()

    def _reply(self, request: Message, query: Query) -> Message:
        key = repr((request.fields, query.text)).encode("utf-8", "surrogatepass")
        if (limit := self._refused.find(key)) is not None:
            raise self.exceeded(limit)
        try:
            reply = self._seated_reply(self._own if query.own else self._public, request, caller=query.caller)
            if (problem := reply.fields.get("problem")) is not None:
                raise self._error(problem, reply.fields, query)
        except QueryLimitExceeded as error:
            self._refused.add(key, error.limit)
            self._count(error.limit)
            raise
        return reply

    def _seated_reply(self, lane: Lane, request: Message, *, caller: Caller) -> Message:
        with lane.seat(caller) as seat:
            for _ in range(_ATTEMPTS):
                reply = self._asked(lane, seat, request=request, caller=caller)
                if reply is not None:
                    return reply
        raise QueryFailed(
            "The query's worker was killed, and so was the next one: the machine may have no memory left."
        )

    def _asked(self, lane: Lane, seat: Seat, *, request: Message, caller: Caller) -> Message | None:
        """The reply of the worker in `seat`, or None where it was lost through no fault of the query."""
        if caller.is_gone:
            raise ClientLeft
        worker = self._seated(seat)
        reply, reusable, late = None, False, False
        end: Mapping[str, Any] = {}
        try:
            with caller.on_leaving(worker.hang_up):
                reply, reusable = _conversation(worker, lane, request)
        except TimeoutError:
            late = True
        finally:
            if reusable and not caller.is_gone:
                seat.worker = worker
            else:
                end = self._host.end(worker)
                self._fill(seat, at_once=reply is None)
        if reply is None and caller.is_gone:
            raise ClientLeft
        limit = "time" if late else _LIMIT_OF_SIGNAL.get(end.get("signal", 0))
        if reply is None and limit is not None:
            raise self.exceeded(limit)
        return reply

    def _seated(self, seat: Seat) -> Worker:
        """The worker of `seat`, taken out of it: whatever happens, nobody else may read this query's reply."""
        worker, seat.worker = seat.worker, None
        if worker is not None and worker.is_gone():
            self._host.end(worker)
            worker = None
        return worker or self._fresh()

    def _fill(self, seat: Seat, *, at_once: bool) -> None:
        """Put a new worker into `seat` before the next needs it, unless that would keep an answer waiting."""
        if at_once:
            with suppress(ReleaseError):
                seat.worker = self._fresh()

    def _fresh(self) -> Worker:
        """A new worker; starts the host again where that is gone."""
        with self._lock:
            worker = self._host.spawn()
            if worker is None and not self._closed:
                self._host.close()
                self._host = Host(self._source, self._limits)
                worker = self._host.spawn()
        if worker is None:
            raise ReleaseError(f"No worker can be started for {self._source}. See the log of the query host.")
        return worker

    def _error(self, problem: str, fields: Mapping[str, Any], query: Query) -> RequestError:
        """The error that a worker's refusal stands for."""
        match problem:
            case "syntax":
                return _syntax_error(query.text, fields)
            case "refused":
                return ServiceRefused() if fields["what"] == "service" else UpdateRefused()
            case "unacceptable":
                offers = (offer for offer in OFFERS[fields["form"]] if offer != fields["media_type"])
                return NotAcceptable(tuple(offers))
            case "limit":
                return self.exceeded(fields["limit"])
            case "mistranslated":
                told = f"The engine behind this server sent what is no whole result: {fields['message']}."
                return EngineFailed(told)
        return BadRequest(fields["message"]) if problem == "bad" else QueryFailed(fields["message"])

    def _count(self, limit: str) -> None:
        with self._lock:
            self._cut[limit] += 1

    def exceeded(self, limit: str) -> QueryLimitExceeded:
        """The error that says into which limit a query ran."""
        limits = self._limits
        value, message = {
            "time": (limits.seconds, f"The query ran for more than {limits.seconds:g} s and was stopped."),
            "memory": (limits.memory_bytes, f"The query took more than {limits.memory_bytes:,} bytes of memory."),
            "result": (limits.result_bytes, f"The result is larger than {limits.result_bytes:,} bytes."),
            "nesting": (0, "The query is nested too deeply."),
        }[limit]
        return QueryLimitExceeded(
            limit,
            value,
            f"{message} Ask for less, or download the dataset.",
            retry_after=math.ceil(limits.refusal_seconds),
        )


def selected(engine: Engine, text: str, bindings: Mapping[str, NamedNode | str]) -> list[Mapping[str, Any]]:
    """The solutions that `engine` has for the site's own SELECT."""
    iris = {name: iri if isinstance(iri, str) else iri.value for name, iri in bindings.items()}
    answer = engine.evaluate(Query(text, solutions=_JSON, graph=None, bindings=iris, own=True))
    with answer.body as body:
        solutions = parse_query_results(body.read(), QueryResultsFormat.JSON)
    if not isinstance(solutions, QuerySolutions):
        raise BadRequest("The query is no SELECT.")
    names = [variable.value for variable in solutions.variables]
    return [
        {name: value for name, value in zip(names, solution, strict=True) if value is not None}
        for solution in solutions
    ]


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


def _conversation(worker: Worker, lane: Lane, request: Message) -> tuple[Message | None, bool]:
    """The worker's reply, if it gave one, and whether it can take another query; raises Overloaded, TimeoutError."""
    if not worker.send(request):
        return None, False
    if lane.patience is None or worker.answers_within(lane.patience):
        reply = worker.receive()
        return reply, reply is not None and not reply.fields["last"]
    with lane.long(worker.hang_up) as stay:
        timely = worker.answers_within(_COURTESY)
        if not timely:
            worker.yield_to_others()
        reply = worker.receive()
    if stay.ended and reply is None:
        raise lane.overloaded()
    return reply, timely and reply is not None and not reply.fields["last"] and not stay.ended


def _syntax_error(text: str, fields: Mapping[str, Any]) -> QuerySyntaxError:
    line, column, reason = fields["line"], fields["column"], fields["reason"]
    if line is None:
        return QuerySyntaxError(f"The query doesn't parse: {reason}.")
    written = text.split("\n")[line - 1]
    word = _WORD.match(written, column - 1)
    what = reason or (f"unexpected “{word[0]}”" if word else "unexpected end")
    message = f"The query doesn't parse at line {line}, column {column}: {what}."
    return QuerySyntaxError(message, line, column, excerpt=_excerpt(written, column))


def _excerpt(line: str, column: int) -> str:
    """The part of `line` around `column`, with a caret below it."""
    start = max(0, column - 1 - _EXCERPT)
    shown = line[start : column - 1 + _EXCERPT]
    return f"{shown}\n{' ' * (column - 1 - start)}^"
