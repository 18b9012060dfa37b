"""Who cooperates with whom in the country: its counties on a map, and from each of them its municipalities, as picture and table."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

from flask import Blueprint, Response, request

from kommungraf.errors import UnknownResource
from kommungraf.http.negotiation import refuse_moment
from kommungraf.rendering.atlas import Town
from kommungraf.rendering.atlas import towns as everywhere
from kommungraf.rendering.maps import Map, Place, drawn
from kommungraf.rendering.panels import Panel, Part
from kommungraf.rendering.plurals import plural
from kommungraf.rendering.site import TYING_CLASSES, Reader, page, reader
from kommungraf.resources.links import Link
from kommungraf.resources.views import Value

__all__ = ["blueprint"]

blueprint = Blueprint("countrywide", __name__)

#: So many points can still be told apart; those with the most ties are shown.
_MOST_POINTS: Final = 60
_MOST_NAMED: Final = 24
_THINNEST, _THICKEST = 1.0, 7.0
_PARTS: Final = """
    SELECT part.whole, part.member FROM part JOIN thing ON thing.iri = part.whole
    WHERE :type = '' OR thing.type = :type GROUP BY part.whole, part.member ORDER BY part.whole, part.member
"""

#: How many cooperations each two share.
Shared = Counter[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Found:
    """What is drawn and listed: the points, each with its place if it is known, the ties, and how many points are left out."""

    places: Mapping[str, tuple[float, float] | None]
    shared: Shared
    left_out: int = 0

    @property
    def placeless(self) -> frozenset[str]:
        """The points that can't be on the map."""
        return frozenset(name for name, place in self.places.items() if place is None)


@blueprint.get("/network")
def network() -> Response:
    """The counties of the country, tied by cooperations across their borders; or the municipalities of one `county`."""
    who, kind, county = reader(), request.args.get("type", ""), request.args.get("county", "")
    refuse_moment(request)
    kinds = [name for name in TYING_CLASSES if name in who.edition.index.types()]
    towns = {each.iri: each for each in everywhere(who.edition)}
    counties = sorted({town.county for town in towns.values()})
    if not towns or kind not in {"", *kinds} or county not in {"", *counties}:
        raise UnknownResource(kind or county or f"{who.edition.base_iri}network")
    members = _members(who, towns, kind)
    found = _around(county, towns, members) if county else _between_counties(towns, members)
    who.names.fetch({*kinds, *counties, *found.places})
    context = {
        "kinds": [plural(who.names.link(name), who.language) for name in kinds],
        "counties": sorted(map(who.names.link, counties), key=_name),
        "kind": plural(who.names.link(kind), who.language) if kind else None,
        "county": who.names.link(county) if county else None,
        "map": _map(who, found, county),
        "placeless": [_leading(who, name, county) for name in sorted(found.placeless, key=_by_name(who))],
        "panel": _panel(who, found, whole=not county),
        "found": found,
        "query": who.as_query("county-network" if county else "network", **_given(type=kind, county=county)),
        "at": lambda county, kind: _address(who, {"county": county, "type": kind}),
    }
    return page("network.html", who, **context)


def _members(who: Reader, towns: Mapping[str, Town], kind: str) -> list[frozenset[str]]:
    """The municipalities of each cooperation that has more than one of them."""
    found = defaultdict(set)
    for whole, member in who.edition.index.rows(_PARTS, {"type": kind}):
        if member in towns:
            found[whole].add(member)
    return [frozenset(each) for each in found.values() if len(each) > 1]


def _between_counties(towns: Mapping[str, Town], members: Iterable[frozenset[str]]) -> _Found:
    """How many cooperations have members in both of two counties; a county lies in the middle of its municipalities."""
    shared: Shared = Counter()
    for each in members:
        shared.update(combinations(sorted({towns[name].county for name in each}), 2))
    inside: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for town in towns.values():
        inside[town.county] += [town.position] if town.position else []
    return _Found({county: _middle(found) for county, found in inside.items()}, shared)


def _middle(places: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    if not places:
        return None
    latitudes, longitudes = zip(*places, strict=True)
    return sum(latitudes) / len(places), sum(longitudes) / len(places)


def _around(county: str, towns: Mapping[str, Town], members: Iterable[frozenset[str]]) -> _Found:
    """How many cooperations the municipalities of a county share with one another and with others."""
    own = {name for name, town in towns.items() if town.county == county}
    shared: Shared = Counter()
    for each in members:
        inside = sorted(own & each)
        shared.update(combinations(inside, 2))
        shared.update((name, other) for name in inside for other in each - own)
    degrees: Counter[str] = Counter()
    for (one, other), number in shared.items():
        degrees.update({one: number, other: number})
    others = sorted(degrees.keys() - own, key=lambda name: (-degrees[name], name))
    kept = own | set(others[: max(0, _MOST_POINTS - len(own))])
    left = {pair: number for pair, number in shared.items() if kept.issuperset(pair)}
    places = {name: towns[name].position for name in kept if name in own or name in degrees}
    return _Found(places, Counter(left), len(own | set(others)) - len(kept))


def _map(who: Reader, found: _Found, county: str) -> Map | None:
    """The points at their places and a line for each tie between two of them, the thicker the more is shared."""
    places = {name: Place(_leading(who, name, county), *place) for name, place in found.places.items() if place}
    drawable = ((pair, number) for pair, number in found.shared.items() if places.keys() >= {*pair})
    ordered = sorted(drawable, key=lambda item: (item[1], item[0]))
    if not ordered:
        return None
    picture = drawn(places.values(), pairs=[(places[one], places[other]) for (one, other), _ in ordered])
    most = max(found.shared.values())
    widths = (_THINNEST + (_THICKEST - _THINNEST) * (number - 1) / max(1, most - 1) for _, number in ordered)
    return replace(
        picture,
        ties=tuple(tie._replace(width=round(width, 1)) for tie, width in zip(picture.ties, widths, strict=True)),
    )


def _leading(who: Reader, name: str, county: str) -> Link:
    """A county leads to its own network, a municipality to its page."""
    link = who.names.link(name)
    kind = request.args.get("type", "")
    return link if county else replace(link, href=_address(who, {"county": name, "type": kind}))


def _given(**asked: str) -> dict[str, str]:
    return {name: value for name, value in asked.items() if value}


def _address(who: Reader, asked: Mapping[str, str]) -> str:
    given = _given(**asked)
    return who.with_query("network", given) if given else who.names.page("network")


def _panel(who: Reader, found: _Found, *, whole: bool) -> Panel:
    """A line for each point: with whom it shares how many cooperations."""
    with_whom: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (one, other), number in found.shared.items():
        with_whom[one][other] = with_whom[other][one] = number
    rows = [
        (Part((Value(name, link=_leading(who, name, "" if whole else name)),)), _partners(who, with_whom[name]))
        for name in sorted(found.places, key=_by_name(who))
    ]
    first = who.text("County") if whole else who.text("Municipality")
    columns = (first, who.text("Shares cooperations with"))
    return Panel(
        who.text("As a table"),
        who.text("Who cooperates with whom; a number says in how many cooperations, where they are several"),
        columns,
        tuple(rows),
    )


def _partners(who: Reader, numbers: Counter[str]) -> Part:
    ordered = sorted(numbers.items(), key=lambda item: (-item[1], _name(who.names.link(item[0]))))
    values = tuple(
        Value(name, link=who.names.link(name), note=str(number) if number > 1 else "") for name, number in ordered
    )
    if not values:
        return Part((Value("", text=who.text("none known")),))
    return Part(values[:_MOST_NAMED], more=max(0, len(values) - _MOST_NAMED))


def _by_name(who: Reader) -> Callable[[str], tuple[str, str]]:
    return lambda name: _name(who.names.link(name))


def _name(link: Link) -> tuple[str, str]:
    return link.text.casefold(), link.iri
