"""The things that stand between one resource and others: memberships, activities, gaps, claims of a source."""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, Triple

from kommungraf.editions.answerable import Aspects, aspects
from kommungraf.editions.neighbours import MEMBER, positions
from kommungraf.editions.standings import claims as claims_of
from kommungraf.engine.ownqueries import joined
from kommungraf.releases.aspects import CONCERNED, GRAPH, LINKS, NAMED, QUOTED, RIVAL, SAYS
from kommungraf.resources.resources import (
    CLAIMED,
    Claim,
    Document,
    Extent,
    Parts,
    Row,
    Source,
    Statement,
    asked,
    claims_behind,
    document_in,
)
from kommungraf.vocab import iri

__all__ = [
    "WHOLE",
    "Excerpt",
    "Neighbour",
    "Quotation",
    "Rival",
    "Surroundings",
    "claim_order",
    "load_surroundings",
    "load_with_surroundings",
]

#: The queries that are asked as one for all that a page shows of a resource where the index tells nothing of it.
WHOLE: Final = (
    *CLAIMED,
    "brief",
    "surroundings",
    "contested",
    "periods",
    "names-of",
    "quoted",
    "conflicting",
    "located",
    "partners",
)
#: Of those, what is asked of a thing that has an aspect only.
_BY_ASPECT: Final = {
    "content": GRAPH,
    "says": SAYS,
    "links": LINKS,
    "names-of": NAMED,
    "quoted": QUOTED,
    "conflicting": RIVAL,
}
_FIRST: Final = Extent()
#: What finds all that an excerpt names a part of: in surroundings.rq, in contested.rq and in periods.rq.
_FOUND: Final = "VALUES ?part { kg:partOfCooperation kg:participant org:member org:organization } ?s ?part ?this"
_CONTESTED: Final = (
    "VALUES ?part { kg:participant kg:partOfCooperation org:member org:organization } ?s ?part ?this"
)
_OWN: Final = "?own org:member ?this"
_NUMBER: Final = re.compile(r"\d+", re.ASCII)
_ACCEPTED: Final = iri("kg:Accepted")
_COOPERATES: Final = iri("kg:cooperatesWith")
#: What is shown of neighbours, beside what claims disagree about.
_SHOWN: Final = frozenset(
    iri(name)
    for name in (
        "dcterms:title",
        "kg:filledBy",
        "kg:gapReason",
        "kg:gapSource",
        "kg:participant",
        "kg:period",
        "kg:qualifier",
        "kg:wording",
        "org:member",
        "org:organization",
        "org:originalOrganization",
        "org:resultingOrganization",
        "qudt:lowerBound",
        "qudt:numericValue",
        "qudt:upperBound",
    )
)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A thing that refers to the resource by the property `link`, with what pages show of it, by property."""

    iri: str
    link: str
    said: Mapping[str, tuple[Statement, ...]]

    def about(self, name: str) -> tuple[Statement, ...]:
        """Its statements with the property of a prefixed name, such as ``kg:period``."""
        return self.said.get(iri(name), ())

    def values(self, name: str) -> tuple[str, ...]:
        """The IRIs and texts that the held view gives for the property of a prefixed name."""
        return tuple(str(getattr(each.triple.object, "value", "")) for each in self.about(name) if each.held)


@dataclass(frozen=True, slots=True)
class Quotation:
    """What is drawn from a source, what it is about, and the `claim` that it is, if it is one."""

    iri: str
    claim: Claim | None
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rival:
    """A claim that conflicts with another, and what its graph says."""

    claim: Claim
    triples: tuple[Triple, ...]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Which memberships and activities a page shows, by the property that links each, and all `partners` by cooperation.

    `partial` where the index names not all that the engine holds.
    """

    shown: Mapping[str, tuple[str, ...]]
    partners: Mapping[str, tuple[str, ...]]
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The neighbours of a resource, and what else its page shows of other things.

    `own` is the claim that the resource is, if it is one. `partners` are the other members of what it is a member of, `near` the things on its map, of which some have their
    latitude and longitude in `places`, `names` its names that have a time, `quotations` the claims that are drawn from
    it, `rivals` those that conflict with it or are its sides, where it is a disagreement over the `compared` properties.
    """

    own: Claim | None
    neighbours: tuple[Neighbour, ...]
    partners: Mapping[str, tuple[str, ...]]
    near: tuple[str, ...]
    places: Mapping[str, tuple[float, float]]
    names: tuple[tuple[str, Literal], ...]
    quotations: tuple[Quotation, ...]
    rivals: tuple[Rival, ...]
    compared: frozenset[str] = frozenset()

    def by(self, link: str) -> tuple[Neighbour, ...]:
        """The neighbours that refer to the resource by the property of a prefixed name."""
        name = iri(link)
        return tuple(each for each in self.neighbours if each.link == name)

    @property
    def statements(self) -> tuple[Statement, ...]:
        """All that is shown of the neighbours."""
        return tuple(each for neighbour in self.neighbours for found in neighbour.said.values() for each in found)


def load_with_surroundings(
    source: Source, resource: str, *, extent: Extent = _FIRST, excerpt: Excerpt | None = None
) -> tuple[Document, Surroundings]:
    """One page of the document of `resource` and of what stands around it, in one round; raises UnknownResource.

    Of memberships and activities those of the `excerpt`; without one, those that the engine finds first.
    """
    text = extent.of(joined(*WHOLE)) if excerpt is None else _asking(source, resource, extent, excerpt)
    parts = asked(source, resource, text)
    claims = claims_behind(source, parts, (*_links(parts), "quoted", "rival"))
    document = document_in(source, parts, iri=resource, extent=extent, claims=claims)
    own = next(iter(claims_of(source.index, [resource]).values()), None)
    places = _places(source, parts, is_told=excerpt is None)
    around = _surroundings(parts, resource, claims=claims, excerpt=excerpt)
    return document, replace(around, own=own, places=places)


def load_surroundings(source: Source, resource: str, excerpt: Excerpt) -> tuple[Surroundings, Mapping[str, Claim]]:
    """What an `excerpt` holds of what stands around `resource`, and the claims behind it."""
    told = _told(source, resource, excerpt)
    parts = asked(source, resource, _narrowed((*_between(excerpt, told), "near"), _FIRST, excerpt, told))
    claims = claims_behind(source, parts, _links(parts))
    return _surroundings(parts, resource, claims=claims, excerpt=excerpt), claims


def _asking(source: Source, resource: str, extent: Extent, excerpt: Excerpt) -> str:
    """The text of the query for the page of a resource: what can find nothing by the index isn't asked."""
    told = _told(source, resource, excerpt)
    beside = (name for name, aspect in _BY_ASPECT.items() if told is None or aspect in told.names)
    return _narrowed(("claimed", "brief", *beside, *_between(excerpt, told), "near"), extent, excerpt, told)


def _told(source: Source, resource: str, excerpt: Excerpt) -> Aspects | None:
    """What the index tells of a resource and of what an excerpt shows around it; None where it doesn't tell all."""
    names = (name for found in excerpt.shown.values() for name in found)
    return None if excerpt.partial else aspects(source.index, resource, names)


def _between(excerpt: Excerpt, told: Aspects | None) -> Iterator[str]:
    """The queries about what stands between a resource and others that can find anything."""
    is_concerned = told is None or CONCERNED in told.names
    if is_concerned or any(excerpt.shown.values()):
        yield "surroundings"
    if is_concerned or (told is not None and told.contested):
        yield "contested"
    if excerpt.shown.get(MEMBER):
        yield "periods"


def _narrowed(queries: Iterable[str], extent: Extent, excerpt: Excerpt, told: Aspects | None) -> str:
    """The text of the queries as one, which asks for the memberships and activities of the excerpt alone."""
    # SPARQL takes no list for a variable, so the names stand in the place of the patterns that would find them.
    pairs = [(link, name) for link, names in excerpt.shown.items() for name in names]
    text = _paired(joined(*queries), _FOUND, pairs, extent)
    contested = pairs if told is None else [each for each in pairs if each[1] in told.contested]
    text = _paired(text, _CONTESTED, contested, extent)
    own = " ".join(str(NamedNode(name)) for name in excerpt.shown.get(MEMBER, ()))
    return extent.of(text.replace(_OWN, f"VALUES ?own {{ {own} }} {_OWN}"))


def _paired(text: str, found: str, pairs: Sequence[tuple[str, str]], extent: Extent) -> str:
    """The text with pairs of a property and a thing in place of what is to be found; there is room for them beside a page of others."""
    before, there, after = text.partition(found)
    if not there:
        return text
    values = " ".join(f"({NamedNode(link)} {NamedNode(name)})" for link, name in pairs)
    roomy = replace(extent, more=len(pairs)).of(after, times=1)
    return f"{before}VALUES (?part ?s) {{ {values} }} ?s ?part ?this{roomy}"


def _places(source: Source, parts: Parts, *, is_told: bool) -> Mapping[str, tuple[float, float]]:
    """Where the things on the map lie: as the parts tell, or else as the index does."""
    near = parts.get("near", ())
    if not is_told:
        return positions(source.index, (row["s"].value for row in near))
    return {row["s"].value: _position(row) for row in near if "latitude" in row}


def _surroundings(
    parts: Parts, resource: str, *, claims: Mapping[str, Claim], excerpt: Excerpt | None
) -> Surroundings:
    near = parts.get("near", ())
    cooperating = {row["s"].value for row in near if "p" in row and row["p"].value == _COOPERATES} - {resource}
    partners = _partners(parts) if excerpt is None else excerpt.partners
    return Surroundings(
        own=None,
        neighbours=_neighbours(parts, claims),
        partners={
            name: tuple(sorted(cooperating.intersection(found)))
            for name, found in partners.items()
            if not cooperating.isdisjoint(found)
        },
        near=tuple(dict.fromkeys(row["s"].value for row in near)),
        places={},
        names=tuple((row["s"].value, row["o"]) for row in parts.get("name", ())),
        quotations=_quotations(parts.get("quoted", ()), claims),
        rivals=_rivals(parts.get("rival", ()), claims),
        compared=frozenset(row["p"].value for row in parts.get("compared", ())),
    )


def _partners(parts: Parts) -> Mapping[str, tuple[str, ...]]:
    """Who is in what the resource is a member of, as the engine tells it."""
    found: dict[str, tuple[str, ...]] = {}
    for row in parts.get("partner", ()):
        found[row["s"].value] = (*found.get(row["s"].value, ()), row["o"].value)
    return found


def _links(parts: Parts) -> tuple[str, ...]:
    """The parts that have the IRI of a property for a name: what is said of things that have that property."""
    return tuple(name for name in parts if "/" in name)


def _position(row: Row) -> tuple[float, float]:
    return float(row["latitude"].value), float(row["longitude"].value)


def _neighbours(parts: Parts, claims: Mapping[str, Claim]) -> tuple[Neighbour, ...]:
    """The things of the parts that have the IRI of a property for a name."""
    found: dict[tuple[Any, str], dict[Any, list[Row]]] = {}
    for link in _links(parts):
        for row in parts[link]:
            found.setdefault((row["s"], link), {}).setdefault(row["p"], []).append(row)
    named = sorted((((thing.value, link), rows) for (thing, link), rows in found.items()), key=itemgetter(0))
    return tuple(Neighbour(*key, _said(rows, claims)) for key, rows in named)


def _said(rows: Mapping[Any, list[Row]], claims: Mapping[str, Claim]) -> dict[str, tuple[Statement, ...]]:
    """The statements about a neighbour that are shown or that not all claims agree on, in the order of their terms."""
    named = sorted(((property_.value, found) for property_, found in rows.items()), key=itemgetter(0))
    return {
        name: tuple(_statements(found, claims))
        for name, found in named
        if name in _SHOWN or not all(_is_held(row["g"].value, claims) for row in found)
    }


def _statements(rows: list[Row], claims: Mapping[str, Claim]) -> Iterable[Statement]:
    if len(rows) == 1:  # as most are
        [row] = rows
        name = row["g"].value
        yield Statement(Triple(row["s"], row["p"], row["o"]), _is_held(name, claims), (name,))
        return
    graphs: dict[Triple, set[str]] = {}
    for row in rows:
        graphs.setdefault(Triple(row["s"], row["p"], row["o"]), set()).add(row["g"].value)
    for triple in sorted(graphs, key=str):
        names = tuple(sorted(graphs[triple]))
        yield Statement(triple, any(_is_held(name, claims) for name in names), names)


def _is_held(graph: str, claims: Mapping[str, Claim]) -> bool:
    return graph not in claims or claims[graph].status == _ACCEPTED


def _rivals(rows: Iterable[Row], claims: Mapping[str, Claim]) -> tuple[Rival, ...]:
    said: dict[str, set[Triple]] = {}
    for row in rows:
        found = said.setdefault(row["g"].value, set())
        if "s" in row:
            found.add(Triple(row["s"], row["p"], row["o"]))
    known = (name for name in sorted(said) if name in claims)
    return tuple(Rival(claims[name], tuple(sorted(said[name], key=str))) for name in known)


def _quotations(rows: Iterable[Row], claims: Mapping[str, Claim]) -> tuple[Quotation, ...]:
    """The claims in the order of their IRIs."""
    about: dict[str, set[str]] = {}
    for row in rows:
        found = about.setdefault(row["g"].value, set())
        if isinstance(row.get("s"), NamedNode):
            found.add(row["s"].value)
    ordered = sorted(about.items(), key=lambda each: claim_order(each[0]))
    return tuple(Quotation(name, claims.get(name), tuple(sorted(found))) for name, found in ordered)


def claim_order(claim: str) -> tuple[str, int, str]:
    """Claims of one source in the order of their numbers, 9 before 10, and then those without a number."""
    source, _, key = claim.rpartition("/")
    number = _NUMBER.match(key)
    return source, int(number[0]) if number else sys.maxsize, key
