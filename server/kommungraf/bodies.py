"""Request bodies, within a size and a number: slow writers hold up each other and nobody else."""

from threading import BoundedSemaphore
from typing import Final

from werkzeug import Request

from kommungraf.errors import BadRequest, ContentTooLarge, Overloaded
from kommungraf.limits import Limits

__all__ = ["Bodies"]

_RETRY_SECONDS: Final = 10


class Bodies:
    """Reads bodies; any thread may use it.

    A read can't be given up: granian's I/O stands still when a request is answered while its body is still
    being read. So only some of the server's threads may be reading at once.
    """

    def __init__(self, limits: Limits) -> None:
        self._limit = limits.body_bytes
        self._slots = BoundedSemaphore(limits.bodies)

    def read(self, request: Request) -> bytes:
        """The whole body; raises a RequestError where it is too large, ends early, or too many are on their way."""
        if (request.content_length or 0) > self._limit:
            raise ContentTooLarge(self._limit)
        # One more, for werkzeug cuts a body of unknown length at its maximum and says nothing.
        request.max_content_length = self._limit + 1
        if not self._slots.acquire(blocking=False):
            raise Overloaded(_RETRY_SECONDS)
        try:
            body = request.get_data()
        finally:
            self._slots.release()
        if len(body) > self._limit:
            raise ContentTooLarge(self._limit)
        if request.content_length is not None and len(body) < request.content_length:
            raise BadRequest("The body ends before its Content-Length.")
        return body
