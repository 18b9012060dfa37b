"""The files of an export written by several processes, a share after the other; which pages are still to be written is kept on disk."""

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from itertools import islice
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Final, TypeVar

from kommungraf.editions.edition import Edition
from kommungraf.errors import ExportError
from kommungraf.export.placement import Placed
from kommungraf.export.walk import Found, Scribe, opened
from kommungraf.quads.spool import Lines
from kommungraf.settings.limits import Limits

__all__ = ["Plan", "pool", "write_documents", "write_pages"]

#: How many documents, or pages, a process writes before it tells which pages they lead to.
_SHARE: Final = 400
_AHEAD: Final = 8
_Share = TypeVar("_Share")
_Told = TypeVar("_Told")


@dataclass(frozen=True, slots=True)
class Plan:
    """What every process is told."""

    releases: Path
    limits: Limits
    host: str
    folder: Path
    content_hash: str

    @contextmanager
    def scribe(self) -> Iterator[tuple[Edition, Scribe]]:
        """The release that is exported, with a scribe for it."""
        with opened(self.releases, self.limits, self.folder, host=self.host) as (edition, scribe):
            if edition.manifest.content_hash != self.content_hash:
                raise ExportError("Another release became the current one meanwhile. Run the export again.")
            yield edition, scribe


@contextmanager
def pool(processes: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that are ended at once where the block fails or is interrupted: nobody waits for what they write."""
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as found:
        try:
            yield found
        except BaseException:
            found.shutdown(wait=False, cancel_futures=True)
            for process in active_children():
                process.terminate()
            raise


def write_documents(
    running: ProcessPoolExecutor, plan: Plan, size: int, progress: Callable[[str], None]
) -> tuple[Lines, dict[str, str | None]]:
    """The documents of all things; the pages that they lead to, and what was withdrawn, with what replaces it."""
    withdrawn: dict[str, str | None] = {}
    starts = range(0, size, _SHARE)

    def pages() -> Iterator[bytes]:
        for number, found in enumerate(_in_turn(running, _documents, plan, starts), start=1):
            withdrawn.update(found.withdrawn)
            progress(f"Documents, part {number} of {len(starts)}")
            yield from _lines(found.pages)

    return Lines(pages()), withdrawn


def write_pages(
    running: ProcessPoolExecutor, plan: Plan, pages: Iterable[bytes], starts: Iterable[Placed]
) -> None:
    """The pages, and those that they lead to, until no link is left open."""
    pending = Lines(each for part in (pages, _lines(starts)) for each in part)
    while pending:
        found = _in_turn(running, _pages, plan, _shares(pending))
        pending = Lines(line for each in found for line in _lines(each))


def _in_turn(
    running: ProcessPoolExecutor, work: Callable[[Plan, _Share], _Told], plan: Plan, shares: Iterable[_Share]
) -> Iterator[_Told]:
    """What each share comes to, in their order; few are handed out ahead, so that not all are in memory."""
    ahead: deque[Future[_Told]] = deque()
    for share in shares:
        ahead.append(running.submit(work, plan, share))
        if len(ahead) > _AHEAD:
            yield ahead.popleft().result()
    while ahead:
        yield ahead.popleft().result()


def _documents(plan: Plan, start: int) -> Found:
    with plan.scribe() as (edition, scribe):
        scribe.write_things(edition.index.things(limit=_SHARE, offset=start))
        return scribe.found


def _pages(plan: Plan, places: list[Placed]) -> set[Placed]:
    """Those that the pages lead to and that have no file so far."""
    with plan.scribe() as (_, scribe):
        for place in places:
            if not scribe.has_written(place):
                scribe.write(place)
        return {place for place in scribe.found.pages if not scribe.has_written(place)}


def _lines(places: Iterable[Placed]) -> Iterator[bytes]:
    return (json.dumps(astuple(place)).encode() + b"\n" for place in places)


def _shares(lines: Lines) -> Iterator[list[Placed]]:
    """The places, of those with one file the first, a share at a time."""
    places = _distinct(lines)
    while share := list(islice(places, _SHARE)):
        yield share


def _distinct(lines: Lines) -> Iterator[Placed]:
    last = ""
    for line in lines:
        place = Placed(*json.loads(line))
        if place.path != last:
            yield place
        last = place.path
