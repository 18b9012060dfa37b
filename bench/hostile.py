"""A server under attack: what its lookups notice, and what it leaves behind."""

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final

from bench.client import Client
from bench.processes import family, proportional

__all__ = ["APART", "Assault", "Outcome", "assaulted", "rendered"]

#: Query workers beside those of the public lane: two for the site's own lookups and two in reserve.
APART: Final = 4
_PAUSE: Final = 0.02
#: Seconds after which a lookup has failed.
_LONGEST: Final = 20.0
_QUIET_SHARE: Final = 1 / 6
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_SETTLING: Final = 2.0
_IDLE_SHARE: Final = 0.05
_SAMPLES: Final = 20
#: What the processes that last may hold more at the end than at half time: room for the cache to fill.
_GROWTH: Final = 80 << 20


@dataclass(frozen=True, slots=True)
class Assault:
    """How long lookups are watched, all in all, and the attackers' seed and niceness.

    Attackers of the world have processors of their own; those here stand behind the server for its.
    """

    seconds: float
    seed: int
    niceness: int = 19


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was seen; lookups in seconds or with what they failed, memory in bytes, `left` the processes that are too many.

    `busy` is the share of one core that is used afterwards, `attacking` the share of all that the attackers took.
    """

    quiet: Sequence[float | str]
    beside: Sequence[float | str]
    attack: dict[str, Any]
    memory: Sequence[int]
    left: int
    busy: float
    attacking: float

    @property
    def failed(self) -> Counter[str]:
        """With what lookups failed, and how often."""
        return Counter(each for each in (*self.quiet, *self.beside) if isinstance(each, str))

    @property
    def growth(self) -> int:
        """How much more memory was held at the end than at half time."""
        return self.memory[-1] - self.memory[len(self.memory) // 2]

    @property
    def faults(self) -> tuple[str, ...]:
        """What a server under attack must not show."""
        checks = {
            f"{self.failed.total()} lookups failed: {dict(self.failed)}": bool(self.failed),
            f"answers that are none: {self.attack['faults']}": bool(self.attack["faults"]),
            f"{self.left} processes are left": self.left > 0,
            f"{self.busy:.0%} of a core is used {_SETTLING:g} s and more after the last attack": self.busy
            > _IDLE_SHARE,
            f"memory grew by {self.growth >> 20} MiB in the second half": self.growth > _GROWTH,
        }
        return tuple(text for text, holds in checks.items() if holds)


def assaulted(
    server: tuple[int, int, int],
    lookups: Iterator[str],
    assault: Assault,
    *,
    settling: float = _SETTLING,
) -> Outcome:
    """Lookups on a server alone and then beside attackers, and what is left of them afterwards.

    The server is told by its port, its process and how many query workers it may keep; `settling` is for how many
    seconds after the last attack it may still be busy.
    """
    port, pid, seats = server
    quiet = list(_times(port, lookups, assault.seconds * _QUIET_SHARE))
    before, attacking, spent = _lasting(pid), assault.seconds * (1 - _QUIET_SHARE), _spent()
    arguments = (port, attacking, assault.seed, assault.niceness)
    attackers = subprocess.Popen(
        [sys.executable, "-m", "bench.attackers", *map(str, arguments)],
        cwd=Path(__file__).parent.parent,
        stdout=subprocess.PIPE,
        text=True,
    )
    beside: list[float | str] = []
    held = [_held(pid)]
    for _ in range(_SAMPLES):
        beside += _times(port, lookups, attacking / _SAMPLES)
        held.append(_held(pid))
    report, _ = attackers.communicate(timeout=180)
    share = (_spent() - spent) / attacking / (os.cpu_count() or 1)
    end = time.monotonic() + settling
    while (busy := _busy(pid)) > _IDLE_SHARE and time.monotonic() < end:
        continue
    left = max(0, len(_lasting(pid)) - len(before)) + max(0, len(_workers(pid)) - seats)
    return Outcome(quiet, beside, json.loads(report), [*held, _held(pid)], left, busy, share)


def _spent() -> float:
    """Seconds of the processors that the children of this process had which have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _times(port: int, lookups: Iterator[str], seconds: float) -> Iterator[float | str]:
    """Seconds of one lookup after the other, each on a new connection as a new visitor's; or with what it failed."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        client = Client(port, timeout=_LONGEST)
        try:
            reply = client.fetch(next(lookups), Accept="text/csv")
            yield reply.seconds if reply.status == 200 else f"{reply.status} {reply.body.decode()}"
        except (OSError, HTTPException) as error:
            yield type(error).__name__
        finally:
            client.close()
        time.sleep(_PAUSE)


def _is_host(pid: int) -> bool:
    with suppress(OSError):
        return b"kommungraf.engine.queryhost" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def _hosts(pid: int) -> list[int]:
    """The query hosts; what is below one are its workers, which look the same."""
    return [each for each in family(pid) if _is_host(each) and not _is_host(_parent(each))]


def _parent(pid: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[1])
    return 0


def _workers(pid: int) -> set[int]:
    return {worker for host in _hosts(pid) for worker in family(host)[1:]}


def _lasting(pid: int) -> set[int]:
    """The processes that last as long as the server; workers come and go, and the kernel bounds each."""
    return set(family(pid)) - _workers(pid)


def _held(pid: int) -> int:
    return sum(proportional(each) for each in _lasting(pid))


def _busy(pid: int) -> float:
    """The share of one core that all processes use together, measured for a second."""
    before, started = _ticks(pid), time.monotonic()
    time.sleep(1)
    return max(0, _ticks(pid) - before) / _TICKS / (time.monotonic() - started)


def _ticks(pid: int) -> int:
    found = 0
    for each in family(pid):
        with suppress(OSError):
            fields = Path(f"/proc/{each}/stat").read_text("ascii").rpartition(")")[2].split()
            found += int(fields[11]) + int(fields[12])
    return found


def rendered(outcome: Outcome) -> str:
    """The outcome as Markdown."""
    tried = outcome.attack["tried"]
    quiet, beside = _quantiles(outcome.quiet), _quantiles(outcome.beside)
    series = " · ".join(f"{each >> 20}" for each in outcome.memory[:: max(1, len(outcome.memory) // 7)])
    rows = (
        ("lookups alone / under attack", f"{len(outcome.quiet):,} / {len(outcome.beside):,}"),
        ("of them failed", str(outcome.failed.total())),
        ("p50 alone / under attack, ms", f"{quiet[0]:.2f} / {beside[0]:.2f}"),
        ("p99 alone / under attack, ms", f"{quiet[1]:.2f} / {beside[1]:.2f}"),
        ("p99 under attack to p99 alone", f"{beside[1] / quiet[1]:.1f}"),
        ("attacks", f"{sum(tried.values()):,}"),
        ("share of the processors that the attackers took", f"{outcome.attacking:.1%}"),
        ("processes left", str(outcome.left)),
        ("share of a core used afterwards", f"{outcome.busy:.1%}"),
        ("memory of the lasting processes over time (PSS), MiB", series),
    )
    kinds = ", ".join(f"{name} {count}" for name, count in sorted(tried.items()))
    statuses = Counter[str]()
    for name, count in outcome.attack["statuses"].items():
        statuses[name.rpartition(" ")[2]] += count
    answers = ", ".join(f"{status} {count:,}" for status, count in sorted(statuses.items()))
    table = "\n".join(f"| {name} | {value} |" for name, value in rows)
    return f"| under attack | |\n| --- | ---: |\n{table}\n\nAttacks: {kinds}.\nAnswers to them: {answers}.\n"


def _quantiles(times: Sequence[float | str]) -> tuple[float, float]:
    """Median and 99th percentile, in milliseconds."""
    known = [1000 * each for each in times if not isinstance(each, str)]
    return statistics.median(known), statistics.quantiles(known, n=100)[-1]
