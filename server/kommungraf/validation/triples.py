"""The triples of a view that shapes look at, as N-Triples tokens, read from its sorted lines where they are asked for, in both directions."""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Final

import rdflib
from pyoxigraph import Quad

from kommungraf.quads.graphs import chunks
from kommungraf.quads.spool import Lines, starting_with
from kommungraf.quads.tokens import datatype, language, text
from kommungraf.vocab import iri

__all__ = [
    "SUBCLASS",
    "TYPE",
    "Said",
    "Triples",
    "datatype",
    "language",
    "line",
    "normal",
    "parts",
    "text",
    "triple",
]

TYPE: Final = f"<{iri('rdf:type')}>"
SUBCLASS: Final = f"<{iri('rdfs:subClassOf')}>"
#: What is said of a node: the values of each property.
Said = Mapping[str, tuple[str, ...]]

#: So many lines are in memory at once, and all that is said of the last subject.
_STRETCH: Final = 50_000
#: Of so many nodes what was looked up is kept in mind.
_LATELY: Final = 50_000
_XSD: Final = f'"^^<{iri("xsd:date").removesuffix("date")}'
_AS_IT_IS: Final = re.compile(
    rf'"(?:\d{{4}}-\d\d-\d\d"\^\^<{iri("xsd:date")}>|-?[1-9]\d{{0,17}}"\^\^<{iri("xsd:integer")}>'
    rf'|(?:true|false)"\^\^<{iri("xsd:boolean")}>)'
)


class Triples:
    """The triples whose predicate is one of `followed` or `reversed_too`; a literal is given in rdflib's normal form.

    Equal terms are then equal strings, as they are equal to pySHACL. In memory are those of a stretch of lines and what was
    looked up lately; what leads backwards is a file of its own, sorted by property and value.
    """

    def __init__(self, lines: Sequence[bytes], followed: Collection[str], reversed_too: Collection[str]) -> None:
        self._lines = lines
        self._wanted = {name.encode(): name for name in {*followed, *reversed_too, TYPE, SUBCLASS}}
        self._back = Lines(_turned(lines, {name.encode() for name in {*reversed_too, SUBCLASS}}))
        self._stretch: dict[str, Said] = {}
        self._others: dict[str, Said] = {}
        self._turned: dict[tuple[str, str], tuple[str, ...]] = {}
        self._above: dict[str, frozenset[str]] = {}

    def stretches(self) -> Iterator[Mapping[str, Said]]:
        """What is said of every subject, some of them at a time, which are then quick to ask for."""
        for lines in _stretches(self._lines):
            self._stretch = self._said(lines)
            yield self._stretch
        self._stretch = {}

    def _said(self, lines: Iterable[bytes]) -> dict[str, Said]:
        found: dict[str, Said] = {}
        last, said = b"", dict[str, tuple[str, ...]]()
        for line in lines:
            subject, predicate, rest = line.split(b" ", 2)
            if subject != last:
                last = subject
                found[subject.decode()] = said = {}
            if name := self._wanted.get(predicate):
                value = rest[:-3].decode()
                if value[0] == '"':
                    value = normal(value)
                known = said.get(name)
                if known is None:
                    said[name] = (value,)
                elif value not in known:
                    said[name] = (*known, value)
        return found

    def objects(self, subject: str, predicate: str) -> tuple[str, ...]:
        """The values of a property of a node."""
        said = self._stretch.get(subject)
        if said is None:
            said = self._others.get(subject)
            if said is None:
                said = self._looked_up(subject)
        return said.get(predicate, ())

    def _looked_up(self, subject: str) -> Said:
        if len(self._others) == _LATELY:
            self._others.clear()
        said = self._said(starting_with(self._lines, f"{subject} ".encode())).get(subject, {})
        self._others[subject] = said
        return said

    def subjects(self, predicate: str, value: str) -> Sequence[str]:
        """The nodes that have this value of a property, which is one of those that were to be reversed."""
        found = self._turned.get((predicate, value))
        if found is None:
            if len(self._turned) == _LATELY:
                self._turned.clear()
            start = f"{predicate} {value} ".encode()
            found = tuple(line[len(start) : -1].decode() for line in starting_with(self._back, start))
            self._turned[predicate, value] = found
        return found

    def superclasses(self, name: str) -> frozenset[str]:
        """The classes above one, however far."""
        found = self._above.get(name)
        if found is None:
            if len(self._above) == _LATELY:
                self._above.clear()
            found = self._above[name] = frozenset(self._climbed(name))
        return found

    def _climbed(self, name: str) -> set[str]:
        found: set[str] = set()
        pending = [name]
        while pending:
            new = [each for each in self.objects(pending.pop(), SUBCLASS) if each not in found]
            found.update(new)
            pending += new
        return found

    def pairs(self, predicate: str) -> Iterator[tuple[str, str]]:
        """Every subject and value of a property that was to be reversed, by value."""
        start = f"{predicate} ".encode()
        for line in starting_with(self._back, start):
            value, _, subject = line[len(start) : -1].decode().rpartition(" ")
            yield subject, value

    def all_objects(self, predicate: str) -> Iterator[str]:
        """Every value of such a property, each once."""
        return (value for value, _ in groupby(value for _, value in self.pairs(predicate)))


def _stretches(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Sorted lines in parts of which each has all that is said of its subjects."""
    pending: list[bytes] = []
    for block in chunks(lines, _STRETCH):
        pending += block
        place = bisect_left(pending, pending[-1].partition(b" ")[0] + b" ")
        if place:
            yield pending[:place]
            del pending[:place]
    if pending:
        yield pending


def _turned(lines: Iterable[bytes], predicates: Collection[bytes]) -> Iterator[bytes]:
    """The triples with these predicates as `predicate object subject`."""
    for line in lines:
        subject, predicate, rest = line.split(b" ", 2)
        if predicate in predicates:
            yield b"%s %s %s\n" % (predicate, normal(rest[:-3].decode()).encode(), subject)


def parts(line: bytes) -> tuple[str, str, str]:
    """The three terms of an N-Triples line."""
    subject, predicate, value = line[:-3].decode().split(" ", 2)
    return subject, predicate, value


def line(terms: tuple[str, str, str]) -> bytes:
    """Three terms as an N-Triples line."""
    return f"{' '.join(terms)} .\n".encode()


def triple(quad: Quad) -> tuple[str, str, str]:
    """The three terms of a quad."""
    return str(quad.subject), str(quad.predicate), str(quad.object)


def normal(token: str) -> str:
    """A term as rdflib has it: the literals of XML Schema datatypes in their normal form, language tags in small letters."""
    if token[0] != '"' or token[-1] == '"':
        return token
    if token[-1] != ">":
        content, _, tag = token.rpartition("@")
        return f"{content}@{tag.lower()}"
    return token if _XSD not in token or _AS_IT_IS.fullmatch(token) else _normalised(token)


@lru_cache(maxsize=65536)
def _normalised(token: str) -> str:
    found = rdflib.Literal(text(token), datatype=rdflib.URIRef(datatype(token)))
    return f'{token[:0]}"{_escaped(str(found))}"^^<{found.datatype}>'


def _escaped(content: str) -> str:
    return content.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
