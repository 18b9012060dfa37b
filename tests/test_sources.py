from pathlib import Path

import pytest

from kommungraf.dataset.sources import lines_of, rdf_files, rdf_reader, read_rdf
from kommungraf.errors import EmptyInput, Place, SyntaxFault

PREFIX = "@prefix ex: <http://example.org/> .\n"


@pytest.mark.parametrize(
    ("name", "content", "place", "words"),
    [
        pytest.param("a.ttl", (PREFIX + "ex:a ex:b no:c .\n").encode(), (2, 11), "@prefix", id="unknown-prefix"),
        pytest.param("a.ttl", (PREFIX + 'ex:a ex:b "x').encode(), (2, None), "cut off", id="truncated-turtle"),
        pytest.param("a.trig", (PREFIX + "ex:g { ex:a ex:b ex:c .").encode(), (2, None), "cut off", id="trig"),
        pytest.param("a.ttl", b'<x:a> <x:b>\n"\xe5" .', (2, 2), "byte 0xE5", id="latin-1"),
        pytest.param(
            "a.ttl", (PREFIX + "ex:a ex:b ex:c ~ ex:r .").encode(), (None, None), "triple term", id="triple-term"
        ),
        pytest.param("a.xls", b"", (None, None), ".ttl", id="unknown-ending"),
        pytest.param("a", b"", (None, None), ".jsonld", id="no-ending"),
    ],
)
def test_unreadable_file_is_told_with_its_place(
    tmp_path: Path, name: str, content: bytes, place: tuple[int | None, int | None], words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SyntaxFault) as fault:
        read_rdf(path, name)
    line, column = place
    assert (fault.value.place.file, fault.value.place.line) == (name, line)
    assert column is None or fault.value.place.column == column
    assert words in fault.value.message
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize(
    ("content", "place", "words"),
    [
        pytest.param((PREFIX + "ex:a ex:b no:c .\n").encode(), (2, 11), "@prefix", id="unknown-prefix"),
        pytest.param(b'<x:a> <x:b>\n"\xe5" .', (2, 2), "byte 0xE5", id="latin-1"),
        pytest.param(
            (PREFIX + "ex:a ex:b <<( ex:a ex:b ex:c )>> .").encode(), (None, None), "triple term", id="triple-term"
        ),
    ],
)
def test_unreadable_file_that_is_too_large_for_memory_is_told_alike(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    place: tuple[int | None, int | None],
    words: str,
) -> None:
    monkeypatch.setattr("kommungraf.dataset.sources._LARGE", 1)
    path = tmp_path / "a.ttl"
    path.write_bytes(content)
    with pytest.raises(SyntaxFault, match=words) as fault:
        read_rdf(path, path.name)
    assert (fault.value.place.line, fault.value.place.column) == place


def test_large_file_is_read_each_time_and_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bom.ttl"
    path.write_bytes(b"\xef\xbb\xbf" + (PREFIX + "ex:a ex:b ex:c , 'å' .").encode())
    kept = read_rdf(path, path.name).quads
    monkeypatch.setattr("kommungraf.dataset.sources._LARGE", 1)
    streamed = read_rdf(path, path.name).quads
    assert list(streamed) == list(streamed) == list(kept)


def test_files_are_kept_as_long_as_there_is_room_for_all_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / f"{number}.ttl" for number in range(3)]
    for path in paths:
        path.write_text(PREFIX + "ex:a ex:b ex:c .", "utf-8")
    monkeypatch.setattr("kommungraf.dataset.sources._LARGE", 2 * paths[0].stat().st_size)
    read = rdf_reader()
    files = [read(path, path.name) for path in paths]
    assert [isinstance(file.quads, tuple) for file in files] == [True, True, False]
    assert list(files[2].quads) == list(files[0].quads)


def test_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(EmptyInput) as fault:
        read_rdf(tmp_path / "none.ttl", "none.ttl")
    assert fault.value.place == Place("none.ttl")


def test_byte_order_mark_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "bom.ttl"
    path.write_bytes(b"\xef\xbb\xbf" + (PREFIX + "ex:a ex:b ex:c .").encode())
    assert len(list(read_rdf(path, path.name).quads)) == 1
    assert [line for line, _ in lines_of(path)] == [2]


def test_each_statement_has_the_line_on_which_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_text(PREFIX + "\nex:a ex:b 1 ;\n    ex:c 2 .\n\n# a comment\nex:d ex:e 3 .\n", "utf-8")
    assert [(line, quad.object.value) for line, quad in lines_of(path)] == [(3, "1"), (4, "2"), (7, "3")]


def test_blank_nodes_of_two_files_stay_apart(tmp_path: Path) -> None:
    subjects = set()
    for name in ("a.ttl", "b.ttl"):
        (tmp_path / name).write_text("_:x <http://example.org/p> 1 .", "utf-8")
        subjects |= {quad.subject for quad in read_rdf(tmp_path / name, name).quads}
    assert len(subjects) == 2


def test_folder_gives_its_rdf_files_in_order_without_the_hidden(tmp_path: Path) -> None:
    for name in ("b.ttl", "a.trig", "sub/c.nt", ".hidden.ttl", ".git/d.ttl", "notes.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = [path.relative_to(tmp_path).as_posix() for path in rdf_files(tmp_path)]
    assert found == ["a.trig", "b.ttl", "sub/c.nt"]


@pytest.mark.parametrize("ending", ["ttl", "nq"])
def test_a_line_longer_than_a_parser_reads_at_once_has_one_number(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"long.{ending}"
    path.write_text(f'<x:a> <x:b> "{"å" * 100_000}" .\n<x:a> <x:b> "2" .\n', "utf-8")
    assert [(line, len(quad.object.value)) for line, quad in lines_of(path)] == [(1, 100_000), (2, 1)]
