"""Long bodies, sent from a file by the event loop as fast as the client takes them, and given up where it doesn't.

granian's own stream has no flow control: what a client doesn't take would pile up in memory. But it reads a
file only as fast as it is sent. So it is given a pipe for a file, and what is written into the pipe is under
control: a client that takes too little time and again is left, and, as the body is then shorter than its
Content-Length, its connection is aborted.
"""

import asyncio
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any, Final

__all__ = ["LEAST", "Span", "send"]

#: More than a pipe holds; shorter bodies are better sent as they are.
LEAST: Final = 128 << 10
_PIPE_BYTES: Final = 64 << 10
_UNIT: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes of a file that are sent: `size` of them from `start` on."""

    file: IO[bytes]
    start: int
    size: int


async def send(respond: Callable[[str], Any], span: Span, *, seconds: float) -> int:
    """Send `span` by `respond`, which is given the path of a file; the bytes that were taken.

    The client is given so many seconds for each mebibyte. The span has at least LEAST bytes: only of a pipe
    that was full is it known that somebody opened it.
    """
    reading, writing = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    pipe = _Pipe(writing, reading)
    try:
        respond(f"/proc/self/fd/{reading}")
        return await _pour(span, pipe, seconds)
    finally:
        pipe.close()


class _Pipe:
    def __init__(self, writing: int, reading: int) -> None:
        self.writing = writing
        self._reading: int | None = reading

    def leave_reading(self) -> None:
        """Close our own end for reading, which granian has opened by now: from here on its closing is noticed."""
        if self._reading is not None:
            os.close(self._reading)
            self._reading = None

    def close(self) -> None:
        self.leave_reading()
        os.close(self.writing)


async def _pour(span: Span, pipe: _Pipe, seconds: float) -> int:
    source, sent, end = span.file.fileno(), 0, time.monotonic() + seconds
    with suppress(BrokenPipeError, TimeoutError):
        while sent < span.size:
            unit = sent // _UNIT
            try:
                sent += _moved(source, pipe.writing, offset=span.start + sent, size=span.size - sent)
            except BlockingIOError:
                await _writable(pipe.writing, end - time.monotonic())
                pipe.leave_reading()
            if sent // _UNIT != unit:
                end = time.monotonic() + seconds
    return sent


def _moved(source: int, pipe: int, *, offset: int, size: int) -> int:
    moved = os.splice(source, pipe, min(size, _PIPE_BYTES), offset_src=offset, flags=os.SPLICE_F_NONBLOCK)
    if not moved:
        raise BrokenPipeError("The file ends before it should.")
    return moved


async def _writable(descriptor: int, seconds: float) -> None:
    """Wait until the pipe takes more; raises TimeoutError."""
    loop = asyncio.get_running_loop()
    ready = loop.create_future()
    loop.add_writer(descriptor, _settle, ready)
    try:
        async with asyncio.timeout(seconds):
            await ready
    finally:
        loop.remove_writer(descriptor)


def _settle(ready: "asyncio.Future[None]") -> None:
    if not ready.done():
        ready.set_result(None)
