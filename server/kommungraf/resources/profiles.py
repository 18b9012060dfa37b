"""The profiles of a document: the held view, or that with the claims behind it, and which of them a request asks for."""

from dataclasses import dataclass
from typing import Final

from werkzeug import Request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from kommungraf.errors import NotAcceptable
from kommungraf.formats import DATASET, HTML, RDF
from kommungraf.vocab import iri

__all__ = ["CLAIMS", "HELD", "LIST", "PROFILES", "Profile", "asked_profile", "default_profile", "is_list"]


@dataclass(frozen=True, slots=True)
class Profile:
    """How much a document says: `token` names it in a query string; `offers` are its media types, the first preferred."""

    iri: str
    token: str
    offers: tuple[str, ...]


_DATASETS: Final = tuple(form.media_type for form in DATASET)
_JSON_LD: Final = next(form.media_type for form in RDF if form.suffix == "jsonld")
HELD: Final = Profile(iri("kg:HeldView"), "held", tuple(form.media_type for form in RDF))
CLAIMS: Final = Profile(iri("kg:HeldViewWithClaims"), "claims", (*_DATASETS, _JSON_LD, HTML))
PROFILES: Final = (HELD, CLAIMS)
#: The list of all representations (Content Negotiation by Profile, §5.3).
LIST: Final = Profile("http://www.w3.org/ns/dx/connegp/altr", "alt", ())


def is_list(request: Request) -> bool:
    """Whether the request asks for the list of representations and for none of them."""
    return request.args.get("_profile") in {LIST.token, LIST.iri}


def asked_profile(request: Request) -> Profile | None:
    """The profile that the request names, or None where it names none; raises NotAcceptable for one that isn't ours."""
    named = request.args.get("_profile")
    if named is not None:
        found = next((each for each in PROFILES if named in {each.token, each.iri}), None)
    else:
        wanted = _accepted(request.headers.get("Accept-Profile", ""))
        if not wanted:
            return None
        best = wanted.best_match([each.iri for each in PROFILES])
        found = next((each for each in PROFILES if each.iri == best), None)
    if found is None:
        raise NotAcceptable(tuple(each.iri for each in PROFILES))
    return found


def default_profile(media_type: str) -> Profile:
    """The profile in which a format comes where none is asked for: what can show claims does."""
    return CLAIMS if media_type in (*_DATASETS, HTML) else HELD


def _accepted(header: str) -> Accept:
    """The profiles of an Accept-Profile header: IRIs in angle brackets, with q-values."""
    return Accept([(name.strip("<>"), quality) for name, quality in parse_accept_header(header, Accept)])
