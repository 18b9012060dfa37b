"""Making a release: written aside, synced, renamed, and only then made the current one."""

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode, RdfFormat, parse, serialize

from kommungraf.catalogue import Description, catalogue_quads, description
from kommungraf.dataset import Dataset, sorted_lines
from kommungraf.dumps import compressed, dumps, write_dump
from kommungraf.errors import InvalidDataset, ReleaseError
from kommungraf.findings import Finding, Severity, conforms
from kommungraf.formats import GRAPH, TextFormat, by_suffix
from kommungraf.index import write_index
from kommungraf.manifest import CURRENT, MANIFEST, FileEntry, Manifest, verified
from kommungraf.questions import Question
from kommungraf.reports import shacl_report
from kommungraf.vocab import PREFIXES

__all__ = ["Content", "publish"]

_ASIDE: Final = ".aside-"
_MEDIA_TYPES: Final = {"sqlite": "application/vnd.sqlite3", "json": "application/json"}

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Content:
    """What a release is made of."""

    dataset: Dataset
    findings: Sequence[Finding]
    questions: Sequence[Question]


def publish(content: Content, releases: Path, progress: Progress) -> Path:
    """Writes the release of `content` under `releases`, makes it current and gives its folder.

    A release that is there already, intact, is used as it is. Raises InvalidDataset where a finding is a violation,
    ReleaseError where the disk refuses.
    """
    if not conforms(content.findings):
        raise InvalidDataset(sum(finding.severity is Severity.VIOLATION for finding in content.findings))
    try:
        releases.mkdir(parents=True, exist_ok=True)
        with _locked(releases):
            _clear_aside(releases)
            aside = Path(tempfile.mkdtemp(prefix=_ASIDE, dir=releases))
            aside.chmod(0o755)
            manifest = _write(content, aside, progress)
            target = _moved(aside, releases / manifest.name)
            _make_current(target)
            return target
    except OSError as error:
        raise ReleaseError(f"The release can't be written to {releases}: {error.strerror}.") from error


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
    lines, held_lines = dataset.lines(), dataset.held_lines()
    entries = []
    for dump in dumps():
        progress(dump.path)
        path = write_dump(folder, dump, held_lines if dump.stem == "held" else lines)
        entries += [_entry(path, dump.stem), _entry(compressed(path), dump.stem, "gzip")]
    progress("index.sqlite")
    write_index(folder / "index.sqlite", (*dataset.named, *dataset.held), dataset.base_iri)
    entries.append(_entry(folder / "index.sqlite", "index"))
    entries.append(_entry(_written(folder / "questions.json", _questions(content.questions)), "questions"))
    entries.append(_entry(_written(folder / "report.ttl", shacl_report(content.findings)), "report"))
    progress("catalogue")
    entries += _write_catalogue(dataset, folder, entries)
    manifest = _manifest(dataset, entries, len(lines), len(held_lines))
    _written(folder / MANIFEST, manifest.to_json().encode())
    _sync_all(folder)
    return manifest


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _questions(questions: Sequence[Question]) -> bytes:
    content = json.dumps([asdict(question) for question in questions], ensure_ascii=False, indent=2)
    return f"{content}\n".encode()


def _write_catalogue(dataset: Dataset, folder: Path, entries: list[FileEntry]) -> list[FileEntry]:
    lines = sorted_lines(catalogue_quads(dataset.held, dataset.base_iri, entries))
    return [_entry(_write_graph(folder / f"catalogue.{form.suffix}", form, lines), "catalogue") for form in GRAPH]


def _write_graph(path: Path, form: TextFormat, lines: list[bytes]) -> Path:
    serialize(parse(b"".join(lines), RdfFormat.N_TRIPLES), path, form.rdf, prefixes=PREFIXES)
    return path


def _entry(path: Path, describes: str, encoding: str | None = None) -> FileEntry:
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    suffix = path.name.removesuffix(".gz").rpartition(".")[2]
    form = by_suffix(suffix)
    media_type = form.media_type if form else _MEDIA_TYPES[suffix]
    return FileEntry(path.name, media_type, path.stat().st_size, digest, describes, encoding)


def _manifest(dataset: Dataset, entries: list[FileEntry], quads: int, triples: int) -> Manifest:
    told = description(dataset.held, dataset.base_iri)
    ordered = tuple(sorted(entries, key=lambda entry: entry.path))
    digest = hashlib.sha256("".join(f"{entry.path} {entry.sha256}\n" for entry in ordered).encode())
    return Manifest(
        version=told.version,
        content_hash=digest.hexdigest(),
        base_iri=dataset.base_iri,
        title=told.texts("dcterms:title"),
        license=_iri_of(told, "dcterms:license"),
        publisher=_iri_of(told, "dcterms:publisher"),
        modified=_text_of(told, "dcterms:modified"),
        quads=quads,
        triples=triples,
        graphs=len({quad.graph_name for quad in dataset.named}),
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
