"""The triples of a view by predicate, as N-Triples tokens: what shapes look at, quick to walk in both directions."""

import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Final

import rdflib
from pyoxigraph import Quad

from kommungraf.quads.tokens import datatype, language, text
from kommungraf.vocab import iri

__all__ = ["SUBCLASS", "TYPE", "Triples", "datatype", "language", "line", "normal", "parts", "text", "triple"]

TYPE: Final = f"<{iri('rdf:type')}>"
SUBCLASS: Final = f"<{iri('rdfs:subClassOf')}>"

_XSD: Final = f'"^^<{iri("xsd:date").removesuffix("date")}'
_AS_IT_IS: Final = re.compile(
    rf'"(?:\d{{4}}-\d\d-\d\d"\^\^<{iri("xsd:date")}>|-?[1-9]\d{{0,17}}"\^\^<{iri("xsd:integer")}>'
    rf'|(?:true|false)"\^\^<{iri("xsd:boolean")}>)'
)


class Triples:
    """The triples whose predicate is one of `followed` or `reversed_too`; a literal is kept in rdflib's normal form.

    Equal terms are then equal strings, as they are equal to pySHACL. A property with one value, as most have, keeps it without a
    tuple around it, and nodes of the same types share the tuple of these.
    """

    def __init__(self, lines: Iterable[bytes], followed: Collection[str], reversed_too: Collection[str]) -> None:
        self._objects: dict[str, dict[str, str | tuple[str, ...]]] = {
            name: {} for name in {*followed, *reversed_too, TYPE, SUBCLASS}
        }
        self._subjects: dict[str, dict[str, str | list[str]]] = {
            name: {} for name in {*reversed_too, TYPE, SUBCLASS}
        }
        wanted = {name.encode(): name for name in self._objects}
        nodes: dict[str, str] = {}
        types: dict[tuple[str, ...], tuple[str, ...]] = {}
        for line in lines:
            subject, predicate, rest = line.split(b" ", 2)
            if name := wanted.get(predicate):
                self._add(_node(subject, nodes), name, _term(rest[:-3], nodes), types)

    def _add(
        self, subject: str, predicate: str, value: str, types: dict[tuple[str, ...], tuple[str, ...]]
    ) -> None:
        table = self._objects[predicate]
        known = table.get(subject)
        if known is None:
            table[subject] = value
        elif known == value or (isinstance(known, tuple) and value in known):
            return
        else:
            several = (*known, value) if isinstance(known, tuple) else (known, value)
            table[subject] = types.setdefault(several, several) if predicate == TYPE else several
        if predicate in self._subjects:
            self._turn(subject, self._subjects[predicate], value)

    @staticmethod
    def _turn(subject: str, back: dict[str, str | list[str]], value: str) -> None:
        found = back.get(value)
        if found is None:
            back[value] = subject
        elif isinstance(found, str):
            back[value] = [found, subject]
        else:
            found.append(subject)

    def objects(self, subject: str, predicate: str) -> tuple[str, ...]:
        """The values of a property of a node."""
        found = self._objects[predicate].get(subject, ())
        return (found,) if isinstance(found, str) else found

    def subjects(self, predicate: str, value: str) -> Sequence[str]:
        """The nodes that have this value of a property."""
        found = self._subjects[predicate].get(value, ())
        return (found,) if isinstance(found, str) else found

    def all_subjects(self, predicate: str) -> Collection[str]:
        """Every node that has the property."""
        return self._objects[predicate].keys()

    def all_objects(self, predicate: str) -> Collection[str]:
        """Every value of the property."""
        return self._subjects[predicate].keys()


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


def _node(token: bytes, nodes: dict[str, str]) -> str:
    """The token as the one string that stands for it wherever it occurs."""
    name = token.decode()
    return nodes.setdefault(name, name)


def _term(token: bytes, nodes: dict[str, str]) -> str:
    return normal(token.decode()) if token[:1] == b'"' else _node(token, nodes)


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
