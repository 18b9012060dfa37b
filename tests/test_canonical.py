from hashlib import sha256

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Literal, NamedNode, Quad, RdfFormat, parse

from kommungraf.dataset.canonical import canonical_lines, canonical_triples
from kommungraf.quads.graphs import graph_first, graph_last, serialised

KNOWS = NamedNode("urn:knows")
GRAPH, TEXT = NamedNode("urn:g"), Literal("says _:n1 to _:n2")
NODES = [BlankNode(f"n{number}") for number in range(9)]


def labelled(quads: list[Quad]) -> list[bytes]:
    return sorted(map(graph_last, canonical_lines(graph_first(quads, GRAPH))))


def tangled() -> list[Quad]:
    pairs = [(0, 1), (2, 3), (1, 2), (4, 4), (5, 6), (6, 5), (3, 0)]
    return [Quad(NODES[one], KNOWS, NODES[other], NODES[one]) for one, other in pairs]


def by_definition(part: list[Quad]) -> list[bytes]:
    """The lines of a part with the labels that are promised: those of RDFC-1.0, behind a digest of what it says."""
    graph = Dataset(part)
    graph.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    digest = sha256("\n".join(sorted(map(str, graph))).encode()).hexdigest()[:24]
    return sorted(line.replace(b"_:c14n", b"_:b%sn" % digest.encode()) for line in serialised(graph))


def test_blank_nodes_are_labelled_by_what_is_said_of_them() -> None:
    says, to = NamedNode("urn:says"), NamedNode("urn:to")

    def quads(first: str, second: str) -> list[Quad]:
        a, b = BlankNode(first), BlankNode(second)
        return [Quad(a, says, Literal("1")), Quad(b, says, Literal("2")), Quad(a, to, b)]

    assert canonical_triples(quads("x", "y")) == canonical_triples(quads("q", "p")[::-1])
    assert labelled(quads("x", "y")) == labelled(quads("q", "p")[::-1])


def test_statements_of_other_nodes_rename_nothing() -> None:
    def about(label: str, text: str) -> list[Quad]:
        return [Quad(NamedNode("urn:a"), KNOWS, BlankNode(label)), Quad(BlankNode(label), KNOWS, Literal(text))]

    alone = canonical_triples(about("x", "1"))
    assert set(alone) < set(canonical_triples([*about("q", "0"), *about("x", "1"), *about("y", "2")]))


def test_parts_that_say_the_same_stay_two() -> None:
    quads = [Quad(BlankNode(label), KNOWS, Literal("1")) for label in ("x", "y")]
    assert len(set(canonical_triples(quads))) == len(set(labelled(quads))) == 2


def test_graph_is_the_same_as_before_however_its_nodes_hang_together() -> None:
    after = Dataset(parse(b"".join(labelled(tangled())), RdfFormat.N_QUADS))
    before = Dataset(tangled())
    for graph in (before, after):
        graph.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    assert before == after
    assert labelled(tangled()) == labelled(tangled()[::-1])


def test_triples_of_no_graph_are_the_same_as_before() -> None:
    quads = [Quad(each.subject, each.predicate, each.object) for each in tangled()]
    before, after = Dataset(quads), Dataset(parse(b"".join(canonical_triples(quads)), RdfFormat.N_TRIPLES))
    for graph in (before, after):
        graph.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    assert before == after


def test_labels_are_those_of_rdfc_behind_the_digest_of_each_part() -> None:
    joined = tangled()
    several = [joined[:3] + joined[6:], joined[3:4], joined[4:6]]
    alone = [[Quad(BlankNode(f"m{number}"), KNOWS, Literal(str(number)), GRAPH)] for number in range(3)]
    parts = [
        *several,
        *alone,
        [Quad(GRAPH, KNOWS, BlankNode("k"), GRAPH), Quad(BlankNode("k"), KNOWS, TEXT, GRAPH)],
    ]
    plain = Quad(GRAPH, KNOWS, TEXT, GRAPH)
    promised = [*(line for part in parts for line in by_definition(part)), *serialised([plain])]
    assert labelled([plain, *(quad for part in parts for quad in part)]) == sorted(promised)
