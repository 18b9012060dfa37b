"""The server's side of a request: kept responses on the event loop, everything else in a bounded number of threads.

RSGI (granian's own interface), because WSGI doesn't tell when a client hangs up and reads bodies in a thread.
The application behind is WSGI and knows nothing of this.
"""

import asyncio
import io
import os
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple, cast

from werkzeug import Request
from werkzeug.http import parse_content_range_header
from werkzeug.sansio.utils import get_host
from werkzeug.wsgi import FileWrapper

from kommungraf.engine.callers import CALLER, Caller
from kommungraf.errors import BadRequest, ClientLeft, NotAcceptable, Overloaded, Phrase, RequestError
from kommungraf.http.cache import FAULT
from kommungraf.http.clients import Clients, Network, client_of, scheme_of
from kommungraf.http.compression import accepts_something
from kommungraf.http.envelope import OPEN_TO_ALL
from kommungraf.http.notes import NOTES
from kommungraf.http.problems import answer, plain_page
from kommungraf.rendering.assets import is_asset
from kommungraf.serving import sending
from kommungraf.serving.bodies import Bodies
from kommungraf.serving.direct import Direct
from kommungraf.serving.sending import Span
from kommungraf.settings.limits import Limits

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication
    from granian._granian import RSGIHTTPProtocol as HTTPProtocol
    from granian.rsgi import Scope

__all__ = ["Finished", "Gateway", "environ_of", "joined", "refusal"]

#: For requests that wait for nothing.
_SPARE_THREADS: Final = 8
_RETRY_SECONDS: Final = 5
_LEFT: Final = 499
_NO_ENCODING: Final = Phrase("None of the encodings that there are is acceptable: {offers}.")
#: A host and perhaps a port (RFC 3986 §3.2.2).
_HOST: Final = re.compile(r"(?:[\w.~!$&'()*+;=%-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?", re.ASCII)
_Headers = list[tuple[str, str]]


class Finished(NamedTuple):  # made for every request, in a third of the time that a frozen dataclass takes
    """A request that was answered, or that its client left (499), for whoever observes; `kept` came from the cache."""

    method: str
    path: str
    query_string: str
    client: str
    status: int
    size: int
    seconds: float
    kept: bool
    notes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Response:
    """What the application answers: bytes, or a part of a file; `close` gives back what it holds."""

    status: int
    headers: _Headers
    body: bytes = b""
    span: Span | None = None
    close: Callable[[], None] = field(default=lambda: None)


class Gateway:
    """The RSGI application over a cache and the WSGI application behind it."""

    def __init__(
        self,
        direct: Direct,
        limits: Limits,
        *,
        proxies: Sequence[Network] = (),
        observe: Callable[[Finished], None] | None = None,
        close: Callable[[], None] = lambda: None,
    ) -> None:
        self._direct = direct
        self._cache = direct.cache
        self._limits = limits
        self._proxies = proxies
        self._observe = observe
        self._close = close
        self._bodies = Bodies(limits)
        self._clients = Clients(limits)
        # As many as can have a worker or wait for one in any lane, and a few that needn't.
        self._most = limits.workers + limits.service_workers + 2 + 3 * limits.queue + _SPARE_THREADS
        self._threads = ThreadPoolExecutor(self._most, thread_name_prefix="request")
        self._pending = 0

    def __rsgi_del__(self, _loop: asyncio.AbstractEventLoop) -> None:
        """Called by granian when every request has been answered."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._close()

    async def __rsgi__(self, scope: "Scope", protocol: "HTTPProtocol") -> None:
        """Answer one request."""
        started = time.perf_counter()
        fields = joined(scope.headers.items())
        method, target = scope.method, (scope.path, scope.query_string)
        client = client_of(scope.client, fields.get("x-forwarded-for"), self._proxies)
        limited = self._clients.is_limited
        # Whoever is told that it was too much is to be able to read it: what a page is drawn with isn't counted.
        counted = limited and not is_asset(scope.path)
        fault: RequestError | None = self._clients.refusal(client) if counted else None
        if fault is None and not _names_a_host(scope.http_version, fields.get("host", scope.authority)):
            fault = BadRequest("The request names no host, several, or something that is none.")
        if fault is None and not accepts_something(fields.get("accept-encoding", "")):
            fault = NotAcceptable(("gzip", "identity"), _NO_ENCODING)
        kept = None if fault is not None else self._cache.kept(method, target, fields)
        notes: dict[str, Any] = {}
        if kept is not None:
            status, size = int(kept[0][:3]), len(kept[2])
            protocol.response_bytes(status, kept[1], kept[2])
        else:
            response = None
            if method == "GET" and not limited and fault is None:
                response, fault = await self._direct_response(target, fields, notes, protocol)
            if response is None and not isinstance(fault, ClientLeft):
                environ = environ_of(scope, fields, notes)
                environ["wsgi.url_scheme"] = scheme_of(
                    scope.client, scope.scheme, fields.get("x-forwarded-proto"), self._proxies
                )
                response = await self._worked_out(environ, protocol, client, fault)
            status, size = (_LEFT, 0) if response is None else await self._sent(response, protocol)
        if self._observe is not None:
            seconds = time.perf_counter() - started
            self._observe(Finished(method, *target, client, status, size, seconds, kept is not None, notes))

    async def _direct_response(
        self, target: tuple[str, str], fields: Mapping[str, str], notes: dict[str, Any], protocol: "HTTPProtocol"
    ) -> tuple[_Response | None, RequestError | None]:
        """What needs no application, or the fault that the application is to answer; neither where it is asked."""
        try:
            found = await self._direct.answered(target, fields, notes, partial(self._in_thread, protocol))
        except RequestError as error:
            return None, error
        if found is None:
            return None, None
        status, headers, body = found
        if isinstance(body, bytes):
            whole = partial(_whole, int(status[:3]), headers, body)
            if len(body) < sending.LEAST:
                return whole(), None
            return await asyncio.wrap_future(self._threads.submit(whole)), None
        size = body.seek(0, os.SEEK_END)
        return _Response(int(status[:3]), headers, span=Span(body, 0, size), close=body.close), None

    async def _in_thread(self, protocol: "HTTPProtocol", work: Callable[[], Any], caller: Caller) -> Any:
        """What `work` gives; raises ClientLeft where the client left before."""
        working = asyncio.wrap_future(self._threads.submit(work))
        if await _done_before_leaving(working, protocol):
            return working.result()
        caller.leave()
        working.add_done_callback(_noticed)
        raise ClientLeft

    async def _worked_out(
        self, environ: dict[str, Any], protocol: "HTTPProtocol", client: str, fault: RequestError | None
    ) -> _Response | None:
        """The application's response, or None where the client left before there was one."""
        with ExitStack() as stay:
            try:
                if fault is not None:
                    raise fault
                stay.enter_context(self._clients.working(client))
                await self._take_body(environ, protocol)
            except RequestError as error:
                environ[FAULT] = error
            return await self._answered(environ, protocol)

    async def _take_body(self, environ: dict[str, Any], protocol: "HTTPProtocol") -> None:
        if environ["REQUEST_METHOD"] != "POST":
            return
        length = environ.get("CONTENT_LENGTH")
        declared = None if length is None else int(length)
        body = await self._bodies.read(cast("AsyncIterable[bytes]", protocol), declared)
        environ["wsgi.input"] = io.BytesIO(body)
        if declared is None:
            environ["CONTENT_LENGTH"] = str(len(body))

    async def _answered(self, environ: dict[str, Any], protocol: "HTTPProtocol") -> _Response | None:
        """The application's response, or None where the client left before there was one."""
        if self._pending >= 2 * self._most:
            return _Response(*refusal(Overloaded(_RETRY_SECONDS), environ))
        caller = environ[CALLER] = Caller()
        work = self._threads.submit(_called, self._cache, environ)
        self._pending += 1
        answering = asyncio.wrap_future(work)
        answering.add_done_callback(self._count_down)
        if await _done_before_leaving(answering, protocol):
            return answering.result()
        caller.leave()
        answering.add_done_callback(self._discard)
        work.cancel()
        return None

    def _count_down(self, _done: object) -> None:
        self._pending -= 1

    async def _sent(self, response: _Response, protocol: "HTTPProtocol") -> tuple[int, int]:
        """Send a response; its status and the bytes that were sent."""
        try:
            if response.span is None:
                protocol.response_bytes(response.status, response.headers, response.body)
                return response.status, len(response.body)
            return response.status, await self._poured(response, response.span, protocol)
        finally:
            self._give_back(response)

    def _discard(self, answering: "asyncio.Future[_Response]") -> None:
        if not answering.cancelled() and answering.exception() is None:
            self._give_back(answering.result())

    def _give_back(self, response: _Response) -> None:
        """Close what a response holds: a file in a thread, for who closes a file without a name may wait for the disk."""
        if response.span is not None:
            with suppress(RuntimeError):  # where the server ends, the file ends with it
                self._threads.submit(response.close)
            return
        response.close()

    async def _poured(self, response: _Response, span: Span, protocol: "HTTPProtocol") -> int:
        respond = partial(protocol.response_file, response.status, response.headers)
        pouring = asyncio.ensure_future(sending.send(respond, span, seconds=self._limits.send_seconds))
        if await _done_before_leaving(pouring, protocol):
            return pouring.result()
        pouring.cancel()
        return 0


async def _done_before_leaving(doing: "asyncio.Future[Any]", protocol: "HTTPProtocol") -> bool:
    leaving = asyncio.ensure_future(_departure(protocol))
    try:
        await asyncio.wait((doing, leaving), return_when=asyncio.FIRST_COMPLETED)
    finally:
        leaving.cancel()
    return doing.done()


async def _departure(protocol: "HTTPProtocol") -> None:
    await protocol.client_disconnect()


def _noticed(working: "asyncio.Future[Any]") -> None:
    """Take what nobody waits for, so that it isn't reported as lost."""
    if not working.cancelled():
        working.exception()


@lru_cache(maxsize=256)
def _names_a_host(version: str, host: str | None) -> bool:
    """Whether a request says for which host it is, as it must since HTTP/1.1 (RFC 9112 §3.2)."""
    return version == "1" if host is None else _HOST.fullmatch(host) is not None


def joined(items: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Fields by lower-case name; what came more than once is one list (RFC 9110 §5.3)."""
    fields: dict[str, str] = {}
    for name, value in items:
        fields[name] = f"{fields[name]}, {value}" if name in fields else value
    return fields


def environ_of(scope: "Scope", fields: Mapping[str, str], notes: dict[str, Any]) -> dict[str, Any]:
    """The WSGI environment, as yet without a body."""
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": "HTTP/1.0" if scope.http_version == "1" else f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        NOTES: notes,
    }
    for name, value in fields.items():
        if name in {"content-type", "content-length"}:
            environ[name.upper().replace("-", "_")] = value
        elif "_" not in name and name != "transfer-encoding":  # an underscore could pass for a hyphen
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
    if "host" not in fields and scope.authority is not None:
        environ["HTTP_HOST"] = scope.authority
    if not get_host(scope.scheme, environ.get("HTTP_HOST")):
        environ.pop("HTTP_HOST", None)  # of a name like my_server Werkzeug makes none, and `http:///` of it
    return environ


def _called(app: "WSGIApplication", environ: dict[str, Any]) -> _Response:
    """The application's response; runs in a thread."""
    files: list[FileWrapper] = []
    started: list[tuple[str, _Headers]] = []

    def wrapped(file: BinaryIO, size: int = 8192) -> FileWrapper:
        files.append(FileWrapper(file, size))
        return files[-1]

    def start(status: str, headers: _Headers, _exc_info: object = None) -> Callable[[bytes], object]:
        started[:] = [(status, headers)]
        return _unwritable

    environ["wsgi.file_wrapper"] = wrapped
    body = app(environ, start)
    status, headers = int(started[0][0][:3]), started[0][1]
    close = getattr(body, "close", _nothing)
    if environ["REQUEST_METHOD"] == "HEAD" or status in {204, 304}:
        close()
        return _Response(status, headers)
    span = _span(files, body, headers)
    if span is not None:
        return _Response(status, headers, span=span, close=close)
    return _whole(status, headers, _content(body, close))


def _span(files: Sequence[FileWrapper], body: Iterable[bytes], headers: _Headers) -> Span | None:
    """The part of a file that is the body, where it is long."""
    named = {name.lower(): value for name, value in headers}
    size = int(named.get("content-length", 0))
    if not files or isinstance(body, list) or size < sending.LEAST:
        return None
    place = parse_content_range_header(named.get("content-range"))
    return Span(files[-1].file, (place.start if place is not None else None) or 0, size)


def _content(body: Iterable[bytes], close: Callable[[], None]) -> bytes:
    try:
        return b"".join(body)
    finally:
        close()


def _whole(status: int, headers: _Headers, content: bytes) -> _Response:
    """A response of bytes, which are put into a file where a slow client would hold much memory."""
    if len(content) < sending.LEAST:
        return _Response(status, headers, content)
    file = tempfile.TemporaryFile()  # noqa: SIM115  closed with the response
    file.write(content)
    file.flush()
    return _Response(status, headers, span=Span(file, 0, len(content)), close=file.close)


def refusal(error: RequestError, environ: dict[str, Any]) -> tuple[int, _Headers, bytes]:
    """What a request is told that doesn't reach the application, in the way of the application."""
    response = answer(error, Request(environ), plain_page)
    headers = [*response.headers.items(), *OPEN_TO_ALL]
    return response.status_code, headers, b"" if environ["REQUEST_METHOD"] == "HEAD" else response.get_data()


def _unwritable(_data: bytes) -> None:
    raise NotImplementedError("An application gives its body back (PEP 3333).")


def _nothing() -> None:
    """Close what needs no closing."""
