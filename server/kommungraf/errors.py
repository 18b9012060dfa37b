"""The one tree of errors that kommungraf raises on purpose.

KommungrafError
├── InputError             something that a person wrote can't be used; has a Place
│   ├── SyntaxFault        a file or a query doesn't parse
│   ├── TableFault         a table lacks a column, or a cell can't be read
│   ├── TableNotice        a table holds something that may be a slip; it stops nothing
│   ├── EmptyInput         a folder or a file holds nothing to publish
│   ├── OutputFault        a file can't be written, or is there already
│   └── SettingFault       a flag, a variable of the environment or a configuration file sets what can't be
├── InvalidDataset         the dataset breaks a shape of severity Violation
├── ReleaseError           a release is missing, incomplete or corrupt
│   └── NotPushed          no engine holds the release that is to be read from one
├── TransferRefused        a release can't be loaded into another engine
├── ServingError           the server can't start, for example because its port is taken
├── ExportError            the site can't be written as files
├── VisitFault             a site that is examined gives no answer that can be used
└── RequestError           one request can't be answered; problems.py maps each class to its status
    ├── QuerySyntaxError   the query doesn't parse; has line and column
    ├── QueryRefused       the query asks for what this endpoint never does
    │   ├── ServiceRefused it has a SERVICE clause
    │   └── UpdateRefused  it is an update
    ├── BadRequest         the request isn't one of the protocol; has the parameter that can't be read, if any
    ├── NotAcceptable      no representation on offer fits the Accept header
    ├── UnknownResource    no such thing
    ├── GoneResource       the thing was withdrawn; has its successor, if any
    ├── UnsupportedMediaType
    ├── ContentTooLarge    the request's body is over the limit
    ├── BodyTimeout        the request's body took too long to arrive
    ├── TooManyRequests    this client asked for more than one client may; has the seconds to wait
    ├── ClientLeft         the client hung up, so nobody waits for the answer
    ├── UriTooLong
    ├── QueryLimitExceeded the query ran into a limit; has which one
    ├── QueryFailed        the engine can't evaluate the query
    ├── EngineFailed       the engine behind this server refuses, fails or sends what is no result
    ├── EngineTimedOut     the engine behind this server is silent; has the seconds that it had
    ├── ServiceFailed      an endpoint that the query asks by SERVICE gives no answer that can be used
    ├── ServiceTimedOut    an endpoint that the query asks by SERVICE is silent; has the seconds that it had
    ├── NotYetOpen         the release is still being opened; has the seconds to wait
    ├── Unavailable        the machine lacks what the answer takes: room on its disk, or files; has the seconds to wait
    └── Overloaded         every worker is busy; has the seconds to wait

Errors carry data, never an HTTP status.
"""

from dataclasses import dataclass
from typing import Any, Final

__all__ = [
    "BadRequest",
    "BodyTimeout",
    "ClientLeft",
    "ContentTooLarge",
    "EmptyInput",
    "EngineFailed",
    "EngineTimedOut",
    "ExportError",
    "GoneResource",
    "InputError",
    "InvalidDataset",
    "KommungrafError",
    "NotAcceptable",
    "NotPushed",
    "NotYetOpen",
    "OutputFault",
    "Overloaded",
    "Phrase",
    "Place",
    "QueryFailed",
    "QueryLimitExceeded",
    "QueryRefused",
    "QuerySyntaxError",
    "ReleaseError",
    "RequestError",
    "ServiceFailed",
    "ServiceRefused",
    "ServiceTimedOut",
    "ServingError",
    "SettingFault",
    "SyntaxFault",
    "TableFault",
    "TableNotice",
    "TooManyRequests",
    "TransferRefused",
    "Unavailable",
    "UnknownResource",
    "UnsupportedMediaType",
    "UpdateRefused",
    "UriTooLong",
    "VisitFault",
]


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something stands: lines and columns count from 1; a table row counts its header as row 1."""

    file: str
    line: int | None = None
    column: int | str | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


class KommungrafError(Exception):
    """Everything that kommungraf raises on purpose; its text is one sentence of what is wrong and one of what to do."""


class InputError(KommungrafError):
    """Something that a person wrote can't be used; `template` is the message with `{names}` for its `values`."""

    def __init__(self, template: str, place: Place, **values: object) -> None:
        super().__init__(template)
        self.template = template
        self.values = values
        self.place = place

    @property
    def message(self) -> str:
        """The sentence in English."""
        return self.template.format(**self.values) if self.values else self.template

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class SyntaxFault(InputError):
    """A file doesn't parse in the format that its name promises."""


class TableFault(InputError):
    """A table lacks a column, or a cell can't be read."""


class TableNotice(InputError):
    """A table holds something that may be a slip, such as the same row twice; it stops nothing."""


class OutputFault(InputError):
    """A file that a person asked for can't be written, or is there already."""


class EmptyInput(InputError):
    """A folder or a file holds nothing to publish."""


class SettingFault(InputError):
    """A setting has no such name or no such value."""


class InvalidDataset(KommungrafError):
    """The dataset breaks a shape of severity Violation, so no release was made."""

    def __init__(self, violations: int) -> None:
        told = f"The dataset has {violations} violation{'s' * (violations != 1)}; no release was made."
        super().__init__(f"{told} Run `kommungraf check` to see each with its file and line.")
        self.violations = violations


class ReleaseError(KommungrafError):
    """A release is missing, incomplete or corrupt."""


class NotPushed(ReleaseError):
    """No engine holds the release that is to be read from one."""


class TransferRefused(KommungrafError):
    """A release can't be loaded into another engine."""


class ServingError(KommungrafError):
    """The server can't start."""


class ExportError(KommungrafError):
    """The site can't be written as files: it doesn't answer as it should, or another release took its place."""


class VisitFault(KommungrafError):
    """A site that is examined gives no usable answer; `template` is the message with `{names}` for its `values`."""

    def __init__(self, template: str, url: str, **values: object) -> None:
        self.template = template
        self.url = url
        self.values = {"url": url, **values}
        super().__init__(template.format(**self.values))


class Phrase(str):
    """Words of ours within a message, told in the reader's language like the message itself."""

    __slots__ = ()


class RequestError(KommungrafError):
    """One request can't be answered; `template` is the message with `{names}` for its `values`.

    `said` is what the engine says of it, in its own words, which are English.
    """

    def __init__(self, template: str, *, said: str | None = None, **values: Any) -> None:
        super().__init__(template.format(**values) if values else template)
        self.template = template
        self.values = values
        self.said = said


class QuerySyntaxError(RequestError):
    """The query doesn't parse; line and column count from 1; `excerpt` is the line with a caret below the place."""

    def __init__(
        self,
        template: str,
        line: int | None = None,
        column: int | None = None,
        *,
        excerpt: str | None = None,
        said: str | None = None,
        **values: Any,
    ) -> None:
        places = {} if line is None else {"line": line, "column": column}
        super().__init__(template, said=said, **places, **values)
        self.line, self.column, self.excerpt = line, column, excerpt


class QueryRefused(RequestError):
    """The query asks for what this endpoint never does."""


class ServiceRefused(QueryRefused):
    """The query has a SERVICE clause, or one that asks what may not be asked here."""

    def __init__(self, template: str | None = None, **values: Any) -> None:
        alone = "This endpoint answers from its own dataset alone. Ask the other endpoint by itself."
        super().__init__(template or alone, **values)


class UpdateRefused(QueryRefused):
    """The query is an update."""

    def __init__(self) -> None:
        super().__init__("This endpoint only reads. The dataset changes with its next release.")


_NOTHING_ASKED: Final = Phrase("Name a type or a thing.")
_NO_MEDIA_TYPE: Final = Phrase("None of the media types that this resource has is acceptable: {offers}.")


class BadRequest(RequestError):
    """The request isn't one of the protocol; `parameter` is the one that can't be read, where that is why."""

    def __init__(self, template: str, *, parameter: str | None = None, **values: Any) -> None:
        super().__init__(template, **values)
        self.parameter = parameter


class NotAcceptable(RequestError):
    """No representation on offer fits the Accept header, or none of its encodings Accept-Encoding."""

    def __init__(self, offers: tuple[str, ...], told: str = _NO_MEDIA_TYPE) -> None:
        super().__init__(told, offers=", ".join(offers))
        self.offers = offers


class UnknownResource(RequestError):
    """No such thing."""

    def __init__(self, iri: str) -> None:
        super().__init__("Nothing is known here about <{iri}>." if iri else _NOTHING_ASKED, iri=iri)
        self.iri = iri


class GoneResource(RequestError):
    """The thing was withdrawn."""

    def __init__(self, iri: str, successor: str | None) -> None:
        super().__init__("<{iri}> was withdrawn.", iri=iri)
        self.iri = iri
        self.successor = successor


class UnsupportedMediaType(RequestError):
    """The body's media type isn't one that this resource reads."""


class ContentTooLarge(RequestError):
    """The request's body is over the limit, in bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__("The request's body is larger than the limit of {limit} bytes.", limit=limit)
        self.limit = limit


class BodyTimeout(RequestError):
    """The request's body took longer than the limit, in seconds, to arrive."""

    def __init__(self, limit: float) -> None:
        super().__init__("The request's body didn't arrive within {limit} s. Send it at once.", limit=f"{limit:g}")
        self.limit = limit


class TooManyRequests(RequestError):
    """This client asked for more than one client may."""

    def __init__(self, template: str, retry_after: int, **values: Any) -> None:
        super().__init__(template, **values)
        self.retry_after = retry_after


class ClientLeft(RequestError):
    """The client hung up, so nobody waits for the answer."""

    def __init__(self) -> None:
        super().__init__("The client hung up before it was answered.")


class UriTooLong(RequestError):
    """The request's URI is over the limit, in bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            "The request's URI is longer than the limit of {limit} bytes. Send the query by POST.", limit=limit
        )
        self.limit = limit


class QueryLimitExceeded(RequestError):
    """The query ran into a limit: `time` (seconds), `memory` or `result` (bytes), or `nesting`.

    It is refused without another try until `retry_after` seconds are over.
    """

    def __init__(self, limit: str, value: float, template: str, *, retry_after: int, **values: Any) -> None:
        super().__init__(template, **values)
        self.limit = limit
        self.value = value
        self.retry_after = retry_after


class QueryFailed(RequestError):
    """The engine can't evaluate the query, though it parses."""


class EngineFailed(RequestError):
    """The engine behind this server refuses, with an HTTP `status`, fails or sends what is no result."""

    def __init__(self, template: str, *, status: int | None = None, **values: Any) -> None:
        super().__init__(template, **values)
        self.status = status

    def __str__(self) -> str:
        """The message for an operator, with the engine's own words."""
        told = super().__str__()
        return f"{told} It says: {self.said}" if self.said else told


class EngineTimedOut(RequestError):
    """The engine behind this server didn't answer in time."""

    def __init__(self, engine: str, seconds: float) -> None:
        super().__init__(
            "The engine at {engine} didn't answer within {seconds} s. Ask for less, or try again when it has less to do.",
            engine=engine,
            seconds=f"{seconds:g}",
        )
        self.limit = "time"
        self.value = seconds


class ServiceFailed(RequestError):
    """An endpoint that the query asks by SERVICE gives no answer that can be used."""


class ServiceTimedOut(RequestError):
    """An endpoint that the query asks by SERVICE didn't answer in the time that the query had left for it."""


class Overloaded(RequestError):
    """Every worker is busy and the queue is full."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("Every query worker is busy. Try again in {seconds} s.", seconds=retry_after)
        self.retry_after = retry_after


class Unavailable(RequestError):
    """The machine lacks what the answer takes; an operator can mend it."""

    retry_after = 60


class NotYetOpen(RequestError):
    """The server runs and its release is still being opened."""

    def __init__(self) -> None:
        super().__init__("The release is being opened. Try again in a moment.")
        self.retry_after = 1
