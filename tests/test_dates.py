from datetime import date

import pytest

from kommungraf.releases.moments import Bounds
from kommungraf.tables.dates import DateFault, day, period, point, span
from kommungraf.tables.periods import bounds


@pytest.mark.parametrize(
    ("text", "edtf"),
    [
        ("2018", "2018"),
        ("2018-06", "2018-06"),
        ("2018-06-12", "2018-06-12"),
        ("sommaren 2018", "2018-22"),
        ("Summer of 2018", "2018-22"),
        ("våren 2018", "2018-21"),
        ("hösten 2018", "2018-23"),
        ("autumn 2018", "2018-23"),
        ("vintern 2018", "2018-24"),
        ("juni 2018", "2018-06"),
        ("June 2018", "2018-06"),
        ("okt. 2018", "2018-10"),
        ("12 juni 2018", "2018-06-12"),
        ("den 1 maj 1999", "1999-05-01"),
        ("June 12, 2018", "2018-06-12"),
        ("12th of June 2018", "2018-06-12"),
        ("1990-talet", "199X"),
        ("1990s", "199X"),
        ("199X", "199X"),
        ("ca 1995", "1995~"),
        ("omkring 1995", "1995~"),
        ("around 1995", "1995~"),
        ("2005?", "2005?"),
        ("\u00a02018\u20116 ".replace("6", "06"), "2018-06"),
    ],
)
def test_moment_keeps_exactly_its_precision(text: str, edtf: str) -> None:
    assert point(text).edtf == edtf
    assert period(text).edtf == edtf
    bounds(edtf)


@pytest.mark.parametrize(
    ("text", "edtf"),
    [
        ("2019-01 – 2021-12", "2019-01/2021-12"),
        ("januari 2019-december 2021", "2019-01/2021-12"),
        ("January 2019 – December 2021", "2019-01/2021-12"),
        ("januari 2019 till december 2021", "2019-01/2021-12"),
        ("2019-01-2021-12", "2019-01/2021-12"),
        ("januari–mars 2019", "2019-01/2019-03"),
        ("5–7 juni 2018", "2018-06-05/2018-06-07"),
        ("2019–2021", "2019/2021"),
        ("sommaren 2018 – 2020", "2018-22/2020"),
        ("1990-talet – 2001", "199X/2001"),
        ("sedan 2005", "2005/.."),
        ("since summer 2005", "2005-22/.."),
        ("2005–", "2005/.."),
        ("2005 – pågående", "2005/.."),
        ("–2010", "/2010"),
        ("till och med 2010", "/2010"),
        ("2018-22/2020", "2018-22/2020"),
    ],
)
def test_period_keeps_exactly_its_precision(text: str, edtf: str) -> None:
    assert period(text).edtf == edtf
    bounds(edtf)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("sommarn 18", "write 2018-06 or sommaren 2018", id="misspelt"),
        pytest.param("2018-22", "2018–2022", id="season-or-years"),
        pytest.param("2005/06", "2005–2006", id="short-years"),
        pytest.param("12.06.2018", "more than one way", id="dots"),
        pytest.param("03/04/05", "more than one way", id="slashes"),
        pytest.param("20180612", "more than one way", id="run-together"),
        pytest.param("43252", "2018-06-01", id="serial"),
        pytest.param("1900-talet", "a century", id="decade-or-century"),
        pytest.param("90-talet", "which century", id="short-decade"),
        pytest.param("slutet av 1980-talet", "exactly", id="part-of-a-decade"),
        pytest.param("mitten av 2018", "exactly", id="part-of-a-year"),
        pytest.param("2018-02-30", "no such day", id="no-day"),
        pytest.param("31 juni 2018", "no such day", id="no-day-in-words"),
        pytest.param("2018-13", "months are 01 to 12", id="no-month"),
        pytest.param(
            "jun-18", "spreadsheets make of a month such as 2018-06", id="month-that-a-spreadsheet-abridged"
        ),
        pytest.param("12-jun", "doesn't tell the year", id="day-that-a-spreadsheet-abridged"),
        pytest.param("5/2018", "write 2018-05 if that is meant", id="month-and-year"),
        pytest.param("2018/06", "write 2018-06 if that is meant", id="year-and-month"),
        pytest.param("igår", "not a date", id="word"),
        pytest.param("-", "not a date", id="dash"),
        pytest.param("sommaren 2005?", "not a date", id="uncertain-season"),
        pytest.param("9" * 5000, "not a date", id="long"),
    ],
)
def test_what_is_no_date_or_several_is_never_guessed(text: str, words: str) -> None:
    for reading in (point, period):
        with pytest.raises(DateFault, match=words):
            reading(text)


@pytest.mark.parametrize("text", ["före 2000", "after 2000", "2005 eller 2006", "between 2005 and 2007"])
def test_start_or_end_alone_is_no_period(text: str) -> None:
    with pytest.raises(DateFault, match="in the column of the start"):
        period(text)


def test_day_may_have_the_full_stop_of_an_ordinal() -> None:
    assert point("1. maj 1946").edtf == "1946-05-01"


@pytest.mark.parametrize("text", ["the 1990s", "på 1990-talet", "under 1990-talet"])
def test_decade_may_have_a_preposition_or_an_article(text: str) -> None:
    assert point(text).edtf == "199X"


def test_period_is_no_moment() -> None:
    with pytest.raises(DateFault, match="in their own columns"):
        point("2019–2021")


@pytest.mark.parametrize("text", ["till nu", "sedan ..", "– pågående"])
def test_period_open_at_both_ends_is_none(text: str) -> None:
    with pytest.raises(DateFault, match="not a date"):
        period(text)


def test_period_that_ends_before_it_starts_is_told() -> None:
    with pytest.raises(DateFault, match="ends before it starts"):
        span("2021", "2019")


@pytest.mark.parametrize(
    ("start", "end", "closed", "edtf"),
    [
        pytest.param("2005", "", False, "2005/..", id="goes-on"),
        pytest.param("2005", "", True, "2005/", id="ended-some-day"),
        pytest.param("", "2010", False, "/2010", id="unknown-start"),
        pytest.param("1990-talet", "", False, "199X/..", id="decade"),
        pytest.param("sedan 1995", "pågående", False, "1995/..", id="in-words"),
    ],
)
def test_two_columns_make_one_period(start: str, end: str, closed: bool, edtf: str) -> None:
    assert span(start, end, closed=closed).edtf == edtf
    bounds(edtf)


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        pytest.param("före 2000", None, date(1999, 12, 31), id="before"),
        pytest.param("after June 2000", date(2000, 7, 1), None, id="after"),
        pytest.param("2005 eller 2006", date(2005, 1, 1), date(2006, 12, 31), id="either"),
        pytest.param("between 2005 and 2007", date(2005, 1, 1), date(2007, 12, 31), id="between"),
    ],
)
def test_what_no_edtf_expression_says_is_bounded_by_days(
    text: str, earliest: date | None, latest: date | None
) -> None:
    assert point(text).bounds == Bounds(earliest, latest, None, None)
    ended = span(text, "2010").bounds
    assert ended == Bounds(earliest, latest, date(2010, 1, 1), date(2010, 12, 31))


def test_single_day_is_no_month() -> None:
    assert day("12 juni 2018") == "2018-06-12"
    with pytest.raises(DateFault, match="single day"):
        day("2018-06")
