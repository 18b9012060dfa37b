"""What stands between a thing and others, as memberships and activities do, asked of a release's index."""

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from kommungraf.editions.search import Index
from kommungraf.vocab import iri

__all__ = [
    "ACTIVITY",
    "MEMBER",
    "PARTICIPANT",
    "WHOLE",
    "Between",
    "neighbours",
    "participants",
    "partners",
    "positions",
]

#: The properties by which memberships and activities refer to a thing.
MEMBER: Final = iri("org:member")
WHOLE: Final = iri("org:organization")
ACTIVITY: Final = iri("kg:partOfCooperation")
PARTICIPANT: Final = iri("kg:participant")
_LINKS: Final = MappingProxyType(
    {"member": MEMBER, "whole": WHOLE, "within": ACTIVITY, "participant": PARTICIPANT}
)

_BETWEEN: Final = """
    SELECT 'member', iri, whole FROM part WHERE member = :thing
    UNION ALL SELECT 'whole', iri, member FROM part WHERE whole = :thing
    UNION ALL SELECT role, iri, iri FROM activity WHERE thing = :thing
    ORDER BY 1, 2, 3
"""
_PARTNERS: Final = """
    SELECT own.whole, other.member FROM part AS own
    JOIN part AS other ON other.whole = own.whole AND other.member <> own.member
    WHERE own.member = ? ORDER BY 1, 2 LIMIT 20000
"""
_PARTICIPANTS: Final = """
    SELECT iri, thing FROM activity
    WHERE role = 'participant' AND iri IN (SELECT value FROM json_each(?)) ORDER BY 1, 2
"""
_POSITIONS: Final = """
    SELECT iri, latitude, longitude FROM place WHERE iri IN (SELECT value FROM json_each(?)) ORDER BY iri
"""


class Between(NamedTuple):
    """What refers to a thing by `link`: a membership or an activity, and what a reader knows it by (`about`).

    A membership is known by the cooperation, or by the member where the thing is the cooperation.
    """

    link: str
    iri: str
    about: str


def neighbours(index: Index, thing: str) -> dict[str, tuple[Between, ...]]:
    """All that the held view has between `thing` and others, by the property that links it, each once."""
    found: dict[str, dict[str, Between]] = {}
    for role, name, about in index.rows(_BETWEEN, {"thing": thing}):
        link = _LINKS[role]
        found.setdefault(link, {}).setdefault(name, Between(link, name, about))
    return {link: tuple(each.values()) for link, each in found.items()}


def partners(index: Index, thing: str) -> Mapping[str, tuple[str, ...]]:
    """The other members of each cooperation that `thing` is a member of, where there are any."""
    return _grouped(index.rows(_PARTNERS, thing))


def participants(index: Index, activities: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Who takes part in each of `activities`."""
    return _grouped(index.rows(_PARTICIPANTS, json.dumps(sorted(set(activities)))))


def positions(index: Index, iris: Iterable[str]) -> dict[str, tuple[float, float]]:
    """The latitude and longitude of each of `iris` whose place is known."""
    rows = index.rows(_POSITIONS, json.dumps(sorted(set(iris))))
    return {name: (latitude, longitude) for name, latitude, longitude in rows}


def _grouped(rows: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for name, other in rows:
        found.setdefault(name, {})[other] = None
    return {name: tuple(others) for name, others in found.items()}
