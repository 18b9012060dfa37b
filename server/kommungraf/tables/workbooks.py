"""Excel workbooks (.xlsx): the cells of the first sheet as text, within bounds, and what in it no table can hold."""

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self
from xml.etree.ElementTree import ParseError, iterparse

from kommungraf.errors import EmptyInput, InputError, Place, SyntaxFault, TableFault, TableNotice

__all__ = ["HELP_SHEETS", "Workbook"]

#: The sheets that `kommungraf new` writes beside the table.
HELP_SHEETS: Final = frozenset(("Hjälp", "Help", "Listor", "Lists"))

#: What zipfile, the XML parser and openpyxl raise where an archive is damaged, encrypted or of another kind.
_DAMAGE: Final = (
    EOFError,
    IndexError,
    KeyError,
    NotImplementedError,
    ParseError,
    RuntimeError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
_MOST_BYTES: Final = 512 * 2**20
_MOST_STRINGS: Final = 128 * 2**20
_MOST_FILES: Final = 2000
_MOST_ROWS: Final = 2**20
#: How old .xls workbooks begin, and new ones that a password protects.
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
#: What a number format holds beside the parts of a date: quoted text, colours and locales, single characters, padding.
_BESIDE: Final = re.compile(r'"[^"]*"|\[[^\]]*\]|[\\_*].')
#: The days that Excel makes of the numbers 1900 to 2100.
_YEARS_AS_DAYS: Final = (date(1905, 3, 14), date(1905, 9, 30))


class Workbook:
    """An open workbook; raises SyntaxFault where it isn't one, or is larger than any table of ours should be."""

    def __init__(self, path: Path, name: str) -> None:
        self._path, self._name = path, name
        self._sheet_file = _checked(path, name)
        # openpyxl leaves a file open that it can't read to the end, so the file is ours to close.
        self._stream = path.open("rb")
        try:
            self._book = _opened(self._stream, name)
        except BaseException:
            self._stream.close()
            raise
        self._sheet = next(iter(self._book.worksheets), None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._book.close()
        self._stream.close()

    def faults(self) -> list[InputError]:
        """What the sheet holds that a table can't: merged cells, hidden rows and columns, further sheets."""
        found: list[InputError] = []
        others = [sheet.title for sheet in self._book.worksheets[1:] if sheet.title not in HELP_SHEETS]
        if others:
            message = "Only the first sheet is read. Move what the others hold to files of their own: {names}."
            found.append(TableNotice(message, Place(self._name), names=", ".join(others[:10])))
        merged, rows, columns = self._layout()
        place = Place(self._name)
        if merged:
            message = "Cells are merged ({ranges}). Unmerge them and fill in each cell."
            found.append(TableFault(message, place, ranges=", ".join(merged[:10])))
        if rows:
            message = "Rows are hidden ({rows}) but read all the same. Show or delete them."
            found.append(TableNotice(message, place, rows=", ".join(rows[:10])))
        if columns:
            message = "Columns are hidden ({columns}) but read all the same. Show or delete them."
            found.append(TableNotice(message, place, columns=", ".join(columns[:10])))
        return found

    def _layout(self) -> tuple[list[str], list[str], list[str]]:
        """The merged ranges, hidden rows and hidden columns, which openpyxl leaves out where it streams."""
        merged: list[str] = []
        rows: list[str] = []
        columns: list[str] = []
        sheet_file = getattr(self._sheet, "_worksheet_path", None) or self._sheet_file
        with zipfile.ZipFile(self._path) as archive, archive.open(sheet_file) as stream, suppress(*_DAMAGE):
            for _, element in iterparse(stream):  # noqa: S314 - expat bounds entities, _checked bounds the size
                hidden = element.get("hidden") in ("1", "true")
                if element.tag == _MAIN + "mergeCell":
                    merged.append(element.get("ref", "?"))
                elif hidden and element.tag == _MAIN + "row" and len(rows) < 20:
                    rows.append(element.get("r", "?"))
                elif hidden and element.tag == _MAIN + "col":
                    columns.append(f"{element.get('min')}–{element.get('max')}")
                element.clear()
        return merged, rows, columns

    def rows(self) -> Iterator[tuple[int, list[str], dict[int, str]]]:
        """Each row as its number, its texts, and what is wrong with single cells by their index."""
        if self._sheet is None:
            return
        self._sheet.reset_dimensions()
        try:
            for number, row in enumerate(_quietly(self._sheet.iter_rows(max_row=_MOST_ROWS)), start=1):
                yield number, *_texts(row)
        except _DAMAGE as error:
            raise SyntaxFault(
                "The workbook is damaged: {reason}. Save it anew.", Place(self._name), reason=error
            ) from error


def _checked(path: Path, name: str) -> str:
    """The file of the first sheet; refuses an archive that would unpack to more than the bounds (a “zip bomb”)."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except OSError as error:
        raise EmptyInput("The table can't be read: {reason}.", Place(name), reason=error.strerror) from error
    except (NotImplementedError, zipfile.BadZipFile) as error:
        raise _no_workbook(path, name) from error
    strings = sum(each.file_size for each in members if each.filename.endswith("sharedStrings.xml"))
    if (
        len(members) > _MOST_FILES
        or sum(each.file_size for each in members) > _MOST_BYTES
        or strings > _MOST_STRINGS
    ):
        message = "The workbook unpacks to more than {most} MB. Split it, or save it as “CSV UTF-8”."
        raise SyntaxFault(message, Place(name), most=_MOST_BYTES // 2**20)
    if not any(each.filename == "[Content_Types].xml" for each in members):
        raise _no_workbook(path, name)
    return next((each.filename for each in members if each.filename.endswith("/sheet1.xml")), "")


def _no_workbook(path: Path, name: str) -> SyntaxFault:
    with path.open("rb") as stream:
        is_compound = stream.read(len(_COMPOUND)) == _COMPOUND
    message = (
        "The file is protected by a password, or is an old .xls workbook. "
        "Save it without a password as “Excel Workbook (.xlsx)”."
        if is_compound
        else "The file is no .xlsx workbook. Save it as “Excel Workbook (.xlsx)” or as “CSV UTF-8”."
    )
    return SyntaxFault(message, Place(name))


def _opened(stream: IO[bytes], name: str) -> Any:
    from openpyxl import load_workbook  # noqa: PLC0415 - a fifth of a second that only workbooks cost
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        with warnings.catch_warnings(action="ignore"):
            return load_workbook(stream, read_only=True, data_only=False, keep_links=False)
    except (InvalidFileException, *_DAMAGE) as error:
        raise SyntaxFault("The workbook is damaged: {reason}. Save it anew.", Place(name), reason=error) from error


def _quietly(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """The rows without openpyxl's warnings of what it leaves out, which is nothing that a table needs."""
    while True:
        with warnings.catch_warnings(action="ignore"):
            row = next(rows, None)
        if row is None:
            return
        yield row


def _texts(row: tuple[Any, ...]) -> tuple[list[str], dict[int, str]]:
    texts, faults = [], {}
    for index, cell in enumerate(row):
        text, fault = _text(cell)
        texts.append(text)
        if fault:
            faults[index] = fault
    while texts and not texts[-1] and len(texts) - 1 not in faults:
        texts.pop()
    return texts, faults


_FAULTY: Final = {
    "f": "The cell holds a formula. Put its value in its place (copy, paste as values).",
    "e": "The cell holds a spreadsheet error. Write what it should say.",
}
_CLOCK: Final = "The cell shows a time of day. Write the day alone, as text, such as 2018-06-12."
_PARTLY: Final = (
    "The cell shows part of a date, though the spreadsheet keeps a whole one. "
    "Write it as text, as exactly as the source says: 2018, 2018-06 or 2018-06-12."
)
_YEAR: Final = (
    "The cell shows a day of 1905: so does a year, such as 2018, where the cell has the format of a date. "
    "Write it as text, as exactly as the source says: 2018, 2018-06 or 2018-06-12."
)


def _text(cell: Any) -> tuple[str, str | None]:
    value, form = cell.value, cell.number_format or ""
    if cell.data_type in _FAULTY:
        return str(value), _FAULTY[cell.data_type]
    if isinstance(value, bool):
        return ("ja" if value else "nej"), None
    if isinstance(value, date):
        return _shown_date(value, form)
    if isinstance(value, time | timedelta):
        return str(value), _CLOCK
    if isinstance(value, int | float):
        return _shown_number(value, form), None
    return "" if value is None else str(value), None


def _shown_date(value: date, number_format: str) -> tuple[str, str | None]:
    """The date as exactly as the cell shows it: a month typed into a spreadsheet is kept as its first day."""
    shown = set(re.findall("y|m|d+|h|s", _BESIDE.sub("", number_format.casefold().partition(";")[0])))
    day, has_clock = value.strftime("%Y-%m-%d"), bool(shown & {"h", "s"})
    if has_clock and isinstance(value, datetime) and value.time() != time():
        return value.isoformat(" "), _CLOCK
    if _YEARS_AS_DAYS[0].isoformat() <= day <= _YEARS_AS_DAYS[1].isoformat():
        return day, _YEAR
    if {"y", "m"} <= shown and shown & {"d", "dd"}:
        return day, None
    if "y" not in shown or shown & {"d", "dd"} or has_clock:
        return day, _PARTLY
    return (day[:7] if "m" in shown else day[:4]), None


def _shown_number(value: float, number_format: str) -> str:
    whole = isinstance(value, int) or value.is_integer()
    text = str(int(value)) if whole else repr(value)
    padded = re.fullmatch(r"0+", number_format)
    return text.zfill(len(number_format)) if whole and padded else text
