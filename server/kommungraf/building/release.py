"""Making a release: written aside, synced, renamed, and only then made the current one."""

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode, RdfFormat, parse, serialize

from kommungraf.building.catalogue import Description, Extent, catalogue_quads, description, extent
from kommungraf.building.dumps import dumps, entry, finished, write_lines
from kommungraf.building.questions import Question
from kommungraf.dataset.dataset import Dataset, sorted_lines
from kommungraf.errors import InvalidDataset, ReleaseError
from kommungraf.formats import GRAPH, TextFormat
from kommungraf.quads.collector import seldom
from kommungraf.quads.spool import distinct
from kommungraf.releases.index import write_index
from kommungraf.releases.manifest import CURRENT, MANIFEST, FileEntry, Manifest, verified
from kommungraf.validation.findings import Finding, Severity, conforms
from kommungraf.validation.reports import shacl_report
from kommungraf.vocab import PREFIXES

__all__ = ["Content", "publish"]

_ASIDE: Final = ".aside-"
#: From here on the dumps are written by other processes, at most so many.
_WORTH_PROCESSES: Final = 100_000
_PROCESSES: Final = 4

Progress = Callable[[str], None]
Part = Callable[[], tuple[FileEntry, ...]]
Mapped = Callable[[Callable[[Part], tuple[FileEntry, ...]], Iterable[Part]], Iterable[tuple[FileEntry, ...]]]


@dataclass(frozen=True, slots=True)
class Content:
    """What a release is made of: `assemble` makes the dataset, `judge` finds what there is to say of it; each is done once."""

    assemble: Callable[[], Dataset]
    judge: Callable[[], Sequence[Finding]]
    questions: Sequence[Question]

    @property
    def dataset(self) -> Dataset:
        """The dataset."""
        return self.assemble()

    @property
    def findings(self) -> Sequence[Finding]:
        """Every finding about the dataset."""
        return self.judge()


def publish(content: Content, releases: Path, progress: Progress) -> Path:
    """Writes the release of `content` under `releases`, makes it current and gives its folder.

    A release that is there already, intact, is used as it is. Raises InvalidDataset where a finding is a violation,
    ReleaseError where the disk refuses.
    """
    if len(content.dataset.held_lines) < _WORTH_PROCESSES:
        _demand_conformance(content)
    try:
        releases.mkdir(parents=True, exist_ok=True)
        with _locked(releases):
            _clear_aside(releases)
            aside = Path(tempfile.mkdtemp(prefix=_ASIDE, dir=releases))
            aside.chmod(0o755)
            try:
                manifest = _write(content, aside, progress)
            except InvalidDataset:
                shutil.rmtree(aside)
                raise
            target = _moved(aside, releases / manifest.name)
            _make_current(target)
            return target
    except OSError as error:
        raise ReleaseError(f"The release can't be written to {releases}: {error.strerror}.") from error


def _demand_conformance(content: Content) -> None:
    if not conforms(content.findings):
        raise InvalidDataset(sum(finding.severity is Severity.VIOLATION for finding in content.findings))


@contextmanager
def _locked(releases: Path) -> Iterator[None]:
    with (releases / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _clear_aside(releases: Path) -> None:
    """Removes what builds that were killed left behind; the lock says that none is running."""
    for left in releases.glob(f"{_ASIDE}*"):
        shutil.rmtree(left)


def _write(content: Content, folder: Path, progress: Progress) -> Manifest:
    dataset = content.dataset
    with _hands(len(dataset.held_lines)) as mapped:
        made = _dumped(dataset, folder, mapped)
        _demand_conformance(content)  # while other processes write
        size, graphs = extent(dataset.held_lines), _graphs(dataset)
        entries = [each for part in _told(made, progress) for each in part]
    entries.append(entry(_written(folder / "questions.json", _questions(content.questions)), "questions"))
    entries.append(entry(_written(folder / "report.ttl", shacl_report(content.findings)), "report"))
    progress("catalogue")
    entries += _write_catalogue(dataset, folder, entries, size)
    manifest = _manifest(dataset, entries, graphs)
    _written(folder / MANIFEST, manifest.to_json().encode())
    _sync_all(folder)
    return manifest


def _dumped(dataset: Dataset, folder: Path, mapped: Mapped) -> Iterable[tuple[FileEntry, ...]]:
    """Has the dumps and the index written: those of the held view while the rest is still sorted, the index before what takes less time."""
    write_lines(folder, "held", dataset.held_lines)
    held = mapped(_made, [partial(finished, folder, each) for each in dumps() if each.stem == "held"])
    write_lines(folder, "dataset", dataset.lines())
    rest = [partial(finished, folder, each) for each in dumps() if each.stem != "held"]
    return chain(held, mapped(_made, [partial(_indexed, folder, dataset.base_iri), *rest]))


def _graphs(dataset: Dataset) -> int:
    return distinct(line[:-3].rpartition(b" ")[2] for line in dataset.named_lines)


def _made(part: Part) -> tuple[FileEntry, ...]:
    return part()


def _indexed(folder: Path, base_iri: str) -> tuple[FileEntry, ...]:
    path = folder / "index.sqlite"
    with (folder / "dataset.nq").open("rb") as lines:
        write_index(path, lines, base_iri)
    return (entry(path, "index"),)


@contextmanager
def _hands(triples: int) -> Iterator[Mapped]:
    """What maps a function over values: other processes where there is enough to do."""
    processes = min(_PROCESSES, len(os.sched_getaffinity(0)))
    if triples < _WORTH_PROCESSES or processes < 2:
        yield map
    else:
        with ProcessPoolExecutor(processes, get_context("spawn"), seldom) as pool:
            try:
                yield pool.map
            except InvalidDataset:
                pool.shutdown(wait=True, cancel_futures=True)
                raise


def _told(made: Iterable[tuple[FileEntry, ...]], progress: Progress) -> Iterator[tuple[FileEntry, ...]]:
    for entries in made:
        progress(entries[0].path)
        yield entries


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _questions(questions: Sequence[Question]) -> bytes:
    content = json.dumps([asdict(question) for question in questions], ensure_ascii=False, indent=2)
    return f"{content}\n".encode()


def _write_catalogue(dataset: Dataset, folder: Path, entries: list[FileEntry], size: Extent) -> list[FileEntry]:
    lines = sorted_lines(catalogue_quads(dataset.held_lines, dataset.base_iri, entries, size))
    return [entry(_write_graph(folder / f"catalogue.{form.suffix}", form, lines), "catalogue") for form in GRAPH]


def _write_graph(path: Path, form: TextFormat, lines: list[bytes]) -> Path:
    serialize(parse(b"".join(lines), RdfFormat.N_TRIPLES), path, form.rdf, prefixes=PREFIXES)
    return path


def _manifest(dataset: Dataset, entries: list[FileEntry], graphs: int) -> Manifest:
    told = description(dataset.held_lines, dataset.base_iri)
    ordered = tuple(sorted(entries, key=lambda each: each.path))
    digest = hashlib.sha256("".join(f"{each.path} {each.sha256}\n" for each in ordered).encode())
    return Manifest(
        version=told.version,
        content_hash=digest.hexdigest(),
        base_iri=dataset.base_iri,
        title=told.texts("dcterms:title"),
        license=_iri_of(told, "dcterms:license"),
        publisher=_iri_of(told, "dcterms:publisher"),
        modified=_text_of(told, "dcterms:modified"),
        quads=len(dataset.named_lines) + len(dataset.held_lines),
        triples=len(dataset.held_lines),
        graphs=graphs,
        files=ordered,
    )


def _iri_of(told: Description, name: str) -> str | None:
    value = told.first(name)
    return value.value if isinstance(value, NamedNode) else None


def _text_of(told: Description, name: str) -> str | None:
    return next(iter(told.texts(name).values()), None)


def _sync_all(folder: Path) -> None:
    for path in (*folder.iterdir(), folder):
        _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _moved(aside: Path, target: Path) -> Path:
    if _intact(target):
        shutil.rmtree(aside)
    else:
        if target.exists():
            target.rename(aside.with_name(f"{aside.name}-damaged"))
        aside.rename(target)
        _sync(target.parent)
        _clear_aside(target.parent)
    return target


def _intact(folder: Path) -> bool:
    if not folder.exists():
        return False
    try:
        verified(folder)
    except ReleaseError:
        return False
    return True


def _make_current(target: Path) -> None:
    link = target.with_name(f".{CURRENT}")
    link.unlink(missing_ok=True)
    link.symlink_to(target.name)
    link.replace(target.with_name(CURRENT))
    _sync(target.parent)
