"""The comparison: one client, the same data and queries for every server; results are kept section by section."""

import hashlib
import json
import os
import platform
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from bench.answers import Row
from bench.documents import document_loads
from bench.generator import Size
from bench.kills import neighbours, recovery
from bench.mix import Mix, asked, repeated
from bench.peers import PEERS
from bench.prepared import Prepared, prepared
from bench.processes import Unavailable, memory
from bench.questions import Question, questions, terms

__all__ = ["SECTIONS", "Bench", "machine", "results"]

OURS: Final = "kommungraf"
_VARIANTS: Final = 10
_LOOKUPS: Final = 4000
_FILE: Final = "results.json"


@dataclass(frozen=True, slots=True)
class Bench:
    """A comparison on generated data of one size; what it needs and finds is kept in `folder`."""

    folder: Path
    size: Size

    def data(self) -> Prepared:
        """The release."""
        return prepared(self.size, self.folder)

    def questions(self) -> tuple[Question, ...]:
        """The mix of queries."""
        return questions(terms(self.data().folder / "held.nt"), variants=_VARIANTS, seed=self.size.seed)

    def lookups(self) -> Question:
        """Many lookups, each of another thing."""
        found = terms(self.data().folder / "held.nt")
        many = questions(
            found, variants=min(_LOOKUPS, len(found["kg:CooperationActivity"])), seed=1, only="lookup"
        )
        return many[0]

    def run(self, section: str) -> None:
        """Measure a section and keep what was found."""
        try:
            found = SECTIONS[section](self)
        except Unavailable as error:
            found = {"unavailable": str(error)}
        kept = results(self.folder)
        kept["machine"] = machine()
        data = self.data().manifest
        size = kept.setdefault("sizes", {}).setdefault(str(self.size.statements), {})
        size.update({"quads": data.quads, "triples": data.triples, "graphs": data.graphs, section: found})
        (self.folder / _FILE).write_text(json.dumps(kept, indent=2, sort_keys=True), "utf-8")


def results(folder: Path) -> dict[str, Any]:
    """Everything that was found so far."""
    path = folder / _FILE
    found: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return found


def machine() -> dict[str, str]:
    """What was measured on."""
    cpu = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), ""
    )
    kilobytes = next(int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal"))
    return {
        "cpu": cpu,
        "cores": str(os.cpu_count()),
        "memory": f"{kilobytes / (1 << 20):.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def _lines(path: str) -> list[str]:
    return Path(path).read_text("utf-8").splitlines()


def _peer(name: str) -> Callable[[Bench], dict[str, Any]]:
    """Start, memory, the mix for the first time and repeated, and the answers as digests."""

    def section(bench: Bench) -> dict[str, Any]:
        asking = bench.questions()
        with PEERS[name](bench.data(), bench.folder) as running:
            weight = memory(running.server.pid)
            mix = asked(running, asking)
            again = repeated(running, tuple(question for question in asking if question.name in mix.seconds))
        return {
            "start": running.server.seconds,
            "memory": weight,
            "first": mix.seconds,
            "again": again,
            "faults": mix.faults,
            "answers": _digests(mix),
        }

    return section


def _digests(mix: Mix) -> Mapping[str, list[str]]:
    return {name: [_digest(rows) for rows in each] for name, each in mix.answers.items()}


def _digest(rows: Counter[Row]) -> str:
    """The number of rows and a digest of them that is the same in every process."""
    content = "\n".join(sorted(f"{count}\t{row}" for row, count in rows.items()))
    return f"{rows.total()} {hashlib.blake2b(content.encode(), digest_size=8).hexdigest()}"


def _documents(bench: Bench) -> dict[str, Any]:
    return {name: asdict(load) for name, load in document_loads(bench.data(), bench.folder).items()}


def _kills(bench: Bench) -> dict[str, Any]:
    lookups = bench.lookups()
    ready = recovery(bench.data(), lookups)
    return {"ready": ready, **asdict(neighbours(bench.data(), bench.folder, lookups))}


SECTIONS: Final[Mapping[str, Callable[[Bench], dict[str, Any]]]] = {
    **{name: _peer(name) for name in PEERS},
    "documents": _documents,
    "kills": _kills,
}
