"""Errors as answers: one table from class to status and meaning, and RFC 9457 problem details or a page for a browser."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from flask import Flask, Response, request
from markupsafe import Markup
from werkzeug import Request
from werkzeug.exceptions import HTTPException

from kommungraf.errors import (
    BadRequest,
    BodyTimeout,
    ClientLeft,
    ContentTooLarge,
    EngineFailed,
    EngineTimedOut,
    GoneResource,
    KommungrafError,
    NotAcceptable,
    NotYetOpen,
    Overloaded,
    Phrase,
    QueryFailed,
    QueryLimitExceeded,
    QueryRefused,
    QuerySyntaxError,
    RequestError,
    ServiceFailed,
    ServiceRefused,
    ServiceTimedOut,
    TooManyRequests,
    Unavailable,
    UnknownResource,
    UnsupportedMediaType,
    UpdateRefused,
    UriTooLong,
)
from kommungraf.formats import HTML
from kommungraf.http.negotiation import best, chosen, language
from kommungraf.http.notes import NOTES
from kommungraf.texts import translations
from kommungraf.vocab import BASE

__all__ = [
    "PROBLEM_JSON",
    "Problem",
    "ProblemPage",
    "ProblemType",
    "answer",
    "install",
    "plain_page",
    "problem_of",
    "problem_types",
]

PROBLEM_JSON: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Problem:
    """One answer that is none: `members` are what RFC 9457 calls extension members."""

    status: int
    slug: str | None
    title: str
    detail: str
    members: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> str:
        """The problem as application/problem+json."""
        kind = "about:blank" if self.slug is None else f"{BASE}problem/{self.slug}"
        fields = {"type": kind, "title": self.title, "status": self.status, "detail": self.detail, **self.members}
        return json.dumps(fields, ensure_ascii=False, indent=2) + "\n"


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One kind of problem: `title` and `meaning`, what it means and what to do, are message ids."""

    status: int
    slug: str
    title: str
    meaning: str

    @property
    def iri(self) -> str:
        """What a problem's `type` is."""
        return f"{BASE}problem/{self.slug}"


#: Renders a problem as a page in a language.
ProblemPage = Callable[[Problem, str], str]
#: What stands on a page that no stylesheet goes with.
_STYLE: Final = "body{font:1.06rem/1.55 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem;color-scheme:light dark}"

#: The most special class first. Nobody reads the answer to a client that left; 499 is what logs call it.
_TABLE: Final[tuple[tuple[type[KommungrafError], int, str, str, str], ...]] = (
    (
        QuerySyntaxError,
        400,
        "query-syntax",
        "The query doesn't parse",
        "The query isn't SPARQL 1.1 as it stands. The answer says in which line and column reading it failed; mend that place and ask again.",
    ),
    (
        ServiceRefused,
        400,
        "no-federation",
        "SERVICE is refused",
        "The query asks another endpoint by SERVICE that may not be asked here, or not in this way; the answer says which may. Where none may, ask the other endpoint by itself and join the answers.",
    ),
    (
        UpdateRefused,
        400,
        "read-only",
        "The endpoint is read-only",
        "The request is an update, and nothing is written over the network here. The dataset changes with its next release.",
    ),
    (
        QueryRefused,
        400,
        "query-refused",
        "The query is refused",
        "The query asks for something that this endpoint never does. The answer says what; leave it out.",
    ),
    (
        BadRequest,
        400,
        "bad-request",
        "The request isn't understood",
        "The request isn't one of the protocol, for example because a parameter is missing or is there twice. The answer says what to change.",
    ),
    (
        NotAcceptable,
        406,
        "not-acceptable",
        "No acceptable representation",
        "None of the media types in the Accept header, or of the encodings in Accept-Encoding, is on offer. The answer lists those that are, under `offers`.",
    ),
    (
        UnknownResource,
        404,
        "unknown",
        "Not found",
        "Nothing is known by this address. Check how it is spelt, or search for the name.",
    ),
    (
        GoneResource,
        410,
        "gone",
        "Withdrawn",
        "This was part of the dataset and was withdrawn. Where something came after it, the answer names that, under `successor`.",
    ),
    (
        UnsupportedMediaType,
        415,
        "unsupported-media-type",
        "The body's media type isn't supported",
        "The body of the request is in a media type or a charset that isn't read here. Send a query as application/sparql-query or as a form, in UTF-8.",
    ),
    (
        ContentTooLarge,
        413,
        "content-too-large",
        "The body is too large",
        "The body of the request is larger than the limit, which the answer names. Send less.",
    ),
    (
        BodyTimeout,
        408,
        "body-timeout",
        "The body took too long",
        "The body of the request didn't arrive within the time that the answer names, under `limit`. Send it at once, on a new connection.",
    ),
    (
        TooManyRequests,
        429,
        "too-many-requests",
        "Too many requests",
        "This client asked for more than one client may. The answer says how much that is; go on after the seconds that Retry-After names.",
    ),
    (
        ClientLeft,
        499,
        "client-left",
        "The client left",
        "The client hung up before it was answered, so what was begun for it was ended.",
    ),
    (
        UriTooLong,
        414,
        "uri-too-long",
        "The URI is too long",
        "The address of the request is longer than the limit, which the answer names. Send the query by POST.",
    ),
    (
        QueryLimitExceeded,
        503,
        "query-limit",
        "The query ran into a limit",
        "The query took more time or memory than one may, or its result is too large or its text nested too deeply; `limit` says which. The same query is refused without another try until the seconds are over that Retry-After names, and would most likely run into it again: ask for less, or download the dataset.",
    ),
    (
        EngineFailed,
        502,
        "engine-failed",
        "The engine behind this server failed",
        "This server has another SPARQL engine answer its queries, and that one couldn't be reached, refused the query or sent no whole answer. The answer says which and why; try again later, or ask for less at once.",
    ),
    (
        EngineTimedOut,
        504,
        "engine-timed-out",
        "The engine behind this server didn't answer in time",
        "This server has another SPARQL engine answer its queries, and that one took longer than a query may. Ask for less, or try again when it has less to do.",
    ),
    (
        ServiceFailed,
        502,
        "service-failed",
        "An endpoint that the query asks failed",
        "The query asks another endpoint by SERVICE, and that one couldn't be reached, refused, pointed elsewhere, or sent no whole SPARQL result or too large a one. The answer says which and why. With SERVICE SILENT the query does without it.",
    ),
    (
        ServiceTimedOut,
        504,
        "service-timed-out",
        "An endpoint that the query asks didn't answer in time",
        "The query asks another endpoint by SERVICE, and that one took longer than the query had left. Ask it for less, or try again when it has less to do. With SERVICE SILENT the query does without it.",
    ),
    (
        NotYetOpen,
        503,
        "not-yet-open",
        "The server is starting",
        "The server runs and is still opening the dataset. Try again after the seconds that Retry-After names.",
    ),
    (
        Unavailable,
        503,
        "unavailable",
        "The server lacks what the answer takes",
        "The server's disk is full, or files of the release are gone, which its operator can mend. Try again after the seconds that Retry-After names, or tell the publisher.",
    ),
    (
        Overloaded,
        503,
        "overloaded",
        "The server is busy",
        "The server has more to do than it can take on. Try again after the seconds that Retry-After names.",
    ),
    (
        QueryFailed,
        500,
        "query-failed",
        "The query can't be evaluated",
        "The query is SPARQL, and evaluating it failed. Ask in another way, or tell the publisher.",
    ),
    (
        KommungrafError,
        500,
        "server-error",
        "The server can't answer",
        "The server can't answer, through no fault of the request. Try again later, or tell the publisher.",
    ),
)
_MEMBERS: Final = ("line", "column", "excerpt", "said", "limit", "value", "offers", "successor", "parameter")


def problem_types() -> tuple[ProblemType, ...]:
    """Every kind of problem that has a name of its own."""
    return tuple(ProblemType(*row[1:]) for row in _TABLE)


def problem_of(error: KommungrafError | HTTPException, tongue: str = "en") -> Problem:
    """The problem that `error` is to its client, told in a language."""
    text = translations(tongue).gettext
    if isinstance(error, HTTPException):
        headers = {name: value for name, value in error.get_headers() if name.lower() != "content-type"}
        title, detail = text(error.name), text(error.description) if error.description else ""
        return Problem(error.code or 500, None, title, detail, headers=headers)
    status, slug, title, _ = next(row[1:] for row in _TABLE if isinstance(error, row[0]))
    members = {name: getattr(error, name) for name in _MEMBERS if getattr(error, name, None) is not None}
    headers = _headers(error)
    if members.get("limit") == "nesting":  # no server would do better: the query itself is at fault
        status, headers = 400, {}
    return Problem(status, slug, text(title), _told(error, text), members, headers)


def _told(error: KommungrafError, text: Callable[[str], str]) -> str:
    if not isinstance(error, RequestError):  # its text is for the operator, who reads English logs
        return str(error)
    template = text(error.template)
    told = {name: text(value) if isinstance(value, Phrase) else value for name, value in error.values.items()}
    return template.format(**told) if told else template


def _headers(error: KommungrafError) -> dict[str, str]:
    if isinstance(error, BodyTimeout):
        return {"Connection": "close"}
    if isinstance(error, NotYetOpen | Overloaded | QueryLimitExceeded | TooManyRequests | Unavailable):
        return {"Retry-After": str(error.retry_after)}
    if isinstance(error, UnsupportedMediaType):
        return {"Accept-Encoding": "identity"}  # of bodies (RFC 9110 §15.5.16)
    if isinstance(error, GoneResource) and error.successor is not None:
        return {"Link": f'<{error.successor}>; rel="successor-version"'}
    return {}


def install(app: Flask, page: ProblemPage | None = None) -> None:
    """Answer every error of `app` as a problem; `page` renders it for browsers."""

    def answered(error: KommungrafError | HTTPException) -> Response | HTTPException:
        if isinstance(error, HTTPException) and (error.response is not None or (error.code or 500) < 400):
            return error
        return answer(error, request, page or plain_page)

    def gone(error: FileNotFoundError) -> Response | HTTPException:
        app.logger.error("A file of the release is gone: %s", error)
        return answered(Unavailable("The files of the release are gone from the server."))

    app.register_error_handler(FileNotFoundError, gone)
    app.register_error_handler(RequestError, answered)
    app.register_error_handler(KommungrafError, answered)
    app.register_error_handler(HTTPException, answered)


def answer(error: KommungrafError | HTTPException, asked: Request, page: ProblemPage) -> Response:
    """What the client of a request is told, as a page or for a program, in its language."""
    as_page = _wants_page(asked)
    tongue = language(asked) if as_page else _of_program(asked)
    problem = problem_of(error, tongue)
    asked.environ.get(NOTES, {})["problem"] = _name(problem)
    if as_page:
        response = Response(page(problem, tongue), problem.status, mimetype=HTML)
    else:
        response = Response(problem.as_json(), problem.status, mimetype=PROBLEM_JSON)
    response.headers["Content-Language"] = tongue
    response.headers.extend(dict(problem.headers))
    response.vary.update(("Accept", "Accept-Language"))
    response.cache_control.no_store = True
    return response


def _wants_page(asked: Request) -> bool:
    """A `format` that isn't one of a problem's says nothing of whether a browser or a program is told."""
    offers = (PROBLEM_JSON, "application/json", HTML)
    return (chosen(asked, offers) or best(asked.headers.get("Accept", ""), offers)) == HTML


def _of_program(asked: Request) -> str:
    """The language in which a program is told: English, unless it asks for another of ours."""
    names_one = bool(asked.args.get("lang")) or any(tag != "*" for tag, _ in asked.accept_languages)
    return language(asked) if names_one else "en"


def _name(problem: Problem) -> str:
    """What the operator's records call it."""
    if problem.slug is None:
        return str(problem.status)
    return f"{problem.slug}:{problem.members['limit']}" if problem.slug == "query-limit" else problem.slug


def plain_page(problem: Problem, tongue: str) -> str:
    """The page of a problem where there is no site around it, as before a release is open."""
    excerpt = Markup("<pre>{}</pre>").format(problem.members["excerpt"]) if "excerpt" in problem.members else ""
    return Markup(
        '<!doctype html>\n<html lang="{}"><head><meta charset="utf-8"><title>{}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><style>{}</style></head>\n'
        "<body><main><h1>{}</h1>\n<p>{}</p>\n{}</main></body></html>\n"
    ).format(tongue, problem.title, _STYLE, problem.title, problem.detail, excerpt)
