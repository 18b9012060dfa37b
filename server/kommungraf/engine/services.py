"""Which endpoints a query asks by SERVICE, told by the engine's own parser, and the query that asks a broker instead.

Where the keyword stands, the grammar leaves one reading of what follows: perhaps SILENT, then an IRI, a prefixed name
or a variable. Every other place where the word may stand is found out by the parser; so is what IRI a name means. A
query of which anything is left unsure is refused, and the parser confirms the whole: with GRAPH in place of each SERVICE
that was found it must be legal and have no other.
"""

import json
import re
import secrets
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from pyoxigraph import NamedNode, Store

from kommungraf.engine.keywords import asks_for_service, parses, stretched

__all__ = ["MOST", "Brokered", "Fault", "ServiceFault", "federated", "told_fault"]

#: How many SERVICE clauses a query may have, and places where the word stands by itself.
MOST: Final = 16
_MOST_WORDS: Final = 64
_WORD: Final = re.compile("service", re.IGNORECASE | re.ASCII)
#: What makes the word a part of another token, where it stands before or after it.
_JOINED_BEFORE: Final = re.compile(r"[\w?$@:%\\-]")
_APART_AFTER: Final = re.compile(r"[ \t\r\n#<]")
_GAP: Final = r"(?:[ \t\r\n]++|#[^\r\n]*+)*+"
_IRI: Final = r"<[^<>\s]*+>"
_NAME: Final = r"(?:[^\W\d_][\w.-]*+)?+:(?:[\w:.%-]|\\.)*+"
_TARGET: Final = re.compile(
    rf"(?:{_GAP}SILENT(?![\w:-]))?+{_GAP}(?:(?P<term>{_IRI}|{_NAME})(?={_GAP}\{{)|(?P<variable>[?$]))",
    re.IGNORECASE,
)
_PROLOGUE: Final = re.compile(
    rf"""{_GAP}(?:(?:BASE{_GAP}{_IRI}|PREFIX{_GAP}[^\s:<>#"']*+:{_GAP}{_IRI}|VERSION{_GAP}(?:"[^"\\\r\n]*+"|'[^'\\\r\n]*+')){_GAP})*+"""
    "(?=SELECT|CONSTRUCT|DESCRIBE|ASK)",
    re.IGNORECASE,
)
_PROBE: Final = "CONSTRUCT {{ <urn:x> <urn:x> {} }} {{}}"
#: No name but an address, so that the engine looks none up; nothing listens there, as nothing is connected to it.
_PLACE: Final = "http://127.0.0.1/{}"
_TOKEN_BYTES: Final = 16
#: The engine's words before the body of an error that it got.
_PAYLOAD: Final = " with payload:\n"


@dataclass(frozen=True, slots=True)
class Brokered:
    """A query that asks a broker, and the endpoint that each of the IRIs in it stands for."""

    text: str
    endpoints: Mapping[str, str]


class ServiceFault(Exception):
    """A query asks by SERVICE what it may not: `why` is one word, and `iri` the endpoint where that is at fault."""

    def __init__(self, why: str, iri: str | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.iri = iri


@dataclass(frozen=True, slots=True)
class Fault:
    """That an endpoint gave no answer that can be used: the `kind` of fault, and a number or words that go with it."""

    endpoint: str
    kind: str
    detail: str = ""

    def payload(self) -> bytes:
        """What a broker answers."""
        return json.dumps(asdict(self)).encode()


def told_fault(message: str) -> Fault | None:
    """The fault that a broker answered, where the engine's `message` repeats it."""
    try:
        return Fault(**json.loads(message.partition(_PAYLOAD)[2]))
    except (TypeError, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class _Clause:
    """Where the keyword begins, where the name of the endpoint begins and ends, and the IRI that it means."""

    keyword: int
    start: int
    end: int
    iri: str


def federated(text: str, base_iri: str | None, allowed: Collection[str]) -> Brokered:
    """The legal query `text`, which has a SERVICE clause, asking a broker; raises ServiceFault."""
    clauses = list(_clauses(text, base_iri))
    bare = _replaced(text, {(each.keyword, each.end): " GRAPH <urn:x> " for each in clauses})
    if not parses(bare) or asks_for_service(bare):
        raise ServiceFault("unread")
    for each in clauses:
        if each.iri not in allowed:
            raise ServiceFault("unlisted", each.iri)
    places = {
        iri: _PLACE.format(secrets.token_hex(_TOKEN_BYTES)) for iri in sorted({each.iri for each in clauses})
    }
    written = _replaced(text, {(each.start, each.end): f"<{places[each.iri]}>" for each in clauses})
    return Brokered(written, {place: iri for iri, place in places.items()})


def _clauses(text: str, base_iri: str | None) -> Iterator[_Clause]:
    prologue = _PROLOGUE.match(text)
    if prologue is None:
        raise ServiceFault("unread")
    keywords = list(_keywords(text))
    if len(keywords) > MOST:
        raise ServiceFault("many")
    for keyword in keywords:
        target = _TARGET.match(text, keyword.end())
        if target is None or target["variable"]:
            raise ServiceFault("unread" if target is None else "variable")
        iri = _meant(prologue[0], target["term"], base_iri)
        yield _Clause(keyword.start(), *target.span("term"), iri)


def _keywords(text: str) -> Iterator[re.Match[str]]:
    """Where the word is a keyword; as part of another token it must be none, which its author is asked to write so."""
    apart: list[re.Match[str]] = []
    joined: list[re.Match[str]] = []
    for word in _WORD.finditer(text):
        (apart if _is_apart(text, word) else joined).append(word)
    if len(apart) > _MOST_WORDS:
        raise ServiceFault("many")
    if not parses(stretched(text, joined)):
        raise ServiceFault("unread")
    return (word for word in apart if not parses(stretched(text, [word])))


def _is_apart(text: str, word: re.Match[str]) -> bool:
    before, after = text[max(0, word.start() - 1) : word.start()], text[word.end() : word.end() + 1]
    return not _JOINED_BEFORE.fullmatch(before) and bool(_APART_AFTER.fullmatch(after))


def _meant(prologue: str, term: str, base_iri: str | None) -> str:
    """The IRI that the engine reads in `term`."""
    options: dict[str, Any] = {"base_iri": base_iri}
    try:
        triples: Any = Store().query(prologue + _PROBE.format(term), **options)
        found = [triple.object for triple in triples]
    except (SyntaxError, ValueError) as error:
        raise ServiceFault("unread") from error
    if len(found) != 1 or not isinstance(found[0], NamedNode):
        raise ServiceFault("unread")
    return found[0].value


def _replaced(text: str, parts: Mapping[tuple[int, int], str]) -> str:
    """The text with other words in place of some of its parts, which are in their order."""
    pieces, done = [], 0
    for (start, end), words in parts.items():
        pieces += [text[done:start], words]
        done = end
    return "".join((*pieces, text[done:]))
