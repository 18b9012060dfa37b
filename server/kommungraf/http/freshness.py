"""What a response says of how long it may be kept, and the answer to a client that still has it."""

from flask import Response, request

__all__ = ["fixed", "volatile"]


def fixed(response: Response, tag: str, *, weak: bool = False, length: int | None = None) -> Response:
    """A response that is the same until the next release; a 304 where the client has it already.

    It may be kept anywhere and is asked for again each time, which costs no more than the 304. Ranges of it
    are sent where its `length` in bytes is told.
    """
    response.set_etag(tag, weak)
    response.cache_control.public = True
    response.cache_control.no_cache = True
    if length is not None:
        _shorten_suffix(length)
    response.make_conditional(request, accept_ranges=length is not None, complete_length=length)
    response.headers.pop("Date", None)  # the server's to say: this response may be sent again later
    return response


def _shorten_suffix(length: int) -> None:
    """A suffix longer than the whole is the whole (RFC 9110 §14.1.2); werkzeug takes it for unsatisfiable."""
    asked = request.range
    if (
        asked is not None
        and len(asked.ranges) == 1
        and asked.units == "bytes"
        and asked.ranges[0][0] < -length < 0
    ):
        request.environ["HTTP_RANGE"] = "bytes=0-"


def volatile(response: Response) -> Response:
    """A response that the next request for the same may not get."""
    response.cache_control.no_store = True
    return response
