"""Maps as SVG: places as points and ties as lines, over outlines of land where these were built."""

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from math import cos, radians
from typing import Final, NamedTuple

from kommungraf.rendering.atlas import Tied, ties, towns
from kommungraf.rendering.site import Reader
from kommungraf.rendering.strokes import Spot, Tie
from kommungraf.resources.links import Link
from kommungraf.resources.surroundings import Surroundings

__all__ = [
    "Map",
    "Outlines",
    "Place",
    "drawn",
    "map_of_municipalities",
    "maps_of",
    "maps_of_ties",
    "ties_shown",
]

_WIDTH: Final = 640.0
_MARGIN: Final = 0.08
#: A map shows at least this many degrees of latitude: a few places more, so that a coast is to be seen around them.
_LEAST_DEGREES, _LEAST_OF_FEW, _FEW = 2.5, 7.0, 3
#: How wide a map is for its height: of a whole country as that is, of a few places broader, of far places broader still.
_COUNTRY, _NARROWEST, _BROAD, _WIDEST = 0.62, 0.85, 1.5, 1.9
_MOST_OF_FEW: Final = 60
_MOST_NAMES: Final = 24
_MOST_TIES: Final = 3000
#: As wide and high as a letter is at the larger size that narrow screens get.
_LETTER, _LINE = 16.0, 30.0
#: How far above or below its place a name stands that has no room beside it.
_RAISED: Final = 22.0


class Place(NamedTuple):
    """A thing with its latitude and longitude in degrees (WGS 84), shown with its name unless that stands elsewhere."""

    link: Link
    latitude: float
    longitude: float
    named: bool = True


@dataclass(frozen=True, slots=True)
class Outlines:
    """Where the picture `name` with the outlines of land lies on the map."""

    name: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Map:
    """All that a map shows; `missing` are the things that have no place on it, `cut` says that ties are left out."""

    width: float
    height: float
    outlines: Outlines
    spots: tuple[Spot, ...]
    ties: tuple[Tie, ...]
    missing: tuple[Link, ...] = ()
    cut: bool = False


@dataclass(frozen=True, slots=True)
class _Window:
    """What part of the world is shown, in degrees; degrees of longitude are narrowed as they are at its middle."""

    west: float
    north: float
    width: float
    height: float
    narrowing: float

    @property
    def scale(self) -> float:
        return _WIDTH / (self.width * self.narrowing)

    def point(self, place: Place) -> tuple[float, float]:
        x, y = self.at(place.longitude, place.latitude)
        return round(x, 1), round(y, 1)

    def at(self, longitude: float, latitude: float) -> tuple[float, float]:
        return (longitude - self.west) * self.narrowing * self.scale, (self.north - latitude) * self.scale


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A picture of outlines and the degrees that it covers, as web/build.mjs draws it."""

    name: str
    west: float
    south: float
    east: float
    north: float

    def holds(self, place: Place) -> bool:
        return self.west < place.longitude < self.east and self.south < place.latitude < self.north

    def covers(self, window: _Window) -> bool:
        return (
            window.west >= self.west
            and window.west + window.width <= self.east
            and window.north <= self.north
            and window.north - window.height >= self.south
        )


_WORLD: Final = _Sheet("world.svg", -180, -90, 180, 90)
_REGION: Final = _Sheet("region.svg", -12, 46, 42, 72)


def maps_of(who: Reader, resource: str, around: Surroundings) -> tuple[Map, ...]:
    """The maps of a resource and of what it cooperates with: its part of the world, and all of it where that is larger.

    None where fewer than two places are known. All that is `around.near` was named. On the second map those have no name
    that have one on the first.
    """
    places = {name: Place(who.names.link(name), *position) for name, position in around.places.items()}
    if len(places) < 2:
        return ()
    absent = set(around.near) - places.keys() - {resource}
    missing = sorted(map(who.names.link, absent), key=_by_name)
    centre = places.pop(resource, None)
    near = [each for each in places.values() if _REGION.holds(each)]
    inside = centre if centre is not None and _REGION.holds(centre) else None
    whole = inside is centre and len(near) == len(places)
    alone = whole or len(near) + (inside is not None) < 2
    if alone:
        return (drawn(places.values(), centre=centre, missing=missing),)
    first = drawn(near, centre=inside)
    others = (each._replace(named=not _REGION.holds(each)) for each in places.values())
    return first, drawn(others, centre=centre, missing=missing)


def map_of_municipalities(who: Reader) -> Map | None:
    """The map of every municipality that lies in a county of the dataset, or None where none has a known place."""
    placed = {each.iri: each.position for each in towns(who.edition) if each.position is not None}
    who.names.fetch(placed)
    places = [Place(who.names.link(name), *position) for name, position in placed.items()]
    return drawn(places) if places else None


def maps_of_ties(who: Reader, kind: str, *, within: Set[str] = frozenset()) -> tuple[Map, ...]:
    """The maps of every tie by a cooperation of one class: those of our part of the world, and all where others are.

    None where no tie has two known places. Of some things only, where `within` holds any.
    """
    shown, is_cut = ties_shown(who, kind, within=within)
    positions = {
        name: place for each in shown for name, place in zip((each.one, each.other), each.positions, strict=True)
    }
    who.names.fetch(positions)
    places = {name: Place(who.names.link(name), *position) for name, position in positions.items()}
    pairs = [(places[each.one], places[each.other]) for each in shown]
    near = [pair for pair in pairs if all(map(_REGION.holds, pair))]
    views = [pairs] if len(near) == len(pairs) else [near, pairs]
    return tuple(_tied(each, cut=is_cut) for each in views if each)


def ties_shown(who: Reader, kind: str, *, within: Set[str] = frozenset()) -> tuple[list[Tied], bool]:
    """The ties that the maps of a class show, and whether there are more."""
    rows = [each for each in ties(who.edition, kind) if not within or each.one in within or each.other in within]
    return rows[:_MOST_TIES], len(rows) > _MOST_TIES


def _tied(pairs: list[tuple[Place, Place]], *, cut: bool) -> Map:
    places = {place.link.iri: place for pair in pairs for place in pair}
    return drawn(places.values(), pairs=pairs, cut=cut)


def _by_name(link: Link) -> tuple[str, str]:
    return link.text.casefold(), link.iri


def drawn(
    places: Iterable[Place],
    *,
    centre: Place | None = None,
    pairs: Iterable[tuple[Place, Place]] = (),
    missing: Iterable[Link] = (),
    cut: bool = False,
) -> Map:
    """The picture of `places`, each tied to `centre` if there is one, and of `pairs`."""
    others = sorted(places, key=lambda place: _by_name(place.link))
    shown = [*others, centre] if centre else others  # the centre last, so that it lies above the others
    window = _window(shown)
    tied = [(centre, each) for each in others] if centre else list(pairs)
    points = {each.link.iri: window.point(each) for each in shown}
    nameless = {each.link.iri for each in others if not each.named}
    sheet = _REGION if _REGION.covers(window) else _WORLD
    return Map(
        width=_WIDTH,
        height=round(window.height * window.scale, 1),
        outlines=_laid(sheet, window),
        spots=tuple(
            _named((Spot(each.link, *points[each.link.iri], each is centre) for each in shown), window, nameless)
        ),
        ties=tuple(Tie(*points[one.link.iri], *points[other.link.iri]) for one, other in tied),
        missing=tuple(missing),
        cut=cut,
    )


def _window(places: list[Place]) -> _Window:
    north, south = max(each.latitude for each in places), min(each.latitude for each in places)
    east, west = max(each.longitude for each in places), min(each.longitude for each in places)
    narrowing = max(0.2, cos(radians((north + south) / 2)))
    least = _LEAST_OF_FEW if len(places) <= _FEW else _LEAST_DEGREES
    height = max((north - south) * (1 + 2 * _MARGIN), least)
    width = max((east - west) * (1 + 2 * _MARGIN) * narrowing, height * _shape(places))
    height = max(height, width / _WIDEST)
    return _Window(
        west=(east + west) / 2 - width / narrowing / 2,
        north=(north + south) / 2 + height / 2,
        width=width / narrowing,
        height=height,
        narrowing=narrowing,
    )


def _shape(places: list[Place]) -> float:
    if not all(map(_REGION.holds, places)):
        return _BROAD
    return _COUNTRY if len(places) > _MOST_OF_FEW else _NARROWEST


def _laid(sheet: _Sheet, window: _Window) -> Outlines:
    left, top = window.at(sheet.west, sheet.north)
    right, bottom = window.at(sheet.east, sheet.south)
    return Outlines(sheet.name, round(left, 1), round(top, 1), round(right - left, 1), round(bottom - top, 1))


def _named(spots: Iterable[Spot], window: _Window, nameless: Set[str]) -> Iterator[Spot]:
    """The spots, with names where they fit without touching another name, the centre's first."""
    found = list(spots)
    to_name = [each for each in reversed(found) if each.link.iri not in nameless]
    if len(to_name) > _MOST_NAMES:
        yield from found
        return
    taken: list[tuple[float, float, float, float]] = [
        (each.x - 5, each.y - 5, each.x + 5, each.y + 5) for each in found
    ]
    sides: dict[str, str] = {}
    for each in to_name:
        for anchor in ("start", "end", "middle", "below"):
            box = _box(each, anchor)
            fits = box[0] >= 0 and box[2] <= _WIDTH and box[1] >= 0 and box[3] <= window.height * window.scale
            if fits and not any(_meet(box, other) for other in taken):
                taken.append(box)
                sides[each.link.iri] = anchor
                break
    for each in found:
        yield Spot(each.link, each.x, each.y, each.centre, sides.get(each.link.iri))


def _box(spot: Spot, anchor: str) -> tuple[float, float, float, float]:
    length = len(spot.link.text) * _LETTER
    left = {"start": spot.x + 11, "end": spot.x - 11 - length}.get(anchor, spot.x - length / 2)
    middle = spot.y + {"middle": -_RAISED, "below": _RAISED}.get(anchor, 0)
    return left, middle - _LINE / 2, left + length, middle + _LINE / 2


def _meet(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
