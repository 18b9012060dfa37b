"""The rows of a sheet, one after the other, as text: CSV as people's programs write it."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kommungraf.errors import EmptyInput, InputError, Place, SyntaxFault
from kommungraf.workbooks import Workbook

__all__ = ["SUFFIXES", "SheetRow", "delimiter", "is_comment", "sheet_rows"]

#: The endings of files that are tables.
SUFFIXES: Final = (".csv", ".xlsx")

_DELIMITERS: Final = ",;\t"
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_QUOTED: Final = re.compile(r'"(?:[^"]|"")*"')
_MOST_COLUMNS: Final = 200


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row: `number` counts from 1 as spreadsheets do; `faults` are cells that hold no text, by their index."""

    number: int
    cells: tuple[str, ...]
    faults: Mapping[int, str] = field(default_factory=dict)


def is_comment(row: SheetRow) -> bool:
    """Whether a row is for people alone: its first cell starts with ``#``."""
    return bool(row.cells) and row.cells[0].startswith("#")


def sheet_rows(path: Path, name: str, report: Callable[[InputError], None]) -> Iterator[SheetRow]:
    """The rows of a file that hold anything; raises InputError where the file as a whole can't be read.

    What stands in the file but in no row (hidden rows, merged cells, further sheets) goes to `report`.
    """
    rows = _workbook_rows(path, name, report) if path.suffix.lower() == ".xlsx" else _csv_rows(path, name)
    for row in rows:
        if len(row.cells) > _MOST_COLUMNS:
            message = "The row has more than {most} cells. Remove those that hold nothing."
            raise SyntaxFault(message, Place(name, row.number), most=_MOST_COLUMNS)
        if any(row.cells) or row.faults:
            yield row


def _workbook_rows(path: Path, name: str, report: Callable[[InputError], None]) -> Iterator[SheetRow]:
    with Workbook(path, name) as workbook:
        for fault in workbook.faults():
            report(fault)
        for number, cells, marks in workbook.rows():
            yield SheetRow(number, tuple(_stripped(cell) for cell in cells), marks)


def _csv_rows(path: Path, name: str) -> Iterator[SheetRow]:
    separator = delimiter(path, name)
    number = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            for cells in csv.reader(stream, delimiter=separator, strict=True):
                number += 1
                yield SheetRow(number, tuple(_stripped(cell) for cell in cells))
    except OSError as error:
        raise EmptyInput("The table can't be read: {reason}.", Place(name), reason=error.strerror) from error
    except UnicodeDecodeError as error:
        raise _encoding_fault(path, name) from error
    except csv.Error as error:
        raise _csv_fault(error, Place(name, number + 1)) from error


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


def _encoding_fault(path: Path, name: str) -> SyntaxFault:
    """Where the table stops being UTF-8, and what it probably is."""
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                return _encoded(line, error, Place(name, number))
    return SyntaxFault("The table isn't UTF-8. Save it as “CSV UTF-8”.", Place(name))


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
