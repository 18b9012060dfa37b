"""Check, build, start, memory and a lookup on the reference data, as one table."""

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from bench.processes import memory

__all__ = ["main"]

LOOKUPS = 300
SERVER = [
    *(sys.executable, "-m", "kommungraf.cli", "serve", "--port", "0"),
    *("--access-log-file", os.devnull, "--releases"),
]
QUERY = "SELECT%20?p%20?o%20WHERE%20{{%3Chttps://w3id.org/kommungraf/id/municipality/se-0765%3E%20?p%20?o}}%20LIMIT%20{}"


def main() -> None:
    """Measure and print."""
    print(f"{platform.machine()}, {platform.system()} {platform.release()}, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as folder:
        releases = Path(folder) / "releases"
        row("check", seconds(lambda: run("check", "--format", "json")), "s")
        row("build", seconds(lambda: run("build", "--releases", str(releases))), "s")
        served(releases)


def run(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "kommungraf.cli", *arguments], check=True, stdout=subprocess.DEVNULL)


def seconds(action: Callable[[], None]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def row(name: str, value: float, unit: str) -> None:
    print(f"{name:<44} {value:>10.2f} {unit}")


def served(releases: Path) -> None:
    start = time.perf_counter()
    server = subprocess.Popen([*SERVER, str(releases)], stdout=subprocess.PIPE, text=True)
    try:
        address = first_address(server)
        row("start until the address is printed", time.perf_counter() - start, "s")
        document = address + "doc/municipality/se-0765.ttl"
        row("lookup, cached, median", 1000 * median(lambda _: document), "ms")
        row(
            "lookup by query, not cached, median",
            1000 * median(lambda n: f"{address}sparql?query={QUERY.format(n)}"),
            "ms",
        )
        row("memory of all processes (PSS)", memory(server.pid) / 2**20, "MiB")
    finally:
        server.terminate()
        server.wait(10)


def first_address(server: "subprocess.Popen[str]") -> str:
    for line in server.stdout or ():
        for word in line.split():
            if word.startswith("http://"):
                return word.rstrip("/.,") + "/"
    raise SystemExit("The server printed no address.")


def median(address: Callable[[int], str]) -> float:
    times = []
    for number in range(1, LOOKUPS + 1):
        request = urllib.request.Request(address(number), headers={"Accept": "*/*"})
        start = time.perf_counter()
        with urllib.request.urlopen(request, timeout=10) as response:
            response.read()
        times.append(time.perf_counter() - start)
    return statistics.median(times)
