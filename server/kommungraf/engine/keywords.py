"""Which keywords a query uses, told by the engine's own parser and not by a pattern over the text.

A word such as SERVICE may stand in a query as a keyword, a variable, a part of an IRI, of a string or of a
comment. Writing other letters into every place where it stands renames all of those alike and keeps the query
legal; only where the word is a keyword does the query no longer parse.
"""

import re
from collections.abc import Iterable
from functools import partial
from typing import Any, Final

from pyoxigraph import Literal, Store, Variable

__all__ = ["asks_for_service", "is_update", "is_volatile", "names_graphs", "parses", "stretched"]

_SERVICE: Final = re.compile("(s)(ervice)", re.IGNORECASE | re.ASCII)
#: Functions whose value is another one at each evaluation.
_VOLATILE: Final = re.compile("(b)(node)|(n)(ow)|(r)(and)|(u)(uid)", re.IGNORECASE | re.ASCII)
_FROM: Final = re.compile("(f)(rom)", re.IGNORECASE | re.ASCII)
#: Letters that make no keyword of another.
_RARE: Final = "qxzjkw"
_BASE: Final = "urn:x-kommungraf:base/"


def asks_for_service(text: str) -> bool:
    """Whether `text` is a legal query with a SERVICE clause."""
    return _uses(text, _SERVICE) and parses(text)


def is_volatile(text: str) -> bool:
    """Whether the legal query `text` calls a function that gives something else each time."""
    return _uses(text, _VOLATILE)


def names_graphs(text: str) -> bool:
    """Whether the legal query `text` has a FROM clause."""
    return _uses(text, _FROM)


def is_update(text: str) -> bool:
    """Whether `text`, which is no query, is a SPARQL update; it is tried on an empty store that is thrown away.

    A prologue alone is an update of nothing by the grammar, but to its author a query that isn't finished.
    """
    if parses(text + "\nASK {}"):
        return False
    try:
        Store().update(text, base_iri=_BASE)
    except SyntaxError:
        return False
    except (OSError, RuntimeError):
        return True
    return True


def _uses(text: str, words: re.Pattern[str]) -> bool:
    if words.search(text) is None:
        return False
    return not parses(words.sub(partial(_filled, filling=_unused(text)), text))


def stretched(text: str, words: Iterable[re.Match[str]]) -> str:
    """The text with other letters in some of its words, which makes each a name of its own."""
    filling, pieces, done = _unused(text), [], 0
    for word in words:
        pieces += [text[done : word.start() + 1], filling]
        done = word.start() + 1
    return "".join((*pieces, text[done:]))


def _unused(text: str) -> str:
    """Letters that stand nowhere in `text`, so that no two names in it become the same.

    One where there is one, as a language tag may become no longer than eight letters.
    """
    used = set(text.casefold())
    if (letter := next((each for each in _RARE if each not in used), None)) is not None:
        return letter
    return _longer(text)


def _longer(text: str) -> str:
    """More of a letter in a row than there are in `text`."""
    return "q" * (1 + max((len(run) for run in re.findall("[qQ]+", text)), default=0))


def _filled(match: re.Match[str], filling: str) -> str:
    first, rest = (group for group in match.groups() if group is not None)
    return f"{first}{filling}{rest}"


def parses(text: str) -> bool:
    """Whether the engine parses `text` as a query; it isn't evaluated.

    A value for a variable that the query doesn't have is an error between the two. Without it the engine would ask the
    endpoint of a SERVICE at once, and end the process where it can't read the machine's certificates for that.
    """
    nobody: Any = {Variable(_longer(text)): Literal(0)}
    try:
        Store().query(text, base_iri=_BASE, substitutions=nobody)
    except SyntaxError:
        return False
    except (OSError, RuntimeError):
        return True
    return True
