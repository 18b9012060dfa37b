import json
import os
import platform
import shutil
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from engines import oxigraph
from kommungraf.engine.callers import Caller
from kommungraf.engine.engine import Answer, Query
from kommungraf.engine.evaluator import Evaluator
from kommungraf.engine.wire import Message
from kommungraf.engine.workers import Host
from kommungraf.errors import (
    ClientLeft,
    QueryLimitExceeded,
    QuerySyntaxError,
    RequestError,
    ServiceFailed,
    ServiceRefused,
    ServiceTimedOut,
)
from kommungraf.settings.limits import Limits
from kommungraf.vocab import BASE
from other_endpoint import OtherEndpoint, other_endpoint
from serving_process import seconds_of_cpu
from serving_release import ALMHULT, write_release
from waiting import comes_true

CSV, NT, RESULTS = "text/csv", "application/n-triples", "application/sparql-results+json"
LIMITS = Limits(
    seconds=60,
    memory_bytes=160 << 20,
    result_bytes=4 << 20,
    workers=4,
    queue=2,
    queue_seconds=60,
    refusal_seconds=0,
)
#: For what is to run into its deadline.
BRIEF = replace(LIMITS, seconds=2)
PATHS = (
    "rows", "generic", "xml", "many", "redirect", "see-other", "moved", "failing", "secret", "html", "csv", "boolean", "half",
    "half-xml", "bomb-xml", "cut", "lengthless", "partial", "flood", "dripping", "silent",
)  # fmt: skip


@pytest.fixture(scope="module")
def other() -> Iterator[OtherEndpoint]:
    with other_endpoint() as server:
        yield server


def opened(place: str, limits: Limits, folder: Path, other: OtherEndpoint) -> Evaluator:
    limits = replace(limits, memory_quads=0) if place == "disk" else limits
    services = [*(other.url(path) for path in PATHS), "http://127.0.0.1:1/sparql", "https://127.0.0.1:1/sparql"]
    return Evaluator(write_release(folder), limits, quads=1, services=services)


@pytest.fixture(scope="module", params=["memory", "disk"])
def evaluator(
    request: pytest.FixtureRequest, other: OtherEndpoint, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Evaluator]:
    """Every test here runs over a release in memory and over one on disk, whose workers open files of their own."""
    with closing(opened(request.param, LIMITS, tmp_path_factory.mktemp("releases"), other)) as started:
        yield started


@pytest.fixture(scope="module")
def brief(other: OtherEndpoint, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evaluator]:
    with closing(opened("memory", BRIEF, tmp_path_factory.mktemp("releases"), other)) as started:
        yield started


def answered(evaluator: Evaluator, text: str, caller: Caller | None = None) -> Answer:
    query = Query(text, solutions=CSV, boolean=RESULTS, graph=NT, base_iri=BASE, caller=caller or Caller())
    return evaluator.evaluate(query)


def body(evaluator: Evaluator, text: str) -> str:
    with answered(evaluator, text).body as stream:
        return stream.read().decode()


def of(endpoint: str, within: str = "?s <p> ?n", silent: str = "") -> str:
    return f"SERVICE {silent} <{endpoint}> {{ {within} }}"


class Asking:
    """A query that waits for an endpoint, in a thread of its own, until it is ended and gives its outcome."""

    def __init__(self, evaluator: Evaluator, text: str) -> None:
        self.outcome: RequestError | None = None
        self._caller = Caller()
        self._thread = Thread(target=self._ask, args=(evaluator, text))
        self._thread.start()

    def _ask(self, evaluator: Evaluator, text: str) -> None:
        try:
            answered(evaluator, text, self._caller).body.close()
        except RequestError as error:
            self.outcome = error

    def leave(self) -> None:
        """Hang up."""
        self._caller.leave()
        self._thread.join()

    def over(self) -> RequestError | None:
        """How it ends by itself."""
        self._thread.join()
        return self.outcome


def workers_of(evaluator: Evaluator) -> set[str]:
    host = evaluator.workload().host
    return set(Path(f"/proc/{host}/task/{host}/children").read_text().split())


@pytest.mark.parametrize("path", ["rows", "generic", "xml"])
def test_an_allowed_endpoint_is_joined_with_the_dataset(
    evaluator: Evaluator, other: OtherEndpoint, path: str
) -> None:
    found = body(
        evaluator,
        f'SELECT ?name ?n {{ ?s <http://www.w3.org/2004/02/skos/core#notation> "0765" ; <http://www.w3.org/2004/02/skos/core#prefLabel> ?name . '
        f'{of(other.url(path))} FILTER(LANG(?name) = "sv") }}',
    )
    assert found == "name,n\r\nÄlmhult,17650\r\n"


def test_the_endpoint_is_asked_what_the_clause_says_and_nothing_else(
    evaluator: Evaluator, other: OtherEndpoint
) -> None:
    before = len(other.queries("rows"))
    body(
        evaluator,
        f"PREFIX e: <http://e/> SELECT * {{ ?s ?x ?y {of(other.url('rows'), '?s e:p ?n FILTER(?n > 1)')} }}",
    )
    (asked,) = other.queries("rows")[before:]
    assert "?s <http://e/p> ?n" in asked
    assert "FILTER" in asked
    assert "?y" not in asked


def test_an_endpoint_is_asked_once_for_all_solutions(evaluator: Evaluator, other: OtherEndpoint) -> None:
    before = len(other.queries("rows"))
    filtered = f"SELECT ?s {{ ?s a ?c FILTER EXISTS {{ {of(other.url('rows'))} }} }}"
    assert len(body(evaluator, filtered).split()) > 2
    assert len(other.queries("rows")) == before + 1


def test_each_query_asks_anew_and_its_answer_may_differ(evaluator: Evaluator, other: OtherEndpoint) -> None:
    before = len(other.queries("rows"))
    assert all(answered(evaluator, f"SELECT * {{ {of(other.url('rows'))} }}").volatile for _ in range(2))
    assert len(other.queries("rows")) == before + 2


def test_several_endpoints_are_asked_by_one_query(evaluator: Evaluator, other: OtherEndpoint) -> None:
    crossed = f"{{ SELECT (?s AS ?a) {{ {of(other.url('rows'))} }} }}"
    assert body(evaluator, f"SELECT (COUNT(*) AS ?n) {{ {of(other.url('many'))} {crossed} }}") == "n\r\n10000\r\n"


def test_a_large_answer_arrives_whole_while_others_are_asked(evaluator: Evaluator, other: OtherEndpoint) -> None:
    meanwhile = f"FILTER EXISTS {{ {{ SELECT (?s AS ?a) {{ {of(other.url('rows'))} }} }} }}"
    assert body(evaluator, f"SELECT (COUNT(*) AS ?n) {{ {of(other.url('many'))} {meanwhile} }}") == "n\r\n5000\r\n"


def test_every_form_of_query_may_ask(evaluator: Evaluator, other: OtherEndpoint) -> None:
    assert json.loads(body(evaluator, f"ASK {{ {of(other.url('rows'))} }}"))["boolean"]
    graph = body(evaluator, f"CONSTRUCT {{ ?s <http://e/n> ?n }} {{ {of(other.url('rows'))} }}")
    assert f'<{ALMHULT}> <http://e/n> "17650" .' in graph


def test_what_an_endpoint_is_to_ask_in_turn_goes_by_its_own_name(
    evaluator: Evaluator, other: OtherEndpoint
) -> None:
    body(evaluator, f"SELECT * {{ {of(other.url('rows'), of(other.url('xml')))} }}")
    assert f"SERVICE <{other.url('xml')}>" in other.queries("rows")[-1]


def test_a_named_endpoint_is_found_by_prefix_and_base(evaluator: Evaluator, other: OtherEndpoint) -> None:
    place = other.url("")
    assert "17650" in body(evaluator, f"PREFIX o: <{place}> SELECT * {{ SERVICE o:rows {{ ?s <p> ?n }} }}")
    assert "17650" in body(evaluator, f"BASE <{place}> SELECT * {{ SERVICE <rows> {{ ?s <p> ?n }} }}")


def test_another_engine_of_the_field_is_joined(tmp_path: Path) -> None:
    with (
        oxigraph(None) as engine,
        closing(Evaluator(write_release(tmp_path), LIMITS, services=[engine.query])) as ours,
    ):
        rows = f"VALUES (?s ?o) {{ (<{ALMHULT}> 7) (<http://e/> 8) }}"
        assert body(ours, f"SELECT ?o {{ ?s a ?c {of(engine.query, rows)} }}") == "o\r\n7\r\n"


@pytest.mark.parametrize(
    ("path", "told"),
    [
        pytest.param("redirect", "status 307, and redirects aren't followed", id="redirect"),
        pytest.param("see-other", "status 303, and redirects aren't followed", id="see-other"),
        pytest.param("moved", "status 301, and redirects aren't followed", id="redirect-to-itself"),
        pytest.param("failing", "status 500", id="status"),
        pytest.param("secret", "status 401", id="authentication"),
        pytest.param("html", "text/html, which is no SPARQL result", id="page"),
        pytest.param("csv", "text/csv, which is no SPARQL result", id="csv"),
        pytest.param("boolean", "no whole result", id="boolean"),
        pytest.param("half", "no whole result", id="half-of-json"),
        pytest.param("half-xml", "no whole result", id="half-of-xml"),
        pytest.param("bomb-xml", "no whole result", id="entities"),
        pytest.param("cut", "can't be reached|no whole result", id="cut-before-its-length"),
        pytest.param("lengthless", "tells no length", id="no-length"),
        pytest.param("partial", "status 206", id="partial"),
        pytest.param("flood", "may be 4,194,304 bytes", id="endless-flood"),
    ],
)
def test_an_unsound_answer_is_no_answer(evaluator: Evaluator, other: OtherEndpoint, path: str, told: str) -> None:
    with pytest.raises(ServiceFailed, match=told) as raised:
        answered(evaluator, f"SELECT * {{ ?s ?p ?o . {of(other.url(path))} }}")
    assert other.url(path) in str(raised.value)
    silently = f"SELECT ?x {{ VALUES ?x {{ 1 }} {of(other.url(path), silent='SILENT')} }}"
    assert body(evaluator, silently) == "x\r\n1\r\n"
    assert comes_true(lambda: other.heard.open == 0)


def test_the_answers_to_one_query_are_bounded_together(evaluator: Evaluator, other: OtherEndpoint) -> None:
    many = other.url("many")
    assert answered(evaluator, f"SELECT (COUNT(*) AS ?n) {{ {of(many)} }}").form == "solutions"
    with pytest.raises(ServiceFailed, match="sent too much"):
        answered(evaluator, f"SELECT (COUNT(*) AS ?n) {{ {{ {of(many)} }} UNION {{ {of(many, '?s <q> ?n')} }} }}")


def test_an_endpoint_that_is_not_there_is_told(evaluator: Evaluator) -> None:
    for endpoint in ("http://127.0.0.1:1/sparql", "https://127.0.0.1:1/sparql"):
        with pytest.raises(ServiceFailed, match=f"{endpoint}, .* can't be reached"):
            answered(evaluator, f"SELECT * {{ {of(endpoint)} }}")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
@pytest.mark.parametrize("known", [True, False])
def test_an_endpoint_over_tls_is_asked_where_its_certificate_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout {key} -out {certificate}"
    subprocess.run(made.split(), check=True, capture_output=True)
    if known:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with other_endpoint() as secure:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        secure.socket = context.wrap_socket(secure.socket, server_side=True)
        url = f"https://localhost:{secure.server_port}/rows"
        with closing(Evaluator(write_release(tmp_path / "releases"), LIMITS, services=[url])) as started:
            if known:
                assert "17650" in body(started, f"SELECT * {{ {of(url)} }}")
                return
            with pytest.raises(ServiceFailed, match="can't be reached") as raised:
                answered(started, f"SELECT * {{ {of(url)} }}")
            assert "certificate" in str(raised.value.said)


def test_nobody_hears_where_a_redirect_points(evaluator: Evaluator, other: OtherEndpoint) -> None:
    with other_endpoint() as elsewhere:
        other.elsewhere = elsewhere.url("rows")
        for path in ("redirect", "see-other"):
            with pytest.raises(ServiceFailed):
                answered(evaluator, f"SELECT * {{ {of(other.url(path))} }}")
        assert elsewhere.heard.requests == []


@pytest.mark.parametrize("path", ["silent", "dripping"])
def test_a_slow_endpoint_is_given_up_before_the_query_is(
    brief: Evaluator, other: OtherEndpoint, path: str
) -> None:
    with pytest.raises(ServiceTimedOut, match=r"didn't answer within 1\.\d+ s"):
        answered(brief, f"SELECT * {{ {of(other.url(path))} }}")
    assert comes_true(lambda: other.heard.open == 0)
    assert body(brief, f"SELECT ?x {{ VALUES ?x {{ 1 }} {of(other.url(path), silent='SILENT')} }}") == "x\r\n1\r\n"


def test_a_client_that_hangs_up_ends_what_is_asked_for_it(evaluator: Evaluator, other: OtherEndpoint) -> None:
    asking = Asking(evaluator, f"SELECT * {{ {of(other.url('silent'))} }}")
    assert comes_true(lambda: other.heard.open == 1)
    asking.leave()
    assert isinstance(asking.outcome, ClientLeft)
    assert comes_true(lambda: other.heard.open == 0)
    assert evaluator.workload().lanes["service"].busy == 0


CROSSED = " ".join(f"VALUES ?v{index} {{ {' '.join(map(str, range(1000)))} }}" for index in range(4))


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        pytest.param("SELECT (COUNT(*) AS ?n) {{ {service} {cross} }}", "time", id="time"),
        pytest.param("SELECT * {{ {{ SELECT * {{ {cross} }} ORDER BY ?v0 }} {service} }}", "memory", id="memory"),
        pytest.param("SELECT * {{ {service} {cross} }}", "result", id="result"),
    ],
)
def test_a_query_that_asks_is_held_to_the_limits(
    brief: Evaluator, evaluator: Evaluator, other: OtherEndpoint, text: str, limit: str
) -> None:
    query = text.format(service=of(other.url("rows")), cross=CROSSED)
    with pytest.raises(QueryLimitExceeded) as raised:
        answered(brief if limit == "time" else evaluator, query)
    assert raised.value.limit == limit


def test_lookups_are_answered_while_every_seat_for_asking_is_taken(
    evaluator: Evaluator, other: OtherEndpoint
) -> None:
    asking = [Asking(evaluator, f"SELECT * {{ {of(other.url('silent'))} }}") for _ in range(3)]
    try:
        assert comes_true(lambda: evaluator.workload().lanes["service"].waiting == 2)
        assert evaluator.workload().lanes["public"].busy == 0
        assert json.loads(body(evaluator, f"ASK {{ <{ALMHULT}> ?p ?o }}"))["boolean"]
    finally:
        for each in asking:
            each.leave()
    assert {type(each.outcome) for each in asking} == {ClientLeft}


def test_no_process_outlives_its_query(evaluator: Evaluator, other: OtherEndpoint) -> None:
    for path in ("rows", "flood", "html"):
        try:
            answered(evaluator, f"SELECT * {{ {of(other.url(path))} }}").body.close()
        except ServiceFailed:
            continue
    most = LIMITS.workers + 4
    assert comes_true(lambda: len(workers_of(evaluator)) <= most)
    assert comes_true(lambda: not _busy(evaluator))


def _busy(evaluator: Evaluator) -> bool:
    pids = [int(pid) for pid in workers_of(evaluator)]
    before = seconds_of_cpu(pids)
    return not comes_true(lambda: seconds_of_cpu(pids) == before, 0.1)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("SELECT * {{ SERVICE <{}> {{ ?s ?p ?o }} }}", id="plain"),
        pytest.param("SELECT * {{ SERVICE SILENT <{}> {{ ?s ?p ?o }} }}", id="silent"),
        pytest.param("ASK {{ sErViCe <{}> {{ ?s ?p ?o }} }}", id="any-case-in-ask"),
        pytest.param("SELECT * {{ BIND(<{}> AS ?e) SERVICE ?e {{ ?s ?p ?o }} }}", id="variable"),
        pytest.param("SELECT * {{ VALUES ?e {{ <{}> }} SERVICE SILENT ?e {{ ?s ?p ?o }} }}", id="silent-variable"),
        pytest.param("PREFIX sq: <{}> SELECT * {{ SERVICE sq: {{ ?s ?p ?o }} }}", id="prefixed-name"),
        pytest.param("PREFIX : <{}> SELECT * {{ SERVICE:{{ ?s ?p ?o }} }}", id="empty-prefix-and-no-space"),
        pytest.param("BASE <{}> SELECT * {{ SERVICE <> {{ ?s ?p ?o }} }}", id="relative"),
        pytest.param("SELECT * {{ {{ SELECT * {{ SERVICE SILENT <{}> {{ ?s ?p ?o }} }} }} }}", id="subquery"),
        pytest.param("SELECT * {{ OPTIONAL {{ GRAPH ?g {{ SERVICE SILENT <{}> {{ }} }} }} }}", id="nested"),
        pytest.param("ASK {{ FILTER NOT EXISTS {{ SERVICE SILENT <{}> {{ ?s ?p ?o }} }} }}", id="not-exists"),
        pytest.param("SELECT * {{ \\u0053ERVICE SILENT <{}> {{ ?s ?p ?o }} }}", id="escaped"),
        pytest.param("SELECT * {{ SERVICE <{}\\u003Fx> {{ ?s ?p ?o }} }}", id="escape-in-the-iri"),
        pytest.param("ASK {{ BIND(<{}> AS ?e) FILTER(1<2)SERVICE#>\n?e {{ ?s ?p ?o }} }}", id="looks-like-an-iri"),
        pytest.param("ASK {{ FILTER('\"'!='') SERVICE SILENT <{}> {{}} FILTER('\"'!='') }}", id="between-quotes"),
        pytest.param("SELECT * {{ SERVICE <{0}> {{ SERVICE <LISTED> {{}} }} }}", id="around-a-listed-one"),
        pytest.param("SELECT * {{ SERVICE <LISTED> {{ SERVICE <{}> {{}} }} }}", id="within-a-listed-one"),
        pytest.param("SELECT * {{ SERVICE <LISTED> {{}} SERVICE SILENT <{}> {{}} }}", id="after-a-listed-one"),
    ],
)
def test_an_endpoint_that_is_not_allowed_is_refused_and_hears_nothing(
    evaluator: Evaluator, other: OtherEndpoint, text: str
) -> None:
    with other_endpoint() as unlisted:
        before = len(other.heard.requests)
        with pytest.raises(ServiceRefused):
            answered(evaluator, text.format(unlisted.url("rows")).replace("LISTED", other.url("rows")))
        assert unlisted.heard.requests == []
        assert len(other.heard.requests) == before


def test_the_refusal_names_the_endpoints_that_may_be_asked(evaluator: Evaluator, other: OtherEndpoint) -> None:
    with pytest.raises(ServiceRefused, match=r"http://x/ isn't among .*") as raised:
        answered(evaluator, f"SELECT * {{ {of('http://x/')} }}")
    assert other.url("rows") in str(raised.value)


def test_other_faults_of_a_query_that_asks_are_told_as_ever(evaluator: Evaluator, other: OtherEndpoint) -> None:
    with pytest.raises(QuerySyntaxError):
        answered(evaluator, f"SELECT * {{ {of(other.url('rows'))} ")


@pytest.mark.parametrize("address", ["127.0.0.1:{port}", "localhost:{port}", "127.1:{port}", "[::1]:{port}"])
def test_a_worker_that_asks_by_itself_reaches_nobody(tmp_path: Path, other: OtherEndpoint, address: str) -> None:
    """Whatever slipped through the reading of a query: no address leads anywhere but to the broker."""
    host = Host(write_release(tmp_path) / "dataset.nq", LIMITS, [other.url("rows")])
    with other_endpoint() as unlisted:
        worker = host.spawn({"http://127.0.0.1/place": other.url("rows")})
        assert worker is not None
        for_itself = f"http://{address.format(port=unlisted.server_port)}/rows"
        query = Query(f"SELECT * {{ {of(for_itself, '?s ?p ?n')} }}", solutions=CSV, graph=None)
        worker.send(Message({**query.request(), "brokered": True}))
        reply = worker.receive()
        assert reply is not None
        assert "problem" in reply.fields
        assert unlisted.heard.requests == []
    host.end(worker)
    host.close()


def test_a_host_makes_no_broker_for_an_endpoint_that_is_not_allowed(tmp_path: Path, other: OtherEndpoint) -> None:
    host = Host(write_release(tmp_path) / "dataset.nq", LIMITS, [other.url("xml")])
    worker = host.spawn({"http://127.0.0.1/place": other.url("rows")})
    assert worker is not None
    before = len(other.queries("rows"))
    query = Query(f"SELECT * {{ {of('http://127.0.0.1/place', '?s ?p ?n')} }}", solutions=CSV, graph=None)
    worker.send(Message({**query.request(), "brokered": True}))
    reply = worker.receive()
    assert reply is not None
    assert "problem" in reply.fields
    assert len(other.queries("rows")) == before
    host.end(worker)
    host.close()


def test_a_broker_that_is_killed_is_a_fault_of_the_answer(evaluator: Evaluator, other: OtherEndpoint) -> None:
    idle = workers_of(evaluator)
    asking = Asking(evaluator, f"SELECT * {{ {of(other.url('silent'))} }}")
    assert comes_true(lambda: other.heard.open == 1)
    (broker,) = (pid for pid in workers_of(evaluator) - idle if _has_network(pid))
    os.kill(int(broker), signal.SIGKILL)
    assert isinstance(asking.over(), ServiceFailed)


def _has_network(pid: str) -> bool:
    """Whether no filter of system calls holds the process."""
    return "Seccomp:\t0" in Path(f"/proc/{pid}/status").read_text()


WITHOUT = """
import platform, sys
from pathlib import Path
from kommungraf.engine import filters
from kommungraf.engine.evaluator import Evaluator
from kommungraf.errors import ServingError
from kommungraf.settings.limits import Limits
machine = filters._MACHINES[platform.machine()]
filters._install(machine, filters._returns({machine.seccomp: filters._REFUSE}), 0)
try:
    Evaluator(Path(sys.argv[1]), Limits(), services=["http://127.0.0.1:1/"])
except ServingError as error:
    print(error)
Evaluator(Path(sys.argv[1]), Limits()).close()
"""


@pytest.mark.skipif(
    platform.machine() not in {"x86_64", "aarch64"}, reason="there are no filters for this machine"
)
def test_where_the_kernel_cannot_hold_a_worker_so_no_endpoint_can_be_allowed(tmp_path: Path) -> None:
    command = (sys.executable, "-c", WITHOUT, str(write_release(tmp_path)))
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "can't be allowed to SERVICE on this machine" in done.stdout


def test_without_a_list_nothing_is_asked(tmp_path: Path, other: OtherEndpoint) -> None:
    before = len(other.heard.requests)
    with closing(Evaluator(write_release(tmp_path), LIMITS)) as started, pytest.raises(ServiceRefused):
        answered(started, f"SELECT * {{ {of(other.url('rows'))} }}")
    assert len(other.heard.requests) == before


def test_what_a_worker_takes_for_a_connection_is_none_of_the_network(
    evaluator: Evaluator, other: OtherEndpoint
) -> None:
    idle = workers_of(evaluator)
    asking = Asking(evaluator, f"SELECT * {{ {of(other.url('silent'))} }}")
    try:
        assert comes_true(lambda: other.heard.open == 1)
        (worker,) = (pid for pid in workers_of(evaluator) - idle if not _has_network(pid))
        sockets = {link.readlink().name for link in Path(f"/proc/{worker}/fd").iterdir()} & _all_sockets("unix")
        others = {link.readlink().name for link in Path(f"/proc/{worker}/fd").iterdir()} & _all_sockets("network")
    finally:
        asking.leave()
    assert len(sockets) == 2
    assert others == set()


def _all_sockets(kind: str) -> set[str]:
    """Those of the machine, as /proc names an open one."""
    tables = {"unix": {"unix": 6}, "network": dict.fromkeys(("tcp", "tcp6", "udp", "udp6"), 9)}[kind]
    rows = (
        (row.split(), column)
        for name, column in tables.items()
        for row in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
    )
    return {f"socket:[{fields[column]}]" for fields, column in rows}
