"""How many of something there were at the end of each year, as bars: for sure, and perhaps on top of that."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Final

from kommungraf.releases.moments import Bounds, Holds, Moment
from kommungraf.rendering.timelines import Axis

__all__ = ["YearBar", "YearCounts", "year_counts"]

_MOST_YEARS: Final = 120
_LEAST_DATED: Final = 2
_WIDTH: Final = 640
_HEIGHT: Final = 120


@dataclass(frozen=True, slots=True)
class YearBar:
    """One year: how many there were at its end, and where that stands in the picture."""

    year: int
    certain: int
    possible: int
    x: float
    certain_height: float
    possible_height: float


@dataclass(frozen=True, slots=True)
class YearCounts:
    """The years from the first known start to `until`; `undated` is how many have no known start and aren't counted."""

    bars: tuple[YearBar, ...]
    most: int
    undated: int
    until: date
    width: int = _WIDTH
    height: int = _HEIGHT

    @property
    def bar_width(self) -> float:
        """The width of a bar, with the space beside it."""
        return round(_WIDTH / len(self.bars), 2)

    @property
    def ticks(self) -> tuple[tuple[int, float], ...]:
        """Round years and where they stand."""
        first, last = self.bars[0].year, self.bars[-1].year
        return tuple(
            (year, round((year - first) * _WIDTH / len(self.bars), 1)) for year, _ in Axis(first, last).ticks
        )


def year_counts(tallies: Iterable[tuple[Bounds, int]], *, until: date) -> YearCounts | None:
    """The counts of what has these bounds, each so many times, up to `until`; None where hardly any start is known."""
    found = list(tallies)
    begun = [
        (bounds, count) for bounds, count in found if bounds.earliest_start and bounds.earliest_start <= until
    ]
    starts = [bounds.earliest_start.year for bounds, _ in begun if bounds.earliest_start]
    if sum(count for _, count in begun) < _LEAST_DATED:
        return None
    first = max(min(starts), until.year - _MOST_YEARS + 1)
    certain, all_ = _ends(begun, first, until.year), _ends(begun, first, until.year, perhaps=True)
    now = _on(begun, until)
    certain.append(now[Holds.YES])
    all_.append(now[Holds.YES] + now[Holds.UNKNOWN])
    most = max(1, *all_)
    bars = [
        _bar(first + place, pair, place * _WIDTH / len(all_), most)
        for place, pair in enumerate(zip(certain, all_, strict=True))
    ]
    undated = sum(count for bounds, count in found if bounds.earliest_start is None)
    return YearCounts(tuple(bars), most, undated, until)


def _bar(year: int, counts: tuple[int, int], x: float, most: int) -> YearBar:
    certain, all_ = counts
    heights = (round(_HEIGHT * number / most, 1) for number in (certain, all_ - certain))
    return YearBar(year, certain, all_ - certain, round(x, 2), *heights)


def _on(tallies: Iterable[tuple[Bounds, int]], day: date) -> Counter[Holds]:
    """How many held on a day, how many didn't, and of how many that can't be told."""
    when, found = Moment(day.isoformat(), day, day), Counter[Holds]()
    for bounds, count in tallies:
        found[bounds.hold(when)] += count
    return found


def _ends(tallies: Iterable[tuple[Bounds, int]], first: int, end: int, *, perhaps: bool = False) -> list[int]:
    """How many there were on the last day of each year from `first` to before `end`: for sure, or also perhaps.

    Each begins to count in one year and stops in another, so that many of them cost little more than few.
    """
    changes = [0] * (end - first + 1)
    for bounds, count in tallies:
        start, stop = _years(bounds, end, perhaps=perhaps)
        if start < min(stop, end):
            changes[max(start, first) - first] += count
            changes[max(min(stop, end), first) - first] -= count
    return list(accumulate(changes))[:-1]


def _years(bounds: Bounds, end: int, *, perhaps: bool) -> tuple[int, int]:
    """The first year on whose last day it holds, and the first after that on whose last day it doesn't."""
    gone = _over(bounds.latest_end) if bounds.latest_end else end
    if perhaps:
        return (bounds.earliest_start.year if bounds.earliest_start else 0), gone
    if bounds.latest_start is None or (bounds.earliest_end is None and not bounds.ongoing):
        return end, end
    begun = max(bounds.latest_start, bounds.earliest_start or bounds.latest_start).year
    return begun, min(gone, _over(bounds.earliest_end) if bounds.earliest_end else end)


def _over(day: date) -> int:
    """The first year whose last day is after `day`."""
    return day.year + ((day.month, day.day) == (12, 31))
