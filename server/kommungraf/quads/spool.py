"""Sorted lines of any number: sorted in memory by the batch, merged on disk, read back in order, by their number or by how they begin."""

import io
import os
import tempfile
import weakref
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, groupby, islice
from typing import IO, Final, cast, overload

__all__ = ["BATCH", "Lines", "distinct", "merged", "starting_with"]

#: How many lines are sorted in memory at once; half a million of them are about 125 MB.
BATCH: Final = 500_000
_BUFFER: Final = 1 << 17
#: Of so many lines one has its place in memory, and its beginning too where lines are looked up: three bytes a line.
_STEP: Final = 64
#: How many lines are read or written at once.
_BLOCK: Final = 320 * _STEP
#: So many lines of all runs that are merged are in memory.
_TOGETHER: Final = 8 * _BLOCK
#: So much of a line tells where it stands among others; the rest is read.
_BEGINNING: Final = 120
#: So many steps, or so many items that were counted, are kept in mind.
_STEPS: Final = 128
_LATELY: Final = 100_000


class Lines(Sequence[bytes]):
    """The distinct lines in byte order, in a temporary file without a name that goes with the object; each ends with its only line feed."""

    def __init__(self, lines: Iterable[bytes], batch: int = BATCH) -> None:
        self._places, self._count = array("Q", [0]), 0
        self._begun: list[bytes] = []
        self._latest: dict[int, list[bytes]] = {}
        runs = merged(*_runs(iter(lines), batch))
        with tempfile.TemporaryFile(prefix="kommungraf-", buffering=_BUFFER) as stream:
            while block := list(islice(runs, _BLOCK)):
                stream.write(b"".join(block))
                self._note(block)
            stream.flush()
            self._file = os.dup(stream.fileno())
        weakref.finalize(self, os.close, self._file)

    def _note(self, block: list[bytes]) -> None:
        places = list(accumulate(map(len, block), initial=self._places.pop()))
        end = places.pop()
        self._places.extend(places[::_STEP])
        self._places.append(end)
        self._count += len(block)

    def content(self) -> IO[bytes]:
        """All lines as one stream, from the start."""
        return cast(IO[bytes], _Stream(self))

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, number: int) -> bytes: ...

    @overload
    def __getitem__(self, number: slice) -> list[bytes]: ...

    def __getitem__(self, number: int | slice) -> bytes | list[bytes]:
        if isinstance(number, slice):
            start, stop, step = number.indices(len(self))
            if step == 1 and start < stop:
                first = start // _STEP
                found = self._read(first, -(-stop // _STEP))
                return found[start - first * _STEP : stop - first * _STEP]
            return [self[each] for each in range(start, stop, step)]
        if not -len(self) <= number < len(self):
            raise IndexError(number)
        step, place = divmod(number % len(self), _STEP)
        return self._lately(step)[place]

    def __iter__(self) -> Iterator[bytes]:
        return (line for place in range(0, len(self), _BLOCK) for line in self[place : place + _BLOCK])

    def starting_with(self, start: bytes) -> Iterator[bytes]:
        """Those lines that start so."""
        beginnings = self._beginnings()
        place = max(bisect_left(beginnings, start[:_BEGINNING]) - 1, 0)
        width = 1  # most that are looked up are few
        while place < len(beginnings):
            after = min(place + width, len(beginnings))
            lines = self._lately(place) if width == 1 else self._read(place, after)
            found = bisect_left(lines, start)
            if lines[-1] < start or lines[-1].startswith(start):
                yield from lines[found:]
            else:
                yield from lines[found : bisect_right(lines, start, found, key=lambda line: line[: len(start)])]
                return
            place, width = after, min(4 * width, _BLOCK // _STEP)

    def _beginnings(self) -> list[bytes]:
        """How the first line of each step begins."""
        if not self._begun:
            steps = _BLOCK // _STEP
            for place in range(0, len(self._places) - 1, steps):
                lines = self._read(place, min(place + steps, len(self._places) - 1))
                self._begun += [line[:_BEGINNING] for line in lines[::_STEP]]
        return self._begun

    def read_at(self, place: int, buffer: memoryview) -> int:
        """Reads bytes from there on into the buffer; how many there were."""
        return os.preadv(self._file, [buffer], place)

    def _lately(self, step: int) -> list[bytes]:
        """The lines of one step, which may be in mind."""
        found = self._latest.get(step)
        if found is None:
            if len(self._latest) == _STEPS:
                self._latest.clear()
            found = self._latest[step] = self._read(step, step + 1)
        return found

    def _read(self, first: int, last: int) -> list[bytes]:
        start, end = self._places[first], self._places[last]
        return io.BytesIO(os.pread(self._file, end - start, start)).readlines()


class _Stream(io.RawIOBase):
    """A reader of its own over lines that others read too."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._place = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]  # what RawIOBase gives to write into
        size = self._lines.read_at(self._place, buffer)
        self._place += size
        return size


def _runs(lines: Iterator[bytes], batch: int) -> list[Iterator[bytes]]:
    """The lines in sorted runs; all but the last are on disk."""
    runs: list[Iterator[bytes]] = []
    while len(found := _sorted(lines, batch)) == batch:
        runs.append(_written(found))
        found.clear()  # before the next ones are read
    return [*runs, iter(found)]


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
    width = max(1, min(_BLOCK, _TOGETHER // len(runs)))
    pending = [(run, block) for run in runs if (block := list(islice(run, width)))]
    while len(pending) > 1:
        end = min(block[-1] for _, block in pending)  # what is still to be read isn't before it
        found: list[bytes] = []
        for _, block in pending:
            place = bisect_right(block, end)
            found += block[:place]
            del block[:place]
        found.sort()
        yield from found
        pending = [(run, rest) for run, block in pending if (rest := block or list(islice(run, width)))]
    for run, block in pending:
        yield from block
        yield from run


def starting_with(lines: Sequence[bytes], start: bytes) -> Iterator[bytes]:
    """Those of sorted lines that start so."""
    if isinstance(lines, Lines):
        yield from lines.starting_with(start)
        return
    place = bisect_left(lines, start)
    yield from lines[place : bisect_right(lines, start, lo=place, key=lambda line: line[: len(start)])]


def distinct(items: Iterable[bytes]) -> int:
    """How many different items there are, none of which has a line feed; few of them are in memory."""
    return len(Lines(_rarely(items)))


def _rarely(items: Iterable[bytes]) -> Iterator[bytes]:
    """The items as lines, seldom one twice."""
    lately = set[bytes]()
    for item in items:
        if item not in lately:
            if len(lately) == _LATELY:
                lately.clear()
            lately.add(item)
            yield b"%s\n" % item
