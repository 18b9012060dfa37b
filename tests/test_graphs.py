"""Named graphs on disk say what the quads said, whether walked or looked up, and changed graphs take their place."""

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from kommungraf.quads.graphs import Graphs, graph_first, graph_last, parsed, serialised, without_graphs
from kommungraf.quads.spool import Lines

CURATION = NamedNode("urn:curation")
ONE, TWO = NamedNode("urn:g"), NamedNode("urn:g/2")
SAYS = NamedNode("urn:says")


def said(text: str, graph: NamedNode | BlankNode | None = None) -> Quad:
    return Quad(NamedNode("urn:a"), SAYS, Literal(text), graph)


QUADS = [said("b", TWO), said('a <urn:b> "c" .\n', ONE), said("c"), said("d", ONE), said("e", BlankNode("x"))]


def graphs() -> Graphs:
    return Graphs(Lines(graph_first(QUADS, CURATION)))


def test_each_graph_is_walked_once_with_all_that_it_says() -> None:
    found = {name: [quad.object.value for quad in parsed(lines)] for name, lines in graphs().walk()}
    assert found == {
        ONE: ['a <urn:b> "c" .\n', "d"],
        TWO: ["b"],
        CURATION: ["c"],
        BlankNode("x"): ["e"],
    }


def test_large_graph_is_walked_in_parts_and_loses_nothing() -> None:
    many = [said(f"{number:06}", ONE) for number in range(120_001)]
    walked = list(Graphs(Lines(graph_first([*many, *QUADS], CURATION))).walk())
    parts = [lines for name, lines in walked if name == ONE]
    assert len(parts) == 3
    assert [line for lines in parts for line in lines] == sorted(without_graphs([*many, *QUADS[1::2][:2]]))
    assert sum(name == TWO for name, _ in walked) == 1


def test_statements_that_have_words_are_found_by_graph_also_in_changed_graphs() -> None:
    changed = graphs().changed({TWO: [said("new", TWO), said("b", TWO)]})
    found = {name: [quad.object.value for quad in parsed(lines)] for name, lines in changed.mentioning(b'"b"')}
    assert found == {TWO: ["b"]}
    assert {name for name, _ in changed.mentioning(b"<urn:says>")} == {ONE, TWO, CURATION, BlankNode("x")}


def test_graph_is_looked_up_by_its_whole_name() -> None:
    assert graphs()[TWO] == [said("b", TWO)]
    assert graphs()[CURATION] == [said("c", CURATION)]
    assert graphs()[NamedNode("urn:")] == []


def test_statements_of_one_subject_are_found() -> None:
    assert list(graphs().statements(CURATION, b"<urn:a> ")) == [b'<urn:a> <urn:says> "c" .\n']
    assert list(graphs().statements(CURATION, b"<urn:b> ")) == []


def test_changed_graphs_take_the_place_of_others_and_new_ones_stand_beside_them() -> None:
    new = NamedNode("urn:new")
    changed = graphs().changed({ONE: [], new: [said("n", new)]}).changed({TWO: [said("z", TWO)]})
    assert (changed[ONE], changed[new], changed[TWO]) == ([], [said("n", new)], [said("z", TWO)])
    assert list(changed.statements(new)) == [b'<urn:a> <urn:says> "n" .\n']
    walked = {name: len(lines) for name, lines in changed.walk()}
    assert walked == {CURATION: 1, BlankNode("x"): 1, ONE: 0, new: 1, TWO: 1}


def test_lines_are_quads_again_when_the_graph_goes_to_their_end() -> None:
    lines = [graph_last(line) for line in graph_first(QUADS, CURATION)]
    assert set(parsed(lines)) == {*QUADS, said("c", CURATION)} - {said("c")}
    assert sorted(lines) == sorted(serialised(parsed(lines)))


def test_triples_of_quads_are_lines_without_the_graph() -> None:
    assert list(without_graphs([said("b", TWO)])) == [b'<urn:a> <urn:says> "b" .\n']
