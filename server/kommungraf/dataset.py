"""The dataset: claims, curation, ontology, shapes and what is derived, as canonical quads and a held view."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final, TypeVar

from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse, serialize

from kommungraf.canonical import canonical
from kommungraf.claims import Claims, sorted_out
from kommungraf.conflicts import contests
from kommungraf.inputs import Inputs
from kommungraf.partition import partitioned
from kommungraf.policy import Judgement, judged, read_policy
from kommungraf.project import Project
from kommungraf.rules import BOUNDS, apply_rules, period_bounds, read_rules
from kommungraf.spool import Lines, merged
from kommungraf.vocab import iri

__all__ = ["ONTOLOGY", "RULES", "SHAPES", "Dataset", "assembled", "sorted_lines"]

ONTOLOGY: Final = "def/"
SHAPES: Final = "shape/"
RULES: Final = "id/rule/"

_GAP_SUBJECT: Final = NamedNode(iri("kg:gapSubject"))
_PERIOD: Final = f"<{iri('kg:period')}>".encode()
#: How many quads are turned into text, or lines into quads, at once.
_CHUNK: Final = 50_000
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Dataset:
    """All quads of a release as sorted lines: `named_lines` are N-Quads of named graphs, `held_lines` N-Triples of the held view.

    Blank nodes are labelled canonically, so equal inputs give equal lines.
    """

    base_iri: str
    named_lines: Lines
    held_lines: Lines
    claims: Claims

    def lines(self) -> Iterator[bytes]:
        """The whole dataset as sorted N-Quads lines."""
        return merged(self.named_lines, self.held_lines)

    @property
    def named(self) -> Iterator[Quad]:
        """The quads of named graphs, parsed each time they are asked for."""
        return _parsed(self.named_lines)

    @property
    def held(self) -> Iterator[Quad]:
        """The quads of the default graph, parsed each time they are asked for."""
        return _parsed(self.held_lines)


def _parsed(lines: Iterable[bytes]) -> Iterator[Quad]:
    for content in _chunks(lines):
        yield from parse(b"".join(content), RdfFormat.N_QUADS)


def assembled(inputs: Inputs, project: Project) -> Dataset:
    """The dataset that a project's files make; raises SyntaxFault where a rule is no query of its kind."""
    base = project.base_iri
    ontology = _in_graph((quad for file in inputs.ontology for quad in file.quads), base + ONTOLOGY)
    shapes = _in_graph(_shape_quads(inputs), base + SHAPES)
    asserted = canonical([*sorted_out(inputs.quads(), base).quads(), *ontology, *shapes])
    graphs = {NamedNode(base + ONTOLOGY), NamedNode(base + SHAPES)}
    judgement = _judgement(sorted_out((quad for quad in asserted if quad.graph_name not in graphs), base), project)
    claims = judgement.claims
    published = [quad for quad in asserted if quad.graph_name in graphs]
    vocabulary = (quad for quad in published if quad.graph_name == NamedNode(base + ONTOLOGY))
    stated = Lines(_without_graphs(chain(claims.held(), judgement.derived, vocabulary)))
    derived = list(_derived(stated, _behind_gaps(claims), project))
    return Dataset(
        base_iri=base,
        named_lines=Lines(_serialised(chain(_named(claims), judgement.derived, published, derived))),
        held_lines=Lines(chain(stated, _without_graphs(derived))),
        claims=claims,
    )


def _judgement(claims: Claims, project: Project) -> Judgement:
    """The claims with their standing: where they disagree, and what the policy makes of it."""
    ontology, base = project.ontology, project.base_iri
    rules = read_rules(ontology / "conflicts" if ontology else None, project.shown)
    return judged(partitioned(claims, contests(claims, rules), base), read_policy(ontology), base)


def _named(claims: Claims) -> Iterator[Quad]:
    """The statements of named graphs; data without claims keep their default graph as it is, with no graph for it."""
    return (quad for quad in claims.quads() if claims.declared or quad.graph_name != claims.curation)


def _shape_quads(inputs: Inputs) -> Iterator[Quad]:
    for file in (*inputs.shapes, *inputs.ontology_shapes, *inputs.catalogue_shapes):
        yield from file.quads


def _in_graph(quads: Iterable[Quad], graph: str) -> Iterator[Quad]:
    name = NamedNode(graph)
    return (Quad(quad.subject, quad.predicate, quad.object, name) for quad in quads)


def _behind_gaps(claims: Claims) -> Iterator[Quad]:
    """What held claims say of the subjects of knowledge gaps, in their graphs: a rule tells from it which claim fills a gap."""
    gaps = {quad.object for quad in claims.graphs.get(claims.curation, ()) if quad.predicate == _GAP_SUBJECT}
    return (quad for claim in claims.accepted for quad in claims.graphs.get(claim, ()) if quad.subject in gaps)


def _derived(stated: Lines, behind: Iterable[Quad], project: Project) -> Iterator[Quad]:
    base_iri, ontology = project.base_iri, project.ontology
    periods = _parsed(line for line in stated if _PERIOD in line)
    limits = list(dict.fromkeys(period_bounds(periods, NamedNode(base_iri + RULES + BOUNDS))))
    store = Store()
    store.load(stated.content(), RdfFormat.N_TRIPLES)
    store.load(b"".join(_without_graphs(limits)), RdfFormat.N_TRIPLES)
    store.extend(behind)
    yield from limits
    rules = read_rules(ontology / "rules" if ontology else None, project.shown)
    yield from apply_rules(store, rules, base_iri + RULES)


def sorted_lines(quads: Iterable[Quad]) -> list[bytes]:
    """The distinct N-Quads lines of the quads in byte order; without graph names they are N-Triples."""
    return sorted(set(_serialised(quads)))


def _serialised(quads: Iterable[Quad]) -> Iterator[bytes]:
    for chunk in _chunks(quads):
        yield from (serialize(chunk, format=RdfFormat.N_QUADS) or b"").splitlines(keepends=True)


def _without_graphs(quads: Iterable[Quad]) -> Iterator[bytes]:
    """The N-Triples lines of quads that all have a graph: its name is the last term of the line."""
    return (line[:-3].rpartition(b" ")[0] + b" .\n" for line in _serialised(quads))


def _chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk
