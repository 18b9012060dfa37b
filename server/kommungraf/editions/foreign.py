"""A site over an engine that holds no release of ours: its names are read into an index, its statements stay there."""

import hashlib
import json
import logging
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final
from urllib.parse import urlsplit

from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple, serialize

from kommungraf.editions.pointer import pages
from kommungraf.engine.endpoint import Endpoint
from kommungraf.engine.engine import Engine
from kommungraf.engine.ownqueries import query_text
from kommungraf.engine.remote import RemoteEvaluator
from kommungraf.errors import KommungrafError, RequestError
from kommungraf.releases.index import write_index
from kommungraf.releases.manifest import CURRENT, MANIFEST, FileEntry, Manifest
from kommungraf.settings.limits import Limits
from kommungraf.vocab import iri

__all__ = ["Gatherer"]

_LOG: Final = logging.getLogger(__name__)
_MEDIA_TYPES: Final = {"index.sqlite": "application/vnd.sqlite3", "questions.json": "application/json"}
_KEPT: Final = 2
#: By what memberships and activities refer to things.
_BETWEEN: Final = ("org:member", "org:organization", "kg:participant", "kg:partOfCooperation")


class Gatherer:
    """Makes releases without dumps of what an engine says now: one at once, and one after every `refresh_seconds`."""

    def __init__(self, engine: Endpoint, releases: Path, *, base_iri: str, limits: Limits) -> None:
        self._endpoint = engine
        self._releases = releases
        self._base_iri = base_iri
        self._limits = limits
        self._stopped = Event()

    def gather(self) -> Path:
        """Read the names, bounded by the limit `labels`, and make them the current release."""
        engine = RemoteEvaluator(self._endpoint, self._limits)
        try:
            with tempfile.TemporaryDirectory(prefix=".aside-", dir=self._releases) as place:
                return self._published(engine, Path(place))
        finally:
            engine.close()

    def _published(self, engine: Engine, aside: Path) -> Path:
        write_index(aside / "index.sqlite", _lines(engine, self._limits.labels), self._base_iri)
        (aside / "questions.json").write_text("[]\n", "utf-8")
        manifest = self._manifest(aside, _counted(engine))
        (aside / MANIFEST).write_text(manifest.to_json(), "utf-8")
        folder = Path(shutil.copytree(aside, self._releases / manifest.name))
        self._make_current(folder)
        return folder

    def _manifest(self, folder: Path, triples: int) -> Manifest:
        """The moment is part of the content hash: an engine may change without a sign, and caches go by the hash."""
        now = datetime.now(UTC)
        entries = tuple(_entry(folder / name, media_type) for name, media_type in _MEDIA_TYPES.items())
        told = json.dumps([self._endpoint.url, now.isoformat(), [entry.sha256 for entry in entries]])
        title = urlsplit(self._endpoint.url).hostname or self._endpoint.url
        return Manifest(
            version=now.date().isoformat(),
            content_hash=hashlib.sha256(told.encode()).hexdigest(),
            base_iri=self._base_iri,
            title={"sv": title, "en": title},
            license=None,
            modified=None,
            publisher=None,
            quads=triples,
            triples=triples,
            graphs=0,
            files=entries,
        )

    def _make_current(self, folder: Path) -> None:
        link = self._releases / f".{CURRENT}"
        link.unlink(missing_ok=True)
        link.symlink_to(folder.name)
        link.replace(self._releases / CURRENT)
        made = sorted(
            (each for each in self._releases.iterdir() if not each.is_symlink() and not each.name.startswith(".")),
            key=lambda each: each.stat().st_mtime,
        )
        for old in made[:-_KEPT]:
            shutil.rmtree(old)

    def repeat(self) -> None:
        """Gather again and again in a thread of its own, until `close`."""
        Thread(target=self._repeat, name="gatherer", daemon=True).start()

    def _repeat(self) -> None:
        while not self._stopped.wait(self._limits.refresh_seconds):
            try:
                self.gather()
            except (KommungrafError, OSError) as error:
                _LOG.error("Still serving the names that were read before: %s", error)

    def close(self) -> None:
        """Stop repeating."""
        self._stopped.set()


def _lines(engine: Engine, most: int) -> list[bytes]:
    """What was read, as sorted N-Quads lines."""
    read = chain(_triples(engine, most), _between(engine, most))
    lines = serialize(read, format=RdfFormat.N_QUADS) or b""
    return sorted(set(lines.splitlines(keepends=True)))


def _triples(engine: Engine, most: int) -> Iterator[Triple]:
    """Names, classes and claims, if it says which those are; an engine that fails after the first page has its own bound, and what it gave is used."""
    for name, predicate in (("labels", None), ("types", NamedNode(iri("rdf:type"))), ("standings", None)):
        count = 0
        try:
            for row in pages(engine, name, most=most):
                yield Triple(row["s"], predicate or row["p"], row["o"])
                count += 1
        except RequestError as error:
            if not count and name != "standings":
                raise
            _LOG.warning("The engine gave %d %s and then: %s", count, name, error)
        if count >= most:
            _LOG.warning("The engine has more %s than the limit labels, %d: search finds those alone.", name, most)


def _between(engine: Engine, most: int) -> list[Triple]:
    """What stands between things: all of it or, where that can't be had, nothing. Pages ask the engine then."""
    try:
        rows = list(pages(engine, "between", most=most))
    except RequestError as error:
        _LOG.warning(
            "The engine doesn't tell all that stands between things, so long tables have no page: %s", error
        )
        return []
    said = {name: {row["s"] for row in rows if row["p"].value == iri(name)} for name in _BETWEEN}
    nameless = any(isinstance(each, BlankNode) for found in said.values() for each in found)
    if len(rows) >= most or nameless or said["org:member"] != said["org:organization"]:
        _LOG.warning("The engine has more or other ties than an index can hold, so long tables have no page.")
        return []
    return [Triple(row["s"], row["p"], row["o"]) for row in rows]


def _counted(engine: Engine) -> int:
    """How many triples the engine counts, or 0 where that takes it too long."""
    try:
        rows: list[Any] = engine.select(query_text("default-count"))
        return int(rows[0]["n"].value)
    except (RequestError, ValueError):
        return 0


def _entry(path: Path, media_type: str) -> FileEntry:
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return FileEntry(path.name, media_type, len(content), digest, path.stem)
