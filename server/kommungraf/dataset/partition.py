"""Contested statements as claims of their own, so that what nobody contests does not fall with what somebody does."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from pyoxigraph import NamedNode, Quad

from kommungraf.dataset.claims import Claims
from kommungraf.dataset.conflicts import DIFFERS, Contest
from kommungraf.quads.graphs import Name, parsed
from kommungraf.vocab import iri

__all__ = ["CONTESTED", "Part", "Partition", "partitioned"]

#: The graph of what is said of the claims that hold contested statements.
CONTESTED: Final = "id/rule/contested-statements"

_PART_OF: Final = NamedNode(iri("dcterms:isPartOf"))
_PERIOD: Final = NamedNode(iri("kg:period"))
#: The bounds belong to the period, also where a source gives them instead of one.
_BOUNDS: Final = frozenset(
    NamedNode(iri(name)) for name in ("kg:earliestStart", "kg:latestStart", "kg:earliestEnd", "kg:latestEnd")
)
_OWN: Final = frozenset(NamedNode(iri(name)) for name in ("skos:note", "kg:conflictsWith", "kg:status"))

Pairs = tuple[tuple[NamedNode, NamedNode], ...]
Matter = tuple[NamedNode, NamedNode | None, NamedNode | None]


@dataclass(frozen=True, slots=True)
class Part:
    """A claim that stands on one side of a disagreement of a kind about a thing."""

    claim: NamedNode
    kind: str
    subject: NamedNode


@dataclass(frozen=True, slots=True)
class Partition:
    """The claims with their contested statements apart, and how those stand to each other.

    `metadata` says of each new claim what it is part of, and its source and place.
    """

    claims: Claims
    contests: tuple[Contest, ...]
    relations: Mapping[str, Pairs]
    metadata: tuple[Quad, ...]

    @property
    def parts(self) -> Iterator[Part]:
        """The sides of the disagreements."""
        return (Part(each.one, each.kind, each.subject) for each in self.contests)

    def pairs(self, relation: str) -> Pairs:
        """The pairs of claims of which the first stands in `relation` to the second."""
        return self.relations.get(relation, ())


def partitioned(claims: Claims, contests: Iterable[Contest], base_iri: str) -> Partition:
    """The claims with each contested statement as a claim of its own, where the claim says more and nobody judged it."""
    found = tuple(contests)
    moved = _moved(claims, found)
    graphs: dict[Name, list[Quad]] = {}
    gone = {quad for quads in moved.values() for quad in quads}
    for whole, *_ in moved:
        graphs[whole] = [quad for quad in claims.graphs[whole] if quad not in gone]
    names = {matter: _name(matter) for matter in moved}
    for matter, quads in moved.items():
        part = names[matter]
        graphs[part] = [
            *(graphs[part] if part in graphs else claims.graphs[part]),
            *(Quad(each.subject, each.predicate, each.object, part) for each in quads),
        ]
    declared = claims.declared.union(names.values())
    renamed = tuple(replace(each, one=names.get(_matter(each), each.one)) for each in found)
    return Partition(
        replace(claims, graphs=claims.graphs.changed(graphs), declared=declared),
        renamed,
        _relations(found, renamed),
        tuple(_metadata(claims, names, NamedNode(base_iri + CONTESTED))),
    )


def _matter(each: Contest) -> Matter:
    return each.one, each.node, each.property


def _moved(claims: Claims, contests: Iterable[Contest]) -> dict[Matter, list[Quad]]:
    """The statements of each matter that leave their claim; each statement leaves once."""
    matters = dict.fromkeys(_matter(each) for each in contests if each.one not in claims.written)
    moved: dict[Matter, list[Quad]] = {}
    gone: set[Quad] = set()
    for matter in matters:
        said = claims.graphs[matter[0]]
        quads = [quad for quad in said if _is_about(quad, matter) and quad not in gone]
        if quads and len(quads) < len(said):
            moved[matter] = quads
            gone.update(quads)
    return moved


def _is_about(quad: Quad, matter: Matter) -> bool:
    _, node, prop = matter
    if node is None or quad.subject != node:
        return False
    return prop in {None, quad.predicate} or (prop == _PERIOD and quad.predicate in _BOUNDS)


def _name(matter: Matter) -> NamedNode:
    """The claim's IRI with what is contested: `…/twin-se-0780-lt-kaunas-period`."""
    whole, node, prop = matter
    contested = (prop or node or whole).value
    return NamedNode(f"{whole.value}-{contested.replace('#', '/').rpartition('/')[2]}")


def _relations(found: Iterable[Contest], renamed: Iterable[Contest]) -> Mapping[str, Pairs]:
    """Each relation between two sides, told by the names that the sides now have."""
    sides: defaultdict[tuple[object, ...], list[NamedNode]] = defaultdict(list)
    both = list(zip(found, renamed, strict=True))
    for was, now in both:
        sides[was.kind, was.subject, was.one, was.other].append(now.one)
    pairs: defaultdict[str, dict[tuple[NamedNode, NamedNode], None]] = defaultdict(dict)
    for was, now in both:
        if was.relation != iri(DIFFERS):
            for other in sides.get((was.kind, was.subject, was.other, was.one), ()):
                pairs[was.relation][now.one, other] = None
    return {relation: tuple(each) for relation, each in pairs.items()}


def _metadata(claims: Claims, names: Mapping[Matter, NamedNode], graph: NamedNode) -> Iterator[Quad]:
    wholes: defaultdict[NamedNode, list[NamedNode]] = defaultdict(list)
    for (whole, *_), part in names.items():
        wholes[whole].append(part)
    for whole, parts in wholes.items():
        for quad in parsed(claims.graphs.statements(claims.curation, f"{whole} ".encode())):
            if quad.predicate not in _OWN:
                yield from (Quad(part, quad.predicate, quad.object, graph) for part in parts)
    for whole, parts in wholes.items():
        yield from (Quad(part, _PART_OF, whole, graph) for part in parts)
