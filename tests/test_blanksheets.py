import csv
import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from kommungraf.errors import InputError
from kommungraf.tables.blanksheets import write_blank
from kommungraf.tables.csvw import Table
from kommungraf.tables.kinds import read_kinds
from kommungraf.tables.names import Names
from kommungraf.tables.sheets import is_comment, sheet_rows
from kommungraf.tables.tables import Seen, read_table_file
from kommungraf.texts import LANGUAGES

KINDS = read_kinds([], []).all()


def named(kind: Table) -> str:
    return kind.kind["en"][0]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize("kind", KINDS, ids=named)
def test_blank_table_is_a_table_of_its_kind_without_rows(
    tmp_path: Path, kind: Table, suffix: str, language: str
) -> None:
    path = tmp_path / f"{named(kind)}{suffix}"
    write_blank(kind, path, language)
    found = read_table_file(path, path.name, kind, Names(), Seen())
    assert (found.faults, list(found.cells)) == ((), [])


@pytest.mark.parametrize(("language", "mark", "heading"), [("sv", ";", "kommun"), ("en", ",", "municipality")])
def test_csv_has_heading_help_and_example_in_the_language(
    tmp_path: Path, language: str, mark: str, heading: str
) -> None:
    kind = next(kind for kind in KINDS if named(kind) == "twin-towns")
    path = tmp_path / "a.csv"
    write_blank(kind, path, language)
    text = path.read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig"), newline=""), delimiter=mark))
    assert [row[0].split()[0] for row in rows] == [heading, "#", "#"]
    assert {len(row) for row in rows} == {len(kind.stated())}
    problems: list[InputError] = []
    assert [is_comment(row) for row in sheet_rows(path, "a.csv", problems.append)] == [False, True, True]


def test_workbook_offers_the_values_and_keeps_what_is_typed_as_text(tmp_path: Path) -> None:
    kind = next(kind for kind in KINDS if named(kind) == "twin-towns")
    path = tmp_path / "a.xlsx"
    write_blank(kind, path, "sv")
    book: Any = load_workbook(path)
    table, explained, lists = book.worksheets
    assert [sheet.title for sheet in (explained, lists)] == ["Hjälp", "Listor"]
    offered = {cell.value for row in lists.iter_rows() for cell in row}
    assert {"listad", "upphörd", "ja", "nej"} < offered
    assert {dimension.number_format for dimension in table.column_dimensions.values()} == {"@"}
    assert len(table.data_validations.dataValidation) == 3
    assert explained.max_row == len(kind.stated()) + 2
    book.close()
