from pathlib import Path

import pytest

from kommungraf.errors import InputError, TableFault
from kommungraf.tables.csvw import Table
from kommungraf.tables.kinds import read_kinds
from kommungraf.tables.names import Names
from kommungraf.tables.sheets import SheetRow
from kommungraf.tables.tablerows import read_heading, read_rows


def kind(word: str) -> Table:
    found = read_kinds([], []).named(word)
    assert found is not None
    return found


SOURCES = kind("sources")


@pytest.mark.parametrize(
    "heading",
    ["nyckel,titel,adress", "Key,TITLE,url", "key*,title*,Web_Address ", " nyckel , titel ,webbadress"],
    ids=["sv", "en", "marked", "spaces"],
)
def test_heading_is_read_in_either_language_and_without_regard_to_form(heading: str) -> None:
    cells = tuple(heading.replace("Web_Address ", "url").split(","))
    assert read_heading(SheetRow(1, cells), SOURCES, "a.csv").columns == ("key", "title", "address")


def test_underscores_are_spaces() -> None:
    found = read_heading(
        SheetRow(1, ("municipality", "Twin_Place", "claim_status", "source")), kind("twin-towns"), "a"
    )
    assert found.columns == ("municipality", "partner", "claimStatus", "source")


def test_optional_columns_may_be_left_out_and_required_ones_not() -> None:
    with pytest.raises(TableFault, match="“adress/address” is missing"):
        read_heading(SheetRow(1, ("key", "title")), SOURCES, "a.csv")


@pytest.mark.parametrize("heading", ["att rätta", "To mend", ""], ids=["sv", "en", "empty"])
def test_column_of_a_marked_copy_is_ignored(heading: str) -> None:
    found = read_heading(SheetRow(1, ("key", "title", "address", heading)), SOURCES, "a.csv")
    assert found.columns[-1] == ""


def faults(folder: Path, content: str) -> list[tuple[int | None, int | str | None, str]]:
    path = folder / "sources.csv"
    path.write_text(content, "utf-8")
    found: list[InputError] = []
    list(read_rows(path, "sources.csv", SOURCES, Names(), found.append))
    return [(fault.place.line, fault.place.column, fault.message) for fault in found]


def test_every_faulty_cell_of_every_row_is_told_by_the_heading_that_stands_there(tmp_path: Path) -> None:
    content = "# råd\nnyckel;titel;URL;utgiven\nÅ;T;x;2018\n;T;https://a.se/;\na;T;https://a.se/;2018-06-12\n"
    found = faults(tmp_path, content)
    assert [(row, column) for row, column, _ in found] == [
        (3, "nyckel"),
        (3, "URL"),
        (3, "utgiven"),
        (4, "nyckel"),
    ]
    assert "The column “nyckel” must not be empty" in found[-1][2]


def test_missing_and_surplus_cells_are_told_and_empty_ones_are_not(tmp_path: Path) -> None:
    found = faults(tmp_path, "key,title,address\na,T\nb,T,https://b.se/,,\nc,T,https://c.se/,x\n")
    assert [(row, column) for row, column, _ in found] == [(2, None), (4, None)]
