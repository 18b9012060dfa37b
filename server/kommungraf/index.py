"""The label and text index of a release, an SQLite database with full-text search."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad

from kommungraf.vocab import iri

__all__ = ["write_index"]

_SCHEMA: Final = """
CREATE TABLE thing (iri TEXT PRIMARY KEY, type TEXT NOT NULL, kind TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE graph (iri TEXT PRIMARY KEY, quads INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE label (iri TEXT, rank INTEGER, lang TEXT, text TEXT, PRIMARY KEY (iri, rank, lang, text)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(
    text, iri UNINDEXED, lang UNINDEXED, tier UNINDEXED,
    tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
);
"""
#: Rank 0: names; 1: other names and codes; 2: texts.
_RANKS: Final = {
    iri(name): rank
    for rank, names in enumerate(
        (
            ("skos:prefLabel", "dcterms:title", "rdfs:label", "foaf:name", "schema:name", "sh:name"),
            ("skos:altLabel", "skos:notation", "kg:wording"),
            ("skos:definition", "dcterms:description", "rdfs:comment", "skos:note", "oa:exact"),
        )
    )
    for name in names
}
#: IRI, rank, language tag, text.
_Label = tuple[str, int, str, str]
_TYPE: Final = iri("rdf:type")
_SUBCLASS: Final = iri("rdfs:subClassOf")
_MEMBER: Final = iri("org:member")
_ORGANISATION: Final = iri("org:organization")
_CITES: Final = frozenset({iri("prov:wasQuotedFrom"), iri("prov:wasDerivedFrom")})
_NAMING: Final = _CITES | {_MEMBER, _ORGANISATION}


def write_index(path: Path, quads: Iterable[Quad], base_iri: str) -> None:
    """Writes the index of the things and texts in the quads; equal quads give equal bytes with one SQLite version."""
    sizes: Counter[str] = Counter()
    things, labels, composed = _collected(_counted(quads, sizes), base_iri)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.executescript(_SCHEMA)
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO thing VALUES (?, ?, ?)", sorted(things))
        connection.executemany("INSERT INTO graph VALUES (?, ?)", sorted(sizes.items()))
        connection.executemany("INSERT INTO label VALUES (?, ?, ?, ?)", [*labels, *composed])
        connection.executemany("INSERT INTO words (iri, tier, lang, text) VALUES (?, ?, ?, ?)", labels)
        connection.execute("INSERT INTO words (words) VALUES ('optimize')")
        connection.execute("COMMIT")
    finally:
        connection.close()


def _counted(quads: Iterable[Quad], sizes: Counter[str]) -> Iterator[Quad]:
    """The quads as they are, while those of each named graph are counted."""
    for quad in quads:
        if isinstance(quad.graph_name, NamedNode):
            sizes[quad.graph_name.value] += 1
        yield quad


def _collected(
    quads: Iterable[Quad], base_iri: str
) -> tuple[list[tuple[str, str, str]], list[_Label], list[_Label]]:
    types: defaultdict[str, set[str]] = defaultdict(set)
    broader: defaultdict[str, set[str]] = defaultdict(set)
    labels: set[_Label] = set()
    links: dict[tuple[str, str], str] = {}
    for quad in quads:
        for name in _things(quad, base_iri):
            types.setdefault(name, set())
        if isinstance(quad.subject, NamedNode):
            labels.update(_label(quad.subject.value, quad))
            if isinstance(quad.object, NamedNode) and quad.predicate.value in _NAMING:
                links[quad.subject.value, quad.predicate.value] = quad.object.value
            if isinstance(quad.object, NamedNode) and quad.predicate.value in (_TYPE, _SUBCLASS):
                known = types if quad.predicate.value == _TYPE else broader
                known[quad.subject.value].add(quad.object.value)
    things = [(name, _shown(found, broader, base_iri), _kind(name, base_iri)) for name, found in types.items()]
    return things, sorted(labels), sorted(_composed(links, labels))


def _composed(links: Mapping[tuple[str, str], str], labels: set[_Label]) -> set[_Label]:
    """Names for the nameless, not searched: a membership is called by its member and cooperation, a claim by its source."""
    names: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for name, rank, language, text in sorted(labels, reverse=True):
        if rank == 0:
            names[name][language] = text
    found: set[_Label] = set()
    for (thing, predicate), target in links.items():
        first = {} if thing in names else names.get(target, {})
        if predicate == _MEMBER:
            whole = names.get(links.get((thing, _ORGANISATION), ""), {})
            found |= {(thing, 0, tag, f"{text} – {_in(whole, tag)}") for tag, text in first.items() if whole}
        elif predicate in _CITES:
            key = thing.rpartition("/")[2]
            found |= {(thing, 0, tag, f"{text}: {key}") for tag, text in first.items()}
    return found


def _in(names: Mapping[str, str], language: str) -> str:
    return names.get(language) or next(iter(names.values()))


def _things(quad: Quad, base_iri: str) -> Iterator[str]:
    """What has a document: each subject, and whatever stands under the base."""
    for node in (quad.subject, quad.predicate, quad.object, quad.graph_name):
        if isinstance(node, NamedNode) and (node == quad.subject or node.value.startswith(base_iri)):
            yield node.value


def _label(subject: str, quad: Quad) -> Iterator[_Label]:
    rank = _RANKS.get(quad.predicate.value)
    if rank is not None and isinstance(quad.object, Literal):
        yield subject, rank, quad.object.language or "", quad.object.value


def _shown(types: set[str], broader: Mapping[str, set[str]], base_iri: str) -> str:
    """The type to show: the narrowest, one of our own before others."""
    covered = {above for each in types for above in _above(each, broader)}
    return min(types - covered or types, key=lambda each: (not each.startswith(base_iri), each), default="")


def _above(name: str, broader: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    pending = [name]
    while pending:
        new = broader.get(pending.pop(), set()) - found
        found |= new
        pending += new
    return found - {name}


def _kind(name: str, base_iri: str) -> str:
    path = name.removeprefix(base_iri) if name.startswith(base_iri) else ""
    first, _, rest = path.partition("/")
    return rest.partition("/")[0] if first == "id" else first
