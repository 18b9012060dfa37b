"""Marked-up copies of tables: what a check found, beside the cells to mend; the tables themselves stay as they are."""

import csv
import io
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from kommungraf.dataset.project import Project
from kommungraf.errors import InputError, OutputFault, Place
from kommungraf.tables.newfiles import write_new
from kommungraf.tables.sheets import SUFFIXES, delimiter, is_comment, sheet_rows
from kommungraf.tables.tablerows import MARK_HEADINGS
from kommungraf.validation.findings import Finding

__all__ = ["write_marked"]

_COLOUR: Final = "FFC7CE"
_MOST_BYTES: Final = 20 * 2**20

Marks = dict[int, list[tuple[str, str]]]


def write_marked(findings: Iterable[Finding], project: Project, target: Path, language: str) -> Iterator[Path]:
    """Writes a copy of each table that has findings, and gives its path; raises OutputFault rather than overwrite,
    and after the others have been written where one can't be marked.

    `target` is a folder, or the file for the copy of a single table; it may not lie among data, where it would be read.
    """
    by_table = _by_table(findings, project.root, language)
    folders = [folder for folder in (*project.data, *project.known) if folder.is_dir()]
    if any(target.resolve().is_relative_to(folder.resolve()) for folder in folders):
        message = "This lies among the data, where every table is read. Choose another place."
        raise OutputFault(message, Place(str(target)))
    refused: list[OutputFault] = []
    for table, copy in _places(list(by_table), target):
        marks = by_table[table]
        try:
            content = _workbook(table, marks) if _is_workbook(table) else _csv(table, marks, language)
        except OutputFault as fault:
            refused.append(fault)
            continue
        write_new(copy, content)
        yield copy
    if refused:
        raise refused[0]


def _is_workbook(table: Path) -> bool:
    return table.suffix.lower() == ".xlsx"


def _by_table(findings: Iterable[Finding], root: Path, language: str) -> dict[Path, Marks]:
    found: defaultdict[Path, Marks] = defaultdict(lambda: defaultdict(list))
    for finding in findings:
        place = finding.place
        if place and place.file.lower().endswith(SUFFIXES) and (root / place.file).is_file():
            found[root / place.file][place.line or 0].append((str(place.column or ""), finding.message(language)))
    return dict(found)


def _places(tables: list[Path], target: Path) -> Iterator[tuple[Path, Path]]:
    if target.suffix.lower() in SUFFIXES:
        if len(tables) > 1 or any(table.suffix.lower() != target.suffix.lower() for table in tables):
            message = "The file can hold the copy of one table of its own format. Name a folder."
            raise OutputFault(message, Place(str(target)))
        yield from ((table, target) for table in tables)
        return
    names = [table.name for table in tables]
    for table in tables:
        folder = target / table.parent.name if names.count(table.name) > 1 else target
        yield table, folder / table.name


def _csv(table: Path, marks: Marks, language: str) -> bytes:
    """The rows with a last column of what to mend; what concerns no row stands in comments at the end."""
    try:
        separator = delimiter(table, table.name)
        with table.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream, delimiter=separator))
    except (InputError, UnicodeDecodeError, csv.Error) as error:
        message = "The table can't be marked up, as it can't be read at all. Mend what the check says first."
        raise OutputFault(message, Place(str(table))) from error
    heading = next((index for index, row in enumerate(rows) if any(row) and not row[0].startswith("#")), 0)
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator)
    column = _mark_column(rows[heading] if rows else [])
    for index, row in enumerate(rows):
        said = MARK_HEADINGS[language] if index == heading else _joined(marks.get(index + 1, []))
        padded = row + [""] * (column - len(row)) if any(row) else []
        writer.writerow([*padded[:column], said, *padded[column + 1 :]] if padded else row)
    for mark in marks.get(0, []):
        writer.writerow([f"# {_joined([mark])}"])
    return text.getvalue().encode("utf-8-sig")


def _mark_column(heading: list[str]) -> int:
    known = [index for index, cell in enumerate(heading) if cell.strip().casefold() in MARK_HEADINGS.values()]
    return known[0] if known else len(heading)


def _joined(said: Iterable[tuple[str, str]]) -> str:
    return " | ".join(f"{column}: {message}" if column else message for column, message in said)


def _workbook(table: Path, marks: Marks) -> bytes:
    from openpyxl import load_workbook  # noqa: PLC0415

    if table.stat().st_size > _MOST_BYTES:
        message = "The workbook is larger than {most} MB, too large to mark up. Split it, or save it as CSV."
        raise OutputFault(message, Place(str(table)), most=_MOST_BYTES // 2**20)
    headings = _headings(table)
    with warnings.catch_warnings(action="ignore"):
        book = load_workbook(table)
    sheet = book.worksheets[0]
    for row, said in marks.items():
        cells: defaultdict[int, list[str]] = defaultdict(list)
        for column, message in said:
            cells[headings.get(column, 1)].append(message)
        for column_number, messages in cells.items():
            _mark(_anchor(sheet, max(row, 1), column_number), "\n".join(messages))
    content = io.BytesIO()
    book.save(content)
    book.close()
    return content.getvalue()


def _headings(table: Path) -> dict[str, int]:
    """The columns by what stands in the heading; reading checks the workbook's bounds, too."""
    try:
        rows = (row for row in sheet_rows(table, table.name, lambda _: None) if not is_comment(row))
        heading = next(rows, None)
    except InputError as error:
        message = "The table can't be marked up, as it can't be read at all. Mend what the check says first."
        raise OutputFault(message, Place(str(table))) from error
    return {cell: number for number, cell in enumerate(heading.cells if heading else (), start=1)}


def _anchor(sheet: Any, row: int, column: int) -> Any:
    """The cell, or the first of those that it is merged with, which alone can be marked."""
    cell = sheet.cell(row, column)
    merged = (each for each in sheet.merged_cells.ranges if cell.coordinate in each)
    return next((sheet.cell(each.min_row, each.min_col) for each in merged), cell)


def _mark(cell: Any, message: str) -> None:
    from openpyxl.comments import Comment  # noqa: PLC0415
    from openpyxl.styles import PatternFill  # noqa: PLC0415

    cell.fill = PatternFill("solid", fgColor=_COLOUR)
    earlier = f"{cell.comment.text}\n" if cell.comment else ""
    cell.comment = Comment(earlier + message, "kommungraf", height=120, width=320)
