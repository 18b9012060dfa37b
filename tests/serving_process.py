"""A server in a process of its own over a small release, and what the kernel says of it."""

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from urllib.parse import quote

from bench.processes import family
from kommungraf.settings.limits import Limits
from serving_release import TRIG, write_release

LIMITS = Limits(
    seconds=1,
    memory_bytes=160 << 20,
    result_bytes=8 << 20,
    queue=8,
    queue_seconds=2,
)
PROGRAM = """
import json, sys
from pathlib import Path
from kommungraf.settings.configuration import from_flags
from kommungraf.settings.hosting import Hosting
from kommungraf.settings.limits import Limits
from kommungraf.serving.serving import serve
hosting = from_flags(Hosting, {"port": "0", "access_log": "off", **json.loads(sys.argv[3])})
serve(Path(sys.argv[1]), hosting, limits=Limits(**json.loads(sys.argv[2])))
"""
LOOKUP = "/sparql?query=" + quote("SELECT * { <https://w3id.org/kommungraf/id/municipality/se-0765> ?p ?o }")
CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?p ?q ?r . ?s ?t ?u }"


def command_of(releases: Path, limits: Limits, hosting: Mapping[str, str]) -> tuple[str, ...]:
    """What starts a server; `hosting` by field, as flags give it."""
    return (sys.executable, "-c", PROGRAM, str(releases), json.dumps(asdict(limits)), json.dumps(dict(hosting)))


class Running:
    """A server in a process of its own, over a small release."""

    def __init__(self, releases: Path, limits: Limits = LIMITS, hosting: Mapping[str, str] | None = None) -> None:
        self.releases = releases
        command = command_of(releases, limits, hosting or {})
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.line = self.process.stdout.readline()
        self.port = int(self.line.rstrip("/\n").rpartition(":")[2])
        self.pids = family(self.process.pid)

    def get(self, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, headers=headers)
            response = connection.getresponse()
            return (
                response.status,
                {name.lower(): value for name, value in response.headers.items()},
                response.read(),
            )
        finally:
            connection.close()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()


def post(server: Running, body: bytes) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request("POST", "/sparql", body, {"Content-Type": "application/sparql-query"})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def all_gone(pids: list[int]) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if not any(is_running(pid) for pid in pids):
            return True
        time.sleep(0.02)
    return False


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def seconds_of_cpu(pids: list[int]) -> float:
    ticks = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(
    releases: Path, limits: Limits = LIMITS, trig: str = TRIG, hosting: Mapping[str, str] | None = None
) -> Iterator[Running]:
    write_release(releases, trig)
    server = Running(releases, limits, hosting)
    try:
        yield server
    finally:
        server.stop()
