"""Numbers as people write them, in Swedish and English: exact, about, or at least so many, as a number or bounds of exactly that meaning."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from kommungraf.tables.names import folded

__all__ = ["Quantity", "quantity"]

_DIGITS: Final = r"[0-9]+|[0-9]{1,3}(?: [0-9]{3})+"
_SCALES: Final = {"tusen": 3, "thousand": 3, "miljon": 6, "miljoner": 6, "million": 6, "millions": 6}
_NUMBER: Final = rf"(?:{_DIGITS})(?: ?(?:{'|'.join(_SCALES)})|[,.][0-9]{{1,6}} ?(?:{'|'.join(_SCALES)}))?"
_SCALED: Final = re.compile(r"([0-9 ]+)(?:[,.]([0-9]+))? ?([a-z]+)")
_RANGE: Final = re.compile(rf"(?:mellan |between )?({_NUMBER}) ?(?:-|och|and|till|to) ?({_NUMBER})")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, or the bounds of one, both inclusive; `qualifier` is the local name of the concept for its qualification.

    `written` is the number as the source has it, behind the words of `sv` and `en`.
    """

    written: str
    number: int | None = None
    least: int | None = None
    most: int | None = None
    qualifier: str | None = None
    sv: str = ""
    en: str = ""


def _close(qualifier: str, sv: str, en: str) -> Callable[[int], Quantity]:
    return lambda number: Quantity(str(number), number, qualifier=qualifier, sv=sv, en=en)


_ABOUT: Final = "ca|c:a|cirka|circa|c|omkring|ungefär|runt|kring|uppskattningsvis|nära|about|around|approximately|approx|roughly|close to|~|≈"
_WORDS: Final[tuple[tuple[str, Callable[[int], Quantity]], ...]] = (
    (_ABOUT, _close("Approximately", "omkring", "about")),
    ("nästan|knappt|inemot|närmare|nearly|almost|just under", _close("Nearly", "nästan", "nearly")),
    ("drygt|strax över|just over|a little over", _close("JustOver", "drygt", "just over")),
    (
        "minst|åtminstone|at least|no fewer than|≥|>=",
        lambda number: Quantity(str(number), least=number, sv="minst", en="at least"),
    ),
    (
        "mer än|fler än|över|more than|over|above|>",
        lambda number: Quantity(str(number), least=number + 1, qualifier="MoreThan", sv="mer än", en="more than"),
    ),
    (
        "högst|som mest|upp till|max|maximalt|at most|up to|no more than|≤|<=",
        lambda number: Quantity(str(number), most=number, sv="högst", en="at most"),
    ),
    (
        "färre än|mindre än|under|fewer than|less than|below|<",
        lambda number: Quantity(
            str(number), most=number - 1, qualifier="FewerThan", sv="färre än", en="fewer than"
        ),
    ),
)
_PATTERNS: Final = tuple((re.compile(rf"(?:{words})\.? ?({_NUMBER})"), making) for words, making in _WORDS)


def quantity(text: str) -> Quantity | None:
    """What a text says of a whole number from zero up, or None where it says none, or not which."""
    plain = folded(text)
    if (number := _whole(plain)) is not None:
        return Quantity(str(number), number)
    for pattern, making in _PATTERNS:
        if match := pattern.fullmatch(plain):
            return _sensible(making, _whole(match[1]))
    match = _RANGE.fullmatch(plain)
    least, most = (_whole(match[1]), _whole(match[2])) if match else (None, None)
    if least is None or most is None or least >= most:
        return None
    return Quantity(f"{least}–{most}", least=least, most=most)


def _sensible(making: Callable[[int], Quantity], number: int | None) -> Quantity | None:
    """Nothing is fewer than none."""
    found = making(number) if number is not None else None
    return found if found and (found.most is None or found.most >= 0) else None


def _whole(text: str) -> int | None:
    """A number in digits, or in digits and a word for thousands or millions where that makes a whole one."""
    if re.fullmatch(_DIGITS, text):
        return int(text.replace(" ", ""))
    match = _SCALED.fullmatch(text)
    if not match or not re.fullmatch(_NUMBER, text):
        return None
    value = Decimal(f"{match[1].replace(' ', '')}.{match[2] or 0}").scaleb(_SCALES[match[3]])
    return int(value) if value == int(value) else None
