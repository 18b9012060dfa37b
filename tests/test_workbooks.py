import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook as Book
from openpyxl.worksheet.worksheet import Worksheet

from kommungraf.errors import InputError, SyntaxFault
from kommungraf.tables.sheets import SheetRow, sheet_rows


def read(path: Path) -> tuple[list[SheetRow], list[InputError]]:
    problems: list[InputError] = []
    return list(sheet_rows(path, path.name, problems.append)), problems


def written(folder: Path, fill: Callable[[Worksheet], Any]) -> Path:
    book = Book()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    fill(sheet)
    path = folder / "a.xlsx"
    book.save(path)
    book.close()
    return path


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        pytest.param("Växjö ", "General", "Växjö", id="text"),
        pytest.param(2018, "General", "2018", id="number"),
        pytest.param(2018.0, "General", "2018", id="whole-float"),
        pytest.param(56.88, "General", "56.88", id="decimal"),
        pytest.param(765, "0000", "0765", id="code-with-zeros"),
        pytest.param(True, "General", "ja", id="boolean"),
        pytest.param(date(2018, 6, 12), "yyyy-mm-dd", "2018-06-12", id="date"),
        pytest.param(
            datetime(2018, 6, 12), "yyyy-mm-dd hh:mm:ss", "2018-06-12", id="midnight-as-programs-write-days"
        ),
        pytest.param(datetime(2018, 6, 12, 9, 30), "d/m/yy", "2018-06-12", id="time-not-shown"),
        pytest.param(date(2018, 6, 12), "[$-41D]d mmmm yyyy;@", "2018-06-12", id="day-in-swedish"),
        pytest.param(date(2018, 6, 1), "mmm-yy", "2018-06", id="month-shown"),
        pytest.param(date(2018, 6, 1), '[$-41D]mmmm" år "yyyy', "2018-06", id="month-in-words"),
        pytest.param(date(2018, 6, 1), "dddd mmm yyyy", "2018-06", id="weekday-is-no-day"),
        pytest.param(date(2018, 1, 1), "yyyy", "2018", id="year-shown"),
    ],
)
def test_cell_is_read_as_it_is_shown(tmp_path: Path, value: Any, form: str, text: str) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["A1"] = "heading"
        sheet["A2"] = value
        sheet["A2"].number_format = form

    rows, problems = read(written(tmp_path, fill))
    assert (rows[1].cells, problems) == ((text,), [])


@pytest.mark.parametrize(
    ("value", "form", "words"),
    [
        pytest.param(date(2026, 6, 1), "d-mmm", "part of a date", id="1-6-typed-without-a-year"),
        pytest.param(date(2026, 6, 1), "mmmm", "part of a date", id="month-without-a-year"),
        pytest.param(datetime(2018, 6, 12), "yyyy hh:mm", "part of a date", id="minutes-are-no-month"),
        pytest.param(datetime(2018, 6, 12, 9, 30), "d/m/yy h:mm", "time of day", id="moment"),
        pytest.param(time(9, 30), "h:mm", "time of day", id="time-alone"),
        pytest.param(2018, "yyyy-mm-dd", "a day of 1905", id="year-typed-into-a-date"),
    ],
)
def test_date_that_a_spreadsheet_made_more_exact_than_it_shows_is_told(
    tmp_path: Path, value: Any, form: str, words: str
) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["A1"], sheet["A2"] = "heading", value
        sheet["A2"].number_format = form

    rows, _ = read(written(tmp_path, fill))
    assert words in rows[1].faults[0]


def test_rows_are_numbered_as_in_the_sheet(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["A1"], sheet["B5"] = "a", "b"

    rows, _ = read(written(tmp_path, fill))
    assert [(row.number, row.cells) for row in rows] == [(1, ("a",)), (5, ("", "b"))]


@pytest.mark.parametrize(("value", "words"), [("=1+1", "formula"), ("#N/A", "spreadsheet error")])
def test_formula_and_error_are_told_by_cell(tmp_path: Path, value: str, words: str) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["B1"] = value

    rows, _ = read(written(tmp_path, fill))
    assert words in rows[0].faults[1]


def test_merged_hidden_and_further_sheets_are_told(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["A1"], sheet["A2"], sheet["B1"] = "a", "b", "c"
        sheet.merge_cells("A3:B3")
        sheet.row_dimensions[2].hidden = True
        sheet.column_dimensions["B"].hidden = True
        assert sheet.parent is not None
        sheet.parent.create_sheet("Gamla")
        sheet.parent.create_sheet("Hjälp")

    rows, problems = read(written(tmp_path, fill))
    text = " ".join(problem.message for problem in problems)
    assert [row.cells for row in rows] == [("a", "c"), ("b",)]
    assert all(
        words in text for words in ("A3:B3", "Rows are hidden (2)", "Columns are hidden (2–2)", "own: Gamla.")
    )


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"kod,namn\n", id="csv"),
        pytest.param(b"PK\x03\x04cut", id="cut-off"),
        pytest.param(b"", id="empty"),
    ],
)
def test_file_that_is_no_workbook_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(SyntaxFault, match=r"no \.xlsx workbook"):
        read(path)


def test_archive_that_is_no_workbook_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    with pytest.raises(SyntaxFault, match=r"no \.xlsx workbook"):
        read(path)


def test_workbook_that_a_password_protects_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504) + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(SyntaxFault, match="protected by a password"):
        read(path)


def test_date_that_no_calendar_has_is_told_by_cell_and_not_as_a_warning_of_python(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["A1"], sheet["A2"] = "heading", 9_000_000_000
        sheet["A2"].number_format = "yyyy-mm-dd"

    rows, _ = read(written(tmp_path, fill))
    assert "spreadsheet error" in rows[1].faults[0]


def test_workbook_that_unpacks_without_bound_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/sharedStrings.xml", "w") as stream,
    ):
        for _ in range(130):
            stream.write(bytes(2**20))
    with pytest.raises(SyntaxFault, match="unpacks to more than"):
        read(path)


@pytest.mark.parametrize("place", range(40, 4000, 180))
def test_byte_that_is_damaged_anywhere_is_told_or_does_no_harm(tmp_path: Path, place: int) -> None:
    path = written(tmp_path, lambda sheet: [sheet.append([f"a{number}", number]) for number in range(200)])
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= 0xFF
    path.write_bytes(content)
    assert fault_of(path) in (None, "a.xlsx")


def fault_of(path: Path) -> str | None:
    """The file that a fault names, if there is one."""
    try:
        read(path)
    except InputError as fault:
        return fault.place.file
    return None


def test_sheet_whose_xml_is_broken_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, lambda sheet: sheet.append(["a", "b"]))
    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content[:-30] if name.endswith("sheet1.xml") else content)
    with pytest.raises(SyntaxFault, match="damaged"):
        read(broken)
