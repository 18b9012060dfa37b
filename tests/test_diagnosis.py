import pytest
from pyoxigraph import Store

from kommungraf.engine.diagnosis import _MEANINGS, diagnosis, syntax_error
from kommungraf.http.problems import problem_of
from kommungraf.texts import translations


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


#: A query for each thing that the engine says and we have words for.
MEANT = {
    "Prefix not found": "SELECT * { ?s foo:bar ?o }",
    "The SELECT contains an expression with a variable that is unbound": "SELECT (?x AS ?z) { ?x ?p ?y } GROUP BY ?p",
    "The SELECT contains a variable that is unbound": "SELECT ?x { ?x ?p ?o } GROUP BY ?p",
    "Duplicated variable name in SELECT": "SELECT ?a ?a { ?a ?b ?c }",
    "The SELECT overrides an existing variable using an expression": "SELECT (1 AS ?s) { ?s ?p ?o }",
    "SELECT * is not authorized with GROUP BY": "SELECT * { ?a ?b ?c } GROUP BY ?a",
    "The VALUES clause rows should have exactly the same number of values as there are variables": (
        "SELECT * { VALUES (?a ?b) { (1) } }"
    ),
    "IRI parsing failed": "SELECT * { ?s <rel> ?o }",
    "language tag parsing failed": "SELECT * { ?s ?p 'x'@abcdefghijk }",
    "\\u escape sequence should be followed by hexadecimal digits": 'SELECT * { ?s ?p "\\uD800" }',
}


@pytest.mark.parametrize("said", _MEANINGS)
def test_what_the_engine_says_is_told_in_our_words_beside_its_own(said: str) -> None:
    with pytest.raises(SyntaxError) as raised:
        Store().query(MEANT[said])
    fault = diagnosis(MEANT[said], str(raised.value))
    assert fault is not None
    error = syntax_error(MEANT[said], {"line": fault.line, "column": fault.column, "reason": fault.reason})
    swedish, english = problem_of(error, "sv"), problem_of(error, "en")
    assert swedish.members["said"] == english.members["said"] == said
    assert _MEANINGS[said] in english.detail
    assert translations("sv").gettext(_MEANINGS[said]) in swedish.detail
    assert _MEANINGS[said] not in swedish.detail


def test_what_only_the_engine_has_words_for_is_quoted_alone() -> None:
    error = syntax_error("SELECT", {"line": 1, "column": 1, "reason": "Something never said before"})
    assert problem_of(error, "sv").detail == "Frågan kan inte tolkas på rad 1, kolumn 1."
    assert error.said == "Something never said before"


def test_a_long_text_keeps_the_place_that_the_engine_names() -> None:
    text = f"SELECT * {{ ?s ?p '{'x' * 30_000}' ] }}"
    with pytest.raises(SyntaxError) as raised:
        Store().query(text)
    fault = diagnosis(text, str(raised.value))
    assert fault is not None
    assert fault.line == 1
