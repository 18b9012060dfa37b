"""Whether a period held at a moment: every combination of known, uncertain, unknown and open ends."""

from datetime import date

import pytest

from kommungraf.releases.moments import Bounds, Holds, Moment, both, moment

YES, NO, UNKNOWN = Holds.YES, Holds.NO, Holds.UNKNOWN
#: Bounds of starts and ends by kind, around the days that are asked.
STARTS = {
    "start to the day": ("2005-03-01", "2005-03-01"),
    "start in a year": ("2005-01-01", "2005-12-31"),
    "start unknown": ("", ""),
    "started by": ("", "2005-12-31"),
    "not before": ("2005-01-01", ""),
}
ENDS = {
    "end to the day": ("2010-06-30", "2010-06-30", False),
    "end in a year": ("2010-01-01", "2010-12-31", False),
    "end unknown": ("", "", False),
    "goes on": ("", "", True),
    "lasted to": ("2010-01-01", "", False),
    "ended by": ("", "2010-12-31", False),
}


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def bounds(start: str, end: str) -> Bounds:
    earliest, latest, ongoing = ENDS[end]
    return Bounds(*map(day, STARTS[start]), day(earliest), day(latest), ongoing)


#: Kind of start: before any, within the year of the start, surely begun.
BEGUN = {
    "start to the day": (NO, YES, YES),
    "start in a year": (NO, UNKNOWN, YES),
    "start unknown": (UNKNOWN, UNKNOWN, UNKNOWN),
    "started by": (UNKNOWN, UNKNOWN, YES),
    "not before": (NO, UNKNOWN, UNKNOWN),
}
#: Kind of end: surely before it, within the year of the end, after any.
LASTING = {
    "end to the day": (YES, NO, NO),
    "end in a year": (YES, UNKNOWN, NO),
    "end unknown": (UNKNOWN, UNKNOWN, UNKNOWN),
    "goes on": (YES, YES, YES),
    "lasted to": (YES, UNKNOWN, UNKNOWN),
    "ended by": (UNKNOWN, UNKNOWN, NO),
}


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("end", ENDS)
def test_every_combination_of_ends_gives_both_their_answers(start: str, end: str) -> None:
    days = ("2004-07-01", "2005-07-01", "2007-07-01", "2010-07-01", "2011-07-01")
    begun = (*BEGUN[start], BEGUN[start][2], BEGUN[start][2])
    lasting = (LASTING[end][0], LASTING[end][0], *LASTING[end])
    found = [bounds(start, end).hold(moment(each)) for each in days]
    assert found == [both(*pair) for pair in zip(begun, lasting, strict=True)]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param("2005-02-28", NO, id="the day before"),
        pytest.param("2005-03-01", YES, id="the first day"),
        pytest.param("2010-06-30", YES, id="the last day"),
        pytest.param("2010-07-01", NO, id="the day after"),
        pytest.param("2005-02", NO, id="a month without it"),
        pytest.param("2005-03", YES, id="a month of it"),
        pytest.param("2005", UNKNOWN, id="a year in which it began"),
        pytest.param("2006", YES, id="a year of it"),
        pytest.param("2010-06", YES, id="a month with which it ended"),
        pytest.param("2010", UNKNOWN, id="a year in which it ended"),
        pytest.param("2011", NO, id="a year after it"),
        pytest.param("0001", NO, id="the first year there is"),
        pytest.param("9999-12-31", NO, id="the last day there is"),
    ],
)
def test_period_known_to_the_day_is_asked_to_the_day(asked: str, expected: Holds) -> None:
    assert bounds("start to the day", "end to the day").hold(moment(asked)) is expected


def test_period_somewhere_within_a_year_is_certain_on_no_day_of_it() -> None:
    within = Bounds(date(2018, 1, 1), date(2018, 12, 31), date(2018, 1, 1), date(2018, 12, 31))
    assert {within.hold(moment(each)) for each in ("2018-01-01", "2018-07", "2018")} == {UNKNOWN}
    assert within.hold(moment("2017")) is NO


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2019-06-01", date(2019, 6, 1), date(2019, 6, 1)),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
        ("2019", date(2019, 1, 1), date(2019, 12, 31)),
        ("0001", date(1, 1, 1), date(1, 12, 31)),
        ("9999-12", date(9999, 12, 1), date(9999, 12, 31)),
    ],
)
def test_moment_is_a_day_or_some_day_of_a_month_or_year(text: str, first: date, last: date) -> None:
    assert moment(text) == Moment(text, first, last)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0000",
        "10000",
        "2019-13",
        "2019-02-29",
        "2019-6-1",
        "20190601",
        "2019-W01",
        "2019/2020",
        "199X",
        "1 juni",
        "٢٠١٩",
    ],
)
def test_anything_else_is_no_moment(text: str) -> None:
    with pytest.raises(ValueError, match=r"year|month|day"):
        moment(text)
