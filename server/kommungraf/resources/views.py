"""What a page shows of a resource, ready for a template: named links, worded values and the source behind each."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from pyoxigraph import Literal, NamedNode, Triple

from kommungraf.resources.links import Link, Names
from kommungraf.resources.resources import Claim, Statement
from kommungraf.resources.wording import literal_in_words
from kommungraf.texts import translations
from kommungraf.vocab import iri

__all__ = ["Behind", "Cluster", "Disagreement", "Fact", "Group", "Value", "Views", "iris_in", "mentioned"]

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
_FIRST_OF: Final = iri("rdf:first")
_REST: Final = iri("rdf:rest")
_NIL: Final = f"<{iri('rdf:nil')}>"
_RULES: Final = "/id/rule/"
_CURATION: Final = "/id/graph/curation"
_GEOMETRY: Final = "/id/geometry/"


@dataclass(frozen=True, slots=True)
class Behind:
    """What a statement rests on: a `claim` (with its words in `lang`, its sources and its standing), a `rule` or a `graph`."""

    what: str
    link: Link
    phrases: tuple[str, ...] = ()
    sources: tuple[Link, ...] = ()
    status: Link | None = None
    row: int | None = None
    lang: str = ""


class Value(NamedTuple):
    """A term: an IRI's `link`, or a literal's `text` beside its lexical form, or a blank node with its own `groups`.

    `direction` is a literal's base direction. A triple term has its three `parts`. A list has `members` in their place: for each what its node has as rdf:first and as rdf:rest. `note` is what a page adds to it in a word or two.
    """

    term: str
    text: str = ""
    lang: str = ""
    direction: str = ""
    datatype: str = ""
    link: Link | None = None
    blank: bool = False
    parts: tuple["Value", ...] = ()
    groups: tuple["Group", ...] = ()
    note: str = ""
    members: tuple[tuple["Fact", "Fact"], ...] = ()


class Fact(NamedTuple):
    """One triple of the page and what it rests on; `property` is as in the data."""

    subject: Value
    property: str
    value: Value
    behind: tuple[Behind, ...] = ()


@dataclass(frozen=True, slots=True)
class Cluster:
    """Facts that rest on the same."""

    facts: tuple[Fact, ...]
    behind: tuple[Behind, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The facts with one property."""

    property: Link
    clusters: tuple[Cluster, ...]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """What different claims say of one property of one thing, the held values first."""

    subject: Link
    property: Link
    facts: tuple[tuple[Fact, bool], ...]


def mentioned(statements: Iterable[Statement | Triple], claims: Mapping[str, Claim]) -> set[str]:
    """Every IRI that has to be named to show `statements` and what they rest on."""
    found: set[str] = set()
    terms: set[object] = set()
    for each in statements:
        if isinstance(each, Statement):
            terms.update(each.triple)
            found.update(each.graphs)
        else:
            terms.update(each)
    found.update(iris_in(terms))
    behind = [claims[name] for name in found & claims.keys()]
    return found.union(*({claim.status, *claim.sources} for claim in behind))


def iris_in(terms: Iterable[object]) -> Iterator[str]:
    """The IRIs among `terms`, those within triple terms included."""
    for term in terms:
        if isinstance(term, NamedNode):
            yield term.value
        elif isinstance(term, Triple):
            yield from iris_in(term)


class Views:
    """Turns what a dataset says into what a page shows, with all the names that were fetched for it before."""

    def __init__(self, names: Names, claims: Mapping[str, Claim], parts: Iterable[Triple] = ()) -> None:
        self.names = names
        self._claims = claims
        self._values: dict[str, Value] = {}
        self._literals: dict[Literal, Value] = {}
        self._behinds: dict[tuple[str, ...], tuple[Behind, ...]] = {}
        self._graphs: dict[str, Behind] = {}
        self._parts: dict[str, list[Triple]] = {}
        for triple in parts:
            self._parts.setdefault(str(triple.subject), []).append(triple)

    def outgoing(self, statements: Iterable[Statement]) -> tuple[Group, ...]:
        """What is said of a thing, property by property, names first."""
        return self._groups((self.fact(each) for each in statements), order=_outgoing_order)

    def incoming(self, statements: Iterable[Statement]) -> tuple[Group, ...]:
        """What refers to a thing, property by property."""
        return self._groups((self.fact(each) for each in statements), order=_incoming_order)

    def fact(self, statement: Statement) -> Fact:
        """One statement with what it rests on."""
        triple, behind = statement.triple, self.behind(statement.graphs)
        return Fact(self.value(triple.subject), triple.predicate.value, self.value(triple.object), behind)

    def disagreements(self, statements: Iterable[Statement]) -> tuple[Disagreement, ...]:
        """Where claims that aren't held say something else than what is held of the same property."""
        said = tuple(statements)
        contested = {(each.triple.subject, each.triple.predicate) for each in said if not each.held}
        if not contested:
            return ()
        subjects = {subject for subject, _ in contested}
        near = (each for each in said if each.triple.subject in subjects)
        told = (each for each in near if (each.triple.subject, each.triple.predicate) in contested)
        rivals = (each for each in _by_matter(told) if len({one.held for one in each}) > 1)
        return self._ordered(each for each in rivals if any(map(self._is_rejected, each)))

    def compared(self, statements: Iterable[Statement]) -> tuple[Disagreement, ...]:
        """All that is said of each property, side by side."""
        return self._ordered(_by_matter(statements))

    def behind(self, graphs: Iterable[str]) -> tuple[Behind, ...]:
        """What the named graphs are to a reader: claims, those that are held first, then other graphs and rules."""
        key = tuple(graphs)
        if (made := self._behinds.get(key)) is None:
            found = map(self._behind, key)
            made = tuple(sorted(found, key=lambda each: (each.status is not None, each.what, each.link.iri)))
            self._behinds[key] = made
        return made

    def claim(self, claim: Claim) -> Behind:
        """A claim with its words, its sources and, unless it is accepted, its standing."""
        return Behind(
            what="claim",
            link=self.names.link(claim.iri),
            phrases=claim.phrases,
            sources=tuple(self.names.link(source) for source in claim.sources),
            status=None if claim.status == _ACCEPTED else self.names.link(claim.status),
            row=claim.row,
            lang=claim.language,
        )

    def value_of(self, name: str) -> Value:
        """The value of an IRI; a geometry without a name is called what it is."""
        if (made := self._values.get(name)) is None:
            link = self.names.link(name)
            if not link.named and link.here and _GEOMETRY in name:
                link = replace(link, text=translations(self.names.language).gettext("coordinates"))
            made = self._values[name] = Value(name, link=link)
        return made

    def value(self, term: object, above: tuple[str, ...] = ()) -> Value:
        """A term as it is shown; `above` are the blank nodes that it stands in."""
        if isinstance(term, NamedNode):
            return self.value_of(term.value)
        if isinstance(term, Literal):
            if (made := self._literals.get(term)) is None:
                made = self._literals[term] = self._literal(term)
            return made
        if isinstance(term, Triple):
            return Value(f"<<( {term} )>>", parts=tuple(self.value(part, above) for part in term))
        key = str(term)
        if key not in above and (members := tuple(self._members(key, (*above, key)))):
            return Value(key, blank=True, members=members)
        inner = () if key in above else self._parts.get(key, ())
        facts = (self._inner(triple, (*above, key)) for triple in inner)
        return Value(key, blank=True, groups=self._groups(facts, order=_outgoing_order))

    def _literal(self, term: Literal) -> Value:
        direction = "" if term.direction is None else str(term.direction)
        return Value(
            term.value,
            text=literal_in_words(term, self.names.language),
            lang=term.language or "",
            direction=direction,
            datatype=term.datatype.value,
        )

    def _members(self, key: str, above: tuple[str, ...]) -> Iterator[tuple[Fact, Fact]]:
        """The members of the list that begins at a blank node; none where it is no list, or one that doesn't end."""
        found: list[tuple[Triple, Triple]] = []
        passed: set[str] = set()
        while key != _NIL:
            said = {triple.predicate.value: triple for triple in self._parts.get(key, ())}
            if key in passed or said.keys() != {_FIRST_OF, _REST} or len(self._parts[key]) != 2:
                return
            passed.add(key)
            found.append((said[_FIRST_OF], said[_REST]))
            key = str(said[_REST].object)
        for first, rest in found:
            subject, name = Value(str(rest.subject), blank=True), str(rest.object)
            after = (
                Value(name[1:-1], link=self.names.link(name[1:-1])) if name == _NIL else Value(name, blank=True)
            )
            yield self._inner(first, above), Fact(subject, _REST, after)

    def _inner(self, triple: Triple, above: tuple[str, ...]) -> Fact:
        subject = Value(str(triple.subject), blank=True)
        return Fact(subject, triple.predicate.value, self.value(triple.object, above))

    def _behind(self, graph: str) -> Behind:
        if (made := self._graphs.get(graph)) is None:
            made = self._graphs[graph] = self._rested_on(graph)
        return made

    def _rested_on(self, graph: str) -> Behind:
        if graph in self._claims:
            return self.claim(self._claims[graph])
        link = self.names.link(graph)
        if graph.endswith(_CURATION):
            text = translations(self.names.language).gettext("The publisher’s own statement")
            return Behind("graph", replace(link, text=text, lang=""))
        return Behind("rule" if _RULES in graph else "graph", link)

    def _is_rejected(self, statement: Statement) -> bool:
        return not statement.held and any(graph in self._claims for graph in statement.graphs)

    def _ordered(self, matters: Iterable[list[Statement]]) -> tuple[Disagreement, ...]:
        found = [self._disagreement(each) for each in matters]
        return tuple(sorted(found, key=lambda each: (each.subject.text, each.property.text)))

    def _disagreement(self, statements: list[Statement]) -> Disagreement:
        ordered = sorted(statements, key=lambda each: (not each.held, str(each.triple.object)))
        facts = tuple((self.fact(each), each.held) for each in ordered)
        subject = self.names.link(facts[0][0].subject.term)
        return Disagreement(subject, self.names.link(facts[0][0].property), facts)

    def _groups(self, facts: Iterable[Fact], *, order: Callable[[Link], tuple[object, ...]]) -> tuple[Group, ...]:
        grouped: dict[str, list[Fact]] = {}
        for fact in facts:
            grouped.setdefault(fact.property, []).append(fact)
        links = sorted((self.names.link(name) for name in grouped), key=order)
        return tuple(Group(link, _clusters(sorted(grouped[link.iri], key=self._is_foreign))) for link in links)

    def _is_foreign(self, fact: Fact) -> bool:
        """Texts in the reader's language come first."""
        return fact.value.lang not in {"", self.names.language}


def _by_matter(statements: Iterable[Statement]) -> Iterator[list[Statement]]:
    """The statements of each property of each thing, each once."""
    grouped: dict[tuple[str, str], dict[Triple, Statement]] = {}
    for each in statements:
        same = grouped.setdefault((str(each.triple.subject), each.triple.predicate.value), {})
        same[each.triple] = each
    return (list(found.values()) for found in grouped.values())


def _clusters(facts: Iterable[Fact]) -> tuple[Cluster, ...]:
    grouped: dict[int, list[Fact]] = {}
    for fact in facts:  # what rests on the same graphs has the same tuple of them
        grouped.setdefault(id(fact.behind), []).append(fact)
    return tuple(Cluster(tuple(same), same[0].behind) for same in grouped.values())


def _outgoing_order(link: Link) -> tuple[object, ...]:
    place = _FIRST.index(link.iri) if link.iri in _FIRST else len(_FIRST)
    return place, link.text.casefold(), link.iri


def _incoming_order(link: Link) -> tuple[object, ...]:
    return link.text.casefold(), link.iri
