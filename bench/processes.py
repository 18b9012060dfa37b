"""Servers as child processes: started on loopback, awaited, weighed, and ended by their own number."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Final

from bench.client import Client

__all__ = ["Unavailable", "answers", "family", "memory", "proportional", "started"]

_GLANCE: Final = 0.005


class Unavailable(Exception):
    """A server can't be measured here; the text says why."""


@dataclass(frozen=True, slots=True)
class Started:
    """A running server: its process and the seconds until it answered."""

    pid: int
    seconds: float


@contextmanager
def started(
    command: Sequence[str | Path],
    ready: Callable[[], bool],
    *,
    log: Path,
    within: float = 60,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Started]:
    """The server for the block, from when `ready` holds; raises Unavailable where that takes too long."""
    begun = time.perf_counter()
    with log.open("ab") as sink:
        server = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            env={**os.environ, **(environment or {})},
        )
    try:
        while not ready():
            if server.poll() is not None or time.perf_counter() - begun > within:
                raise Unavailable(f"{Path(str(command[0])).name} didn't answer; see {log}")
            time.sleep(_GLANCE)
        yield Started(server.pid, time.perf_counter() - begun)
    finally:
        server.terminate()
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def answers(port: int, path: str, **headers: str) -> bool:
    """Whether a GET is answered with 200."""
    client = Client(port, timeout=10)
    try:
        return client.fetch(path, **headers).status == 200
    except (OSError, HTTPException):
        return False
    finally:
        client.close()


def family(pid: int) -> list[int]:
    """The process and all below it; one that ends meanwhile may be missing."""
    children: list[str] = []
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with suppress(FileNotFoundError, ProcessLookupError):
                children += (task / "children").read_text("ascii").split()
    return [pid, *(below for child in children for below in family(int(child)))]


def memory(pid: int, share: str = "Pss") -> int:
    """The proportional set size of a process and all below it, in bytes; `Pss_Anon` leaves out what is mapped from files."""
    return sum(proportional(each, share) for each in family(pid))


def proportional(pid: int, share: str = "Pss") -> int:
    """The proportional set size of one process, or a share of it, in bytes."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith(f"{share}:")), 0)
