from pathlib import Path

import pytest

from kommungraf.errors import OutputFault
from kommungraf.tables.newfiles import write_new


def test_file_is_written_with_its_folders_and_never_over_another(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.csv"
    write_new(path, b"1")
    with pytest.raises(OutputFault, match="already"):
        write_new(path, b"2")
    assert path.read_bytes() == b"1"


def test_place_that_is_no_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(OutputFault, match=r"can't be written|already"):
        write_new(tmp_path / "a" / "b.csv", b"1")
