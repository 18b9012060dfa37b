"""Which of the representations on offer a request gets: by its `format` and `page` parameters or its Accept header."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from werkzeug import Request
from werkzeug.datastructures import LanguageAccept, MIMEAccept
from werkzeug.http import parse_accept_header

from kommungraf.errors import BadRequest, NotAcceptable
from kommungraf.formats import HTML, RDF, SOLUTIONS
from kommungraf.releases.moments import Moment, moment
from kommungraf.texts import LANGUAGES

__all__ = ["asked_moment", "best", "chosen", "language", "page_number", "refuse_moment", "required"]

_SHORT_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    **{form.suffix: (form.media_type,) for form in (*RDF, *SOLUTIONS)},
    "html": (HTML,),
    "csvm": ("application/csvm+json",),
    "json": (SOLUTIONS[0].media_type, "application/ld+json", "application/json"),
    "xml": ("application/sparql-results+xml", "application/rdf+xml"),
    "turtle": ("text/turtle",),
    "n3": ("text/turtle",),
    "json-ld": ("application/ld+json",),
    "rdf+xml": ("application/rdf+xml",),
    "ntriples": ("application/n-triples",),
    "nquads": ("application/n-quads",),
}


def chosen(request: Request, offers: Sequence[str], *, name: str | None = None) -> str | None:
    """The one of `offers`, in our order of preference, that fits `request` best, or None where none does.

    `name` is a format that the request names elsewhere than in its URI.
    """
    named = name or request.args.get("format")
    if named:
        written = _bare(named).replace(" ", "+")  # as a plus sign arrives that wasn't escaped
        names = _SHORT_NAMES.get(written, (written,))
        return next((offer for offer in offers if offer in names), None)
    return best(request.headers.get("Accept", ""), tuple(offers))


def required(request: Request, offers: Sequence[str]) -> str:
    """As `chosen`; raises NotAcceptable where nothing fits."""
    media_type = chosen(request, offers)
    if media_type is None:
        raise NotAcceptable(tuple(offers))
    return media_type


def language(request: Request) -> str:
    """The language of ours that the request names or the reader prefers; the first where neither says.

    Compared by primary subtag: werkzeug's own fallback takes a worse exact match before `en-GB` for `en`.
    """
    asked = request.args.get("lang", "")
    if asked in LANGUAGES:
        return asked
    primary = LanguageAccept([(tag.partition("-")[0], quality) for tag, quality in request.accept_languages])
    return primary.best_match(LANGUAGES) or LANGUAGES[0]


def page_number(request: Request) -> int:
    """Which page of a long answer the request asks for, from 1."""
    text = request.args.get("page", "1")
    if not text.isdecimal() or not 0 < int(text) < 1_000_000:
        raise BadRequest("The parameter page is a number from 1.", parameter="page")
    return int(text)


def asked_moment(request: Request) -> Moment | None:
    """As of when the request asks, by its `date` parameter; None where it doesn't ask as of any time."""
    text = request.args.get("date", "").strip()
    if not text:
        return None
    try:
        return moment(text)
    except ValueError as error:
        raise BadRequest(
            "The parameter date is a day, a month or a year from 0001 to 9999. Write for example 2019-06-01, 2019-06 or 2019.",
            parameter="date",
        ) from error


def refuse_moment(request: Request) -> None:
    """Raises BadRequest where the request asks as of a time and the answer would be the same for any."""
    if asked_moment(request):
        raise BadRequest("This isn't told as of a day. Leave out date, or ask /asof for ties as of a day.")


@lru_cache(maxsize=1024)
def best(header: str, offers: tuple[str, ...]) -> str | None:
    """The one of `offers` that fits an Accept `header` best, or None where none does.

    werkzeug compares in time that grows with both, and the same few headers come again and again.
    """
    accepted = _accepted(header)
    return accepted.best_match(offers) if accepted else offers[0]


@lru_cache(maxsize=256)
def _accepted(header: str) -> MIMEAccept:
    """The Accept `header` without the parameters of its media types, which our offers don't have.

    An absent or empty header accepts anything (RFC 9110 §12.5.1); werkzeug gives an empty list for it.
    """
    parsed = parse_accept_header(header, MIMEAccept)
    return MIMEAccept([(_bare(media_type), quality) for media_type, quality in parsed])


def _bare(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()
