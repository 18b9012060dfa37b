"""The dataset: claims, curation, ontology, shapes and what is derived, as canonical quads and a held view."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    NamedNode,
    Quad,
    RdfFormat,
    Store,
    serialize,
)
from pyoxigraph import (
    Dataset as Quads,
)

from kommungraf.claims import Claims, sorted_out
from kommungraf.inputs import Inputs
from kommungraf.project import Project
from kommungraf.rules import BOUNDS, apply_rules, period_bounds, read_rules

__all__ = ["ONTOLOGY", "RULES", "SHAPES", "Dataset", "assembled", "canonical", "sorted_lines"]

ONTOLOGY: Final = "def/"
SHAPES: Final = "shape/"
RULES: Final = "id/rule/"


@dataclass(frozen=True, slots=True)
class Dataset:
    """All quads of a release: `named` are those of named graphs, `held` those of the default graph.

    Blank nodes are labelled canonically (RDFC-1.0), so equal inputs give equal quads.
    """

    base_iri: str
    named: tuple[Quad, ...]
    held: tuple[Quad, ...]
    claims: Claims

    def lines(self) -> list[bytes]:
        """The whole dataset as sorted N-Quads lines."""
        return sorted_lines((*self.named, *self.held))

    def held_lines(self) -> list[bytes]:
        """The held view as sorted N-Triples lines."""
        return sorted_lines(self.held)


def assembled(inputs: Inputs, project: Project) -> Dataset:
    """The dataset that a project's files make; raises SyntaxFault where a rule is no CONSTRUCT query."""
    base = project.base_iri
    ontology = _in_graph((quad for file in inputs.ontology for quad in file.quads), base + ONTOLOGY)
    shapes = _in_graph(_shape_quads(inputs), base + SHAPES)
    asserted = canonical([*sorted_out(inputs.quads(), base).quads(), *ontology, *shapes])
    graphs = {NamedNode(base + ONTOLOGY), NamedNode(base + SHAPES)}
    claims = sorted_out((quad for quad in asserted if quad.graph_name not in graphs), base)
    vocabulary = [quad for quad in asserted if quad.graph_name == NamedNode(base + ONTOLOGY)]
    held = [*claims.held(), *vocabulary]
    derived = list(_derived(held, project))
    return Dataset(
        base_iri=base,
        named=tuple(dict.fromkeys([*_named(asserted, claims), *derived])),
        held=tuple(dict.fromkeys(_default(quad) for quad in [*held, *derived])),
        claims=claims,
    )


def _named(asserted: Iterable[Quad], claims: Claims) -> Iterator[Quad]:
    """The statements of named graphs; data without claims keep their default graph as it is, with no graph for it."""
    return (quad for quad in asserted if claims.declared or quad.graph_name != claims.curation)


def _shape_quads(inputs: Inputs) -> Iterator[Quad]:
    for file in (*inputs.shapes, *inputs.ontology_shapes, *inputs.catalogue_shapes):
        yield from file.quads


def _in_graph(quads: Iterable[Quad], graph: str) -> Iterator[Quad]:
    name = NamedNode(graph)
    return (Quad(quad.subject, quad.predicate, quad.object, name) for quad in quads)


def _default(quad: Quad) -> Quad:
    return Quad(quad.subject, quad.predicate, quad.object)


def _derived(held: list[Quad], project: Project) -> Iterator[Quad]:
    base_iri, ontology = project.base_iri, project.ontology
    limits = list(dict.fromkeys(period_bounds(held, NamedNode(base_iri + RULES + BOUNDS))))
    store = Store()
    store.bulk_extend(_default(quad) for quad in [*held, *limits])
    yield from limits
    rules = read_rules(ontology / "rules" if ontology else None, project.shown)
    yield from apply_rules(store, rules, base_iri + RULES)


def canonical(quads: Iterable[Quad]) -> list[Quad]:
    """The quads with blank nodes labelled by RDFC-1.0; only those that have one go through it."""
    plain, blank = [], Quads()
    for quad in quads:
        if _has_blank_node(quad):
            blank.add(quad)
        else:
            plain.append(quad)
    blank.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return [*plain, *blank]


def _has_blank_node(quad: Quad) -> bool:
    return any(isinstance(term, BlankNode) for term in (quad.subject, quad.object, quad.graph_name))


def sorted_lines(quads: Iterable[Quad]) -> list[bytes]:
    """The distinct N-Quads lines of the quads in byte order; without graph names they are N-Triples."""
    content = serialize(quads, format=RdfFormat.N_QUADS)
    return sorted(set((content or b"").splitlines(keepends=True)))
