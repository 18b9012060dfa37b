"""With whom a thing was tied as of a day, for programs: JSON and CSV."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request
from flask.typing import ResponseReturnValue

from kommungraf.editions.search import Label
from kommungraf.editions.tenures import Tie, spans, tie_count, ties
from kommungraf.errors import BadRequest, UnknownResource
from kommungraf.formats import HTML
from kommungraf.http.freshness import fixed
from kommungraf.http.negotiation import asked_moment, page_number, required
from kommungraf.releases.moments import Bounds, Moment
from kommungraf.rendering.columns import Cell
from kommungraf.rendering.rowlists import CSV, METADATA, RowList, sent
from kommungraf.rendering.site import Reader, reader
from kommungraf.resources.links import path_of
from kommungraf.texts import LANGUAGES

__all__ = ["blueprint"]

blueprint = Blueprint("asof", __name__)

_PAGE: Final = 1000
_JSON: Final = "application/json"
#: How many ties a sheet holds.
_MOST: Final = 20_000
_NAMELESS: Final = Label("", "")
_COLUMNS: Final = (
    "date",
    "thing",
    "cooperation",
    "partner",
    "holds",
    "membership",
    "partner_membership",
    "partner_earliest_start",
    "partner_latest_start",
    "partner_earliest_end",
    "partner_latest_end",
    "partner_ongoing",
    "cooperation_sv",
    "cooperation_en",
    "partner_sv",
    "partner_en",
)


@blueprint.get("/asof")
def asof() -> ResponseReturnValue:
    """The cooperations of `thing` with each other member, or the members of a cooperation, and who was in them as of `date`."""
    who, when, number = reader(), asked_moment(request), page_number(request)
    thing = request.args.get("thing", "")
    if when is None or not thing:
        raise BadRequest("Give a thing and a date: /asof?thing=https://…&date=2019-06-01.")
    index = who.edition.index
    total = tie_count(index, thing)
    pages = max(1, -(-total // _PAGE))
    if not index.exists(thing) or number > pages:
        raise UnknownResource(thing)
    media_type = required(request, (_JSON, CSV, METADATA, HTML))
    if media_type == HTML:
        return _to_page(who, thing, when)
    if media_type != _JSON:
        most, before = (_PAGE, (number - 1) * _PAGE) if "page" in request.args else (_MOST, 0)
        return sent(who, _rows(who, thing, ties(index, thing, limit=most, offset=before), when=when), media_type)
    found = ties(index, thing, limit=_PAGE, offset=(number - 1) * _PAGE)
    counts = {"total": total, "page": number, "pages": pages}
    known = spans(index, [thing]).get(thing)
    content = {
        "thing": thing,
        "date": when.text,
        "from": when.first.isoformat(),
        "to": when.last.isoformat(),
        "holds": known.hold(when) if known else None,
        "bounds": _bounds(known),
        **counts,
        "ties": [_told(each, when) for each in found],
    }
    response = Response(json.dumps(content, ensure_ascii=False) + "\n", mimetype=_JSON)
    response.vary.update(("Accept", "Accept-Language"))
    return fixed(response, who.edition.etag(request.full_path, _JSON))


def _to_page(who: Reader, thing: str, when: Moment) -> Response:
    address = f"{request.script_root}/{path_of(thing, who.edition.base_iri)}"
    asked = {name: value for name, value in (("date", when.text), ("lang", request.args.get("lang", ""))) if value}
    response = redirect(f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}", 303)
    response.vary.add("Accept")
    return response  # type: ignore[return-value]  # werkzeug's, which Flask takes


def _told(tie: Tie, when: Moment) -> dict[str, object]:
    return {
        "cooperation": tie.cooperation,
        "partner": tie.partner,
        "holds": tie.hold(when),
        "membership": tie.membership,
        "bounds": _bounds(tie.own),
        "partnerMembership": tie.partner_membership,
        "partnerBounds": _bounds(tie.other),
    }


def _bounds(found: Bounds | None) -> dict[str, object] | None:
    if found is None:
        return None
    return {
        "earliestStart": _day(found.earliest_start),
        "latestStart": _day(found.latest_start),
        "earliestEnd": _day(found.earliest_end),
        "latestEnd": _day(found.latest_end),
        "ongoing": found.ongoing,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _rows(who: Reader, thing: str, found: Sequence[Tie], *, when: Moment) -> RowList:
    names = {name for tie in found for name in (tie.cooperation, tie.partner) if name}
    labels = [who.edition.index.labels(names, tongue) for tongue in LANGUAGES]
    who.names.fetch((thing,))
    rows = tuple(_row(thing, tie, when=when, labels=labels) for tie in found)
    return RowList("asof", f"{who.names.link(thing).text}, {when.text}", _COLUMNS, rows)


def _row(thing: str, tie: Tie, *, when: Moment, labels: Sequence[Mapping[str, Label]]) -> tuple[Cell, ...]:
    days = (_day(day) for day in _four(tie.other)) if tie.other else (None,) * 4
    ongoing = str(tie.other.ongoing).lower() if tie.other else None
    named = (told.get(name or "", _NAMELESS).text for name in (tie.cooperation, tie.partner) for told in labels)
    held = tie.hold(when).value
    return (
        when.text,
        thing,
        tie.cooperation,
        tie.partner,
        held,
        tie.membership,
        tie.partner_membership,
        *days,
        ongoing,
        *named,
    )


def _four(found: Bounds) -> tuple[date | None, ...]:
    return found.earliest_start, found.latest_start, found.earliest_end, found.latest_end
