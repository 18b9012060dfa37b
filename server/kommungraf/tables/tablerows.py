"""The rows of a table, each cell read by what its column declares; what can't be read is told with row and column."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kommungraf.errors import InputError, Place, TableFault
from kommungraf.tables.cells import CellFault, Row, read, stretch, tied, untied
from kommungraf.tables.csvw import Column, Table
from kommungraf.tables.dates import DateFault
from kommungraf.tables.names import Names, folded
from kommungraf.tables.sheets import SheetRow, is_comment, loose_rows, sheet_rows

__all__ = [
    "MARK_HEADINGS",
    "Heading",
    "ReadRow",
    "Reading",
    "known_rows",
    "read_heading",
    "read_rows",
    "readings",
]

#: The headings of the column that a marked-up copy adds; nothing is read from it.
MARK_HEADINGS: Final = {"sv": "att rätta", "en": "to mend"}

Report = Callable[[InputError], None]

_MOST_NAMED: Final = 20

#: What no one types: control characters, and the mark that programs leave in place of a letter they lost.
_STRAY: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd-\uffff]")


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a sheet: its row, the column behind each cell (empty for none), and what stands there.

    The heading that a list doesn't have is row 0 and has no cells.
    """

    row: int
    columns: tuple[str, ...]
    shown: Mapping[str, str]
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row that was read: `values` for the templates, and `lists` of them for cells that hold several."""

    number: int
    heading: Heading
    values: Row
    lists: Mapping[str, tuple[Row, ...]]


@dataclass(frozen=True, slots=True)
class Reading:
    """A row of a sheet, and what came of reading it: values, or faults."""

    heading: Heading
    sheet: SheetRow
    row: ReadRow | None
    faults: tuple[InputError, ...] = ()


def read_rows(path: Path, name: str, table: Table, names: Names, report: Report) -> Iterator[ReadRow]:
    """Each row in which everything could be read; the faults of the others go to `report`."""
    rows = sheet_rows(path, name, report, table.dialect)
    for reading in _readings(rows, name, table, names, is_workbook=_is_workbook(path)):
        for fault in reading.faults:
            report(fault)
        if reading.row:
            yield reading.row


def readings(path: Path, name: str, table: Table, names: Names, report: Report) -> Iterator[Reading]:
    """What comes of reading each row, also of those that can't be read; only a fault of the heading ends it."""
    rows = loose_rows(path, name, report, table.dialect)
    return _readings(rows, name, table, names, is_workbook=_is_workbook(path))


def _readings(
    rows: Iterator[SheetRow], name: str, table: Table, names: Names, *, is_workbook: bool
) -> Iterator[Reading]:
    plan = _Plan.of(table, table.stated())
    heading, rows = _headed(rows, name, table)
    unheaded = [index for index, cell in enumerate(heading.cells) if not cell]
    for row in rows:
        texts = None if row.fault else _texts(row, heading, is_workbook=is_workbook)
        lost = next((index for index in unheaded if index < len(row.cells) and row.cells[index]), None)
        if texts is None or lost is not None:
            told = row.fault or (
                _unequal(row, heading, name) if texts is None else _unheaded(row, lost or 0, name)
            )
            yield Reading(heading, row, None, (told,))
            continue
        reader = _RowReader(plan, names, texts, heading, _marks(row, heading))
        found = reader.read()
        faults = tuple(_placed(fault, Place(name, row.number), heading, column) for column, fault in reader.faults)
        yield Reading(heading, row, None if faults else ReadRow(row.number, heading, *found), faults)


def _unequal(row: SheetRow, heading: Heading, name: str) -> TableFault:
    message = "The row has {cells} cells, the heading has {columns}. Check commas and quotes."
    return TableFault(message, Place(name, row.number), cells=len(row.cells), columns=len(heading.columns))


def _unheaded(row: SheetRow, index: int, name: str) -> TableFault:
    """A cell that would be lost, as nothing stands above it."""
    message = "“{text}” stands in column {number}, which has no heading. Give it one, or empty the cell."
    return TableFault(message, Place(name, row.number), text=row.cells[index], number=index + 1)


def _placed(fault: CellFault | DateFault, row: Place, heading: Heading, column: str) -> TableFault:
    place = Place(row.file, row.line, heading.shown.get(column, column) or None)
    return TableFault(fault.template, place, **fault.values)


def known_rows(path: Path, name: str, table: Table, names: Names, columns: Iterable[Column]) -> Iterator[ReadRow]:
    """Each row, as far as `columns` can be read; nothing is reported."""
    plan = _Plan.of(table, columns)
    heading, rows = _headed(sheet_rows(path, name, lambda _: None, table.dialect), name, table)
    for row in rows:
        texts = _texts(row, heading, is_workbook=_is_workbook(path)) or {}
        found = _RowReader(plan, names, texts, heading, {}).read()
        yield ReadRow(row.number, heading, *found)


def _headed(rows: Iterator[SheetRow], name: str, table: Table) -> tuple[Heading, Iterator[SheetRow]]:
    """The heading of a sheet, as it stands there or is declared, and the rows below it."""
    rows = (row for row in rows if not is_comment(row, table.dialect))
    if not table.dialect.heading:
        columns = table.stated()
        shown = {column.name: column.heading("en") for column in columns}
        return Heading(0, tuple(column.name for column in columns), shown), rows
    first = next(rows, SheetRow(1, ()))
    if first.fault:
        raise first.fault
    return read_heading(first, table, name), rows


def _is_workbook(path: Path) -> bool:
    return path.suffix.lower() == ".xlsx"


def read_heading(row: SheetRow, table: Table, name: str) -> Heading:
    """The heading that a row is; raises TableFault where a column is unknown, stands twice or is missing."""
    titles = {_folded(title): column.name for column in table.stated() for title in column.headings()}
    columns = tuple(titles.get(_folded(cell), "") for cell in row.cells)
    ignored = {"", *MARK_HEADINGS.values()}
    known = ", ".join(each for one in table.stated() for each in dict.fromkeys(_both(one)))
    if any(row.cells) and not any(columns):
        message = (
            "No column is known in this row, the first: is it the heading, and are its cells separated by commas, "
            "semicolons or tabs? The columns are: {known}."
        )
        raise TableFault(message, Place(name, row.number), known=known)
    named = list(zip(row.cells, columns, strict=True))
    strange = [cell for cell, column in named if not column and _folded(cell) not in ignored]
    if len(strange) > 1:
        message = "These columns aren't known: {headings}. The columns are: {known}."
        headings = ", ".join(f"“{cell}”" for cell in strange[:_MOST_NAMED])
        raise TableFault(message, Place(name, row.number, strange[0]), headings=headings, known=known)
    twice = [cell for cell, column in named if column and columns.count(column) > 1]
    for cell in (*strange, *twice):
        stands_twice = "The column “{heading}” stands twice. The columns are: {known}."
        unknown = "The column “{heading}” isn't known. The columns are: {known}."
        message = unknown if strange else stands_twice
        raise TableFault(message, Place(name, row.number, cell), heading=cell, known=known)
    for each in table.stated():
        if each.name not in columns and (each.required or table.url):
            message = "The column “{heading}” is missing. Add it to the heading, even if it stays empty."
            raise TableFault(message, Place(name, row.number), heading="/".join(dict.fromkeys(_both(each))))
    return Heading(row.number, columns, dict(zip(columns, row.cells, strict=True)), row.cells)


def _both(column: Column) -> tuple[str, str]:
    return column.heading("sv"), column.heading("en")


def _folded(heading: str) -> str:
    return folded(heading.replace("_", " ")).rstrip("*").strip()


def _texts(row: SheetRow, heading: Heading, *, is_workbook: bool) -> Row | None:
    """The texts of a row by column, or None where they can't be told apart."""
    cells, wanted = row.cells, len(heading.columns)
    while len(cells) > wanted and not cells[-1]:
        cells = cells[:-1]
    if len(cells) > wanted or (len(cells) < wanted and not is_workbook):
        return None
    return {column: cell for column, cell in zip(heading.columns, cells, strict=False) if column}


def _marks(row: SheetRow, heading: Heading) -> dict[str, CellFault]:
    named = enumerate(heading.columns)
    return {column: CellFault(row.faults[index]) for index, column in named if index in row.faults and column}


@dataclass(frozen=True, slots=True)
class _Plan:
    """Which columns of a table are read, those that others lean on first, and which periods they make."""

    table: Table
    columns: tuple[Column, ...]
    intervals: tuple[Column, ...]

    @classmethod
    def of(cls, table: Table, columns: Iterable[Column]) -> "_Plan":
        ordered = sorted(columns, key=lambda column: bool(column.within or column.of))
        return cls(table, tuple(ordered), tuple(column for column in table.columns if column.interval))


class _RowReader:
    """Reads the cells of one row, columns that others lean on first."""

    def __init__(
        self, plan: _Plan, names: Names, texts: Row, heading: Heading, marks: Mapping[str, CellFault]
    ) -> None:
        self._plan, self._names, self._texts, self._shown = plan, names, texts, heading.shown
        self._marks = marks
        self._values: Row = {}
        self._lists: dict[str, tuple[Row, ...]] = {}
        self.faults: list[tuple[str, CellFault | DateFault]] = list(marks.items())

    def read(self) -> tuple[Row, Mapping[str, tuple[Row, ...]]]:
        """The values and lists that the row gives."""
        for column in self._plan.columns:
            if column.name not in self._marks and not self._lacks(column.within):
                self._column(column)
        for tie, fault in untied(self._plan.table, self._values):
            self.faults.append((tie, fault))
        self._values.update(tied(self._plan.table, self._values))
        for column in () if self.faults else self._plan.intervals:
            try:
                stretch(column, self._values)
            except (CellFault, DateFault) as fault:
                self.faults.append((column.interval.last if column.interval else column.name, fault))
        return self._values, self._lists

    def _lacks(self, column: str | None) -> bool:
        """Whether a column couldn't be read, so that those which lean on it can't be judged."""
        return column is not None and any(column == name for name, _ in self.faults)

    def _column(self, column: Column) -> None:
        text = self._texts.get(column.name, "")
        text = "" if text in column.nulls else text
        text = text or self._texts.get(column.otherwise or "", "") or column.default or ""
        try:
            if not text and column.required:
                heading = self._shown.get(column.name, column.name)
                raise CellFault("The column “{heading}” must not be empty.", heading=heading)  # noqa: TRY301 - told as the others
            if text:
                self._cell(column, text)
        except (CellFault, DateFault) as fault:
            self.faults.append((column.name, fault))

    def _cell(self, column: Column, text: str) -> None:
        if not (text.isprintable() and "\ufffd" not in text) and (stray := _STRAY.search(text)):
            message = (
                "The cell holds a character that can't be read (U+{code}); a program may have lost a letter there. "
                "Write the text anew."
            )
            raise CellFault(message, code=f"{ord(stray[0]):04X}")
        if column.separator is None:
            self._values.update(read(column, text, self._values, self._names))
            return
        items = filter(None, (part.strip() for part in text.split(column.separator)))
        self._lists[column.name] = tuple(read(column, item, self._values, self._names) for item in items)
        self._values[column.name] = text
