"""What a dataset says about one resource: its links in both directions and the named graphs behind each."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple, Protocol

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, RdfFormat, Triple, parse

from kommungraf.editions.search import Index
from kommungraf.editions.standings import Claim, claims
from kommungraf.engine.engine import Engine, Query
from kommungraf.engine.ownqueries import joined, query_text
from kommungraf.errors import UnknownResource
from kommungraf.resources.blanknodes import Labels, labels, relabelled

__all__ = [
    "CLAIMED",
    "PAGE",
    "Claim",
    "Document",
    "Extent",
    "Parts",
    "Row",
    "Source",
    "Statement",
    "asked",
    "claim_triples",
    "claims_behind",
    "document_in",
    "graph_triples",
    "load",
    "load_with_terms",
]

#: How many statements a page of a document holds in either direction where the reader doesn't ask for fewer.
PAGE: Final = 500
#: The queries whose parts make a document together with the graphs behind it.
CLAIMED: Final = ("claimed", "content", "says", "links")
_HELD: Final = ("held",)
#: The parts that say what stands in which named graph.
_STATED: Final = ("out", "in", "says", "links")

Row = Mapping[str, Any]
#: The solutions of joined queries, by what each says that it is part of.
Parts = Mapping[str, list[Row]]
Graphs = Mapping[Triple, set[str]]


@dataclass(frozen=True, slots=True)
class Extent:
    """Which page of the statements, and how many a page has in either direction, with so many `more`."""

    page: int = 1
    size: int = PAGE
    more: int = 0

    def of(self, text: str, times: int = -1) -> str:
        """The text of a query for this page of its results, the first `times` that it has any."""
        # SPARQL takes no variable in LIMIT and OFFSET, so the numbers themselves are written over the file's.
        numbers = f"LIMIT {self.size + self.more} OFFSET {(self.page - 1) * self.size}"
        return text.replace(f"LIMIT {PAGE} OFFSET 0", numbers, times)


class Statement(NamedTuple):
    """A triple, whether the held view has it, and the named graphs that hold it."""

    triple: Triple
    held: bool
    graphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One resource in the held view (`outgoing`, `incoming`, `parts`) and beside it (`unheld`, `content`).

    `parts` are the triples of the blank nodes below the resource. `content` are the triples of the named graph that
    has the resource's name. `outgoing` and `incoming` are one page each of `outgoing_total` and `incoming_total`.
    `wholes` says of memberships that aren't held in what they would be. `brief` are statements that stand under the
    heading of every page, on whichever they are.
    """

    iri: str
    extent: Extent
    outgoing: tuple[Statement, ...]
    incoming: tuple[Statement, ...]
    incoming_total: int
    parts: tuple[Triple, ...]
    unheld: tuple[Statement, ...]
    content: tuple[Triple, ...]
    claims: Mapping[str, Claim]
    outgoing_total: int = 0
    wholes: Mapping[str, str] = field(default_factory=dict)
    brief: tuple[Triple, ...] = ()

    @property
    def content_cut(self) -> bool:
        """Whether the graph that has the resource's name holds more than `content` may."""
        return len(self.content) >= PAGE

    @property
    def page(self) -> int:
        """Which page this is."""
        return self.extent.page

    @property
    def pages(self) -> int:
        """How many pages there are in the longer direction, at least one."""
        return max(1, -(-max(self.outgoing_total, self.incoming_total) // self.extent.size))

    def triples(self) -> list[Triple]:
        """The document as one graph: what the held view says of the resource, each triple once."""
        return sorted(self.relabelled().said(), key=str)

    def said(self) -> set[Triple]:
        """What the held view says of the resource."""
        return {statement.triple for statement in (*self.outgoing, *self.incoming)} | set(self.parts)

    def relabelled(self) -> "Document":
        """The document with labels of blank nodes that are the same in every process and of every store."""
        said = (*self.outgoing, *self.incoming, *self.unheld)
        names = labels([*(each.triple for each in said), *self.parts, *self.content])
        if not names:
            return self
        return replace(
            self,
            outgoing=_renamed(self.outgoing, names),
            incoming=_renamed(self.incoming, names),
            unheld=_renamed(self.unheld, names),
            parts=tuple(sorted((relabelled(each, names) for each in self.parts), key=str)),
            content=tuple(sorted((relabelled(each, names) for each in self.content), key=str)),
        )

    def quads(self, metadata: Iterable[Triple]) -> list[Quad]:
        """The document as a dataset: its graph, what each named graph says of the resource, and `metadata`."""
        found = {_quad(triple, None) for triple in (*self.said(), *metadata)}
        for each in (*self.outgoing, *self.incoming, *self.unheld):
            found |= {_quad(each.triple, graph) for graph in each.graphs}
        if not self.content_cut:
            found |= {_quad(triple, self.iri) for triple in self.content}
        names = labels(found)
        renamed = (_quad(relabelled(each.triple, names), _name(each)) for each in found)
        return sorted(renamed, key=lambda each: (_name(each) or "", str(each)))


class Source(Protocol):
    """What a document is read from: an opened release, or anything else that answers queries and knows its claims."""

    @property
    def evaluator(self) -> Engine:
        """Whatever answers the queries."""

    @property
    def index(self) -> Index:
        """What tells which named graphs are claims."""


def load(source: Source, iri: str, *, page: int = 1, claims: bool = True) -> Document:
    """One page of the document of `iri`; raises UnknownResource where nothing mentions it.

    Without `claims`, the graphs behind the held view are looked up only where that is silent about the resource.
    """
    extent = Extent(page)
    found = asked(source, iri, extent.of(joined(*(CLAIMED if claims else _HELD))))
    if not claims and "out total" not in found:
        found = asked(source, iri, extent.of(joined(*CLAIMED)))
    return document_in(source, found, iri=iri, extent=extent, claims=claims_behind(source, found))


def load_with_terms(source: Source, iri: str, *, page: int = 1) -> tuple[Document, list[Row]]:
    """One page of what is said of a graph that has the name `iri`, without what it holds, and each term that it defines."""
    extent = Extent(page)
    found = asked(source, iri, extent.of(joined(*(name for name in CLAIMED if name != "content"), "terms")))
    document = document_in(source, found, iri=iri, extent=extent, claims=claims_behind(source, found))
    return document, found.get("term", [])


def asked(source: Source, iri: str, text: str) -> Parts:
    """What a query that says by ?part what each solution is says of `iri`."""
    found: dict[Any, list[Row]] = {}
    for row in source.evaluator.select(text, this=NamedNode(iri)):
        found.setdefault(row["part"], []).append(row)
    return {part.value: rows for part, rows in found.items()}


def claims_behind(source: Source, parts: Parts, others: Iterable[str] = ()) -> dict[str, Claim]:
    """The claims among the named graphs of which `parts` tell, those of some `others` included."""
    rows = (row for part in (*_STATED, *others) for row in parts.get(part, ()))
    graphs = {graph for graph in map(_graph, rows) if isinstance(graph, NamedNode)}
    return claims(source.index, {graph.value for graph in graphs}) if graphs else {}


def document_in(
    source: Source, parts: Parts, *, iri: str, extent: Extent, claims: Mapping[str, Claim]
) -> Document:
    """The document of `iri` of which `parts` tell; raises UnknownResource where they hold nothing."""
    if not parts:
        raise UnknownResource(iri)
    held, held_in, said, linked = (_graphs(parts.get(part, ())) for part in _STATED)
    sizes = {part: int(parts[part][0]["o"].value) for part in ("out total", "in total") if part in parts}
    # What the held view passes over in silence, as the shapes, is described by the graphs that are no claims.
    published = () if "out total" in sizes else _unclaimed(said, claims)
    held |= {triple: graphs for triple, graphs in said.items() if not graphs.isdisjoint(published)}
    if not sizes:
        linking = _unclaimed(linked, claims)
        held_in = {triple: graphs for triple, graphs in linked.items() if not graphs.isdisjoint(linking)}
    beside = {triple: graphs for triple, graphs in {**linked, **said}.items() if triple not in {**held, **held_in}}
    return Document(
        iri=iri,
        extent=extent,
        outgoing=_statements(held, held=True),
        incoming=_statements({each: held_in[each] for each in held_in if each not in held}, held=True),
        outgoing_total=sizes.get("out total", len(held)),
        incoming_total=sizes.get("in total", len(held_in)),
        parts=_nested(source, held, iri=iri, graphs=published),
        unheld=_statements(beside, held=False),
        content=tuple(Triple(row["s"], row["p"], row["o"]) for row in parts.get("content", ())),
        claims=claims,
        wholes={row["s"].value: row["whole"].value for row in parts.get("links", ()) if "whole" in row},
        brief=tuple(
            sorted((Triple(NamedNode(iri), row["p"], row["o"]) for row in parts.get("brief", ())), key=str)
        ),
    )


def graph_triples(source: Source, name: str) -> list[Triple]:
    """All that the named graph `name` holds."""
    text, form = query_text("graph"), RdfFormat.N_TRIPLES
    query = Query(text, solutions=None, graph=form.media_type, default_graphs=(name,), own=True)
    with source.evaluator.evaluate(query).body as body:
        found = [quad.triple for quad in parse(body, form)]
    names = labels(found)
    return sorted({relabelled(each, names) for each in found}, key=str)


def claim_triples(source: Source, document: Document) -> Iterator[Triple]:
    """What the held view says of the claims behind `document`."""
    for row in source.evaluator.select(document.extent.of(query_text("claims")), this=NamedNode(document.iri)):
        if row["g"].value in document.claims:
            yield Triple(row["g"], row["property"], row["value"])
            if "leaf" in row:
                yield Triple(row["value"], row["inner"], row["leaf"])


def _renamed(statements: Iterable[Statement], names: Labels) -> tuple[Statement, ...]:
    renamed = ((each, relabelled(each.triple, names)) for each in statements)
    kept = (each if triple is each.triple else each._replace(triple=triple) for each, triple in renamed)
    return tuple(sorted(kept, key=lambda each: str(each.triple)))


def _statements(graphs: Graphs, *, held: bool) -> tuple[Statement, ...]:
    """The statements in the order of their terms, each with the graphs that hold it."""
    return tuple(Statement(triple, held, tuple(sorted(graphs[triple]))) for triple in sorted(graphs, key=str))


def _graphs(rows: Iterable[Row]) -> dict[Triple, set[str]]:
    found: dict[Triple, set[str]] = {}
    for row in rows:
        graphs = found.setdefault(_triple(row), set())
        if isinstance(graph := _graph(row), NamedNode):  # one that is a blank node has no name to show
            graphs.add(graph.value)
    return found


def _graph(row: Row) -> Any:
    """The graph of which a row tells, if it stands in any."""
    return row.get("g", row.get("graph"))


def _unclaimed(graphs: Graphs, claims: Mapping[str, Claim]) -> tuple[str, ...]:
    """The named graphs that aren't claims."""
    return tuple(sorted(set().union(*graphs.values()) - claims.keys()))


def _quad(triple: Triple, graph: str | None) -> Quad:
    name = DefaultGraph() if graph is None else NamedNode(graph)
    return Quad(triple.subject, triple.predicate, triple.object, name)


def _name(quad: Quad) -> str | None:
    return quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else None


def _triple(row: Row) -> Triple:
    """The statement of a row, of which ?this is the one end that isn't told."""
    return Triple(row.get("s", row["this"]), row["p"], row.get("o", row["this"]))


def _nested(source: Source, triples: Iterable[Triple], *, iri: str, graphs: tuple[str, ...]) -> tuple[Triple, ...]:
    """The triples of the blank nodes below `iri`; SPARQL's DESCRIBE follows them as deep as they go."""
    if not any(isinstance(triple.object, BlankNode) for triple in triples):
        return ()
    query = Query(
        query_text("description"),
        solutions=None,
        graph="application/n-triples",
        bindings={"this": iri},
        default_graphs=graphs,
        own=True,
    )
    with source.evaluator.evaluate(query).body as body:
        found = (quad.triple for quad in parse(body, RdfFormat.N_TRIPLES))
        return tuple(sorted((triple for triple in found if isinstance(triple.subject, BlankNode)), key=str))
