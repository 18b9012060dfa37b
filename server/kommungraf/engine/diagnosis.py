"""Where and why a query doesn't parse, made out from what the engine says.

The engine names the farthest character that it looked at. To see whether a keyword stands somewhere it looks
at as many characters as the keyword has, and so past the place of the error into what follows. The same text
with every white space stretched keeps that look within the word at fault and the space behind it.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

from pyoxigraph import Store

from kommungraf.errors import Phrase, QuerySyntaxError

__all__ = ["Fault", "diagnosis", "syntax_error"]

_ERROR: Final = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
#: What the engine says in words, and what that means; longer words before those that they hold.
_MEANINGS: Final = {
    "Prefix not found": Phrase("the prefix isn't declared; declare it with PREFIX at the top"),
    "The SELECT contains an expression with a variable that is unbound": Phrase(
        "an expression in SELECT has a variable that the query doesn't bind or doesn't group by"
    ),
    "The SELECT contains a variable that is unbound": Phrase(
        "SELECT has a variable that the query doesn't bind or doesn't group by"
    ),
    "Duplicated variable name in SELECT": Phrase("SELECT has the same variable twice"),
    "The SELECT overrides an existing variable using an expression": Phrase(
        "SELECT gives a value to a variable that the query binds already"
    ),
    "SELECT * is not authorized with GROUP BY": Phrase("SELECT * can't go with GROUP BY; name the variables"),
    "The VALUES clause rows should have exactly the same number of values as there are variables": Phrase(
        "each row of VALUES must have as many values as there are variables; write UNDEF where there is none"
    ),
    "IRI parsing failed": Phrase("an IRI isn't valid"),
    "language tag parsing failed": Phrase("the language tag isn't valid"),
    "\\u escape sequence should be followed by hexadecimal digits": Phrase(
        "\\u must be followed by hexadecimal digits"
    ),
}
#: What else the engine says in words, among the tokens that it would have liked.
_REASON: Final = re.compile(r"\b[A-Z][A-Za-z]* [a-z][^,\[]+|\bThe [^,\[]+")
_KEYWORDS: Final = re.compile(r"[A-Za-z]\w+(?:, [A-Za-z]\w+)*")
_SPACE: Final = re.compile(r"\s")
#: Longer than any keyword.
_STRETCH: Final = " " * 20
_LONGEST: Final = 20_000
_EXCERPT: Final = 40
_WORD: Final = re.compile(r"[?$]?\w{1,40}|\S")
_BASE: Final = "urn:x-kommungraf:base/"


@dataclass(frozen=True, slots=True)
class Fault:
    """The place of an error, counted from 1, and its reason where the engine has words for it."""

    line: int
    column: int
    reason: str | None


def diagnosis(text: str, message: str) -> Fault | None:
    """What is wrong with `text`, which the engine refused with `message`."""
    if len(text) > _LONGEST:
        return _told(message)
    stretched = _SPACE.sub(lambda space: space[0] + _STRETCH, text) + _STRETCH
    try:
        Store().query(stretched, base_iri=_BASE)
    except SyntaxError as error:
        fault = _told(str(error))
        return fault and _unstretched(fault, text, stretched)
    except (OSError, RuntimeError):
        return _told(message)
    return _told(message)


def _told(message: str) -> Fault | None:
    told = _ERROR.fullmatch(message)
    if told is None:
        return None
    reason = _reason(told[3])
    overshoot = 0
    if reason is None and _KEYWORDS.fullmatch(told[3]):
        overshoot = min(len(keyword) for keyword in told[3].split(", "))
    return Fault(int(told[1]), max(1, int(told[2]) - overshoot), reason)


def _reason(wanted: str) -> str | None:
    known = next((words for words in _MEANINGS if words in wanted), None)
    found = _REASON.search(wanted)
    return known or (found[0].strip() if found else None)


def _unstretched(fault: Fault, text: str, stretched: str) -> Fault:
    """The place in `text` of a fault in `stretched`: its character, or the word whose look went into the space."""
    found = _offset(stretched, fault)
    starts = list(accumulate((_width(character) for character in text), initial=0))
    if found >= len(stretched):
        return _at(text, len(text), fault.reason)
    offset = bisect_right(starts, found) - 1
    if offset < len(text) and not text[offset].isspace():
        return _at(text, offset, fault.reason)
    words = text[:offset].split()
    return _at(text, len(text[:offset].rstrip()) - len(words[-1]) if words else 0, fault.reason)


def _width(character: str) -> int:
    return 1 + len(_STRETCH) if character.isspace() else 1


def _offset(text: str, fault: Fault) -> int:
    before = text.split("\n")[: fault.line - 1]
    return sum(len(line) + 1 for line in before) + fault.column - 1


def _at(text: str, offset: int, reason: str | None) -> Fault:
    before = text[:offset]
    return Fault(before.count("\n") + 1, offset - before.rfind("\n"), reason)


def syntax_error(text: str, fields: Mapping[str, Any]) -> QuerySyntaxError:
    """The error that tells the author of `text` what a worker found, with the place shown where it is known."""
    line, column, reason = fields["line"], fields["column"], fields["reason"]
    if line is None:
        return QuerySyntaxError("The query doesn't parse.", said=reason)
    written = text.split("\n")[line - 1]
    word = _WORD.match(written, column - 1)
    excerpt = _excerpt(written, column)
    if reason in _MEANINGS:
        return QuerySyntaxError(
            "The query doesn't parse at line {line}, column {column}: {reason}.",
            line,
            column,
            excerpt=excerpt,
            said=reason,
            reason=_MEANINGS[reason],
        )
    if reason:
        return QuerySyntaxError(
            "The query doesn't parse at line {line}, column {column}.", line, column, excerpt=excerpt, said=reason
        )
    if word:
        return QuerySyntaxError(
            "The query doesn't parse at line {line}, column {column}: unexpected “{word}”.",
            line,
            column,
            excerpt=excerpt,
            word=word[0],
        )
    return QuerySyntaxError(
        "The query doesn't parse at line {line}, column {column}: unexpected end.", line, column, excerpt=excerpt
    )


def _excerpt(line: str, column: int) -> str:
    """The part of `line` around `column`, with a caret below it."""
    start = max(0, column - 1 - _EXCERPT)
    shown = line[start : column - 1 + _EXCERPT]
    return f"{shown}\n{' ' * (column - 1 - start)}^"
