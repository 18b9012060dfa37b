from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Literal, NamedNode, Quad

from kommungraf.canonical import canonical, canonical_lines
from kommungraf.dataset import sorted_lines
from kommungraf.graphs import graph_first, graph_last

KNOWS = NamedNode("urn:knows")


def test_blank_nodes_are_labelled_by_what_is_said_of_them() -> None:
    says, to = NamedNode("urn:says"), NamedNode("urn:to")

    def quads(first: str, second: str) -> list[Quad]:
        a, b = BlankNode(first), BlankNode(second)
        return [Quad(a, says, Literal("1")), Quad(b, says, Literal("2")), Quad(a, to, b)]

    assert sorted_lines(canonical(quads("x", "y"))) == sorted_lines(canonical(quads("q", "p")[::-1]))


def test_statements_of_other_nodes_rename_nothing() -> None:
    def about(label: str, text: str) -> list[Quad]:
        return [Quad(NamedNode("urn:a"), KNOWS, BlankNode(label)), Quad(BlankNode(label), KNOWS, Literal(text))]

    alone = sorted_lines(canonical(about("x", "1")))
    assert set(alone) < set(sorted_lines(canonical([*about("q", "0"), *about("x", "1"), *about("y", "2")])))


def test_parts_that_say_the_same_stay_two() -> None:
    found = canonical(Quad(BlankNode(label), KNOWS, Literal("1")) for label in ("x", "y"))
    assert len(set(sorted_lines(found))) == 2


def test_graph_is_the_same_as_before_however_its_nodes_hang_together() -> None:
    nodes = [BlankNode(f"n{number}") for number in range(7)]
    pairs = [(0, 1), (2, 3), (1, 2), (4, 4), (5, 6), (6, 5), (3, 0)]
    quads = [Quad(nodes[one], KNOWS, nodes[other], nodes[one]) for one, other in pairs]
    before, after = Dataset(quads), Dataset(canonical(quads))
    for graph in (before, after):
        graph.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    assert before == after
    assert sorted_lines(canonical(quads)) == sorted_lines(canonical(quads[::-1]))


def test_lines_get_the_labels_that_quads_get() -> None:
    graph, text = NamedNode("urn:g"), Literal("says _:n1 to _:n2")
    nodes = [BlankNode(f"n{number}") for number in range(9)]
    pairs = [(0, 1), (2, 3), (1, 2), (4, 4), (5, 6), (6, 5), (3, 0)]
    quads = [Quad(nodes[one], KNOWS, nodes[other], nodes[one]) for one, other in pairs]
    for node in nodes[6:]:
        quads += [Quad(graph, KNOWS, node, graph), Quad(node, KNOWS, text, graph)]
    quads.append(Quad(graph, KNOWS, text, graph))
    lines = canonical_lines(graph_first(quads, graph))
    assert sorted(map(graph_last, lines)) == sorted_lines(canonical(quads))
