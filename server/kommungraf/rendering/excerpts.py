"""Which rows the tables of a page have, where there are many: the first by kind and name, as the index tells them all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kommungraf.editions.neighbours import (
    ACTIVITY,
    MEMBER,
    PARTICIPANT,
    WHOLE,
    Between,
    neighbours,
    partners,
)
from kommungraf.editions.tenures import spans
from kommungraf.releases.moments import NOTHING_KNOWN, Holds, Moment
from kommungraf.rendering.site import Reader
from kommungraf.resources.surroundings import Excerpt

__all__ = ["FIRST", "TABLES", "WHOLE_UP_TO", "Tables", "cut", "kinds_of", "tables_of"]

#: How many rows a table has on the page of a thing where the rest stands elsewhere, and up to how many it stands there whole.
FIRST: Final = 10
WHOLE_UP_TO: Final = 30
#: The tables by their name in addresses, each with the property that links its rows to the thing.
TABLES: Final[Mapping[str, str]] = {
    "cooperations": MEMBER,
    "members": WHOLE,
    "projects": ACTIVITY,
    "participations": PARTICIPANT,
}


@dataclass(frozen=True, slots=True)
class Tables:
    """All rows around the `thing`, by the property that links them, in the order of its page, and the partners in each cooperation.

    `partial` where the engine may hold more.
    """

    thing: str
    rows: Mapping[str, tuple[Between, ...]]
    partners: Mapping[str, tuple[str, ...]]
    partial: bool = False

    def total(self, link: str) -> int:
        """How many rows the table of a property has in all."""
        return len(self.rows.get(link, ()))


def tables_of(who: Reader, thing: str, when: Moment | None) -> Tables | None:
    """The rows around `thing`; None where the index doesn't know them, as that of an engine of somebody else."""
    found = neighbours(who.edition.index, thing)
    if who.edition.partial and not found:
        return None
    who.names.fetch(each.about for rows in found.values() for each in rows)
    ended, kinds = _ended(who, found, when), kinds_of(who, (each.about for each in found.get(MEMBER, ())))

    def place(row: Between) -> tuple[bool, str, str]:
        return row.iri in ended, kinds.get(row.about, ""), who.names.link(row.about).text.casefold()

    ordered = {link: tuple(sorted(rows, key=place)) for link, rows in found.items()}
    members = partners(who.edition.index, thing) if MEMBER in found else {}
    return Tables(thing, ordered, members, who.edition.partial)


def kinds_of(who: Reader, cooperations: Iterable[str]) -> Mapping[str, str]:
    """The class of each cooperation: in tables those of a kind stand together, in every language in the same order."""
    return who.edition.index.types_of(cooperations)


def _ended(who: Reader, found: Mapping[str, Sequence[Between]], when: Moment | None) -> frozenset[str]:
    """What did not hold at the moment that is asked for."""
    if when is None:
        return frozenset()
    names = [each.iri for rows in found.values() for each in rows]
    known = spans(who.edition.index, names)
    return frozenset(each for each in names if known.get(each, NOTHING_KNOWN).hold(when) is Holds.NO)


def cut(tables: Tables | None, *, page: int = 1) -> Excerpt | None:
    """What the page of a thing shows of its tables: their first rows, on the first page of its statements."""
    if tables is None:
        return None
    rows = tables.rows if page == 1 else {}
    return Excerpt({link: _first(found) for link, found in rows.items()}, tables.partners, tables.partial)


def _first(rows: Sequence[Between]) -> tuple[str, ...]:
    return tuple(each.iri for each in (rows if len(rows) <= WHOLE_UP_TO else rows[:FIRST]))
