import csv
import io
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from kommungraf.dataset.inputs import known_names, read_inputs
from kommungraf.dataset.project import own_project
from kommungraf.errors import InputError
from kommungraf.tables.blanksheets import write_blank
from kommungraf.tables.csvw import Table
from kommungraf.tables.kinds import read_kinds
from kommungraf.tables.names import Names
from kommungraf.tables.sheets import is_comment, sheet_rows
from kommungraf.tables.tables import Seen, read_table_file
from kommungraf.texts import LANGUAGES
from kommungraf.vocab import iri

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
    dimensions = {letter: dimension.number_format for letter, dimension in table.column_dimensions.items()}
    assert dimensions == {get_column_letter(number): "@" for number in range(1, len(kind.stated()) + 1)}
    assert len(table.data_validations.dataValidation) == 3
    assert explained.max_row == len(kind.stated()) + 2
    book.close()


@cache
def own_names() -> Names:
    own = own_project()
    return known_names(replace(own, data=(), known=own.data), own.data[0] / "imports", ())


def lists_of(path: Path, heading: str) -> tuple[list[str], bool]:
    """What a workbook offers for the column with the heading, and whether people see the sheet with the lists."""
    book: Any = load_workbook(path)
    table, _, lists = book.worksheets
    (column,) = [cell.column_letter for cell in table[1] if cell.value == heading]
    rules = [each for each in table.data_validations.dataValidation if f"{column}2" in each.sqref]
    source = re.fullmatch(r"'Listor'!\$(\w+)\$(\d+):\$\w+\$(\d+)", rules[0].formula1 if rules else "")
    cells = [lists[f"{source[1]}{row}"] for row in range(int(source[2]), int(source[3]) + 1)] if source else []
    values = [cell.value for cell in cells]
    is_seen = lists.sheet_state == "visible"
    book.close()
    return values, is_seen


@pytest.mark.parametrize(
    ("kind", "heading", "some", "readers"),
    [
        pytest.param("twin-towns", "kommun", {"Växjö", "Älmhult"}, "municipality", id="municipalities-by-name"),
        pytest.param("twin-towns", "land", {"Litauen", "Norge"}, "country", id="countries-by-name"),
        pytest.param("twin-towns", "vänort", {"Kuršėnai", "Växjö"}, "partner", id="places"),
        pytest.param("twin-towns", "källa", {"almhult-635"}, "source", id="sources-by-key"),
    ],
)
def test_workbook_offers_what_a_column_may_name_as_it_is_surely_read(
    tmp_path: Path, kind: str, heading: str, some: set[str], readers: str
) -> None:
    table = next(each for each in KINDS if named(each) == kind)
    write_blank(table, tmp_path / "a.xlsx", "sv", own_names())
    offered, is_seen = lists_of(tmp_path / "a.xlsx", heading)
    column = next(each for each in table.stated() if each.name == readers)
    assert some <= set(offered)
    assert len(set(offered)) == len(offered)
    assert not is_seen
    meant = [own_names().found(text, column.classes, None) for text in offered]
    assert {len(each) for each in meant} == {1}
    assert len(set(meant)) == len(own_names().members(column.classes, 10_000))


def test_workbook_offers_no_list_of_more_things_than_one_looks_through(tmp_path: Path) -> None:
    names, kind = Names(), next(each for each in KINDS if named(each) == "twin-towns")
    for number in range(2_001):
        names.say((iri(f"kgi:source/s{number}"), iri("rdf:type"), iri("kg:Source"), ""))
    names.open()
    write_blank(kind, tmp_path / "a.xlsx", "sv", names)
    assert lists_of(tmp_path / "a.xlsx", "källa")[0] == []
    assert lists_of(tmp_path / "a.xlsx", "status")[0] != []


@pytest.mark.parametrize("language", LANGUAGES)
def test_examples_of_templates_are_rows_that_can_be_read(tmp_path: Path, language: str) -> None:
    for kind in KINDS:
        example = {column.heading(language): column.example.get(language, "") for column in kind.stated()}
        with (tmp_path / f"{named(kind)}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([example.keys(), example.values()])
    project = own_project()
    found = read_inputs(replace(project, data=(tmp_path,), known=project.data, root=tmp_path))
    assert [fault.message for fault in found.faults] == []
