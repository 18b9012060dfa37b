"""SHACL property paths: the nodes that a path leads to, and the triples on the way."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from kommungraf.validation.triples import Triples

__all__ = ["Path", "Step", "Triple"]

Triple = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Path:
    """`kind` is the local name of its SHACL property, or `predicate`, `inverse` or `sequence`.

    An inverse path has its predicate itself: the inverse of a longer path is left to pySHACL.
    """

    kind: str
    predicate: str = ""
    parts: tuple["Path", ...] = ()

    def values(self, triples: Triples, node: str) -> Iterable[str]:
        """The nodes at the end of the path, each once."""
        if self.kind == "predicate":
            return triples.objects(node, self.predicate)
        if self.kind == "inverse":
            return triples.subjects(self.predicate, node)
        return dict.fromkeys(_WALKS[self.kind](self, triples, node))

    def walked(self, triples: Triples, nodes: Iterable[str]) -> Iterator[Triple]:
        """Every triple that tells where the path leads from the nodes."""
        if self.kind == "predicate":
            yield from (
                (node, self.predicate, value) for node in nodes for value in triples.objects(node, self.predicate)
            )
        elif self.kind == "inverse":
            yield from (
                (value, self.predicate, node) for node in nodes for value in triples.subjects(self.predicate, node)
            )
        elif self.kind == "sequence":
            for part in self.parts:
                yield from part.walked(triples, nodes)
                nodes = {value for node in nodes for value in part.values(triples, node)}
        else:
            reached = nodes if self.kind in _ONCE else {*nodes, *_further(self, triples, nodes)}
            for part in self.parts:
                yield from part.walked(triples, reached)

    def steps(self) -> Iterator["Step"]:
        """Each single step that the path may take."""
        if self.predicate:
            yield self.predicate, self.kind == "inverse"
        for part in self.parts:
            yield from part.steps()


#: A predicate, and whether it is followed from the object to the subject.
Step = tuple[str, bool]


def _sequence(path: Path, triples: Triples, node: str) -> Iterable[str]:
    nodes: Iterable[str] = (node,)
    for part in path.parts:
        nodes = {value: None for each in nodes for value in part.values(triples, each)}
    return nodes


def _alternative(path: Path, triples: Triples, node: str) -> Iterator[str]:
    for part in path.parts:
        yield from part.values(triples, node)


def _further(path: Path, triples: Triples, nodes: Iterable[str]) -> dict[str, None]:
    """What one step or more lead to; a circle ends where it closes."""
    found: dict[str, None] = {}
    pending = list(nodes)
    while pending:
        new = [value for value in path.parts[0].values(triples, pending.pop()) if value not in found]
        found.update(dict.fromkeys(new))
        pending += new
    return found


_ONCE: Final = frozenset({"alternativePath", "zeroOrOnePath"})
_WALKS: Final[dict[str, Callable[[Path, Triples, str], Iterable[str]]]] = {
    "sequence": _sequence,
    "alternativePath": _alternative,
    "zeroOrOnePath": lambda path, triples, node: (node, *path.parts[0].values(triples, node)),
    "zeroOrMorePath": lambda path, triples, node: (node, *_further(path, triples, (node,))),
    "oneOrMorePath": lambda path, triples, node: _further(path, triples, (node,)),
}
