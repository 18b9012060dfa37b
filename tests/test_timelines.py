"""Bars of time: certain between the inner bounds, possible between the outer ones, never sharper than the data."""

from datetime import date

import pytest

from kommungraf.releases.moments import Bounds
from kommungraf.rendering.timelines import Axis, Bar, axis_of

AXIS = Axis(2000, 2009)


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        pytest.param(
            ("2000-01-01", "2000-01-01", "2009-12-31", "2009-12-31"), (0, 0, 100, 100), id="known to the day"
        ),
        pytest.param(("2004-12-31", "2004-12-31", "", ""), (50, 50, 50, 100), id="an end that nobody knows"),
        pytest.param(("", "", "2004-12-31", "2004-12-31"), (0, 50, 50, 50), id="a start that nobody knows"),
        pytest.param(("2000-01-01", "2009-12-31", "2000-01-01", "2009-12-31"), (0, 100, 100, 100), id="some time"),
        pytest.param(
            ("1990-01-01", "1990-12-31", "2030-01-01", "2030-12-31"), (0, 0, 100, 100), id="beyond the axis"
        ),
    ],
)
def test_bar_is_certain_only_between_the_inner_bounds(
    bounds: tuple[str, ...], expected: tuple[float, ...]
) -> None:
    first, second, third, fourth = map(day, bounds)
    assert AXIS.bar(Bounds(first, second, third, fourth)) == Bar(*expected, ongoing=False)


def test_what_goes_on_reaches_the_end_of_the_axis() -> None:
    start = date(2004, 12, 31)
    assert AXIS.bar(Bounds(start, start, None, None, ongoing=True)) == Bar(50, 50, 100, 100, ongoing=True)


def test_period_without_a_known_day_has_no_bar() -> None:
    assert AXIS.bar(Bounds(None, None, None, None)) is None
    assert axis_of([Bounds(None, None, None, None)], until=date(2026, 1, 1)) is None


def test_axis_ends_with_the_edition_where_a_period_is_open() -> None:
    start, end = date(1994, 5, 1), date(1999, 1, 1)
    closed, still = Bounds(start, start, end, end), Bounds(start, start, None, None, ongoing=True)
    assert axis_of([closed], until=date(2026, 1, 1)) == Axis(1994, 1999)
    assert axis_of([closed, still], until=date(2026, 1, 1)) == Axis(1994, 2026)
    assert axis_of([still], until=None) == Axis(1994, 1994)


@pytest.mark.parametrize(("first", "last"), [(2018, 2018), (1994, 2026), (1700, 2026)])
def test_ticks_are_few_round_and_on_the_axis(first: int, last: int) -> None:
    ticks = Axis(first, last).ticks
    assert 1 <= len(ticks) <= 8
    assert all(first <= year <= last and 0 <= place <= 100 for year, place in ticks)
