"""The SPARQL servers that are compared: ours and its peers, each over the same quads, each on loopback."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from bench.client import free_port
from bench.prepared import Prepared
from bench.processes import Started, Unavailable, answers, started
from bench.virtuoso import HELD, bulk_loaded, configured

__all__ = ["PEERS", "Running", "installed"]

_PACKAGES: Final = {
    "oxigraph": ("oxigraph==0.5.13",),
    "rdflib": ("rdflib-endpoint==0.6.3", "rdflib==7.6.0", "uvicorn==0.54.0"),
    "flask": ("flask==3.1.3", "gunicorn==27.0.1"),
}
_ASK: Final = "ASK {}"
_JSON: Final = "application/sparql-results+json"
_LOAD_SECONDS: Final = 340
_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Running:
    """A SPARQL server that answers at `path`; `always` are parameters of every request."""

    port: int
    path: str
    server: Started
    always: Mapping[str, str]

    def target(self, query: str) -> str:
        """What a GET of the query asks for."""
        return f"{self.path}?{urlencode({'query': query, **self.always})}"


Peer = Callable[[Prepared, Path], AbstractContextManager[Running]]


def installed(name: str, folder: Path) -> Path:
    """The programs of one of our peers, in an environment of its own, made when there is none."""
    environment = folder / name
    done = environment / ".ready"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        pip: list[str | Path] = [
            environment / "bin" / "python",
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]
        subprocess.run([*pip, *_PACKAGES[name]], check=True)
        done.touch()
    return environment / "bin"


@contextmanager
def _served(
    command: list[str | Path], path: str, port: int, *, log: Path, within: float = 60, **always: str
) -> Iterator[Running]:
    probe = f"{path}?{urlencode({'query': _ASK})}"
    with started(command, lambda: answers(port, probe, Accept=_JSON), log=log, within=within) as server:
        yield Running(port, path, server, {name.replace("_", "-"): value for name, value in always.items()})


def ours(data: Prepared, folder: Path, *options: str) -> AbstractContextManager[Running]:
    """This project's server over the release, with options of `kommungraf serve`."""
    port = free_port()
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "kommungraf.cli",
        "serve",
        "--releases",
        data.releases,
        "--port",
        str(port),
        *options,
    ]
    return _served(command, "/sparql", port, log=folder / "ours.log")


def oxigraph_disk(data: Prepared, folder: Path) -> AbstractContextManager[Running]:
    """Oxigraph's server over its store on disk, opened read-only."""
    program, store = installed("oxigraph", folder) / "oxigraph", data.releases / "oxigraph-store"
    if not (store / "CURRENT").exists():
        subprocess.run([program, "load", "--location", store, "--lenient", "--file", data.dataset], check=True)
        subprocess.run([program, "optimize", "--location", store], check=True)
    port = free_port()
    command: list[str | Path] = [program, "serve-read-only", "--location", store, "--bind", f"127.0.0.1:{port}"]
    return _served(command, "/query", port, log=folder / "oxigraph.log")


@contextmanager
def oxigraph_memory(data: Prepared, folder: Path) -> Iterator[Running]:
    """Oxigraph's server without a place on disk, loaded over the Graph Store Protocol."""
    program, port = installed("oxigraph", folder) / "oxigraph", free_port()
    command: list[str | Path] = [program, "serve", "--bind", f"127.0.0.1:{port}"]
    with _served(command, "/query", port, log=folder / "oxigraph.log") as running:
        _post(port, "/store?no_transaction&lenient", data.dataset)
        yield running


def _post(port: int, path: str, file: Path) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=_LOAD_SECONDS)
    with file.open("rb") as body:
        length = str(file.stat().st_size)
        connection.request("POST", path, body, {"Content-Type": "application/n-quads", "Content-Length": length})
        response = connection.getresponse()
    response.read()
    connection.close()
    if response.status >= 300:
        raise Unavailable(f"loading over HTTP was answered with {response.status}")


def rdflib_endpoint(data: Prepared, folder: Path) -> AbstractContextManager[Running]:
    """rdflib-endpoint over rdflib's own store in memory."""
    port = free_port()
    app = Path(__file__).parent / "apps" / "rdflib_app.py"
    command: list[str | Path] = [installed("rdflib", folder) / "python", app, data.dataset, str(port)]
    return _served(command, "/", port, log=folder / "rdflib.log", within=_LOAD_SECONDS)


@contextmanager
def virtuoso(data: Prepared, folder: Path) -> Iterator[Running]:
    """Virtuoso with the held view as a named graph that every query is told to take as its default graph."""
    program = shutil.which("virtuoso-t")
    if program is None:
        raise Unavailable("the Debian package virtuoso-opensource isn't installed")
    place = data.releases / "virtuoso"
    port, sql = free_port(), free_port()
    configuration = configured(place, port, sql)
    command: list[str | Path] = [program, "+foreground", "+configfile", configuration]
    with _served(command, "/sparql", port, log=folder / "virtuoso.log", default_graph_uri=HELD) as running:
        bulk_loaded(place, sql, data)
        yield running


PEERS: Final[Mapping[str, Peer]] = {
    "kommungraf": ours,
    "Oxigraph, disk": oxigraph_disk,
    "Oxigraph, memory": oxigraph_memory,
    "rdflib-endpoint": rdflib_endpoint,
    "Virtuoso": virtuoso,
}
