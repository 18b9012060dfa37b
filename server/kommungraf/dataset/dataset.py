"""The dataset: claims, curation, ontology, shapes and what is derived, as canonical quads and a held view."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Final

from pyoxigraph import NamedNode, Quad

from kommungraf.dataset.canonical import canonical_lines
from kommungraf.dataset.claims import CURATION, Claims, claims_of
from kommungraf.dataset.conflicts import contests, readable
from kommungraf.dataset.inputs import Inputs
from kommungraf.dataset.partition import partitioned
from kommungraf.dataset.policy import Judgement, judged, read_policy
from kommungraf.dataset.project import Project
from kommungraf.dataset.rules import BOUNDS, apply_rules, period_bounds, read_rules
from kommungraf.quads.graphs import Graphs, graph_first, graph_last, in_graph, parsed, serialised, without_graphs
from kommungraf.quads.querying import stocked
from kommungraf.quads.spool import Lines, merged
from kommungraf.vocab import iri

__all__ = ["ONTOLOGY", "RULES", "SHAPES", "Dataset", "Stated", "assembled", "sorted_lines", "stated"]

ONTOLOGY: Final = "def/"
SHAPES: Final = "shape/"
RULES: Final = "id/rule/"

_GAP_SUBJECT: Final = f"<{iri('kg:gapSubject')}>".encode()


@dataclass(frozen=True, slots=True)
class Dataset:
    """All quads of a release as sorted lines: `named_lines` are N-Quads of named graphs, `held_lines` N-Triples of the held view.

    Blank nodes are labelled canonically, so equal inputs give equal lines. `sort_named` gives the named lines, and sorts them once.
    """

    base_iri: str
    held_lines: Lines
    claims: Claims
    sort_named: Callable[[], Lines]

    @property
    def named_lines(self) -> Lines:
        """The quads of named graphs, sorted when they are asked for: the held view is needed first."""
        return self.sort_named()

    def lines(self) -> Iterator[bytes]:
        """The whole dataset as sorted N-Quads lines."""
        return merged(self.named_lines, self.held_lines)

    @property
    def named(self) -> Iterator[Quad]:
        """The quads of named graphs, parsed each time they are asked for."""
        return parsed(self.named_lines)

    @property
    def held(self) -> Iterator[Quad]:
        """The quads of the default graph, parsed each time they are asked for."""
        return parsed(self.held_lines)


@dataclass(frozen=True, slots=True)
class Stated:
    """What files say: the claims with their standing, what is derived of them, and the N-Quads lines of ontology and shapes."""

    judgement: Judgement
    published: Sequence[bytes]

    @property
    def claims(self) -> Claims:
        """The claims with their standing."""
        return self.judgement.claims


def stated(inputs: Inputs, project: Project) -> Stated:
    """What a project's files state; raises SyntaxFault where a rule is no query of its kind."""
    claims, published = _stated(inputs, project.base_iri)
    return Stated(_judgement(claims, project), published)


def assembled(said: Stated, project: Project) -> Dataset:
    """The dataset that follows from what is stated; raises SyntaxFault where a rule is no query of its kind."""
    base, claims, conclusions = project.base_iri, said.claims, said.judgement.lines
    vocabulary = parsed(line for line in said.published if line.endswith(b"<%s> .\n" % (base + ONTOLOGY).encode()))
    held = Lines(chain(claims.held_lines(), map(_triple, conclusions), without_graphs(vocabulary)))
    derived = Lines(_derived(held, _behind_gaps(claims), project))

    @cache
    def sort_named() -> Lines:
        return Lines(chain(_named(claims), conclusions, said.published, derived))

    return Dataset(base, Lines(merged(held, Lines(map(_triple, derived)))), claims, sort_named)


def _stated(inputs: Inputs, base: str) -> tuple[Claims, list[bytes]]:
    """The claims, and ontology and shapes as N-Quads lines."""
    ontology = _quads_in((quad for file in inputs.ontology for quad in file.quads), base + ONTOLOGY)
    shapes = _quads_in(_shape_quads(inputs), base + SHAPES)
    quads = chain(inputs.quads(), ontology, shapes)
    lines = canonical_lines(graph_first(quads, NamedNode(base + CURATION)))
    published: list[bytes] = []
    return claims_of(Graphs(Lines(_apart(lines, base, published))), base), published


def _apart(lines: Iterable[bytes], base: str, published: list[bytes]) -> Iterator[bytes]:
    """The lines of data; those of the ontology's graph and of the shapes' go to `published`."""
    own = tuple(f"<{base}{name}> ".encode() for name in (ONTOLOGY, SHAPES))
    for line in lines:
        if line.startswith(own):
            published.append(graph_last(line))
        else:
            yield line


def _triple(line: bytes) -> bytes:
    """An N-Quads line of a named graph without the graph, which is its last term."""
    return line[:-3].rpartition(b" ")[0] + b" .\n"


def _judgement(claims: Claims, project: Project) -> Judgement:
    """The claims with their standing: where they disagree, and what the policy makes of it."""
    ontology, base = project.ontology, project.base_iri
    rules = read_rules(ontology / "conflicts" if ontology else None, project.shown)
    policy = read_policy(ontology)
    with stocked(readable(claims) if rules or policy else ()) as store:
        return judged(partitioned(claims, contests(claims, rules, store), base), policy, store, base)


def _named(claims: Claims) -> Iterator[bytes]:
    """The statements of named graphs; data without claims keep their default graph as it is, with no graph for it."""
    if claims.declared:
        return claims.lines()
    return (line for line in claims.lines() if not line.endswith(b" %s .\n" % str(claims.curation).encode()))


def _shape_quads(inputs: Inputs) -> Iterator[Quad]:
    for file in (*inputs.shapes, *inputs.ontology_shapes, *inputs.catalogue_shapes):
        yield from file.quads


def _quads_in(quads: Iterable[Quad], graph: str) -> Iterator[Quad]:
    name = NamedNode(graph)
    return (Quad(quad.subject, quad.predicate, quad.object, name) for quad in quads)


def _behind_gaps(claims: Claims) -> Iterator[bytes]:
    """What held claims say of the subjects of knowledge gaps, in their graphs: a rule tells from it which claim fills a gap."""
    told = (lines for name, lines in claims.graphs.mentioning(_GAP_SUBJECT) if name == claims.curation)
    said = (line.split(b" ", 2) for lines in told for line in lines)
    gaps = {value[:-3] for _, predicate, value in said if predicate == _GAP_SUBJECT}
    for name, lines in claims.graphs.walk() if gaps else ():
        if name in claims.accepted:
            yield from in_graph((line for line in lines if line.partition(b" ")[0] in gaps), name)


def _derived(stated: Lines, behind: Iterable[bytes], project: Project) -> Iterator[bytes]:
    """What the rules add, as N-Quads lines."""
    base_iri, ontology = project.base_iri, project.ontology
    limits = Lines(period_bounds(stated))
    yield from in_graph(limits, NamedNode(base_iri + RULES + BOUNDS))
    rules = read_rules(ontology / "rules" if ontology else None, project.shown)
    with stocked(chain(stated, limits, behind) if rules else ()) as store:
        yield from apply_rules(store, rules, base_iri + RULES)


def sorted_lines(quads: Iterable[Quad]) -> list[bytes]:
    """The distinct N-Quads lines of the quads in byte order; without graph names they are N-Triples."""
    return sorted(set(serialised(quads)))
