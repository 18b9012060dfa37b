"""Numbers as people write them say exactly what they say, or nothing."""

import pytest

from kommungraf.tables.quantities import Quantity, quantity

NBSP = "\N{NO-BREAK SPACE}"


def sizes(text: str) -> tuple[int | None, int | None, int | None, str | None] | None:
    found = quantity(text)
    return (found.number, found.least, found.most, found.qualifier) if found else None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("9", 9),
        ("0", 0),
        ("350000", 350000),
        ("350 000", 350000),
        (f"1{NBSP}080{NBSP}980", 1080980),
        ("1 miljon", 1000000),
        ("3,5 miljoner", 3500000),
        ("3.5 million", 3500000),
        ("25 tusen", 25000),
    ],
)
def test_plain_number_is_exact(text: str, number: int) -> None:
    assert sizes(text) == (number, None, None, None)


@pytest.mark.parametrize(
    "text",
    ["ca 5000", "ca. 5000", "c:a 5 000", "cirka 5000", "omkring 5000", "Ungefär 5000", "runt 5000", "~5000", "≈ 5 000", "about 5000", "around 5000", "approx. 5000", "omkring 5 tusen"],
)  # fmt: skip
def test_number_that_is_about_right_is_marked_as_such(text: str) -> None:
    assert sizes(text) == (5000, None, None, "Approximately")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nästan 450 000", (450000, None, None, "Nearly")),
        ("knappt 450000", (450000, None, None, "Nearly")),
        ("nearly 450000", (450000, None, None, "Nearly")),
        ("drygt 35", (35, None, None, "JustOver")),
        ("just over 35", (35, None, None, "JustOver")),
        ("minst 20", (None, 20, None, None)),
        ("at least 20", (None, 20, None, None)),
        ("≥20", (None, 20, None, None)),
        ("över 1 000 000", (None, 1000001, None, "MoreThan")),
        ("mer än en", None),
        ("fler än 35", (None, 36, None, "MoreThan")),
        ("more than 35", (None, 36, None, "MoreThan")),
        ("> 35", (None, 36, None, "MoreThan")),
        ("över 1 miljon", (None, 1000001, None, "MoreThan")),
        ("högst 12", (None, None, 12, None)),
        ("upp till 12", (None, None, 12, None)),
        ("at most 12", (None, None, 12, None)),
        ("färre än 12", (None, None, 11, "FewerThan")),
        ("under 12", (None, None, 11, "FewerThan")),
        ("20–30", (None, 20, 30, None)),
        ("20 - 30", (None, 20, 30, None)),
        ("mellan 20 och 30", (None, 20, 30, None)),
        ("between 20 and 30", (None, 20, 30, None)),
        ("20 000 till 30 000", (None, 20000, 30000, None)),
    ],
)
def test_words_before_a_number_make_bounds_or_a_qualifier(
    text: str, expected: tuple[int | None, int | None, int | None, str | None] | None
) -> None:
    assert sizes(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "några", "flera hundra", "ett tjugotal", "omkring", "1.000", "1,000", "5 00", "12 34", "-5", "+5", "5000+", "1,5", "3,14159265 miljoner", "0,5 tusendelar",
     "färre än 0", "30–20", "20–20", "omkring 20–30", "minst omkring 20", "mer än minst 5", "2018-01-01", "5 personer"],
)  # fmt: skip
def test_text_that_says_no_number_or_not_which_is_refused(text: str) -> None:
    assert quantity(text) is None


def test_number_is_told_in_both_languages_as_it_was_written() -> None:
    assert quantity("över 1 000 000") == Quantity(
        "1000000", least=1000001, qualifier="MoreThan", sv="mer än", en="more than"
    )
    assert quantity("20-30") == Quantity("20–30", least=20, most=30)
