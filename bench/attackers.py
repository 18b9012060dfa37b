"""Clients that mean harm, each kind by name, in a process of their own: `python -m bench.attackers PORT SECONDS SEED NICENESS`.

Prints as JSON how often each kind was tried, and every answer that no attack should get: neither a whole answer
nor a clear refusal.
"""

import json
import os
import random
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Final
from urllib.parse import quote

__all__ = ["KINDS", "Report", "attack"]

_CLIENTS: Final = 24
_PATIENCE: Final = 40.0
_NUMBER: Final = "424242"
_QUERIES: Final = {
    path.stem: path.read_text("utf-8") for path in sorted((Path(__file__).parent / "attacks").glob("*.rq"))
}
_LONG_ANSWER: Final = _QUERIES.pop("long-answer")
_HEAD: Final = "POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\n"
#: 499 is no answer that a client gets; a 408 and a 413 are for bodies, and a 429 where it is configured.
_REFUSALS: Final = frozenset({400, 404, 405, 406, 408, 413, 414, 429, 431, 501, 503})
_LINES: Final = (
    b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET /a b c HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 600_000 + b"\r\n\r\n",
    b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
    b"POST /sparql HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"\x00" * 5000,
)


@dataclass(slots=True)
class Report:
    """How often each kind was tried, and what went wrong."""

    tried: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)


def _connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE)


def _post(text: str) -> bytes:
    body = text.encode()
    return f"{_HEAD}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _get(text: str) -> bytes:
    return f"GET /sparql?query={quote(text)} HTTP/1.1\r\nHost: a\r\n\r\n".encode()


def _values(name: str, number: str) -> str:
    return f"VALUES ?{name} {{ {' '.join(str(each) for each in range(int(number) % 100, 3_000))} }}"


#: Queries that are made up, by kind, of a number and a depth.
_MADE: Final[Mapping[str, Callable[[str, int], str]]] = {
    "nested-groups": lambda number, deep: f"# {number}\nSELECT * {'{' * deep} ?s ?p ?o {'}' * deep}",
    "nested-parentheses": lambda number, deep: f"# {number}\nASK {{ FILTER({'(' * deep}1{')' * deep}) }}",
    "negations": lambda number, deep: f"# {number}\nASK {{ FILTER({'!' * deep}true) }}",
    "long": lambda number, _: f"# {number}\nASK {{ FILTER({'||'.join(['?x = 1'] * 16_000)}) }}",
    "unions": lambda number, _: f"# {number}\nASK {{ {'{} UNION ' * 14_000} {{}} }}",
    "values": lambda number, _: (
        f"SELECT * {{ {' '.join(_values(name, number) for name in 'abcd')} }} ORDER BY ?d ?a"
    ),
    "broken": lambda number, _: f"SELECT * WHERE {{ {number} {number[::-1]} ",
}
_NAMES: Final = sorted({**_QUERIES, **_MADE})


def _text(chance: random.Random) -> tuple[str, str]:
    """The kind of a query and its text, of which no two are the same; only this one is made, to leave the processors to the server."""
    name, number, deep = chance.choice(_NAMES), str(chance.randrange(10**9)), chance.randrange(5_000, 15_000)
    made = _MADE.get(name)
    return name, _QUERIES[name].replace(_NUMBER, number) if made is None else made(number, deep)


def _queries(port: int, chance: random.Random, report: Report) -> None:
    """A query, to the end, and on the same connection a lookup's worth of patience."""
    name, text = _text(chance)
    report.tried[name] += 1
    with _connected(port) as connection:
        connection.sendall(_post(text) if len(text) > 20_000 or chance.random() < 0.3 else _get(text))
        _judge(connection, name, report)


def _judge(connection: socket.socket, name: str, report: Report) -> None:
    response = HTTPResponse(connection)
    try:
        response.begin()
        response.read()  # raises IncompleteRead where the body is shorter than it says
    except (HTTPException, ConnectionResetError) as error:
        report.faults[f"{name}: {type(error).__name__}"] += 1
        return
    report.statuses[f"{name}: {response.status}"] += 1
    if response.status not in {200, *_REFUSALS}:
        report.faults[f"{name}: {response.status}"] += 1


def _hangs_up(port: int, chance: random.Random, report: Report) -> None:
    """A query whose client goes, at any time."""
    report.tried["hang-up"] += 1
    with _connected(port) as connection:
        connection.sendall(_get(_text(chance)[1][:20_000]))
        time.sleep(chance.random())


def _reads_slowly(port: int, chance: random.Random, report: Report) -> None:
    report.tried["slow reader"] += 1
    with _connected(port) as connection:
        connection.sendall(_get(_LONG_ANSWER.replace(_NUMBER, str(chance.randrange(10**9)))))
        for _ in range(chance.randrange(1, 60)):
            if not connection.recv(2000):
                return
            time.sleep(0.1)


def _writes_slowly(port: int, chance: random.Random, report: Report) -> None:
    report.tried["slow writer"] += 1
    head = f"{_HEAD}Content-Length: 5000\r\n\r\n" if chance.random() < 0.5 else _HEAD
    with _connected(port) as connection:
        connection.sendall(head.encode())
        for _ in range(chance.randrange(10, 100)):
            connection.sendall(b"#")
            time.sleep(0.1)


def _malforms(port: int, chance: random.Random, report: Report) -> None:
    report.tried["malformed"] += 1
    with _connected(port) as connection:
        connection.settimeout(2)
        connection.sendall(chance.choice(_LINES))
        while connection.recv(1 << 16):
            continue


def _sends_much(port: int, _chance: random.Random, report: Report) -> None:
    report.tried["large body"] += 1
    with _connected(port) as connection:
        connection.sendall(_post("#" * (2 << 20)))
        _judge(connection, "large body", report)


Kind = Callable[[int, random.Random, Report], None]

#: Each kind with how often it is chosen.
KINDS: Final[Mapping[Kind, int]] = {
    _queries: 10,
    _hangs_up: 4,
    _reads_slowly: 3,
    _writes_slowly: 3,
    _malforms: 2,
    _sends_much: 1,
}


def attack(port: int, seconds: float, seed: int, *, clients: int = _CLIENTS) -> Report:
    """Attack from so many clients at once, each with a seed of its own."""
    report, end = Report(), time.monotonic() + seconds
    threads = [
        threading.Thread(target=_client, args=(port, random.Random(seed * 1000 + number), end, report))
        for number in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return report


def _client(port: int, chance: random.Random, end: float, report: Report) -> None:
    kinds, weights = zip(*KINDS.items(), strict=True)
    while time.monotonic() < end:
        kind = chance.choices(kinds, weights)[0]
        try:
            kind(port, chance, report)
        except TimeoutError:
            if kind is not _malforms:  # which waits for what may never come
                report.faults[f"{kind.__name__}: no answer"] += 1
        except OSError:
            continue  # a server that hangs up on an attacker is right


if __name__ == "__main__":
    os.nice(int(sys.argv[4]))
    outcome = attack(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
    print(json.dumps({"tried": outcome.tried, "statuses": outcome.statuses, "faults": outcome.faults}))
