"""The generated dataset of the benchmarks: the same for the same seed, of our shape, with exactly the faults it lists."""

import tracemalloc
from pathlib import Path

import pytest

from bench.faults import COOPERATION, MUNICIPALITY, Faults
from bench.generator import Size, generate
from kommungraf.dataset.dataset import assembled, stated
from kommungraf.dataset.inputs import read_inputs
from kommungraf.dataset.project import Project, own_project
from kommungraf.validation.findings import Finding
from kommungraf.validation.validation import validated

STATEMENTS = 3000


def generated(size: Size, faults: Faults | None = None) -> str:
    parts: list[str] = []
    generate(size, parts.append, faults)
    return "".join(parts)


def findings(file: Path) -> tuple[Finding, ...]:
    own = own_project()
    project = Project(data=(file,), ontology=own.ontology, shapes=own.shapes)
    inputs = read_inputs(project)
    said = stated(inputs, project)
    return validated(said.claims, assembled(said, project).held_lines, inputs)


def test_same_seed_and_size_give_the_same_bytes() -> None:
    assert generated(Size(STATEMENTS, 7)) == generated(Size(STATEMENTS, 7))


def test_other_seed_gives_other_bytes() -> None:
    assert generated(Size(STATEMENTS, 7)) != generated(Size(STATEMENTS, 8))


@pytest.mark.parametrize("statements", [1, STATEMENTS, 10 * STATEMENTS])
def test_there_are_as_many_statements_as_asked_for_and_less_than_one_cooperation_more(statements: int) -> None:
    lines = generated(Size(statements)).splitlines()
    assert statements <= len(lines) < statements + 1000
    assert len(lines) == len(set(lines))


def test_generated_dataset_conforms_without_a_remark(tmp_path: Path) -> None:
    file = tmp_path / "generated.nq"
    file.write_text(generated(Size(STATEMENTS)), "utf-8")
    assert findings(file) == ()


def test_shapes_find_the_listed_faults_and_no_other(tmp_path: Path) -> None:
    listed: list[str] = []
    file = tmp_path / "generated.nq"
    file.write_text(generated(Size(2 * STATEMENTS, 3), Faults(0.9, listed.append)), "utf-8")
    found = sorted(f"{finding.focus}\t{finding.shape}\n" for finding in findings(file) if finding.shape)
    assert found == sorted(listed)
    assert {line.rpartition("/")[2].strip(">\n") for line in listed} == {*MUNICIPALITY, *COOPERATION}


def test_memory_does_not_grow_with_the_dataset() -> None:
    assert peak(Size(20 * STATEMENTS)) < 2 * peak(Size(2 * STATEMENTS))


def peak(size: Size) -> int:
    tracemalloc.start()
    try:
        generate(size, len)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
