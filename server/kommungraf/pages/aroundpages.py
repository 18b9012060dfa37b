"""A table of what stands around a thing, whole: narrowed by kind, place, standing and words, page by page and as CSV."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, request

from kommungraf.editions.neighbours import MEMBER, Between, participants
from kommungraf.editions.standings import Claim
from kommungraf.errors import UnknownResource
from kommungraf.formats import HTML
from kommungraf.http.negotiation import asked_moment, page_number
from kommungraf.pages.askedlists import ASKED, asked_list
from kommungraf.releases.moments import Moment
from kommungraf.rendering.asof import dated, edition_day, times_of
from kommungraf.rendering.columns import Cell
from kommungraf.rendering.excerpts import TABLES, Tables, tables_of
from kommungraf.rendering.panels import panels_of, titles
from kommungraf.rendering.picking import Picked, picked
from kommungraf.rendering.rowlists import RowList, form_asked, sent
from kommungraf.rendering.site import Reader, page, reader
from kommungraf.resources.surroundings import Excerpt, Neighbour, Surroundings, load_surroundings
from kommungraf.resources.views import Views, mentioned
from kommungraf.texts import LANGUAGES

__all__ = ["blueprint"]

blueprint = Blueprint("around", __name__)

_ROWS: Final = 50
#: So many rows of a sheet are asked of the engine at once.
_ASKED: Final = 500
#: By these SPARQL narrows the rows as the index does.
_PLACES: Final = ("kind", "country", "county")
#: So many rows can be named in the address of a query.
_NAMED: Final = 50
_PERIOD: Final = "kg:period"
_COLUMNS: Final = ("thing", "table", "through", "iri", "name_sv", "name_en", "kind")
_MORE: Final = ("with", "with_sv", "with_en", "period", "date", "holds", "sources")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which table of which thing a request asks for, and its rows, narrowed as it says."""

    thing: str
    key: str
    tables: Tables
    picked: Picked
    when: Moment | None

    @property
    def rows(self) -> tuple[Between, ...]:
        """The rows that are left."""
        return self.picked.rows

    def excerpt(self, rows: Sequence[Between]) -> Excerpt:
        """Some of the rows, to be asked of the engine."""
        shown = {TABLES[self.key]: tuple(each.iri for each in rows)}
        return Excerpt(shown, self.tables.partners, self.tables.partial)


@blueprint.get("/around")
def around() -> Response:
    """The `table` of what stands between a `thing` and others, narrowed by what else the request says."""
    who, number, table = reader(), page_number(request), request.args.get("table", "")
    if table in ASKED:
        return asked_list(who, request.args.get("thing", ""), table)
    asked = _asked(who)
    pages = max(1, -(-len(asked.rows) // _ROWS))
    if (form := form_asked()) != HTML:
        return sent(who, _all_rows(who, asked), form)
    if number > pages:
        raise UnknownResource(asked.thing)
    return _page(who, asked, number=number, pages=pages)


def _asked(who: Reader) -> Asked:
    thing, key, when = request.args.get("thing", ""), request.args.get("table", ""), asked_moment(request)
    tables = tables_of(who, thing, when) if key in TABLES else None
    if tables is None or not tables.total(TABLES[key]):
        raise UnknownResource(thing)
    rows = tables.rows[TABLES[key]]
    found = picked(who, rows, others=_others(who, tables, rows), when=when)
    return Asked(thing, key, tables, found, when)


def _others(who: Reader, tables: Tables, rows: Sequence[Between]) -> Mapping[str, Sequence[str]]:
    """Whose names the words of a request may also be, by what the rows are about."""
    if rows[0].link == MEMBER:
        return tables.partners
    is_activity = rows[0].iri == rows[0].about
    return participants(who.edition.index, (each.about for each in rows)) if is_activity else {}


def _page(who: Reader, asked: Asked, *, number: int, pages: int) -> Response:
    first = (number - 1) * _ROWS
    excerpt = asked.excerpt(asked.rows[first : first + _ROWS])
    found, claims = load_surroundings(who.edition, asked.thing, excerpt)
    _fetch(who, asked.thing, found, claims)
    views, times = Views(who.names, claims), times_of(who, asked.thing, found, asked.when)
    panels = {each.key: each for each in panels_of(who, views, found, times=times)}
    if asked.rows and asked.key not in panels:  # an engine of somebody else that states it in no named graph
        raise UnknownResource(asked.thing)
    context = {
        "thing": who.names.link(asked.thing),
        "title": titles(who)[asked.key],
        "panel_key": asked.key,
        "panel": panels.get(asked.key),
        "disagreements": views.disagreements(found.statements),
        "picked": asked.picked,
        "first": first + 1,
        "last": min(first + _ROWS, len(asked.rows)),
        "sheet": who.with_query("around", {**_arguments(), "format": "csv"}),
        "whole": who.with_query("around", {"thing": asked.thing, "table": asked.key}),
        "query": _query(who, asked),
    }
    return page("around.html", who, number=number, pages=pages, **dated(who, asked.when), **context)


def _query(who: Reader, asked: Asked) -> str:
    """The rows in SPARQL; those that are picked by what SPARQL can't tell, words or a day, are named if they are few."""
    given = {name: request.args[name].strip() for name in _PLACES if request.args.get(name, "").strip()}
    if not any(request.args.get(name, "").strip() for name in ("q", "holds")):
        return who.as_query(asked.key, thing=asked.thing, **given)
    rows = [each.iri for each in asked.rows]
    return who.as_query(asked.key, thing=asked.thing, through=rows, **given) if len(rows) <= _NAMED else ""


def _arguments() -> dict[str, str]:
    return {
        name: value for name, value in request.args.items() if value and name not in {"page", "lang", "format"}
    }


def _fetch(who: Reader, thing: str, found: Surroundings, claims: Mapping[str, Claim]) -> None:
    """The names of all that the rows show."""
    through = {name for each in found.by("org:member") for name in each.values("org:organization")}
    partners = {each for name in through for each in found.partners.get(name, ())}
    rows = (each.iri for each in found.neighbours)
    who.names.fetch({thing, *through, *partners, *rows, *mentioned(found.statements, claims)})


def _all_rows(who: Reader, asked: Asked) -> RowList:
    """All rows, each with its names in every language, whom it is with, its period, and the sources behind it."""
    parts = (asked.rows[first : first + _ASKED] for first in range(0, len(asked.rows), _ASKED))
    lines = tuple(line for rows in parts for line in _lines(who, asked, rows))
    who.names.fetch((asked.thing,))
    title = f"{titles(who)[asked.key]}: {who.names.link(asked.thing).text}"
    return RowList(asked.key, title, (*_COLUMNS, *_MORE), lines, ("through",), _query(who, asked))


def _lines(who: Reader, asked: Asked, rows: Sequence[Between]) -> Iterator[tuple[Cell, ...]]:
    found, claims = load_surroundings(who.edition, asked.thing, asked.excerpt(rows))
    said = {each.iri: each for each in found.neighbours if each.link == TABLES[asked.key]}
    wholes = {each.iri: each for each in found.by("org:hasMember")}
    others = _with(who, asked, rows, found)
    names = {*(each.about for each in rows), *(name for each in others.values() for name in each)}
    labels = {tongue: who.edition.index.labels(names, tongue) for tongue in LANGUAGES}
    day = asked.when.text if asked.when else (edition_day(who) or "")

    def named(name: str, tongue: str) -> str:
        return labels[tongue][name].text if name in labels[tongue] else ""

    for each in rows:
        told, beside = said.get(each.iri), others.get(each.about, ())
        yield (
            asked.thing,
            asked.key,
            each.iri,
            each.about,
            *(named(each.about, tongue) for tongue in LANGUAGES),
            asked.picked.kinds.get(each.about, ""),
            tuple(beside),
            *(tuple(named(name, tongue) for name in beside) for tongue in LANGUAGES),
            _period(told, wholes.get(each.about)),
            str(day),
            asked.picked.holds[each.iri].value,
            tuple(_sources((told, wholes.get(each.about)), claims)),
        )


def _with(who: Reader, asked: Asked, rows: Sequence[Between], found: Surroundings) -> Mapping[str, Sequence[str]]:
    """Who else is in what each row is about."""
    if TABLES[asked.key] == MEMBER:
        return found.partners
    others = _others(who, asked.tables, rows)
    return {name: tuple(each for each in told if each != asked.thing) for name, told in others.items()}


def _period(row: Neighbour | None, whole: Neighbour | None) -> str:
    periods = (row.values(_PERIOD) if row else ()) or (whole.values(_PERIOD) if whole else ())
    return " ".join(dict.fromkeys(periods))


def _sources(rows: Iterable[Neighbour | None], claims: Mapping[str, Claim]) -> Iterator[str]:
    graphs = {
        graph
        for row in rows
        for statements in (row.said.values() if row else ())
        for each in statements
        if each.held
        for graph in each.graphs
    }
    found = {source for graph in graphs if graph in claims for source in claims[graph].sources}
    yield from sorted(found)
