"""The pages on which an officer sees what to check: as HTML, as CSV and as a SHACL validation report."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from flask import Blueprint, Response, redirect, request
from pyoxigraph import Literal, RdfFormat, serialize
from werkzeug.wrappers import Response as Answer

from kommungraf.errors import BadRequest, UnknownResource
from kommungraf.formats import HTML
from kommungraf.http.freshness import fixed
from kommungraf.rendering.columns import Cell
from kommungraf.rendering.rowlists import RowList, form_asked, sent
from kommungraf.rendering.site import Reader, page, reader
from kommungraf.review.checks import Checks, checks, oldest, report
from kommungraf.review.conflictpages import municipality_key
from kommungraf.vocab import PREFIXES

__all__ = ["blueprint_of"]

_TURTLE: Final = "text/turtle"
#: The columns of a list of what to check.
_ROW: Final = ("check", "heading", "why", "iri", "name", "date", "conflict", "sources", "says")
_MOST_YEARS: Final = 100


def blueprint_of(years: int) -> Blueprint:
    """The routes; a page is old after so many years where the request doesn't say it."""
    blueprint = Blueprint("checkpages", __name__)
    blueprint.add_url_rule("/check", "find", find)
    blueprint.add_url_rule("/check/<key>", "check", partial(check, usual=years))
    return blueprint


def find() -> Answer:
    """The way to a municipality's page by its code or name."""
    who = reader()
    key = municipality_key(who, request.args.get("municipality", "").strip())
    if not key:
        raise BadRequest("No municipality has that name or code. Write its name, or its code, such as 0780.")
    return redirect(who.names.page(f"check/{key}"), 303)


def check(key: str, *, usual: int) -> Response:
    """What the municipality with the key should check; `usual` is after how many years a page is old."""
    who, years = reader(), _years(usual)
    if not who.edition.index.exists(f"{who.edition.base_iri}id/municipality/{key}"):
        raise UnknownResource(f"{who.edition.base_iri}id/municipality/{key}")
    found = checks(who, key, years)
    chosen = form_asked(_TURTLE)
    if chosen == HTML:
        return page("check.html", who, found=found, years=years, key=key, query=_query(who, key, years))
    if chosen != _TURTLE:
        title = f"{who.text('What to check')}: {found.municipality.text}"
        return sent(who, RowList("check", title, _ROW, tuple(_rows(found)), query=_query(who, key, years)), chosen)
    response = Response(_report(found, who), mimetype=chosen)
    response.vary.update(("Accept", "Accept-Language"))
    return fixed(response, who.edition.etag(request.full_path, chosen, who.language))


def _query(who: Reader, key: str, years: int) -> str:
    this = f"{who.edition.base_iri}id/municipality/{key}"
    return who.as_query("checks", thing=this, oldest=Literal(oldest(who, years)))


def _years(usual: int) -> int:
    text = request.args.get("years", str(usual))
    if not text.isdecimal() or not 0 < int(text) <= _MOST_YEARS:
        raise BadRequest("The parameter years is a number from 1 to 100.")
    return int(text)


def _rows(found: Checks) -> Iterator[tuple[Cell, ...]]:
    for group in found.groups:
        for one in group.checks:
            sources = tuple(link.iri for link in one.sources)
            conflict = one.conflict.iri if one.conflict else None
            yield (
                group.name,
                group.heading,
                one.why,
                one.thing.iri,
                one.thing.text,
                one.day,
                conflict,
                sources,
                tuple(words for _, words in one.told),
            )


def _report(found: Checks, who: Reader) -> bytes:
    prefixes = {name: PREFIXES[name] for name in ("dcterms", "kgi", "sh")}
    return serialize(report(found, who.language), format=RdfFormat.TURTLE, prefixes=prefixes) or b""
