"""The network around one thing as SVG: its cooperations on an inner ring, the other members on an outer one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Final

from kommungraf.resources.links import Link

__all__ = ["MOST_KNOTS", "Hub", "Knot", "Network", "Strand", "network_of"]

_SIZE: Final = 900.0
_MIDDLE: Final = _SIZE / 2
_INNER, _OUTER = 95.0, 180.0
#: So many names can still be told apart.
MOST_KNOTS: Final = 72
#: Of a longer name, words stand beside its point as far as there is room, at the size of letters that narrow screens get.
_LETTERS: Final = 19


@dataclass(frozen=True, slots=True)
class Hub:
    """A cooperation and its other members."""

    link: Link
    members: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Knot:
    """A thing on the outer ring: where it is, and how its name is turned, in degrees, and anchored."""

    link: Link
    x: float
    y: float
    turn: float
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Strand:
    """A line of the picture."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Network:
    """All that a network shows, in a square of `size`; the thing itself is in its middle."""

    size: float
    hubs: tuple[Knot, ...]
    knots: tuple[Knot, ...]
    strands: tuple[Strand, ...]


def network_of(hubs: Iterable[Hub]) -> Network | None:
    """The picture, or None where there is too little for one, or too much to be told apart."""
    found = sorted(hubs, key=lambda hub: (-len(hub.members), hub.link.text.casefold()))
    total = len({link.iri for hub in found for link in hub.members})
    if len(found) < 2 or not 3 <= total <= MOST_KNOTS:
        return None
    places = dict(_placed(found))
    inner = {hub.link.iri: _middle([places[each.iri] for each in hub.members]) for hub in found if hub.members}
    strands = [
        strand
        for hub in found
        if hub.members
        for strand in _strands(inner[hub.link.iri], [places[each.iri] for each in hub.members])
    ]
    links = {link.iri: link for hub in found for link in hub.members}
    return Network(
        size=_SIZE,
        hubs=tuple(_knot(hub.link, inner[hub.link.iri], _INNER) for hub in found if hub.members),
        knots=tuple(_knot(links[name], angle, _OUTER) for name, angle in places.items()),
        strands=tuple(strands),
    )


def _placed(hubs: list[Hub]) -> Iterator[tuple[str, float]]:
    """Each member once, at an angle beside the other members of the first cooperation that has it."""
    order = dict.fromkeys(link.iri for hub in hubs for link in sorted(hub.members, key=lambda each: each.text))
    for number, name in enumerate(order):
        yield name, 2 * pi * (number + 0.5) / len(order) - pi / 2


def _middle(angles: list[float]) -> float:
    ordered = sorted(angles)
    return ordered[len(ordered) // 2] if len(ordered) % 2 else sum(ordered[len(ordered) // 2 - 1 :][:2]) / 2


def _strands(hub: float, members: list[float]) -> Iterator[Strand]:
    x, y = _at(hub, _INNER)
    yield Strand(_MIDDLE, _MIDDLE, x, y)
    for angle in members:
        yield Strand(x, y, *_at(angle, _OUTER))


def _at(angle: float, radius: float) -> tuple[float, float]:
    return round(_MIDDLE + radius * cos(angle), 1), round(_MIDDLE + radius * sin(angle), 1)


def _knot(link: Link, angle: float, radius: float) -> Knot:
    """The name is read outwards from the point, never upside down."""
    degrees = round(angle * 180 / pi, 1)
    leftwards = cos(angle) < 0
    text = link.text if len(link.text) <= _LETTERS else link.text[: _LETTERS + 1].rpartition(" ")[0]
    return Knot(
        link, *_at(angle, radius), degrees + 180 if leftwards else degrees, "end" if leftwards else "start", text
    )
