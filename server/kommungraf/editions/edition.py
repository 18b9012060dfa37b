"""The release that is served now, opened; a new one takes its place when `current` moves, between two requests."""

import hashlib
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any, Final

from kommungraf import __version__
from kommungraf.editions.memory import Memory
from kommungraf.editions.pointer import PointedEvaluator
from kommungraf.editions.search import Index
from kommungraf.engine.endpoint import Endpoint
from kommungraf.engine.engine import Engine
from kommungraf.engine.evaluator import Evaluator
from kommungraf.engine.recall import Recall
from kommungraf.engine.remote import RemoteEvaluator
from kommungraf.errors import KommungrafError, NotPushed
from kommungraf.releases.manifest import CURRENT, Manifest, read_manifest, resolve_current, verified
from kommungraf.settings.limits import Limits

__all__ = ["Edition", "Editions", "Stores"]

_LOG: Final = logging.getLogger(__name__)
_INDEX: Final = "index.sqlite"
_QUESTIONS: Final = "questions.json"


@dataclass(frozen=True, slots=True)
class Stores:
    """The engines that answer in our workers' place, if any; `foreign` where they hold no release of ours.

    So many answers as are `recalled` aren't asked for again.
    """

    endpoints: tuple[Endpoint, ...] = ()
    foreign: bool = False
    recalled: int = 0


@dataclass(frozen=True, slots=True)
class Edition:
    """One opened release; a request uses exactly one. A `partial` one has an index that doesn't name all things."""

    folder: Path
    manifest: Manifest
    evaluator: Engine
    index: Index
    partial: bool = False
    memory: Memory = field(default_factory=Memory, compare=False)

    @property
    def base_iri(self) -> str:
        """What the IRIs of this release start with."""
        return self.manifest.base_iri

    @property
    def questions(self) -> Sequence[Mapping[str, Any]]:
        """The competency questions with their expected answers, as the release holds them."""
        found: list[dict[str, Any]] = json.loads((self.folder / _QUESTIONS).read_text("utf-8"))
        return found

    def etag(self, *variant: str) -> str:
        """The opaque tag of a representation: another release, another version of this software, another tag."""
        parts = "\0".join((self.manifest.content_hash, __version__, *variant))
        return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def close(self) -> None:
        """End its processes and close its files."""
        self.evaluator.close()
        self.index.close()


def opened(folder: Path, limits: Limits, stores: Stores = Stores(), services: Sequence[str] = ()) -> Edition:
    """The release in `folder`, compared with its manifest, whose queries may ask `services`; raises ReleaseError."""
    evaluator = None if not stores.endpoints else _remote(read_manifest(folder), limits, stores)
    try:
        manifest = verified(folder)
        index = Index(folder / _INDEX)
    except BaseException:
        _close(evaluator)
        raise
    try:
        evaluator = evaluator or Evaluator(folder, limits, quads=manifest.quads, services=services)
        engine = Recall(evaluator, stores.recalled) if stores.recalled else evaluator
        return Edition(folder, manifest, engine, index, partial=stores.foreign)
    except BaseException:
        index.close()
        raise


def _remote(manifest: Manifest, limits: Limits, stores: Stores) -> Engine:
    if stores.foreign:
        return RemoteEvaluator(stores.endpoints[0], limits)
    return PointedEvaluator(stores.endpoints, manifest, limits)


def _close(engine: Engine | None) -> None:
    if engine is not None:
        engine.close()


def _changed(path: Path) -> int:
    """When `path` changed, in nanoseconds; 0 where it is gone, as an old release may be at any moment."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


@dataclass(slots=True)
class _Lease:
    """An edition with the number of requests that use it; it is closed with the last of them once it is retired."""

    edition: Edition
    users: int = 0
    retired: bool = False

    @property
    def is_over(self) -> bool:
        return self.retired and self.users == 0


class Editions:
    """The current edition of a releases folder; any thread may use it."""

    def __init__(
        self, releases: Path, limits: Limits, stores: Stores = Stores(), services: Sequence[str] = ()
    ) -> None:
        self._releases = releases
        self._limits = limits
        self._stores = stores
        self._services = services
        self._lock = Lock()
        self._reloading = Lock()
        self._stopped = Event()
        self._refused: tuple[Path, int] | None = None
        self._awaited: Path | None = None
        self._lease = _Lease(opened(resolve_current(releases), limits, stores, services))

    @property
    def content_hash(self) -> str:
        """The content hash of the current edition."""
        return self._lease.edition.manifest.content_hash

    @contextmanager
    def current(self) -> Iterator[Edition]:
        """The current edition, which stays open for the block even where another takes its place."""
        with self._lock:
            lease = self._lease
            lease.users += 1
        try:
            yield lease.edition
        finally:
            with self._lock:
                lease.users -= 1
                over = lease.is_over
            if over:
                lease.edition.close()

    def watch(self, seconds: float = 1.0) -> None:
        """Look for a new release every so many seconds, in a thread of its own, until `close`."""
        Thread(target=self._watch, args=(seconds,), name="editions", daemon=True).start()

    def _watch(self, seconds: float) -> None:
        while not self._stopped.wait(seconds):
            if isinstance(engine := self._lease.edition.evaluator, PointedEvaluator):
                engine.look()
            self.reload()

    def reload(self) -> bool:
        """Whether another release became current and is served from now on; one that can't be opened is left out."""
        with self._reloading:
            if (found := self._moved()) is None:
                return False
            try:
                target = resolve_current(self._releases)
                self._replace(opened(target, self._limits, self._stores, self._services))
            except NotPushed as error:  # it may be under way: asked again at the next look, told once
                if self._awaited != found[0]:
                    self._awaited = found[0]
                    _LOG.info("Still serving release %s: %s", self._lease.edition.folder.name, error)
                return False
            except (KommungrafError, OSError) as error:
                self._refused = found
                _LOG.error("Still serving release %s: %s", self._lease.edition.folder.name, error)
                return False
        _LOG.info("Serving release %s.", found[0].name)
        return True

    def _moved(self) -> tuple[Path, int] | None:
        """Where `current` points now and when that changed, unless it is served already or was refused."""
        target = (self._releases / CURRENT).resolve()
        found = (target, _changed(target))
        return None if target == self._lease.edition.folder or found == self._refused else found

    def _replace(self, edition: Edition) -> None:
        with self._lock:
            old, self._lease = self._lease, _Lease(edition)
            old.retired = True
            over = old.is_over
        if over:
            old.edition.close()

    def close(self) -> None:
        """Stop watching and close the edition with its last request."""
        self._stopped.set()
        with self._reloading, self._lock:
            self._lease.retired = True
            over = self._lease.is_over
        if over:
            self._lease.edition.close()
