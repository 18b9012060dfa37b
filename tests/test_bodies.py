import io
import threading

import pytest
from werkzeug import Request
from werkzeug.test import EnvironBuilder

from kommungraf.bodies import Bodies
from kommungraf.errors import BadRequest, ContentTooLarge, Overloaded
from kommungraf.limits import Limits

LIMITS = Limits(body_bytes=100, bodies=2)


class Slow(io.BytesIO):
    """A body that doesn't arrive until it is let go."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.asked = threading.Event()
        self.arrives = threading.Event()

    def read(self, size: int | None = -1) -> bytes:
        self.asked.set()
        self.arrives.wait(5)
        return super().read(size)

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        self.asked.set()
        self.arrives.wait(5)
        return super().readinto(buffer)


def posted(body: bytes, stream: io.BytesIO | None = None, **environ: str) -> Request:
    built = EnvironBuilder(method="POST", data=body).get_environ()
    built.update({"wsgi.input_terminated": True, **environ})
    if stream is not None:
        built["wsgi.input"] = stream
    return Request(built)


def test_body_is_read_whole() -> None:
    assert Bodies(LIMITS).read(posted(b"ASK {}")) == b"ASK {}"


def test_a_large_body_is_not_read() -> None:
    with pytest.raises(ContentTooLarge):
        Bodies(LIMITS).read(posted(b"x" * 101))


def test_a_large_body_without_a_length_is_read_no_further() -> None:
    request = posted(b"x" * 101)
    del request.environ["CONTENT_LENGTH"]
    with pytest.raises(ContentTooLarge):
        Bodies(LIMITS).read(request)


def test_a_body_that_ends_early_is_no_body() -> None:
    with pytest.raises(BadRequest, match="ends before"):
        Bodies(LIMITS).read(posted(b"ASK", CONTENT_LENGTH="6"))


def test_only_so_many_are_waited_for_at_once() -> None:
    bodies = Bodies(LIMITS)
    slow = [Slow(b"ASK {}") for _ in range(LIMITS.bodies)]
    readers = [threading.Thread(target=bodies.read, args=(posted(b"ASK {}", stream),)) for stream in slow]
    for reader, stream in zip(readers, slow, strict=True):
        reader.start()
        assert stream.asked.wait(5)
    with pytest.raises(Overloaded):
        bodies.read(posted(b"ASK {}"))
    for reader, stream in zip(readers, slow, strict=True):
        stream.arrives.set()
        reader.join()
    assert bodies.read(posted(b"ASK {}")) == b"ASK {}"
