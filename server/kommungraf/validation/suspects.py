"""The focus nodes that may break a shape: found fast, and never too few; pySHACL judges them by the triples given here."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import NamedNode, QuerySolutions, RdfFormat, Store, Variable

from kommungraf.quads.graphs import chunks
from kommungraf.quads.spool import starting_with
from kommungraf.validation.paths import Path, Triple
from kommungraf.validation.patterns import NotFollowed, Patterns
from kommungraf.validation.shapes import Named, Shape, Target
from kommungraf.validation.triples import SUBCLASS, TYPE, Triples, normal, parts

__all__ = ["Suspicion", "View"]

#: How many nodes a part has, about; more of them are shared out again and again.
_PART: Final = 64
_PARTS: Final = 16
#: So many combinations of types are kept in mind with what they are instances of.
_LATELY: Final = 10_000
_THIS: Final = Variable("this")


@dataclass(frozen=True, slots=True)
class Suspicion:
    """The nodes that a shape may find fault with."""

    shape: Shape
    nodes: frozenset[str]

    def parts(self) -> Iterator["Suspicion"]:
        """The suspicion in parts of which a change touches one only; a node is always in the same part."""
        if len(self.nodes) <= _PART:
            yield self
            return
        parts: defaultdict[int, set[str]] = defaultdict(set)
        number = _PARTS
        while len(self.nodes) > number * _PART:
            number *= _PARTS
        for node in self.nodes:
            parts[int.from_bytes(hashlib.sha256(node.encode()).digest()[:8]) % number].add(node)
        for number in sorted(parts):
            yield Suspicion(self.shape, frozenset(parts[number]))


class View:
    """The sorted N-Triples lines of a graph as shapes look at them: focus nodes a stretch of lines at a time, and what they lead to."""

    def __init__(self, lines: Sequence[bytes], shapes: Iterable[Shape]) -> None:
        self._lines = lines
        self.queries: dict[str, Patterns] = {}
        self.unknown: list[Shape] = []
        self.shapes: list[Shape] = []
        for shape in shapes:
            (self.shapes if shape.known and self._understood(shape) else self.unknown).append(shape)
        self._targets = sorted({target for shape in self.shapes for target in shape.targets})
        self._classes = {name for kind, name in self._targets if kind == "targetClass"}
        self._properties = {name for kind, name in self._targets if kind == "targetSubjectsOf"}
        self._covering: dict[tuple[str, ...], tuple[Target, ...]] = {}
        followed, inverse = self._needed()
        self.triples = Triples(lines, followed, inverse)

    def _understood(self, shape: Shape) -> bool:
        try:
            self.queries |= {query: Patterns(query) for query in shape.queries}
        except NotFollowed:
            return False
        return True

    def _needed(self) -> tuple[set[str], set[str]]:
        """The predicates to follow, and those to follow backwards too."""
        steps = {step for shape in self.shapes for step in shape.steps()}
        asked = {name for patterns in self.queries.values() for name in patterns.predicates()}
        followed = {name for name, _ in steps} | self._properties
        inverse = {name for name, back in steps if back} | {
            name for kind, name in self._targets if kind == "targetObjectsOf"
        }
        return followed, inverse | asked

    def suspicions(self) -> Iterator[Suspicion]:
        """For each shape the focus nodes that do not surely conform, in the order of the shapes."""
        suspects: defaultdict[str, set[str]] = defaultdict(set)
        for named in self._named():
            for shape in self.shapes:
                if nodes := dict.fromkeys(shape.focus_nodes(named)):
                    suspects[shape.node] |= self._doubted(shape, nodes)
        for shape in self.shapes:
            if found := suspects.pop(shape.node, None):
                yield Suspicion(shape, frozenset(found))

    def _doubted(self, shape: Shape, nodes: Collection[str]) -> set[str]:
        found = {node for node in nodes if shape.passes(self.triples, node) is not True}
        for query in shape.queries:
            found |= self._answered(query, nodes)
        return found

    def _named(self) -> Iterator[Named]:
        """The focus nodes of all shapes by target, some at a time; a node may come again by another target."""
        yield {target: (target[1],) for target in self._targets if target[0] == "targetNode"}
        for target in self._targets:
            if target[0] == "targetObjectsOf":
                yield from ({target: nodes} for nodes in chunks(self.triples.all_objects(target[1])))
        for stretch in self.triples.stretches():
            named: defaultdict[Target, list[str]] = defaultdict(list)
            for node, said in stretch.items():
                for name in self._properties & said.keys():
                    named["targetSubjectsOf", name].append(node)
                for target in self._instance_of(said.get(TYPE, ())):
                    named[target].append(node)
            yield named

    def _instance_of(self, types: tuple[str, ...]) -> tuple[Target, ...]:
        """The target classes that nodes of these types are instances of."""
        found = self._covering.get(types)
        if found is None:
            if len(self._covering) == _LATELY:
                self._covering.clear()
            wide = {above for each in types for above in (each, *self.triples.superclasses(each))}
            found = self._covering[types] = tuple(("targetClass", name) for name in wide & self._classes)
        return found

    def _answered(self, query: str, nodes: Collection[str]) -> set[str]:
        """The nodes for which a SPARQL constraint has an answer."""
        try:
            store = _store(self.queries[query].triples(self, nodes))
            return {node for node in nodes if not node.startswith("<") or _has_answer(store, query, node)}
        except (SyntaxError, OSError, NotFollowed):
            return set(nodes)

    def matching(
        self, subjects: Collection[str] | None, predicate: str | None, objects: Collection[str] | None
    ) -> Iterator[Triple]:
        """The triples with one of the subjects, the predicate and one of the objects; None stands for any."""
        if predicate is None and subjects is None:
            raise NotFollowed
        if predicate is None:
            found = self._statements(subjects or ())
        elif subjects is not None and (objects is None or len(subjects) <= len(objects)):
            found = Path("predicate", predicate).walked(self.triples, subjects)
        elif objects is None:
            found = ((subject, predicate, value) for subject, value in self.triples.pairs(predicate))
        else:
            found = Path("inverse", predicate).walked(self.triples, objects)
        for subject, name, value in found:
            if (subjects is None or subject in subjects) and (objects is None or value in objects):
                yield subject, name, value

    def _statements(self, subjects: Iterable[str]) -> Iterator[Triple]:
        for subject in subjects:
            for line in starting_with(self._lines, f"{subject} ".encode()):
                _, predicate, value = parts(line)
                yield subject, predicate, normal(value)

    def evidence(self, suspicion: Suspicion) -> set[Triple]:
        """The triples on which the verdicts about the suspected nodes depend."""
        shape, nodes = suspicion.shape, suspicion.nodes
        found = {*self.matching(None, SUBCLASS, None), *shape.looked_at(self.triples, nodes)}
        for query in shape.queries:
            found |= self.queries[query].triples(self, nodes)
        return found | set(self._described(nodes | {node for triple in found for node in triple[::2]}))

    def _described(self, nodes: Iterable[str]) -> Iterator[Triple]:
        """What is said of blank nodes: pySHACL calls them by it."""
        known = {node for node in nodes if node[0] == "_"}
        pending = known
        while pending:
            statements = list(self._statements(pending))
            yield from statements
            pending = {value for _, _, value in statements if value[0] == "_"} - known
            known |= pending


def _store(triples: Iterable[Triple]) -> Store:
    store = Store()
    store.bulk_load("".join(f"{' '.join(triple)} .\n" for triple in triples).encode(), RdfFormat.N_TRIPLES)
    return store


def _has_answer(store: Store, query: str, node: str) -> bool:
    answer = store.query(query, substitutions={_THIS: NamedNode(node[1:-1])})
    return not isinstance(answer, QuerySolutions) or next(answer, None) is not None
