"""Lists whose rows are those of the query that they offer: claims of a source, figures, changes, what a funder pays for, what is said elsewhere; and counts by year."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from flask import Blueprint, Response, request
from pyoxigraph import NamedNode, Triple

from kommungraf.editions.standings import claims
from kommungraf.editions.tenures import membership_tallies, tallies
from kommungraf.engine.offeredqueries import offered_query
from kommungraf.errors import UnknownResource
from kommungraf.formats import HTML
from kommungraf.http.negotiation import page_number, required
from kommungraf.rendering.asof import edition_day
from kommungraf.rendering.citations import claims_panel, drawn_claim
from kommungraf.rendering.columns import COLUMNS, Cell
from kommungraf.rendering.panels import Panel, Part, unknown
from kommungraf.rendering.rowlists import CSV, JSON, METADATA, RowList, form_asked, sent
from kommungraf.rendering.site import Reader, page, reader
from kommungraf.rendering.yearcounts import year_counts
from kommungraf.resources.links import Link
from kommungraf.resources.resources import Statement
from kommungraf.resources.surroundings import claim_order
from kommungraf.resources.views import Fact, Value, Views, mentioned
from kommungraf.resources.wording import number_in_words, period_in_words

__all__ = ["ASKED", "asked_list", "asked_rows", "blueprint"]

blueprint = Blueprint("askedlists", __name__)

#: The tables around a thing that are asked for so, each with the columns of its query.
ASKED: Final[Mapping[str, tuple[str, ...]]] = {
    "claims": ("iri", "words", "row", "about", "status"),
    "figures": ("iri", "number", "least", "most", "qualifier", "wording", "sources", "held"),
    "changes": ("iri", "before", "after", "period", "sources"),
    "funded": ("iri", "period", "sources"),
    "elsewhere": ("subject", "property", "value", "claim", "status", "source"),
}
_YEARS: Final = ("year", "certain", "possible")
_ROWS: Final = 25
_MOST_VALUES: Final = 16


def _periods_in_words(edtf: str, language: str) -> str:
    """The periods of a cell, which are several where sources are held that differ in precision."""
    return ", ".join(period_in_words(each, language) for each in edtf.split())


#: How values of some columns read.
_WORDED: Final[Mapping[str, Callable[[str, str], str]]] = {
    "period": _periods_in_words,
    "number": number_in_words,
    "least": number_in_words,
    "most": number_in_words,
}
#: A row of a query's answer.
Solution = Mapping[str, Any]


def asked_list(who: Reader, thing: str, table: str) -> Response:
    """One of the tables around a thing that its query gives, page by page and as data."""
    form, number = form_asked(), page_number(request)
    found = _solutions(who, thing, table)
    if not found:
        raise UnknownResource(thing)
    who.names.fetch((thing,))
    if form == HTML:
        return _page(who, found, thing=thing, table=table, number=number)
    title = _titled(who, thing, table)
    key = ("iri",) if "iri" in ASKED[table] else ()
    rows = tuple(_row(each, ASKED[table]) for each in found)
    return sent(who, RowList(table, title, ASKED[table], rows, key, who.as_query(table, thing=thing)), form)


def _titled(who: Reader, thing: str, table: str) -> str:
    return f"{_headed(who)[table][0]}: {who.names.link(thing).text}"


def _headed(who: Reader) -> dict[str, tuple[str, str]]:
    """The title and the caption of each table."""
    told = who.text("Statements that are not part of what is held to be true, with the source of each")
    drawn = claims_panel(who, ())
    return {
        "claims": (drawn.title, drawn.caption),
        "figures": (who.text("Figures"), who.text("What sources count, as they put it")),
        "changes": (who.text("Changes"), who.text("Mergers and other changes of the organisation")),
        "funded": (who.text("Funds"), who.text("What it pays for, and who says so")),
        "elsewhere": (who.text("Said elsewhere, but not held to be true here"), told),
    }


def _headings(who: Reader, table: str) -> dict[str, str]:
    """The columns that the page of a table shows, with their headings."""
    text = who.text
    return {
        "figures": {
            "iri": text("What"),
            "number": text("Figure"),
            "least": text("At least"),
            "most": text("At most"),
            "qualifier": text("How the source qualifies the number"),
            "wording": text("In the words of the source"),
            "sources": text("Source"),
            "held": text("Held here"),
        },
        "changes": {
            "iri": text("Change"),
            "before": text("Before"),
            "after": text("After"),
            "period": text("Period"),
            "sources": text("Source"),
        },
        "funded": {"iri": text("What"), "period": text("Period"), "sources": text("Source")},
    }[table]


def asked_rows(who: Reader, thing: str, table: str) -> tuple[tuple[Cell, ...], ...]:
    """All rows of one of the tables around a thing, as its query gives them."""
    return tuple(_row(each, ASKED[table]) for each in _solutions(who, thing, table))


def _solutions(who: Reader, thing: str, table: str) -> Sequence[Solution]:
    text = (
        offered_query(table, who.language, {"thing": NamedNode(thing)}) if who.edition.index.exists(thing) else ""
    )
    found = tuple(who.edition.evaluator.select(text)) if text else ()
    return sorted(found, key=lambda each: claim_order(each["iri"].value)) if table == "claims" else found


def _row(solution: Solution, names: Sequence[str]) -> tuple[Cell, ...]:
    cells = {name: solution[name].value for name in names if name in solution}
    return tuple(COLUMNS[name].parted(cells.get(name, "")) for name in names)


def _page(who: Reader, found: Sequence[Solution], *, thing: str, table: str, number: int) -> Response:
    """The rows of one page, in which things are linked by name."""
    pages = max(1, -(-len(found) // _ROWS))
    if number > pages:
        raise UnknownResource(thing)
    first = (number - 1) * _ROWS
    shown = found[first : first + _ROWS]
    context = {
        "thing": who.names.link(thing),
        "title": _titled(who, thing, table),
        "caption": _headed(who)[table][1],
        "facts": _facts(who, shown) if table == "elsewhere" else (),
        "panel": _panel(who, shown, table=table, thing=thing),
        "first": first + 1,
        "last": first + len(shown),
        "total": len(found),
        "query": who.as_query(table, thing=thing),
    }
    return page("rows.html", who, number=number, pages=pages, **context)


def _facts(who: Reader, found: Iterable[Solution]) -> tuple[tuple[Link, Fact], ...]:
    """What claims say, each statement with its claim and source."""
    said = [
        Statement(
            Triple(each["subject"], each["property"], each["value"]), held=False, graphs=(each["claim"].value,)
        )
        for each in found
    ]
    behind = claims(who.edition.index, (graph for each in said for graph in each.graphs))
    who.names.fetch(mentioned(said, behind))
    views = Views(who.names, behind)
    return tuple((who.names.link(each.triple.predicate.value), views.fact(each)) for each in said)


def _panel(who: Reader, found: Sequence[Solution], *, table: str, thing: str) -> Panel | None:
    """The rows as a table, but for statements."""
    if table == "elsewhere":
        return None
    rows = [dict(zip(ASKED[table], _row(each, ASKED[table]), strict=True)) for each in found]
    who.names.fetch(each for row in rows for cell in row.values() for each in _values(cell) if ":" in each)
    if table == "claims":
        return claims_panel(who, (_claim(who, row, who.names.link(thing)) for row in rows))
    told = {
        name: heading
        for name, heading in _headings(who, table).items()
        if name == "period" or any(row[name] for row in rows)
    }
    parts = tuple(tuple(_part(who, name, row[name]) for name in told) for row in rows)
    return Panel(_headed(who)[table][0], _headed(who)[table][1], tuple(told.values()), parts)


def _claim(who: Reader, row: Mapping[str, Cell], source: Link) -> tuple[Part, ...]:
    claim, about, status = row["iri"], _values(row["about"]), row["status"]
    return drawn_claim(who, who.names.link(str(claim)), about, source=source, status=str(status or ""))


def _values(cell: Cell) -> tuple[str, ...]:
    return cell if isinstance(cell, tuple) else (cell,) if cell else ()


def _part(who: Reader, name: str, cell: Cell) -> Part:
    values = tuple(_value(who, name, each) for each in _values(cell))
    if name == "period" and not values:
        return Part((unknown(who),))
    return Part(values[:_MOST_VALUES], more=max(0, len(values) - _MOST_VALUES))


def _value(who: Reader, name: str, text: str) -> Value:
    """A thing by its name, a period or a number in words, a text as it is."""
    if text.startswith(("http://", "https://")):
        return Value(text, link=who.names.link(text))
    if name == "held":
        return Value(text, text=who.text(text))
    worded = _WORDED.get(name)
    return Value(text, text=worded(text, who.language) if worded else text)


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
