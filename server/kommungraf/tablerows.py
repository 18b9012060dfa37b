"""The rows of a table, each cell read by what its column declares; what can't be read is told with row and column."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kommungraf.cells import CellFault, Row, read, stretch, tied
from kommungraf.csvw import Column, Table
from kommungraf.dates import DateFault
from kommungraf.errors import InputError, Place, TableFault
from kommungraf.names import Names, folded
from kommungraf.sheets import SheetRow, is_comment, sheet_rows

__all__ = ["MARK_HEADINGS", "Heading", "ReadRow", "known_rows", "read_heading", "read_rows"]

#: The headings of the column that a marked-up copy adds; nothing is read from it.
MARK_HEADINGS: Final = {"sv": "att rätta", "en": "to mend"}

Report = Callable[[InputError], None]


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a sheet: its row, the column behind each cell (empty for none), and what stands there."""

    row: int
    columns: tuple[str, ...]
    shown: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row that was read: `values` for the templates, and `lists` of them for cells that hold several."""

    number: int
    heading: Heading
    values: Row
    lists: Mapping[str, tuple[Row, ...]]


def read_rows(path: Path, name: str, table: Table, names: Names, report: Report) -> Iterator[ReadRow]:
    """Each row in which everything could be read; the faults of the others go to `report`."""
    plan = _Plan.of(table, table.stated())
    for heading, row in _sheet(path, name, table, report):
        place = Place(name, row.number)
        texts = _texts(row, heading, path)
        if texts is None:
            message = "The row has {cells} cells, the heading has {columns}. Check commas and quotes."
            report(TableFault(message, place, cells=len(row.cells), columns=len(heading.columns)))
            continue
        reader = _RowReader(plan, names, texts, heading, _marks(row, heading))
        found = reader.read()
        for column, fault in reader.faults:
            where = Place(name, row.number, heading.shown.get(column, column) or None)
            report(TableFault(fault.template, where, **fault.values))
        if not reader.faults:
            yield ReadRow(row.number, heading, *found)


def known_rows(path: Path, name: str, table: Table, names: Names, columns: Iterable[Column]) -> Iterator[ReadRow]:
    """Each row, as far as `columns` can be read; nothing is reported."""
    plan = _Plan.of(table, columns)
    for heading, row in _sheet(path, name, table, lambda _: None):
        texts = _texts(row, heading, path) or {}
        found = _RowReader(plan, names, texts, heading, {}).read()
        yield ReadRow(row.number, heading, *found)


def _sheet(path: Path, name: str, table: Table, report: Report) -> Iterator[tuple[Heading, SheetRow]]:
    rows = (row for row in sheet_rows(path, name, report) if not is_comment(row))
    heading = read_heading(next(rows, SheetRow(1, ())), table, name)
    return ((heading, row) for row in rows)


def read_heading(row: SheetRow, table: Table, name: str) -> Heading:
    """The heading that a row is; raises TableFault where a column is unknown, stands twice or is missing."""
    titles = {_folded(title): column.name for column in table.stated() for title in column.headings()}
    columns = tuple(titles.get(_folded(cell), "") for cell in row.cells)
    ignored = {"", *MARK_HEADINGS.values()}
    for cell, column in zip(row.cells, columns, strict=True):
        if (not column and _folded(cell) not in ignored) or (columns.count(column) > 1 and column):
            known = ", ".join(each for one in table.stated() for each in dict.fromkeys(_both(one)))
            twice = "The column “{heading}” stands twice. The columns are: {known}."
            unknown = "The column “{heading}” isn't known. The columns are: {known}."
            raise TableFault(
                twice if column else unknown, Place(name, row.number, cell), heading=cell, known=known
            )
    for each in table.stated():
        if each.name not in columns and (each.required or table.url):
            message = "The column “{heading}” is missing. Add it to the heading, even if it stays empty."
            raise TableFault(message, Place(name, row.number), heading="/".join(dict.fromkeys(_both(each))))
    return Heading(row.number, columns, dict(zip(columns, row.cells, strict=True)))


def _both(column: Column) -> tuple[str, str]:
    return column.heading("sv"), column.heading("en")


def _folded(heading: str) -> str:
    return folded(heading.replace("_", " ")).rstrip("*").strip()


def _texts(row: SheetRow, heading: Heading, path: Path) -> Row | None:
    """The texts of a row by column, or None where they can't be told apart."""
    cells, wanted = row.cells, len(heading.columns)
    while len(cells) > wanted and not cells[-1]:
        cells = cells[:-1]
    if len(cells) > wanted or (len(cells) < wanted and path.suffix.lower() == ".csv"):
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
            if column.name not in self._marks:
                self._column(column)
        self._values.update(tied(self._plan.table, self._values))
        for column in () if self.faults else self._plan.intervals:
            try:
                stretch(column, self._values)
            except (CellFault, DateFault) as fault:
                self.faults.append((column.interval.end if column.interval else column.name, fault))
        return self._values, self._lists

    def _column(self, column: Column) -> None:
        text = (
            self._texts.get(column.name, "") or self._texts.get(column.otherwise or "", "") or column.default or ""
        )
        try:
            if not text and column.required:
                heading = self._shown.get(column.name, column.name)
                raise CellFault("The column “{heading}” must not be empty.", heading=heading)  # noqa: TRY301 - told as the others
            if text:
                self._cell(column, text)
        except (CellFault, DateFault) as fault:
            self.faults.append((column.name, fault))

    def _cell(self, column: Column, text: str) -> None:
        if column.separator is None:
            self._values.update(read(column, text, self._values, self._names))
            return
        items = filter(None, (part.strip() for part in text.split(column.separator)))
        self._lists[column.name] = tuple(read(column, item, self._values, self._names) for item in items)
        self._values[column.name] = text
