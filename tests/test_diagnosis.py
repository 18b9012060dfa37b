import pytest
from pyoxigraph import Store

from kommungraf.engine.diagnosis import diagnosis


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        pytest.param("SELEC * {}", 1, 1, id="first word"),
        pytest.param("SELECT * {\n ?s ?p }", 2, 8, id="object"),
        pytest.param("SELECT * { ?s ?p ?o . ] }", 1, 23, id="bracket"),
        pytest.param("SELECT *\nWHERE {\n\t?s ?p ?o\n\t?x\n}", 4, 2, id="verb"),
        pytest.param("SELECT * { ?s ?p ?o\n  FILTR(?o > 3) }", 2, 3, id="keyword"),
        pytest.param("SELECT * { FILTER(?o > ) }", 1, 24, id="operand"),
        pytest.param("CONSTRUCT WHERE { ?s ?p ?o } GROUP ?s", 1, 36, id="second keyword"),
        pytest.param("SELECT * { ?s ?p ?o } LIMIT -1", 1, 29, id="number"),
        pytest.param("SELECT * { ?s ?p ?o", 1, 20, id="end"),
        pytest.param("SELECT * { ?s ?p ?o\r\n  }}", 2, 3, id="one bracket too many"),
        pytest.param("", 1, 1, id="nothing"),
        pytest.param("# only a comment", 1, 17, id="comment"),
    ],
)
def test_the_place_is_that_of_the_word_at_fault(text: str, line: int, column: int) -> None:
    with pytest.raises(SyntaxError) as raised:
        Store().query(text)
    fault = diagnosis(text, str(raised.value))
    assert fault is not None
    assert (fault.line, fault.column) == (line, column)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SELECT * { ?s foo:bar ?o }", "Prefix not found"),
        ("SELECT ?x (COUNT(*) AS ?n) { ?x ?p ?o }", "The SELECT contains a variable that is unbound"),
        ("SELECT (1 AS ?x) (2 AS ?x) {}", "Duplicated variable name in SELECT"),
    ],
)
def test_the_reason_is_told_where_the_engine_has_one(text: str, reason: str) -> None:
    with pytest.raises(SyntaxError) as raised:
        Store().query(text)
    fault = diagnosis(text, str(raised.value))
    assert fault is not None
    assert fault.reason == reason


def test_a_long_text_keeps_the_place_that_the_engine_names() -> None:
    text = f"SELECT * {{ ?s ?p '{'x' * 30_000}' ] }}"
    with pytest.raises(SyntaxError) as raised:
        Store().query(text)
    fault = diagnosis(text, str(raised.value))
    assert fault is not None
    assert fault.line == 1
