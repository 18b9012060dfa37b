"""A server in a process of its own over a small release, and what the kernel says of it."""

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from urllib.parse import quote

from prometheus_client.parser import text_string_to_metric_families

from bench.processes import family
from kommungraf.settings.limits import Limits
from serving_release import TRIG, write_release
from waiting import PATIENCE, comes_true

LIMITS = Limits(
    seconds=60,
    memory_bytes=160 << 20,
    result_bytes=8 << 20,
    queue=8,
    queue_seconds=60,
)
#: For queries that are to run into their deadline.
BRIEF = replace(LIMITS, seconds=2)
PROGRAM = """
import json, sys
from pathlib import Path
from kommungraf.settings.configuration import from_flags
from kommungraf.settings.hosting import Hosting
from kommungraf.settings.limits import Limits
from kommungraf.serving.serving import serve
hosting = from_flags(Hosting, {"port": "0", "access_log": "off", **json.loads(sys.argv[3])})
serve(Path(sys.argv[1]), hosting, limits=Limits(**json.loads(sys.argv[2])), services=tuple(sys.argv[4:]))
"""
LOOKUP = "/sparql?query=" + quote("SELECT * { <https://w3id.org/kommungraf/id/municipality/se-0765> ?p ?o }")
CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?p ?q ?r . ?s ?t ?u }"


def command_of(
    releases: Path, limits: Limits, hosting: Mapping[str, str], services: Sequence[str] = ()
) -> tuple[str, ...]:
    """What starts a server; `hosting` by field, as flags give it."""
    settings = (json.dumps(asdict(limits)), json.dumps(dict(hosting)))
    return (sys.executable, "-c", PROGRAM, str(releases), *settings, *services)


class Running:
    """A server in a process of its own, over a small release."""

    def __init__(
        self,
        releases: Path,
        limits: Limits = LIMITS,
        hosting: Mapping[str, str] | None = None,
        services: Sequence[str] = (),
    ) -> None:
        self.releases = releases
        command = command_of(releases, limits, hosting or {}, services)
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.line = self.process.stdout.readline()
        self.port = int(self.line.rstrip("/\n").rpartition(":")[2])
        self.pids = family(self.process.pid)

    def get(self, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
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
        self.process.wait(PATIENCE)
        assert self.process.stdout is not None
        self.process.stdout.close()


def post(server: Running, body: bytes) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    try:
        connection.request("POST", "/sparql", body, {"Content-Type": "application/sparql-query"})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def metric(server: Running, name: str, **labels: str) -> float:
    """What the server counts now; 0 where it has counted nothing of the kind."""
    text = server.get("/metrics")[2].decode()
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return next((each.value for each in samples if each.name == name and each.labels == labels), 0.0)


def idles(pids: list[int]) -> bool:
    """Whether none of the processes uses the processor for a while."""
    before = seconds_of_cpu(pids)
    time.sleep(0.3)
    return seconds_of_cpu(pids) - before < 0.05


def all_gone(pids: Iterable[int]) -> bool:
    """Whether all of the processes come to their end."""
    return comes_true(lambda: not any(is_running(pid) for pid in pids))


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def seconds_of_cpu(pids: Iterable[int]) -> float:
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
