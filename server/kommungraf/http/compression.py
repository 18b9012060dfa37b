"""gzip as an encoding of a finished response: who takes it, what it is worth, and what its headers say."""

import zlib
from collections.abc import Sequence, Set
from functools import lru_cache
from typing import Final

from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

__all__ = ["Headers", "accepts_gzip", "accepts_something", "is_worth_it", "packed", "packed_tag", "unpacked_tags"]

Headers = Sequence[tuple[str, str]]

#: Shorter bodies fit into one packet as they are.
_SHORTEST: Final = 1024
_LEVEL: Final = 6
_GZIP_WINDOW: Final = 31
_COMPRESSIBLE: Final = ("text/", "application/", "image/svg+xml")
_COMPRESSED: Final = ("application/gzip", "application/vnd.sqlite3")
#: The second is an old name of the first (RFC 9110 §8.4.1.3).
_GZIP: Final = frozenset({"gzip", "x-gzip"})
_PLAIN: Final = frozenset({"identity"})
_MARK: Final = '-gzip"'


@lru_cache(maxsize=256)
def accepts_gzip(header: str) -> bool:
    """Whether the Accept-Encoding `header` takes gzip, and doesn't like the plain body better."""
    asked = parse_accept_header(header, Accept)
    packed = _quality(asked, _GZIP)
    return packed > 0 and packed >= max(_named(asked, _PLAIN), default=0)


@lru_cache(maxsize=256)
def accepts_something(header: str) -> bool:
    """Whether the Accept-Encoding `header` takes the plain body, as it does unless it says otherwise, or gzip (RFC 9110 §12.5.3)."""
    asked = parse_accept_header(header, Accept)
    others = max(_named(asked, {"*"}), default=1)
    return max(_named(asked, _PLAIN), default=others) > 0 or _quality(asked, _GZIP) > 0


def _quality(asked: Accept, names: Set[str]) -> float:
    """That of an encoding by any of its names, or else that of any encoding."""
    return max(_named(asked, names), default=max(_named(asked, {"*"}), default=0))


def _named(asked: Accept, names: Set[str]) -> list[float]:
    return [quality for name, quality in asked if name.lower() in names]


def is_worth_it(headers: Headers, size: int) -> bool:
    """Whether a body of `size` bytes with these headers gets smaller."""
    fields = {name.lower(): value for name, value in headers}
    kind = fields.get("content-type", "")
    return (
        size >= _SHORTEST
        and "content-encoding" not in fields
        and kind.startswith(_COMPRESSIBLE)
        and not kind.startswith(_COMPRESSED)
    )


def packed(headers: Headers, body: bytes) -> tuple[list[tuple[str, str]], bytes]:
    """The gzip of a body, the same for the same body, and the headers that go with it."""
    compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)
    content = compressor.compress(body) + compressor.flush()
    changed = {"content-length": str(len(content))}
    kept = [(name, packed_tag(value) if name.lower() == "etag" else value) for name, value in headers]
    kept = [(name, changed.get(name.lower(), value)) for name, value in kept]
    return [*kept, ("Content-Encoding", "gzip")], content


def packed_tag(tag: str) -> str:
    """The entity tag of the gzip: other bytes than the plain body's, so another strong tag (RFC 9110 §8.8.3.3)."""
    return tag if tag.startswith("W/") else tag[:-1] + _MARK


def unpacked_tags(header: str) -> str:
    """An If-None-Match header in which each tag of a gzip is that of the plain body."""
    return header.replace(_MARK, '"')
