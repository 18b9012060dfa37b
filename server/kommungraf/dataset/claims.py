"""The held view: which claims the publisher accepts, and what their graphs say together."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pyoxigraph import NamedNode, Quad

from kommungraf.quads.graphs import Graphs, in_graph, parsed
from kommungraf.vocab import iri

__all__ = ["CURATION", "Claims", "claims_of"]

#: The graph of what the publisher itself says: sources, the claims' status, gaps.
CURATION: Final = "id/graph/curation"

_CLAIM: Final = f"<{iri('rdf:type')}> <{iri('kg:Claim')}> .\n".encode()
_STATUS: Final = f"<{iri('kg:status')}> ".encode()
_ACCEPTED: Final = f"<{iri('kg:Accepted')}> .\n".encode()


@dataclass(frozen=True, slots=True)
class Claims:
    """A dataset's statements, sorted out: `graphs` by name, `declared` the claims, `accepted` those held.

    `written` are the claims to which a person gave a status.
    """

    curation: NamedNode
    graphs: Graphs
    declared: frozenset[NamedNode]
    accepted: frozenset[NamedNode]
    written: frozenset[NamedNode]

    def lines(self) -> Iterator[bytes]:
        """Every statement as an N-Quads line."""
        for name, lines in self.graphs.walk():
            yield from in_graph(lines, name)

    def held_lines(self) -> Iterator[bytes]:
        """The statements of curation and of each accepted claim as N-Triples lines."""
        for name, lines in self.graphs.walk():
            if name == self.curation or name in self.accepted:
                yield from lines

    def held(self) -> Iterator[Quad]:
        """The statements of curation and of each accepted claim."""
        return parsed(self.held_lines())

    def not_held(self) -> Iterator[Quad]:
        """The statements of the claims that the publisher doesn't hold to be true."""
        rejected = self.declared - self.accepted
        return parsed(line for name, lines in self.graphs.walk() if name in rejected for line in lines)

    def without_statements(self) -> Iterator[NamedNode]:
        """The claims that say nothing."""
        silent = set(self.declared)
        silent.difference_update(name for name, _ in self.graphs.walk())
        return iter(silent)


def claims_of(graphs: Graphs, base_iri: str) -> Claims:
    """The claims among graphs, as their curation graph declares and judges them."""
    curation = NamedNode(base_iri + CURATION)
    declared, accepted, written = set[NamedNode](), set[NamedNode](), set[NamedNode]()
    last, claim = b"", curation
    for line in graphs.statements(curation):
        subject, _, said = line.partition(b" ")
        if subject[:1] != b"<" or not (said == _CLAIM or said.startswith(_STATUS)):
            continue
        if subject != last:
            last, claim = subject, NamedNode(subject[1:-1].decode())
        if said == _CLAIM:
            declared.add(claim)
        else:
            written.add(claim)
        if said.endswith(_ACCEPTED):
            accepted.add(claim)
    return Claims(
        curation, graphs, frozenset(declared), frozenset(declared & accepted), frozenset(declared & written)
    )
