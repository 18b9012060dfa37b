"""The tables above a resource's statements: cooperations, members, projects, figures, changes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, NamedTuple

from kommungraf.releases.moments import Bounds, Holds
from kommungraf.rendering.asof import Times, answer_in_words, day_in_words, edition_day
from kommungraf.rendering.excerpts import TABLES, Tables, kinds_of
from kommungraf.rendering.networks import Hub
from kommungraf.rendering.site import Reader
from kommungraf.rendering.timelines import Axis, axis_of
from kommungraf.resources.amounts import AMOUNTS, amounts
from kommungraf.resources.links import Link
from kommungraf.resources.resources import Statement
from kommungraf.resources.surroundings import Neighbour, Surroundings
from kommungraf.resources.views import Behind, Value, Views
from kommungraf.resources.wording import number_in_words
from kommungraf.vocab import iri

__all__ = [
    "Panel",
    "Part",
    "Row",
    "area_panel",
    "hubs_of",
    "linked",
    "panels_of",
    "titles",
    "unknown",
]

_MOST_VALUES: Final = 16
_PAIR: Final = 2


class Part(NamedTuple):
    """The values of one cell and what they rest on; `more` counts the values left out, `bounds` are those of a period.

    `answer` is what the cell says of the moment that is asked for; `seen` is how many values are seen at once, if not all.
    """

    values: tuple[Value, ...]
    behind: tuple[Behind, ...] = ()
    more: int = 0
    bounds: Bounds | None = None
    answer: Holds | None = None
    seen: int = 0


@dataclass(frozen=True, slots=True)
class Panel:
    """One table with its heading; `key` is its name in addresses, `total` how many rows there are where not all are here.

    `href` is where all of them are narrowed and paged, `sheet` where they are as CSV, `query` where they are asked for in SPARQL.
    A `compact` one has room on a telephone.
    """

    title: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Part, ...], ...]
    axis: Axis | None = None
    key: str = ""
    total: int = 0
    href: str = ""
    sheet: str = ""
    query: str = ""
    compact: bool = False

    @property
    def count(self) -> int:
        """How many rows the table has in all."""
        return max(self.total, len(self.rows))

    @property
    def is_searched(self) -> bool:
        """Whether the page that holds all of it can be searched and narrowed."""
        return self.key in TABLES


Row = tuple[Part, ...]
Table = tuple[tuple[str, ...], list[Row]]


def panels_of(
    who: Reader, views: Views, around: Surroundings, *, times: Times, tables: Tables | None = None
) -> Iterator[Panel]:
    """The tables of what stands between the resource and other things; a column in which nothing is told is left out."""
    text = who.text
    cooperations, members = (
        _cooperations(who, views, around, times=times),
        _members(who, views, around, times=times),
    )
    named = titles(who)
    found = (
        ("cooperations", named["cooperations"], text("With whom, since when, and who says so"), cooperations),
        ("members", named["members"], text("Who takes part, since when, and who says so"), members),
        (
            "projects",
            named["projects"],
            text("What is done within the cooperation"),
            _activities(who, views, around.by("kg:partOfCooperation"), times=times),
        ),
        (
            "participations",
            named["participations"],
            text("Projects and pilot studies with their periods"),
            _activities(who, views, around.by("kg:participant"), times=times),
        ),
        ("figures", text("Figures"), text("What sources count, as they put it"), _figures(who, views, around)),
        (
            "changes",
            text("Changes"),
            text("Mergers and other changes of the organisation"),
            _changes(who, views, around),
        ),
    )
    for key, title, caption, (columns, rows) in found:
        if rows:
            told = [place for place in range(len(columns)) if any(row[place].values for row in rows)]
            kinds = kinds_of(who, map(_first_iri, rows)) if key == "cooperations" else {}
            ordered = sorted(rows, key=partial(_order, kinds))
            shown = [tuple(row[place] for place in told) for row in ordered]
            names = tuple(columns[place] for place in told)
            unsaid = text("Not known: no statement here says when.") if _is_unsaid(who, shown) else ""
            explained = f"{caption}. {unsaid}" if unsaid else caption
            yield _placed(who, Panel(title, explained, names, tuple(shown), _axis(who, rows), key=key), tables)


def titles(who: Reader) -> dict[str, str]:
    """What the tables that have a page of their own are called, by their name in addresses."""
    text = who.text
    return {
        "cooperations": text("Cooperations"),
        "members": text("Members"),
        "projects": text("Projects and pilot studies"),
        "participations": text("Takes part in"),
    }


def _placed(who: Reader, panel: Panel, tables: Tables | None) -> Panel:
    """The panel with how many rows it has in all, and where they are; a copy of the site has that where some are left out."""
    if tables is None or panel.key not in TABLES:
        return panel
    total, asked = tables.total(TABLES[panel.key]), {"thing": tables.thing, "table": panel.key}
    if len(panel.rows) < 2 or (who.static and total <= len(panel.rows)):
        return replace(panel, total=total)
    href, sheet = (who.with_query("around", {**asked, **form}) for form in ({}, {"format": "csv"}))
    return replace(panel, total=total, href=href, sheet=sheet)


def _axis(who: Reader, rows: Iterable[Row]) -> Axis | None:
    """The years of the rows' periods, up to the edition's own year where one goes on."""
    periods = [part.bounds for row in rows for part in row if part.bounds is not None]
    return axis_of(periods, until=edition_day(who))


def _asked(who: Reader, times: Times) -> tuple[str, ...]:
    """The heading of the column that says what held at the moment that is asked for."""
    return (day_in_words(who, times.when),) if times.when else ()


def _answered(who: Reader, times: Times, thing: str) -> Row:
    """The cell below that heading."""
    if times.when is None:
        return ()
    answer = times.hold(thing)
    text = answer_in_words(who, answer)
    return (Part((Value(text, text=text),), answer=answer),)


def _cooperations(who: Reader, views: Views, around: Surroundings, *, times: Times) -> Table:
    columns = (who.text("Cooperation"), who.text("Together with"), who.text("Period"), *_asked(who, times))
    wholes = {each.iri: each for each in around.by("org:hasMember")}
    rows: list[Row] = []
    for each in around.by("org:member"):
        joined, partners = _part(views, each.about("org:organization")[:1]), _partners(each, around.partners)
        named = _noted(who, linked(who, partners), each, times=times)
        if named.values:  # with whom matters more than who says so
            joined, named = joined._replace(behind=()), named._replace(behind=joined.behind)
        whole = next((wholes[name] for name in each.values("org:organization") if name in wholes), None)
        period = _when(
            views, each, times, whole=whole, note=who.text("the cooperation") if len(partners) > 1 else ""
        )
        rows.append((joined, named, _told(who, period), *_answered(who, times, each.iri)))
    return columns, rows


def _noted(who: Reader, part: Part, membership: Neighbour, *, times: Times) -> Part:
    """The partners, with a note on whom the answer of the row doesn't hold for."""
    if times.when is None:
        return part
    row, found = times.hold(membership.iri), dict[str, Holds]()
    for name in membership.values("org:organization"):
        found.update(times.partners(name))
    if row is Holds.NO:
        return part
    notes = {name: answer_in_words(who, answer) for name, answer in found.items() if answer is not row}
    return part._replace(values=tuple(each._replace(note=notes.get(each.term, "")) for each in part.values))


def _partners(membership: Neighbour, partners: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(each for name in membership.values("org:organization") for each in partners.get(name, ()))


def hubs_of(who: Reader, around: Surroundings) -> Iterator[Hub]:
    """The cooperations of the resource with their other members, for its network."""
    shown = (name for each in around.by("org:member") for name in each.values("org:organization"))
    for name in dict.fromkeys((*around.partners, *shown)):
        partners = (who.names.link(partner) for partner in around.partners.get(name, ()))
        yield Hub(who.names.link(name), tuple(sorted(partners, key=lambda link: (link.text.casefold(), link.iri))))


def _members(who: Reader, views: Views, around: Surroundings, *, times: Times) -> Table:
    columns = (who.text("Member"), who.text("Period"), *_asked(who, times))
    found = around.by("org:organization")
    rows: list[Row] = []
    for each in found:
        period = _when(views, each, times)
        # Two are in a cooperation as long as it lasts, which its page says above.
        period = period if len(found) <= _PAIR else _told(who, period)
        rows.append((_part(views, each.about("org:member")[:1]), period, *_answered(who, times, each.iri)))
    return columns, rows


def _activities(who: Reader, views: Views, found: Iterable[Neighbour], *, times: Times) -> Table:
    columns = (who.text("Title"), who.text("Participants"), who.text("Period"), *_asked(who, times))
    rows: list[Row] = []
    for each in found:
        participants = _part(views, each.about("kg:participant"))
        # Who says what it is called stands on its own page.
        said = () if participants.behind else _behind(views, each.about("dcterms:title"))
        named = Part((views.value_of(each.iri),), said)
        period = _told(who, _when(views, each, times))
        rows.append((named, participants, period, *_answered(who, times, each.iri)))
    return columns, rows


def _figures(who: Reader, views: Views, around: Surroundings) -> Table:
    columns = (who.text("What"), who.text("Figure"), who.text("In the words of the source"))
    rows: list[Row] = []
    for each in around.by("kg:about"):
        said = [(name, one) for name in sorted(AMOUNTS) for one in each.about(name)]
        values = amounts(((name, one.triple.object) for name, one in said), who.language)
        behind = _behind(views, (one for name, one in said if name != iri("kg:qualifier")))
        words = _part(views, each.about("kg:wording"))
        rows.append((Part((views.value_of(each.iri),)), Part(values, behind), words))
    return columns, rows


def _changes(who: Reader, views: Views, around: Surroundings) -> Table:
    columns = (who.text("Change"), who.text("Before"), who.text("After"), who.text("Period"))
    events = {
        each.iri: each
        for name in ("originalOrganization", "resultingOrganization")
        for each in around.by(f"org:{name}")
    }
    rows: list[Row] = []
    for each in events.values():
        before, after = each.about("org:originalOrganization"), each.about("org:resultingOrganization")
        period = _told(who, _part(views, each.about("kg:period")))
        rows.append((Part((views.value_of(each.iri),)), _part(views, before), _part(views, after), period))
    return columns, rows


def area_panel(who: Reader, area: str, lists: Iterable[tuple[Link, Link, int]]) -> Panel:
    """The table of what there is in a `county` or a `country`, each line a list with its sheet."""
    rows = tuple(
        (
            Part((Value(link.iri, link=link),)),
            Part((Value(str(count), text=number_in_words(count, who.language)),)),
            Part((Value(sheet.iri, link=sheet),)),
        )
        for link, sheet, count in lists
    )
    caption = who.text("What lies there or has somebody from there in it; each leads to a list")
    columns = (who.text("Kind"), who.text("How many"), who.text("To download"))
    title = {"county": who.text("In this county"), "country": who.text("In this country")}[area]
    return Panel(title, caption, columns, rows, key=area, compact=True)


def _part(views: Views, statements: Iterable[Statement]) -> Part:
    """What is held of `statements`, or all of it where nothing is held, each value once."""
    found = tuple(statements)
    shown = tuple(each for each in found if each.held) or found
    values = tuple(views.value(term) for term in dict.fromkeys(each.triple.object for each in shown))
    return Part(values[:_MOST_VALUES], _behind(views, shown), max(0, len(values) - _MOST_VALUES))


def _when(views: Views, each: Neighbour, times: Times, *, whole: Neighbour | None = None, note: str = "") -> Part:
    """The period of `each`, or with a note that of the `whole` that it is a part of, and the days that bound it."""
    period = _part(views, each.about("kg:period"))
    if not period.values and whole is not None:
        period = _part(views, whole.about("kg:period"))
        period = period._replace(values=tuple(value._replace(note=note) for value in period.values))
    bounds = times.spans.get(each.iri)
    return Part(period.values, period.behind, period.more, bounds) if period.values else period


def _told(who: Reader, period: Part) -> Part:
    """A period, or in its place that it isn't known."""
    return period if period.values else Part((unknown(who),))


def unknown(who: Reader) -> Value:
    """What stands in the place of a period that no statement tells."""
    return Value("", text=who.text("not known"))


def _is_unsaid(who: Reader, rows: Iterable[Row]) -> bool:
    return any(unknown(who) in part.values for row in rows for part in row)


def _behind(views: Views, statements: Iterable[Statement]) -> tuple[Behind, ...]:
    graphs = dict.fromkeys(graph for each in statements for graph in each.graphs)
    return views.behind(graphs)


def linked(who: Reader, iris: Iterable[str]) -> Part:
    """Things by name."""
    links = sorted((who.names.link(each) for each in iris), key=lambda link: (link.text.casefold(), link.iri))
    values = tuple(Value(link.iri, link=link) for link in links)
    return Part(values[:_MOST_VALUES], more=max(0, len(values) - _MOST_VALUES))


def _order(kinds: Mapping[str, str], row: Row) -> tuple[bool, str, str]:
    """By kind and name; what didn't hold at the moment that is asked for comes last."""
    return any(part.answer is Holds.NO for part in row), kinds.get(_first_iri(row), ""), _first_text(row)


def _first_iri(row: Row) -> str:
    value = next(iter(row[0].values), None)
    return value.link.iri if value is not None and value.link else ""


def _first_text(row: Row) -> str:
    value = next(iter(row[0].values), None)
    return "" if value is None else (value.link.text if value.link else value.text).casefold()
