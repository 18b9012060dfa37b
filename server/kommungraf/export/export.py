"""The whole site as files for a web host that runs no program: written aside by several processes, then put in place."""

import json
import secrets
import shutil
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from multiprocessing import active_children, get_context
from pathlib import Path
from threading import current_thread, main_thread
from typing import Final
from urllib.parse import unquote

from kommungraf.editions.edition import Edition
from kommungraf.errors import ExportError, OutputFault, Place
from kommungraf.export.browsersearch import write_names
from kommungraf.export.fileheaders import file_headers
from kommungraf.export.placement import Placed, place_of
from kommungraf.export.walk import Found, Scribe, opened, stamped
from kommungraf.export.webhosts import write_rules
from kommungraf.formats import GRAPH
from kommungraf.http.compression import packed
from kommungraf.rendering.site import TYING_CLASSES
from kommungraf.resources.links import path_of
from kommungraf.settings.limits import Limits
from kommungraf.texts import LANGUAGES

__all__ = ["MARKER", "SITE", "Job", "export"]

#: What tells an earlier export from a folder of somebody's own.
MARKER: Final = "kommungraf-export.json"
#: What the web host serves, below the folder of the export.
SITE: Final = "site"

_LISTED: Final = 20_000
_SHARE: Final = 400
_PAGES: Final = ("", "changes", "search", "dataset/", "gaps", "conflicts", "questions", "problem/")
#: What no representation has; the page that says so stands for every such request.
_NO_FORMAT: Final = "none"
_ONCE: Final = ("robots.txt", "llms.txt", "sitemap.xml", "dataset/manifest")


@dataclass(frozen=True, slots=True)
class Job:
    """What is exported and how: `host` is the address under which it will stand."""

    releases: Path
    limits: Limits
    host: str = "http://localhost/"
    processes: int = 2


@dataclass(frozen=True, slots=True)
class _Plan:
    """What every process is told."""

    job: Job
    folder: Path
    content_hash: str


def export(job: Job, target: Path, progress: Callable[[str], None]) -> int:
    """Write the current release to `target`, which holds nothing or an earlier export; how many files."""
    _refuse_foreign(target)
    with _interruptible(), _aside(target) as aside:
        site = aside / SITE
        with opened(job.releases, job.limits, site, host=job.host) as (edition, scribe):
            found = _walked(_Plan(job, site, edition.manifest.content_hash), edition.index.size(), progress)
            progress("Pages")
            _write_pages(scribe, edition, found)
            _write_problems(scribe, edition, found.gone)
            progress("Names and downloads")
            _write_rest(edition, site)
            write_rules(aside, found.withdrawn, base_iri=edition.base_iri, headers=file_headers(edition))
            return _write_marker(aside, edition)


def _refuse_foreign(target: Path) -> None:
    try:
        strange = target.exists() and any(target.iterdir()) and not (target / MARKER).is_file()
    except OSError as error:
        raise OutputFault(
            "The folder can't be read: {reason}.", Place(str(target)), reason=error.strerror
        ) from error
    if strange:
        message = "The folder holds something that is no earlier export. Choose another, or empty it."
        raise OutputFault(message, Place(str(target)))


@contextmanager
def _interruptible() -> Iterator[None]:
    """SIGTERM ends the block as Ctrl-C does, so that what was begun is taken away; only the main thread hears it."""
    if current_thread() is not main_thread():
        yield
        return
    earlier = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, earlier)


@contextmanager
def _aside(target: Path) -> Iterator[Path]:
    """A folder beside `target` that takes its place where all goes well, and goes away where not."""
    aside = target.parent / f".{target.name}-{secrets.token_hex(8)}"
    try:  # named before it is made, so that no interruption falls between the two and leaves it behind
        aside.mkdir(parents=True)
        yield aside
        _put_in_place(aside, target)
    except OSError as error:
        raise OutputFault(
            "The file can't be written: {reason}.", Place(str(target)), reason=error.strerror
        ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _put_in_place(aside: Path, target: Path) -> None:
    """Two renames: a server that reads in between finds nothing for that moment, never half of a site."""
    if not target.exists():
        aside.rename(target)
        return
    earlier = aside.with_name(f"{aside.name}-earlier")
    target.rename(earlier)
    aside.rename(target)
    shutil.rmtree(earlier)


def _walked(plan: _Plan, size: int, progress: Callable[[str], None]) -> Found:
    """The documents of all things, a share of them after the other in each process."""
    total = Found()
    starts = range(0, size, _SHARE)
    with _pool(plan.job.processes) as pool:
        running = [pool.submit(_walk, plan, start) for start in starts]
        for number, done in enumerate(as_completed(running), start=1):
            found = done.result()
            total.pages |= found.pages
            total.withdrawn |= found.withdrawn
            total.missing |= found.missing
            progress(f"Documents, part {number} of {len(starts)}")
    return total


@contextmanager
def _pool(processes: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that are ended at once where the block fails or is interrupted: nobody waits for what they write."""
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in active_children():
                process.terminate()
            raise


def _walk(plan: _Plan, start: int) -> Found:
    with opened(plan.job.releases, plan.job.limits, plan.folder, host=plan.job.host) as (edition, scribe):
        if edition.manifest.content_hash != plan.content_hash:
            raise ExportError("Another release became the current one meanwhile. Run the export again.")
        scribe.write_things(edition.index.things(limit=_SHARE, offset=start))
        return scribe.found


def _write_pages(scribe: Scribe, edition: Edition, found: Found) -> None:
    """The pages that aren't about one thing, and those that they link to, until no link is left open."""
    pending = {*_starts(edition), *found.pages}
    while pending:
        for place in sorted(pending, key=lambda each: (each.path, each.address)):
            if not scribe.has_written(place):
                scribe.write(place)
        pending = {place for place in scribe.found.pages if not scribe.has_written(place)}


def _write_problems(scribe: Scribe, edition: Edition, gone: Iterable[str]) -> None:
    """What nobody knows, what was withdrawn, and what there is in no such format."""
    refused = f"/{path_of(edition.index.things(limit=1)[0], edition.base_iri)}"
    refused += f"{'&' if '?' in refused else '?'}format={_NO_FORMAT}"
    stems = {
        "/errors/404": "errors/404",
        refused: "errors/406",
        **{each: f"errors{unquote(each)}" for each in gone},
    }
    for address, stem in stems.items():
        for language in LANGUAGES:
            chosen = f"{address}{'&' if '?' in address else '?'}lang={language}"
            scribe.write_problem(Placed(f"{stem}.{language}.html", chosen), accept="text/html")
        scribe.write_problem(Placed(f"{stem}.json", address), accept="application/problem+json")


def _is_page(place: Placed) -> bool:
    return not place.path.startswith(("def/", "shape/"))


def _starts(edition: Edition) -> Iterator[Placed]:
    sitemaps = (f"sitemap-{number}.xml" for number in range(1, -(-edition.index.size() // _LISTED) + 1))
    ties = ("map",) if any(name in edition.index.types() for name in TYING_CLASSES) else ()
    for address in (*_ONCE, *sitemaps, *(f"catalogue.{form.suffix}" for form in GRAPH)):
        yield from _places(f"/{address}", LANGUAGES[0])
    for address in (*_PAGES, *ties, "changes.atom"):
        for language in LANGUAGES:
            yield from _places(f"/{address}", language)


def _places(address: str, language: str) -> Iterator[Placed]:
    place = place_of(address, language)
    if place is not None:
        yield place


def _write_rest(edition: Edition, site: Path) -> None:
    """The files of the release, the assets, and the names for searching."""
    for entry in edition.manifest.files:
        _copy(edition.folder / entry.path, site / "dataset" / entry.path, edition, entry.sha256.encode())
    with as_file(files("kommungraf") / "static") as assets:
        for path in sorted(assets.rglob("*")):
            if path.is_file():
                _copy(path, site / "static" / path.relative_to(assets), edition, path.read_bytes())
    for language in LANGUAGES:
        folder = site / "search" / f"names.{language}"
        write_names(edition, language, folder)
        for path in sorted(folder.iterdir()):
            body, small = path.read_bytes(), path.with_name(f"{path.name}.gz")
            small.write_bytes(packed((), body)[1])
            stamped(path, body, edition.manifest.modified)
            stamped(small, body, edition.manifest.modified)
    start = site / f"index.{LANGUAGES[0]}.html"
    _copy(start, site / "index.html", edition, start.read_bytes())


def _copy(source: Path, target: Path, edition: Edition, digest: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    stamped(target, digest, edition.manifest.modified)


def _write_marker(aside: Path, edition: Edition) -> int:
    sizes = [path.stat().st_size for path in aside.rglob("*") if path.is_file()]
    manifest = edition.manifest
    told = {
        "version": manifest.version,
        "contentHash": manifest.content_hash,
        "files": len(sizes),
        "bytes": sum(sizes),
    }
    (aside / MARKER).write_text(json.dumps(told, indent=2) + "\n", "utf-8")
    return len(sizes)
