"""What became of a query that got no answer: the error that its client is told, by the worker's words or its end."""

import math
import signal
from collections.abc import Mapping, Sequence
from typing import Any, Final

from kommungraf.engine.diagnosis import syntax_error
from kommungraf.engine.engine import OFFERS, Query
from kommungraf.engine.services import MOST
from kommungraf.errors import (
    BadRequest,
    EngineFailed,
    NotAcceptable,
    QueryFailed,
    QueryLimitExceeded,
    RequestError,
    ServiceFailed,
    ServiceRefused,
    ServiceTimedOut,
    Unavailable,
    UpdateRefused,
)
from kommungraf.settings.limits import Limits

__all__ = ["EXCEEDED", "LIMIT_OF_SIGNAL", "REFUSED_SERVICES", "UNANSWERED", "error_of", "exceeded"]

LIMIT_OF_SIGNAL: Final[Mapping[int, str]] = {
    signal.SIGALRM: "time",
    signal.SIGABRT: "memory",  # an allocation that fails ends the process
    signal.SIGSEGV: "nesting",  # the stack is full
    signal.SIGBUS: "nesting",
}

#: What a query is told that ran into a limit, as message ids.
EXCEEDED: Final = {
    "time": "The query ran for more than {most} s and was stopped. Ask for less, or download the dataset.",
    "memory": "The query took more than {most} bytes of memory. Ask for less, or download the dataset.",
    "result": "The result is larger than {most} bytes. Ask for less, or download the dataset.",
    "nesting": "The query is nested too deeply. Ask for less, or download the dataset.",
}
#: What a query is told that asks other endpoints as it may not, where some may be asked, as message ids.
REFUSED_SERVICES: Final = {
    "unlisted": "{iri} isn't among the endpoints that may be asked by SERVICE here: {allowed}.",
    "variable": "By SERVICE, a query may ask only endpoints that it names itself, not by a variable. These may be asked: {allowed}.",
    "many": "A query may have {most} SERVICE clauses at most.",
    "unread": "Which endpoints the query asks by SERVICE can't be told for certain. Write SERVICE, a space, and the endpoint's IRI in angle brackets. These may be asked: {allowed}.",
}

#: What a query is told of an endpoint that it asks, by the kind of fault, as message ids.
UNANSWERED: Final = {
    "unreachable": "{endpoint}, which the query asks by SERVICE, can't be reached.",
    "status": "{endpoint}, which the query asks by SERVICE, answered with status {detail}.",
    "redirect": "{endpoint}, which the query asks by SERVICE, answered with status {detail}, and redirects aren't followed.",
    "type": "{endpoint}, which the query asks by SERVICE, answered in {detail}, which is no SPARQL result in JSON or XML.",
    "endless": "{endpoint}, which the query asks by SERVICE, tells no length of its answer, so a cut one would look whole.",
    "broken": "{endpoint}, which the query asks by SERVICE, sent what is no whole result.",
    "large": "{endpoint}, which the query asks by SERVICE, sent too much: all that a query gets by SERVICE may be {detail} bytes. Ask for less.",
    "late": "{endpoint}, which the query asks by SERVICE, didn't answer within {detail} s. Ask it for less, or try again when it has less to do.",
    "lost": "An endpoint that the query asks by SERVICE sent what takes too much memory to read. Ask it for less.",
}
#: Kinds of fault whose detail is words of a program's.
_IN_ITS_WORDS: Final = frozenset({"unreachable", "broken", "lost"})


def exceeded(limit: str, limits: Limits) -> QueryLimitExceeded:
    """The error that says into which limit a query ran."""
    value = {"time": limits.seconds, "memory": limits.memory_bytes, "result": limits.result_bytes}.get(limit, 0)
    most = f"{value:g}" if limit == "time" else f"{value:,}"
    wait = math.ceil(limits.refusal_seconds)
    return QueryLimitExceeded(limit, value, EXCEEDED[limit], retry_after=wait, most=most)


def error_of(
    fields: Mapping[str, Any], query: Query, limits: Limits, services: Sequence[str] = ()
) -> RequestError:
    """The error that a worker's refusal stands for; `services` are the endpoints that may be asked."""
    match fields["problem"]:
        case "syntax":
            return syntax_error(query.text, fields)
        case "refused":
            return _service_refused(fields, services) if fields["what"] == "service" else UpdateRefused()
        case "unacceptable":
            offers = (offer for offer in OFFERS[fields["form"]] if offer != fields["media_type"])
            return NotAcceptable(tuple(offers))
        case "limit":
            return exceeded(fields["limit"], limits)
        case "service":
            return _service_failed(fields)
    return _told(fields["problem"], fields["message"])


def _told(problem: str, message: str) -> RequestError:
    """The error of which the engine has words of its own."""
    bad = {
        "bad": BadRequest(message),
        "iri": BadRequest("{iri} is no absolute IRI.", iri=repr(message)),
        "full": Unavailable("The server has no room on its disk for a result as large as this one."),
        "mistranslated": EngineFailed("The engine behind this server sent what is no whole result.", said=message),
    }
    return bad.get(problem, QueryFailed("The engine can't evaluate the query.", said=message))


def _service_failed(fields: Mapping[str, Any]) -> RequestError:
    kind, endpoint, detail = fields["kind"], fields["endpoint"], fields["detail"]
    if kind == "late":
        return ServiceTimedOut(UNANSWERED[kind], endpoint=endpoint, detail=detail)
    said = detail if kind in _IN_ITS_WORDS else None
    return ServiceFailed(UNANSWERED[kind], said=said, endpoint=endpoint, detail=detail)


def _service_refused(fields: Mapping[str, Any], services: Sequence[str]) -> ServiceRefused:
    if not services:
        return ServiceRefused()
    allowed = ", ".join(services)
    return ServiceRefused(REFUSED_SERVICES[fields["why"]], iri=fields["iri"], allowed=allowed, most=MOST)
