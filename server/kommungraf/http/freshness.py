"""What a response says of how long it may be kept, and the answer to a client that still has it."""

from flask import Response, request
from werkzeug.exceptions import PreconditionFailed

__all__ = ["fixed", "volatile"]


def fixed(response: Response, tag: str, *, weak: bool = False, length: int | None = None) -> Response:
    """A response that is the same until the next release; a 304 where the client has it already.

    It may be kept anywhere and is asked for again each time, which costs no more than the 304. Ranges of it
    are sent where its `length` in bytes is told. A client that wants something else than it is (If-Match) gets an error.
    """
    response.set_etag(tag, weak)
    response.cache_control.public = True
    response.cache_control.no_cache = True
    if length is not None:
        _heed_range(length)
    response.make_conditional(request, accept_ranges=length is not None, complete_length=length)
    if response.status_code == PreconditionFailed.code:
        response.close()
        raise PreconditionFailed
    response.headers.pop("Date", None)  # the server's to say: this response may be sent again later
    return response


def _heed_range(length: int) -> None:
    """Put right what werkzeug takes for unsatisfiable, and ignore what isn't for us.

    That is a range in another unit (RFC 9110 §14.2), several at once, and one for who has what a weak tag names (§13.1.5).
    A suffix longer than the whole is the whole (§14.1.2).
    """
    asked = request.range
    unit = request.headers.get("Range", "").partition("=")[0].strip().lower()
    several = asked is not None and len(asked.ranges) > 1
    if unit != "bytes" or several or request.headers.get("If-Range", "").startswith("W/"):
        request.environ.pop("HTTP_RANGE", None)
    elif asked is not None and asked.ranges[0][0] < -length < 0:
        request.environ["HTTP_RANGE"] = "bytes=0-"


def volatile(response: Response) -> Response:
    """A response that the next request for the same may not get."""
    response.cache_control.no_store = True
    return response
