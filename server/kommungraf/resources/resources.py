"""What a dataset says about one resource: its links in both directions and the named graphs behind each."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, RdfFormat, Triple, parse

from kommungraf.engine.engine import Engine, Query
from kommungraf.engine.ownqueries import query_text
from kommungraf.errors import UnknownResource
from kommungraf.resources.blanknodes import Labels, labels, relabelled
from kommungraf.vocab import iri as vocab_iri

__all__ = [
    "PAGE",
    "Claim",
    "Document",
    "Source",
    "Statement",
    "claim_triples",
    "claims_in",
    "graph_triples",
    "load",
    "own_claim",
    "paged",
    "query_text",
]

#: How many statements a page of a document holds in either direction.
PAGE: Final = 500

Row = Mapping[str, Any]
Graphs = Mapping[Triple, set[str]]


@dataclass(frozen=True, slots=True)
class Claim:
    """What the held view says of a named graph that is a claim; `start` and `end` are characters in the source."""

    iri: str
    status: str
    sources: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    start: int | None = None
    end: int | None = None
    file: str | None = None
    row: int | None = None
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """A triple, whether the held view has it, and the named graphs that hold it."""

    triple: Triple
    held: bool
    graphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One resource in the held view (`outgoing`, `incoming`, `parts`) and beside it (`unheld`, `content`).

    `parts` are the triples of the blank nodes below the resource. `content` are the triples of the named graph that
    has the resource's name. `outgoing` and `incoming` are one page each of `outgoing_total` and `incoming_total`.
    """

    iri: str
    page: int
    outgoing: tuple[Statement, ...]
    incoming: tuple[Statement, ...]
    incoming_total: int
    parts: tuple[Triple, ...]
    unheld: tuple[Statement, ...]
    content: tuple[Triple, ...]
    claims: Mapping[str, Claim]
    outgoing_total: int = 0

    @property
    def content_cut(self) -> bool:
        """Whether the graph that has the resource's name holds more than `content` may."""
        return len(self.content) >= PAGE

    @property
    def pages(self) -> int:
        """How many pages there are in the longer direction, at least one."""
        return max(1, -(-max(self.outgoing_total, self.incoming_total) // PAGE))

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


def paged(name: str, page: int) -> str:
    """The text of queries/<name>.rq for one page of its results, counted from 1."""
    # SPARQL takes no variable in OFFSET, so the number itself is written over the file's OFFSET 0.
    return query_text(name).replace("OFFSET 0", f"OFFSET {(page - 1) * PAGE}")


class Source(Protocol):
    """What a document is read from: an opened release, or anything else that answers queries."""

    @property
    def evaluator(self) -> Engine:
        """Whatever answers the queries."""


def load(source: Source, iri: str, *, page: int = 1, claims: bool = True) -> Document:
    """One page of the document of `iri`; raises UnknownResource where nothing mentions it.

    Without `claims`, the graphs behind the held view are looked up only where that is silent about the resource.
    """
    rows = _parts(source, "held", iri=iri, page=page)
    if claims or "out total" not in rows:
        rows = {**rows, **_parts(source, "claimed", iri=iri, page=page)}
    if not rows:
        raise UnknownResource(iri)
    return _document(source, iri, page=page, rows=defaultdict(list, rows))


def _parts(source: Source, name: str, *, iri: str, page: int) -> dict[str, list[Row]]:
    """The rows of a query by the part of the document that they are of."""
    rows: dict[str, list[Row]] = {}
    for row in source.evaluator.select(paged(name, page), this=NamedNode(iri)):
        rows.setdefault(row["part"].value, []).append(row)
    return rows


def _document(source: Source, iri: str, *, page: int, rows: Mapping[str, list[Row]]) -> Document:
    said, linked = _graphs(iri, rows["says"]), _graphs(iri, rows["links"])
    claims = claims_in(rows["claim"])
    held, held_in = {_triple(iri, row) for row in rows["out"]}, {_triple(iri, row) for row in rows["in"]}
    sizes = {part: int(rows[part][0]["total"].value) for part in ("out total", "in total") if rows[part]}
    # What the held view passes over in silence, as the shapes, is described by the graphs that are no claims.
    published = () if "out total" in sizes else _unclaimed(said, claims)
    held |= {triple for triple, graphs in said.items() if not graphs.isdisjoint(published)}
    if not sizes:
        linking = _unclaimed(linked, claims)
        held_in = {triple for triple, graphs in linked.items() if not graphs.isdisjoint(linking)}
    return Document(
        iri=iri,
        page=page,
        outgoing=_statements(held, said, held=True),
        incoming=_statements(held_in - held, linked, held=True),
        outgoing_total=sizes.get("out total", len(held)),
        incoming_total=sizes.get("in total", len(held_in)),
        parts=_nested(source, held, iri=iri, graphs=published),
        unheld=_statements({*said, *linked} - held - held_in, {**linked, **said}, held=False),
        content=tuple(Triple(row["s"], row["p"], row["o"]) for row in rows["content"]),
        claims=claims,
    )


def graph_triples(source: Source, name: str) -> list[Triple]:
    """All that the named graph `name` holds."""
    text, form = query_text("graph"), RdfFormat.N_TRIPLES
    query = Query(text, solutions=None, graph=form.media_type, default_graphs=(name,), own=True)
    with source.evaluator.evaluate(query).body as body:
        found = [quad.triple for quad in parse(body, form)]
    names = labels(found)
    return sorted({relabelled(each, names) for each in found}, key=str)


def own_claim(document: Document) -> Claim | None:
    """The claim that the document is about, or None where it is about something else."""
    found: dict[str, list[str]] = {}
    for triple in (*(each.triple for each in document.outgoing), *document.parts):
        found.setdefault(triple.predicate.value, []).append(str(getattr(triple.object, "value", "")))

    def values(*names: str) -> tuple[str, ...]:
        return tuple(value for name in names for value in found.get(vocab_iri(name), ()))

    if not values("kg:status"):
        return None
    return Claim(
        iri=document.iri,
        status=values("kg:status")[0],
        sources=values("prov:wasQuotedFrom", "prov:wasDerivedFrom"),
        phrases=values("oa:exact"),
        start=next(map(int, values("oa:start")), None),
        end=next(map(int, values("oa:end")), None),
        file=next(iter(values("kg:tableFile")), None),
        row=next(map(int, values("csvw:rownum")), None),
        conflicts=values("kg:conflictsWith"),
    )


def claim_triples(source: Source, document: Document) -> Iterator[Triple]:
    """What the held view says of the claims behind `document`."""
    for row in source.evaluator.select(paged("claims", document.page), this=NamedNode(document.iri)):
        if row["g"].value in document.claims:
            yield Triple(row["g"], row["property"], row["value"])
            if "leaf" in row:
                yield Triple(row["value"], row["inner"], row["leaf"])


def _renamed(statements: Iterable[Statement], names: Labels) -> tuple[Statement, ...]:
    renamed = (replace(each, triple=relabelled(each.triple, names)) for each in statements)
    return tuple(sorted(renamed, key=lambda each: str(each.triple)))


def _statements(triples: Iterable[Triple], graphs: Graphs, *, held: bool) -> tuple[Statement, ...]:
    return tuple(
        Statement(triple, held, tuple(sorted(graphs.get(triple, ())))) for triple in sorted(triples, key=str)
    )


def _graphs(iri: str, rows: Iterable[Row]) -> Graphs:
    found: dict[Triple, set[str]] = {}
    for row in rows:
        graphs = found.setdefault(_triple(iri, row), set())
        if isinstance(row["g"], NamedNode):  # a graph that is a blank node has no name to show
            graphs.add(row["g"].value)
    return found


def _unclaimed(graphs: Graphs, claims: Mapping[str, Claim]) -> tuple[str, ...]:
    """The named graphs that aren't claims."""
    return tuple(sorted(set().union(*graphs.values()) - claims.keys()))


def _quad(triple: Triple, graph: str | None) -> Quad:
    name = DefaultGraph() if graph is None else NamedNode(graph)
    return Quad(triple.subject, triple.predicate, triple.object, name)


def _name(quad: Quad) -> str | None:
    return quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else None


def _triple(iri: str, row: Row) -> Triple:
    subject, object_ = (NamedNode(iri), row["o"]) if "o" in row else (row["s"], NamedNode(iri))
    return Triple(subject, row["p"], object_)


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


def claims_in(rows: Iterable[Row]) -> dict[str, Claim]:
    """The claims among the named graphs `g` of rows of which each says one thing, by a property `p`, that is known of `g`."""
    grouped: dict[str, dict[str, set[str]]] = {}
    for row in rows:
        known = grouped.setdefault(row["g"].value, {})
        known.setdefault(row["p"].value, set()).add(row["o"].value)
    return {name: _claim(name, known) for name, known in grouped.items() if vocab_iri("kg:status") in known}


def _claim(name: str, known: Mapping[str, set[str]]) -> Claim:
    def values(key: str) -> tuple[str, ...]:
        return tuple(sorted(known.get(vocab_iri(key), ())))

    start, end, row = (values(key) for key in ("oa:start", "oa:end", "csvw:rownum"))
    return Claim(
        iri=name,
        status=values("kg:status")[0],
        sources=tuple(sorted((*values("prov:wasQuotedFrom"), *values("prov:wasDerivedFrom")))),
        phrases=values("oa:exact"),
        start=int(start[0]) if start else None,
        end=int(end[0]) if end else None,
        file=next(iter(values("kg:tableFile")), None),
        row=int(row[0]) if row else None,
        conflicts=values("kg:conflictsWith"),
    )
