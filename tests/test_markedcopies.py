from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from kommungraf.dataset.project import Project
from kommungraf.errors import OutputFault, Place
from kommungraf.validation.findings import Finding, Severity
from kommungraf.validation.markedcopies import write_marked

SHEET = "# råd\nkommun;sedan\nVäxjö;sommarn 18\n\nÄlmhult;2018\n"


def finding(file: str, line: int | None, column: str | None, text: str = "fel datum") -> Finding:
    return Finding(Severity.VIOLATION, {"sv": text, "en": "wrong date"}, Place(file, line, column))


def project(folder: Path, content: str | bytes = SHEET) -> Project:
    (folder / "data").mkdir()
    path = folder / "data" / "twin-towns.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return Project(data=(folder / "data",), root=folder)


@pytest.mark.parametrize(
    ("language", "heading", "words"), [("sv", "att rätta", "fel datum"), ("en", "to mend", "wrong date")]
)
def test_csv_copy_has_a_column_of_what_to_mend(tmp_path: Path, language: str, heading: str, words: str) -> None:
    own = project(tmp_path)
    found = [
        finding("data/twin-towns.csv", 3, "sedan"),
        finding("data/twin-towns.csv", None, None),
        finding("a.ttl", 1, None),
    ]
    (copy,) = write_marked(found, own, tmp_path / "out", language)
    lines = copy.read_text("utf-8-sig").splitlines()
    assert lines == [
        "# råd;;",
        f"kommun;sedan;{heading}",
        f"Växjö;sommarn 18;sedan: {words}",
        "",
        "Älmhult;2018;",
        f"# {words}",
    ]
    assert (tmp_path / "data" / "twin-towns.csv").read_text("utf-8") == SHEET


def test_earlier_marks_are_replaced(tmp_path: Path) -> None:
    own = project(tmp_path, "kommun,att rätta\nVäxjö,gammalt\nLund,löst\n")
    (copy,) = write_marked([finding("data/twin-towns.csv", 2, "kommun", "nytt")], own, tmp_path / "a.csv", "sv")
    assert copy.read_text("utf-8-sig").splitlines() == ["kommun,att rätta", "Växjö,kommun: nytt", "Lund,"]


def test_workbook_copy_has_coloured_cells_with_comments(tmp_path: Path) -> None:
    own = project(tmp_path)
    book: Any = Workbook()
    book.active.append(["kommun", "sedan"])
    book.active.append(["Växjö", "sommarn 18"])
    book.save(tmp_path / "data" / "vanorter.xlsx")
    before = (tmp_path / "data" / "vanorter.xlsx").read_bytes()
    found = [finding("data/vanorter.xlsx", 2, "sedan"), finding("data/vanorter.xlsx", 2, None, "utan cell")]
    (copy,) = write_marked(found, own, tmp_path / "out", "sv")
    marked: Any = load_workbook(copy)
    cell, first = marked.active["B2"], marked.active["A2"]
    assert (cell.value, cell.comment.text, cell.fill.fgColor.rgb) == ("sommarn 18", "fel datum", "00FFC7CE")
    assert first.comment.text == "utan cell"
    assert (tmp_path / "data" / "vanorter.xlsx").read_bytes() == before


def test_mark_of_a_merged_cell_stands_at_the_first_of_those_it_is_merged_with(tmp_path: Path) -> None:
    own = project(tmp_path)
    book: Any = Workbook()
    book.active.append(["kommun", "sedan"])
    book.active.append(["Växjö", "2018"])
    book.active.merge_cells("A2:B2")
    book.save(tmp_path / "data" / "vanorter.xlsx")
    (copy,) = write_marked([finding("data/vanorter.xlsx", 2, "sedan")], own, tmp_path / "a.xlsx", "sv")
    assert load_workbook(copy).active["A2"].comment.text == "fel datum"  # type: ignore[index]


def test_tables_that_can_be_marked_are_marked_though_another_cannot(tmp_path: Path) -> None:
    own = project(tmp_path)
    (tmp_path / "data" / "orter.xlsx").write_bytes(b"no workbook")
    found = [finding("data/orter.xlsx", None, None), finding("data/twin-towns.csv", 3, "sedan")]
    with pytest.raises(OutputFault, match=r"orter\.xlsx"):
        list(write_marked(found, own, tmp_path / "out", "sv"))
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["twin-towns.csv"]


def test_copy_among_the_data_is_refused(tmp_path: Path) -> None:
    own = project(tmp_path)
    with pytest.raises(OutputFault, match="among the data"):
        list(write_marked([finding("data/twin-towns.csv", 3, None)], own, tmp_path / "data" / "out", "sv"))


def test_copy_is_never_written_over_a_file(tmp_path: Path) -> None:
    own = project(tmp_path)
    (tmp_path / "a.csv").write_text("mine", "utf-8")
    with pytest.raises(OutputFault, match="already"):
        list(write_marked([finding("data/twin-towns.csv", 3, None)], own, tmp_path / "a.csv", "sv"))
    assert (tmp_path / "a.csv").read_text("utf-8") == "mine"


def test_one_file_holds_no_two_copies(tmp_path: Path) -> None:
    own = project(tmp_path)
    (tmp_path / "data" / "places.csv").write_text("a\n", "utf-8")
    found = [finding("data/twin-towns.csv", 3, None), finding("data/places.csv", 1, None)]
    with pytest.raises(OutputFault, match="one table"):
        list(write_marked(found, own, tmp_path / "a.csv", "sv"))


def test_tables_of_one_name_get_copies_of_their_own(tmp_path: Path) -> None:
    own = project(tmp_path)
    (tmp_path / "data" / "b").mkdir()
    (tmp_path / "data" / "b" / "twin-towns.csv").write_text(SHEET, "utf-8")
    found = [finding("data/twin-towns.csv", 3, None), finding("data/b/twin-towns.csv", 3, None)]
    copies = list(write_marked(found, own, tmp_path / "out", "sv"))
    assert [copy.parent.name for copy in copies] == ["data", "b"]


@pytest.mark.parametrize("name", ["twin-towns.csv", "vanorter.xlsx"])
def test_table_that_cannot_be_read_cannot_be_marked(tmp_path: Path, name: str) -> None:
    own = project(tmp_path)
    (tmp_path / "data" / name).write_bytes("kommun\nVäxjö\n".encode("cp1252"))
    with pytest.raises(OutputFault, match="can't be read"):
        list(write_marked([finding(f"data/{name}", 2, None)], own, tmp_path / "out", "sv"))
