"""What a page shows of a resource, ready for a template: named links, worded values and the source behind each."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kommungraf.links import Link, Names
from kommungraf.resources import Claim, Document, Statement
from kommungraf.vocab import iri
from kommungraf.wording import literal_in_words

__all__ = ["Behind", "Disagreement", "Fact", "Group", "Value", "Views", "mentioned"]

_FIRST: Final = tuple(
    iri(name)
    for name in (
        "rdf:type",
        "skos:prefLabel",
        "dcterms:title",
        "rdfs:label",
        "skos:altLabel",
        "skos:notation",
        "skos:definition",
        "dcterms:description",
        "skos:scopeNote",
        "kg:period",
        "kg:wording",
    )
)
_ACCEPTED: Final = iri("kg:Accepted")


@dataclass(frozen=True, slots=True)
class Behind:
    """What a statement rests on: a `claim` (with its words, its sources and its standing), a `rule` or a `graph`."""

    what: str
    link: Link
    phrases: tuple[str, ...] = ()
    sources: tuple[Link, ...] = ()
    status: Link | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """An object: a `link`, or a literal's `text` with its lexical form, or a blank node with its own `groups`."""

    term: str
    text: str = ""
    lang: str = ""
    datatype: str = ""
    link: Link | None = None
    blank: bool = False
    groups: tuple["Group", ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """One triple of the page: `subject` and `property` as in the data, the value, and what it rests on."""

    subject: str
    property: str
    value: Value
    behind: tuple[Behind, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """The facts with one property."""

    property: Link
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """What different claims say of one property of one thing, the held values first."""

    subject: Link
    property: Link
    facts: tuple[tuple[Fact, bool], ...]


def mentioned(statements: Iterable[Statement | Triple], claims: Mapping[str, Claim]) -> set[str]:
    """Every IRI that has to be named to show `statements` and what they rest on."""
    found: set[str] = set()
    for each in statements:
        triple = each.triple if isinstance(each, Statement) else each
        terms = (triple.subject, triple.predicate, triple.object)
        found.update(term.value for term in terms if isinstance(term, NamedNode))
        found.update(each.graphs if isinstance(each, Statement) else ())
    for claim in claims.values():
        found.update((claim.iri, claim.status, *claim.sources, *claim.conflicts))
    return found


class Views:
    """Turns what a dataset says into what a page shows, with the names that were fetched for it."""

    def __init__(self, names: Names, claims: Mapping[str, Claim], parts: Iterable[Triple] = ()) -> None:
        self.names = names
        self._claims = claims
        self._parts: dict[str, list[Triple]] = {}
        for triple in parts:
            self._parts.setdefault(str(triple.subject), []).append(triple)

    def outgoing(self, document: Document) -> tuple[Group, ...]:
        """What the held view says of the resource, property by property."""
        return self._groups((self.fact(each) for each in document.outgoing), _outgoing_order)

    def incoming(self, document: Document) -> tuple[Group, ...]:
        """What refers to the resource in the held view, property by property; the values are the subjects."""
        return self._groups((self.fact(each) for each in document.incoming), _incoming_order)

    def content(self, document: Document) -> tuple[Fact, ...]:
        """The triples of the graph that has the resource's name."""
        return tuple(self._fact(triple, ()) for triple in document.content)

    def fact(self, statement: Statement) -> Fact:
        """One statement with what it rests on."""
        return self._fact(statement.triple, statement.graphs)

    def disagreements(self, statements: Iterable[Statement]) -> tuple[Disagreement, ...]:
        """Where claims that aren't held say something else, each beside what is held."""
        grouped: dict[tuple[str, str], list[Statement]] = {}
        for each in statements:
            grouped.setdefault((str(each.triple.subject), each.triple.predicate.value), []).append(each)
        rivals = (group for group in grouped.values() if len(group) > 1)
        disputed = (group for group in rivals if any(self._unheld_claim(each) for each in group))
        return tuple(
            sorted(map(self._disagreement, disputed), key=lambda each: (each.subject.text, each.property.text))
        )

    def behind(self, graphs: Iterable[str]) -> tuple[Behind, ...]:
        """What the named graphs are to a reader: claims, rules or other graphs."""
        return tuple(self._behind(graph) for graph in graphs)

    def subject(self, term: NamedNode | BlankNode | Triple) -> Value:
        """The subject of a triple as a value."""
        return self._value(term, ())

    def _unheld_claim(self, statement: Statement) -> bool:
        return not statement.held and any(graph in self._claims for graph in statement.graphs)

    def _disagreement(self, statements: list[Statement]) -> Disagreement:
        ordered = sorted(statements, key=lambda each: (not each.held, str(each.triple.object)))
        first = ordered[0].triple
        subject = self.names.link(str(getattr(first.subject, "value", "")))
        facts = tuple((self.fact(each), each.held) for each in ordered)
        return Disagreement(subject, self.names.link(first.predicate.value), facts)

    def _groups(self, facts: Iterable[Fact], order: Callable[[Link], tuple[object, ...]]) -> tuple[Group, ...]:
        grouped: dict[str, list[Fact]] = {}
        for fact in facts:
            grouped.setdefault(fact.property, []).append(fact)
        links = sorted((self.names.link(property_) for property_ in grouped), key=order)
        return tuple(Group(link, tuple(grouped[link.iri])) for link in links)

    def _fact(self, triple: Triple, graphs: tuple[str, ...]) -> Fact:
        subject = _term(triple.subject)
        return Fact(subject, triple.predicate.value, self._value(triple.object, (subject,)), self.behind(graphs))

    def _value(self, term: object, above: tuple[str, ...]) -> Value:
        if isinstance(term, NamedNode):
            return Value(term.value, link=self.names.link(term.value))
        if isinstance(term, Literal):
            text = literal_in_words(term, self.names.language)
            return Value(term.value, text=text, lang=term.language or "", datatype=term.datatype.value)
        key = str(term)
        if key in above:
            return Value(key, blank=True)
        inner = (self._inner(triple, (*above, key)) for triple in self._parts.get(key, ()))
        return Value(key, blank=True, groups=self._groups(inner, _outgoing_order))

    def _inner(self, triple: Triple, above: tuple[str, ...]) -> Fact:
        return Fact(_term(triple.subject), triple.predicate.value, self._value(triple.object, above))

    def _behind(self, graph: str) -> Behind:
        claim = self._claims.get(graph)
        if claim is None:
            return Behind("rule" if "/id/rule/" in graph else "graph", self.names.link(graph))
        return Behind(
            what="claim",
            link=self.names.link(graph),
            phrases=claim.phrases,
            sources=tuple(self.names.link(source) for source in claim.sources),
            status=None if claim.status == _ACCEPTED else self.names.link(claim.status),
            row=claim.row,
        )


def _term(node: object) -> str:
    return node.value if isinstance(node, NamedNode) else str(node)


def _outgoing_order(link: Link) -> tuple[object, ...]:
    place = _FIRST.index(link.iri) if link.iri in _FIRST else len(_FIRST)
    return place, link.text.casefold(), link.iri


def _incoming_order(link: Link) -> tuple[object, ...]:
    return link.text.casefold(), link.iri
