"""An engine's SPARQL endpoint: its address, who asks it, and one bounded exchange with it at a time."""

import http.client
import os
import re
import select
import socket
import ssl
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Timer
from typing import Any, BinaryIO, Final
from urllib.parse import urlsplit

from kommungraf import __version__
from kommungraf.errors import EngineFailed, EngineTimedOut, Phrase, ServingError
from kommungraf.settings.hosting import CREDENTIALS

__all__ = ["Authentication", "Call", "Credentials", "Endpoint", "credentials", "endpoint", "services"]

_AGENT: Final = f"kommungraf/{__version__}"
_CHUNK: Final = 64 << 10
_HEARD: Final = 4000
_EXCERPT: Final = 300
_TAG: Final = re.compile(r"<[a-zA-Z/!][^<>]*>")
_NEVER: Final = 1e9
#: What an operator can do about an answer of a status.
_ADVICE: Final = {
    401: Phrase(
        "Set KOMMUNGRAF_STORE_USER and KOMMUNGRAF_STORE_PASSWORD, or KOMMUNGRAF_STORE_TOKEN, to what it asks for."
    ),
    403: Phrase("It doesn't allow this to this user."),
    404: Phrase("Check the address: there is no endpoint."),
    405: Phrase("Check the address: it takes no such request."),
    413: Phrase("It takes no body of this size."),
    507: Phrase("It has no room left."),
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who asks an engine; a token goes before a name and a password. Never shown."""

    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an engine listens; `default_graph` is for one that has no default graph of its own."""

    url: str
    credentials: Credentials = Credentials()
    default_graph: str | None = None


def credentials(environment: Mapping[str, str] = os.environ) -> Credentials:
    """The credentials that the environment holds: the one place where they may stand."""
    return Credentials(*(environment.get(name, "") for name in CREDENTIALS))


def endpoint(url: str, who: Credentials, default_graph: str | None = None) -> Endpoint:
    """The endpoint at `url`; raises ServingError where that is no plain HTTP address."""
    try:
        parts = urlsplit(url)
        told = parts.port is not None or bool(parts.hostname)
    except ValueError as error:
        raise ServingError(
            f"{url} is no address ({error}). Give one such as http://localhost:7878/query."
        ) from error
    if parts.username is not None or parts.password is not None:
        raise ServingError(
            "An engine's address holds no password: every log would show it. "
            "Set KOMMUNGRAF_STORE_USER and KOMMUNGRAF_STORE_PASSWORD in the environment."
        )
    if parts.scheme not in {"http", "https"} or not told or parts.fragment or not url.isascii():
        raise ServingError(f"{url} is no HTTP address. Give one such as http://localhost:7878/query.")
    return Endpoint(url, who, default_graph)


def services(urls: Sequence[str], stores: Sequence[Endpoint] = ()) -> tuple[str, ...]:
    """The endpoints that queries may ask by SERVICE; raises ServingError where one is no plain HTTP address.

    Another engine that answers in our place would send its own requests, unseen by us.
    """
    if urls and stores:
        raise ServingError(
            "`service-allow` can't go with `store`: the engine there would ask the endpoints itself, without our bounds. Set one of them."
        )
    for url in urls:
        try:
            endpoint(url, Credentials())
        except ServingError as error:
            raise ServingError(
                f"service-allow: {url} is no plain HTTP address, without user, password and fragment. Give one such as https://example.org/sparql."
            ) from error
    return tuple(dict.fromkeys(urls))


class Call:
    """One exchange with an engine, which any thread may end with `hang_up`; it ends by itself after `seconds`.

    `on_waiting` is called where the engine takes longer than `patience` seconds to begin its answer.
    """

    def __init__(
        self,
        engine: Endpoint,
        seconds: float,
        *,
        patience: float = _NEVER,
        on_waiting: Callable[[], object] | None = None,
        known: "Authentication | None" = None,
    ) -> None:
        self._engine = engine
        self._authentication = known or Authentication(engine)
        self._seconds = seconds
        self._patience = patience
        self._on_waiting = on_waiting
        self._socket: socket.socket | None = None
        self._ended = False
        self._late = False

    def hang_up(self) -> None:
        """End the exchange at once."""
        self._ended = True
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def _expire(self) -> None:
        self._late = True
        self.hang_up()

    def connected(self, connection: socket.socket) -> None:
        """What the exchange goes over."""
        self._socket = connection
        if self._ended:
            self.hang_up()

    def wait(self) -> None:
        """Be told where the engine takes its time."""
        deadline = time.monotonic() + self._patience
        if self._on_waiting is not None and self._socket is not None and not _readable(self._socket, deadline):
            self._on_waiting()

    @contextmanager
    def answer(self, request: urllib.request.Request) -> Iterator[http.client.HTTPResponse]:
        """The engine's answer, of a status below 300; raises EngineFailed or EngineTimedOut."""
        timer = Timer(self._seconds, self._expire)
        timer.daemon = True
        timer.start()
        try:
            with self._opened(request) as response:
                yield response
            self._check()
        except urllib.error.HTTPError as error:
            with error:
                self._check()
                raise _refusal(self._engine, error) from error
        except (OSError, http.client.HTTPException) as error:
            self._check(error)
            raise EngineFailed(
                "The engine at {engine} can't be reached.", engine=self._engine.url, said=_reason(error)
            ) from error
        finally:
            timer.cancel()

    def _opened(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        request.add_header("User-Agent", _AGENT)
        if self._engine.credentials.token:
            request.add_unredirected_header("Authorization", f"Bearer {self._engine.credentials.token}")
        response: http.client.HTTPResponse = self._opener().open(request, timeout=self._seconds)
        return response

    def _opener(self) -> urllib.request.OpenerDirector:
        """Neither redirects nor proxies nor files: only this engine is asked."""
        opener = urllib.request.OpenerDirector()
        for handler in (
            _Plain(self),
            _Secure(self),
            _Stay(),
            urllib.request.HTTPErrorProcessor(),
            urllib.request.HTTPDefaultErrorHandler(),
            *self._authentication.handlers,
        ):
            opener.add_handler(handler)
        return opener

    def _check(self, error: Exception | None = None) -> None:
        """Raise EngineTimedOut where the exchange ended because of the time."""
        if (
            self._late
            or isinstance(error, TimeoutError)
            or isinstance(getattr(error, "reason", None), TimeoutError)
        ):
            raise EngineTimedOut(self._engine.url, self._seconds) from error
        if self._ended:
            raise EngineFailed(
                "The exchange with the engine at {engine} was ended.", engine=self._engine.url
            ) from error

    def copy(self, response: http.client.HTTPResponse, most: int) -> BinaryIO | None:
        """A file with all of the answer's body, or None where that is more than `most` bytes."""
        body: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115  the caller closes it
        try:
            while chunk := response.read(_CHUNK):
                body.write(chunk)
                if body.tell() > most:
                    body.close()
                    return None
            self._check()
            body.flush()
        except BaseException:
            body.close()
            raise
        return body


class Authentication:
    """Answers an engine's challenge; kept for several exchanges, it answers the last one before it is put again.

    An engine that puts it while a large body is on its way closes the connection, and what it says is lost.
    """

    def __init__(self, engine: Endpoint) -> None:
        passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        who = engine.credentials
        if who.user and not who.token:
            passwords.add_password(None, engine.url, who.user, who.password)
        self.handlers = (_Digest(passwords), urllib.request.HTTPBasicAuthHandler(passwords))


class _Digest(urllib.request.HTTPDigestAuthHandler):
    """Digest authentication (RFC 7616) that remembers the last challenge."""

    _challenge: Mapping[str, str] | None = None

    def get_authorization(self, req: urllib.request.Request, chal: Mapping[str, str]) -> str | None:
        """The answer to a challenge."""
        self._challenge = chal
        answer: str | None = super().get_authorization(req, chal)
        return answer

    def http_request(self, req: urllib.request.Request) -> urllib.request.Request:
        """The request with the answer, where the challenge is known."""
        if self._challenge is not None and not req.has_header(self.auth_header):
            req.add_unredirected_header(self.auth_header, f"Digest {self.get_authorization(req, self._challenge)}")
        return req

    https_request = http_request


class _Plain(urllib.request.HTTPHandler):
    def __init__(self, call: Call) -> None:
        super().__init__()
        self._call = call

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        """Open the request over a connection that tells its call."""
        return self.do_open(_told_of(http.client.HTTPConnection, self._call), req)


class _Secure(urllib.request.HTTPSHandler):
    def __init__(self, call: Call) -> None:
        super().__init__()
        self._call = call

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        """Open the request over a connection that tells its call."""
        connection = _told_of(http.client.HTTPSConnection, self._call)
        return self.do_open(connection, req, context=ssl.create_default_context())


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: Any, **_names: Any) -> None:
        """Follow no redirect: where it leads is for the operator to see and to write down."""


def _told_of(kind: type[http.client.HTTPConnection], call: Call) -> Any:
    """The class of connections `kind` whose instances tell `call` what they go over and when they wait."""

    class Told(kind):  # type: ignore[valid-type, misc]
        def connect(self) -> None:
            super().connect()
            call.connected(self.sock)

        def getresponse(self) -> http.client.HTTPResponse:
            call.wait()
            response: http.client.HTTPResponse = super().getresponse()
            return response

    return Told


def _readable(connection: socket.socket, deadline: float) -> bool:
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(max(0.0, deadline - time.monotonic()) * 1000))


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", error)) or type(error).__name__


def _plain(text: str) -> str:
    """The first words of an engine's message, which may be a page."""
    return " ".join(_TAG.sub(" ", text).split())[:_EXCERPT]


def _refusal(engine: Endpoint, error: urllib.error.HTTPError) -> EngineFailed:
    """What an operator can make of the engine's refusal, or else the first of its own words."""
    told: dict[str, Any] = {"engine": engine.url, "code": error.code, "status": error.code}
    if 300 <= error.code < 400:
        place = error.headers.get("Location", "–")
        return EngineFailed(
            "The engine at {engine} answered {code} and points to {place}. Give that address, if it is the right one.",
            place=place,
            **told,
        )
    if (advice := _ADVICE.get(error.code)) is not None:
        return EngineFailed("The engine at {engine} answered {code}. {advice}", advice=advice, **told)
    said = ""
    with suppress(OSError, http.client.HTTPException):
        said = _plain(error.read(_HEARD).decode(errors="replace"))
    return EngineFailed("The engine at {engine} answered {code}.", said=said or None, **told)
