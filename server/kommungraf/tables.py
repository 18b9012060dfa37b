"""Tables that people keep: each row becomes a claim with its file, its row and its source."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad

from kommungraf.csvw import METADATA, Column, Table, filled, read_table
from kommungraf.errors import EmptyInput, InputError, Place, SyntaxFault, TableFault
from kommungraf.vocab import iri

__all__ = ["Cell", "TableFile", "cells", "read_table_file", "table_files"]

_A: Final = NamedNode(iri("rdf:type"))
_INTEGER: Final = NamedNode(iri("xsd:integer"))


@dataclass(frozen=True, slots=True)
class Cell:
    """One statement of a table and where it stands: `row` counts the heading as row 1."""

    quad: Quad
    row: int
    column: str


@dataclass(frozen=True, slots=True)
class TableFile:
    """One table: its statements, and every fault found in it."""

    path: Path
    name: str
    cells: tuple[Cell, ...]
    faults: tuple[InputError, ...]


def table_files(folder: Path) -> list[Path]:
    """The metadata files in and below `folder`, in the order of their names."""
    return sorted(folder.rglob(f"*.csv{METADATA}"))


def read_table_file(metadata: Path, name: str) -> TableFile:
    """The table that `metadata` describes, read whole; `name` is the table's own, for people."""
    table = read_table(metadata, name + METADATA)
    faults: list[InputError] = []
    found = tuple(cells(table, name, faults))
    return TableFile(table.path, name, found, tuple(faults))


def cells(table: Table, name: str, faults: list[InputError]) -> Iterator[Cell]:
    """Each statement of the table, row by row; what can't be read goes to `faults`."""
    reader = csv.reader(io.StringIO(_text(table.path, name), newline=""))
    headings = _headings(next(reader, []), table, name)
    for number, values in enumerate(reader, start=1):
        row, missing = number + 1, len(headings) - len(values)
        if missing and any(values):
            message = "The row has {cells} cells, the heading has {columns}. Check commas and quotes."
            faults.append(TableFault(message, Place(name, row), cells=len(values), columns=len(headings)))
        elif any(values):
            texts = dict(zip(headings, (value.strip() for value in values), strict=True))
            place = Place(name, row)
            if faulty := [*_faults(table, texts, place)] or [*_keyless(table, texts, place)]:
                faults.extend(faulty)
            else:
                yield from _row(table, texts, number)


def _text(path: Path, name: str) -> str:
    try:
        content = path.read_bytes()
        return content.decode("utf-8-sig")
    except OSError as error:
        raise EmptyInput("The table can't be read: {reason}.", Place(name), reason=error.strerror) from error
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        message = "The table isn't UTF-8 (byte 0x{byte}). Save it as CSV UTF-8."
        raise SyntaxFault(message, Place(name, line), byte=f"{content[error.start]:02X}") from error


def _headings(found: list[str], table: Table, name: str) -> list[str]:
    titles = {title.casefold(): column.name for column in table.columns for title in column.titles}
    expected = [column for column in table.columns if not column.virtual]
    names = [titles.get(heading.strip().casefold(), "") for heading in found]
    for heading, name_of in zip(found, names, strict=True):
        if not name_of or names.count(name_of) > 1:
            known = ", ".join(each.titles[0] for each in expected)
            twice = "The column “{heading}” stands twice. The columns are: {known}."
            unknown = "The column “{heading}” isn't known. The columns are: {known}."
            place = Place(name, 1, heading)
            raise TableFault(twice if name_of else unknown, place, heading=heading, known=known)
    for column in expected:
        if column.name not in names:
            message = "The column “{heading}” is missing. Add it to the heading, even if it stays empty."
            raise TableFault(message, Place(name, 1), heading=column.titles[0])
    return names


def _faults(table: Table, texts: Mapping[str, str], place: Place) -> Iterator[TableFault]:
    for column in table.columns:
        text = texts.get(column.name, "")
        where = Place(place.file, place.line, column.titles[0])
        if column.required and not text:
            yield TableFault("The column “{heading}” must not be empty.", where, heading=column.titles[0])
        elif text and column.pattern and not column.pattern.fullmatch(text):
            form = column.pattern.pattern
            yield TableFault("“{text}” doesn't have the form {form}.", where, text=text, form=form)


def _keyless(table: Table, texts: Mapping[str, str], place: Place) -> Iterator[TableFault]:
    """A row that its claim can't be named from must not vanish unseen."""
    if filled(table.claim, texts) is None:
        yield TableFault("The row has no key, so nothing can be said of it. Fill in what identifies it.", place)


def _row(table: Table, texts: Mapping[str, str], number: int) -> Iterator[Cell]:
    claim = filled(table.claim, texts)
    if claim is None:
        return
    graph = NamedNode(claim)
    for column in table.columns:
        if quad := _statement(table, column, texts, graph):
            yield Cell(quad, number + 1, column.titles[0])
    for predicate, value in _metadata(table, number):
        yield Cell(Quad(graph, predicate, value), number + 1, "")


def _statement(table: Table, column: Column, texts: Mapping[str, str], graph: NamedNode) -> Quad | None:
    text = texts.get(column.name, "") or column.default or ""
    subject = filled(column.about or table.about, texts)
    if column.predicate is None or subject is None or not (text or column.virtual):
        return None
    if column.value is None:
        return Quad(NamedNode(subject), column.predicate, column.literal(text), graph)
    value = filled(column.value, texts)
    return Quad(NamedNode(subject), column.predicate, NamedNode(value), graph) if value else None


def _metadata(table: Table, number: int) -> Iterator[tuple[NamedNode, NamedNode | Literal]]:
    yield _A, NamedNode(iri("kg:Claim"))
    yield NamedNode(iri("prov:wasDerivedFrom")), NamedNode(table.source)
    yield NamedNode(iri("kg:tableFile")), Literal(table.path.name)
    yield NamedNode(iri("csvw:rownum")), Literal(str(number), datatype=_INTEGER)
    yield NamedNode(iri("kg:status")), NamedNode(iri("kg:Accepted"))
