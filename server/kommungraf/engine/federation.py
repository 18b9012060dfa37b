"""Queries that ask other endpoints by SERVICE: each has a worker of its own, whose only way out is a broker beside it."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from kommungraf.engine.engine import OFFERS, Query
from kommungraf.engine.lanes import Lane, Occupancy
from kommungraf.engine.outcomes import LIMIT_OF_SIGNAL, error_of, exceeded
from kommungraf.engine.wire import Message
from kommungraf.engine.workers import Worker
from kommungraf.errors import ClientLeft, QueryFailed, RequestError, ServingError
from kommungraf.settings.limits import Limits

__all__ = ["Federation"]

#: What a worker is given after the deadline to say that it is done.
_GRACE: Final = 0.01
#: Seconds after which its worker goes behind all others for the processor.
_COURTESY: Final = 0.25
#: A place that no endpoint has, for a trial.
_NOWHERE: Final = "http://127.0.0.1/"


class Federation:
    """Answers such queries, where `services` may be asked; any thread may use it.

    `spawn` makes a worker beside a broker for the endpoints that it is given. `end` ends both; where it is asked why a
    worker has ended, it waits for that and says it.
    """

    def __init__(
        self,
        services: Sequence[str],
        limits: Limits,
        *,
        spawn: Callable[[Mapping[str, str]], Worker],
        end: Callable[[Worker, bool], Mapping[str, Any]],
    ) -> None:
        self.services = services
        self._limits = limits
        self._spawn = spawn
        self._end = end
        self._lane = Lane(limits.service_workers, queue=limits.queue, seconds=limits.queue_seconds)
        self._require_kernel()

    def _require_kernel(self) -> None:
        worker = self._spawn({_NOWHERE: self.services[0]})
        worker.send(Message(Query("ASK {}", solutions=OFFERS["boolean"][0], graph=None).request()))
        works = worker.receive() is not None
        self._end(worker, not works)
        if not works:
            raise ServingError(
                "Endpoints can't be allowed to SERVICE on this machine: its kernel doesn't let a process answer for "
                "another's sockets (seccomp_unotify(2), Linux 5.14 or later), or a container forbids it. Serve without `service-allow`."
            )

    def occupancy(self) -> Occupancy:
        """How many of its workers are busy."""
        return self._lane.occupancy()

    def reply(self, fields: Mapping[str, Any], query: Query) -> Message:
        """The reply to a query that asks a broker, as `fields` give it; raises a RequestError where there is none."""
        endpoints = fields["endpoints"]
        request = Message({**query.request(), "text": fields["text"], "brokered": True})
        with self._lane.seat(query.caller):
            if query.caller.is_gone:
                raise ClientLeft
            query.caller.services = tuple(sorted(endpoints.values()))
            worker = self._spawn(endpoints)
            reply, limit = self._heard(worker, request, query)
        if reply is None and query.caller.is_gone:
            raise ClientLeft
        if reply is None and limit is not None:
            raise exceeded(limit, self._limits)
        if reply is None:
            raise QueryFailed("The query's worker was killed: the machine may have no memory left.")
        if "problem" in reply.fields:
            raise self._error(reply.fields, endpoints, query)
        return reply

    def _heard(self, worker: Worker, request: Message, query: Query) -> tuple[Message | None, str | None]:
        """What the worker says, or the limit at which it ended; both are ended, and what the broker asks."""
        reply, late = None, False
        try:
            worker.send(request)
            with query.caller.on_leaving(worker.hang_up):
                until = time.monotonic() + self._limits.seconds + _GRACE
                if not worker.answers_within(_COURTESY):
                    worker.yield_to_others()
                late = not worker.answers_within(max(0.0, until - time.monotonic()))
                reply = None if late else worker.receive()
        finally:
            end = self._end(worker, reply is None and not late and not query.caller.is_gone)
        return reply, "time" if late else LIMIT_OF_SIGNAL.get(end.get("signal", 0))

    def _error(self, fields: Mapping[str, Any], endpoints: Mapping[str, str], query: Query) -> RequestError:
        if fields["problem"] != "failed":
            return error_of(fields, query, self._limits, self.services)
        message = fields["message"]
        for place, iri in endpoints.items():
            message = message.replace(place, iri)
        return error_of({**fields, "message": message}, query, self._limits, self.services)
