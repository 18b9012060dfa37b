"""Whether what has a beginning and an end held on a day, in a month or a year: yes, no, or not to be told from the sources."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

__all__ = ["NOTHING_KNOWN", "Bounds", "Holds", "Moment", "both", "moment"]

_WRITTEN: Final = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)


class Holds(StrEnum):
    """An answer with three values."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def both(one: Holds, other: Holds) -> Holds:
    """Whether both hold: no where either doesn't, yes where both do."""
    if Holds.NO in {one, other}:
        return Holds.NO
    return Holds.YES if one == other == Holds.YES else Holds.UNKNOWN


@dataclass(frozen=True, slots=True)
class Moment:
    """A day that somebody asks about, or, where a month or a year was written, some day from `first` to `last`."""

    text: str
    first: date
    last: date


def moment(text: str) -> Moment:
    """The moment that is written as a year, a month or a day (EDTF level 0); raises ValueError for anything else."""
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no year, month or day.")
    year, month, day = (int(each) if each else None for each in match.groups())
    first = date(year or 0, month or 1, day or 1)
    last_month = month or 12
    last = first if day else date(first.year, last_month, monthrange(first.year, last_month)[1])
    return Moment(text, first, last)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The earliest and latest day on which a period can have started and ended; None where nothing bounds it.

    `ongoing` where it is said to go on; otherwise an end without bounds is one that nobody knows.
    """

    earliest_start: date | None
    latest_start: date | None
    earliest_end: date | None
    latest_end: date | None
    ongoing: bool = False

    @property
    def days(self) -> tuple[date, ...]:
        """The days that are known."""
        four = (self.earliest_start, self.latest_start, self.earliest_end, self.latest_end)
        return tuple(day for day in four if day is not None)

    def hold(self, when: Moment) -> Holds:
        """Whether the period held at `when`: yes or no where that is so on each day that `when` may be."""
        before = self.earliest_start is not None and when.last < self.earliest_start
        after = self.latest_end is not None and self.latest_end < when.first
        if before or after:
            return Holds.NO
        begun = self.latest_start is not None and self.latest_start <= when.first
        lasting = self.ongoing if self.earliest_end is None else when.last <= self.earliest_end
        return Holds.YES if begun and lasting else Holds.UNKNOWN


#: The bounds of what no source dates.
NOTHING_KNOWN: Final = Bounds(None, None, None, None)
