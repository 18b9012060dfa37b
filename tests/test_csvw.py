import json
from pathlib import Path
from typing import Any

import pytest

from kommungraf.errors import SyntaxFault
from kommungraf.tables.csvw import expanded, filled, read_table, variables


def metadata(**changes: Any) -> dict[str, Any]:
    column = {
        "name": "key",
        "titles": {"sv": "nyckel"},
        "propertyUrl": "skos:notation",
        **changes.pop("column", {}),
    }
    return {
        "tableSchema": {"aboutUrl": "kgi:place/{key}", "columns": [column], **changes.pop("schema", {})},
        **changes,
    }


def read(folder: Path, content: object) -> Any:
    path = folder / "a.json"
    path.write_text(json.dumps(content), "utf-8")
    return read_table(path, "a.json")


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        pytest.param({"foreignKeys": []}, "foreignKeys", id="table"),
        pytest.param({"schema": {"rowTitles": []}}, "rowTitles", id="schema"),
        pytest.param({"column": {"suppressOutput": True}}, "suppressOutput", id="column"),
        pytest.param({"column": {"datatype": {"base": "string", "length": 3}}}, "length", id="datatype"),
        pytest.param({"column": {"kg:reeds": "date"}}, "kg:reeds", id="misspelt"),
        pytest.param({"column": {"kg:reads": "dates"}}, "kg:reads dates", id="reading"),
    ],
)
def test_property_that_nobody_reads_is_told(tmp_path: Path, changes: dict[str, Any], name: str) -> None:
    with pytest.raises(SyntaxFault, match="aren't read") as fault:
        read(tmp_path, metadata(**changes))
    assert name in fault.value.message


@pytest.mark.parametrize("name", ["dcterms:modified", "rdfs:comment", "skos:note"])
def test_annotation_is_welcome(tmp_path: Path, name: str) -> None:
    assert read(tmp_path, metadata(column={name: "x"})).columns[0].name == "key"


@pytest.mark.parametrize(
    "column",
    [
        {"kg:within": "land"},
        {"kg:otherwise": "namn"},
        {"kg:when": "x"},
        {"kg:interval": {"start": "a", "end": "b"}},
    ],
    ids=["within", "otherwise", "when", "interval"],
)
def test_column_that_others_name_must_be_there(tmp_path: Path, column: dict[str, Any]) -> None:
    with pytest.raises(SyntaxFault, match="names a column that isn't there"):
        read(tmp_path, metadata(column=column))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param({}, id="empty"),
        pytest.param(metadata(schema={"columns": [{"titles": {}}]}), id="nameless"),
        pytest.param(metadata(schema={"columns": [{"kg:columns": "no-such-part"}]}), id="no-part"),
        pytest.param(metadata(column={"datatype": {"format": "("}}), id="pattern"),
        pytest.param([], id="list"),
        pytest.param("text", id="text"),
    ],
)
def test_unusable_metadata_is_told(tmp_path: Path, content: object) -> None:
    with pytest.raises(SyntaxFault) as fault:
        read(tmp_path, content)
    assert fault.value.place.file == "a.json"


def test_deeply_nested_metadata_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[" * 100_000, "utf-8")
    with pytest.raises(SyntaxFault):
        read_table(tmp_path / "a.json", "a.json")


@pytest.mark.parametrize(
    ("template", "row", "uri"),
    [
        pytest.param("kgi:place/{key}", {"key": "lt-x"}, "https://w3id.org/kommungraf/id/place/lt-x", id="prefix"),
        pytest.param("http://a/{x}", {"x": "å b/c"}, "http://a/%C3%A5%20b%2Fc", id="escaped"),
        pytest.param("{+x}", {"x": "http://a/b"}, "http://a/b", id="as-it-is"),
        pytest.param("http://a{/x}", {"x": "b"}, "http://a/b", id="segment"),
        pytest.param("http://a{/x}", {}, "http://a", id="no-segment"),
        pytest.param("http://a/{x}", {"x": ""}, None, id="empty"),
    ],
)
def test_template_gives_a_uri(template: str, row: dict[str, str], uri: str | None) -> None:
    assert filled(template, row) == uri


def test_template_gives_a_text_as_it_is() -> None:
    assert expanded("Vänort {a}–{b}", {"a": "Växjö", "b": "Kaunas"}) == "Vänort Växjö–Kaunas"
    assert expanded("{a}", {}) is None
    assert variables("{a}{+b}{/c}") == ("a", "b", "c")


@pytest.mark.parametrize("titles", ["Siden", ["Siden", "Fra"]], ids=["string", "array"])
def test_heading_may_stand_without_a_language(tmp_path: Path, titles: object) -> None:
    assert "Siden" in set(read(tmp_path, metadata(column={"titles": titles})).columns[0].headings())
