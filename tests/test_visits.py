import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from kommungraf.doctor import visits
from kommungraf.doctor.visits import Bounds, Visitor, target
from kommungraf.errors import VisitFault
from other_site import Response, running
from waiting import PATIENCE


@contextmanager
def talking(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """The address of a server that says what `talk` says to each connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE)

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    try:
                        connection.recv(4096)
                        talk(connection)
                    except OSError:
                        pass

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def test_a_body_without_end_is_cut_and_said_to_be() -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    with talking(talk) as url:
        reply = Visitor(url, Bounds(size=100_000)).ask(url)
    assert (len(reply.body), reply.whole) == (100_000, False)


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", id="short"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", id="chunk"),
        pytest.param(b"HTTP/1.1 abc OK\r\n\r\n", id="status"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200 + b"\r\n", id="headers"),
        pytest.param(b"HTTP/1.1 200 OK\r\na: " + b"b" * 70_000 + b"\r\n\r\n", id="long-header"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_an_answer_that_is_none_is_told(said: bytes) -> None:
    readable = pytest.raises(VisitFault, match="no answer that can be read")
    with talking(lambda connection: connection.sendall(said)) as url, readable:
        Visitor(url, Bounds()).ask(url)


def test_a_head_that_comes_byte_by_byte_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visits, "_LONGEST_HEAD", 0.3)

    def talk(connection: socket.socket) -> None:
        while True:
            connection.sendall(b"H")
            time.sleep(0.02)

    with talking(talk) as url, pytest.raises(VisitFault, match="no answer that can be read"):
        Visitor(url, Bounds()).ask(url)


def test_a_body_that_comes_byte_by_byte_ends_with_the_time() -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x")
            time.sleep(0.02)

    with talking(talk) as url:
        visitor = Visitor(url, Bounds())
        visitor._deadline = time.monotonic() + 0.3
        with pytest.raises(VisitFault, match="time ran out"):
            visitor.ask(url)


def test_no_redirect_is_followed_to_another_host_unless_asked() -> None:
    with running() as (there, other):

        def away(_request: object, _response: Response) -> Response:
            return Response(302, {"location": there})

        with running(away) as (here, _):
            with pytest.raises(VisitFault, match="--other-hosts"):
                Visitor(here, Bounds()).follow(here)
            assert other.requests == []
            assert Visitor(here, Bounds(other_hosts=True)).follow(here).status == 200
            assert len(other.requests) == 1


@pytest.mark.parametrize("location", ["file:///etc/passwd", "gopher://127.0.0.1/", "//other.example/", "http://["])
def test_a_redirect_leads_nowhere_but_to_a_site(location: str) -> None:
    with running(lambda _, r: Response(302, {"location": location})) as (url, _), pytest.raises(VisitFault):
        Visitor(url, Bounds(other_hosts=location.startswith("file"))).follow(url)


def test_redirects_in_a_circle_end() -> None:
    with running(lambda _, r: Response(302, {"location": "/"})) as (url, site):
        with pytest.raises(VisitFault, match="more than 5 redirects"):
            Visitor(url, Bounds()).follow(url)
        assert len(site.requests) == 5


def test_a_redirect_without_an_address_is_told() -> None:
    with running(lambda _, r: Response(302)) as (url, _):
        reply = Visitor(url, Bounds()).ask(url)
        with pytest.raises(VisitFault, match="without a Location"):
            target(reply)


def test_a_body_after_head_is_noticed() -> None:
    said = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
    with talking(lambda connection: connection.sendall(said)) as url:
        assert Visitor(url, Bounds()).ask(url, "HEAD").body == b"h"


def test_a_bomb_in_gzip_is_unpacked_to_the_bound_only() -> None:
    packed = gzip.compress(bytes(50 << 20))
    with running(lambda _, r: Response(200, {"content-encoding": "gzip"}, packed)) as (url, _):
        reply = Visitor(url, Bounds()).ask(url)
    assert len(reply.unpacked(1000)) == 1000
