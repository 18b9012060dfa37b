import json
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import NamedNode

from kommungraf.errors import EmptyInput, InputError, SyntaxFault, TableFault, TableNotice
from kommungraf.tables.csvw import read_table
from kommungraf.tables.names import Names
from kommungraf.tables.tables import Seen, TableFile, read_table_file
from kommungraf.vocab import iri

METADATA: dict[str, Any] = {
    "url": "places.csv",
    "kg:accepted": True,
    "kg:claim": "kgi:claim/places/{code}",
    "dcterms:source": {"@id": "kgi:source/places"},
    "tableSchema": {
        "aboutUrl": "kgi:place/{code}",
        "columns": [
            {
                "name": "code",
                "titles": {"sv": ["kod"], "en": ["code"]},
                "required": True,
                "propertyUrl": "skos:notation",
                "datatype": {"base": "kg:municipalityCode", "format": "[0-9]{4}"},
            },
            {
                "name": "name",
                "titles": {"sv": "namn", "en": "name"},
                "propertyUrl": "skos:prefLabel",
                "lang": "sv",
            },
            {"name": "a", "virtual": True, "propertyUrl": "rdf:type", "valueUrl": "kg:Place"},
        ],
    },
}


def table(folder: Path, content: str | bytes, metadata: object = METADATA) -> TableFile:
    described = folder / "places.csv-metadata.json"
    described.write_text(json.dumps(metadata), "utf-8")
    path = folder / "places.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_table_file(path, "places.csv", read_table(described, described.name), Names(), Seen())


@pytest.mark.parametrize(
    "heading", ["kod,namn", "code,name", "Code,NAMN", "namn,kod"], ids=["sv", "en", "mixed", "other-order"]
)
def test_headings_may_be_swedish_or_english_in_any_order(tmp_path: Path, heading: str) -> None:
    row = "Älmhult,0765" if heading == "namn,kod" else "0765,Älmhult"
    found = table(tmp_path, f"{heading}\n{row}\n")
    assert found.faults == ()
    label = next(cell for cell in found.cells if cell.quad.predicate.value == iri("skos:prefLabel"))
    shown = next(each for each in heading.split(",") if each.casefold() in ("namn", "name"))
    assert (str(label.quad.object), label.row, label.column) == ('"Älmhult"@sv', 2, shown)


def test_row_becomes_a_claim_with_its_file_row_and_source(tmp_path: Path) -> None:
    quads = [cell.quad for cell in table(tmp_path, "kod,namn\n0765,Älmhult\n0764,Alvesta\n").cells]
    claim = iri("kgi:claim/places/0764")
    about = {quad.predicate.value: quad.object.value for quad in quads if str(quad.subject) == f"<{claim}>"}
    assert about == {
        iri("rdf:type"): iri("kg:Claim"),
        iri("prov:wasDerivedFrom"): iri("kgi:source/places"),
        iri("kg:tableFile"): "places.csv",
        iri("csvw:rownum"): "2",
        iri("kg:status"): iri("kg:Accepted"),
    }
    said = {quad.predicate.value for quad in quads if str(quad.graph_name) == f"<{claim}>"}
    assert said == {iri("skos:notation"), iri("skos:prefLabel"), iri("rdf:type")}


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        pytest.param("namn", "“kod/code” is missing", id="missing"),
        pytest.param("kod,kod,namn", "stands twice", id="duplicate"),
        pytest.param("kod,code,namn", "stands twice", id="duplicate-in-two-languages"),
        pytest.param("kod,namn,färg", "“färg” isn't known", id="unknown"),
        pytest.param("kod,namn,färg,form", "aren't known: “färg”, “form”", id="several-unknown"),
        pytest.param("", "is missing", id="empty-file"),
        pytest.param("Orter i Litauen", "is it the heading", id="a-title-above-it"),
        pytest.param("kod|namn", "separated by commas, semicolons or tabs", id="another-separator"),
    ],
)
def test_wrong_heading_is_told_at_row_one(tmp_path: Path, heading: str, words: str) -> None:
    with pytest.raises(TableFault, match=words) as fault:
        table(tmp_path, f"{heading}\n" if heading else "")
    assert (fault.value.place.file, fault.value.place.line) == ("places.csv", 1)


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        pytest.param("0765", None, "1 cells, the heading has 2", id="too-few-cells"),
        pytest.param("0765,a,b", None, "3 cells, the heading has 2", id="too-many-cells"),
        pytest.param("765,Älmhult", "kod", "doesn't have the form", id="pattern"),
        pytest.param(",Älmhult", "kod", "must not be empty", id="empty"),
        pytest.param("0765,Älm\x00hult", "namn", "can't be read (U+0000)", id="control-character"),
        pytest.param("0765,�lmhult", "namn", "can't be read (U+FFFD)", id="letter-lost"),
    ],
)
def test_faulty_row_is_told_and_the_others_are_read(
    tmp_path: Path, row: str, column: str | None, words: str
) -> None:
    found = table(tmp_path, f"kod,namn\n0764,Alvesta\n{row}\n0763,Tingsryd\n")
    (fault,) = found.faults
    assert words in fault.message
    assert (fault.place.line, fault.place.column) == (3, column)
    assert {cell.row for cell in found.cells} == {2, 4}


def test_cell_below_no_heading_is_told_and_not_lost(tmp_path: Path) -> None:
    found = table(tmp_path, "kod,namn,,\n0764,Alvesta,,\n0765,Älmhult,,viktigt\n")
    (fault,) = found.faults
    assert "“viktigt” stands in column 4, which has no heading" in fault.message
    assert fault.place.line == 3
    assert {cell.row for cell in found.cells} == {2}


def test_row_without_a_key_is_told(tmp_path: Path) -> None:
    schema = METADATA["tableSchema"]
    optional = [{**column, "required": False} for column in schema["columns"]]
    metadata = {**METADATA, "tableSchema": {**schema, "columns": optional}}
    found = table(tmp_path, "kod,namn\n,Älmhult\n", metadata)
    assert [fault.place.line for fault in found.faults] == [2]


def test_blank_rows_are_skipped_and_counted(tmp_path: Path) -> None:
    found = table(tmp_path, "kod,namn\n,\n\n0765,Älmhult\n")
    assert found.faults == ()
    assert {cell.row for cell in found.cells} == {4}


def test_table_in_latin_1_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(SyntaxFault, match="Windows-1252") as fault:
        table(tmp_path, "kod,namn\n0765,Älmhult\n".encode("latin-1"))
    assert fault.value.place.line == 2


def test_missing_table_is_told(tmp_path: Path) -> None:
    path = tmp_path / "places.csv-metadata.json"
    path.write_text(json.dumps(METADATA), "utf-8")
    with pytest.raises(EmptyInput):
        read_table_file(tmp_path / "places.csv", "places.csv", read_table(path, path.name), Names(), Seen())


@pytest.mark.parametrize(
    ("second", "kind", "words"),
    [
        pytest.param("0765,Älmhult", TableNotice, "says the same as row 2", id="same"),
        pytest.param("0765,ÄLMHULT", TableFault, "says something else", id="other"),
    ],
)
def test_second_row_of_one_claim_is_told_and_left_out(
    tmp_path: Path, second: str, kind: type[InputError], words: str
) -> None:
    found = table(tmp_path, f"kod,namn\n0765,Älmhult\n{second}\n")
    (fault,) = found.faults
    assert isinstance(fault, kind)
    assert words in fault.message
    assert {cell.row for cell in found.cells} == {2}


def test_faults_beyond_the_first_hundreds_are_counted(tmp_path: Path) -> None:
    found = table(tmp_path, "kod,namn\n" + "765,Älmhult\n" * 700)
    assert len(found.faults) == 501
    assert "200 more faults" in found.faults[-1].message


def test_claims_keep_their_names_when_rows_are_inserted_above(tmp_path: Path) -> None:
    def claims(content: str) -> set[str]:
        return {
            cell.quad.graph_name.value
            for cell in table(tmp_path, content).cells
            if isinstance(cell.quad.graph_name, NamedNode)
        }

    assert claims("kod,namn\n0765,Älmhult\n") < claims("kod,namn\n0764,Alvesta\n0765,Älmhult\n")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"{", id="cut-off"),
        pytest.param(b"[]", id="list"),
        pytest.param(b'{"url": "places.csv"}', id="lacking"),
        pytest.param('{"url": "å"}'.encode("latin-1"), id="latin-1"),
    ],
)
def test_unusable_metadata_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "places.csv-metadata.json"
    path.write_bytes(content)
    with pytest.raises(InputError) as fault:
        read_table(path, path.name)
    assert fault.value.place.file == "places.csv-metadata.json"


@pytest.mark.parametrize("kept", [1, 5, 100])
def test_statements_of_a_large_table_are_the_same_from_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    content = "kod,namn\n0765,Älmhult\n765,fel\n0764,Alvesta\n0765,Älmhult\n"
    whole = list(table(tmp_path, content).cells)
    monkeypatch.setattr("kommungraf.tables.statements._MOST_KEPT", kept)
    monkeypatch.setattr("kommungraf.tables.statements._PART", 100)
    found = table(tmp_path, content)
    assert [fault.place.line for fault in found.faults] == [3, 5]
    first, second = list(found.cells), list(found.cells)
    assert whole == first == second
    assert {cell.row for cell in first} == {2, 4}
