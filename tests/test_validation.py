from pathlib import Path

from kommungraf.building.building import checked
from kommungraf.dataset.project import Project
from kommungraf.validation.findings import Finding, Severity, conforms
from own_content import own_content, silent

PREFIXES = """@prefix ex: <http://example.org/> .
@prefix kg: <https://w3id.org/kommungraf/def/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix edtf: <http://id.loc.gov/datatypes/edtf/> .
"""
SHAPE = (
    PREFIXES
    + """ex:Shape a sh:NodeShape ; sh:targetClass ex:Thing ; sh:property ex:Shape-name .
ex:Shape-name a sh:PropertyShape ; sh:path ex:name ; sh:maxLength 3 ; sh:severity sh:Warning ;
    sh:message "För långt."@sv , "Too long."@en .
"""
)


def findings(folder: Path, name: str, content: str) -> tuple[Finding, ...]:
    (folder / "shapes").mkdir()
    (folder / "shapes" / "shape.ttl").write_text(SHAPE, "utf-8")
    (folder / name).write_text(PREFIXES + content, "utf-8")
    project = Project(data=(folder / name,), shapes=folder / "shapes", root=folder)
    return tuple(checked(project, silent).findings)


def test_finding_has_messages_severity_and_the_line_of_its_value(tmp_path: Path) -> None:
    (found,) = findings(tmp_path, "a.ttl", 'ex:a a ex:Thing ;\n    ex:name "abc" ,\n        "abcd" .\n')
    assert found.messages == {"en": "Too long.", "sv": "För långt."}
    assert found.severity is Severity.WARNING
    assert found.shape == "<http://example.org/Shape-name>"
    assert found.value == '"abcd"'
    assert str(found.place) == "a.ttl:7"
    assert conforms([found])


def test_text_with_a_base_direction_is_held_to_the_shapes(tmp_path: Path) -> None:
    (found,) = findings(tmp_path, "a.ttl", 'VERSION "1.2"\nex:a a ex:Thing ; ex:name "abcd"@ar--rtl .\n')
    assert found.messages["en"] == "Too long."


def test_claim_that_says_nothing_is_a_violation_with_its_line(tmp_path: Path) -> None:
    (found,) = findings(tmp_path, "a.trig", "\nex:claim a kg:Claim ;\n    kg:status kg:Disputed .\n")
    assert "says nothing" in found.message("en")
    assert "säger ingenting" in found.message("sv")
    assert found.place is not None
    assert (found.place.file, found.place.line) == ("a.trig", 6)
    assert not conforms([found])


def test_period_of_a_claim_that_is_not_held_must_be_readable_too(tmp_path: Path) -> None:
    said = 'ex:claim a kg:Claim ; kg:status kg:Disputed .\nGRAPH ex:claim { ex:a kg:period "sommaren"^^edtf:EDTF . }\n'
    (found,) = findings(tmp_path, "a.trig", said)
    assert "EDTF" in found.message("sv")
    assert found.place is not None
    assert found.place.line == 6


def test_fault_of_reading_stands_beside_the_shapes_findings(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "cut.ttl").write_text("<urn:a> <urn:b", "utf-8")
    found = findings(tmp_path, "data/long.ttl", 'ex:a a ex:Thing ; ex:name "abcd" .\n')
    assert [str(each.severity) for each in found] == ["Warning"]
    both = checked(Project(data=(tmp_path / "data",), shapes=tmp_path / "shapes", root=tmp_path), silent).findings
    assert [each.place.file for each in both if each.place] == ["data/cut.ttl", "data/long.ttl"]


def test_own_data_have_no_violation_and_every_finding_has_a_place() -> None:
    found = own_content().findings
    assert conforms(found), [each.message("en") for each in found]
    assert [each for each in found if each.place is None] == []
    assert all({"sv", "en"} <= set(each.messages) for each in found)


def test_value_that_a_message_names_is_named_in_both_languages(tmp_path: Path) -> None:
    shape = f"""{PREFIXES}
    ex:Shape a sh:NodeShape ; sh:targetClass ex:Thing ;
        sh:message "Namnet {{?value}} är upptaget."@sv , "The name {{?value}} is taken."@en ;
        sh:sparql [ sh:select "SELECT $this ?value {{ $this <http://example.org/name> ?value }}" ] ."""
    (tmp_path / "shapes").mkdir()
    (tmp_path / "shapes" / "shape.ttl").write_text(shape, "utf-8")
    (tmp_path / "a.ttl").write_text(f'{PREFIXES} ex:a a ex:Thing ; ex:name "A (1)" .', "utf-8")
    project = Project(data=(tmp_path / "a.ttl",), shapes=tmp_path / "shapes", root=tmp_path)
    (found,) = checked(project, silent).findings
    assert found.messages == {"en": "The name A (1) is taken.", "sv": "Namnet A (1) är upptaget."}
