from pathlib import Path

import pytest

from kommungraf.errors import InputError, SyntaxFault
from kommungraf.tables.sheets import SheetRow, delimiter, is_comment, sheet_rows


def rows(folder: Path, content: bytes) -> list[SheetRow]:
    path = folder / "a.csv"
    path.write_bytes(content)
    problems: list[InputError] = []
    found = list(sheet_rows(path, "a.csv", problems.append))
    assert problems == []
    return found


@pytest.mark.parametrize("mark", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("start", ["", "\ufeff"], ids=["plain", "byte-order-mark"])
def test_csv_of_any_program_is_read(tmp_path: Path, mark: str, start: str) -> None:
    found = rows(tmp_path, f'{start}kod{mark}namn\r\n1{mark}"a{mark} b"\r\n'.encode())
    assert found == [SheetRow(1, ("kod", "namn")), SheetRow(2, ("1", f"a{mark} b"))]


def test_quoted_line_breaks_are_within_a_cell_and_rows_are_counted(tmp_path: Path) -> None:
    found = rows(tmp_path, b'a,b\n"x\ny",z\n\n1,2\n')
    assert [(row.number, row.cells) for row in found] == [(1, ("a", "b")), (2, ("x\ny", "z")), (4, ("1", "2"))]


def test_spaces_around_a_cell_are_dropped_also_unbreakable_ones(tmp_path: Path) -> None:
    assert rows(tmp_path, " a ,\u00a0b\u00a0\n".encode())[0].cells == ("a", "b")


def test_comment_does_not_tell_the_delimiter(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("# a, b, c, d\nkod;namn\n", "utf-8")
    assert delimiter(path, "a.csv") == ";"
    assert is_comment(SheetRow(1, ("# a", "b")))


@pytest.mark.parametrize(
    ("content", "words", "row"),
    [
        pytest.param("kod,namn\n1,Växjö\n".encode("cp1252"), "Windows-1252.*“Växjö”", 2, id="windows-1252"),
        pytest.param("kod,namn\n".encode("utf-16"), "UTF-16", None, id="utf-16"),
        pytest.param(b"a,b\n\x81\x8d,c\n", "byte 0x81", 2, id="no-encoding"),
        pytest.param(b'a,b\n1,"x\n', "never closed", 2, id="open-quote"),
        pytest.param(b'a,b\n1,"x"y\n', "follows a closing", 2, id="text-after-quote"),
        pytest.param(b'a,b\n1,"' + b"x" * 140_000, "far too long", 2, id="endless-cell"),
        pytest.param(b"a,b\n1," + b"x" * (5 * 2**20), "row begins here that is longer", 2, id="no-table"),
        pytest.param(b"," * 500 + b"x\n", "more than 200 cells", 1, id="wide"),
    ],
)
def test_unreadable_csv_is_told_with_its_row(tmp_path: Path, content: bytes, words: str, row: int | None) -> None:
    with pytest.raises(SyntaxFault, match=words) as fault:
        rows(tmp_path, content)
    assert fault.value.place.line == row
