"""A process that asks endpoints by SERVICE for one query worker, over sockets that it puts in place of the worker's.

It asks the endpoints that it was given and no other, whatever the worker sends; follows no redirect; and reads a whole
answer, within a time and a size, before the worker gets any of it, written anew as SPARQL JSON. A question that the
worker puts again, as it does for each solution that a FILTER looks at, is answered from what is there.
"""

import errno
import http.client
import os
import select
import socket
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, BinaryIO, Final
from urllib.parse import urlencode

from kommungraf.engine.endpoint import Call, Credentials, Endpoint
from kommungraf.engine.filters import delegated_socket
from kommungraf.engine.services import Fault
from kommungraf.engine.translation import SOURCES, rewritten
from kommungraf.errors import EngineFailed, EngineTimedOut
from kommungraf.settings.limits import Limits

__all__ = ["Broker"]

_JSON: Final = SOURCES["solutions"]
_XML: Final = "application/sparql-results+xml"
#: What an answer may be called, and what it is then read as.
_READ_AS: Final = {_JSON: _JSON, "application/json": _JSON, _XML: _XML}
_ACCEPT: Final = f"{_JSON}, {_XML};q=0.8"
#: Of the time that a query has left, so that one that does without the answer (SILENT) can still be finished.
_SHARE: Final = 0.9
_LONGEST_LINE: Final = 1 << 16
_CHUNK: Final = 256 << 10


class _Unanswered(Exception):
    """An endpoint gave no answer that can be used."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.kind)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class _Reply:
    """What the worker gets: a whole result in a file, or a fault as the body of an error."""

    head: bytes
    file: IO[bytes] | None
    size: int


@dataclass(slots=True)
class _Sending:
    """A reply on its way: how much of its head and its file the worker has."""

    reply: _Reply
    head: bytes
    offset: int = 0


class Broker:
    """The sockets of one worker, which come by `listener`, and what the endpoints said.

    `endpoints` are by the IRI that stands for each in the query.
    """

    def __init__(self, listener: int, endpoints: Mapping[str, str], limits: Limits) -> None:
        self._listener = listener
        self._endpoints = endpoints
        self._limits = limits
        self._until = time.monotonic() + limits.seconds
        self._left = limits.result_bytes
        self._replies: dict[tuple[str, str], _Reply] = {}
        self._connections: dict[int, socket.socket] = {}
        self._sending: dict[int, _Sending] = {}
        self._poll = select.poll()

    def serve(self) -> None:
        """Until the worker has ended."""
        self._poll.register(self._listener, select.POLLIN)
        while True:
            for descriptor, events in self._poll.poll():
                if descriptor != self._listener:
                    self._move(self._connections[descriptor], events)
                elif events & select.POLLHUP:
                    return
                else:
                    self._open()

    def _open(self) -> None:
        with suppress(OSError):  # the worker ended while it asked
            connection = delegated_socket(self._listener)
            self._connections[connection.fileno()] = connection
            self._poll.register(connection, select.POLLIN)

    def _move(self, connection: socket.socket, events: int) -> None:
        """Read a question, or send as much of its reply as the worker takes; either may be the last of the connection."""
        try:
            if events & select.POLLIN:
                self._take(connection)
            elif not events & select.POLLOUT or self._sent(connection, self._sending[connection.fileno()]):
                self._close(connection)
        except OSError:
            self._close(connection)

    def _take(self, connection: socket.socket) -> None:
        reply = self._reply(connection)
        self._sending[connection.fileno()] = _Sending(reply, reply.head)
        connection.setblocking(False)
        self._poll.modify(connection, select.POLLOUT)

    def _close(self, connection: socket.socket) -> None:
        self._poll.unregister(connection)
        del self._connections[connection.fileno()]
        self._sending.pop(connection.fileno(), None)
        connection.close()

    def _sent(self, connection: socket.socket, sending: _Sending) -> bool:
        """Whether all of a reply has been sent, after as much more of it as the worker takes now."""
        if sending.head:
            sending.head = sending.head[connection.send(sending.head) :]
            return not sending.head and sending.reply.file is None
        if sending.reply.file is not None and sending.offset < sending.reply.size:
            chunk = os.pread(sending.reply.file.fileno(), _CHUNK, sending.offset)
            sending.offset += connection.send(chunk)
        return sending.offset >= sending.reply.size

    def _reply(self, connection: socket.socket) -> _Reply:
        """The reply to the question that the worker is putting; the same one to the same question."""
        question = _question(connection)
        if question not in self._replies:
            try:
                self._replies[question] = self._answer(*question)
            except _Unanswered as error:
                self._replies[question] = _refusal(error.fault)
        return self._replies[question]

    def _answer(self, iri: str, text: str) -> _Reply:
        url = self._endpoints.get(iri)
        if url is None:
            raise _Unanswered(Fault(iri, "unreachable", "it isn't one that the query asks"))
        for place, endpoint in self._endpoints.items():  # what an endpoint is to ask in turn, it asks by its name
            text = text.replace(f"<{place}>", f"<{endpoint}>")
        file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  kept as long as the process
        try:
            with self._asked(url, text) as answer:
                rewritten(answer.body, file, written=answer.media_type)
            file.flush()
        except (SyntaxError, ValueError, MemoryError) as error:
            raise _Unanswered(Fault(url, "broken", str(error))) from error
        except OSError as error:
            raise self._failure(url, error) from error
        size = file.tell()
        self._left = max(0, self._left - size)
        return _Reply(_head("200 OK", _JSON, size), file, size)

    def _asked(self, url: str, text: str) -> "_Body":
        """All that the endpoint answers; raises _Unanswered."""
        seconds = max(0.0, (self._until - time.monotonic()) * _SHARE)
        call = Call(Endpoint(url, Credentials()), seconds)
        headers = {"Accept": _ACCEPT, "Content-Type": "application/x-www-form-urlencoded"}
        request = urllib.request.Request(url, urlencode({"query": text}).encode(), headers)  # noqa: S310  HTTP, by `endpoint`
        try:
            with call.answer(request) as response:
                media_type = _whole(url, response)
                body = call.copy(response, self._left)
        except EngineTimedOut as error:
            raise _Unanswered(Fault(url, "late", f"{seconds:.3g}")) from error
        except EngineFailed as error:
            raise _Unanswered(_fault(url, error)) from error
        if body is None:
            raise self._too_large(url)
        body.seek(0)
        return _Body(body, media_type)

    def _failure(self, url: str, error: OSError) -> _Unanswered:
        return (
            self._too_large(url) if error.errno == errno.EFBIG else _Unanswered(Fault(url, "broken", str(error)))
        )

    def _too_large(self, url: str) -> _Unanswered:
        return _Unanswered(Fault(url, "large", f"{self._limits.result_bytes:,}"))


@dataclass(frozen=True, slots=True)
class _Body:
    """The body of an answer, whole, and what it is to be read as."""

    body: BinaryIO
    media_type: str

    def __enter__(self) -> "_Body":
        return self

    def __exit__(self, *_: object) -> None:
        self.body.close()


def _question(connection: socket.socket) -> tuple[str, str]:
    """Whom the worker asks, and what; it sends all of it at once."""
    with connection.makefile("rb") as stream:
        line = stream.readline(_LONGEST_LINE).split()
        if len(line) != 3:
            raise ConnectionAbortedError
        try:
            fields = http.client.parse_headers(stream)
            body = stream.read(int(fields.get("Content-Length", 0))).decode()
            return f"http://{fields.get('Host')}{line[1].decode()}", body
        except (http.client.HTTPException, ValueError) as error:
            raise ConnectionAbortedError from error


def _whole(url: str, response: http.client.HTTPResponse) -> str:
    """What the answer is to be read as; refuses one that isn't asked for, or whose end couldn't be told."""
    given = response.headers.get_content_type()
    if response.status != http.HTTPStatus.OK:
        raise _Unanswered(Fault(url, "status", str(response.status)))
    if given not in _READ_AS:
        raise _Unanswered(Fault(url, "type", given))
    if response.length is None and not response.chunked:
        raise _Unanswered(Fault(url, "endless"))
    return _READ_AS[given]


def _fault(url: str, error: EngineFailed) -> Fault:
    """Why an exchange failed, without what is for the operator of an engine."""
    if error.status is None:
        return Fault(url, "unreachable", error.said or "")
    return Fault(url, "redirect" if 300 <= error.status < 400 else "status", str(error.status))


def _refusal(fault: Fault) -> _Reply:
    body = fault.payload()
    return _Reply(_head("502 Bad Gateway", "application/json", len(body)) + body, None, 0)


def _head(status: str, media_type: str, size: int) -> bytes:
    lines = (
        f"HTTP/1.1 {status}",
        f"Content-Type: {media_type}",
        f"Content-Length: {size}",
        "Connection: close",
        "",
        "",
    )
    return "\r\n".join(lines).encode()
