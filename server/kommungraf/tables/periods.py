"""The four dates that bound an EDTF period."""

import re
import time
from calendar import isleap, monthrange
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any, Final

from edtf import EDTFParseException, parse_edtf
from edtf.parser.parser_classes import Date

from kommungraf.releases.moments import NOTHING_KNOWN, Bounds
from kommungraf.vocab import iri

__all__ = ["bounds", "dated"]

_PLAIN: Final = re.compile(r"([1-9]\d{3})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?")
_WINTER: Final = re.compile(r"(\d{4})-24[~?%]?")


@lru_cache(maxsize=4096)
def bounds(edtf: str) -> Bounds:
    """The bounds of an EDTF expression (Library of Congress, level 0 to 2); raises ValueError if it isn't one.

    A single date such as ``2018`` is a period that started and ended within it. An approximate or uncertain date
    is widened by the padding that the edtf package documents. A winter may be either of the two that touch the year.
    """
    start, slash, end = edtf.partition("/")
    try:
        found = Bounds(*_days(start, slash), *_days(end if slash else start, slash))
    except EDTFParseException as error:
        raise ValueError(
            f"“{edtf}” isn't an EDTF date; write for example 2018, 2018-22 or 2019-01/2021-12."
        ) from error
    if found == NOTHING_KNOWN:
        raise ValueError(f"“{edtf}” has neither a start nor an end.")
    return found


def _days(part: str, slash: str) -> tuple[date | None, date | None]:
    """The first and the last day of one end; the ends are parsed apart, as edtf 5.0 refuses ``199X/..``."""
    if slash and part in ("", ".."):
        return None, None
    parsed: Any = _plain(part) or parse_edtf(part)
    if winter := _WINTER.fullmatch(part):
        year = int(winter[1])
        return date(year, 1, 1), date(year + 1, 2, 28 + isleap(year + 1))
    return _day(parsed.lower_fuzzy()), _day(parsed.upper_fuzzy())


def _plain(part: str) -> Date | None:
    """A year, month or day without any mark; building it is a hundred times quicker than parsing it."""
    found = _PLAIN.fullmatch(part)
    if not found:
        return None
    year, month, day = found.groups()
    if day and int(day) > monthrange(int(year), int(month))[1]:
        return None
    return Date(year=year, month=month, day=day)


def _day(moment: time.struct_time | float) -> date | None:
    if isinstance(moment, float):
        return None
    return date(moment.tm_year, moment.tm_mon, moment.tm_mday)


def dated(found: Bounds) -> Iterator[tuple[str, date]]:
    """The bounds that are known, each with the IRI of its property."""
    pairs = (
        ("kg:earliestStart", found.earliest_start),
        ("kg:latestStart", found.latest_start),
        ("kg:earliestEnd", found.earliest_end),
        ("kg:latestEnd", found.latest_end),
    )
    return ((iri(name), day) for name, day in pairs if day is not None)
