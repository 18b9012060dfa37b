"""The index of a small dataset or of our own, opened for as long as a test module needs it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pyoxigraph import RdfFormat, parse

from kommungraf.dataset.dataset import sorted_lines
from kommungraf.editions.search import Index
from kommungraf.releases.index import write_index
from kommungraf.vocab import BASE
from own_content import own_content


@contextmanager
def indexed(trig: str, folder: Path) -> Iterator[Index]:
    with _opened(sorted_lines(parse(trig, RdfFormat.TRIG)), folder) as index:
        yield index


@contextmanager
def own_indexed(folder: Path) -> Iterator[Index]:
    """The index of our own data."""
    with _opened(own_content().dataset.lines(), folder) as index:
        yield index


@contextmanager
def _opened(lines: Iterable[bytes], folder: Path) -> Iterator[Index]:
    path = folder / "index.sqlite"
    write_index(path, lines, BASE)
    opened = Index(path)
    yield opened
    opened.close()
