"""The four dates that bound an EDTF period."""

import time
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from edtf import EDTFParseException, parse_edtf

__all__ = ["Bounds", "bounds"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """The earliest and latest day on which a period can have started and ended; None where it is open."""

    earliest_start: date | None
    latest_start: date | None
    earliest_end: date | None
    latest_end: date | None


@lru_cache(maxsize=4096)
def bounds(edtf: str) -> Bounds:
    """The bounds of an EDTF expression (Library of Congress, level 0 to 2); raises ValueError if it isn't one.

    A single date such as ``2018`` is a period that started and ended within it. An approximate or uncertain date
    is widened by the padding that the edtf package documents.
    """
    try:
        parsed = parse_edtf(edtf)
    except EDTFParseException as error:
        raise ValueError(
            f"“{edtf}” isn't an EDTF date; write for example 2018, 2018-22 or 2019-01/2021-12."
        ) from error
    start, end = (parsed.lower, parsed.upper) if "/" in edtf else (parsed, parsed)
    found = Bounds(*_days(start), *_days(end))
    if found == Bounds(None, None, None, None):
        raise ValueError(f"“{edtf}” has neither a start nor an end.")
    return found


def _days(part: Any) -> tuple[date | None, date | None]:
    if getattr(part, "is_open", False) or getattr(part, "is_unknown", False):
        return None, None
    return _day(part.lower_fuzzy()), _day(part.upper_fuzzy())


def _day(moment: time.struct_time | float) -> date | None:
    if isinstance(moment, float):
        return None
    return date(moment.tm_year, moment.tm_mon, moment.tm_mday)
