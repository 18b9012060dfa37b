"""The index of a small dataset, opened for as long as a test module needs it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyoxigraph import RdfFormat, parse

from kommungraf.dataset.dataset import sorted_lines
from kommungraf.editions.search import Index
from kommungraf.releases.index import write_index
from kommungraf.vocab import BASE


@contextmanager
def indexed(trig: str, folder: Path) -> Iterator[Index]:
    path = folder / "index.sqlite"
    write_index(path, sorted_lines(parse(trig, RdfFormat.TRIG)), BASE)
    opened = Index(path)
    yield opened
    opened.close()
