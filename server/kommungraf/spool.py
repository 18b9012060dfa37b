"""Sorted lines of any number: sorted in memory by the batch, merged on disk, read back in order or by their number."""

import heapq
import mmap
import tempfile
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import IO, Final, overload

__all__ = ["BATCH", "Lines", "merged"]

#: How many lines are sorted in memory at once; half a million of them are about 150 MB.
BATCH: Final = 500_000
_BUFFER: Final = 1 << 20


class Lines(Sequence[bytes]):
    """The distinct lines in byte order, in a temporary file without a name that goes with the object."""

    def __init__(self, lines: Iterable[bytes], batch: int = BATCH) -> None:
        self._file = tempfile.TemporaryFile(prefix="kommungraf-", buffering=_BUFFER)  # noqa: SIM115 - kept open
        self._ends = array("Q", [0])
        runs = _runs(iter(lines), batch)
        for line in runs[0] if len(runs) == 1 else merged(*runs):
            self._file.write(line)
            self._ends.append(self._ends[-1] + len(line))
        self._file.flush()
        self._map = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ) if self._ends[-1] else b""

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, number: int) -> bytes: ...

    @overload
    def __getitem__(self, number: slice) -> list[bytes]: ...

    def __getitem__(self, number: int | slice) -> bytes | list[bytes]:
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        if not -len(self) <= number < len(self):
            raise IndexError(number)
        place = number % len(self)
        return self._map[self._ends[place] : self._ends[place + 1]]

    def __iter__(self) -> Iterator[bytes]:
        if not len(self):
            return iter(())
        return iter(mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ).readline, b"")


def _runs(lines: Iterator[bytes], batch: int) -> list[Iterator[bytes]]:
    """The lines in sorted runs; all but the last are on disk."""
    runs: list[Iterator[bytes]] = []
    pending = sorted(set(islice(lines, batch)))
    while following := sorted(set(islice(lines, batch))):
        runs.append(_written(pending))
        pending = following
    return [*runs, iter(pending)]


def _written(lines: list[bytes]) -> Iterator[bytes]:
    stream: IO[bytes] = tempfile.TemporaryFile(prefix="kommungraf-", buffering=_BUFFER)  # noqa: SIM115 - read later
    stream.writelines(lines)
    stream.seek(0)
    return stream


def merged(*runs: Iterable[bytes]) -> Iterator[bytes]:
    """The distinct lines of sorted runs, in order."""
    return (line for line, _ in groupby(heapq.merge(*runs)))
