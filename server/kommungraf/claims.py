"""The held view: which claims the publisher accepts, and what their graphs say together."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad

from kommungraf.vocab import iri

__all__ = ["CURATION", "Claims", "sorted_out"]

#: The graph of what the publisher itself says: sources, the claims' status, gaps.
CURATION: Final = "id/graph/curation"

_A: Final = NamedNode(iri("rdf:type"))
_CLAIM: Final = NamedNode(iri("kg:Claim"))
_STATUS: Final = NamedNode(iri("kg:status"))
_ACCEPTED: Final = NamedNode(iri("kg:Accepted"))

Name = NamedNode | BlankNode | DefaultGraph


@dataclass(frozen=True, slots=True)
class Claims:
    """A dataset's statements, sorted out: `graphs` by name, `declared` the claims, `accepted` those held.

    `written` are the claims to which a person gave a status.
    """

    curation: NamedNode
    graphs: dict[Name, list[Quad]]
    declared: frozenset[NamedNode]
    accepted: frozenset[NamedNode]
    written: frozenset[NamedNode]

    def quads(self) -> Iterator[Quad]:
        """Every statement, in its graph."""
        for quads in self.graphs.values():
            yield from quads

    def held(self) -> Iterator[Quad]:
        """The statements of curation and of each accepted claim, still in their graphs."""
        yield from self.graphs.get(self.curation, ())
        for name, quads in self.graphs.items():
            if name in self.accepted:
                yield from quads

    def not_held(self) -> Iterator[Quad]:
        """The statements of the claims that the publisher doesn't hold to be true."""
        for name in self.declared - self.accepted:
            yield from self.graphs.get(name, ())

    def without_statements(self) -> Iterator[NamedNode]:
        """The claims that say nothing."""
        return (claim for claim in self.declared if claim not in self.graphs)


def sorted_out(quads: Iterable[Quad], base_iri: str) -> Claims:
    """The statements by graph; those of the files' default graphs become the curation graph's."""
    curation = NamedNode(base_iri + CURATION)
    graphs: defaultdict[Name, list[Quad]] = defaultdict(list)
    for quad in quads:
        if isinstance(quad.graph_name, DefaultGraph):
            graphs[curation].append(Quad(quad.subject, quad.predicate, quad.object, curation))
        else:
            graphs[quad.graph_name].append(quad)
    stated = graphs.get(curation, [])
    declared = _subjects(stated, _A, _CLAIM)
    accepted, written = _subjects(stated, _STATUS, _ACCEPTED), _subjects(stated, _STATUS, None)
    return Claims(curation, dict(graphs), declared, declared & accepted, declared & written)


def _subjects(quads: Iterable[Quad], predicate: NamedNode, value: NamedNode | None) -> frozenset[NamedNode]:
    found = (
        quad.subject for quad in quads if quad.predicate == predicate and (value is None or quad.object == value)
    )
    return frozenset(subject for subject in found if isinstance(subject, NamedNode))
