"""Builds and checks of generated data: time, processor time and peak memory, beside pySHACL alone, rdflib, and sort with serdi."""

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from bench.faults import Faults
from bench.generator import Size, generate
from bench.processes import memory

__all__ = ["PYTHON", "build", "cost", "row"]

_GLANCE: Final = 0.5
#: Above so many triples rdflib and pySHACL alone are measured on request only.
_SLOW: Final = 200_000
PYTHON: Final = sys.executable


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took, with all its processes: seconds, seconds of processor, and bytes (PSS) at the peak.

    `own` leaves out what is mapped from files, which the system may drop and read again.
    """

    wall: float
    processor: float
    peak: int
    own: int

    def __str__(self) -> str:
        memory = f"{self.peak / 1e6:8.0f} MB, of it {self.own / 1e6:.0f} MB its own"
        return f"{self.wall:8.1f} s {self.processor:8.1f} s CPU {memory}"


@dataclass(frozen=True, slots=True)
class Bench:
    """A folder with the generated data, and what is asked of it."""

    folder: Path
    size: Size
    slow: frozenset[str] = frozenset()

    def run(self, *, only_build: bool = False) -> None:
        """Measures and prints each part."""
        data = self.folder / "data.nq"
        with data.open("w", encoding="utf-8", newline="\n") as sink:
            written = generate(self.size, sink.write, Faults(0.0))
        releases = self.folder / "releases"
        row("build", self.built(data, releases))
        held = next(releases.glob("*/held.nt"), None)
        if held is None:
            raise SystemExit("The build made no release: measure builds without faults.")
        triples = sum(1 for _ in held.open("rb"))
        click.echo(f"{'':<38} {written:,} statements given, {triples:,} triples held")
        if not only_build:
            self.validated(held, triples)
            self.sorted(held, triples)

    def built(self, data: Path, releases: Path) -> Cost:
        """A whole build, as `kommungraf build` makes it."""
        folders = ["--ontology", "ontology", "--shapes", "shapes", "--releases", str(releases)]
        return cost([PYTHON, "-m", "kommungraf.cli", "build", str(data), *folders], self.folder)

    def validated(self, held: Path, triples: int) -> None:
        """The held view against the shapes: our way, and pySHACL alone."""
        ours = cost(self.part("validate", held, "0"), self.folder)
        row("validation", ours)
        if triples <= _SLOW or "pyshacl" in self.slow:
            alone = cost(self.part("validate", held, str(triples)), self.folder)
            row("validation by pySHACL alone", alone, ours)
            same = (self.folder / "found-0").read_bytes() == (self.folder / f"found-{triples}").read_bytes()
            click.echo(f"{'':<38} results {'are the same' if same else 'DIFFER'}")

    def sorted(self, held: Path, triples: int) -> None:
        """Sorted Turtle of triples in any order: ours, GNU sort with serdi, and rdflib."""
        shuffled = self.folder / "shuffled.nt"
        lines = held.read_bytes().splitlines(keepends=True)
        random.Random(self.size.seed).shuffle(lines)
        shuffled.write_bytes(b"".join(lines))
        del lines
        ours = cost(self.part("turtle", shuffled), self.folder)
        row("sorted Turtle", ours)
        if shutil.which("serdi"):
            command = f"LC_ALL=C sort -u {shuffled} | serdi -i ntriples -o turtle - > {self.folder}/serdi.ttl"
            row("sort and serdi", cost(["sh", "-c", command], self.folder), ours)
        if triples <= _SLOW or "rdflib" in self.slow:
            row("sorted Turtle by rdflib", cost(self.part("rdflib", shuffled), self.folder), ours)

    def part(self, name: str, *arguments: str | Path) -> list[str]:
        """The command for one part in a process of its own."""
        return [PYTHON, "-m", "bench.parts", name, str(self.folder), *map(str, arguments)]


def row(name: str, found: Cost, ours: Cost | None = None) -> None:
    """Prints a cost, and how many times ours it is."""
    ratio = (
        f"  {found.wall / ours.wall:6.1f} times ours, {found.processor / ours.processor:.1f} of CPU"
        if ours
        else ""
    )
    click.echo(f"{name:<38} {found}{ratio}")


def cost(command: list[str], folder: Path) -> Cost:
    """Runs a command to its end and weighs it with all its processes."""
    begun, peak, own = time.perf_counter(), 0, 0
    environment = {**os.environ, "TMPDIR": str(folder)}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        looked = time.perf_counter()
        peak, own = max(peak, memory(process.pid)), max(own, memory(process.pid, "Pss_Anon"))
        # Looking at gigabytes takes time of the processor that is measured.
        time.sleep(max(_GLANCE, 20 * (time.perf_counter() - looked)))
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed ({process.returncode})")
    return Cost(time.perf_counter() - begun, usage.ru_utime + usage.ru_stime, peak, own)


@click.command()
@click.option(
    "--triples", type=click.IntRange(1000), default=700_000, show_default=True, help="Generated statements."
)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option(
    "--slow", multiple=True, type=click.Choice(("rdflib", "pyshacl")), help="Measure this too, at any size."
)
@click.option("--only-build", is_flag=True, help="Measure the build and nothing else.")
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), help="Where the data lie; temporary by default."
)
def build(triples: int, seed: int, slow: tuple[str, ...], only_build: bool, folder: Path | None) -> None:
    """Build, check and dump generated data: time and peak memory, beside what others take."""
    with tempfile.TemporaryDirectory(prefix="kommungraf-bench-", dir=folder) as place:
        Bench(Path(place), Size(triples, seed), frozenset(slow)).run(only_build=only_build)
