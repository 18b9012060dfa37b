"""The comparison with peers: its queries find something, its answers are compared by content, its table divides rightly."""

from pathlib import Path

import pytest
from pyoxigraph import QueryResultsFormat, QuerySolutions, QueryTriples, RdfFormat, Store

from bench.answers import content
from bench.client import Reply
from bench.generator import Size
from bench.prepared import prepared
from bench.questions import Question, questions, terms
from bench.tables import report

VARIANTS = 6


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepared(Size(10_000), tmp_path_factory.mktemp("bench")).folder


@pytest.fixture(scope="module")
def store(release: Path) -> Store:
    store = Store()
    store.load(path=str(release / "dataset.nq"), format=RdfFormat.N_QUADS)
    return store


@pytest.fixture(scope="module")
def asked(release: Path) -> tuple[Question, ...]:
    return questions(terms(release / "held.nt"), variants=VARIANTS, seed=1)


def rows(store: Store, query: str) -> int:
    answer = store.query(query)
    assert isinstance(answer, QuerySolutions | QueryTriples)
    return sum(1 for _ in answer)


def test_there_are_twelve_queries(asked: tuple[Question, ...]) -> None:
    assert len(asked) == 12


def test_every_variant_is_another_query(asked: tuple[Question, ...]) -> None:
    for question in asked:
        assert len(set(question.variants)) == VARIANTS, question.name


def test_every_query_finds_something(store: Store, asked: tuple[Question, ...]) -> None:
    found = {question.name: max(rows(store, text) for text in question.variants) for question in asked}
    assert [name for name, count in found.items() if not count] == []


def test_graph_queries_are_told_from_tables(store: Store, asked: tuple[Question, ...]) -> None:
    for question in asked:
        assert isinstance(store.query(question.variants[0]), QueryTriples) == question.is_graph


def reply(body: bytes, status: int = 200) -> Reply:
    return Reply(status, {}, body, 0.0)


def json_of(rows: str) -> bytes:
    return b'{"head":{"vars":["a"]},"results":{"bindings":[%s]}}' % rows.encode()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            '{"a":{"type":"literal","value":"5"}}',
            '{"a":{"type":"literal","value":"5","datatype":"http://www.w3.org/2001/XMLSchema#string"}}',
            id="a-plain-literal-is-a-string",
        ),
        pytest.param(
            '{"a":{"type":"literal","value":"1.50","datatype":"http://www.w3.org/2001/XMLSchema#decimal"}}',
            '{"a":{"type":"typed-literal","value":"1.5","datatype":"http://www.w3.org/2001/XMLSchema#decimal"}}',
            id="a-number-has-one-spelling",
        ),
        pytest.param(
            '{"a":{"type":"bnode","value":"x"}}', '{"a":{"type":"bnode","value":"y"}}', id="blank-nodes-are-alike"
        ),
        pytest.param(
            '{"a":{"type":"uri","value":"b:"}},{"a":{"type":"uri","value":"c:"}}',
            '{"a":{"type":"uri","value":"c:"}},{"a":{"type":"uri","value":"b:"}}',
            id="order-does-not-matter",
        ),
    ],
)
def test_answers_that_say_the_same_are_equal(one: str, other: str) -> None:
    assert content(reply(json_of(one)), is_graph=False) == content(reply(json_of(other)), is_graph=False)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param('{"a":{"type":"uri","value":"b:"}}', '{"a":{"type":"literal","value":"b:"}}', id="kind"),
        pytest.param('{"a":{"type":"uri","value":"b:"}}', "{}", id="unbound"),
        pytest.param(
            '{"a":{"type":"uri","value":"b:"}},{"a":{"type":"uri","value":"b:"}}',
            '{"a":{"type":"uri","value":"b:"}}',
            id="number-of-rows",
        ),
        pytest.param(
            '{"a":{"type":"literal","value":"b","xml:lang":"sv"}}',
            '{"a":{"type":"literal","value":"b","xml:lang":"en"}}',
            id="language",
        ),
    ],
)
def test_answers_that_differ_are_told_apart(one: str, other: str) -> None:
    assert content(reply(json_of(one)), is_graph=False) != content(reply(json_of(other)), is_graph=False)


def test_graph_is_compared_by_its_triples() -> None:
    one, other = b"<a:> <b:> <c:> .\n<a:> <b:> <d:> .\n", b"<a:> <b:> <d:> .\n<a:> <b:> <c:> .\n<a:> <b:> <c:> .\n"
    assert content(reply(one), is_graph=True) == content(reply(other), is_graph=True)
    assert content(reply(one), is_graph=True) != content(reply(b"<a:> <b:> <c:> .\n"), is_graph=True)


def test_error_is_no_answer() -> None:
    with pytest.raises(ValueError, match="status 503"):
        content(reply(b"busy", 503), is_graph=False)


def test_own_results_are_read_as_the_engine_writes_them(store: Store, asked: tuple[Question, ...]) -> None:
    lookup = next(question for question in asked if question.name == "lookup").variants[0]
    answer = store.query(lookup)
    assert isinstance(answer, QuerySolutions)
    body = answer.serialize(format=QueryResultsFormat.JSON)
    assert body is not None
    assert content(reply(body), is_graph=False).total() == rows(store, lookup)


def test_table_divides_the_times_of_a_peer_by_ours() -> None:
    machine = {"cpu": "A", "cores": "2", "memory": "1 GiB", "system": "Linux", "python": "3"}
    ours = {
        "start": 1.0,
        "memory": 1e6,
        "first": {"lookup": 0.001, "star": 0.002},
        "again": {"lookup": 1000.0, "star": 1000.0},
        "answers": {"lookup": ["1 a"], "star": ["2 b"]},
    }
    peer = {
        "start": 2.0,
        "memory": 2e6,
        "first": {"lookup": 0.002, "star": 0.016},
        "again": {"lookup": 100.0, "star": 10.0},
        "answers": {"lookup": ["1 a"], "star": ["2 c"]},
    }
    size = {"quads": 9, "triples": 5, "graphs": 2, "kommungraf": ours, "Oxigraph, disk": peer}
    lines = report({"machine": machine, "sizes": {"1": size}}).splitlines()
    assert "| Oxigraph, disk | 4.00 | 31.62 | 2.00 | – | – | 8.00 | 1 of 2 |" in lines


def test_peer_that_was_measured_alone_is_shown_without_ratios() -> None:
    machine = {"cpu": "A", "cores": "2", "memory": "1 GiB", "system": "Linux", "python": "3"}
    peer = {"start": 2.0, "memory": 2e6, "first": {"lookup": 0.002}, "again": {"lookup": 100.0}, "answers": {}}
    size = {"quads": 9, "triples": 5, "graphs": 2, "Virtuoso": peer}
    lines = report({"machine": machine, "sizes": {"1": size}}).splitlines()
    assert "| lookup | 2.00 |" in lines
    assert not any("times as fast" in line for line in lines)
