"""Counts over the years: each bar says what asking as of the last day of its year says."""

from datetime import date
from itertools import product

import pytest

from kommungraf.releases.moments import NOTHING_KNOWN, Bounds, Holds, moment
from kommungraf.rendering.yearcounts import year_counts

UNTIL = date(2010, 6, 15)
STARTS = [
    (date(2000, 1, 1), date(2000, 12, 31)),
    (date(2003, 5, 1), date(2003, 5, 1)),
    (date(1990, 1, 1), date(2005, 12, 31)),
    (date(2002, 1, 1), None),
]
ENDS = [
    (None, None, True),
    (None, None, False),
    (date(2006, 1, 1), date(2006, 12, 31), False),
    (date(2007, 12, 31), date(2007, 12, 31), False),
    (None, date(2008, 3, 1), False),
    (date(2004, 1, 1), None, False),
    (date(1985, 1, 1), date(1985, 12, 31), False),
    (date(2010, 6, 15), date(2010, 6, 15), False),
    (date(2011, 1, 1), date(2011, 12, 31), False),
]
ALL = [Bounds(*start, *end) for start, end in product(STARTS, ENDS)]


@pytest.mark.parametrize("tallies", [[(each, 2)] for each in ALL] + [[(each, 1) for each in ALL]])
def test_each_bar_says_what_asking_as_of_its_day_says(tallies: list[tuple[Bounds, int]]) -> None:
    found = year_counts(tallies, until=UNTIL)
    assert found is not None
    assert [bar.year for bar in found.bars] == list(range(found.bars[0].year, 2011))
    for bar in found.bars:
        day = moment(f"{bar.year}-12-31" if bar.year < 2010 else "2010-06-15")
        said = [(bounds.hold(day), count) for bounds, count in tallies]
        assert bar.certain == sum(count for answer, count in said if answer is Holds.YES)
        assert bar.possible == sum(count for answer, count in said if answer is Holds.UNKNOWN)


def test_what_has_no_known_start_is_told_and_not_counted() -> None:
    listed = Bounds(None, date(2010, 1, 1), None, None, ongoing=True)
    found = year_counts([(ALL[0], 2), (NOTHING_KNOWN, 3), (listed, 4)], until=UNTIL)
    assert found is not None
    assert found.undated == 7
    assert found.most == 2


@pytest.mark.parametrize("tallies", [[], [(NOTHING_KNOWN, 99)], [(ALL[0], 1)]])
def test_there_is_no_picture_of_almost_nothing(tallies: list[tuple[Bounds, int]]) -> None:
    assert year_counts(tallies, until=UNTIL) is None


def test_picture_is_bounded_and_bars_stay_in_it() -> None:
    old = Bounds(date(1200, 1, 1), date(1200, 12, 31), None, None, ongoing=True)
    found = year_counts([(old, 5), (ALL[1], 2)], until=UNTIL)
    assert found is not None
    assert len(found.bars) == 120
    assert found.bars[0].certain == 5
    for bar in found.bars:
        assert 0 <= bar.x < found.width
        assert bar.certain_height + bar.possible_height <= found.height + 0.1
    assert all(0 <= place < found.width for _, place in found.ticks)


def test_nothing_that_begins_later_is_counted() -> None:
    later = Bounds(date(2012, 1, 1), date(2012, 1, 1), None, None, ongoing=True)
    assert year_counts([(later, 9)], until=UNTIL) is None
