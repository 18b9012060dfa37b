"""The label and text index of a release, an SQLite database with full-text search."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import count, groupby
from pathlib import Path
from typing import Final

from kommungraf.quads.spool import Lines, starting_with
from kommungraf.quads.tokens import language, text
from kommungraf.releases.aspects import told as looked_at
from kommungraf.releases.aspects import write_aspects
from kommungraf.releases.facets import TELLING, write_facets
from kommungraf.releases.naming import told, write_names
from kommungraf.releases.places import told as placed
from kommungraf.releases.places import write_places
from kommungraf.releases.quotations import told as claimed
from kommungraf.releases.quotations import write_claims
from kommungraf.releases.spans import told as timed
from kommungraf.releases.spans import write_spans
from kommungraf.texts import folded, plainly
from kommungraf.vocab import iri

__all__ = ["write_index"]

_SCHEMA: Final = """
CREATE TABLE thing (iri TEXT PRIMARY KEY, type TEXT NOT NULL, kind TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE graph (iri TEXT PRIMARY KEY, quads INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE label (iri TEXT, rank INTEGER, lang TEXT, text TEXT, PRIMARY KEY (iri, rank, lang, text)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(
    text, plain, iri UNINDEXED, lang UNINDEXED, tier UNINDEXED,
    tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
);
CREATE VIRTUAL TABLE alike USING fts5(folded, iri UNINDEXED, tier UNINDEXED, tokenize = "trigram");
"""
#: Rank 0: names; 1: other names and codes; 2: texts; 3: names of the locality that a thing's position is of. naming.py writes
#: those of rank 4: who says what a source says.
_RANKS: Final = {
    iri(name): rank
    for rank, names in enumerate(
        (
            ("skos:prefLabel", "dcterms:title", "rdfs:label", "foaf:name", "schema:name", "sh:name", "vcard:fn"),
            ("skos:altLabel", "skos:notation", "kg:wording"),
            ("skos:definition", "dcterms:description", "rdfs:comment", "skos:note", "oa:exact"),
            ("kg:localityName",),
        )
    )
    for name in names
}
#: So many names are kept in mind, so that each isn't a record as often as it is used.
_LATELY: Final = 100_000
_TEXTS_RANK: Final = 2
#: IRI, rank, language tag, text.
_Label = tuple[str, int, str, str]
_TYPE: Final = iri("rdf:type")
_SAME: Final = iri("skos:exactMatch")
_WIKIDATA: Final = b"<http://www.wikidata.org/entity/"
_SUBCLASS: Final = iri("rdfs:subClassOf")


def write_index(path: Path, lines: Iterable[bytes], base_iri: str) -> None:
    """Writes the index of the things and texts in sorted N-Quads lines; equal lines give equal bytes with one SQLite version."""
    broader: dict[str, set[str]] = {}
    records = Lines(_records(lines, base_iri, broader))
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.executescript(_SCHEMA)
        write_facets(connection, _ties(records))
        write_spans(connection, _times(records), f"{base_iri}dataset/")
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO thing VALUES (?, ?, ?)", _things(records, base_iri, broader))
        connection.executemany("INSERT INTO graph VALUES (?, ?)", _sizes(records))
        connection.executemany("INSERT INTO label VALUES (?, ?, ?, ?)", _labels(records))
        write_claims(connection, records)
        write_places(connection, records)
        write_aspects(connection, records)
        searched = _searched(records, f"{base_iri}shape/")
        connection.executemany("INSERT INTO words (iri, tier, lang, text, plain) VALUES (?, ?, ?, ?, ?)", searched)
        write_names(connection, records)
        connection.executemany("INSERT INTO alike (folded, iri, tier) VALUES (?, ?, ?)", _folded(records))
        for table in ("words", "alike"):
            connection.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")  # noqa: S608  a name of ours
        connection.execute("COMMIT")
    finally:
        connection.close()


def _records(lines: Iterable[bytes], base_iri: str, broader: dict[str, set[str]]) -> Iterator[bytes]:
    """What the lines tell, one record a line, while narrower and `broader` classes are noted.

    Records are `thing IRI [type]`, `label IRI rank language text`, `tie predicate IRI target`, `size IRI number statements`,
    those of aspects.py, naming.py, places.py and quotations.py and, of the held view, `time IRI name value`, with tabs between.
    """
    base, last, length = f"<{base_iri}".encode(), b"\n", 0
    lately = set[bytes]()
    sizes: Counter[bytes] = Counter()
    parts = count()
    predicates: dict[bytes, str] = {}
    for line in lines:
        if line.startswith(last):
            graph = line[length:-3]
            names: tuple[bytes, ...] = (graph,)
        else:
            subject, predicate, rest = line[:-3].split(b" ", 2)
            value, graph = _parted(rest)
            names = (subject, predicate, value, graph)
            length = len(subject) + len(predicate) + len(value) + 3
            last = line[:length]
            name = predicates.get(predicate) or predicates.setdefault(predicate, predicate[1:-1].decode())
            if subject[:1] == b"<":
                yield from _told(subject[1:-1], name, value, broader)
            yield from told(subject, name, value)
            yield from claimed(subject, name, value, graph)
            yield from placed(subject, name, value, graph)
            if subject[:1] == b"<" and not graph and (fact := timed(predicate[1:-1], value)):
                yield b"time\t%s\t%s\t%s\n" % (subject[1:-1], *fact)
            yield from _new(looked_at(subject, name, value, graph), lately)
        sizes[graph] += 1
        if len(sizes) > _LATELY:
            yield from _counted(sizes, next(parts))
        for each in names:
            if each not in lately and (each.startswith(base) or (each == subject and each[:1] == b"<")):
                yield b"thing\t%s\n" % each[1:-1]
                _remember(each, lately)
    yield from _counted(sizes, next(parts))


def _counted(sizes: Counter[bytes], part: int) -> Iterator[bytes]:
    """How many statements of each graph are in a part of the lines; the next one is counted anew."""
    for name, number in sizes.items():
        if name[:1] == b"<":
            yield b"size\t%s\t%d\t%d\n" % (name[1:-1], part, number)
    sizes.clear()


def _sizes(records: Lines) -> Iterator[tuple[str, int]]:
    """How many statements each graph has."""
    for name, fields in groupby(_fields(records, b"size\t", 3), lambda each: each[0]):
        yield name, sum(int(number) for _, _, number in fields)


def _new(records: Iterable[bytes], lately: set[bytes]) -> Iterator[bytes]:
    """Those that weren't told lately."""
    for record in records:
        if record not in lately:
            yield record
            _remember(record, lately)


def _remember(name: bytes, lately: set[bytes]) -> None:
    if len(lately) > _LATELY:
        lately.clear()
    lately.add(name)


def _parted(rest: bytes) -> tuple[bytes, bytes]:
    """The object and the graph name of a line, which is empty in the default graph."""
    if rest[:1] != b'"':
        value, _, graph = rest.partition(b" ")
        return value, graph
    end = rest.rindex(b'"')
    space = rest.find(b" ", end)
    return (rest, b"") if space < 0 else (rest[:space], rest[space + 1 :])


def _told(subject: bytes, predicate: str, value: bytes, broader: dict[str, set[str]]) -> Iterator[bytes]:
    if value[:1] == b'"' and (rank := _RANKS.get(predicate)) is not None:
        token = value.decode()
        yield b"label\t%s\t%d\t%s\t%s\n" % (subject, rank, language(token).encode(), value)
    elif value[:1] == b"<" and predicate == _TYPE:
        yield b"thing\t%s\t%s\n" % (subject, value[1:-1])
    elif predicate == _SAME and value.startswith(_WIKIDATA):
        yield b'label\t%s\t1\t\t"%s"\n' % (subject, value[len(_WIKIDATA) : -1])
    elif value[:1] == b"<" and predicate == _SUBCLASS:
        broader.setdefault(subject.decode(), set()).add(value[1:-1].decode())
    if value[:1] == b"<" and predicate in TELLING:
        yield b"tie\t%s\t%s\t%s\n" % (predicate.encode(), subject, value[1:-1])


def _fields(records: Lines, kind: bytes, count: int) -> Iterator[list[str]]:
    """The fields of the records of a kind."""
    return (line[len(kind) : -1].decode().split("\t", count - 1) for line in starting_with(records, kind))


def _things(records: Lines, base_iri: str, broader: Mapping[str, set[str]]) -> Iterator[tuple[str, str, str]]:
    for name, fields in groupby(_fields(records, b"thing\t", 2), lambda each: each[0]):
        types = {each[1] for each in fields if len(each) > 1}
        yield name, _shown(types, broader, base_iri), _kind(name, base_iri)


def _labels(records: Lines) -> Iterator[_Label]:
    for name, rank, tag, token in _fields(records, b"label\t", 4):
        yield name, int(rank), tag, text(token)


def _searched(records: Lines, shapes: str) -> Iterator[tuple[*_Label, str]]:
    """What is searched: what the data must obey is found after all that they say.

    Last comes what SQLite doesn't find by o and l, since it tells ø and ł from them.
    """
    for name, rank, tag, label in _labels(records):
        yield name, _TEXTS_RANK if name.startswith(shapes) else rank, tag, label, plainly(label)


def _folded(records: Lines) -> Iterator[tuple[str, str, int]]:
    """The names and other names, without case and accents, for finding those that are spelt alike."""
    for name, rank, _, label in _labels(records):
        if rank != _TEXTS_RANK:
            yield folded(label), name, rank


def _ties(records: Lines) -> Iterator[tuple[str, str, str]]:
    return ((name, subject, target) for name, subject, target in _fields(records, b"tie\t", 3))


def _times(records: Lines) -> Iterator[tuple[str, str, str]]:
    return ((name, fact, value) for name, fact, value in _fields(records, b"time\t", 3))


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
