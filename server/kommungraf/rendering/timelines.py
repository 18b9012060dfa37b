"""Bars of time for the rows of a table: what is certain, what the sources leave open, and what goes on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from kommungraf.releases.moments import Bounds

__all__ = ["Axis", "Bar", "axis_of"]

_STEPS: Final = (1, 2, 5, 10, 20, 25, 50, 100)
_MOST_TICKS: Final = 6


@dataclass(frozen=True, slots=True)
class Bar:
    """A period in percent of an axis: possible from `start` to `end`, certain from `sure_start` to `sure_end`."""

    start: float
    sure_start: float
    sure_end: float
    end: float
    ongoing: bool


@dataclass(frozen=True, slots=True)
class Axis:
    """The years that a set of bars spans: from the first day of `first` to the last of `last`."""

    first: int
    last: int

    @property
    def ticks(self) -> tuple[tuple[int, float], ...]:
        """Round years with their places in percent."""
        years = self.last + 1 - self.first
        step = next((each for each in _STEPS if years / each <= _MOST_TICKS), _STEPS[-1])
        shown = range(-(-self.first // step) * step, self.last + 1, step)
        return tuple((year, self.at(date(year, 1, 1))) for year in shown)

    def at(self, day: date) -> float:
        """The place of `day` in percent, kept within the axis."""
        start, end = date(self.first, 1, 1).toordinal(), date(self.last, 12, 31).toordinal()
        share = (day.toordinal() - start) / (end - start)
        return round(100 * min(1.0, max(0.0, share)), 1)

    def bar(self, bounds: Bounds) -> Bar | None:
        """The bar of a period, or None where no day of it is known."""
        if not bounds.days:
            return None
        start = self.at(bounds.earliest_start) if bounds.earliest_start else 0.0
        end = self.at(bounds.latest_end) if bounds.latest_end else 100.0
        sure_start = self.at(bounds.latest_start) if bounds.latest_start else None
        sure_end = 100.0 if bounds.ongoing else self.at(bounds.earliest_end) if bounds.earliest_end else None
        if sure_start is None and sure_end is None:
            return Bar(start, start, start, end, bounds.ongoing)
        # Where one end is unknown, only the day of the other is certain.
        first = sure_start if sure_start is not None else sure_end or 0.0
        last = sure_end if sure_end is not None else sure_start or 0.0
        return Bar(start, first, max(first, last), end, bounds.ongoing)


def axis_of(periods: Iterable[Bounds], *, until: date | None) -> Axis | None:
    """The axis on which all of `periods` fit, up to `until` where one goes on; None where no day is known."""
    found = list(periods)
    days = [day for each in found for day in each.days]
    if not days:
        return None
    open_ended = any(each.latest_end is None for each in found)
    last = max([*days, until]) if open_ended and until else max(days)
    return Axis(min(days).year, max(last.year, min(days).year))
