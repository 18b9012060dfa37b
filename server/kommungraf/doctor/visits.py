"""Requests to a site that isn't ours to trust: bounded in time and size, and to no other host unless asked."""

import http.client
import socket
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Timer
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

from kommungraf import __version__
from kommungraf.errors import VisitFault
from kommungraf.settings.options import Kind, setting

__all__ = ["Bounds", "Reply", "Visitor", "target"]

_PATIENCE: Final = 10.0
_LONGEST_HEAD: Final = 20.0
_CHUNK: Final = 64 << 10
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MOST_HOPS: Final = 5
_GZIP_WINDOW: Final = 31


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the visits to a site may take."""

    seconds: float = setting(120.0, Kind.SECONDS, "How long it may take in all.", least=1, most=3600)
    size: int = setting(64 << 20, Kind.SIZE, "How much is fetched of one file.", least=64 << 10, most=1 << 34)
    other_hosts: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """What a request got: header names in lower case; `whole` is False where the body was larger than the bound."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool = True

    @property
    def media_type(self) -> str:
        """The media type without its parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def values(self, name: str) -> frozenset[str]:
        """The members of a header that is a list of tokens, in lower case."""
        members = self.headers.get(name, "").lower().split(",")
        return frozenset(member.strip() for member in members) - {""}

    def unpacked(self, most: int) -> bytes:
        """The body without its gzip, up to `most` bytes; raises VisitFault where it is none."""
        opened = zlib.decompressobj(_GZIP_WINDOW)
        try:
            return opened.decompress(self.body, most)
        except zlib.error as error:
            raise VisitFault(
                "The body is said to be gzip and isn't ({reason}).", self.url, reason=error
            ) from error


class Visitor:
    """Visits one site, one request at a time."""

    def __init__(self, site: str, bounds: Bounds) -> None:
        parts = _split(site)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise VisitFault("“{url}” isn't the address of a site; give one such as “https://example.org/”.", site)
        self.site = site if parts.path.endswith("/") else f"{site}/"
        self.bounds = bounds
        self._origin = _origin(parts)
        self._deadline = time.monotonic() + bounds.seconds

    def is_ours(self, url: str) -> bool:
        """Whether `url` may be visited: it is at the site's own scheme, host and port, unless others are allowed."""
        parts = _split(url)
        return parts.scheme in {"http", "https"} and (self.bounds.other_hosts or _origin(parts) == self._origin)

    def ask(
        self, url: str, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Reply:
        """The reply to one request, redirects not followed; raises VisitFault where there is none."""
        if not self.is_ours(url):
            raise VisitFault("<{url}> is at another host, which isn't visited unless --other-hosts is given.", url)
        parts = _split(url)
        connection = self._connection(parts)
        try:
            connection.connect()
            with _hurried(connection, min(_LONGEST_HEAD, self.left())):
                _send(connection, parts, method, headers or {}, body)
                response = connection.getresponse()
            return self._received(response, url, method)
        except (OSError, http.client.HTTPException, UnicodeError, ValueError) as error:
            reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            raise VisitFault("<{url}> gave no answer that can be read ({reason}).", url, reason=reason) from error
        finally:
            connection.close()

    def follow(self, url: str, headers: Mapping[str, str] | None = None) -> Reply:
        """The reply at the end of the redirects."""
        for _ in range(_MOST_HOPS):
            reply = self.ask(url, headers=headers)
            if reply.status not in _REDIRECTS:
                return reply
            url = target(reply)
        raise VisitFault("<{url}> leads to more than {hops} redirects.", url, hops=_MOST_HOPS)

    def left(self) -> float:
        """The seconds that are left; raises VisitFault where none are."""
        seconds = self._deadline - time.monotonic()
        if seconds <= 0:
            raise VisitFault("The time ran out. Give more with --seconds.", self.site)
        return seconds

    def _connection(self, parts: SplitResult) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        try:
            return kind(parts.hostname or "", parts.port, timeout=min(_PATIENCE, self.left()))
        except (ValueError, http.client.InvalidURL) as error:
            raise VisitFault("<{url}> isn't a valid address.", parts.geturl()) from error

    def _received(self, response: http.client.HTTPResponse, url: str, method: str) -> Reply:
        headers: dict[str, str] = {}
        for name, value in response.getheaders():
            key = name.lower()
            headers[key] = f"{headers[key]}, {value}" if key in headers else value
        if method == "HEAD":
            return Reply(url, response.status, headers, _stray(response))
        body, whole = self._body(response)
        return Reply(url, response.status, headers, body, whole)

    def _body(self, response: http.client.HTTPResponse) -> tuple[bytes, bool]:
        chunks, size = [], 0
        while chunk := response.read1(_CHUNK):
            self.left()
            chunks.append(chunk)
            size += len(chunk)
            if size > self.bounds.size:
                return b"".join(chunks)[: self.bounds.size], False
        if response.length:  # read1 takes an early end for an end
            raise http.client.IncompleteRead(b"", response.length)
        return b"".join(chunks), True


def target(reply: Reply) -> str:
    """Where a redirect leads; raises VisitFault where it doesn't say."""
    location = reply.headers.get("location")
    if not location:
        raise VisitFault("<{url}> is a redirect without a Location.", reply.url)
    try:
        return urljoin(reply.url, location).partition("#")[0]
    except ValueError as error:
        raise VisitFault("<{url}> isn't a valid address.", location) from error


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError as error:
        raise VisitFault("<{url}> isn't a valid address.", url) from error


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    try:
        port = parts.port
    except ValueError:
        port = -1
    return parts.scheme, parts.hostname, port or {"http": 80, "https": 443}.get(parts.scheme)


@contextmanager
def _hurried(connection: http.client.HTTPConnection, seconds: float) -> Iterator[None]:
    """Hang up on whoever takes longer than `seconds` for the block: a socket's timeout is for each byte of a head."""

    def hang_up() -> None:
        with suppress(OSError):  # it has been closed meanwhile
            connection.sock.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _send(
    connection: http.client.HTTPConnection,
    parts: SplitResult,
    method: str,
    headers: Mapping[str, str],
    body: bytes | None,
) -> None:
    target_form = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection.putrequest(method, target_form, skip_accept_encoding=True)
    own = {"User-Agent": f"kommungraf-doctor/{__version__}", "Connection": "close"}
    if body is not None:
        own["Content-Length"] = str(len(body))
    for name, value in {**own, **headers}.items():
        connection.putheader(name, value)
    connection.endheaders(body)


def _stray(response: http.client.HTTPResponse) -> bytes:
    """What follows the head of a reply to HEAD, where nothing may."""
    try:
        return response.fp.read(1) if response.fp is not None else b""
    except OSError:
        return b""
