"""The triples that a SPARQL query about given nodes can look at: all that its answer depends on, and more."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final, Protocol

from rdflib import URIRef, Variable
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue

from kommungraf.validation.paths import Triple

__all__ = ["Matching", "NotFollowed", "Patterns"]

Pattern = tuple[Any, ...]

#: What each variable can be, as far as the patterns before tell.
Candidates = Mapping[Variable, frozenset[str]]

_PLAIN: Final = frozenset(
    (
        "SelectQuery",
        "Project",
        "Distinct",
        "Reduced",
        "OrderBy",
        "Slice",
        "Extend",
        "Group",
        "AggregateJoin",
        "Filter",
    )
)
#: What looks where no pattern says, or what EXISTS may hold that is for an engine to work out.
_BLIND: Final = frozenset(("Graph", "GraphGraphPattern", "ServiceGraphPattern", "SubSelect"))


class NotFollowed(Exception):
    """The query's triples can't be told from its text: they may be any."""


class Matching(Protocol):
    """Where triples are found."""

    def matching(
        self, subjects: Collection[str] | None, predicate: str | None, objects: Collection[str] | None
    ) -> Iterable[Triple]:
        """The triples with one of the subjects, the predicate and one of the objects; None stands for any."""
        ...


class _Nowhere:
    """No triples, to find out whether a query can be followed."""

    def matching(
        self, _subjects: Collection[str] | None, predicate: str | None, _objects: Collection[str] | None
    ) -> Iterable[Triple]:
        if predicate is None and _subjects is None:
            raise NotFollowed
        return ()


class Patterns:
    """The triple patterns of a query; raises NotFollowed where it has what can't be followed, as a property path."""

    def __init__(self, query: str) -> None:
        try:
            self._algebra = prepareQuery(query).algebra
        except Exception as error:  # rdflib raises plain Exception for an unknown prefix; pySHACL will say so
            raise NotFollowed from error
        self._patterns = tuple(_patterns(self._algebra))

        self.triples(_Nowhere(), ())

    def predicates(self) -> frozenset[str]:
        """The predicates that the patterns name."""
        return frozenset(name.n3() for _, name, _ in self._patterns if isinstance(name, URIRef))

    def triples(self, source: Matching, nodes: Iterable[str]) -> set[Triple]:
        """The triples that the query can look at when $this is one of the nodes."""
        found: set[Triple] = set()
        _followed(self._algebra, {Variable("this"): frozenset(nodes)}, source, found)
        return found


def _patterns(node: Any) -> Iterator[Pattern]:
    if isinstance(node, CompValue):
        if node.name in _BLIND:
            raise NotFollowed
        yield from _own_patterns(node)
        for value in node.values():
            yield from _patterns(value)
    elif isinstance(node, list | tuple):
        for each in node:
            yield from _patterns(each)


def _own_patterns(node: CompValue) -> list[Pattern]:
    """The patterns of a basic graph pattern, or of the block of triples that EXISTS keeps as it was parsed."""
    if node.name == "BGP":
        found = [tuple(pattern) for pattern in node.triples]
    elif node.name == "TriplesBlock":
        found = [tuple(flat[n : n + 3]) for flat in node.triples for n in range(0, len(flat), 3)]
    else:
        return []
    if not all(isinstance(predicate, URIRef | Variable) for _, predicate, _ in found):
        raise NotFollowed
    return found


def _followed(node: CompValue, known: Candidates, source: Matching, found: set[Triple]) -> Candidates:
    """Adds the triples of a part of the query; gives what its variables can be to the parts that are joined with it."""
    if node.name == "BGP":
        return _matched(_own_patterns(node), known, source, found)
    if node.name == "Join":
        return _followed(node.p2, _followed(node.p1, known, source, found), source, found)
    if node.name in {"LeftJoin", "Minus"}:
        left = _followed(node.p1, known, source, found)
        _tested(node.get("expr"), _followed(node.p2, left, source, found), source, found)
        return left
    if node.name in _PLAIN:
        inner = _followed(node.p, known, source, found)
        for value in (value for name, value in node.items() if name != "p"):
            _tested(value, inner, source, found)
        return inner
    _followed_apart(node, known, source, found)
    return known


def _followed_apart(node: CompValue, known: Candidates, source: Matching, found: set[Triple]) -> None:
    """The parts of which nothing follows for what stands beside them; a subquery is evaluated for itself."""
    if node.name == "Union":
        for part in (node.p1, node.p2):
            _followed(part, known, source, found)
    elif node.name != "ToMultiSet":
        raise NotFollowed
    elif node.p.name != "values":
        _followed(node.p, {}, source, found)


def _tested(part: Any, known: Candidates, source: Matching, found: set[Triple]) -> None:
    """The patterns of EXISTS in an expression; what one of its blocks finds narrows no other block."""
    if isinstance(part, CompValue):
        _matched(_own_patterns(part), known, source, found)
        for value in part.values():
            _tested(value, known, source, found)
    elif isinstance(part, list | tuple):
        for each in part:
            _tested(each, known, source, found)


def _matched(patterns: list[Pattern], known: Candidates, source: Matching, found: set[Triple]) -> Candidates:
    """Pattern by pattern, those first of which an end is known."""
    while patterns:
        pattern = min(patterns, key=lambda each: (each[0] not in known, each[2] not in known))
        patterns.remove(pattern)
        subject, predicate, value = pattern
        name = predicate.n3() if isinstance(predicate, URIRef) else None
        matching = list(source.matching(_ends(subject, known), name, _ends(value, known)))
        found.update(matching)
        ends = [(subject, 0), (predicate, 1), (value, 2)]
        new = {end: frozenset(each[n] for each in matching) for end, n in ends if isinstance(end, Variable)}
        known = {**known, **new}
    return known


def _ends(term: Any, known: Candidates) -> frozenset[str] | None:
    if isinstance(term, Variable):
        return known.get(term)
    return frozenset((term.n3(),)) if isinstance(term, URIRef) else None
