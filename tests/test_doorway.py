import asyncio
import json
from dataclasses import dataclass, field
from threading import Event

import pytest

from kommungraf.serving.doorway import Doorway
from waiting import PATIENCE, comes_true


@dataclass
class Asked:
    """The half of granian's scope that the doorway uses."""

    path: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    server: str = "127.0.0.1:8000"
    client: str = "127.0.0.1:50000"
    scheme: str = "http"
    http_version: str = "1.1"
    query_string: str = ""
    authority: str | None = None


@dataclass
class Answered:
    """The half of granian's protocol that the doorway uses."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.headers, self.body = status, dict(headers), body


class Open:
    """Something that answers once the doorway has opened."""

    ended = False

    async def __rsgi__(self, scope: Asked, protocol: Answered) -> None:
        protocol.response_bytes(200, [], scope.path.encode())

    def __rsgi_del__(self, _loop: object) -> None:
        self.ended = True


def ask(door: Doorway, path: str, method: str = "GET", **headers: str) -> Answered:
    answered, fields = Answered(), {name.replace("_", "-"): value for name, value in headers.items()}
    asyncio.run(door.__rsgi__(Asked(path, method, fields), answered))
    return answered


@pytest.fixture
def opening() -> Event:
    return Event()


@pytest.fixture
def door(opening: Event) -> Doorway:
    def opened() -> Open:
        opening.wait(PATIENCE)
        return Open()

    return Doorway(opened)


def test_before_the_release_is_open_the_server_lives_and_is_not_ready(door: Doorway, opening: Event) -> None:
    assert ask(door, "/health").status == 200
    for path in ("/ready", "/", "/sparql?query=ASK%7B%7D"):
        answered = ask(door, path)
        assert answered.status == 503
        assert answered.headers["Retry-After"] == "1"
        assert answered.headers["Content-Type"] == "application/problem+json"
        assert json.loads(answered.body)["type"].endswith("/problem/not-yet-open")
    assert ask(door, "/ready", "HEAD").body == b""
    opening.set()


@pytest.mark.parametrize(("language", "title"), [("sv", "Servern startar"), ("en", "The server is starting")])
def test_readers_and_programs_wait_in_their_own_language(
    door: Doorway, opening: Event, language: str, title: str
) -> None:
    page = ask(door, "/", accept="text/html", accept_language=language)
    assert page.status == 503
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Content-Language"] == language
    assert f'<html lang="{language}">' in page.body.decode()
    assert f"<h1>{title}</h1>" in page.body.decode()
    assert json.loads(ask(door, "/", accept="*/*", accept_language=language).body)["title"] == title
    opening.set()


def test_once_it_is_open_the_doorway_is_out_of_the_way(door: Doorway, opening: Event) -> None:
    opening.set()
    assert comes_true(lambda: ask(door, "/ready").status == 200)
    assert ask(door, "/doc/x").body == b"/doc/x"


def test_it_ends_what_it_opened_and_nothing_before(door: Doorway, opening: Event) -> None:
    loop = asyncio.new_event_loop()
    door.__rsgi_del__(loop)
    opening.set()
    assert comes_true(lambda: ask(door, "/x").status == 200)
    door.__rsgi_del__(loop)
    assert door._gateway.ended
    loop.close()
