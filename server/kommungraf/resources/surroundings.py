"""The things that stand between one resource and others: memberships, activities, gaps, claims of a source."""

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pyoxigraph import NamedNode, Triple

from kommungraf.resources.resources import Claim, Source, Statement, claims_in, paged, query_text
from kommungraf.vocab import iri

__all__ = ["Neighbour", "Quotation", "Rival", "Surroundings", "quotations", "rivals", "surroundings"]

_NUMBER: Final = re.compile(r"\d+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A thing that refers to the resource by the property `link`, with all that any named graph says of it."""

    iri: str
    link: str
    statements: tuple[Statement, ...]

    def about(self, name: str) -> tuple[Statement, ...]:
        """Its statements with the property of a prefixed name, such as ``kg:period``."""
        return tuple(each for each in self.statements if each.triple.predicate.value == iri(name))

    def values(self, name: str) -> tuple[str, ...]:
        """The IRIs and texts that the held view gives for the property of a prefixed name."""
        return tuple(str(getattr(each.triple.object, "value", "")) for each in self.about(name) if each.held)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The neighbours of a resource, the claims behind them, and the other members of what it is a member of."""

    neighbours: tuple[Neighbour, ...]
    claims: Mapping[str, Claim]
    partners: Mapping[str, tuple[str, ...]]

    def by(self, link: str) -> tuple[Neighbour, ...]:
        """The neighbours that refer to the resource by the property of a prefixed name."""
        return tuple(each for each in self.neighbours if each.link == iri(link))


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


def rivals(source: Source, claim: str) -> tuple[Rival, ...]:
    """The claims that conflict with `claim`."""
    rows = source.evaluator.select(query_text("conflicting"), this=NamedNode(claim))
    said: dict[str, set[Triple]] = {}
    for row in rows:
        if "s" in row:
            said.setdefault(row["g"].value, set()).add(Triple(row["s"], row["p"], row["o"]))
    found = sorted(claims_in(row for row in rows if "s" not in row).items())
    return tuple(Rival(each, tuple(sorted(said.get(name, ()), key=str))) for name, each in found)


def surroundings(source: Source, resource: str, *, page: int = 1) -> Surroundings:
    """One page of what stands between `resource` and other things, in one query."""
    rows = source.evaluator.select(paged("surroundings", page), this=NamedNode(resource))
    spoken = [row for row in rows if "g" in row and "node" in row]
    claims = claims_in(row for row in rows if "node" not in row)
    partners: dict[str, set[str]] = {}
    for row in rows:
        if "partner" in row:
            partners.setdefault(row["node"].value, set()).add(row["partner"].value)
    return Surroundings(
        neighbours=_neighbours(spoken, claims),
        claims=claims,
        partners={node: tuple(sorted(found - {resource})) for node, found in partners.items()},
    )


def _neighbours(rows: Iterable[Mapping[str, Any]], claims: Mapping[str, Claim]) -> tuple[Neighbour, ...]:
    found: dict[tuple[str, str], dict[Triple, set[str]]] = {}
    for row in rows:
        triples = found.setdefault((row["node"].value, row["link"].value), {})
        triples.setdefault(Triple(row["node"], row["p"], row["o"]), set()).add(row["g"].value)
    return tuple(
        Neighbour(node, link, tuple(_statement(each, triples[each], claims) for each in sorted(triples, key=str)))
        for (node, link), triples in sorted(found.items())
    )


def _statement(triple: Triple, graphs: set[str], claims: Mapping[str, Claim]) -> Statement:
    held = any(graph not in claims or claims[graph].status == iri("kg:Accepted") for graph in graphs)
    return Statement(triple, held, tuple(sorted(graphs)))


def quotations(source: Source, resource: str, *, page: int = 1) -> tuple[Quotation, ...]:
    """One page of the claims drawn from the source `resource`, in the order of their IRIs."""
    grouped: dict[str, list[Mapping[str, Any]]] = {}
    for row in source.evaluator.select(paged("quoted", page), this=NamedNode(resource)):
        grouped.setdefault(row["claim"].value, []).append(row)
    return tuple(_quotation(claim, rows) for claim, rows in sorted(grouped.items(), key=_claim_order))


def _claim_order(item: tuple[str, Any]) -> tuple[str, int, str]:
    """Claims of one source in the order of their numbers, 9 before 10, and then those without a number."""
    source, _, key = item[0].rpartition("/")
    number = _NUMBER.match(key)
    return source, int(number[0]) if number else sys.maxsize, key


def _quotation(claim: str, rows: list[Mapping[str, Any]]) -> Quotation:
    def values(name: str) -> tuple[str, ...]:
        return tuple(sorted({str(row["o"].value) for row in rows if "p" in row and row["p"].value == iri(name)}))

    return Quotation(
        claim=claim,
        status=next(iter(values("kg:status")), None),
        phrases=values("oa:exact"),
        row=next(map(int, values("csvw:rownum")), None),
        about=tuple(sorted({row["about"].value for row in rows if isinstance(row.get("about"), NamedNode)})),
    )
