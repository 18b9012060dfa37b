"""How long each kind of page takes that nobody asked for before, and how large it is: the application without the cache before it."""

import gzip
import os
import statistics
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

import click
from flask.testing import FlaskClient

from bench.generator import Size
from bench.prepared import prepared
from bench.processes import family
from kommungraf.app import Settings, create_app
from kommungraf.editions.edition import Editions
from kommungraf.quads.collector import PAGES, seldom
from kommungraf.settings.limits import Limits
from kommungraf.vocab import BASE

__all__ = ["CROWDED", "KINDS", "Page", "measured", "pages"]

#: A municipality that generated data of so many statements tie to 103 others, 217 times, in 69 cooperations.
CROWDED: Final = {"hundreds of ties": "/doc/municipality/se-0100"}
_GENERATED: Final = Size(60_000)


def _of_class(name: str) -> str:
    return f"/list?type={quote(f'{BASE}def/{name}', safe='')}"


#: One page of each kind, of our own data.
KINDS: Final = {
    "home": "/",
    "search": "/search?q=kommun",
    "search for what is misspelt": "/search?q=Elmhullt",
    "list": _of_class("Municipality"),
    "map": "/map?type=" + quote(f"{BASE}def/RegionalCooperation", safe=""),
    "network": "/network",
    "network of a county": "/network?county=" + quote(f"{BASE}id/county/se-07", safe=""),
    "questions": "/questions",
    "question": "/questions/start-of-the-partnership",
    "conflicts": "/conflicts",
    "gaps": "/gaps",
    "downloads": "/dataset/",
    "query": "/sparql",
    "answer": "/sparql?query="
    + quote(
        "SELECT * { VALUES (?thing ?lat ?long ?n) { (<https://example.org/a> 57 15 1) (<https://example.org/b> 58 16 2) } }"
    ),
    "fault in a query": "/sparql?query=SELECT",
    "ontology": "/def/",
    "term": "/def/Municipality",
    "shapes": "/shape/",
    "shape": "/shape/MunicipalityShape",
    "municipality": "/doc/municipality/se-0765",
    "county": "/doc/county/se-07",
    "partnership": "/doc/partnership/se-almhult-vaxjo-za-jb-marks",
    "regional cooperation": "/doc/regional-cooperation/se-entreprenorsregionen",
    "membership": "/doc/membership/se-almhult-vaxjo-za-jb-marks--se-0765",
    "claim": "/doc/claim/almhult-635/9",
    "source": "/doc/source/almhult-635",
    "rule": "/doc/rule/cooperates-with",
    "changes": "/changes",
    "accessibility": "/accessibility",
    "what to check": "/check/se-0780",
    "what others say": "/doc/municipality/se-0780",
    "whole table": "/around?table=cooperations&thing=" + quote(f"{BASE}id/municipality/se-0780", safe=""),
    "nothing there": "/doc/municipality/nowhere",
}


@dataclass(frozen=True, slots=True)
class Page:
    """One kind of page: how long rendering takes, in milliseconds, and its size compressed, in bytes.

    `processor` is the median of what the thread and the query workers had of it, which other work on the machine
    disturbs less than the clock.
    """

    kind: str
    median: float
    longest: float
    processor: float
    size: int

    def __str__(self) -> str:
        times = f"{self.median:.1f} | {self.longest:.1f} | {self.processor:.1f}"
        return f"| {self.kind} | {times} | {self.size / 1000:.1f} |"


def measured(client: FlaskClient, kinds: Mapping[str, str], times: int) -> Iterator[Page]:
    """Each kind of page, rendered so many times after once."""
    for kind, path in kinds.items():
        body, clock, processor = client.get(path, headers={"Accept": "text/html"}).data, [], []
        for _ in range(times):
            start, used = time.perf_counter(), _used()
            body = client.get(path, headers={"Accept": "text/html"}).data
            clock.append((time.perf_counter() - start) * 1000)
            processor.append((_used() - used) * 1000)
        size = len(gzip.compress(body, 6))
        yield Page(kind, statistics.median(clock), max(clock), statistics.median(processor), size)


def _used() -> float:
    """The processor time that this thread and all processes below this one have had, in seconds."""
    return time.thread_time() + sum(_of_process(pid) for pid in family(os.getpid()) if pid != os.getpid())


def _of_process(pid: int) -> float:
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


@click.command()
@click.option("--times", type=click.IntRange(1), default=15, show_default=True, help="How often each is rendered.")
@click.option(
    "--releases",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path("build/releases"),
    show_default=True,
    help="Releases of our own data.",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build/bench"),
    show_default=True,
    help="Where generated data are kept.",
)
def pages(times: int, releases: Path, folder: Path) -> None:
    """Render a page of every kind, as for somebody who is the first to ask: median and longest time, size."""
    click.echo(
        "| page | median, ms | longest, ms | processor, ms | gzip, kB |\n| --- | ---: | ---: | ---: | ---: |"
    )
    folder.mkdir(parents=True, exist_ok=True)
    for found, kinds in ((releases, KINDS), (prepared(_GENERATED, folder).releases, CROWDED)):
        editions = Editions(found, Limits())
        try:
            client = create_app(editions, Settings(Limits())).test_client()
            seldom(PAGES)  # as the server does
            for page in measured(client, kinds, times):
                click.echo(str(page))
        finally:
            editions.close()
