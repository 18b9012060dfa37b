"""The statements of a table with their places: few are kept in memory, many as lines on disk."""

import os
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import IO, Final

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
        self._file = None if further is None else self._written(chain(kept, [further], made))

    def __iter__(self) -> Iterator[Cell]:
        return self._read(self._file) if self._file else iter(self._kept)

    def _written(self, cells: Iterable[Cell]) -> IO[bytes]:
        """Each statement as a line, with the row and the number of the column before it."""
        stream = tempfile.TemporaryFile(prefix="kommungraf-", buffering=_PART)  # noqa: SIM115 - closed with the object
        for chunk in chunks(cells):
            lines = serialised(cell.quad for cell in chunk)
            for cell, line in zip(chunk, lines, strict=True):
                column = self._columns.setdefault(cell.column, len(self._columns))
                stream.write(b"%d %d %s" % (cell.row, column, line))
        stream.flush()
        weakref.finalize(self, stream.close)
        return stream

    def _read(self, stream: IO[bytes]) -> Iterator[Cell]:
        columns = list(self._columns)
        for part in _parts(stream.fileno()):
            told = [line.split(b" ", 2) for line in part]
            quads = parsed(line for _, _, line in told)
            for (row, column, _), quad in zip(told, quads, strict=True):
                yield Cell(quad, int(row), columns[int(column)])


def _parts(descriptor: int) -> Iterator[list[bytes]]:
    """The lines of a file, some at a time; several may read it at once."""
    start, size = 0, _PART
    while part := os.pread(descriptor, size, start):
        end = part.rfind(b"\n") + 1
        if end:
            yield part[:end].splitlines(keepends=True)
        start, size = start + end, _PART if end else 2 * size
