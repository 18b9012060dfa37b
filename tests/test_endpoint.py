import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kommungraf.engine.callers import Caller
from kommungraf.engine.endpoint import Call, Credentials, Endpoint, credentials, endpoint
from kommungraf.engine.engine import Query
from kommungraf.engine.remote import RemoteEvaluator
from kommungraf.errors import (
    ClientLeft,
    EngineFailed,
    EngineTimedOut,
    Overloaded,
    QueryLimitExceeded,
    ServingError,
)
from kommungraf.settings.limits import Limits
from waiting import PATIENCE, comes_true

JSON = b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"1"}}]}}'
RESULTS = "application/sparql-results+json"
TSV = "text/tab-separated-values"


class Faulty(BaseHTTPRequestHandler):
    """An engine that does what its path says, as a broken or hostile one might."""

    seen: list[tuple[str, str | None]]
    ended: threading.Event

    def log_message(self, *_arguments: object) -> None:
        pass

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.path, self.headers.get("Authorization")))
        getattr(self, self.path.strip("/"))()

    def sent(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content_Type": RESULTS, "Content_Length": str(len(body)), **headers}.items():
            if value:
                self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def good(self) -> None:
        self.sent(200, JSON)

    def elsewhere(self) -> None:
        self.sent(307, Location="http://127.0.0.1:1/sparql")

    def secret(self) -> None:
        self.sent(401, WWW_Authenticate='Basic realm="x"')

    def broken(self) -> None:
        self.sent(500, b"out of ideas")

    def truncated(self) -> None:
        self.sent(200, JSON[:-10], Content_Length=str(len(JSON)))

    def endless(self) -> None:
        self.sent(200, JSON, Content_Length="")

    def half(self) -> None:
        self.sent(200, JSON[:-3])

    def boolean(self) -> None:
        self.sent(200, b'{"head":{},"boolean":true}')

    def html(self) -> None:
        self.sent(200, b"<html>", Content_Type="text/html")

    def capped(self) -> None:
        self.sent(200, JSON, X_SPARQL_MaxRows="10000")

    def partial(self) -> None:
        self.sent(206, JSON)

    def flood(self) -> None:
        self.sent(200, b" " * 200_000 + JSON)

    def silent(self) -> None:
        self.ended.wait()

    def dripping(self) -> None:
        self.sent(200, b"", Content_Length="1000")
        while not self.ended.wait(0.05):
            try:
                self.wfile.write(b" ")
            except OSError:
                return


@pytest.fixture(scope="module")
def faulty() -> Iterator[str]:
    Faulty.seen, Faulty.ended = [], threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Faulty)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    Faulty.ended.set()
    server.shutdown()
    server.server_close()


@contextmanager
def evaluator(url: str, who: Credentials = Credentials(), seconds: float = PATIENCE) -> Iterator[RemoteEvaluator]:  # noqa: B008
    started = RemoteEvaluator(endpoint(url, who), Limits(seconds=seconds, result_bytes=100_000, workers=2))
    try:
        yield started
    finally:
        started.close()


def asked(url: str, who: Credentials = Credentials(), seconds: float = PATIENCE) -> bytes:  # noqa: B008
    with (
        evaluator(url, who, seconds) as started,
        started.evaluate(Query("SELECT ?x {}", solutions=TSV, graph=None)).body as body,
    ):
        return body.read()


def test_a_sound_answer_arrives(faulty: str) -> None:
    assert asked(f"{faulty}/good") == b'?x\n"1"\n'


@pytest.mark.parametrize(
    ("path", "told"),
    [
        pytest.param("elsewhere", "points to http://127.0.0.1:1/sparql", id="redirect"),
        pytest.param("secret", "401.*KOMMUNGRAF_STORE_USER", id="authentication"),
        pytest.param("broken", "500.*out of ideas", id="status"),
        pytest.param("truncated", "can't be reached|no whole result", id="cut-before-its-length"),
        pytest.param("endless", "tells no length", id="no-length"),
        pytest.param("half", "no whole result", id="half-a-document"),
        pytest.param("boolean", "no whole result", id="another-form"),
        pytest.param("html", "answered in text/html", id="another-media-type"),
        pytest.param("capped", "cut its result", id="row-cap"),
        pytest.param("partial", "cut its result", id="partial-content"),
    ],
)
def test_what_an_engine_does_wrong_is_told(faulty: str, path: str, told: str) -> None:
    with pytest.raises(EngineFailed, match=told):
        asked(f"{faulty}/{path}")


@pytest.mark.parametrize("path", ["silent", "dripping"])
def test_a_slow_engine_is_left_at_the_deadline(faulty: str, path: str) -> None:
    with pytest.raises(EngineTimedOut):
        asked(f"{faulty}/{path}", seconds=0.6)


def test_a_flood_is_cut_off(faulty: str) -> None:
    with pytest.raises(QueryLimitExceeded):
        asked(f"{faulty}/flood")


def test_nobody_there_is_told() -> None:
    with pytest.raises(EngineFailed, match="can't be reached"):
        asked("http://127.0.0.1:1/sparql")


def test_a_token_is_sent_and_a_password_waits_for_its_challenge(faulty: str) -> None:
    Faulty.seen.clear()
    asked(f"{faulty}/good", Credentials(token="abc"))
    asked(f"{faulty}/good", Credentials(user="u", password="p"))
    with pytest.raises(EngineFailed):
        asked(f"{faulty}/secret", Credentials(user="u", password="p"))
    assert Faulty.seen == [("/good", "Bearer abc"), ("/good", None), ("/secret", None), ("/secret", "Basic dTpw")]


def test_credentials_come_from_the_environment_and_are_not_shown() -> None:
    who = credentials(
        {"KOMMUNGRAF_STORE_USER": "u", "KOMMUNGRAF_STORE_PASSWORD": "hidden", "KOMMUNGRAF_STORE_TOKEN": "sesame"}
    )
    assert (who.user, who.password, who.token) == ("u", "hidden", "sesame")
    assert "hidden" not in repr(Endpoint("http://e/", who))
    assert "sesame" not in repr(Endpoint("http://e/", who))


@pytest.mark.parametrize(
    ("url", "told"),
    [
        pytest.param("http://user:secret@example.org/sparql", "holds no password", id="password"),
        pytest.param("file:///etc/passwd", "no HTTP address", id="file"),
        pytest.param("example.org/sparql", "no HTTP address", id="no-scheme"),
        pytest.param("http://", "no HTTP address", id="no-host"),
        pytest.param("http://example.org:99999/", "no address", id="port"),
        pytest.param("http://example.org/#x", "no HTTP address", id="fragment"),
    ],
)
def test_an_address_that_is_none_is_told(url: str, told: str) -> None:
    with pytest.raises(ServingError, match=told) as raised:
        endpoint(url, Credentials())
    assert "secret" not in str(raised.value)


def when_asked(then: Callable[[], None]) -> threading.Thread:
    """Does so once the engine was asked for what it never answers."""
    Faulty.seen.clear()

    def wait() -> None:
        assert comes_true(lambda: Faulty.seen)
        then()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def test_a_call_ends_when_it_is_hung_up(faulty: str) -> None:
    call = Call(endpoint(f"{faulty}/silent", Credentials()), PATIENCE)
    ending = when_asked(call.hang_up)
    with (
        pytest.raises(EngineFailed, match="was ended"),
        call.answer(urllib.request.Request(f"{faulty}/silent", b"")),
    ):
        pass
    ending.join()


def test_a_client_that_leaves_ends_the_exchange(faulty: str) -> None:
    caller = Caller()
    leaving = when_asked(caller.leave)
    with evaluator(f"{faulty}/silent") as engine, pytest.raises(ClientLeft):
        engine.evaluate(Query("ASK {}", solutions=RESULTS, graph=None, caller=caller))
    leaving.join()


def test_a_long_exchange_makes_room_for_who_waits(faulty: str) -> None:
    outcomes: list[str] = []
    callers = [Caller() for _ in range(3)]

    def ask(number: int) -> None:
        try:
            engine.evaluate(Query(f"ASK {{}} # {number}", solutions=RESULTS, graph=None, caller=callers[number]))
        except (ClientLeft, EngineFailed, Overloaded) as error:
            outcomes.append(type(error).__name__)

    with evaluator(f"{faulty}/silent") as engine:
        threads = [threading.Thread(target=ask, args=(number,)) for number in range(3)]
        for thread in threads[:2]:
            thread.start()
        assert comes_true(lambda: engine._public._expendable)  # one of the two seats isn't theirs to keep
        threads[2].start()
        assert comes_true(lambda: outcomes)
        for caller in callers:
            caller.leave()
        for thread in threads:
            thread.join()
    assert sorted(outcomes) == ["ClientLeft", "ClientLeft", "Overloaded"]
