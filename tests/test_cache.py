import gzip
import threading
from collections.abc import Iterator

import pytest
from flask import Flask, Response, request
from werkzeug.test import Client

from kommungraf.app import Settings, create_app
from kommungraf.editions.edition import Editions
from kommungraf.errors import BadRequest
from kommungraf.http.cache import FAULT, ResponseCache
from kommungraf.http.freshness import fixed, volatile
from serving_client import LIMITS
from serving_release import TRIG, make_current, write_release

LONG = "Älmhult och Växjö samarbetar. " * 200


class Counted:
    """A small application, the cache before it, and how often the application was entered."""

    def __init__(self, limit: int = 1 << 20) -> None:
        self.entered = 0
        self.release = "one"
        self.app = Flask(__name__)
        self.app.add_url_rule("/<kind>", view_func=self.view)
        self.client = Client(ResponseCache(self.app, lambda: self.release, limit=limit))
        self.cache: ResponseCache = self.client.application  # type: ignore[assignment]

    def view(self, kind: str) -> Response:
        self.entered += 1
        response = Response(f"{self.release} {kind} {request.accept_mimetypes} {LONG}")
        response.vary.add("Accept")
        if kind == "volatile":
            return volatile(response)
        if kind == "fixed-and-volatile":
            return volatile(fixed(response, "tag"))
        if kind == "by-host":
            response.vary.add("Host")
        if kind == "weak":
            return fixed(response, "tag", weak=True)
        if kind == "large":
            response.set_data("x" * 300_000)
        if kind == "moved":
            response.status_code = 303
        if kind == "missing":
            response.status_code = 404
        return fixed(response, f"{self.release}-{kind}-{request.accept_mimetypes}")


@pytest.fixture
def counted() -> Counted:
    return Counted()


def test_a_repeated_request_never_enters_the_application(counted: Counted) -> None:
    first = counted.client.get("/a")
    again = counted.client.get("/a")
    assert counted.entered == 1
    assert (first.data, first.headers, first.status) == (again.data, again.headers, again.status)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"path": "/b"}, id="path"),
        pytest.param({"path": "/a?x=1"}, id="query"),
        pytest.param({"path": "/a", "headers": {"Accept": "text/turtle"}}, id="accept"),
        pytest.param({"path": "/a", "headers": {"Accept-Language": "en"}}, id="language"),
    ],
)
def test_another_request_has_a_response_of_its_own(counted: Counted, other: dict[str, object]) -> None:
    counted.client.get("/a")
    counted.client.get(**other)  # type: ignore[arg-type]
    assert counted.entered == 2


def test_languages_that_lead_to_the_same_page_share_it(counted: Counted) -> None:
    for header in ("en", "en-GB, sv;q=0.5", "en-US"):
        counted.client.get("/a", headers={"Accept-Language": header})
    assert counted.entered == 1


def test_another_release_has_responses_of_its_own(counted: Counted) -> None:
    counted.client.get("/a")
    counted.release = "two"
    assert counted.client.get("/a").text.startswith("two")
    counted.release = "one"
    assert counted.client.get("/a").text.startswith("one")
    assert counted.entered == 2


@pytest.mark.parametrize("kind", ["volatile", "fixed-and-volatile", "by-host", "missing", "large"])
def test_what_may_change_or_is_large_is_not_kept(counted: Counted, kind: str) -> None:
    for _ in range(2):
        counted.client.get(f"/{kind}")
    assert counted.entered == 2
    assert counted.cache.size == 0


def test_a_redirect_is_kept(counted: Counted) -> None:
    assert [counted.client.get("/moved").status_code for _ in range(2)] == [303, 303]
    assert counted.entered == 1


def test_head_is_answered_from_what_get_left(counted: Counted) -> None:
    got = counted.client.get("/a")
    headed = counted.client.head("/a")
    assert counted.entered == 1
    assert headed.data == b""
    assert headed.headers == got.headers


@pytest.mark.parametrize("kind", ["a", "weak"])
@pytest.mark.parametrize("encoding", ["", "gzip"])
@pytest.mark.parametrize("kept", [True, False])
def test_a_client_that_has_it_gets_304(counted: Counted, kind: str, encoding: str, kept: bool) -> None:
    headers = {"Accept-Encoding": encoding}
    tag = counted.client.get(f"/{kind}", headers=headers).headers["ETag"]
    counted.release = "one" if kept else counted.release
    fresh = counted if kept else Counted()
    for sent in (tag, f'"x", {tag}', "*"):
        response = fresh.client.get(f"/{kind}", headers={**headers, "If-None-Match": sent})
        assert response.status_code == 304
        assert response.data == b""
        assert "Content-Length" not in response.headers
    assert response.headers["ETag"] in {tag, tag.replace('-gzip"', '"')}
    assert fresh.client.get(f"/{kind}", headers={"If-None-Match": '"other"'}).status_code == 200


def test_gzip_has_a_tag_of_its_own(counted: Counted) -> None:
    plain = counted.client.get("/a")
    packed = counted.client.get("/a", headers={"Accept-Encoding": "br, gzip"})
    assert counted.entered == 1
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.content_length == len(packed.data) < len(plain.data)
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Content-Encoding" not in counted.client.get("/a", headers={"Accept-Encoding": "gzip;q=0"}).headers


def test_what_is_not_kept_is_packed_as_well(counted: Counted) -> None:
    response = counted.client.get("/volatile", headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert LONG in gzip.decompress(response.data).decode()


def test_the_cache_stays_within_its_bytes() -> None:
    counted = Counted(limit=100_000)
    for number in range(200):
        counted.client.get(f"/a?{number}")
        assert counted.cache.size <= 100_000
    assert counted.cache.size > 50_000


def test_a_flood_does_not_displace_what_is_asked_for_again() -> None:
    counted = Counted(limit=100_000)
    for _ in range(2):
        counted.client.get("/popular")
    for number in range(500):
        counted.client.get("/a", headers={"Accept": f"text/x-{number}"})
    counted.entered = 0
    counted.client.get("/popular")
    assert counted.entered == 0


def test_a_flood_that_asks_twice_does_not_displace_what_is_asked_for_often() -> None:
    counted, entered = Counted(limit=200_000), []
    popular = [f"/a?popular={number}" for number in range(5)]
    for turn in range(10):
        counted.entered = 0
        for path in popular * 3:
            counted.client.get(path)
        entered.append(counted.entered)
        for number in range(20):
            for _ in range(2):
                counted.client.get(f"/a?flood={turn}-{number}")
    assert entered == [5, *[0] * 9]


def test_what_was_popular_once_makes_way() -> None:
    counted = Counted(limit=100_000)
    for _ in range(100):
        counted.client.get("/popular")
    for number in range(2000):
        for _ in range(2):
            counted.client.get(f"/a?{number}")
    counted.entered = 0
    counted.client.get("/popular")
    assert counted.entered == 1


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"Host": "evil.example"}, id="host"),
        pytest.param({"X-Forwarded-Host": "evil.example"}, id="forwarded-host"),
        pytest.param({"Cookie": "a=b"}, id="cookie"),
        pytest.param({"Accept-Encoding": "gzip;q=0, br, zstd"}, id="encoding"),
        pytest.param({"Accept-Encoding": "gzip"}, id="gzip"),
        pytest.param({"Accept": "*/*;q=0.1, text/html;q=0"}, id="accept"),
        pytest.param({"Authorization": "Basic eDp5"}, id="authorization"),
    ],
)
def test_no_request_changes_what_another_gets(counted: Counted, fields: dict[str, str]) -> None:
    clean = Counted().client.get("/a?q=1")
    counted.client.get("/a?q=1", headers=fields)
    after = counted.client.get("/a?q=1")
    assert (after.status, after.headers, after.data) == (clean.status, clean.headers, clean.data)


def test_a_request_for_something_else_than_what_is_kept_enters_the_application(counted: Counted) -> None:
    counted.client.get("/a")
    for number, fields in enumerate(
        ({"Range": "bytes=0-1"}, {"If-Match": '"x"'}, {"Accept-Profile": "<http://e/p>"})
    ):
        counted.client.get("/a", headers=fields)
        assert counted.entered == number + 2
    counted.client.get("/a", environ_overrides={FAULT: BadRequest("No.")})
    assert counted.entered == 5


@pytest.mark.parametrize("header", ["Accept", "If-None-Match", "Accept-Language", "Accept-Encoding"])
def test_long_headers_are_not_kept(counted: Counted, header: str) -> None:
    for number in range(50):
        counted.client.get("/a", headers={header: f"{number}" + "x" * 10_000})
    assert counted.cache.size < 50_000


def test_threads_share_it(counted: Counted) -> None:
    wrong: list[str] = []

    def ask() -> None:
        for number in range(100):
            text = Client(counted.cache).get(f"/a{number % 7}").text
            if not text.startswith(f"one a{number % 7} "):
                wrong.append(text)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.fixture
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Client, Editions]]:
    releases = tmp_path_factory.mktemp("releases")
    write_release(releases)
    editions = Editions(releases, LIMITS)
    app = create_app(editions, Settings(LIMITS))
    yield Client(ResponseCache(app, lambda: editions.content_hash)), editions
    editions.close()


def test_queries_are_kept_until_the_next_release(served: tuple[Client, Editions]) -> None:
    client, editions = served
    asked = {"query_string": {"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"}, "headers": {"Accept": "text/csv"}}
    with editions.current() as edition:
        before = client.get("/sparql", **asked)
        edition.evaluator.close()  # so that nothing but the cache can answer
        assert client.get("/sparql", **asked).data == before.data == b"n\r\n13\r\n"
    more = TRIG + "<http://e/s> <http://e/p> <http://e/o> .\n"
    make_current(write_release(edition.folder.parent, more, version="2026-03-03", current=False))
    assert editions.reload()
    assert client.get("/sparql", **asked).data == b"n\r\n14\r\n"
