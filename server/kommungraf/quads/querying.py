"""A store for the queries of a build: in memory, or beside it on disk where it would take too much."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pyoxigraph import RdfFormat, Store

__all__ = ["stocked"]

#: So many bytes of N-Quads, some two million, take about 700 MB in memory.
_IN_MEMORY: Final = 256 << 20


@contextmanager
def stocked(lines: Iterable[bytes], in_memory: int = _IN_MEMORY) -> Iterator[Store]:
    """A store of the N-Quads lines, which goes when it isn't needed any more; on disk from `in_memory` bytes on."""
    with tempfile.TemporaryDirectory(prefix="kommungraf-") as folder:
        text = Path(folder) / "lines.nq"
        with text.open("wb") as stream:
            stream.writelines(lines)
        store = Store() if text.stat().st_size < in_memory else Store(str(Path(folder) / "store"))
        store.bulk_load(path=text, format=RdfFormat.N_QUADS)
        text.unlink()
        yield store
        del store
