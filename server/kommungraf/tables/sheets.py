"""The rows of a sheet, one after the other, as text: CSV as people's programs write it."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal, TextIO

from kommungraf.errors import EmptyInput, InputError, Place, SyntaxFault
from kommungraf.tables.dialects import PLAIN, Dialect
from kommungraf.tables.workbooks import Workbook

__all__ = ["SUFFIXES", "UNREAD", "SheetRow", "delimiter", "is_comment", "loose_rows", "sheet_rows", "unread"]

#: The endings of files that are tables.
SUFFIXES: Final = (".csv", ".xlsx")
#: The endings of spreadsheets that people have and that aren't read: to be told, not passed over.
UNREAD: Final = (".fods", ".gsheet", ".numbers", ".ods", ".tsv", ".xls", ".xlsb", ".xlsm")

_DELIMITERS: Final = ",;\t"
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_UNDECODED: Final = re.compile("[\udc80-\udcff]")
_QUOTED: Final = re.compile(r'"(?:[^"]|"")*"')
_MOST_COLUMNS: Final = 200
_MOST_CHARACTERS: Final = 4 * 2**20


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row: `number` counts from 1 as spreadsheets do; `faults` are cells that hold no text, by their index.

    A row with a `fault` can't be read at all; its one cell holds what stands in the file.
    """

    number: int
    cells: tuple[str, ...]
    faults: Mapping[int, str] = field(default_factory=dict)
    fault: InputError | None = None


def unread(path: Path, name: str) -> SyntaxFault:
    """What to do about a spreadsheet that isn't read."""
    message = (
        "Spreadsheets that end in {ending} aren't read. Save it as “Excel Workbook (.xlsx)” or as “CSV UTF-8”."
    )
    return SyntaxFault(message, Place(name), ending=path.suffix)


def is_comment(row: SheetRow, dialect: Dialect = PLAIN) -> bool:
    """Whether a row is for people alone: its first cell starts with ``#``, or what the dialect has instead."""
    return bool(dialect.comment and row.cells) and row.cells[0].startswith(dialect.comment)


def sheet_rows(
    path: Path, name: str, report: Callable[[InputError], None], dialect: Dialect = PLAIN
) -> Iterator[SheetRow]:
    """The rows of a file that hold anything; raises InputError where the file as a whole can't be read.

    What stands in the file but in no row (hidden rows, merged cells, further sheets) goes to `report`.
    """
    for row in loose_rows(path, name, report, dialect):
        if row.fault:
            raise row.fault
        yield row


def loose_rows(
    path: Path, name: str, report: Callable[[InputError], None], dialect: Dialect
) -> Iterator[SheetRow]:
    """The rows of a file that hold anything, also those that can't be read: they tell what is wrong with them."""
    suffix = path.suffix.lower()
    # A list made by others may end in .tsv: its declaration tells the delimiter.
    if suffix in UNREAD and not (suffix == ".tsv" and dialect.delimiter):
        raise unread(path, name)
    is_workbook = suffix == ".xlsx"
    rows = _workbook_rows(path, name, report) if is_workbook else _csv_rows(path, name, dialect)
    for row in rows:
        if len(row.cells) > _MOST_COLUMNS:
            message = "The row has more than {most} cells. Remove those that hold nothing."
            yield replace(row, fault=SyntaxFault(message, Place(name, row.number), most=_MOST_COLUMNS))
        elif any(row.cells) or row.faults:
            yield row


def _workbook_rows(path: Path, name: str, report: Callable[[InputError], None]) -> Iterator[SheetRow]:
    with Workbook(path, name) as workbook:
        for fault in workbook.faults():
            report(fault)
        for number, cells, marks in workbook.rows():
            yield SheetRow(number, tuple(_stripped(cell) for cell in cells), marks)


class _Lines:
    """The lines of a stream for a CSV reader, and the text of those read since the last row began."""

    def __init__(self, stream: TextIO, name: str) -> None:
        self._stream, self._name = stream, name
        self._read: list[str] = []
        self._size = self._row = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._stream.readline(_MOST_CHARACTERS)
        if not line:
            raise StopIteration
        self._read.append(line)
        self._size += len(line)
        if self._size >= _MOST_CHARACTERS:
            message = "A row begins here that is longer than {most} characters. Is this a table?"
            raise SyntaxFault(message, Place(self._name, self._row), most=_MOST_CHARACTERS)
        return line

    def begin(self, row: int) -> None:
        """A new row begins, of which this is the number."""
        self._read.clear()
        self._size, self._row = 0, row

    def text(self) -> str:
        """What the file has for the row."""
        return "".join(self._read).rstrip("\r\n")


def _csv_rows(path: Path, name: str, dialect: Dialect) -> Iterator[SheetRow]:
    separator = dialect.delimiter or delimiter(path, name)
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE
    try:
        with path.open(encoding=dialect.encoding, errors="surrogateescape", newline="") as stream:
            lines = _Lines(stream, name)
            reader = csv.reader(
                lines, delimiter=separator, quotechar=dialect.quote or None, quoting=quoting, strict=True
            )
            number = 0
            while (row := _next_row(reader, lines, Place(name, number := number + 1))) is not None:
                yield _decoded(row, lines.text(), Place(name, number), dialect)
    except OSError as error:
        raise EmptyInput("The table can't be read: {reason}.", Place(name), reason=error.strerror) from error


def _next_row(reader: Iterator[list[str]], lines: _Lines, place: Place) -> SheetRow | None:
    number = place.line or 0
    lines.begin(number)
    try:
        cells = next(reader, None)
    except csv.Error as error:
        return SheetRow(number, (lines.text(),), fault=_csv_fault(error, place))
    return None if cells is None else SheetRow(number, tuple(map(_stripped, cells)))


def _decoded(row: SheetRow, text: str, place: Place, dialect: Dialect) -> SheetRow:
    """The row, at fault where its bytes aren't text in the encoding."""
    if text.isascii() or not _UNDECODED.search(text):
        return row
    return replace(row, cells=(text,), fault=_encoding_fault(text, place, dialect))


def _stripped(cell: str) -> str:
    """The cell without spaces around it, also those that don't break a line."""
    return cell.strip(" \t\r\n\u00a0\u202f\u200b\ufeff")


def delimiter(path: Path, name: str) -> str:
    """The character between the cells: whichever of comma, semicolon and tab the heading has most of."""
    try:
        with path.open("rb") as stream:
            start = stream.read(65_536)
    except OSError as error:
        raise EmptyInput("The table can't be read: {reason}.", Place(name), reason=error.strerror) from error
    if start.startswith(_UTF16):
        message = "The table is saved as UTF-16 (“Unicode text”). Save it as “CSV UTF-8”."
        raise SyntaxFault(message, Place(name))
    lines = start.decode("utf-8", "replace").splitlines()
    heading = next((line for line in lines if line.strip() and not line.lstrip('\ufeff"').startswith("#")), "")
    outside = _QUOTED.sub("", heading)
    return max(_DELIMITERS, key=outside.count)


def _csv_fault(error: csv.Error, place: Place) -> SyntaxFault:
    if "unexpected end" in str(error):
        return SyntaxFault('A quotation mark (") is opened here and never closed.', place)
    if "field larger" in str(error):
        return SyntaxFault('A cell is far too long; perhaps a quotation mark (") is never closed.', place)
    message = 'The row isn\'t CSV: something follows a closing quotation mark. Write "" for a mark inside a cell.'
    return SyntaxFault(message, place)


def _encoding_fault(text: str, place: Place, dialect: Dialect) -> SyntaxFault:
    """What is wrong with the encoding of a row, and what it probably is."""
    if dialect.encoding != PLAIN.encoding:
        message = "The row isn't written in {encoding}, which its declaration promises."
        return SyntaxFault(message, place, encoding=dialect.encoding)
    line = text.encode("utf-8", "surrogateescape")
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        return _encoded(line, error, place)
    return SyntaxFault("The table isn't UTF-8. Save it as “CSV UTF-8”.", place)


def _encoded(line: bytes, error: UnicodeDecodeError, place: Place) -> SyntaxFault:
    byte = f"{line[error.start]:02X}"
    word = re.search(rb"[^\s,;\t\"]*$", line[: error.start])
    start = error.start - len(word[0] if word else b"")
    found = re.match(rb"[^\s,;\t\"]+", line[start:])
    try:
        read = (found[0] if found else b"").decode("cp1252")
    except UnicodeDecodeError:
        return SyntaxFault("The table isn't UTF-8 (byte 0x{byte}). Save it as “CSV UTF-8”.", place, byte=byte)
    message = "The table is saved as Windows-1252 or Latin-1 (“{word}”), not UTF-8. Save it as “CSV UTF-8”."
    return SyntaxFault(message, place, word=read)
