"""Request bodies, read on the event loop within a time and a size, so that a slow writer holds no thread."""

import asyncio
from typing import TYPE_CHECKING, Final

from kommungraf.errors import BadRequest, BodyTimeout, Overloaded
from kommungraf.settings.limits import Limits

if TYPE_CHECKING:
    from collections.abc import AsyncIterable

__all__ = ["Bodies"]

_RETRY_SECONDS: Final = 10


class Bodies:
    """Reads bodies; together they hold no more than `bodies_bytes`, so that many can't fill the memory."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._held = 0

    async def read(self, chunks: "AsyncIterable[bytes]", length: int | None) -> bytes:
        """The whole body, or as much of one that is too large as shows that it is; raises a RequestError.

        `length` is the Content-Length. A body that says that it is too large isn't read at all.
        """
        body = bytearray()
        if length is not None and length > self._limits.body_bytes:
            return bytes(body)
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                await self._collect(chunks, body)
        except TimeoutError as error:
            raise BodyTimeout(self._limits.body_seconds) from error
        finally:
            self._held -= len(body)
        if length is not None and len(body) < length:
            raise BadRequest("The body ends before its Content-Length.")
        return bytes(body)

    async def _collect(self, chunks: "AsyncIterable[bytes]", body: bytearray) -> None:
        """granian gives one empty chunk at the end of a body, and one before it in the place of a fault."""
        ended = False
        async for chunk in chunks:
            if ended:
                raise BadRequest("The body isn't whole, or has trailer fields.")
            ended = not chunk
            self._held += len(chunk)
            body += chunk
            if len(body) > self._limits.body_bytes:
                return
            if self._held > self._limits.bodies_bytes:
                raise Overloaded(_RETRY_SECONDS)
