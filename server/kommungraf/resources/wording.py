"""How a value of the data reads in Swedish or English: periods, dates, numbers and plain text."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final

from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal
from pyoxigraph import Literal

from kommungraf.texts import translations
from kommungraf.vocab import EDTF, PREFIXES

__all__ = [
    "NUMBERS",
    "bytes_in_words",
    "literal_in_words",
    "number_in_words",
    "period_in_words",
    "quantity_in_words",
]

_DATE: Final = re.compile(r"(\d{4}|\d{3}X)(?:-(\d\d))?(?:-(\d\d))?([?~%]?)")
#: How many dates, and how many numbers, are remembered as words: many pages have the same.
_MOST_REMEMBERED: Final = 4096
_XSD: Final = PREFIXES["xsd"]
#: The datatypes of numbers that are worded with digit groups.
NUMBERS: Final = frozenset(
    _XSD + name for name in ("integer", "decimal", "double", "nonNegativeInteger", "int", "long")
)


def literal_in_words(literal: Literal, language: str) -> str:
    """The literal as a reader of `language` would write it; its lexical form where nothing is known to be better."""
    datatype, text = literal.datatype.value, literal.value
    if datatype == EDTF:
        return period_in_words(text, language)
    if datatype in NUMBERS:
        return number_in_words(text, language)
    if datatype == _XSD + "date":
        return _full_date(text, language)
    if datatype == _XSD + "boolean":
        gettext = translations(language).gettext
        return gettext("yes") if text in {"true", "1"} else gettext("no")
    return text


@lru_cache(maxsize=_MOST_REMEMBERED)
def number_in_words(value: str | int, language: str) -> str:
    """The number with the digit groups and the decimal mark of `language`, all its decimals kept."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return str(value)
    return (
        format_decimal(number, locale=language, decimal_quantization=False) if number.is_finite() else str(value)
    )


def quantity_in_words(
    number: str | None, least: str | None, most: str | None, qualifier: str | None, language: str
) -> str:
    """A number or its bounds with the words of their qualifier, told by its IRI: “about 5,000”, “more than 35”, “20–30”."""
    gettext = translations(language).gettext
    kind = (qualifier or "").rpartition("/")[2]
    if least and most:
        return f"{number_in_words(least, language)}–{number_in_words(most, language)}"
    stated = (
        number
        or (least and _stepped(least, -(kind == "MoreThan")))
        or _stepped(most or "", +(kind == "FewerThan"))
    )
    words = {
        "Approximately": gettext("about %(number)s"),
        "Nearly": gettext("nearly %(number)s"),
        "JustOver": gettext("just over %(number)s"),
        "MoreThan": gettext("more than %(number)s"),
        "FewerThan": gettext("fewer than %(number)s"),
    }
    plain = "%(number)s" if number else gettext("at least %(number)s") if least else gettext("at most %(number)s")
    return words.get(kind, plain) % {"number": number_in_words(stated, language)}


def _stepped(number: str, step: int) -> str:
    """The whole number before or after another, in digits; whatever else it is as it stands."""
    return str(int(number) + step) if number.isdecimal() else number


def bytes_in_words(size: int, language: str) -> str:
    """A file's size in the unit that gives one to three digits."""
    units, value = ["B", "kB", "MB", "GB", "TB"], float(size)
    while value >= 1000 and len(units) > 1:
        units, value = units[1:], value / 1000
    digits = 0 if value >= 10 or units[0] == "B" else 1
    return f"{format_decimal(round(value, digits), locale=language)} {units[0]}"


def period_in_words(edtf: str, language: str) -> str:
    """An EDTF expression as words, or as it stands where it is of a form that has no plain words."""
    gettext = translations(language).gettext
    start, slash, end = edtf.partition("/")
    first, last = _date_in_words(start, language), _date_in_words(end, language)
    if (start not in {"", ".."} and first is None) or (end not in {"", ".."} and last is None):
        return edtf
    if not slash:
        return first or edtf
    return _interval(first, last, edtf=edtf, gettext=gettext)


def _interval(first: str | None, last: str | None, *, edtf: str, gettext: Callable[[str], str]) -> str:
    if first and last:
        return f"{first} – {last}"
    if first:
        # EDTF level 1: “..” is an open end, an empty end is one that nobody knows.
        message = gettext("since %(date)s") if edtf.endswith("..") else gettext("from %(date)s, end unknown")
        return message % {"date": first}
    if last:
        return gettext("until %(date)s") % {"date": last}
    return edtf


def _date_in_words(text: str, language: str) -> str | None:
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day, doubt = match.groups()
    plain = _plain_date(year, month, day=day, language=language)
    if plain is None or not doubt:
        return plain
    gettext = translations(language).gettext
    messages = {"?": gettext("%(date)s (uncertain)"), "~": gettext("about %(date)s")}
    return messages.get(doubt, gettext("about %(date)s (uncertain)")) % {"date": plain}


@lru_cache(maxsize=_MOST_REMEMBERED)
def _plain_date(year: str, month: str | None, *, day: str | None, language: str) -> str | None:
    if year.endswith("X"):
        return translations(language).gettext("the %(decade)ss") % {"decade": f"{year[:3]}0"}
    if month is None:
        return year
    if month in {"21", "22", "23", "24"}:
        return _season(month, language) % {"year": year}
    try:
        moment = date(int(year), int(month), int(day or 1))
    except ValueError:
        return None
    if day is None:
        return str(format_skeleton("yMMMM", moment, locale=_locale(language)))
    return str(format_date(moment, "long", locale=_locale(language)))


def _season(code: str, language: str) -> str:
    gettext = translations(language).gettext
    return {
        "21": gettext("spring %(year)s"),
        "22": gettext("summer %(year)s"),
        "23": gettext("autumn %(year)s"),
        "24": gettext("winter %(year)s"),
    }[code]


@lru_cache(maxsize=_MOST_REMEMBERED)
def _full_date(text: str, language: str) -> str:
    try:
        return str(format_date(date.fromisoformat(text), "long", locale=_locale(language)))
    except ValueError:
        return text


def _locale(language: str) -> str:
    return {"en": "en_GB"}.get(language, language)
