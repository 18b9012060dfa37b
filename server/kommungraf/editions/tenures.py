"""When things of a release were there and who was in what with whom, asked of its index."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from kommungraf.editions.search import Index
from kommungraf.releases.moments import NOTHING_KNOWN, Bounds, Holds, Moment, both

__all__ = ["Tie", "is_tied", "membership_tallies", "spans", "tallies", "tie_count", "ties"]

_SPANS: Final = """
    SELECT iri, earliest_start, latest_start, earliest_end, latest_end, ongoing FROM span
    WHERE iri IN (SELECT value FROM json_each(?))
"""
_TIES: Final = """
    SELECT own.whole, own.iri, other.member, other.iri FROM part AS own
    LEFT JOIN part AS other ON other.whole = own.whole AND other.member <> own.member
    WHERE own.member = :thing
    UNION ALL SELECT whole, NULL, member, iri FROM part WHERE whole = :thing
    ORDER BY 1, 3, 2, 4 LIMIT :limit OFFSET :offset
"""
_TIE_COUNT: Final = """
    SELECT (
        SELECT COUNT(*) FROM part AS own
        LEFT JOIN part AS other ON other.whole = own.whole AND other.member <> own.member WHERE own.member = :thing
    ) + (SELECT COUNT(*) FROM part WHERE whole = :thing)
"""
_IS_TIED: Final = """
    SELECT EXISTS (SELECT 1 FROM part WHERE member = :thing) OR EXISTS (SELECT 1 FROM part WHERE whole = :thing)
"""
_TALLIES: Final = """
    SELECT earliest_start, latest_start, earliest_end, latest_end, COALESCE(ongoing, 0), COUNT(*)
    FROM thing LEFT JOIN span USING (iri) WHERE type = ? GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
"""
_MEMBERSHIP_TALLIES: Final = """
    SELECT earliest_start, latest_start, earliest_end, latest_end, COALESCE(ongoing, 0), COUNT(*)
    FROM part LEFT JOIN span USING (iri) WHERE member = ? GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
"""


@dataclass(frozen=True, slots=True)
class Tie:
    """That a thing is a member of a cooperation, with one other member of it or alone, and the times of both.

    Of a cooperation itself: each of its members, without a `membership` and times of its own.
    """

    cooperation: str
    membership: str | None
    partner: str | None
    partner_membership: str | None
    own: Bounds | None
    other: Bounds | None

    def hold(self, when: Moment) -> Holds:
        """Whether both were in the cooperation at `when`."""
        own, other = (each.hold(when) if each else Holds.YES for each in (self.own, self.other))
        return both(own, other)


def spans(index: Index, iris: Iterable[str]) -> dict[str, Bounds]:
    """The bounds of each of `iris` of which any are known."""
    rows = index.rows(_SPANS, json.dumps(sorted(set(iris))))
    return {iri: _bounds(*days) for iri, *days in rows}


@lru_cache(4096)
def _bounds(*told: str | int | None) -> Bounds:
    """Bounds as the index tells them: things that begin and end on the same days have the same."""
    first, second, third, fourth = (date.fromisoformat(str(day)) if day else None for day in told[:4])
    return Bounds(first, second, third, fourth, bool(told[4]))


def ties(index: Index, thing: str, *, limit: int, offset: int = 0) -> tuple[Tie, ...]:
    """One page of the cooperations of a thing, a row for each other member; or of a cooperation's members."""
    rows = index.rows(_TIES, {"thing": thing, "limit": limit, "offset": offset})
    known = spans(index, {each for row in rows for each in (row[1], row[3]) if each})
    return tuple(_tie(row, known) for row in rows)


def _tie(row: tuple[str, str | None, str | None, str | None], known: Mapping[str, Bounds]) -> Tie:
    own, other = (known.get(name, NOTHING_KNOWN) if name else None for name in (row[1], row[3]))
    return Tie(*row, own, other)


def tie_count(index: Index, thing: str) -> int:
    """How many ties `ties` has on all its pages."""
    return int(index.rows(_TIE_COUNT, {"thing": thing})[0][0])


def is_tied(index: Index, thing: str) -> bool:
    """Whether `ties` has any."""
    return bool(index.rows(_IS_TIED, {"thing": thing})[0][0])


def tallies(index: Index, type_: str) -> tuple[tuple[Bounds, int], ...]:
    """How many things of a class there are of each bounds."""
    return tuple((_bounds(*days), count) for *days, count in index.rows(_TALLIES, type_))


def membership_tallies(index: Index, member: str) -> tuple[tuple[Bounds, int], ...]:
    """How many memberships a thing has of each bounds."""
    return tuple((_bounds(*days), count) for *days, count in index.rows(_MEMBERSHIP_TALLIES, member))
