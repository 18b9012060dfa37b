from datetime import date

import pytest
from edtf import parse_edtf

from kommungraf.tables.periods import bounds


@pytest.mark.parametrize(
    ("edtf", "days"),
    [
        pytest.param("2018", ("2018-01-01", "2018-12-31", "2018-01-01", "2018-12-31"), id="year"),
        pytest.param("2018-05", ("2018-05-01", "2018-05-31", "2018-05-01", "2018-05-31"), id="month"),
        pytest.param("2016-02", ("2016-02-01", "2016-02-29", "2016-02-01", "2016-02-29"), id="leap-month"),
        pytest.param("2018-05-07", ("2018-05-07", "2018-05-07", "2018-05-07", "2018-05-07"), id="day"),
        pytest.param("2018-22", ("2018-06-01", "2018-08-31", "2018-06-01", "2018-08-31"), id="summer"),
        pytest.param("2019/2021", ("2019-01-01", "2019-12-31", "2021-01-01", "2021-12-31"), id="years"),
        pytest.param("2019-03/2021-12", ("2019-03-01", "2019-03-31", "2021-12-01", "2021-12-31"), id="months"),
        pytest.param("2018-22/2020", ("2018-06-01", "2018-08-31", "2020-01-01", "2020-12-31"), id="from-summer"),
        pytest.param("2002/..", ("2002-01-01", "2002-12-31", None, None), id="goes-on"),
        pytest.param("2002/", ("2002-01-01", "2002-12-31", None, None), id="unknown-end"),
        pytest.param("../2002", (None, None, "2002-01-01", "2002-12-31"), id="open-start"),
        pytest.param("201X", ("2010-01-01", "2019-12-31", "2010-01-01", "2019-12-31"), id="decade"),
    ],
)
def test_period_has_the_bounds_that_its_precision_allows(edtf: str, days: tuple[str | None, ...]) -> None:
    found = bounds(edtf)
    stated = (found.earliest_start, found.latest_start, found.earliest_end, found.latest_end)
    assert stated == tuple(day and date.fromisoformat(day) for day in days)


def test_approximate_year_is_wider_than_the_year() -> None:
    found = bounds("2005~")
    assert found.earliest_start is not None
    assert found.latest_start is not None
    assert found.earliest_start < date(2005, 1, 1)
    assert found.latest_start > date(2005, 12, 31)


@pytest.mark.parametrize("text", ["summer 2018", "2018-13", "18", "2018–2020", "", "/", "../..", "2018-02-30"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        bounds(text)


@pytest.mark.parametrize("day", ["1999", "2018-02", "2016-02-29", "2018-12-31", "2018-06-09"])
def test_plain_dates_are_bounded_as_the_grammar_has_them(day: str) -> None:
    parsed = parse_edtf(day)
    found = bounds(day)
    assert (found.earliest_start, found.latest_end) == (
        date(*parsed.lower_fuzzy()[:3]),
        date(*parsed.upper_fuzzy()[:3]),
    )
