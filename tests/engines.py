"""Real engines, each started in a folder of its own on a free port of loopback and ended with the block."""

import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from waiting import PATIENCE, comes_true, free_port

#: A test that needs Virtuoso is marked with this and skipped where Debian's package isn't installed.
virtuoso_is_installed = shutil.which("virtuoso-t") is not None
needs_virtuoso = pytest.mark.skipif(
    not virtuoso_is_installed, reason="Virtuoso isn't installed: apt-get install virtuoso-opensource"
)
VIRTUOSO = pytest.param("virtuoso", marks=(pytest.mark.virtuoso, needs_virtuoso))
_INI = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
FileExtend = 200
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = {sql}
DisableUnixSocket = 1
CheckpointInterval = 0
CaseMode = 2
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = .
ServerThreads = 10
[SPARQL]
ResultSetMaxRows = 1000000
MaxQueryExecutionTime = 60
"""


@dataclass(frozen=True)
class Server:
    """A running engine: where it takes queries, and where it takes graphs."""

    query: str
    graphs: str
    user: str = ""
    password: str = ""


def await_answer(url: str, process: subprocess.Popen[bytes]) -> None:
    assert comes_true(lambda: process.poll() is not None or answers(url)), f"{url} doesn't answer"
    assert process.poll() is None, f"the server for {url} has ended"


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


@contextmanager
def oxigraph(folder: Path | None) -> Iterator[Server]:
    """Oxigraph's own server, in memory without a folder."""
    port = free_port()
    place = () if folder is None else ("--location", str(folder))
    command = (str(Path(sys.executable).parent / "oxigraph"), "serve", *place, "--bind", f"127.0.0.1:{port}")
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        await_answer(f"http://127.0.0.1:{port}/", process)
        yield Server(f"http://127.0.0.1:{port}/query", f"http://127.0.0.1:{port}/store")
    finally:
        process.terminate()
        process.wait()


@contextmanager
def virtuoso(folder: Path) -> Iterator[Server]:
    """Debian's Virtuoso with a fresh database."""
    port = free_port()
    (folder / "virtuoso.ini").write_text(_INI.format(sql=free_port(), http=port))
    process = subprocess.Popen(
        ("virtuoso-t", "+foreground", "+configfile", "virtuoso.ini"),
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    base = f"http://127.0.0.1:{port}"
    try:
        await_answer(f"{base}/sparql", process)
        yield Server(f"{base}/sparql", f"{base}/sparql-graph-crud-auth", "dba", "dba")
    finally:
        process.kill()  # nothing of it is kept
        process.wait()
