"""The things that stand between one resource and others: memberships, activities, gaps, claims of a source."""

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, Triple

from kommungraf.resources.resources import (
    CLAIMED,
    Claim,
    Document,
    Parts,
    Row,
    Source,
    Statement,
    asked,
    claims_behind,
    claims_in,
    document_in,
)
from kommungraf.vocab import iri

__all__ = ["WHOLE", "Neighbour", "Quotation", "Rival", "Surroundings", "load_with_surroundings"]

#: The queries that are asked as one for all that a page shows of a resource.
WHOLE: Final = (*CLAIMED, "surroundings", "located", "names-of", "quoted", "conflicting")
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
        "kg:wording",
        "org:member",
        "org:organization",
        "org:originalOrganization",
        "org:resultingOrganization",
        "qudt:lowerBound",
        "qudt:numericValue",
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
    """A claim drawn from a source, in the source's words or by the row of its table, and what it is about."""

    claim: str
    status: str | None
    phrases: tuple[str, ...]
    row: int | None
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rival:
    """A claim that conflicts with another, and what its graph says."""

    claim: Claim
    triples: tuple[Triple, ...]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The neighbours of a resource, and what else its page shows of other things.

    `partners` are the other members of what it is a member of, `near` the things on its map, of which some have their
    latitude and longitude in `places`, `names` its names that have a time, `quotations` the claims that are drawn from
    it, `rivals` those that conflict with it or are its sides, where it is a disagreement over the `compared` properties.
    """

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


def load_with_surroundings(source: Source, resource: str, *, page: int = 1) -> tuple[Document, Surroundings]:
    """One page of the document of `resource` and of what stands around it, in one round; raises UnknownResource."""
    parts = asked(source, resource, names=WHOLE, page=page)
    claims = claims_behind(source, parts, _links(parts))
    document = document_in(source, parts, iri=resource, page=page, claims=claims)
    return document, _surroundings(parts, resource, claims)


def _surroundings(parts: Parts, resource: str, claims: Mapping[str, Claim]) -> Surroundings:
    near = parts.get("near", ())
    cooperating = {row["s"].value for row in near if "p" in row and row["p"].value == _COOPERATES}
    partners: dict[str, set[str]] = {}
    for row in parts.get("partner", ()):
        if (partner := row["o"].value) in cooperating:
            partners.setdefault(row["s"].value, set()).add(partner)
    return Surroundings(
        neighbours=_neighbours(parts, claims),
        partners={name: tuple(sorted(found - {resource})) for name, found in partners.items()},
        near=tuple(dict.fromkeys(row["s"].value for row in near)),
        places={row["s"].value: _position(row) for row in near if "latitude" in row},
        names=tuple((row["s"].value, row["o"]) for row in parts.get("name", ())),
        quotations=_quotations(parts.get("quoted", ())),
        rivals=_rivals(parts.get("rival", ())),
        compared=frozenset(row["p"].value for row in parts.get("compared", ())),
    )


def _links(parts: Parts) -> tuple[str, ...]:
    """The parts that have the IRI of a property for a name: what is said of things that have that property."""
    return tuple(name for name in parts if "/" in name)


def _position(row: Row) -> tuple[float, float]:
    return float(row["latitude"].value), float(row["longitude"].value)


def _neighbours(parts: Parts, claims: Mapping[str, Claim]) -> tuple[Neighbour, ...]:
    """The things of the parts that have the IRI of a property for a name."""
    found: dict[tuple[str, str], dict[str, list[Row]]] = {}
    for link in _links(parts):
        for row in parts[link]:
            said = found.setdefault((row["s"].value, link), {})
            said.setdefault(row["p"].value, []).append(row)
    return tuple(Neighbour(*key, _said(rows, claims)) for key, rows in sorted(found.items()))


def _said(rows: Mapping[str, list[Row]], claims: Mapping[str, Claim]) -> dict[str, tuple[Statement, ...]]:
    """The statements about a neighbour that are shown or that not all claims agree on, in the order of their terms."""
    return {
        name: tuple(_statements(found, claims))
        for name, found in sorted(rows.items())
        if name in _SHOWN or not all(_is_held(row["g"].value, claims) for row in found)
    }


def _statements(rows: Iterable[Row], claims: Mapping[str, Claim]) -> Iterable[Statement]:
    graphs: dict[Triple, set[str]] = {}
    for row in rows:
        graphs.setdefault(Triple(row["s"], row["p"], row["o"]), set()).add(row["g"].value)
    for triple in sorted(graphs, key=str):
        names = tuple(sorted(graphs[triple]))
        yield Statement(triple, any(_is_held(name, claims) for name in names), names)


def _is_held(graph: str, claims: Mapping[str, Claim]) -> bool:
    return graph not in claims or claims[graph].status == _ACCEPTED


def _rivals(rows: Iterable[Row]) -> tuple[Rival, ...]:
    said: dict[str, set[Triple]] = {}
    for row in rows:
        if "s" in row:
            said.setdefault(row["g"].value, set()).add(Triple(row["s"], row["p"], row["o"]))
    found = sorted(claims_in(row for row in rows if "s" not in row).items())
    return tuple(Rival(each, tuple(sorted(said.get(name, ()), key=str))) for name, each in found)


def _quotations(rows: Iterable[Row]) -> tuple[Quotation, ...]:
    """The claims in the order of their IRIs."""
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row["g"].value, []).append(row)
    return tuple(_quotation(claim, found) for claim, found in sorted(grouped.items(), key=_claim_order))


def _claim_order(item: tuple[str, Any]) -> tuple[str, int, str]:
    """Claims of one source in the order of their numbers, 9 before 10, and then those without a number."""
    source, _, key = item[0].rpartition("/")
    number = _NUMBER.match(key)
    return source, int(number[0]) if number else sys.maxsize, key


def _quotation(claim: str, rows: list[Row]) -> Quotation:
    def values(name: str) -> tuple[str, ...]:
        return tuple(sorted({str(row["o"].value) for row in rows if "p" in row and row["p"].value == iri(name)}))

    return Quotation(
        claim=claim,
        status=next(iter(values("kg:status")), None),
        phrases=values("oa:exact"),
        row=next(map(int, values("csvw:rownum")), None),
        about=tuple(sorted({row["s"].value for row in rows if isinstance(row.get("s"), NamedNode)})),
    )
