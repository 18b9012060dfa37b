"""The steps of docs/scaling.md, measured: memory, disk, other engines behind our server, readers behind nginx."""

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.client import free_port, load
from bench.compare import Bench
from bench.mix import asked
from bench.peers import Running, installed, ours
from bench.prepared import Prepared
from bench.processes import Unavailable, answers, memory, started
from bench.virtuoso import HELD, configured

__all__ = ["STEPS", "Step", "readers", "steps", "written"]

_KINDS: Final = ("lookup", "aggregate")
_PUSH_SECONDS: Final = 1800
_LOAD_SECONDS: Final = 4
_DOCUMENT: Final = "/doc/municipality/se-0101"
_QUERY: Final = "/sparql?query=SELECT%20*%20%7B%3Chttps%3A%2F%2Fw3id.org%2Fkommungraf%2Fid%2Fmunicipality%2Fse-0101%3E%20%3Fp%20%3Fo%7D"


@dataclass(frozen=True, slots=True)
class Step:
    """One way to serve the release: seconds of a push, seconds to start, bytes of memory, and of the mix."""

    push: float | None
    start: float
    weight: int
    seconds: Mapping[str, float]


Opened = AbstractContextManager[tuple[float | None, Running]]


@contextmanager
def _memory(data: Prepared, folder: Path) -> Iterator[tuple[None, Running]]:
    with ours(data, folder) as running:
        yield None, running


@contextmanager
def _disk(data: Prepared, folder: Path) -> Iterator[tuple[None, Running]]:
    with ours(data, folder, "--memory-quads", "0"):
        pass  # the store is made at the first start
    with ours(data, folder, "--memory-quads", "0") as running:
        yield None, running


@contextmanager
def _over_oxigraph(data: Prepared, folder: Path) -> Iterator[tuple[float, Running]]:
    store, port = folder / "pushed-oxigraph", free_port()
    shutil.rmtree(store, ignore_errors=True)
    program = installed("oxigraph", folder) / "oxigraph"
    command: list[str | Path] = [program, "serve", "--location", store, "--bind", f"127.0.0.1:{port}"]
    with started(command, lambda: answers(port, "/"), log=folder / "oxigraph.log"):
        url = f"http://127.0.0.1:{port}/query"
        seconds = _pushed(data, url)
        with ours(data, folder, "--store", url) as running:
            yield seconds, running


@contextmanager
def _over_virtuoso(data: Prepared, folder: Path) -> Iterator[tuple[float, Running]]:
    program = shutil.which("virtuoso-t")
    if program is None:
        raise Unavailable("the Debian package virtuoso-opensource isn't installed")
    place, port = folder / "pushed-virtuoso", free_port()
    shutil.rmtree(place, ignore_errors=True)
    command: list[str | Path] = [program, "+foreground", "+configfile", configured(place, port, free_port())]
    with started(command, lambda: answers(port, "/sparql?query=ASK%7B%7D"), log=folder / "virtuoso.log"):
        url, graphs = f"http://127.0.0.1:{port}/sparql", f"http://127.0.0.1:{port}/sparql-graph-crud-auth"
        os.environ.update(KOMMUNGRAF_STORE_USER="dba", KOMMUNGRAF_STORE_PASSWORD="dba")
        seconds = _pushed(data, url, "--graph-store", graphs, "--default-graph", HELD)
        with ours(data, folder, "--store", url, "--default-graph", HELD) as running:
            yield seconds, running


def _pushed(data: Prepared, url: str, *options: str) -> float:
    begun = time.perf_counter()
    command = (sys.executable, "-m", "kommungraf.cli", "push", url, "--releases", str(data.releases), *options)
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=_PUSH_SECONDS)
    if done.returncode:
        raise Unavailable(done.stderr.strip())
    return time.perf_counter() - begun


STEPS: Final[Mapping[str, Callable[[Prepared, Path], Opened]]] = {
    "in memory": _memory,
    "on disk": _disk,
    "over Oxigraph's server": _over_oxigraph,
    "over Virtuoso": _over_virtuoso,
}


def steps(bench: Bench, names: tuple[str, ...]) -> Iterator[tuple[str, Step | str]]:
    """Each way with what was measured, or why it couldn't be."""
    asking = bench.questions()
    for name in names or STEPS:
        try:
            with STEPS[name](bench.data(), bench.folder) as (push, running):
                mix = asked(running, asking)
                yield name, Step(push, running.server.seconds, memory(running.server.pid), mix.seconds)
        except Unavailable as error:
            yield name, str(error)


def readers(bench: Bench) -> Iterator[tuple[str, float, float]]:
    """Requests a second through nginx: the document kept by our cache, and a query of which nothing is kept."""
    for count in (1, 2):
        with ExitStack() as stack:
            kept = [stack.enter_context(ours(bench.data(), bench.folder)).port for _ in range(count)]
            asked_anew = [
                stack.enter_context(ours(bench.data(), bench.folder, "--cache-size", "0")).port
                for _ in range(count)
            ]
            document = stack.enter_context(_balanced(bench.folder, kept))
            query = stack.enter_context(_balanced(bench.folder, asked_anew))
            rates = [
                _rate(f"http://127.0.0.1:{document}{_DOCUMENT}", "text/turtle"),
                _rate(f"http://127.0.0.1:{query}{_QUERY}", "text/csv"),
            ]
        yield f"{count} behind nginx", rates[0], rates[1]


def _rate(url: str, accept: str) -> float:
    load(url, f"Accept: {accept}", seconds=1)
    found = load(url, f"Accept: {accept}", seconds=_LOAD_SECONDS)
    if found.faults:
        raise Unavailable(found.faults)
    return found.rate


@contextmanager
def _balanced(folder: Path, ports: list[int]) -> Iterator[int]:
    """nginx before readers at these ports, taking turns."""
    program, port = shutil.which("nginx"), free_port()
    if program is None:
        raise Unavailable("the Debian package nginx isn't installed")
    place = folder / f"balanced-{port}"
    place.mkdir()
    servers = "".join(f"server 127.0.0.1:{each}; " for each in ports)
    temporary = " ".join(f"{kind}_temp_path {place}/{kind};" for kind in ("fastcgi", "uwsgi", "scgi", "proxy"))
    (place / "nginx.conf").write_text(
        f"""daemon off; worker_processes 1; pid {place}/nginx.pid; error_log {place}/nginx.log;
events {{ worker_connections 1024; }}
http {{
    access_log off; keepalive_requests 1000000; client_body_temp_path {place}/body; {temporary}
    upstream readers {{ {servers} keepalive 64; keepalive_requests 1000000; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{ proxy_pass http://readers; proxy_http_version 1.1; proxy_set_header Connection ""; }}
    }}
}}
""",
        "utf-8",
    )
    command: list[str | Path] = [program, "-p", place, "-c", place / "nginx.conf"]
    with started(command, lambda: answers(port, "/health"), log=place / "nginx.log"):
        yield port
    shutil.rmtree(place)


def written(found: Iterator[tuple[str, Step | str]]) -> Iterator[str]:
    """The steps as rows of a Markdown table."""
    yield "| served | push | start | memory | first time, 12 queries | " + " | ".join(_KINDS) + " |"
    yield "| --- " * (5 + len(_KINDS)) + "|"
    for name, step in found:
        if isinstance(step, str):
            yield f"| {name} | {step} |"
            continue
        push = "–" if step.push is None else f"{step.push:.0f} s"
        mean = statistics.geometric_mean(step.seconds.values())
        kinds = (f"{step.seconds[kind] * 1000:.1f} ms" if kind in step.seconds else "–" for kind in _KINDS)
        shown = (push, f"{step.start:.1f} s", f"{step.weight >> 20} MiB", f"{mean * 1000:.1f} ms", *kinds)
        yield f"| {name} | " + " | ".join(shown) + " |"
