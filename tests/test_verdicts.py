import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Quad

from kommungraf.dataset.inputs import read_inputs
from kommungraf.dataset.project import own_project
from kommungraf.validation.findings import Finding, Severity
from kommungraf.validation.validation import view_findings
from kommungraf.validation.verdicts import Verdicts
from own_content import own_content

FINDING = Finding(Severity.WARNING, {"sv": "Fel.", "en": "Wrong."}, None, "<urn:s>", "<urn:f>", None, '"x"@sv')


def judge(asked: list[str]) -> Iterator[Finding]:
    asked.append("asked")
    yield FINDING


def verdicts(path: Path, asked: list[str], *matters: bytes) -> list[list[Finding]]:
    known = Verdicts(path)
    found = [known.of([matter], lambda: judge(asked)) for matter in matters]
    known.save()
    return found


def test_matter_is_judged_once(tmp_path: Path) -> None:
    asked: list[str] = []
    first = verdicts(tmp_path / "deep" / "v.json", asked, b"a", b"b")
    assert verdicts(tmp_path / "deep" / "v.json", asked, b"a", b"b") == first == [[FINDING], [FINDING]]
    assert len(asked) == 2


def test_changed_matter_is_judged_again_and_the_old_forgotten(tmp_path: Path) -> None:
    asked: list[str] = []
    for matter in (b"a", b"b", b"a"):
        verdicts(tmp_path / "v.json", asked, matter)
    assert len(asked) == 3


def test_parts_of_a_matter_are_not_run_together() -> None:
    known, asked = Verdicts(), list[str]()
    known.of([b"ab", b"c"], lambda: judge(asked))
    known.of([b"a", b"bc"], lambda: judge(asked))
    assert len(asked) == 2


@pytest.mark.parametrize("content", ["", "[]", '{"a": 1}', '{"a": [{"severity": "Odd"}]}', '{"a": [{"no": 1}]}'])
def test_file_that_cannot_be_used_is_no_hindrance(tmp_path: Path, content: str) -> None:
    (tmp_path / "v.json").write_text(content)
    assert verdicts(tmp_path / "v.json", [], b"a") == [[FINDING]]


def test_folder_that_cannot_be_written_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert verdicts(tmp_path / "file" / "v.json", [], b"a") == [[FINDING]]


@pytest.fixture(scope="module")
def shapes() -> list[Quad]:
    return [quad for file in read_inputs(own_project()).shapes for quad in file.quads]


def test_check_after_edits_finds_what_a_full_check_finds(tmp_path: Path, shapes: list[Quad]) -> None:
    chance, lines = random.Random(5), list(own_content().dataset.held_lines)
    for _ in range(4):
        for _ in range(chance.randrange(1, 40)):
            lines.pop(chance.randrange(len(lines)))
            one, other = (chance.choice(lines).split(b" ", 2) for _ in range(2))
            lines.append(b" ".join((one[0], one[1], other[2])))
        edited = sorted(set(lines))
        known = Verdicts(tmp_path / "v.json")
        remembered = list(map(str, view_findings(edited, shapes, known, plain=0)))
        known.save()
        assert sorted(remembered) == sorted(map(str, view_findings(edited, shapes, plain=0)))
    assert remembered
