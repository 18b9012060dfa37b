from pathlib import Path

import pytest
from pyoxigraph import Literal

from kommungraf.dataset.dataset import Dataset, assembled, stated
from kommungraf.dataset.inputs import read_inputs
from kommungraf.dataset.project import Project
from kommungraf.dataset.rules import read_rules
from kommungraf.errors import SyntaxFault
from kommungraf.vocab import iri

DATA = """@prefix ex: <http://example.org/> .
@prefix kg: <https://w3id.org/kommungraf/def/> .
ex:claim1 a kg:Claim ; kg:status kg:Accepted .
ex:claim2 a kg:Claim ; kg:status kg:Disputed .
GRAPH ex:claim1 { ex:a ex:near ex:b . ex:both ex:near ex:both . }
GRAPH ex:claim2 { ex:a ex:near ex:c . ex:both ex:near ex:both . }
GRAPH ex:note { ex:a ex:near ex:d . }
"""
SYMMETRY = """PREFIX ex: <http://example.org/>
CONSTRUCT { ?b ex:near ?a } WHERE { ?a ex:near ?b }"""
FAR = """PREFIX ex: <http://example.org/>
CONSTRUCT { ?a ex:next ?b } WHERE { ?a ex:near ?b . ?b ex:near ?a }"""


def dataset(folder: Path, data: str = DATA, **rules: str) -> Dataset:
    (folder / "ontology" / "rules").mkdir(parents=True)
    (folder / "data.trig").write_text(data, "utf-8")
    for name, query in rules.items():
        (folder / "ontology" / "rules" / f"{name[1:].replace('_', '-')}.rq").write_text(query, "utf-8")
    project = Project(data=(folder / "data.trig",), ontology=folder / "ontology", root=folder)
    return assembled(stated(read_inputs(project), project), project)


def near(dataset: Dataset, name: str = "near") -> set[tuple[str, str]]:
    found = (quad for quad in dataset.held if quad.predicate.value == f"http://example.org/{name}")
    return {(str(quad.subject)[-2], str(quad.object)[-2]) for quad in found}


def test_held_view_holds_accepted_claims_alone(tmp_path: Path) -> None:
    assert near(dataset(tmp_path)) == {("a", "b"), ("h", "h")}


def test_every_graph_stays_in_the_dataset(tmp_path: Path) -> None:
    names = {str(quad.graph_name).rstrip(">").rpartition("/")[2] for quad in dataset(tmp_path).named}
    assert names == {"claim1", "claim2", "note", "curation"}


def test_rules_derive_from_what_is_held_and_from_rules_before_them(tmp_path: Path) -> None:
    made = dataset(tmp_path, _10_symmetry=SYMMETRY, _20_next=FAR)
    assert near(made) == {("a", "b"), ("b", "a"), ("h", "h")}
    assert near(made, "next") == {("a", "b"), ("b", "a"), ("h", "h")}
    derived = [quad for quad in made.named if str(quad.graph_name).endswith("/id/rule/symmetry>")]
    assert len(derived) == 1


FILLED = Path(__file__).parents[1] / "ontology" / "rules" / "60-filled-gaps.rq"
GAP = """@prefix ex: <http://example.org/> .
@prefix kg: <https://w3id.org/kommungraf/def/> .
ex:gap a kg:KnowledgeGap ; kg:gapReason kg:%s ; kg:gapSubject ex:a ; kg:gapProperty ex:near .
ex:held a kg:Claim ; kg:status kg:Accepted . ex:denied a kg:Claim ; kg:status kg:Disputed . ex:other a kg:Claim ; kg:status kg:Accepted .
GRAPH ex:held { ex:a ex:near ex:b , ex:c } GRAPH ex:denied { ex:a ex:near ex:d } GRAPH ex:other { ex:a ex:far ex:b . ex:b ex:near ex:a }
"""


@pytest.mark.parametrize(
    ("reason", "fillers"),
    [("NotStated", ["held"]), ("ListMissing", ["held"]), ("AmbiguousWording", []), ("PartlyListed", [])],
)
def test_gap_is_filled_by_the_held_claims_that_give_what_it_lacks(
    tmp_path: Path, reason: str, fillers: list[str]
) -> None:
    made = dataset(tmp_path, GAP % reason, _60_filled_gaps=FILLED.read_text("utf-8"))
    found = [quad for quad in made.held if quad.predicate.value == iri("kg:filledBy")]
    assert [quad.object.value.rpartition("/")[2] for quad in found] == fillers
    assert {quad.subject.value for quad in found} <= {"http://example.org/gap"}


def test_data_without_claims_stay_as_they_are(tmp_path: Path) -> None:
    made = dataset(tmp_path, "<urn:a> <urn:b> 1 . GRAPH <urn:g> { <urn:c> <urn:d> 2 . }")
    assert [str(quad.graph_name) for quad in made.named] == ["<urn:g>"]
    assert len(made.held_lines) == 1


@pytest.mark.parametrize(
    ("query", "words"),
    [
        pytest.param("CONSTRUCT { ?a", "doesn't parse", id="truncated"),
        pytest.param("SELECT * WHERE { ?a ?b ?c }", "no CONSTRUCT", id="select"),
    ],
)
def test_rule_that_is_none_is_told_with_its_file(tmp_path: Path, query: str, words: str) -> None:
    with pytest.raises(SyntaxFault, match=words) as fault:
        dataset(tmp_path, _10_bad=query)
    assert fault.value.place.file.endswith("10-bad.rq")


def test_rule_in_latin_1_is_told_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "10-bad.rq").write_bytes("# å".encode("latin-1"))
    with pytest.raises(SyntaxFault, match="UTF-8") as fault:
        read_rules(tmp_path, lambda path: path.name)
    assert fault.value.place.file == "10-bad.rq"


def test_lines_of_the_dataset_are_sorted_and_distinct(tmp_path: Path) -> None:
    lines = list(dataset(tmp_path).lines())
    assert lines == sorted(set(lines))


def test_lexical_forms_stay_as_they_are_written(tmp_path: Path) -> None:
    made = dataset(tmp_path, "<urn:a> <urn:b> 01.50 , 1e3 .")
    assert {quad.object.value for quad in made.held if isinstance(quad.object, Literal)} == {"01.50", "1e3"}
