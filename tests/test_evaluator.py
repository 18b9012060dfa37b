import io
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store, parse

from kommungraf.engine.callers import Caller
from kommungraf.engine.engine import Answer, Query
from kommungraf.engine.evaluator import Evaluator
from kommungraf.errors import (
    BadRequest,
    ClientLeft,
    NotAcceptable,
    Overloaded,
    QueryLimitExceeded,
    QuerySyntaxError,
    ServiceRefused,
    UpdateRefused,
)
from kommungraf.settings.limits import Limits
from kommungraf.vocab import BASE
from serving_release import ALMHULT, CLAIM, TRIG, write_release
from waiting import comes_true

JSON = "application/sparql-results+json"
TSV = "text/tab-separated-values"
NT = "application/n-triples"
LIMITS = Limits(seconds=60, memory_bytes=160 << 20, result_bytes=4 << 20, workers=4, queue=2, queue_seconds=60)
#: For queries that are to run into their deadline.
BRIEF = replace(LIMITS, seconds=1)
PARTY = "<http://www.w3.org/ns/org#memberOf>"


@pytest.fixture(scope="module", params=["memory", "disk"])
def evaluator(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evaluator]:
    """The same release in memory and from Oxigraph's on-disk store; every test here runs over both."""
    yield from opened(request.param, LIMITS, tmp_path_factory)


@pytest.fixture(scope="module", params=["memory", "disk"])
def brief(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evaluator]:
    yield from opened(request.param, BRIEF, tmp_path_factory)


def opened(place: str, limits: Limits, folders: pytest.TempPathFactory) -> Iterator[Evaluator]:
    limits = replace(limits, memory_quads=0) if place == "disk" else limits
    started = Evaluator(write_release(folders.mktemp("releases")), limits, quads=1)
    yield started
    started.close()


def answered(evaluator: Evaluator, text: str, **options: object) -> Answer:
    return evaluator.evaluate(Query(text, **{"solutions": TSV, "boolean": JSON, "graph": NT, **options}))  # type: ignore[arg-type]


def body(evaluator: Evaluator, text: str, **options: object) -> str:
    with answered(evaluator, text, **options).body as stream:
        return stream.read().decode()


def crossed(count: int, size: int = 1000) -> str:
    values = " ".join(str(number) for number in range(size))
    return "".join(f"VALUES ?v{index} {{ {values} }} " for index in range(count))


def test_each_form_is_answered_in_its_media_type(evaluator: Evaluator) -> None:
    assert answered(evaluator, "ASK { ?s ?p ?o }").media_type == JSON
    assert answered(evaluator, "SELECT * { ?s ?p ?o }").media_type == TSV
    assert answered(evaluator, "CONSTRUCT WHERE { ?s ?p ?o }").media_type == NT
    assert answered(evaluator, f"DESCRIBE <{ALMHULT}>").form == "triples"


def test_the_default_graph_is_the_held_view(evaluator: Evaluator) -> None:
    text = f"SELECT (COUNT(*) AS ?n) {{ ?s {PARTY} ?o }}"
    assert body(evaluator, text) == "?n\n1\n"
    text = f"SELECT (COUNT(*) AS ?n) {{ GRAPH ?g {{ ?s {PARTY} ?o }} }}"
    assert body(evaluator, text) == "?n\n2\n"


def test_everything_arrives_as_the_engine_has_it(evaluator: Evaluator) -> None:
    store = Store()
    store.extend(parse(TRIG, RdfFormat.TRIG))
    text = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
    triples = {quad.triple for quad in parse(body(evaluator, text).encode(), RdfFormat.N_TRIPLES)}
    assert triples == set(store.query(text))


@pytest.mark.parametrize(
    ("clause", "default_graphs", "named_graphs", "found"),
    [
        pytest.param("", (CLAIM,), (), "1 0", id="default-graph"),
        pytest.param("", (), (CLAIM,), "0 1", id="named-graph"),
        pytest.param("", (CLAIM,), (CLAIM,), "1 1", id="both"),
        pytest.param(f"FROM <{CLAIM}>", (), (), "1 0", id="from"),
        pytest.param(f"FROM NAMED <{CLAIM}>", (), (), "0 1", id="from-named"),
        pytest.param(f"FROM NAMED <{CLAIM}>", (CLAIM,), (), "1 0", id="the protocol overrides from-named"),
        pytest.param(f"FROM <{CLAIM}>", (), (f"{BASE}no",), "0 0", id="the protocol overrides from"),
        pytest.param("FROM <file:///etc/passwd>", (), (), "0 0", id="a file is no graph of the release"),
    ],
)
def test_graph_names_select_graphs_of_the_release(
    evaluator: Evaluator, clause: str, default_graphs: tuple[str, ...], named_graphs: tuple[str, ...], found: str
) -> None:
    counts = []
    for pattern in ("{ ?s ?p ?o }", "{ GRAPH ?g { ?s ?p ?o } }"):
        text = f"SELECT (COUNT(*) AS ?n) {clause} WHERE {pattern}"
        counts.append(
            body(evaluator, text, default_graphs=default_graphs, named_graphs=named_graphs).split("\n")[1]
        )
    assert " ".join(counts) == found


def test_a_graph_name_that_is_no_iri_is_a_bad_request(evaluator: Evaluator) -> None:
    with pytest.raises(BadRequest):
        answered(evaluator, "ASK {}", default_graphs=("not an IRI",))


def test_relative_iris_resolve_against_the_base(evaluator: Evaluator) -> None:
    assert body(evaluator, "SELECT (<id/x> AS ?x) {}", base_iri=BASE) == f"?x\n<{BASE}id/x>\n"


def test_select_binds_variables(evaluator: Evaluator) -> None:
    rows = evaluator.select(f"SELECT ?this ?of ?none {{ ?this {PARTY} ?of }}", this=NamedNode(ALMHULT))
    assert rows == [{"this": NamedNode(ALMHULT), "of": NamedNode(f"{BASE}id/partnership/p")}]


def test_an_unknown_function_is_an_error_of_its_expression(evaluator: Evaluator) -> None:
    text = 'SELECT (COALESCE(<http://e/f>(1), "none") AS ?x) (<http://e/g>(1) AS ?y) {}'
    assert body(evaluator, text) == '?x\t?y\n"none"\t\n'


def test_a_form_that_has_no_acceptable_media_type_lists_the_offers(evaluator: Evaluator) -> None:
    with pytest.raises(NotAcceptable) as raised:
        answered(evaluator, "CONSTRUCT WHERE { ?s ?p ?o }", graph=None)
    assert "text/turtle" in raised.value.offers
    with pytest.raises(NotAcceptable) as raised:
        answered(evaluator, "ASK {}", solutions="text/csv", boolean=None)
    assert raised.value.offers == (JSON, "application/sparql-results+xml")


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        pytest.param("SELECT * {\n ?s ?p }", 2, 8, "unexpected “}”", id="a missing object"),
        pytest.param("SELECT * { ?s ?p ?o . ] }", 1, 23, "unexpected “]”", id="bracket"),
        pytest.param("SELECT ?åäö {\n ?åäö a ] }", 2, 9, "unexpected “]”", id="columns count characters"),
        pytest.param("SELECT * { ?s foo:bar ?o }", 1, 15, "the prefix isn't declared", id="prefix"),
        pytest.param("SELECT * {\n ?s ?p ?o", 2, 10, "unexpected end", id="end"),
        pytest.param("SELECT *\n{\n\t?s ?p ?o\n\t?x\n}", 4, 2, "unexpected “[?]x”", id="a verb is missing"),
        pytest.param("SELECT * { ?s ?p ?o\n  FILTR(?o > 3) }", 2, 3, "unexpected “FILTR”", id="a keyword"),
        pytest.param("", 1, 1, "unexpected end", id="empty"),
    ],
)
def test_a_syntax_error_has_its_place(evaluator: Evaluator, text: str, line: int, column: int, said: str) -> None:
    with pytest.raises(QuerySyntaxError, match=said) as raised:
        answered(evaluator, text)
    assert (raised.value.line, raised.value.column) == (line, column)
    assert raised.value.excerpt is not None
    shown, caret = raised.value.excerpt.split("\n")
    assert caret.index("^") == column - 1
    assert text.split("\n")[line - 1].startswith(shown)


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { <http://e/a> <http://e/b> 1 }",
        "PREFIX e: <http://e/>\n# a comment\nDELETE WHERE { ?s ?p ?o }",
        "CLEAR ALL",
        "LOAD <http://127.0.0.1:1/x>",
        "WITH <http://e/g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    ],
)
def test_updates_are_refused(evaluator: Evaluator, text: str) -> None:
    with pytest.raises(UpdateRefused):
        answered(evaluator, text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("SELECT * {{ SERVICE <{}> {{ ?s ?p ?o }} }}", id="plain"),
        pytest.param("SELECT * {{ SERVICE SILENT <{}> {{ ?s ?p ?o }} }}", id="silent"),
        pytest.param("SELECT * {{ SERVICE <https://127.0.0.1:1/> {{ ?s ?p ?o }} }} # {}", id="over-tls"),
        pytest.param("ASK {{ SERVICE <https://127.0.0.1:1/> {{ ?s ?p ?o }} }} # {}", id="over-tls-in-ask"),
        pytest.param("ASK {{ sErViCe <{}> {{ ?s ?p ?o }} }}", id="any-case-in-ask"),
        pytest.param("ASK {{ SERVICE SILENT <{}> {{ ?s ?p ?o }} }}", id="silent-in-ask"),
        pytest.param("SELECT * {{ BIND(<{}> AS ?e) SERVICE ?e {{ ?s ?p ?o }} }}", id="variable"),
        pytest.param("SELECT * {{ VALUES ?e {{ <{}> }} SERVICE SILENT ?e {{ ?s ?p ?o }} }}", id="silent-variable"),
        pytest.param("PREFIX sq: <{}> SELECT * {{ SERVICE sq: {{ ?s ?p ?o }} }}", id="prefixed-name"),
        pytest.param("PREFIX : <{}> SELECT * {{ SERVICE:{{ ?s ?p ?o }} }}", id="empty-prefix-and-no-space"),
        pytest.param("SELECT * {{ {{ SELECT * {{ SERVICE SILENT <{}> {{ ?s ?p ?o }} }} }} }}", id="subquery"),
        pytest.param("SELECT * {{ OPTIONAL {{ GRAPH ?g {{ SERVICE SILENT <{}> {{ }} }} }} }}", id="nested"),
        pytest.param("ASK {{ FILTER NOT EXISTS {{ SERVICE SILENT <{}> {{ ?s ?p ?o }} }} }}", id="not-exists"),
        pytest.param("SELECT * {{ \\u0053ERVICE SILENT <{}> {{ ?s ?p ?o }} }}", id="escaped"),
        pytest.param("ASK {{ BIND(<{}> AS ?e) FILTER(1<2)SERVICE#>\n?e {{ ?s ?p ?o }} }}", id="looks-like-an-iri"),
        pytest.param("ASK {{ FILTER('\"'!='') SERVICE SILENT <{}> {{}} FILTER('\"'!='') }}", id="between-quotes"),
    ],
)
def test_service_is_refused_and_nothing_leaves_the_machine(evaluator: Evaluator, text: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        with pytest.raises(ServiceRefused):
            answered(evaluator, text.format(f"http://127.0.0.1:{listener.getsockname()[1]}/sparql"))
        with pytest.raises(TimeoutError):
            listener.accept()


def test_the_word_service_is_no_clause(evaluator: Evaluator) -> None:
    text = """PREFIX service: <http://e/service/>
        SELECT ?service { ?service a service:SERVICE , "SERVICE <http://x/> {}"@service , _:service } # SERVICE"""
    assert body(evaluator, text) == "?service\n"


def test_the_functions_that_change_are_told_apart_from_their_names(evaluator: Evaluator) -> None:
    assert answered(evaluator, "SELECT (NOW() AS ?x) {}").volatile
    assert answered(evaluator, "SELECT (STRUUID() AS ?x) {}").volatile
    assert not answered(evaluator, 'SELECT ?now { ?now a "known, brand, RAND()" }').volatile


#: Each would take hours or more memory than there is.
ENDLESS = [
    pytest.param(f"SELECT (COUNT(*) AS ?n) {{ {crossed(4)} }}", id="cross-product"),
    pytest.param(f"SELECT * {{ {crossed(4)} }}", id="large-result"),
    pytest.param(f"SELECT DISTINCT * {{ {crossed(4)} }}", id="distinct"),
    pytest.param(
        f"SELECT (GROUP_CONCAT(CONCAT(STR(?v0), '{'x' * 500}')) AS ?n) {{ {crossed(4)} }}", id="group-concat"
    ),
    pytest.param(f"ASK {{ ?s {'/'.join(['<http://e/p>'] * 10_000)} ?o }}", id="long-path"),
    pytest.param(f"ASK {{ FILTER({'||'.join(['?x = 1'] * 16_000)}) }}", id="130-kB-of-or"),
    pytest.param(f"ASK {{ {'{} UNION ' * 14_000} {{}} }}", id="130-kB-of-union"),
]


@pytest.mark.parametrize("text", ENDLESS)
def test_a_hostile_query_ends_at_a_limit_and_the_next_lookup_answers(brief: Evaluator, text: str) -> None:
    with pytest.raises(QueryLimitExceeded):
        answered(brief, text)
    assert body(brief, f"ASK {{ <{ALMHULT}> {PARTY} ?p }}") == '{"head":{},"boolean":true}'


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        pytest.param(f"SELECT * {{ {crossed(4)} }} ORDER BY ?v0", "memory", id="order-by"),
        pytest.param(f"SELECT * {'{' * 10_000} ?s ?p ?o {'}' * 10_000}", "nesting", id="nested-groups"),
        pytest.param(f"ASK {{ FILTER({'(' * 10_000}1{')' * 10_000}) }}", "nesting", id="nested-parentheses"),
        pytest.param(f"ASK {{ FILTER({'!' * 10_000}true) }}", "nesting", id="negations"),
    ],
)
def test_the_limit_that_a_query_ran_into_is_told(evaluator: Evaluator, text: str, limit: str) -> None:
    with pytest.raises(QueryLimitExceeded) as raised:
        answered(evaluator, text)
    assert raised.value.limit == limit
    assert body(evaluator, f"ASK {{ <{ALMHULT}> {PARTY} ?p }}") == '{"head":{},"boolean":true}'


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f'ASK {{ FILTER(REGEX("{"a" * 5000}", "{"(a*)*" * 20}b")) }}', id="backtracking"),
        pytest.param('ASK { FILTER(REGEX("a", "((a{1,100}){1,100}){1,100}")) }', id="large"),
        pytest.param(f"SELECT * {{ VALUES ?x {{ {' '.join(map(str, range(100_000)))} }} }}", id="huge-values"),
    ],
)
def test_what_looks_hostile_but_is_not_is_answered(evaluator: Evaluator, text: str) -> None:
    answered(evaluator, text).body.close()


def test_a_result_between_the_limits_arrives_whole(evaluator: Evaluator) -> None:
    answer = answered(evaluator, f"SELECT * {{ {crossed(2)} }} LIMIT 100000")
    with answer.body as stream:
        content = stream.read()
    assert len(content) == answer.size > 64 << 10
    assert content.count(b"\n") == 100_001


def test_the_sites_own_lookups_need_no_file_for_what_a_page_takes(evaluator: Evaluator) -> None:
    text = f"SELECT * {{ {crossed(2)} }} LIMIT 20000"
    with answered(evaluator, text, own=True).body as inline, answered(evaluator, text).body as filed:
        assert isinstance(inline, io.BytesIO)
        assert not isinstance(filed, io.BytesIO)
        assert inline.read() == filed.read()


def workers_of(evaluator: Evaluator) -> set[str]:
    host = evaluator._host._process.pid
    return set(Path(f"/proc/{host}/task/{host}/children").read_text().split())


def test_stopped_queries_leave_no_process_behind(evaluator: Evaluator) -> None:
    for number in range(3):
        with pytest.raises(QueryLimitExceeded):
            answered(evaluator, f"SELECT * {'{' * 10_000} ?s ?p ?o {'}' * 10_000} # {number}")
    seats = LIMITS.workers + 2
    assert comes_true(lambda: 0 < len(workers_of(evaluator)) <= seats)


class Attack:
    """So many queries at once, each different and each too expensive, and how they end."""

    def __init__(self, evaluator: Evaluator, count: int) -> None:
        self.outcomes: list[str] = []
        self._evaluator = evaluator
        self._callers = [Caller() for _ in range(count)]
        self._threads = [threading.Thread(target=self._ask, args=(caller,)) for caller in self._callers]
        for thread in self._threads:
            thread.start()

    def _ask(self, caller: Caller) -> None:
        text = f"SELECT (COUNT(*) AS ?n) {{ {crossed(4)} }} # {threading.get_ident()} {time.time()}"
        try:
            answered(self._evaluator, text, caller=caller)
        except (QueryLimitExceeded, Overloaded, ClientLeft) as error:
            self.outcomes.append(type(error).__name__)

    def over(self) -> list[str]:
        """How they ended, once they have; those that still run are hung up."""
        for caller in self._callers:
            caller.leave()
        for thread in self._threads:
            thread.join()
        return self.outcomes


def long_ones(evaluator: Evaluator) -> int:
    """How many long queries may be ended for others."""
    return len(evaluator._public._expendable)


def test_long_queries_leave_seats_for_short_ones(evaluator: Evaluator) -> None:
    attack = Attack(evaluator, LIMITS.workers)
    assert comes_true(lambda: long_ones(evaluator) == LIMITS.workers // 2)
    for number in range(20):
        assert body(evaluator, f"ASK {{}} # {number}")
    assert evaluator.select("SELECT ?s { ?s ?p ?o } LIMIT 1")
    assert comes_true(lambda: attack.outcomes)
    outcomes = attack.over()
    # The half of the seats that is theirs is kept; which others must go depends on when the short ones come.
    assert len(outcomes) == LIMITS.workers
    assert outcomes.count("Overloaded") >= 1
    assert outcomes.count("ClientLeft") >= LIMITS.workers // 2


def test_long_queries_run_side_by_side_where_nobody_waits(brief: Evaluator) -> None:
    attack = Attack(brief, BRIEF.workers)
    assert comes_true(lambda: len(attack.outcomes) == BRIEF.workers)
    assert attack.over() == ["QueryLimitExceeded"] * BRIEF.workers


def test_long_queries_go_behind_others_for_the_processor(evaluator: Evaluator) -> None:
    attack = Attack(evaluator, 1)
    assert comes_true(lambda: niceness_of(evaluator) == {os.nice(0) + 5, 19})
    attack.over()
    assert comes_true(lambda: niceness_of(evaluator) == {os.nice(0) + 5})


def test_a_stopped_query_leaves_its_seat_to_a_worker_that_was_ready(tmp_path: Path) -> None:
    evaluator = Evaluator(write_release(tmp_path), replace(BRIEF, workers=1))
    assert comes_true(lambda: len(workers_of(evaluator)) == 4)  # one in each lane, and two in reserve
    before = workers_of(evaluator)
    with pytest.raises(QueryLimitExceeded):
        answered(evaluator, f"SELECT (COUNT(*) AS ?n) {{ {crossed(6)} }}")
    (seat,) = evaluator._public.free()
    assert seat.worker is not None
    assert str(seat.worker.pid) in before
    evaluator.close()


def niceness_of(evaluator: Evaluator) -> set[int]:
    """Of its workers, as far as they are alive by the time."""
    found = set()
    for pid in workers_of(evaluator):
        with suppress(OSError):
            found.add(os.getpriority(os.PRIO_PROCESS, int(pid)))
    return found - {os.nice(0)}  # a worker takes its place behind others a moment after it was forked


def test_a_full_pool_queues_briefly_and_then_says_when_to_come_back(tmp_path: Path) -> None:
    evaluator = Evaluator(write_release(tmp_path), replace(LIMITS, queue_seconds=0.3))
    attack = Attack(evaluator, LIMITS.workers + LIMITS.queue + 3)
    assert evaluator.select("SELECT ?s { ?s ?p ?o } LIMIT 1")  # the site's own lookups have workers apart
    assert comes_true(lambda: len(attack.outcomes) >= LIMITS.queue + 3)
    outcomes = attack.over()
    assert outcomes.count("Overloaded") >= LIMITS.queue + 3
    assert outcomes.count("ClientLeft") >= LIMITS.workers // 2
    assert set(outcomes) == {"ClientLeft", "Overloaded"}
    evaluator.close()


def test_a_query_that_ran_into_a_limit_is_not_tried_again_at_once(brief: Evaluator) -> None:
    text = f"SELECT (COUNT(*) AS ?n) {{ {crossed(4)} }} # again"
    with pytest.raises(QueryLimitExceeded):
        answered(brief, text)
    with ExitStack() as taken:
        for _ in range(BRIEF.workers):
            taken.enter_context(brief._public.seat(Caller()))
        with pytest.raises(QueryLimitExceeded) as raised:  # though there is no worker to try it
            answered(brief, text)
    assert raised.value.limit == "time"


def test_a_killed_worker_is_replaced(evaluator: Evaluator) -> None:
    for pid in workers_of(evaluator):
        os.kill(int(pid), signal.SIGKILL)
    for _ in range(LIMITS.workers + 1):
        assert body(evaluator, "ASK {}")
    assert evaluator.select("SELECT ?s { ?s ?p ?o } LIMIT 1")


def test_a_killed_host_is_started_again(evaluator: Evaluator) -> None:
    os.kill(evaluator._host._process.pid, signal.SIGKILL)
    for _ in range(LIMITS.workers + 1):
        assert body(evaluator, "ASK {}")
    assert evaluator.select("SELECT ?s { ?s ?p ?o } LIMIT 1")


def test_many_threads_each_get_their_own_answer(evaluator: Evaluator) -> None:
    wrong: list[str] = []

    def ask(name: int) -> None:
        for count in range(20):
            found = body(evaluator, f"SELECT ({name} AS ?name) ({count} AS ?count) {{}}")
            if found != f"?name\t?count\n{name}\t{count}\n":
                wrong.append(found)

    threads = [threading.Thread(target=ask, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
