from pathlib import Path

import pytest

from kommungraf.dataset.inputs import known_names, read_inputs
from kommungraf.dataset.project import Project, own_project
from kommungraf.errors import EmptyInput
from kommungraf.vocab import BASE, iri

GOOD = "<http://example.org/a> <http://example.org/b> <http://example.org/c> ."


def test_every_fault_is_found_in_one_go(tmp_path: Path) -> None:
    for name, content in {"a.ttl": "ex:a ex:b ex:c .", "b.ttl": GOOD, "c.nt": "<x"}.items():
        (tmp_path / name).write_text(content, "utf-8")
    inputs = read_inputs(Project(data=(tmp_path,), root=tmp_path))
    assert [fault.place.file for fault in inputs.faults] == ["a.ttl", "c.nt"]
    assert [file.name for file in inputs.data] == ["b.ttl"]


@pytest.mark.parametrize("name", ["orter.ods", "orter.xls", "orter.xlsm", "ORTER.XLS", "orter.tsv"])
def test_spreadsheet_of_a_format_that_is_not_read_is_told_and_not_passed_over(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.ttl").write_text(GOOD, "utf-8")
    (tmp_path / name).write_bytes(b"PK")
    for data in (tmp_path, tmp_path / name):
        (fault,) = read_inputs(Project(data=(data,), root=tmp_path)).faults
        assert fault.place.file == name
        assert "Save it as “Excel Workbook (.xlsx)” or as “CSV UTF-8”" in fault.message


@pytest.mark.parametrize("missing", [True, False], ids=["no-such-folder", "empty-folder"])
def test_nothing_to_publish_is_told_with_the_folder(tmp_path: Path, missing: bool) -> None:
    folder = tmp_path / "data"
    if not missing:
        folder.mkdir()
    with pytest.raises(EmptyInput) as fault:
        read_inputs(Project(data=(folder,), root=tmp_path))
    assert fault.value.place.file == "data"


def test_shapes_folder_without_parts_holds_shapes_over_the_dataset(tmp_path: Path) -> None:
    for name in ("data/a.ttl", "shapes/s.ttl"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(GOOD, "utf-8")
    inputs = read_inputs(Project(data=(tmp_path / "data",), shapes=tmp_path / "shapes", root=tmp_path))
    assert [file.name for file in inputs.shapes] == ["shapes/s.ttl"]
    assert inputs.ontology_shapes == ()


@pytest.mark.parametrize("described", [False, True], ids=["nowhere", "in-the-data"])
def test_shapes_over_our_terms_ask_for_the_ontology_that_describes_them(tmp_path: Path, described: bool) -> None:
    for name in ("data/a.ttl", "shapes/s.ttl"):
        (tmp_path / name).parent.mkdir()
    term = f"<{BASE}def/Project>"
    (tmp_path / "data/a.ttl").write_text(f"{term} a <http://example.org/C> ." if described else GOOD, "utf-8")
    target = f"<http://example.org/S> <http://www.w3.org/ns/shacl#targetClass> {term} ."
    (tmp_path / "shapes/s.ttl").write_text(target, "utf-8")
    project = Project(data=(tmp_path / "data",), shapes=tmp_path / "shapes", root=tmp_path)
    if described:
        assert read_inputs(project).shapes
        return
    with pytest.raises(EmptyInput, match="--ontology") as fault:
        read_inputs(project)
    assert fault.value.place.file == "shapes"


PLACES = "key,name,country,source\nno-bodo,Bodø,,s\nno-bodin,Bodin,,s\nno-old,Gamleby,,s\n"
#: A name of a place as a source prints it, and what somebody calls another.
OTHER_NAMES = {
    "names": "thing,name,language,source\nplace/no-bodo,Bodö,sv,s\nplace/no-old,Bodin,sv,s\n",
    "twin-towns": "municipality,twin place,printed,source\nplace/no-old,Bodø,Bodoe,s\n",
}


@pytest.mark.parametrize(
    ("text", "key", "elsewhere"),
    [
        pytest.param("Bodø", "no-bodo", True, id="its-own-name"),
        pytest.param("Bodö", "no-bodo", True, id="recorded-in-a-table-of-names"),
        pytest.param("Bodoe", "no-bodo", False, id="as-a-source-prints-it"),
        pytest.param("Bodin", "no-bodin", True, id="what-another-is-called-yields-to-an-own-name"),
    ],
)
def test_place_is_known_by_every_name_that_a_table_records_whatever_the_order_of_tables(
    tmp_path: Path, text: str, key: str, elsewhere: bool
) -> None:
    """A name as printed is one in tables, but not `elsewhere`, in the lists of others."""
    (tmp_path / "sources.csv").write_text("key,title,language,type\ns,S,en,own\n", "utf-8")
    (tmp_path / "places.csv").write_text(PLACES, "utf-8")
    for name, content in OTHER_NAMES.items():
        (tmp_path / f"{name}.csv").write_text(content, "utf-8")
    project, meant = Project(data=(), known=(tmp_path,), root=tmp_path), (iri(f"kgi:place/{key}"),)
    names = known_names(project, tmp_path / "imports", (), printed=True)
    assert names.found(text, (iri("kg:Place"),), None) == meant
    names = known_names(project, tmp_path / "imports", ())
    assert names.found(text, (iri("kg:Place"),), None) == (meant if elsewhere else ())


def test_own_files_are_read_without_a_fault() -> None:
    inputs = read_inputs(own_project())
    assert inputs.faults == ()
    assert inputs.data
    assert inputs.tables
    assert inputs.ontology
    assert inputs.shapes
    assert inputs.ontology_shapes
    assert inputs.catalogue_shapes
