"""The statements of a table with their places: few are kept in memory, many as lines on disk."""

import mmap
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from pyoxigraph import Quad

from kommungraf.quads.graphs import chunks, parsed, serialised

__all__ = ["Cell", "Cells"]

_MOST_KEPT: Final = 200_000
#: So many bytes are read at once.
_PART: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Cell:
    """One statement of a table and where it stands: `row` counts as spreadsheets do, from 1."""

    quad: Quad
    row: int
    column: str


class Cells:
    """Statements that are made once and can be read again; many are in a temporary file that goes with the object."""

    def __init__(self, cells: Iterable[Cell]) -> None:
        made = iter(cells)
        kept = tuple(islice(made, _MOST_KEPT))
        further = next(made, None)
        self._kept = kept if further is None else ()
        self._columns: dict[str, int] = {}
        self._map = b"" if further is None else self._written(chain(kept, [further], made))

    def __iter__(self) -> Iterator[Cell]:
        return self._read() if self._map else iter(self._kept)

    def _written(self, cells: Iterable[Cell]) -> mmap.mmap:
        """Each statement as a line, with the row and the number of the column before it."""
        with tempfile.TemporaryFile(prefix="kommungraf-", buffering=_PART) as stream:
            for chunk in chunks(cells):
                lines = serialised(cell.quad for cell in chunk)
                for cell, line in zip(chunk, lines, strict=True):
                    column = self._columns.setdefault(cell.column, len(self._columns))
                    stream.write(b"%d %d %s" % (cell.row, column, line))
            stream.flush()
            return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)

    def _read(self) -> Iterator[Cell]:
        columns = list(self._columns)
        for part in self._parts():
            told = [line.split(b" ", 2) for line in part]
            quads = parsed(line for _, _, line in told)
            for (row, column, _), quad in zip(told, quads, strict=True):
                yield Cell(quad, int(row), columns[int(column)])

    def _parts(self) -> Iterator[list[bytes]]:
        start = 0
        while start < len(self._map):
            end = self._map.find(b"\n", start + _PART) + 1 or len(self._map)
            yield self._map[start:end].splitlines(keepends=True)
            start = end
