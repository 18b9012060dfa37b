import http.client
import json
import re
import select
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from werkzeug.test import EnvironBuilder

from bench.processes import family
from kommungraf.errors import Overloaded
from kommungraf.serving.gateway import refusal
from kommungraf.settings.limits import Limits
from kommungraf.settings.options import settings_of
from kommungraf.vocab import BASE
from serving_process import CROSS, LOOKUP, Running, all_gone, metric, post, running
from serving_process import idles as idle
from serving_release import TRIG
from waiting import PATIENCE, comes_true

LIMITS = Limits(
    seconds=600,  # so that what ends before doesn't end by its deadline
    memory_bytes=160 << 20,
    result_bytes=32 << 20,
    workers=1,
    queue=1,
    queue_seconds=60,
    body_bytes=10_000,
    body_seconds=2,
    header_seconds=3,
    send_seconds=3,
)
MANY = "".join(f'<http://e/thing/{number}> <http://e/is> "number {number}" .\n' for number in range(6000))
LARGE = "SELECT ?a ?b ?c { ?a <http://e/is> ?b . ?d <http://e/is> ?c } LIMIT 200000"
DIRECT = "Content-Type: application/sparql-query\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("releases"), LIMITS, TRIG + MANY) as started:
        yield started


def connected(server: Running) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)


def asking(server: Running, target: str, fields: str = "") -> socket.socket:
    """A connection on which something was asked and nothing read."""
    connection = connected(server)
    connection.sendall(f"GET {target} HTTP/1.1\r\nHost: a\r\n{fields}\r\n".encode())
    return connection


def answered(connection: socket.socket, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    response = http.client.HTTPResponse(connection, method=method)
    response.begin()
    return response.status, {name.lower(): value for name, value in response.headers.items()}, response.read()


def exchanged(server: Running, sent: bytes) -> bytes:
    """All that comes back until the server closes."""
    with connected(server) as connection:
        connection.sendall(sent)
        return b"".join(iter(lambda: connection.recv(1 << 16), b""))


def hostile(text: str = "") -> str:
    return f"/sparql?query={quote(f'{CROSS} #{text}')}"


def idles(server: Running) -> bool:
    """Whether no process of the server uses the processor."""
    return idle(family(server.process.pid))


def waiting(server: Running) -> float:
    """How many queries wait for a worker."""
    return metric(server, "kommungraf_queue_length", lane="public")


def open_files(pid: int) -> Iterator[str]:
    """Where the descriptors of a process lead; one that ended has none."""
    with suppress(FileNotFoundError):
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(FileNotFoundError):
                yield str(entry.readlink())


def spooled(server: Running) -> int:
    """How many files without a name the server's processes hold open."""
    found = {name for pid in family(server.process.pid) for name in open_files(pid)}
    return sum(name.endswith("(deleted)") for name in found)


def test_a_client_that_hangs_up_frees_its_worker(server: Running) -> None:
    connection = asking(server, hostile("hangs up"))
    assert comes_true(lambda: not idles(server))
    connection.close()
    assert comes_true(lambda: idles(server))
    assert server.get(f"{LOOKUP}%23after")[0] == 200


def test_a_client_that_hangs_up_later_on_its_connection_frees_its_worker_too(server: Running) -> None:
    connection = asking(server, f"{LOOKUP}%23first")
    assert answered(connection)[0] == 200
    connection.sendall(f"GET {hostile('later')} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    assert comes_true(lambda: not idles(server))
    connection.close()
    assert comes_true(lambda: idles(server))


def test_a_client_that_hangs_up_while_it_waits_frees_its_place(server: Running) -> None:
    busy = asking(server, hostile("busy"))
    assert comes_true(lambda: not idles(server))
    second = asking(server, hostile("waits"))
    assert comes_true(lambda: waiting(server) == 1)
    assert server.get(hostile("one too many"))[0] == 503
    second.close()
    assert comes_true(lambda: waiting(server) == 0)
    with asking(server, f"{LOOKUP}%23patient") as patient:
        busy.close()
        assert answered(patient)[0] == 200
    assert comes_true(lambda: idles(server))


def test_a_body_that_takes_too_long_is_answered_408(server: Running) -> None:
    with connected(server) as connection:
        connection.sendall(f"POST /sparql HTTP/1.1\r\nHost: a\r\n{DIRECT}Content-Length: 99\r\n\r\nASK".encode())
        status, headers, body = answered(connection)
        assert connection.recv(100) == b""
    assert (status, headers["content-type"]) == (408, "application/problem+json")
    assert json.loads(body)["type"].endswith("problem/body-timeout")


def test_a_body_that_trickles_in_is_answered_408(server: Running) -> None:
    with connected(server) as connection:
        connection.sendall(f"POST /sparql HTTP/1.1\r\nHost: a\r\n{DIRECT}Content-Length: 99\r\n\r\n".encode())
        while not select.select([connection], [], [], 0.05)[0]:
            connection.sendall(b"#")
        assert answered(connection)[0] == 408


def test_slow_writers_hold_nobody_up(tmp_path: Path) -> None:
    head = f"POST /sparql HTTP/1.1\r\nHost: a\r\n{DIRECT}Content-Length: 99\r\n\r\nASK".encode()
    with running(tmp_path, replace(LIMITS, body_seconds=PATIENCE)) as server:
        opened = [connected(server) for _ in range(200)]
        for connection in opened:
            connection.sendall(head)
        assert server.get(f"{LOOKUP}%23writers")[0] == 200
        assert select.select(opened, [], [], 0)[0] == []
        for connection in opened:
            connection.close()
        assert comes_true(lambda: post(server, b"ASK {}")[0] == 200)  # once the server has seen that they are gone


@pytest.mark.parametrize(
    ("fields", "body", "status"),
    [
        pytest.param("Content-Length: 6", b"ASK {}", 200, id="length"),
        pytest.param("Transfer-Encoding: chunked", b"3\r\nASK\r\n3\r\n {}\r\n0\r\n\r\n", 200, id="chunks"),
        pytest.param("Content-Length: 10001", b"", 413, id="too large, not sent"),
        pytest.param("Transfer-Encoding: chunked", b"2711\r\n" + b"#" * 10_001, 413, id="too large, in a chunk"),
        pytest.param("Transfer-Encoding: chunked", b"3\r\nASK\r\nx\r\n {}\r\n", 400, id="a chunk without a size"),
    ],
)
def test_a_body_is_read_within_its_limits(server: Running, fields: str, body: bytes, status: int) -> None:
    with connected(server) as connection:
        connection.sendall(f"POST /sparql HTTP/1.1\r\nHost: a\r\n{DIRECT}{fields}\r\n\r\n".encode() + body)
        assert answered(connection)[0] == status


def test_a_client_may_wait_until_its_body_is_wanted(server: Running) -> None:
    for length, first in ((6, b"HTTP/1.1 100 Continue"), (10_001, b"HTTP/1.1 413")):
        with connected(server) as connection:
            head = f"POST /sparql HTTP/1.1\r\nHost: a\r\n{DIRECT}Content-Length: {length}\r\n"
            connection.sendall(f"{head}Expect: 100-continue\r\n\r\n".encode())
            assert connection.recv(1000).startswith(first)
            if length == 6:
                connection.sendall(b"ASK {}")
                assert answered(connection)[0] == 200


def test_requests_that_are_sent_ahead_are_answered_in_their_order(server: Running) -> None:
    path = "/dataset/manifest"
    head = "Host: a\r\n\r\n"
    sent = f"GET {path} HTTP/1.1\r\n{head}HEAD {path} HTTP/1.1\r\n{head}GET /none HTTP/1.1\r\n{head}"
    with connected(server) as connection:
        connection.sendall(f"{sent}GET /health HTTP/1.1\r\nConnection: close\r\n{head}".encode())
        everything = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    assert re.findall(rb"HTTP/1.1 (\d+)", everything) == [b"200", b"200", b"404", b"200"]
    assert everything.count(b'"contentHash"') == 1


def test_a_long_answer_arrives_whole(server: Running) -> None:
    with asking(server, f"/sparql?query={quote(LARGE)}&format=csv") as connection:
        status, headers, body = answered(connection)
    assert (status, body.count(b"\r\n")) == (200, 200_001)
    assert int(headers["content-length"]) == len(body) > 4 << 20


def test_ranges_of_a_long_file_are_those_of_the_file(server: Running) -> None:
    whole = server.get("/dataset/dataset.nq")[2]
    for first, last in ((0, len(whole) - 1), (5, 300_000), (10, 20)):
        with asking(server, "/dataset/dataset.nq", f"Range: bytes={first}-{last}\r\n") as connection:
            status, headers, body = answered(connection)
        assert (status, body) == (206, whole[first : last + 1])
        assert headers["content-range"] == f"bytes {first}-{last}/{len(whole)}"


def gave_up(server: Running, before: int) -> bool:
    """Whether the file of an answer was closed: while it goes from one process to another, one of them works."""
    return spooled(server) == before and idles(server) and spooled(server) == before


def spooled_at_rest(server: Running) -> int:
    """As `spooled`, once what an earlier answer left was closed, which a thread does."""
    assert comes_true(lambda: idles(server))
    return spooled(server)


def test_a_client_that_takes_nothing_of_a_long_answer_is_left(server: Running) -> None:
    before = spooled_at_rest(server)
    with asking(server, f"/sparql?query={quote(LARGE)}%23nothing&format=csv") as connection:
        assert comes_true(lambda: spooled(server) > before)
        assert comes_true(lambda: gave_up(server, before))
        with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
            answered(connection)


def test_a_client_that_takes_little_of_a_long_answer_is_left(server: Running) -> None:
    before = spooled_at_rest(server)
    with asking(server, f"/sparql?query={quote(LARGE)}%23little&format=csv") as connection:
        assert comes_true(lambda: spooled(server) > before)
        assert comes_true(lambda: connection.recv(2000) and spooled(server) == before)
        with pytest.raises((http.client.IncompleteRead, ConnectionResetError, http.client.BadStatusLine)):
            answered(connection)


def test_half_a_head_ends_with_the_time_for_it(server: Running) -> None:
    assert not exchanged(server, b"GET /health HTTP/1.1\r\nHost: a\r\n").startswith(b"HTTP/1.1 200")


def test_an_idle_connection_ends_with_the_time_for_a_head(server: Running) -> None:
    assert exchanged(server, b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n").startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("line", "status"),
    [
        pytest.param("CONNECT example.org:443 HTTP/1.1", 404, id="connect"),
        pytest.param("GARBAGE", 400, id="no request"),
        pytest.param("GET /ready HTTP/9.9", 400, id="version"),
        pytest.param("GET /a b HTTP/1.1", 400, id="space"),
        pytest.param("TRACE /ready HTTP/1.1", 405, id="trace"),
        pytest.param("OPTIONS * HTTP/1.1", 200, id="asterisk"),
        pytest.param("get /ready HTTP/1.1", 405, id="a method of lower case is another"),
        pytest.param("Post /sparql HTTP/1.1", 405, id="nor of mixed case"),
        pytest.param("Post /ready HTTP/1.1", 405, id="nor where no method of the name is"),
        pytest.param("GET http://example.org/health HTTP/1.1", 200, id="absolute"),
        pytest.param("GET /%ff%00 HTTP/1.1", 404, id="odd path"),
    ],
)
def test_an_odd_request_line_harms_nothing(server: Running, line: str, status: int) -> None:
    answer = exchanged(server, f"{line}\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert server.get("/ready")[0] == 200


@pytest.mark.parametrize(
    ("version", "hosts", "status"),
    [
        pytest.param("1.1", ["data.example:8000"], 200, id="host and port"),
        pytest.param("1.1", ["my_server"], 200, id="name of a container"),
        pytest.param("1.1", ["[::1]:8000"], 200, id="IPv6"),
        pytest.param("1.0", [], 200, id="none, as HTTP/1.0 may"),
        pytest.param("1.1", [], 400, id="none"),
        pytest.param("1.1", ["a", "b"], 400, id="two"),
        pytest.param("1.1", [""], 400, id="empty"),
        pytest.param("1.1", ["a b<c>"], 400, id="no host"),
        pytest.param("1.1", ["user@a"], 400, id="with a user"),
        pytest.param("1.1", ["a/b"], 400, id="with a path"),
    ],
)
@pytest.mark.parametrize("path", ["/sparql", LOOKUP, "/doc/municipality/se-0765"])
def test_a_request_names_one_host(server: Running, version: str, hosts: list[str], status: int, path: str) -> None:
    fields = "".join(f"Host: {host}\r\n" for host in hosts)
    with connected(server) as connection:
        connection.sendall(f"GET {path} HTTP/{version}\r\n{fields}\r\n".encode())
        assert answered(connection)[0] == status


@pytest.mark.parametrize("host", ["data.example:8000", "my_server", "a~b", "[::1]:8000"])
def test_addresses_in_answers_have_a_host(server: Running, host: str) -> None:
    with connected(server) as connection:
        connection.sendall(f"GET /sparql HTTP/1.1\r\nHost: {host}\r\nAccept: text/turtle\r\n\r\n".encode())
        description = answered(connection)[2].decode()
    usual = not set(host) & set("_~")
    expected = host if usual else f"127.0.0.1:{server.port}"
    assert f"<http://{expected}/sparql>" in description


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/sparql", id="description"),
        pytest.param("/sparql?query=SELECT+*+%7B%3Fs+%3Fp+%3Fo%7D+LIMIT+40", id="answer"),
        pytest.param(f"/sparql?query={quote(LARGE)}", id="long-answer"),
        pytest.param("/dataset/dataset.nq", id="dump"),
        pytest.param("/doc/municipality/se-0765", id="document"),
        pytest.param("/rdf-graphs", id="graphs"),
        pytest.param("/metrics", id="metrics"),
        pytest.param("/id/municipality/se-0765", id="thing"),
        pytest.param("/no/such/thing", id="nothing"),
    ],
)
def test_head_says_what_get_says(server: Running, path: str, encoding: str) -> None:
    """Asked before anything of it is kept."""
    own = {"date", "x-request-id"} | ({"content-length"} if path == "/metrics" else set())
    fields = {
        "Accept": "text/turtle, application/json, */*;q=0.1",
        "Accept-Encoding": encoding,
        "Accept-Language": "fi",
    }
    said = []
    for method in ("HEAD", "GET"):
        status, headers, body = server.get(path, method, **fields)
        assert bool(body) is (method == "GET" and status != 303)
        said.append((status, {name: value for name, value in headers.items() if name not in own}))
    assert said[0] == said[1]


@pytest.mark.parametrize("accepted", ["identity;q=0", "*;q=0", "br, *;q=0"])
@pytest.mark.parametrize("path", ["/", LOOKUP, "/doc/municipality/se-0765"])
def test_who_takes_no_encoding_that_there_is_is_told(server: Running, path: str, accepted: str) -> None:
    for _ in range(2):
        assert server.get(path)[0] == 200
        status, _, body = server.get(path, **{"Accept-Encoding": accepted})
        assert (status, json.loads(body)["offers"]) == (406, ["gzip", "identity"])


def test_a_range_is_for_get_alone(server: Running) -> None:
    assert server.get("/dataset/dataset.nq", "HEAD", Range="bytes=0-9")[0] == 200
    assert server.get("/dataset/dataset.nq", Range="bytes=0-9")[0] == 206


def test_a_uri_may_be_as_long_as_the_setting_allows_at_most(tmp_path: Path) -> None:
    most = next(each.most for each in settings_of(Limits) if each.field == "uri_bytes")
    assert most is not None
    size, begin = int(most), "/sparql?query=ASK%7B%7D%23"
    with running(tmp_path, Limits(uri_bytes=size)) as server:
        longest = f"{begin}{'x' * (size - len(begin))}"
        assert server.get(longest)[0] == 200
        status, headers, body = server.get(f"{longest}xx")
        assert (status, headers["content-type"]) == (414, "application/problem+json")
        assert json.loads(body)["type"].endswith("problem/uri-too-long")


@pytest.mark.parametrize(
    ("target", "fields", "status"),
    [
        pytest.param("/health?" + "x" * (64 << 10), "", 414, id="long URI"),
        pytest.param("/health", "X: x\r\n" * 101, 431, id="many fields"),
    ],
)
def test_a_head_that_is_too_large_for_any_request_is_refused_in_a_line(
    server: Running, target: str, fields: str, status: int
) -> None:
    with connected(server) as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: a\r\n{fields}\r\n".encode())
        assert answered(connection)[0] == status


def test_fields_whose_names_only_look_alike_are_other_fields(server: Running) -> None:
    with asking(
        server, "/doc/municipality/se-0765", "Accept: text/turtle\r\nAccept_: text/html\r\n"
    ) as connection:
        assert answered(connection)[1]["content-type"].startswith("text/turtle")


def test_fields_that_come_twice_are_one_list(server: Running) -> None:
    fields = "Accept: image/png\r\nAccept: text/turtle\r\n"
    for _ in range(2):
        with asking(server, "/doc/municipality/se-0765", fields) as connection:
            assert answered(connection)[1]["content-type"].startswith("text/turtle")


def test_one_client_may_be_held_to_a_number_of_requests(tmp_path: Path) -> None:
    with running(tmp_path, Limits(client_requests=6, client_seconds=60)) as server:
        asked = [server.get("/health", **{"X-Forwarded-For": f"192.0.2.{number}"}) for number in range(8)]
        assert 0 < [status for status, _, _ in asked].count(429) <= 4
        status, headers, body = asked[-1]
        assert (status, headers["content-type"]) == (429, "application/problem+json")
        assert 0 < int(headers["retry-after"]) <= 60
        assert json.loads(body)["type"].endswith("problem/too-many-requests")


def test_page_that_refuses_a_client_can_be_drawn(tmp_path: Path) -> None:
    with running(tmp_path, Limits(client_requests=1, client_seconds=60)) as server:
        while (answer := server.get("/conflicts", Accept="text/html"))[0] != 429:
            pass
        style = re.findall(rb'<link rel="stylesheet" href="([^"]+)"', answer[2])[0].decode()
        assert server.get(style)[0] == 200
        assert server.get("/static/nothing.css")[0] == 429


def test_behind_a_proxy_each_client_has_its_own_number_of_requests_and_its_own_address(tmp_path: Path) -> None:
    log = tmp_path / "log"
    hosting = {
        "proxies": "127.0.0.1",
        "access_log": "json",
        "access_log_file": str(log),
        "client_address": "full",
    }
    with running(tmp_path / "releases", Limits(client_requests=2, client_seconds=60), hosting=hosting) as server:
        for number in range(5):
            own = {"X-Forwarded-For": f"10.9.9.9, 192.0.2.{number}"}
            assert [server.get("/health", **own)[0] for _ in range(3)] == [200, 200, 429]
        assert comes_true(lambda: log.read_text().count("192.0.2.4") == 3)
    clients = [json.loads(line)["client"] for line in log.read_text().splitlines()]
    assert {each: clients.count(each) for each in clients if each.startswith("192")} == {
        f"192.0.2.{number}": 3 for number in range(5)
    }
    assert "10.9.9.9" not in clients


@pytest.mark.parametrize(("proxies", "scheme"), [("127.0.0.1", "https"), ("192.0.2.1", "http")])
def test_absolute_addresses_have_the_scheme_that_a_proxy_of_ours_tells(
    tmp_path: Path, proxies: str, scheme: str
) -> None:
    with running(tmp_path, hosting={"proxies": proxies}) as server:
        own = {"Host": "data.example", "X-Forwarded-Proto": "https"}
        assert f"{scheme}://data.example/sitemap-1.xml" in server.get("/sitemap.xml", **own)[2].decode()
        assert server.get("/dataset", **own)[1]["location"] == "/dataset/"
        odd = server.get("/sitemap.xml", **{**own, "X-Forwarded-Proto": "javascript"})[2].decode()
        assert "http://data.example/sitemap-1.xml" in odd


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        pytest.param("/doc/municipality/se-0765", "application/trig", id="document"),
        pytest.param(f"{LOOKUP}%23profile", "application/sparql-results+json", id="query"),
    ],
)
def test_a_profile_goes_past_what_is_kept_and_changes_nothing_of_it(
    server: Running, path: str, accept: str
) -> None:
    profile = f"<{BASE}def/HeldView>"
    by_parameter = f"{path}{'&' if '?' in path else '?'}_profile=held"
    plain, asked, named = [], [], []
    for _ in range(3):
        plain.append(server.get(path, Accept=accept))
        asked.append(server.get(path, Accept=accept, **{"Accept-Profile": profile}))
        named.append(server.get(by_parameter, Accept=accept))
    for answers in (plain, asked, named):
        assert {status for status, _, _ in answers} == {200}
        assert len({(headers["etag"], headers.get("content-profile"), body) for _, headers, body in answers}) == 1
    is_document = path.startswith("/doc/")
    assert (asked[0][1].get("content-profile") == profile) is is_document
    assert (asked[0][1].get("content-profile"), asked[0][2]) == (named[0][1].get("content-profile"), named[0][2])
    assert (plain[0][1]["etag"] != asked[0][1]["etag"]) is is_document
    assert ("Accept-Profile" in plain[0][1]["vary"]) is is_document


def test_the_end_waits_for_what_runs_and_not_for_who_idles(tmp_path: Path) -> None:
    limits = Limits(seconds=5, workers=1)
    with running(tmp_path, limits) as server:
        idle = asking(server, "/health")
        assert answered(idle)[0] == 200
        answers: list[int] = []
        asked = threading.Thread(target=lambda: answers.append(server.get(hostile())[0]))
        asked.start()
        assert comes_true(lambda: metric(server, "kommungraf_workers_busy", lane="public") == 1)
        pids = family(server.process.pid)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(PATIENCE) == 0
        asked.join()
        assert answers == [503]
        assert all_gone(pids)
        idle.close()


@pytest.mark.parametrize(
    ("accept", "language", "kind", "told"),
    [
        pytest.param("text/html", "sv", "text/html; charset=utf-8", "<h1>Servern är upptagen</h1>", id="a page"),
        pytest.param("*/*", "sv", "application/problem+json", '"title": "Servern är upptagen"', id="a program"),
        pytest.param("*/*", "", "application/problem+json", '"title": "The server is busy"', id="no language"),
    ],
)
def test_what_never_reaches_the_application_is_told_as_the_application_would(
    accept: str, language: str, kind: str, told: str
) -> None:
    environ = EnvironBuilder(headers={"Accept": accept, "Accept-Language": language}).get_environ()
    status, headers, body = refusal(Overloaded(5), environ)
    assert (status, dict(headers)["Content-Type"], dict(headers)["Retry-After"]) == (503, kind, "5")
    assert dict(headers)["Access-Control-Allow-Origin"] == "*"
    assert told in body.decode()
