"""Finished responses in front of the application, so that a repeated request never enters it.

What is kept is a function of the release and the request: the key holds the release's content hash, the path,
the query string and the headers by which we negotiate. Nothing that depends on another header may be kept, so
a response that varies by one isn't, nor one that isn't `public`; a request can't put into the cache what
another would not have got.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Final

from werkzeug import Request
from werkzeug.http import parse_etags

from kommungraf.compression import Headers, accepts_gzip, is_worth_it, packed, packed_tag, unpacked_tags
from kommungraf.negotiation import language

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["ResponseCache"]

#: Larger bodies aren't kept, and still larger ones are passed on as they come.
_LARGEST_KEPT: Final = 256 << 10
_LARGEST_WHOLE: Final = 4 << 20
_LONGEST_KEY: Final = 4096
_OVERHEAD: Final = 1024
_KEPT_STATUSES: Final = frozenset({"200", "301", "303", "308", "410"})
#: A request that names a profile is rare and goes past the cache, so responses may vary by that as well.
_NEGOTIATED: Final = frozenset({"accept", "accept-language", "accept-encoding", "accept-profile"})
_PAST: Final = frozenset({"HTTP_RANGE", "HTTP_ACCEPT_PROFILE"})
_NOT_IN_304: Final = frozenset({"content-length", "content-type", "content-encoding"})

_Key = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class _Representation:
    """Headers and body as they are sent, and the headers of the 304 in their place."""

    headers: list[tuple[str, str]]
    body: bytes
    unchanged: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Entry:
    """One finished response, plain and, where that is smaller, as gzip; `tag` is that of the plain one."""

    status: str
    tag: str | None
    plain: _Representation
    gzip: _Representation

    @property
    def size(self) -> int:
        return len(self.plain.body) + len(self.gzip.body) + _OVERHEAD


class _Shelf:
    """Entries by key within a number of bytes.

    What was asked for once makes way before what was asked for again, so that one client's flood of odd
    requests displaces other newcomers only.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = Lock()
        self._new: OrderedDict[_Key, _Entry] = OrderedDict()
        self._proven: OrderedDict[_Key, _Entry] = OrderedDict()
        self._new_size = self._proven_size = 0

    @property
    def size(self) -> int:
        """The bytes that are held."""
        return self._new_size + self._proven_size

    def find(self, key: _Key) -> _Entry | None:
        """The entry, which has proven itself by being found."""
        with self._lock:
            entry = self._proven.get(key)
            if entry is not None:
                self._proven.move_to_end(key)
            elif (entry := self._new.pop(key, None)) is not None:
                self._new_size -= entry.size
                self._promote(key, entry)
            return entry

    def _promote(self, key: _Key, entry: _Entry) -> None:
        """At most four fifths are for the proven: newcomers need room to prove themselves."""
        self._proven[key] = entry
        self._proven_size += entry.size
        while self._proven_size > self._limit * 4 // 5:
            oldest, demoted = self._proven.popitem(last=False)
            self._proven_size -= demoted.size
            self._new[oldest] = demoted
            self._new_size += demoted.size

    def keep(self, key: _Key, entry: _Entry) -> None:
        """Hold `entry`, in the place of newcomers that are older."""
        with self._lock:
            if key in self._proven or key in self._new or entry.size > self._limit // 5:
                return
            self._new[key] = entry
            self._new_size += entry.size
            while self.size > self._limit:
                _, given_up = self._new.popitem(last=False)
                self._new_size -= given_up.size


class ResponseCache:
    """WSGI middleware; any thread may call it."""

    def __init__(self, app: "WSGIApplication", content_hash: Callable[[], str], *, limit: int = 64 << 20) -> None:
        self._app = app
        self._content_hash = content_hash
        self._shelf = _Shelf(limit)

    @property
    def size(self) -> int:
        """The bytes that are held."""
        return self._shelf.size

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """The response that is kept, or the application's, which is then kept."""
        key = self._key(environ)
        entry = None if key is None else self._shelf.find(key)
        if entry is None:
            return self._passed(environ, start_response, key)
        return _sent(entry, environ, start_response)

    def _key(self, environ: "WSGIEnvironment") -> _Key | None:
        """What the response depends on, or None where it depends on more or the key would be large."""
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or not environ.keys().isdisjoint(_PAST):
            return None
        path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
        accept = environ.get("HTTP_ACCEPT", "")
        if len(path) + len(query) + len(accept) > _LONGEST_KEY:
            return None
        return self._content_hash(), path, query, accept, _language(environ.get("HTTP_ACCEPT_LANGUAGE", ""))

    def _passed(
        self, environ: "WSGIEnvironment", start_response: "StartResponse", key: _Key | None
    ) -> Iterable[bytes]:
        packs = accepts_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        status, headers, body = _called(self._app, environ)
        length = _length(headers)
        if environ["REQUEST_METHOD"] == "HEAD" or length is None or length > _LARGEST_WHOLE:
            start_response(status, headers)
            return body
        keeps = key is not None and length <= _LARGEST_KEPT and _may_be_kept(status, headers)
        entry = _entry(status, headers, _joined(body), packs=packs or keeps)
        if keeps and key is not None and key[0] == self._content_hash():  # else the release changed on the way
            self._shelf.keep(key, entry)
        return _sent(entry, environ, start_response)


def _called(
    app: "WSGIApplication", environ: "WSGIEnvironment"
) -> tuple[str, list[tuple[str, str]], Iterable[bytes]]:
    """The application's response; to the application, the tag of a gzip is that of what was packed."""
    asked = environ.get("HTTP_IF_NONE_MATCH", "")
    if asked:
        environ["HTTP_IF_NONE_MATCH"] = unpacked_tags(asked)
    started: list[tuple[str, Headers]] = []

    def start(status: str, headers: Headers, _exc_info: object = None) -> Callable[[bytes], object]:
        started[:] = [(status, headers)]
        return _unwritable

    body = app(environ, start)
    status, headers = started[0][0], list(started[0][1])
    if status.startswith("304") and environ["HTTP_IF_NONE_MATCH"] != asked:
        headers = [(name, packed_tag(value) if name.lower() == "etag" else value) for name, value in headers]
    return status, headers, body


def _unwritable(_data: bytes) -> None:
    raise NotImplementedError("An application gives its body back (PEP 3333).")


def _joined(body: Iterable[bytes]) -> bytes:
    try:
        return b"".join(body)
    finally:
        if hasattr(body, "close"):
            body.close()


def _length(headers: Headers) -> int | None:
    return next((int(value) for name, value in headers if name.lower() == "content-length"), None)


def _may_be_kept(status: str, headers: Headers) -> bool:
    fields: dict[str, str] = {}
    for name, value in headers:
        fields[name.lower()] = f"{fields.get(name.lower(), '')}, {value}".lower()
    varies = {name.strip() for name in fields.get("vary", "").split(",")} - {""}
    return (
        status[:3] in _KEPT_STATUSES
        and "public" in fields.get("cache-control", "")
        and varies <= _NEGOTIATED
        and "set-cookie" not in fields
    )


def _entry(status: str, headers: Headers, body: bytes, *, packs: bool) -> _Entry:
    tag = next((value for name, value in headers if name.lower() == "etag"), None)
    plain = list(headers)
    if not (status.startswith("200") and is_worth_it(headers, len(body))):
        only = _representation(plain, body)
        return _Entry(status, tag, only, only)
    plain = _also_by_encoding(plain)
    first = _representation(plain, body)
    return _Entry(status, tag, first, _representation(*packed(plain, body)) if packs else first)


def _representation(headers: list[tuple[str, str]], body: bytes) -> _Representation:
    unchanged = [(name, value) for name, value in headers if name.lower() not in _NOT_IN_304]
    return _Representation(headers, body, unchanged)


def _also_by_encoding(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    varies = [value for name, value in headers if name.lower() == "vary"]
    if any("accept-encoding" in value.lower() for value in varies):
        return headers
    others = [(name, value) for name, value in headers if name.lower() != "vary"]
    return [*others, ("Vary", ", ".join((*varies, "Accept-Encoding")))]


def _sent(entry: _Entry, environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
    packs = accepts_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
    chosen = entry.gzip if packs else entry.plain
    tags = environ.get("HTTP_IF_NONE_MATCH")
    if tags is not None and entry.tag is not None and _has(tags, entry.tag):
        start_response("304 NOT MODIFIED", list(chosen.unchanged))
        return []
    start_response(entry.status, list(chosen.headers))
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [chosen.body]


def _has(tags: str, tag: str) -> bool:
    """Whether an If-None-Match header names `tag`, weakly compared (RFC 9110 §13.1.2)."""
    return tags == tag or parse_etags(unpacked_tags(tags)).contains_weak(tag.removeprefix("W/").strip('"'))


@lru_cache(maxsize=256)
def _language(header: str) -> str:
    return language(Request({"HTTP_ACCEPT_LANGUAGE": header}))
