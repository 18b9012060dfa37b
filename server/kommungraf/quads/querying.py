"""A store for the queries of a build: in memory, or beside it on disk where it would take too much."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from pyoxigraph import RdfFormat, Store, parse

from kommungraf.quads.collector import give_back
from kommungraf.quads.graphs import chunks

__all__ = ["added", "stocked"]

#: So many bytes of N-Quads, some two million, take about 700 MB in memory.
_IN_MEMORY: Final = 256 << 20
#: So often a folder is removed in which the engine still writes.
_ATTEMPTS: Final = 20


@contextmanager
def stocked(lines: Iterable[bytes], in_memory: int = _IN_MEMORY) -> Iterator[Store]:
    """A store of the N-Quads lines, which goes when it isn't needed any more; on disk from `in_memory` bytes on."""
    with _folder() as folder, tempfile.TemporaryFile(dir=folder) as seen, ThreadPoolExecutor(1) as hand:
        store, size, large = Store(), 0, False
        loading: Future[None] | None = None
        for chunk in chunks(lines):
            if loading:
                loading.result()  # the engine loads a chunk while the next one is made
            size += sum(map(len, chunk))
            if size >= in_memory and not large:
                del store
                give_back()
                store, large = _reloaded(seen, folder / "store"), True
            elif not large:
                seen.writelines(chunk)
            loading = hand.submit(added, store, chunk)
        if loading:
            loading.result()
        if large:
            store.optimize()
            give_back()
        yield store
        del store
    give_back()


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder that goes, also where the engine puts its files in order in the background."""
    folder = Path(tempfile.mkdtemp(prefix="kommungraf-"))
    try:
        yield folder
    finally:
        for _ in range(_ATTEMPTS):
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                break


def _reloaded(seen: IO[bytes], folder: Path) -> Store:
    """A store on disk of the lines so far: to take them out of another store would need as much memory again."""
    store = Store(str(folder))
    seen.seek(0)
    for chunk in chunks(seen):
        added(store, chunk)
    return store


def added(store: Store, lines: Iterable[bytes]) -> None:
    """Adds N-Quads lines that the engine wrote; a bulk load renames blank nodes, so quads that may have one go by another way."""
    plain: list[bytes] = []
    others: list[bytes] = []
    for line in lines:
        (others if b"_:" in line else plain).append(line)
    store.bulk_load(b"".join(plain), format=RdfFormat.N_QUADS, lenient=True)
    store.bulk_extend(parse(b"".join(others), format=RdfFormat.N_QUADS, lenient=True))
