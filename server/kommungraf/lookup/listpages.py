"""The things of a class by name, narrowed by facets, as pages and as CSV."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from kommungraf.editions.search import Narrowing
from kommungraf.engine.engine import Query
from kommungraf.engine.ownqueries import query_text
from kommungraf.errors import UnknownResource
from kommungraf.formats import HTML
from kommungraf.http.negotiation import asked_moment, page_number
from kommungraf.lookup.narrowing import FACETS, Facet, asked_narrowing, facets, open_at_once
from kommungraf.releases.moments import Holds, Moment
from kommungraf.rendering.asof import answer_in_words, answers_at, dated
from kommungraf.rendering.columns import COLUMNS, Cell
from kommungraf.rendering.plurals import plural
from kommungraf.rendering.rowlists import CSV, RowList, form_asked, sent
from kommungraf.rendering.site import Reader, page, reader
from kommungraf.texts import LANGUAGES
from kommungraf.vocab import iri

__all__ = ["blueprint"]

blueprint = Blueprint("lists", __name__)

_LISTED: Final = 100
_CURRENT: Final = iri("kg:Listed")
#: So many pages of a list are told by the names that they begin with.
_MOST_STARTS: Final = 15
_NAMES: Final = tuple(f"name_{tongue}" for tongue in LANGUAGES)
#: A copy of the site holds the lists of whole classes, and those of one county.
_KEPT: Final = ("county",)


@blueprint.get("/list")
def listing() -> ResponseReturnValue:
    """The things of one class by name, narrowed by `county`, `country` and `status`; whether each was there as of a `date`."""
    who, number, when, within = reader(), page_number(request), asked_moment(request), asked_narrowing()
    name, index, form = within.type or "", who.edition.index, form_asked()
    total = index.count(name, within.facets)
    pages = max(1, -(-total // _LISTED))
    if name not in index.types() or (form == HTML and number > pages):
        raise UnknownResource(name)
    if form != HTML:
        return sent(who, _rows(who, within, when), form)
    found, first = _page_of(who, within, number=number, pages=pages)
    answers, rows = answers_at(who, found, when), _facets(who, name, within.facets)
    standings = _standings(who, found)
    who.names.fetch((name, *found, *first, *within.facets.values(), *standings.values()))
    context = {
        "type": who.names.link(name),
        "all": plural(who.names.link(name), who.language),
        "links": [who.names.link(each) for each in found],
        "answers": {each: answer_in_words(who, answers.get(each, Holds.UNKNOWN)) for each in found if when},
        "standings": {thing: who.names.link(each) for thing, each in standings.items()},
        "taken": [who.names.link(value) for value in within.facets.values()],
        "facets": rows,
        "opened": open_at_once(rows),
        "starts": [who.names.link(each) for each in first],
        "csv": who.with_query("list", {"type": name, **within.facets, "format": "csv"}),
        "query": who.as_query("things", type=name, **within.facets),
    }
    return page("list.html", who, total=total, number=number, pages=pages, **dated(who, when), **context)


def _page_of(who: Reader, within: Narrowing, *, number: int, pages: int) -> tuple[Sequence[str], Sequence[str]]:
    """The things of a page, and what each page of the list begins with, where there are several and not too many."""
    listed = partial(who.edition.index.of_type, within.type or "", who.language, facets=within.facets)
    before = (number - 1) * _LISTED
    if not 1 < pages <= _MOST_STARTS:
        return listed(limit=_LISTED, offset=before), ()
    everything = listed(limit=pages * _LISTED)
    return everything[before : before + _LISTED], everything[::_LISTED]


def _standings(who: Reader, things: Sequence[str]) -> dict[str, str]:
    """How each of the things stands that isn't simply listed as a current one."""
    found = {
        thing: facets.get("status", frozenset()) for thing, facets in who.edition.index.facets_of(things).items()
    }
    return {thing: min(each) for thing, each in found.items() if each and _CURRENT not in each}


def _facets(who: Reader, name: str, chosen: Mapping[str, str]) -> list[Facet]:
    """The choices; where a copy of the site holds no combination of them, those that it does hold."""
    counts = dict(who.edition.index.choices(name, _KEPT if who.static else FACETS, chosen))
    if who.static:
        counts.pop("type")
    return facets(who, "list", counts, needed="type")


def _rows(who: Reader, within: Narrowing, when: Moment | None) -> RowList:
    """All of a list, with members, period and sources of each thing, and whether it was there at `when`."""
    name, chosen = within.type or "", within.facets
    query = Query(query_text("listed"), solutions=CSV, graph=None, bindings={"type": name}, own=True)
    with who.edition.evaluator.evaluate(query).body as body:
        heading, *rows = csv.reader(io.StringIO(body.read().decode(), newline=""))
    who.names.fetch((name,))
    more = ("held", *(("date", "holds") if when else ()))
    lines = tuple(_lines(who, heading, rows, within=within, when=when))
    title, asked = plural(who.names.link(name), who.language).text, who.as_query("things", type=name, **chosen)
    return RowList("kommungraf", title, (*heading, *more), lines, ("thing",), asked)


def _lines(
    who: Reader,
    heading: list[str],
    rows: list[list[str]],
    *,
    within: Narrowing,
    when: Moment | None,
) -> Iterator[tuple[Cell, ...]]:
    """A row for each thing that is listed, those that aren't held last; for a moment, with whether it was there then."""
    place, index = heading.index("thing"), who.edition.index
    name, chosen = within.type or "", within.facets
    listed = index.of_type(name, who.language, facets=chosen, limit=index.count(name, chosen))
    wanted = frozenset(listed)
    held = {row[place]: row for row in rows if row[place] in wanted}
    others = _unheld(who, heading, name, [each for each in listed if each not in held])
    _name(who, heading, [row for row in held.values() if not any(row[heading.index(each)] for each in _NAMES)])
    answers = answers_at(who, listed, when)
    for thing, row in (*held.items(), *others.items()):
        cells = (COLUMNS[column].parted(cell) for column, cell in zip(heading, row, strict=True))
        then = (when.text, answers.get(thing, Holds.UNKNOWN).value) if when else ()
        yield (*cells, "yes" if thing in held else "no", *then)


def _name(who: Reader, heading: list[str], rows: list[list[str]]) -> None:
    """Give rows of things that the data don't name the names by which pages show them."""
    things = [row[heading.index("thing")] for row in rows]
    for tongue in LANGUAGES:
        names, column = who.edition.index.labels(things, tongue), heading.index(f"name_{tongue}")
        for thing, row in zip(things, rows, strict=True):
            row[column] = names[thing].text if thing in names else ""


def _unheld(who: Reader, heading: list[str], type_: str, things: list[str]) -> dict[str, list[str]]:
    """A row for each of `things`, of which no more is taken over than the names."""
    names = {tongue: who.edition.index.labels(things, tongue) for tongue in LANGUAGES}
    found = {}
    for thing in things:
        told = {tongue: names[tongue].get(thing) for tongue in LANGUAGES}
        cells = {f"name_{key}": label.text for key, label in told.items() if label and label.lang == key}
        found[thing] = [({"type": type_, "thing": thing} | cells).get(column, "") for column in heading]
    return found
