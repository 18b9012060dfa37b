"""Where sources disagree: the disagreements of a dataset by kind, each with what every side says, from whom and since when."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pyoxigraph import NamedNode

from kommungraf.editions.search import Label
from kommungraf.editions.standings import Claim, claims
from kommungraf.engine.ownqueries import query_text
from kommungraf.errors import UnknownResource
from kommungraf.rendering.columns import Cell
from kommungraf.rendering.plurals import plural
from kommungraf.rendering.site import Reader
from kommungraf.resources.amounts import AMOUNTS, amounts
from kommungraf.resources.links import Link
from kommungraf.resources.views import Behind, Value, Views
from kommungraf.vocab import iri

__all__ = [
    "PAGE",
    "ROW",
    "Disagreements",
    "Kind",
    "Matter",
    "Side",
    "as_rows",
    "concerned",
    "disagreements",
    "matters",
]

#: How many disagreements a page holds.
PAGE: Final = 20
#: The columns of a list of disagreements.
ROW: Final = (
    "conflict",
    "kind",
    "kind_name",
    "about",
    "about_names",
    "claim",
    "says",
    "held",
    "status",
    "status_name",
    "sources",
    "date",
)
#: How many sides of one disagreement are shown.
_SIDES: Final = 40

_ALL: Final = iri("kg:Conflict")
_ACCEPTED: Final = iri("kg:Accepted")
_BOOLEAN: Final = iri("xsd:boolean")
_COUNTS: Final = iri("kg:counts")
_KINDS: Final = "id/conflict-kind/"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of disagreement, how many there are of it, its key in an address, and what it means."""

    link: Link
    key: str
    number: int
    meaning: Label | None


@dataclass(frozen=True, slots=True)
class Side:
    """What one claim says of a matter, who says it, on which day, and whether that is held.

    `shown` are the `values` as they are read: a number together with what it counts.
    """

    values: tuple[Value, ...]
    behind: Behind
    date: str
    held: bool
    shown: tuple[Value, ...]

    @property
    def words(self) -> str:
        """What it says, as text."""
        return ", ".join(value.link.text if value.link else value.text or value.term for value in self.shown)


@dataclass(frozen=True, slots=True)
class Matter:
    """One disagreement: its kind, what it is about, and its sides, the held ones first; `more` sides are left out."""

    conflict: Link
    kind: Link
    subject: Link
    sides: tuple[Side, ...]
    more: int

    @property
    def told(self) -> tuple[tuple[Link | None, str], ...]:
        """What its sides say, each once, with who says so."""
        found: dict[str, Link | None] = {}
        for side in self.sides:
            found.setdefault(side.words, next((source.sayer for source in side.behind.sources), None))
        return tuple((whose, words) for words, whose in found.items() if words)


@dataclass(frozen=True, slots=True)
class Disagreements:
    """One page of the disagreements of a kind and of a municipality, or of all, with how many there are."""

    matters: tuple[Matter, ...]
    kinds: tuple[Kind, ...]
    kind: str
    municipality: Link | None
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE))


def disagreements(who: Reader, kind: str, municipality: str, *, page: int = 1, size: int = PAGE) -> Disagreements:
    """The disagreements of the kind with the key `kind` that concern the municipality with the given key."""
    base = who.edition.base_iri
    whom = NamedNode(f"{base}id/municipality/{municipality}" if municipality else _ALL)
    kinds = _kinds(who, whom)
    if kind and not who.edition.index.exists(base + _KINDS + kind):
        raise UnknownResource(base + _KINDS + kind)
    total = sum(each.number for each in kinds if kind in {"", each.key})
    if page > max(1, -(-total // size)):
        raise UnknownResource(f"{base}conflicts?page={page}")
    named = _named(who, whom) if municipality else None
    return Disagreements(matters(who, kind, municipality, page=page, size=size), kinds, kind, named, total)


def matters(who: Reader, kind: str, municipality: str, *, page: int = 1, size: int = PAGE) -> tuple[Matter, ...]:
    """One page of the disagreements of a kind and of a municipality, each with its sides."""
    base = who.edition.base_iri
    about = NamedNode(base + _KINDS + kind if kind else _ALL)
    whom = NamedNode(f"{base}id/municipality/{municipality}" if municipality else _ALL)
    return tuple(_matters(who, who.edition.evaluator.select(_text(page, size), **{"class": about, "whom": whom})))


def concerned(who: Reader, kind: str) -> tuple[tuple[Link, str, int], ...]:
    """The municipalities that disagreements of the kind concern, by name, each with its key and how many there are."""
    base = who.edition.base_iri
    about = NamedNode(base + _KINDS + kind if kind else _ALL)
    evaluator, text = who.edition.evaluator, query_text("concerned")
    rows = who.edition.memory.once((concerned, kind), lambda: tuple(evaluator.select(text, **{"class": about})))
    numbers = {row["municipality"].value: int(row["number"].value) for row in rows if "municipality" in row}
    who.names.fetch(numbers)
    found = ((who.names.link(name), number) for name, number in numbers.items())
    start = f"{base}id/municipality/"
    return tuple(
        (link, link.iri.removeprefix(start), number)
        for link, number in sorted(found, key=lambda each: (each[0].text.casefold(), each[0].iri))
        if link.iri.startswith(start)
    )


def _text(page: int, size: int) -> str:
    # SPARQL takes no variable in LIMIT and OFFSET, so the numbers are written over those of the file.
    numbers = f"LIMIT {size} OFFSET {(page - 1) * size}"
    return query_text("conflicts").replace("LIMIT 500 OFFSET 0", numbers)


def _named(who: Reader, thing: NamedNode) -> Link:
    who.names.fetch((thing.value,))
    return who.names.link(thing.value)


def _kinds(who: Reader, whom: NamedNode) -> tuple[Kind, ...]:
    def asked() -> tuple[Row, ...]:
        return tuple(who.edition.evaluator.select(query_text("conflict-kinds"), whom=whom))

    found = who.edition.memory.once(_kinds, asked) if whom.value == _ALL else asked()
    rows = [row for row in found if "kind" in row]
    names = [row["kind"].value for row in rows]
    who.names.fetch(names)
    meanings = who.edition.index.definitions(names, who.language)
    kinds = [
        Kind(who.names.link(name), name.rpartition("/")[2], int(row["number"].value), meanings.get(name))
        for name, row in ((row["kind"].value, row) for row in rows)
    ]
    return tuple(sorted(kinds, key=lambda each: each.link.text.casefold()))


def _matters(who: Reader, rows: Iterable[Row]) -> Iterator[Matter]:
    found = list(rows)
    grouped = _by_side(row for row in found if "side" in row)
    names = {row["subject"].value: row for row in found if "side" not in row}
    who.names.fetch(_mentioned(grouped))
    views = Views(who.names, {})
    told = claims(who.edition.index, (side for sides in grouped.values() for side in sides))
    for (kind, about, conflict), sides in sorted(grouped.items()):
        first = next(iter(sides.values()))[0]
        shown = sorted((_side(who, views, rows, told=told.get(name)) for name, rows in sides.items()), key=_order)
        subject, link = _subject(who, names.get(about, first)), who.names.link
        yield Matter(link(conflict), link(kind), subject, tuple(shown[:_SIDES]), max(0, len(shown) - _SIDES))


def _by_side(rows: Iterable[Row]) -> dict[tuple[str, str, str], dict[str, list[Row]]]:
    """The rows of each side of each disagreement: first what is known of it as a claim, without which it isn't shown."""
    grouped: dict[tuple[str, str, str], dict[str, list[Row]]] = {}
    for row in sorted(rows, key=lambda each: "status" not in each):
        matter, side = (row["kind"].value, row["subject"].value, row["conflict"].value), row["side"].value
        if "status" in row:
            grouped.setdefault(matter, {}).setdefault(side, []).append(row)
        elif side in grouped.get(matter, ()):
            grouped[matter][side].append(row)
    return grouped


def _mentioned(grouped: Mapping[tuple[str, str, str], Mapping[str, list[Row]]]) -> set[str]:
    rows = (row for sides in grouped.values() for each in sides.values() for row in each)
    return {term.value for row in rows for term in row.values() if isinstance(term, NamedNode)}


def _subject(who: Reader, row: Row) -> Link:
    """The thing, by a name that any source gives it where it has none that is held."""
    link = who.names.link(row["subject"].value)
    if link.named or "name" not in row:
        return link
    return Link(link.iri, row["name"].value, row["name"].language or "", link.href, link.here)


def _side(who: Reader, views: Views, rows: list[Row], *, told: Claim | None) -> Side:
    first = rows[0]
    said = sorted({(row["o"], row["p"]) for row in rows if "o" in row}, key=str)
    status = first["status"].value
    behind = Behind(
        what="claim",
        link=who.names.link(first["side"].value),
        phrases=tuple(sorted({row["exact"].value for row in rows if "exact" in row})),
        sources=tuple(
            who.names.link(name) for name in sorted({row["source"].value for row in rows if "source" in row})
        ),
        status=None if status == _ACCEPTED else who.names.link(status),
        row=next((int(row["row"].value) for row in rows if "row" in row), None),
        lang=told.language if told else "",
    )
    days = sorted({row["day"].value for row in rows if "day" in row})
    numbers = amounts(((name.value, term) for term, name in said), who.language)
    others = (_said(views, term, by=name.value) for term, name in said if name.value not in AMOUNTS)
    values = tuple(dict.fromkeys((*numbers, *others)))
    counted = [who.names.link(term.value) for term, name in said if name.value == _COUNTS]
    shown = _counting(who, numbers[0], values, counted) if len(numbers) == 1 and counted else values
    return Side(values, behind, days[0] if days else "", status == _ACCEPTED, shown)


def _counting(who: Reader, number: Value, values: tuple[Value, ...], counted: list[Link]) -> tuple[Value, ...]:
    """The values with the number before the things that it counts, as “11 municipalities”."""
    exact = int(number.text) if number.text.isdecimal() else None
    names = sorted({plural(link, who.language, exact).text.lower() for link in counted})
    text = f"{number.text} {(' ' + who.text('and') + ' ').join(names)}"
    kinds = {link.iri for link in counted}
    others = (each for each in values if each != number and not (each.link and each.link.iri in kinds))
    return (number._replace(text=text), *others)


def _said(views: Views, term: object, *, by: str) -> Value:
    """A value; a yes is told by what it says yes to, a no says to what."""
    value = views.value(term)
    if value.datatype != _BOOLEAN:
        return value
    matter = views.names.link(by).text
    return value._replace(text=matter if value.term in {"true", "1"} else f"{matter}: {value.text}")


def _order(side: Side) -> tuple[object, ...]:
    return not side.held, [value.text or value.term for value in side.values], side.behind.link.iri


def as_rows(found: Disagreements) -> Iterator[tuple[Cell, ...]]:
    """A row for each side of each disagreement, with the cells of `ROW`."""
    for matter in found.matters:
        for side in matter.sides:
            said = tuple(value.link.text if value.link else value.text or value.term for value in side.values)
            behind = side.behind
            yield (
                matter.conflict.iri,
                matter.kind.iri,
                matter.kind.text,
                matter.subject.iri,
                matter.subject.text,
                behind.link.iri,
                said,
                "yes" if side.held else "no",
                behind.status.iri if behind.status else _ACCEPTED,
                behind.status.text if behind.status else "",
                tuple(link.iri for link in behind.sources),
                side.date,
            )
