import pytest
from pyoxigraph import RdfFormat, Triple, parse

from kommungraf.resources.blanknodes import labels, relabelled

GRAPHS = [
    pytest.param("ex:a ex:p [ ex:q 1 ], [ ex:q 2 ] .", id="values"),
    pytest.param("ex:a ex:p [ ex:r [ ex:s 1 ] ], [ ex:r [ ex:s 2 ] ] .", id="nested"),
    pytest.param("ex:a ex:p (1 2 3 4 5 6 7 8 9 10) , (1 2 3) .", id="lists"),
    pytest.param("ex:a ex:p [], [], [] .", id="alike"),
    pytest.param("_:a ex:p _:b . _:b ex:p _:c . _:c ex:p _:a .", id="ring"),
    pytest.param("_:a ex:p _:b . _:b ex:p _:a . _:a ex:q 1 .", id="pair"),
]


def graph(text: str) -> list[Triple]:
    content = f"@prefix ex: <http://example.org/> . {text}"
    return [quad.triple for quad in parse(content, RdfFormat.TURTLE, rename_blank_nodes=True)]


def written(triples: list[Triple]) -> list[str]:
    names = labels(triples)
    return sorted(str(relabelled(each, names)) for each in triples)


@pytest.mark.parametrize("text", GRAPHS)
def test_equal_graphs_are_written_the_same(text: str) -> None:
    assert graph(text) != graph(text)
    assert written(graph(text)) == written(graph(text))


@pytest.mark.parametrize("text", GRAPHS)
def test_no_nodes_become_one(text: str) -> None:
    triples = graph(text)
    assert len(set(labels(triples).values())) == len(labels(triples))
    assert len(set(written(triples))) == len(triples)


def test_without_blank_nodes_there_is_nothing_to_name() -> None:
    assert labels(graph("ex:a ex:p ex:b .")) == {}
