"""Where municipalities lie and which of them cooperations tie: the same on every page, and so asked of a release once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from pyoxigraph import NamedNode

from kommungraf.editions.edition import Edition
from kommungraf.engine.ownqueries import query_text

__all__ = ["Position", "Tied", "Town", "ties", "towns"]


class Position(NamedTuple):
    """A place in degrees (WGS 84)."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Town:
    """A municipality that lies in a county, with its place where that is known."""

    iri: str
    county: str
    position: Position | None


@dataclass(frozen=True, slots=True)
class Tied:
    """Two things that a cooperation ties, and where they lie."""

    one: str
    other: str
    positions: tuple[Position, Position]


def towns(edition: Edition) -> tuple[Town, ...]:
    """Every municipality that lies in a county of the dataset."""

    def asked() -> tuple[Town, ...]:
        rows = edition.evaluator.select(query_text("everywhere"))
        return tuple(Town(row["thing"].value, row["county"].value, _position(row)) for row in rows)

    return edition.memory.once(towns, asked)


def ties(edition: Edition, kind: str) -> tuple[Tied, ...]:
    """The pairs that cooperations of a class tie, where both have a place."""

    def asked() -> tuple[Tied, ...]:
        rows = edition.evaluator.select(query_text("ties"), kind=NamedNode(kind))
        return tuple(
            Tied(row["one"].value, row["other"].value, (_degrees(row, "1"), _degrees(row, "2"))) for row in rows
        )

    return edition.memory.once((ties, kind), asked)


def _position(row: Mapping[str, Any]) -> Position | None:
    return _degrees(row, "") if "latitude" in row else None


def _degrees(row: Mapping[str, Any], number: str) -> Position:
    return Position(float(row[f"latitude{number}"].value), float(row[f"longitude{number}"].value))
