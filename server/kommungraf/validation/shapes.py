"""The shapes of a SHACL graph as values that tell which nodes surely conform; the rest is for pySHACL to judge."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Quad

from kommungraf.validation.constraints import (
    LISTS,
    SHAPE_LISTS,
    SHAPES,
    TERMS,
    Answer,
    Constraint,
    qualified,
)
from kommungraf.validation.paths import Path, Triple
from kommungraf.validation.triples import TYPE, Triples, normal, text
from kommungraf.vocab import iri

__all__ = ["TARGETS", "Named", "Shape", "Target", "read_shapes"]

_SH: Final = iri("sh:path").removesuffix("path")
_REST: Final = f"<{iri('rdf:rest')}>"
_FIRST: Final = f"<{iri('rdf:first')}>"
_NIL: Final = f"<{iri('rdf:nil')}>"
#: The kind of a target, and the node, class or property that it names.
Target = tuple[str, str]
#: Nodes by the targets that lead to them.
Named = Mapping[Target, Collection[str]]
TARGETS: Final = ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
#: Says nothing of which nodes conform.
_SILENT: Final = frozenset(
    {*TARGETS, "path", "severity", "message", "name", "description", "order", "group", "sparql"}
)
_QUALIFIED: Final = frozenset({"qualifiedValueShape", "qualifiedMinCount", "qualifiedMaxCount"})
#: pySHACL refuses to go deeper than 15 shapes.
_DEPTH: Final = 12
#: What a SPARQL constraint may name beside $this; such a query isn't asked here.
_BOUND_TOO: Final = ("PATH", "shapesGraph", "currentShape")


@dataclass(frozen=True, slots=True)
class Shape:
    """A node or property shape; `queries` are its SPARQL constraints.

    `known` says that every construct in it is understood, so that what its verdict depends on is known too.
    """

    node: str
    path: Path | None
    constraints: tuple[Constraint, ...]
    lenient: bool
    targets: tuple[Target, ...]
    queries: tuple[str, ...] = ()
    known: bool = True

    def conforms(self, triples: Triples, node: str) -> Answer:
        """Whether a node conforms; None where only pySHACL can say, as of a nested shape whose severity lets faults pass."""
        answer = self.passes(triples, node)
        return None if answer is False and self.lenient else answer

    def passes(self, triples: Triples, node: str) -> Answer:
        """Whether the node gives no result at all; SPARQL constraints are asked apart from this."""
        values = tuple(self.path.values(triples, node)) if self.path else (node,)
        sure = True
        for each in self.constraints:
            answer = each.test(triples, node, values)
            if answer is False:
                return False
            sure = sure and answer is True
        return True if sure else None

    def focus_nodes(self, named: Named) -> Iterator[str]:
        """Those of the nodes that its targets name, some of them more than once."""
        for target in self.targets:
            yield from named.get(target, ())

    def looked_at(self, triples: Triples, nodes: Iterable[str]) -> Iterator[Triple]:
        """Every triple that the verdict on the nodes can depend on, but for SPARQL constraints and the subclass triples."""
        focus = set(nodes)
        values = focus
        if self.path:
            yield from self.path.walked(triples, focus)
            values = {value for node in focus for value in self.path.values(triples, node)}
        for constraint in self.constraints:
            for path in constraint.pairs:
                yield from path.walked(triples, focus)
            for path in constraint.paths:
                yield from path.walked(triples, values)
            for shape in constraint.shapes:
                if isinstance(shape, Shape) and values:
                    yield from shape.looked_at(triples, values)

    def steps(self) -> Iterator[tuple[str, bool]]:
        """Each step from one node to another that the shape may take."""
        for path in (
            *filter(None, [self.path]),
            *(each for one in self.constraints for each in (*one.paths, *one.pairs)),
        ):
            yield from path.steps()
        for shape in (each for one in self.constraints for each in one.shapes):
            if isinstance(shape, Shape):
                yield from shape.steps()


def read_shapes(quads: Iterable[Quad]) -> tuple[Shape, ...]:
    """The shapes of a graph that have targets, in the order of their names."""
    reader = _Reader(quads)
    return tuple(reader.shape(node) for node in sorted(reader.targeted()))


class _Reader:
    def __init__(self, quads: Iterable[Quad]) -> None:
        self._known = True
        self._statements: dict[str, dict[str, list[str]]] = {}
        for quad in quads:
            subject, predicate, value = str(quad.subject), str(quad.predicate), normal(str(quad.object))
            self._statements.setdefault(subject, {}).setdefault(predicate, []).append(value)
            self._known = self._known and value != f"<{_SH}ConstraintComponent>"

    def targeted(self) -> Iterator[str]:
        targets = {f"<{_SH}{name}>" for name in (*TARGETS, "target")}
        for node, statements in self._statements.items():
            if not targets.isdisjoint(statements) or self._is_class(node):
                yield node

    def _is_class(self, node: str) -> bool:
        """Whether a shape is its own target class."""
        types = self._values(node, TYPE)
        return any(name.endswith("Class>") for name in types) and f"<{_SH}NodeShape>" in types

    def _values(self, node: str, predicate: str) -> list[str]:
        return self._statements.get(node, {}).get(predicate, [])

    def _one(self, node: str, name: str) -> str | None:
        return next(iter(self._values(node, f"<{_SH}{name}>")), None)

    def _list(self, node: str) -> Iterator[str]:
        while node != _NIL and (first := self._values(node, _FIRST)):
            yield first[0]
            node = next(iter(self._values(node, _REST)), _NIL)

    def shape(self, node: str, depth: int = 0) -> Shape:
        """The shape of that name; one that goes deeper than pySHACL would is not known."""
        path, readable = self._own_path(node)
        parameters = self._parameters(node) if depth < _DEPTH else {}
        constraints = [made for name, value in parameters.items() for made in self._made(name, value, node, depth)]
        queries = [self._query(each) for each in self._values(node, f"<{_SH}sparql>")]
        known = self._known and readable and depth < _DEPTH and not self._is_class(node) and None not in queries
        return Shape(
            node=node,
            path=path,
            constraints=tuple(each for each in constraints if each),
            lenient=self._one(node, "severity") not in {None, f"<{_SH}Violation>"},
            targets=tuple((kind, name) for kind in TARGETS for name in self._values(node, f"<{_SH}{kind}>")),
            queries=tuple(filter(None, queries)),
            known=known and None not in constraints and (depth == 0 or not queries),
        )

    def _parameters(self, node: str) -> dict[str, list[str]]:
        """The values of each SHACL property of a shape that says something of conformance."""
        own = self._statements.get(node, {})
        named = {
            predicate[1:-1].removeprefix(_SH): values for predicate, values in own.items() if _SH in predicate
        }
        return {name: values for name, values in named.items() if name not in _SILENT}

    def _made(self, name: str, values: list[str], node: str, depth: int) -> Iterator[Constraint | None]:
        """The constraints of one parameter; None where it is not understood."""
        if name in _QUALIFIED:
            if name == "qualifiedValueShape":
                yield self._qualified(values, node, depth)
            return
        for value in values:
            yield self._constraint(name, value, depth)

    def _constraint(self, name: str, value: str, depth: int) -> Constraint | None:
        if name in TERMS:
            return TERMS[name](value)
        if name in LISTS:
            return LISTS[name](tuple(self._list(value)))
        nested = [value] if name in SHAPES else [*self._list(value)] if name in SHAPE_LISTS else []
        shapes = tuple(self.shape(each, depth + 1) for each in nested)
        if not shapes or not all(shape.known for shape in shapes):
            return None
        return SHAPES[name](shapes[0]) if name in SHAPES else SHAPE_LISTS[name](shapes)

    def _qualified(self, values: list[str], node: str, depth: int) -> Constraint | None:
        shape = self.shape(values[0], depth + 1)
        least, most = (self._one(node, name) for name in ("qualifiedMinCount", "qualifiedMaxCount"))
        if len(values) > 1 or not shape.known:
            return None
        return qualified(shape, int(text(least)) if least else None, int(text(most)) if most else None)

    def _own_path(self, node: str) -> tuple[Path | None, bool]:
        found = self._one(node, "path")
        path = self._path(found) if found else None
        return path, found is None or path is not None

    def _path(self, node: str) -> Path | None:
        """The path that a node describes; None where it is not understood."""
        if node.startswith("<"):
            return Path("predicate", node)
        if inverse := self._one(node, "inversePath"):
            return Path("inverse", inverse) if inverse.startswith("<") else None
        for kind in ("alternativePath", "zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath"):
            if part := self._one(node, kind):
                return self._path_of(kind, [*self._list(part)] if kind == "alternativePath" else [part])
        return self._path_of("sequence", [*self._list(node)])

    def _path_of(self, kind: str, nodes: list[str]) -> Path | None:
        parts = tuple(self._path(node) for node in nodes)
        return Path(kind, parts=tuple(filter(None, parts))) if parts and None not in parts else None

    def _query(self, node: str) -> str | None:
        """The text of a SPARQL constraint with its prefixes; None where it binds more than the focus node."""
        select = self._one(node, "select")
        if select is None or any(mark + name in select for mark in "$?" for name in _BOUND_TOO):
            return None
        return "".join(self._prefixes(node)) + text(select)

    def _prefixes(self, node: str) -> Iterator[str]:
        for ontology in self._values(node, f"<{_SH}prefixes>"):
            for each in self._values(ontology, f"<{_SH}declare>"):
                prefix, namespace = self._one(each, "prefix"), self._one(each, "namespace")
                if prefix and namespace:
                    yield f"PREFIX {text(prefix)}: <{text(namespace)}>\n"
