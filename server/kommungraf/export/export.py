"""The whole site as files for a web host that runs no program: written aside by several processes, then put in place."""

import json
import secrets
import shutil
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from threading import current_thread, main_thread
from typing import Final
from urllib.parse import quote, unquote

from kommungraf.editions.edition import Edition
from kommungraf.errors import OutputFault, Place
from kommungraf.export.browsersearch import write_names
from kommungraf.export.fileheaders import file_headers
from kommungraf.export.placement import Placed, place_of
from kommungraf.export.profilechoices import REFUSED
from kommungraf.export.shares import Plan, pool, write_documents, write_pages
from kommungraf.export.walk import Scribe, opened, stamped
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


def export(job: Job, target: Path, progress: Callable[[str], None]) -> int:
    """Write the current release to `target`, which holds nothing or an earlier export; how many files."""
    _refuse_foreign(target)
    with _interruptible(), _aside(target) as aside:
        site = aside / SITE
        with opened(job.releases, job.limits, site, host=job.host) as (edition, scribe):
            plan = Plan(job.releases, job.limits, job.host, site, edition.manifest.content_hash)
            with pool(job.processes) as running:
                pages, withdrawn = write_documents(running, plan, edition.index.size(), progress)
                progress("Pages")
                write_pages(running, plan, pages, _starts(edition))
            _write_problems(scribe, edition, sorted(thing for thing, to in withdrawn.items() if to is None))
            progress("Names and downloads")
            _write_rest(edition, site)
            write_rules(aside, withdrawn, base_iri=edition.base_iri, headers=file_headers(edition))
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


def _write_problems(scribe: Scribe, edition: Edition, gone: Iterable[str]) -> None:
    """What nobody knows, what was withdrawn, and what there is in no such format."""
    thing = edition.index.things(limit=1)[0]
    refused = f"/{path_of(thing, edition.base_iri)}"
    refused += f"{'&' if '?' in refused else '?'}format={_NO_FORMAT}"
    stems = {
        "/errors/404": "errors/404",
        refused: "errors/406",
        **{f"{refused}&_profile={each}": f"errors/406~{each}" for each in REFUSED},
        f"/linkset?iri={quote(thing, safe='')}&format={_NO_FORMAT}": "errors/406~linkset",
        **{each: f"errors{unquote(each)}" for each in gone},
    }
    for address, stem in stems.items():
        for language in LANGUAGES:
            chosen = f"{address}{'&' if '?' in address else '?'}lang={language}"
            scribe.write_problem(Placed(f"{stem}.{language}.html", chosen), accept="text/html")
        scribe.write_problem(Placed(f"{stem}.json", address), accept="application/problem+json")


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
    number, size = 0, 0
    for path in (each for each in aside.rglob("*") if each.is_file()):
        number, size = number + 1, size + path.stat().st_size
    manifest = edition.manifest
    told = {
        "version": manifest.version,
        "contentHash": manifest.content_hash,
        "files": number,
        "bytes": size,
    }
    (aside / MARKER).write_text(json.dumps(told, indent=2) + "\n", "utf-8")
    return number
