"""Sorted lines of any number: sorted in memory by the batch, merged on disk, read back in order or by their number."""

import io
import mmap
import tempfile
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, groupby, islice
from typing import IO, Final, cast, overload

__all__ = ["BATCH", "Lines", "merged", "starting_with"]

#: How many lines are sorted in memory at once; a million of them are about 250 MB.
BATCH: Final = 1_000_000
_BUFFER: Final = 1 << 20
#: How many lines are read or written at once.
_BLOCK: Final = 20_000


class Lines(Sequence[bytes]):
    """The distinct lines in byte order, in a temporary file without a name that goes with the object; each ends with its only line feed."""

    def __init__(self, lines: Iterable[bytes], batch: int = BATCH) -> None:
        self._ends = array("Q", [0])
        distinct = merged(*_runs(iter(lines), batch))
        with tempfile.TemporaryFile(prefix="kommungraf-", buffering=_BUFFER) as stream:
            while block := list(islice(distinct, _BLOCK)):
                stream.write(b"".join(block))
                self._ends.extend(accumulate(map(len, block), initial=self._ends.pop()))
            stream.flush()
            self._map = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) if self._ends[-1] else b""

    def content(self) -> IO[bytes]:
        """All lines as one stream, from the start."""
        return cast(IO[bytes], _Stream(self._map))

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, number: int) -> bytes: ...

    @overload
    def __getitem__(self, number: slice) -> list[bytes]: ...

    def __getitem__(self, number: int | slice) -> bytes | list[bytes]:
        if isinstance(number, slice):
            start, stop, step = number.indices(len(self))
            if step == 1 and start < stop:
                return io.BytesIO(self._map[self._ends[start] : self._ends[stop]]).readlines()
            return [self[each] for each in range(start, stop, step)]
        if not -len(self) <= number < len(self):
            raise IndexError(number)
        place = number % len(self)
        return self._map[self._ends[place] : self._ends[place + 1]]

    def __iter__(self) -> Iterator[bytes]:
        return (line for place in range(0, len(self), _BLOCK) for line in self[place : place + _BLOCK])


class _Stream(io.RawIOBase):
    """A reader of its own over lines that others read too."""

    def __init__(self, content: mmap.mmap | bytes) -> None:
        self._content = content
        self._place = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        end = len(self._content) if size is None or size < 0 else self._place + size
        found = self._content[self._place : end]
        self._place += len(found)
        return found


def _runs(lines: Iterator[bytes], batch: int) -> list[Iterator[bytes]]:
    """The lines in sorted runs; all but the last are on disk."""
    runs: list[Iterator[bytes]] = []
    pending = _sorted(lines, batch)
    while following := _sorted(lines, batch):
        runs.append(_written(pending))
        pending = following
    return [*runs, iter(pending)]


def _sorted(lines: Iterator[bytes], batch: int) -> list[bytes]:
    found = list(islice(lines, batch))
    found.sort()
    return found


def _written(lines: list[bytes]) -> Iterator[bytes]:
    stream = tempfile.TemporaryFile(prefix="kommungraf-", buffering=_BUFFER)  # noqa: SIM115 - closed when read
    stream.writelines(lines)
    return _read_once(stream)


def _read_once(stream: IO[bytes]) -> Iterator[bytes]:
    with stream:
        stream.seek(0)
        yield from stream


def merged(*runs: Iterable[bytes]) -> Iterator[bytes]:
    """The distinct lines of sorted runs, in order."""
    lines = iter(runs[0]) if len(runs) == 1 else _in_order([iter(run) for run in runs])
    return (line for line, _ in groupby(lines))


def _in_order(runs: list[Iterator[bytes]]) -> Iterator[bytes]:
    """The lines of sorted runs, a block of each in memory: what is sorted in parts is sorted again at once."""
    pending = [(run, block) for run in runs if (block := list(islice(run, _BLOCK)))]
    while len(pending) > 1:
        end = min(block[-1] for _, block in pending)  # what is still to be read isn't before it
        found: list[bytes] = []
        for _, block in pending:
            place = bisect_right(block, end)
            found += block[:place]
            del block[:place]
        found.sort()
        yield from found
        pending = [(run, rest) for run, block in pending if (rest := block or list(islice(run, _BLOCK)))]
    for run, block in pending:
        yield from block
        yield from run


def starting_with(lines: Sequence[bytes], start: bytes) -> Iterator[bytes]:
    """Those of sorted lines that start so."""
    place = bisect_left(lines, start)
    end = bisect_right(lines, start, lo=place, key=lambda line: line[: len(start)])
    for each in range(place, end, _BLOCK):
        yield from lines[each : min(each + _BLOCK, end)]
