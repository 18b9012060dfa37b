"""Tables that people keep: each row becomes a claim with its file, its row and its source."""

import sqlite3
import weakref
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Final

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from kommungraf.errors import InputError, Place, TableFault, TableNotice
from kommungraf.tables.cells import Row, counted, literal, stretch
from kommungraf.tables.csvw import Column, Table, expanded, filled, variables
from kommungraf.tables.names import Names
from kommungraf.tables.periods import dated
from kommungraf.tables.statements import Cell, Cells
from kommungraf.tables.tablerows import ReadRow, known_rows, read_rows
from kommungraf.vocab import EDTF, iri

__all__ = [
    "Making",
    "Seen",
    "TableFile",
    "claimed",
    "read_table_file",
    "record_names",
    "record_other_names",
    "record_tie_names",
]

_A: Final = NamedNode(iri("rdf:type"))
_CLAIM: Final = NamedNode(iri("kg:Claim"))
_SOURCE: Final = NamedNode(iri("prov:wasDerivedFrom"))
_FILE: Final = NamedNode(iri("kg:tableFile"))
_ROW: Final = NamedNode(iri("csvw:rownum"))
_STATUS: Final = NamedNode(iri("kg:status"))
_ACCEPTED: Final = NamedNode(iri("kg:Accepted"))
_INTEGER: Final = NamedNode(iri("xsd:integer"))
_DATE: Final = NamedNode(iri("xsd:date"))
_EDTF: Final = NamedNode(EDTF)
_NAMING: Final = frozenset(
    (
        "rdf:type",
        "skos:prefLabel",
        "skos:altLabel",
        "skos:exactMatch",
        "dcterms:title",
        "skos:notation",
        "schema:url",
        "geo:sfWithin",
    )
)
#: Most nodes of a table recur from row to row.
_node: Final = lru_cache(maxsize=65_536)(NamedNode)
_MOST_FAULTS: Final = 500
#: Keys come in no order: of those of a million rows about this much is in memory.
_KIBIBYTES: Final = 65_536
_NAMING_IRIS: Final = frozenset(iri(name) for name in _NAMING)


@dataclass(frozen=True, slots=True)
class TableFile:
    """One table: its statements, and every fault found in it."""

    path: Path
    name: str
    cells: Iterable[Cell]
    faults: tuple[InputError, ...]


class Seen:
    """Which row said what first, over all tables; kept outside memory."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect("", check_same_thread=False)
        self._connection.execute(f"PRAGMA cache_size = -{_KIBIBYTES}")
        self._connection.execute(
            "CREATE TABLE said (key BLOB PRIMARY KEY, file TEXT, row INTEGER, content BLOB) WITHOUT ROWID"
        )
        weakref.finalize(self, self._connection.close)

    def first(self, key: str, place: Place, content: str) -> tuple[Place, bool]:
        """The place that used a key first, and whether it said the same."""
        short, digest = _digest(key), _digest(content)
        values = (short, place.file, place.line, digest)
        if self._connection.execute("INSERT OR IGNORE INTO said VALUES (?, ?, ?, ?)", values).rowcount:
            return place, True
        query = "SELECT file, row, content FROM said WHERE key = ?"
        file, row, known = self._connection.execute(query, (short,)).fetchone()
        return Place(file, row), known == digest


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=12).digest()


class _Faults:
    """The faults of a table: the first of them, and how many more there are."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._kept: list[InputError] = []
        self._more = 0

    def add(self, fault: InputError) -> None:
        if len(self._kept) < _MOST_FAULTS:
            self._kept.append(fault)
        else:
            self._more += 1

    def all(self) -> tuple[InputError, ...]:
        if not self._more:
            return tuple(self._kept)
        message = "The table has {number} more faults. Mend the ones above first."
        return (*self._kept, TableFault(message, Place(self._name), number=self._more))


@dataclass(frozen=True, slots=True)
class Making:
    """What it takes to make statements of the rows of a table."""

    path: Path
    name: str
    table: Table
    names: Names
    seen: Seen
    telling: tuple[Column, ...]

    @classmethod
    def of(cls, path: Path, name: str, table: Table, names: Names, seen: Seen) -> "Making":
        """Making statements of the file `path`, whose name for people is `name`."""
        return cls(path, name, table, names, seen, table.telling())

    def cells(self, faults: _Faults) -> Iterator[Cell]:
        """The statements of every row that can be read."""
        for row in read_rows(self.path, self.name, self.table, self.names, faults.add):
            yield from claimed(self, row, faults.add)


def read_table_file(path: Path, name: str, table: Table, names: Names, seen: Seen) -> TableFile:
    """The file as `table` describes it; `name` is the file's own, for people."""
    faults = _Faults(name)
    cells = Cells(Making.of(path, name, table, names, seen).cells(faults))
    return TableFile(path, name, cells, faults.all())


def record_names(path: Path, table: Table, names: Names) -> None:
    """Notes what a table calls the things that it describes; its faults are told when it is read."""
    columns = [column for column in table.stated() if column.reads not in ("thing", "property", "value")]
    columns += [
        column for column in table.stated() if column.predicate == "geo:sfWithin" and column.reads == "thing"
    ]
    if any(column.predicate in _NAMING and not _subjects(table, column) for column in table.columns):
        _record_rows(path, table, names, columns)


def record_tie_names(path: Path, table: Table, names: Names) -> None:
    """Notes what a table calls the ties that it describes, once the things that they tie are known."""
    if table.ties and {each.partition(".")[0] for each in variables(table.about)} <= table.ties.keys():
        ends = {end for columns in table.ties.values() for end in columns}
        within = {column.within for column in table.stated() if column.name in ends}
        _record_rows(path, table, names, [column for column in table.stated() if column.name in ends | within])


def _record_rows(path: Path, table: Table, names: Names, columns: Iterable[Column]) -> None:
    """Notes the names that the rows give, as far as `columns` tell; of a tie, its own alone."""
    tied = [column for column in table.columns if not column.about] if table.ties else table.columns
    naming = tuple(column for column in tied if column.predicate in _NAMING)
    try:
        for row in known_rows(path, path.name, table, names, columns):
            names.record(quad for _, quad in _statements(table, naming, row, DefaultGraph()) if _is_naming(quad))
            _call(table, row.values, names)
    except InputError:
        return


def record_other_names(path: Path, table: Table, names: Names, *, printed: bool) -> None:
    """Notes what a table's sources call things that other files describe, also as `printed` beside what a row is about."""
    naming = [
        column
        for column in table.stated()
        if column.predicate in _NAMING and _subjects(table, column) and (printed or column.required)
    ]
    subjects = {each for column in naming for each in _subjects(table, column)}
    needed = {*subjects, *(column.name for column in naming)}
    needed |= {column.within for column in table.stated() if column.name in subjects and column.within}
    columns = [column for column in table.stated() if column.name in needed]
    try:
        for row in known_rows(path, path.name, table, names, columns) if naming else ():
            if not any(column.name in row.heading.columns for column in naming):
                return
            for column in naming:
                subject, name = filled(column.about or table.about, row.values), row.values.get(column.name)
                if subject and name:
                    names.call(subject, name, yields=True)
    except InputError:
        return


def _subjects(table: Table, column: Column) -> set[str]:
    """The columns that name things and on which the subject of a column rests, or the ties."""
    things = {each.name for each in table.stated() if each.reads == "thing"} | table.ties.keys()
    return {each.partition(".")[0] for each in variables(column.about or table.about)} & things


def _is_naming(quad: Quad) -> bool:
    return quad.predicate.value in _NAMING_IRIS


def _call(table: Table, row: Row, names: Names) -> None:
    subject = filled(table.about, row)
    if subject and table.short and (short := expanded(table.short, row)):
        names.shorten(subject, short)
    for template in table.called:
        if subject and (called := expanded(template, row)):
            names.call(subject, called)


def claimed(reading: Making, row: ReadRow, report: Callable[[InputError], None]) -> Iterator[Cell]:
    """The statements of a row and of its claim; none where another row has made the claim already."""
    table, values = reading.table, row.values
    place = Place(reading.name, row.number)
    key = filled(table.claim or table.about, values)
    if key is None:
        report(TableFault("The row has no key, so nothing can be said of it. Fill in what identifies it.", place))
        return
    first, same = reading.seen.first(key, place, "\n".join(chain.from_iterable(values.items())))
    if first != place:
        report(_repeated(first, place, same=same))
        return
    if table.claim:
        values["claim"] = key
    graph = NamedNode(key) if table.claim else DefaultGraph()
    for column, quad in _statements(table, reading.telling, row, graph):
        yield Cell(quad, row.number, row.heading.shown.get(column.name, ""))
    if table.claim:
        for quad in _metadata(reading, row, NamedNode(key)):
            yield Cell(quad, row.number, "")


def _repeated(first: Place, place: Place, *, same: bool) -> InputError:
    where = {"row": first.line, "file": first.file}
    if same:
        return TableNotice("The row says the same as row {row} of {file}. Remove one of them.", place, **where)
    message = (
        "Row {row} of {file} says something else of the same thing from the same source. "
        "Remove one of them, or tell them apart in the column ställe/passage."
    )
    return TableFault(message, place, **where)


def _statements(
    table: Table, telling: tuple[Column, ...], row: ReadRow, graph: NamedNode | DefaultGraph
) -> Iterator[tuple[Column, Quad]]:
    subjects: dict[str, str | None] = {}
    for column in telling:
        if not (column.virtual or row.values.get(column.name)) or (
            column.when and not row.values.get(column.when)
        ):
            continue
        about = column.about or table.about
        subject = subjects[about] if about in subjects else subjects.setdefault(about, filled(about, row.values))
        if subject is None:
            continue
        where = DefaultGraph() if subject == row.values.get("claim") else graph
        for values in _each(column, row):
            for predicate, value in _said(column, values):
                yield column, Quad(_node(subject), _node(predicate), value, where)


def _each(column: Column, row: ReadRow) -> Iterator[Row]:
    """The values of a row, once for each item of a list."""
    if column.separator is None:
        yield row.values
        return
    for item in row.lists.get(column.name, ()):
        yield row.values | item


def _said(column: Column, values: Row) -> Iterator[tuple[str, NamedNode | Literal]]:
    if column.interval:
        yield from _period(column, values)
        return
    if column.reads == "quantity" and not column.virtual:
        yield from counted(column, values)
        return
    predicate = filled(column.predicate, values) if column.predicate else None
    if predicate is None:
        return
    if column.value is not None:
        if value := filled(column.value, values):
            yield predicate, _node(value)
    elif column.text is None or expanded(column.text, values):
        yield predicate, literal(column, values)


def _period(column: Column, values: Row) -> Iterator[tuple[str, Literal]]:
    """One EDTF expression, or the days that bound a period that none can say."""
    found = stretch(column, values)
    if found and found.edtf and column.predicate:
        yield iri(column.predicate), Literal(found.edtf, datatype=_EDTF)
    elif found and found.bounds:
        for predicate, day in dated(found.bounds):
            yield predicate, Literal(day.isoformat(), datatype=_DATE)


def _metadata(reading: Making, row: ReadRow, claim: NamedNode) -> Iterator[Quad]:
    table = reading.table
    source = filled(table.source or "", row.values)
    said: list[tuple[NamedNode, NamedNode | Literal]] = [
        (_A, _CLAIM),
        (_SOURCE, _node(source or "")),
        (_FILE, Literal(reading.path.name)),
        (_ROW, Literal(str(row.number - min(row.heading.row, 1)), datatype=_INTEGER)),
    ]
    if table.accepted:
        said.append((_STATUS, _ACCEPTED))
    for predicate, value in said:
        yield Quad(claim, predicate, value)
