"""Lists whose rows are those of the query that they offer: claims of a source, figures, changes, what a funder pays for, what is said elsewhere; and counts by year."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Blueprint, Response, request
from pyoxigraph import NamedNode

from kommungraf.editions.tenures import membership_tallies, tallies
from kommungraf.engine.offeredqueries import offered_query
from kommungraf.errors import UnknownResource
from kommungraf.formats import HTML
from kommungraf.http.negotiation import page_number, required
from kommungraf.rendering.asof import edition_day
from kommungraf.rendering.columns import COLUMNS, Cell
from kommungraf.rendering.panels import Panel, Part, beside
from kommungraf.rendering.rowlists import CSV, JSON, METADATA, RowList, form_asked, sent
from kommungraf.rendering.site import Reader, page, reader
from kommungraf.rendering.yearcounts import year_counts
from kommungraf.resources.links import Link
from kommungraf.resources.views import Value

__all__ = ["ASKED", "asked_list", "asked_rows", "blueprint"]

blueprint = Blueprint("askedlists", __name__)

#: The tables around a thing that are asked for so, each with the columns of its query.
ASKED: Final[Mapping[str, tuple[str, ...]]] = {
    "claims": ("iri", "words", "row", "about", "status"),
    "figures": ("iri", "number", "least", "most", "qualifier", "wording", "sources"),
    "changes": ("iri", "before", "after", "period", "sources"),
    "funded": ("iri", "period", "sources"),
    "elsewhere": ("subject", "property", "value", "claim", "status", "source"),
}
_YEARS: Final = ("year", "certain", "possible")
_ROWS: Final = 50
_MOST_VALUES: Final = 16


def asked_list(who: Reader, thing: str, table: str) -> Response:
    """One of the tables around a thing that its query gives, page by page and as data."""
    form, number = form_asked(), page_number(request)
    rows = asked_rows(who, thing, table)
    if not rows:
        raise UnknownResource(thing)
    who.names.fetch((thing,))
    link, query = who.names.link(thing), who.as_query(table, thing=thing)
    key = ("iri",) if "iri" in ASKED[table] else ()
    title = f"{_headed(who)[table][0]}: {link.text}"
    found = RowList(table, title, ASKED[table], rows, key, query)
    return sent(who, found, form) if form != HTML else _page(who, found, thing=thing, number=number)


def _headed(who: Reader) -> dict[str, tuple[str, str]]:
    """The title and the caption of each table."""
    told = who.text("Statements that are not part of what is held to be true, with the source of each")
    return {
        "claims": (who.text("Claims"), who.text("What is drawn from this source")),
        "figures": (who.text("Figures"), who.text("What sources count, as they put it")),
        "changes": (who.text("Changes"), who.text("Mergers and other changes of the organisation")),
        "funded": (who.text("Funds"), who.text("What it pays for, and who says so")),
        "elsewhere": (who.text("Said elsewhere, but not held to be true here"), told),
    }


def _headings(who: Reader, table: str) -> dict[str, str]:
    """The columns that the page of a table shows, with their headings."""
    text = who.text
    return {
        "claims": {"iri": text("Claim"), "about": text("What it is about"), "status": text("Status")},
        "figures": {
            "iri": text("What"),
            "number": text("Figure"),
            "least": text("At least"),
            "most": text("At most"),
            "qualifier": text("How the source qualifies the number"),
            "wording": text("In the words of the source"),
            "sources": text("Source"),
        },
        "changes": {
            "iri": text("Change"),
            "before": text("Before"),
            "after": text("After"),
            "period": text("Period"),
            "sources": text("Source"),
        },
        "funded": {"iri": text("What"), "period": text("Period"), "sources": text("Source")},
        "elsewhere": {
            "subject": text("Subject"),
            "property": text("Property"),
            "value": text("Value"),
            "claim": text("Claim"),
            "status": text("Status"),
            "source": text("Source"),
        },
    }[table]


def asked_rows(who: Reader, thing: str, table: str) -> tuple[tuple[Cell, ...], ...]:
    """All rows of one of the tables around a thing, as its query gives them."""
    text = (
        offered_query(table, who.language, {"thing": NamedNode(thing)}) if who.edition.index.exists(thing) else ""
    )
    found = who.edition.evaluator.select(text) if text else ()
    return tuple(_row(row, ASKED[table]) for row in found)


def _row(solution: Mapping[str, Any], names: Sequence[str]) -> tuple[Cell, ...]:
    cells = {name: solution[name].value for name in names if name in solution}
    return tuple(COLUMNS[name].parted(cells.get(name, "")) for name in names)


def _page(who: Reader, found: RowList, *, thing: str, number: int) -> Response:
    """The rows of one page as a table in which things are linked by name."""
    pages = max(1, -(-len(found.rows) // _ROWS))
    if number > pages:
        raise UnknownResource(thing)
    first = (number - 1) * _ROWS
    rows = found.rows[first : first + _ROWS]
    shown = _headings(who, found.file)
    told = [(found.names.index(name), heading) for name, heading in shown.items()]
    places = [place for place, _ in told if any(row[place] for row in rows)]
    who.names.fetch(each for row in rows for cell in row for each in _values(cell) if ":" in each)
    link = who.names.link(thing)
    parts = tuple(tuple(_part(who, row[place], source=link) for place in places) for row in rows)
    columns = tuple(heading for place, heading in told if place in places)
    context = {
        "thing": link,
        "title": found.title,
        "panel": Panel(found.title, _headed(who)[found.file][1], columns, parts),
        "first": first + 1,
        "last": first + len(rows),
        "total": len(found.rows),
        "query": found.query,
    }
    return page("rows.html", who, number=number, pages=pages, **context)


def _values(cell: Cell) -> tuple[str, ...]:
    return cell if isinstance(cell, tuple) else (cell,) if cell else ()


def _part(who: Reader, cell: Cell, *, source: Link) -> Part:
    values = tuple(_value(who, each, source=source) for each in _values(cell))
    return Part(values[:_MOST_VALUES], more=max(0, len(values) - _MOST_VALUES))


def _value(who: Reader, text: str, *, source: Link) -> Value:
    link = beside(who.names.link(text), source) if text.startswith(("http://", "https://")) else None
    return Value(text, text="" if link else text, link=link)


@blueprint.get("/years")
def years() -> Response:
    """How many cooperations a `thing` was in at the end of each year, or how many things of a `type` there were, as data."""
    who, until = reader(), edition_day(reader())
    thing, class_ = request.args.get("thing", ""), request.args.get("type", "")
    form, index = required(request, (CSV, JSON, METADATA)), who.edition.index
    found = membership_tallies(index, thing) if thing else tallies(index, class_)
    counts = year_counts(found, until=until) if until else None
    if counts is None:
        raise UnknownResource(thing or class_)
    rows = tuple((str(bar.year), str(bar.certain), str(bar.possible)) for bar in counts.bars)
    who.names.fetch((thing or class_,))
    title = f"{who.text('Over the years')}: {who.names.link(thing or class_).text}"
    return sent(who, RowList("years", title, _YEARS, rows, ("year",)), form)
