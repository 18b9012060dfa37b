"""How much alike two names are spelt, and the ways in which what was written may be meant."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final

from kommungraf.texts import folded

__all__ = ["APART", "LEAST_ALIKE", "LONGEST_NAME", "MEANT", "likenesses", "spellings"]

LONGEST_NAME: Final = 80
LEAST_ALIKE: Final = 0.6
#: What a spelling counts for that may have been meant, beside the one that was written.
MEANT: Final = 0.97
#: Letters as they are written where there is no å, ä, ö or ü; and w, an old v.
APART: Final = (("aa", "a"), ("ae", "a"), ("oe", "o"), ("ue", "u"), ("w", "v"))


def spellings(text: str) -> tuple[str, ...]:
    """The text without case and accents; and with å, ä, ö and ü for two letters where it may have been written so."""
    written = folded(text.strip())[:LONGEST_NAME]
    meant = written
    for apart, letter in APART:
        meant = meant.replace(apart, letter)
    return tuple(dict.fromkeys((written, meant)))


def likenesses(written: Sequence[str], names: Iterable[str]) -> Iterator[float]:
    """How much each name is like one of the spellings: 1 where it is the first of them, 0 where they are little alike."""
    matchers = [SequenceMatcher(None, "", each, autojunk=False) for each in written]
    shares = (1.0, *(MEANT for _ in written[1:]))
    for name in names:
        likest = (
            _likeness(each, name[:LONGEST_NAME]) * share for each, share in zip(matchers, shares, strict=True)
        )
        yield max(likest)


def _likeness(matcher: SequenceMatcher[str], name: str) -> float:
    matcher.set_seq1(name)
    # What takes long is done only where it can come to something.
    if matcher.real_quick_ratio() < LEAST_ALIKE or matcher.quick_ratio() < LEAST_ALIKE:
        return 0.0
    found = matcher.ratio()
    return found if found >= LEAST_ALIKE else 0.0
