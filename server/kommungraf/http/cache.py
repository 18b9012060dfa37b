"""Finished responses in front of the application, so that a repeated request never enters it.

What is kept is a function of the release and the request: the key holds the release's content hash, the path,
the query string and the headers by which we negotiate. Nothing that depends on another header may be kept, so
a response that varies by one isn't, nor one that isn't `public`; a request can't put into the cache what
another would not have got.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Final

from werkzeug import Request
from werkzeug.http import parse_etags

from kommungraf.http.compression import Headers, accepts_gzip, is_worth_it, packed, packed_tag, unpacked_tags
from kommungraf.http.negotiation import language

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["FAULT", "LARGEST_WHOLE", "Kept", "ResponseCache"]

#: The key of a WSGI environment: the RequestError with which a request is to be answered, whatever it asks.
FAULT: Final = "kommungraf.fault"

#: Larger bodies aren't kept, and still larger ones are passed on as they come.
_LARGEST_KEPT: Final = 256 << 10
LARGEST_WHOLE: Final = 4 << 20
_LONGEST_KEY: Final = 4096
_OVERHEAD: Final = 1024
_MOST_USES: Final = 64
_KEPT_STATUSES: Final = frozenset({"200", "301", "303", "308", "410"})
#: A request that names a profile is rare and goes past the cache, so responses may vary by that as well.
_NEGOTIATED: Final = frozenset({"accept", "accept-language", "accept-encoding", "accept-profile"})
#: The variables of a WSGI environment that hold what a response may depend on.
_DECISIVE: Final = {
    "HTTP_ACCEPT": "accept",
    "HTTP_ACCEPT_LANGUAGE": "accept-language",
    "HTTP_ACCEPT_ENCODING": "accept-encoding",
    "HTTP_IF_NONE_MATCH": "if-none-match",
    "HTTP_ACCEPT_PROFILE": "accept-profile",
    "HTTP_RANGE": "range",
    "HTTP_IF_MATCH": "if-match",
}
#: A request with one of these fields is for something else than what is kept.
_PARTICULAR: Final = frozenset({"accept-profile", "range", "if-match"})
_NOT_IN_304: Final = frozenset({"content-length", "content-type", "content-encoding"})

_Key = tuple[str, str, str, str, str]
#: A status, the headers and the body.
Kept = tuple[str, list[tuple[str, str]], bytes]


@dataclass(frozen=True, slots=True)
class _Representation:
    """Headers and body as they are sent, and the headers of the 304 in their place."""

    headers: list[tuple[str, str]]
    body: bytes
    unchanged: list[tuple[str, str]]


@dataclass(slots=True)
class _Entry:
    """One finished response; `tag` is that of the plain one, and gzip is made when the first client asks for it."""

    status: str
    tag: str | None
    plain: _Representation
    gzip: _Representation | None
    uses: int = 0

    @property
    def size(self) -> int:
        """What it holds at most: packed, too, once somebody asked for that."""
        return 2 * len(self.plain.body) + _OVERHEAD

    def packed(self) -> _Representation:
        """The gzip, or the plain one where that is no larger."""
        if self.gzip is None:
            self.gzip = _representation(*packed(self.plain.headers, self.plain.body))
            if len(self.gzip.body) >= len(self.plain.body):
                self.gzip = self.plain
        return self.gzip


class _Shelf:
    """Entries by key within a number of bytes.

    What was asked for once makes way before what was asked for again, and what was asked for again before what is
    asked for often: one client's flood of odd requests, each made twice, displaces other newcomers only.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = Lock()
        self._new: OrderedDict[_Key, _Entry] = OrderedDict()
        self._proven: OrderedDict[_Key, _Entry] = OrderedDict()
        self._new_size = self._proven_size = 0
        self.evictions = 0

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
            if entry is not None:
                entry.uses = min(entry.uses + 1, _MOST_USES)
            return entry

    def _promote(self, key: _Key, entry: _Entry) -> None:
        """At most four fifths are for the proven: newcomers need room to prove themselves.

        Who was used more than the newcomer stays, and loses a use for it: what was popular once makes way some day.
        """
        self._proven[key] = entry
        self._proven_size += entry.size
        while self._proven_size > self._limit * 4 // 5:
            oldest = next(iter(self._proven))
            if oldest != key and self._proven[oldest].uses > entry.uses + 1:
                self._proven[oldest].uses -= 1
                self._proven.move_to_end(oldest)
                oldest = key
            self._demote(oldest)

    def _demote(self, key: _Key) -> None:
        entry = self._proven.pop(key)
        self._proven_size -= entry.size
        self._new[key] = entry
        self._new_size += entry.size

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
                self.evictions += 1


class ResponseCache:
    """WSGI middleware; any thread may call it, and ask it for what is kept without calling it."""

    def __init__(self, app: "WSGIApplication", content_hash: Callable[[], str], *, limit: int = 64 << 20) -> None:
        self._app = app
        self._content_hash = content_hash
        self._shelf = _Shelf(limit)

    @property
    def size(self) -> int:
        """The bytes that are held."""
        return self._shelf.size

    @property
    def evictions(self) -> int:
        """How many responses made way for others."""
        return self._shelf.evictions

    def kept(self, method: str, target: tuple[str, str], fields: Mapping[str, str]) -> Kept | None:
        """The response that is kept for a request: its method, path and query string, and fields by lower-case name.

        None also where it is yet to be packed, which a call does: this takes no time.
        """
        key = self._key(method, target, fields)
        entry = None if key is None else self._shelf.find(key)
        if entry is None or (entry.gzip is None and accepts_gzip(fields.get("accept-encoding", ""))):
            return None
        return _sent(entry, method, fields)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """The response that is kept, or the application's, which is then kept."""
        method, fields = environ["REQUEST_METHOD"], _fields(environ)
        target = (_path(environ), environ.get("QUERY_STRING", ""))
        key = None if FAULT in environ else self._key(method, target, fields)
        entry = None if key is None else self._shelf.find(key)
        if entry is None:
            return self._passed(environ, start_response, key)
        return _started(_sent(entry, method, fields), start_response)

    def keep(self, content_hash: str, target: tuple[str, str], fields: Mapping[str, str], response: Kept) -> Kept:
        """Keep a whole response of a release to a GET, if it may be kept, and give what is sent of it."""
        status, headers, body = response
        key, entry = self._key("GET", target, fields), _entry(status, headers, body)
        if key is not None and len(body) <= _LARGEST_KEPT and _may_be_kept(status, headers):
            self._shelf.keep((content_hash, *key[1:]), entry)
        return _sent(entry, "GET", fields)

    def _key(self, method: str, target: tuple[str, str], fields: Mapping[str, str]) -> _Key | None:
        """What the response depends on, or None where it depends on more or the key would be large."""
        if method not in {"GET", "HEAD"} or not _PARTICULAR.isdisjoint(fields):
            return None
        path, query = target
        accept = fields.get("accept", "")
        if len(path) + len(query) + len(accept) > _LONGEST_KEY:
            return None
        return self._content_hash(), path, query, accept, _language(fields.get("accept-language", ""))

    def _passed(
        self, environ: "WSGIEnvironment", start_response: "StartResponse", key: _Key | None
    ) -> Iterable[bytes]:
        method, fields = environ["REQUEST_METHOD"], _fields(environ)
        status, headers, body = _called(self._app, _as_get(environ))
        length = _length(headers)
        if length is None or length > LARGEST_WHOLE:
            start_response(status, headers)
            return _nothing_of(body) if method == "HEAD" else body
        keeps = key is not None and length <= _LARGEST_KEPT and _may_be_kept(status, headers)
        entry = _entry(status, headers, _joined(body))
        if keeps and key is not None and key[0] == self._content_hash():  # else the release changed on the way
            self._shelf.keep(key, entry)
        return _started(_sent(entry, method, fields), start_response)


def _as_get(environ: "WSGIEnvironment") -> "WSGIEnvironment":
    """HEAD as a GET, so that its answer says what that of GET does (RFC 9110 §9.3.2); a range is for GET alone (§14.2)."""
    if environ["REQUEST_METHOD"] != "HEAD":
        return environ
    return {name: value for name, value in environ.items() if name != "HTTP_RANGE"} | {"REQUEST_METHOD": "GET"}


def _nothing_of(body: Iterable[bytes]) -> Iterable[bytes]:
    """No body, the one that there is closed."""
    if hasattr(body, "close"):
        body.close()
    return ()


def _fields(environ: "WSGIEnvironment") -> dict[str, str]:
    """The fields that a response may depend on, by lower-case name."""
    return {name: environ[variable] for variable, name in _DECISIVE.items() if variable in environ}


def _path(environ: "WSGIEnvironment") -> str:
    return str(environ["PATH_INFO"]).encode("latin-1").decode("utf-8", "replace")


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
        and "no-store" not in fields.get("cache-control", "")
        and varies <= _NEGOTIATED
        and "set-cookie" not in fields
    )


def _entry(status: str, headers: Headers, body: bytes) -> _Entry:
    tag = next((value for name, value in headers if name.lower() == "etag"), None)
    plain = list(headers)
    if not (status.startswith("200") and is_worth_it(headers, len(body))):
        only = _representation(plain, body)
        return _Entry(status, tag, only, only)
    plain = _also_by_encoding(plain)
    return _Entry(status, tag, _representation(plain, body), None)


def _representation(headers: list[tuple[str, str]], body: bytes) -> _Representation:
    unchanged = [(name, value) for name, value in headers if name.lower() not in _NOT_IN_304]
    return _Representation(headers, body, unchanged)


def _also_by_encoding(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    varies = [value for name, value in headers if name.lower() == "vary"]
    if any("accept-encoding" in value.lower() for value in varies):
        return headers
    others = [(name, value) for name, value in headers if name.lower() != "vary"]
    return [*others, ("Vary", ", ".join((*varies, "Accept-Encoding")))]


def _sent(entry: _Entry, method: str, fields: Mapping[str, str]) -> Kept:
    chosen = entry.packed() if accepts_gzip(fields.get("accept-encoding", "")) else entry.plain
    tags = fields.get("if-none-match")
    if tags is not None and entry.tag is not None and _has(tags, entry.tag):
        return "304 NOT MODIFIED", chosen.unchanged, b""
    return entry.status, chosen.headers, b"" if method == "HEAD" else chosen.body


def _started(kept: Kept, start_response: "StartResponse") -> list[bytes]:
    status, headers, body = kept
    start_response(status, list(headers))
    return [body] if body else []


def _has(tags: str, tag: str) -> bool:
    """Whether an If-None-Match header names `tag`, weakly compared (RFC 9110 §13.1.2)."""
    return tags == tag or parse_etags(unpacked_tags(tags)).contains_weak(tag.removeprefix("W/").strip('"'))


@lru_cache(maxsize=256)
def _language(header: str) -> str:
    return language(Request({"HTTP_ACCEPT_LANGUAGE": header}))
