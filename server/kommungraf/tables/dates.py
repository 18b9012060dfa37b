"""Dates as people write them, in Swedish and English, as EDTF of exactly the same precision."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from functools import lru_cache
from typing import Final

from kommungraf.releases.moments import Bounds
from kommungraf.tables.periods import bounds

__all__ = ["DateFault", "When", "day", "period", "point", "span"]

_MONTHS: Final = (
    ("januari", "january", "jan"),
    ("februari", "february", "feb", "febr"),
    ("mars", "march", "mar"),
    ("april", "apr"),
    ("maj", "may"),
    ("juni", "june", "jun"),
    ("juli", "july", "jul"),
    ("augusti", "august", "aug"),
    ("september", "sep", "sept"),
    ("oktober", "october", "okt", "oct"),
    ("november", "nov"),
    ("december", "dec"),
)
_SEASONS: Final = (
    ("våren", "vår", "spring"),
    ("sommaren", "sommar", "summer"),
    ("hösten", "höst", "autumn", "fall"),
    ("vintern", "vinter", "winter"),
)
_MONTH: Final = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names}
#: Seasons as EDTF level 1 numbers them.
_SEASON: Final = {name: 21 + number for number, names in enumerate(_SEASONS) for name in names}
_NOW: Final = frozenset(
    ("nu", "idag", "pågående", "pågår", "tills vidare", "ongoing", "now", "present", "today", "..")
)

_DASH: Final = re.compile("[\u2010-\u2015\u2212]")
_Y: Final = r"(?:1[0-9]|20)[0-9]{2}"
_ISO: Final = re.compile(rf"({_Y})(?:-(0[1-9]|1[0-2])(?:-([0-3][0-9]))?)?")
_RAW: Final = re.compile(rf"(?:{_ISO.pattern}|{_Y}-(?:2[1-4]|3[3-6])|(?:1[0-9]|20)(?:[0-9]X|XX))[~?%]?")
#: EDTF has no word for an uncertain season.
_OF_SEASON: Final = re.compile(r".{4}-2[1-4]")
_TH: Final = r"(?:st|nd|rd|th|:?[ae]|\.)?"
_SPELT: Final = re.compile(
    rf"(?:den |the )?(?:(\d\d?){_TH} (?:of )?)?([^\W\d_]+)\.?(?: (\d\d?){_TH},?)?,? (?:i |of |in )?({_Y})"
)
_DECADE: Final = re.compile(r"(?:the |på |under )?((?:1[0-9]|20)[0-9])0(?:-?talet|'?s)")
_ABOUT: Final = re.compile(
    r"(?:ca|cirka|circa|c|omkring|runt|kring|ungefär|around|about|approximately|approx)\.? ?(\d.*)"
)
_SINCE: Final = re.compile(r"(?:allt )?(?:sedan|från och med|från|fr\.? ?o\.? ?m\.?|since|from) (.+)")
_UNTIL: Final = re.compile(r"(?:fram till|till och med|till|t\.? ?o\.? ?m\.?|until|up to|to|through) (.+)")
_BEFORE: Final = re.compile(r"(?:före|innan|before) (.+)")
_AFTER: Final = re.compile(r"(?:efter|after) (.+)")
_EITHER: Final = re.compile(r"(?:mellan|between) (.+?) (?:och|and) (.+)|(.+?) (?:eller|or) (.+)")
_SEPARATOR: Final = re.compile(r" ?- ?| ?/ ?| till | to | until ")

_SHORT_SPAN: Final = re.compile(rf"({_Y}) ?[-/] ?([0-9]{{2}})")
_NO_MONTH: Final = re.compile(rf"{_Y}-[0-9]{{2}}")
_SLASHED: Final = re.compile(rf"(0?[1-9]|1[0-2]) ?[./-] ?({_Y})|({_Y}) ?[./] ?(0?[1-9]|1[0-2])")
#: What spreadsheets make of a month, or of a day without its year.
_ABRIDGED: Final = re.compile(r"([^\W\d_]{3,9})\.?-([0-9]{2})|([0-9]{1,2})-([^\W\d_]{3,9})\.?")
_NUMERIC: Final = re.compile(r"\d{1,4}[./ -]\d{1,2}[./ -]\d{1,4}|\d{6}|\d{8}|\d{1,2}[/.]\d{1,2}")
_SERIAL: Final = re.compile(r"([2-5]\d{4})(?:\.0+)?")
_PART: Final = re.compile(
    r"(?:i |in |the )*(?:början|mitten|slutet|tidigt|sent|första|andra|senare|early|mid|middle|late|beginning|end|first|second)\b.*"
)
_CENTURY: Final = re.compile(r"(1[0-9]|20)00(?:-?talet|'?s)")
_SHORT_DECADE: Final = re.compile(r"'?([0-9]0)(?:-?talet|'?s)")


class DateFault(ValueError):
    """A text is no date, or can be several; `template` is the sentence, with `{names}` for its `values`."""

    def __init__(self, template: str, **values: str) -> None:
        super().__init__(template.format(**values))
        self.template = template
        self.values = values


@dataclass(frozen=True, slots=True)
class When:
    """One EDTF expression; or, where none can say it, the days that bound it (of a moment, those of its start)."""

    edtf: str | None
    bounds: Bounds | None = None


@lru_cache(maxsize=8192)
def point(text: str) -> When:
    """The moment that a text names, such as the start of something; raises DateFault where it names none or several."""
    plain = _plain(text)
    if found := _indirect(plain, text):
        return found
    if edtf := _moment(plain):
        return When(edtf)
    if _spans(plain):
        message = "“{text}” is a period; write its start and its end in their own columns, or “2005 or 2006” for one of two."
        raise DateFault(message, text=text)
    raise _fault(plain, text)


@lru_cache(maxsize=8192)
def period(text: str) -> When:
    """The period that a text names: a moment, or a span that may be open at an end."""
    plain = _plain(text)
    if match := _SINCE.fullmatch(plain):
        return span(match[1], "")
    if match := _UNTIL.fullmatch(plain):
        return span("", match[1])
    if edtf := _moment(plain):
        return When(edtf)
    if any(pattern.fullmatch(plain) for pattern in (_BEFORE, _AFTER, _EITHER)):
        message = "“{text}” tells of a start or of an end, not of a period; write it in the column of the start (sedan/since) or of the end (upphörde/ended)."
        raise DateFault(message, text=text)
    found = _spans(plain)
    if len(found) == 1:
        return _ordered(found[0], text)
    raise _fault(plain, text)


def day(text: str) -> str:
    """The single day that a text names, as ISO 8601; raises DateFault for anything wider."""
    found = point(text).edtf or ""
    if len(found) != 10:
        raise DateFault(
            "“{text}” is not a single day; write it as 2018-06-12, or leave the cell empty.", text=text
        )
    return found


def span(start: str, end: str, *, closed: bool = False) -> When:
    """The period between two texts; an empty end is open, or unknown where the period is known to be `closed`."""
    first = _edge(start) if start else When("")
    last = _edge(end) if end else When("" if closed else "..")
    if first.edtf is None or last.edtf is None:
        return When(None, Bounds(*_limits(first), *_limits(last)))
    return _ordered(f"{first.edtf}/{last.edtf}", f"{start} – {end}")


def _limits(when: When) -> tuple[date | None, date | None]:
    limits = when.bounds or (bounds(when.edtf) if when.edtf and when.edtf != ".." else None)
    return (limits.earliest_start, limits.latest_start) if limits else (None, None)


def _edge(text: str) -> When:
    plain = _plain(text)
    if plain in _NOW:
        return When("..")
    match = _SINCE.fullmatch(plain)
    return point(match[1] if match else text)


def _plain(text: str) -> str:
    """One kind of dash, single spaces, small letters."""
    return " ".join(_DASH.sub("-", text.replace("\u00ad", "")).split()).casefold()


def _moment(plain: str) -> str | None:
    if match := _ABOUT.fullmatch(plain):
        inner = _exact(match[1])
        return f"{inner}~" if inner else None
    if plain.endswith(("?", "~")):
        inner = _exact(plain[:-1].strip())
        return f"{inner}{plain[-1]}" if inner and not _OF_SEASON.fullmatch(inner) else None
    return _exact(plain)


def _exact(plain: str) -> str | None:
    if match := _ISO.fullmatch(plain):
        return _dated(match[1], int(match[2]) if match[2] else None, match[3])
    if match := _SPELT.fullmatch(plain):
        return _named(match[2], match[4], match[1] or match[3])
    if match := _DECADE.fullmatch(plain):
        return None if match[1].endswith("0") else f"{match[1]}X"
    unspecified = plain.upper()
    return unspecified if "X" in unspecified and _RAW.fullmatch(unspecified) else None


def _named(word: str, year: str, number: str | None) -> str | None:
    if word in _SEASON and not number:
        return f"{year}-{_SEASON[word]}"
    if word in ("år", "året", "year") and not number:
        return year
    return _dated(year, _MONTH[word], number) if word in _MONTH else None


def _dated(year: str, month: int | None, number: str | None) -> str | None:
    if month is None:
        return year
    if number is None:
        return f"{year}-{month:02}"
    exists = 1 <= int(number) <= monthrange(int(year), month)[1]
    return f"{year}-{month:02}-{int(number):02}" if exists else None


def _indirect(plain: str, text: str) -> When | None:
    """A moment that is only said to lie before, after or between others, which no single EDTF date in an interval can."""
    if match := _BEFORE.fullmatch(plain):
        return _between(None, _bounded(match[1], text)[0] - timedelta(days=1))
    if match := _AFTER.fullmatch(plain):
        return _between(_bounded(match[1], text)[1] + timedelta(days=1), None)
    if match := _EITHER.fullmatch(plain):
        first, last = (match[1] or match[3]), (match[2] or match[4])
        return _between(_bounded(first, text)[0], _bounded(last, text)[1])
    return None


def _bounded(part: str, text: str) -> tuple[date, date]:
    found = _exact(part)
    limits = bounds(found) if found else None
    if limits is None or limits.earliest_start is None or limits.latest_start is None:
        raise _fault(_plain(text), text)
    return limits.earliest_start, limits.latest_start


def _between(earliest: date | None, latest: date | None) -> When:
    return When(None, Bounds(earliest, latest, None, None))


def _spans(plain: str) -> list[str]:
    """The EDTF intervals that a text can mean: one, if it is clear."""
    if "/" in plain and all(_RAW.fullmatch(part.upper()) or part in ("", "..") for part in plain.split("/")):
        return [plain.upper()] if plain.strip("/. ") else []
    cuts = (_halves(plain[: cut.start()], plain[cut.end() :]) for cut in _SEPARATOR.finditer(plain))
    return list(dict.fromkeys(found for cut in cuts for found in cut))


def _halves(first: str, last: str) -> Iterator[str]:
    if not first or not last or last in _NOW:
        end = ".." if first else _moment(last)
        start = _moment(first) if first else ""
        if (start or not first) and end and (start or end != ".."):
            yield f"{start}/{end}"
    elif end := _moment(last):
        year = end[:4]
        shared = f"{first} {last.partition(' ')[2]}" if first.isdigit() and len(first) < 3 else f"{first} {year}"
        if start := _moment(first) or (_exact(shared) if not last[:1].isdigit() or first.isdigit() else None):
            yield f"{start}/{end}"


def _ordered(edtf: str, text: str) -> When:
    if not edtf.strip("/."):
        raise _fault(_plain(text), text)
    limits = bounds(edtf)
    if limits.earliest_start and limits.latest_end and limits.earliest_start > limits.latest_end:
        raise DateFault("The period “{text}” ends before it starts. Check the years.", text=text)
    return When(edtf)


def _fault(plain: str, text: str) -> DateFault:
    if _ISO.fullmatch(plain):
        return DateFault("“{text}” is not a date: there is no such day. Check it.", text=text)
    if (match := _SHORT_SPAN.fullmatch(plain)) and match[2] > match[1][2:]:
        years = f"{match[1]}–{match[1][:2]}{match[2]}"
        message = "“{text}” can mean the years {years} or a month or a season; write {years}, or the month or season in words."
        return DateFault(message, text=text, years=years)
    if _NUMERIC.fullmatch(plain) and not _SLASHED.fullmatch(plain):
        return DateFault(
            "“{text}” can be read in more than one way; write year, month and day as 2018-06-12.", text=text
        )
    if match := _SERIAL.fullmatch(plain):
        known = (date(1899, 12, 30) + timedelta(days=int(match[1]))).isoformat()
        return DateFault(
            "“{text}” is no date, but may be a spreadsheet's number for {day}; write that.", text=text, day=known
        )
    if _PART.fullmatch(plain):
        message = (
            "“{text}” can't be said exactly: write the whole year or decade, and keep these words in the note."
        )
        return DateFault(message, text=text)
    return _month_fault(plain, text) or _decade_fault(plain, text) or _unknown(plain, text)


def _month_fault(plain: str, text: str) -> DateFault | None:
    if _NO_MONTH.fullmatch(plain):
        return DateFault("“{text}” is not a date: months are 01 to 12. Check it.", text=text)
    if match := _SLASHED.fullmatch(plain):
        month = f"{match[2] or match[3]}-{int(match[1] or match[4]):02}"
        return DateFault("“{text}” is not a date; write {month} if that is meant.", text=text, month=month)
    if (match := _ABRIDGED.fullmatch(plain)) and (number := _MONTH.get(match[1] or match[4])):
        if match[3]:
            return DateFault("“{text}” doesn't tell the year; write year, month and day as 2018-06-12.", text=text)
        message = "“{text}” is what spreadsheets make of a month such as {month}; write that, in a column with the format text."
        return DateFault(message, text=text, month=f"20{match[2]}-{number:02}")
    return None


def _decade_fault(plain: str, text: str) -> DateFault | None:
    if match := _CENTURY.fullmatch(plain):
        message = "“{text}” can be a decade or a century; write {decade} for ten years or {century} for a hundred."
        return DateFault(message, text=text, decade=f"{match[1]}0X", century=f"{match[1]}XX")
    if match := _SHORT_DECADE.fullmatch(plain):
        message = "“{text}” doesn't say which century; write for example {example}."
        return DateFault(message, text=text, example=f"19{match[1]}-talet")
    return None


def _unknown(plain: str, text: str) -> DateFault:
    if (match := _SPELT.fullmatch(plain)) and match[2] in _MONTH:
        return DateFault("“{text}” is not a date: there is no such day. Check it.", text=text)
    if guess := _guess(plain):
        return DateFault("“{text}” is not a date; write 2018-06 or {guess}.", text=text, guess=guess)
    return DateFault("“{text}” is not a date; write for example 2018, 2018-06 or summer 2018.", text=text)


def _guess(plain: str) -> str | None:
    """What a misspelt season or month with a year may mean, for the message alone."""
    match = re.fullmatch(r"([^\W\d_]{3,})\.? ?'?(\d{2}|\d{4})", plain)
    near = get_close_matches(match[1], [*_SEASON, *_MONTH], n=1, cutoff=0.6) if match else []
    if not match or not near:
        return None
    return f"{near[0]} {match[2] if len(match[2]) == 4 else '20' + match[2]}"
