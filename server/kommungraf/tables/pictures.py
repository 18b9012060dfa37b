"""Dates in the one order that a list writes them, told by their picture (dd/MM/yyyy, as CSV on the Web has it)."""

import re
from functools import lru_cache
from typing import Final

__all__ = ["pattern", "pictured"]

_PARTS: Final = {
    "yyyy": "(?P<year>[0-9]{4})",
    "MM": "(?P<month>0[1-9]|1[0-2])",
    "M": "(?P<month>0?[1-9]|1[0-2])",
    "dd": "(?P<day>[0-3][0-9])",
    "d": "(?P<day>[0-3]?[0-9])",
    "HH": "[0-2][0-9]",
    "mm": "[0-5][0-9]",
    "ss": "[0-5][0-9]",
    "X": r"(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)",
    "T": "T",
}
_FRACTION: Final = "[0-9]+"
_RUN: Final = re.compile(r"([A-Za-z])\1*|[^A-Za-z]")


@lru_cache(maxsize=256)
def pattern(picture: str) -> re.Pattern[str]:
    """What dates of a picture look like; raises KeyError for one that shows no year, or a part that isn't known."""
    found = "".join(_part(match[0], picture) for match in _RUN.finditer(picture))
    if "(?P<year>" not in found or found.count("?P<day>") > found.count("?P<month>"):
        raise KeyError(f"format {picture}")
    try:
        return re.compile(found)
    except re.error as error:  # a part stands twice
        raise KeyError(f"format {picture}") from error


def _part(run: str, picture: str) -> str:
    if not run[0].isalpha():
        return re.escape(run)
    if set(run) == {"S"}:
        return _FRACTION
    if run not in _PARTS:
        raise KeyError(f"format {picture}")
    return _PARTS[run]


def pictured(text: str, picture: str) -> str | None:
    """The date as ISO 8601, as exact as its picture; a time of day is left out. None where the text has another form."""
    match = pattern(picture).fullmatch(text)
    if match is None:
        return None
    parts = match.groupdict()
    return "-".join(parts[name].zfill(2) for name in ("year", "month", "day") if name in parts)
