"""The officer's walk, docs/sv/underhall.md: its commands are run, its tables filled in and its cells mended as it says."""

import csv
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from openpyxl import load_workbook

from kommungraf.dataset.project import own_project
from waiting import PATIENCE

ROOT = own_project().root
WALK = (ROOT / "docs" / "sv" / "underhall.md").read_text("utf-8")
BLOCK = re.compile(r"```(sh|text)\n(.*?)```", re.DOTALL)
TABLE = re.compile(r"`(ovning/[\w-]+\.csv)`[^\n`]*:?[^|`]*\n\n((?:\|[^\n]*\n)+)")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the walk: a command, the output that the document shows, or a table with the file it belongs to."""

    kind: str
    text: str
    file: str = ""


def steps() -> list[Step]:
    found = [(match.start(), Step(match[1], match[2])) for match in BLOCK.finditer(WALK)]
    found += [(match.start(), Step("table", match[2], match[1])) for match in TABLE.finditer(WALK)]
    return [step for _, step in sorted(found, key=lambda each: each[0])]


def cells(markdown: str) -> tuple[list[str], list[list[str]]]:
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in markdown.splitlines()]
    return rows[0], rows[2:]


def fill_in(path: Path, columns: list[str], rows: list[list[str]]) -> None:
    text = path.read_text("utf-8-sig")
    heading = next(csv.reader(text.splitlines(), delimiter=";"))
    with path.open("a", encoding="utf-8", newline="") as stream:
        for row in rows:
            known = dict(zip(columns, row, strict=True))
            csv.writer(stream, delimiter=";").writerow([known.pop(column, "") for column in heading])
            assert not known


def mend(path: Path, rows: list[list[str]]) -> None:
    lines = list(csv.reader(path.read_text("utf-8-sig").splitlines(), delimiter=";"))
    for row, column, wrong, right in rows:
        index = lines[0].index(column)
        assert lines[int(row) - 1][index] == wrong
        lines[int(row) - 1][index] = right
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, delimiter=";").writerows(lines)


def fill_in_workbook(path: Path, columns: list[str], rows: list[list[str]]) -> None:
    book: Any = load_workbook(path)
    heading = [cell.value for cell in book.worksheets[0][1]]
    for number, row in enumerate(rows, start=2):
        for column, text in zip(columns, row, strict=True):
            book.worksheets[0].cell(number, heading.index(column) + 1, text or None)
    book.save(path)


def mend_workbook(path: Path, rows: list[list[str]]) -> None:
    """The rows of the document, but for two that explain a CSV file and don't stand in a workbook."""
    book: Any = load_workbook(path)
    heading = [cell.value for cell in book.worksheets[0][1]]
    for row, column, wrong, right in rows:
        cell = book.worksheets[0].cell(int(row) - 2, heading.index(column) + 1)
        assert cell.value == wrong
        cell.value = right
    book.save(path)


class Walk:
    """Walks through the document in a folder that looks like the project's, with tables of either kind."""

    def __init__(self, folder: Path, *, workbooks: bool = False) -> None:
        self.folder, self.workbooks = folder, workbooks
        for name in ("data", "ontology", "shapes"):
            (folder / name).symlink_to(ROOT / name)
        scripts = Path(sys.executable).parent
        self.environment = os.environ | {"PATH": f"{scripts}:{os.environ['PATH']}", "LANG": "sv_SE.UTF-8"}
        for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
            self.environment.pop(name, None)
        self.outputs: list[str] = []
        self.shown: list[str] = []

    def go(self, *, until: str) -> None:
        for step in steps():
            if step.kind == "sh":
                for line in step.text.strip().splitlines():
                    if line.startswith(until):
                        return
                    if not line.startswith("export"):
                        self.run(line)
            elif step.kind == "text":
                self.shown.append(step.text)
            else:
                self.write(step)

    def write(self, step: Step) -> None:
        columns, rows = cells(step.text)
        path = (self.folder / step.file).with_suffix(".xlsx" if self.workbooks else ".csv")
        if columns[0] == "rad":
            (mend_workbook if self.workbooks else mend)(path, rows)
        else:
            (fill_in_workbook if self.workbooks else fill_in)(path, columns, rows)

    def run(self, line: str) -> None:
        if self.workbooks and line.startswith("kommungraf new"):
            line += " --xlsx"
        elif self.workbooks and line.startswith("kommungraf check ovning"):
            line = line.replace(".csv", ".xlsx")
        answer = subprocess.run(
            ["sh", "-c", line],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert "Traceback" not in answer.stderr
        self.outputs.append(answer.stdout)


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    found = Walk(tmp_path_factory.mktemp("walk"))
    found.go(until="kommungraf serve")
    return found


@pytest.fixture(scope="module")
def site(walk: Walk) -> Iterator[str]:
    (line,) = (line for step in steps() if step.kind == "sh" for line in step.text.splitlines() if "serve" in line)
    command = shlex.split(line.replace("--port 8000", "--port 0"))
    server = subprocess.Popen(command, cwd=walk.folder, env=walk.environment, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        said = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline())
        assert said is not None
        yield said[0]
    finally:
        server.terminate()
        server.communicate(timeout=PATIENCE)


def test_check_says_what_the_document_shows(walk: Walk) -> None:
    assert walk.shown == [output for output in walk.outputs if "90-talet" in output]


def test_the_same_walk_with_workbooks_points_at_their_rows_and_ends_without_faults(tmp_path: Path) -> None:
    walked = Walk(tmp_path, workbooks=True)
    walked.go(until="kommungraf build")
    (told,) = [output for output in walked.outputs if "90-talet" in output]
    assert re.findall(r"rad (\d+), kolumn (\w+): fel", told) == [("2", "sedan"), ("3", "vänort"), ("4", "status")]
    assert (tmp_path / "rattas" / "vanorter-vaxjo.xlsx").is_file()
    assert re.search(r"^0 fel, \d+ varningar\.$", walked.outputs[-1], re.MULTILINE)


def test_marked_copy_lies_where_the_document_says(walk: Walk) -> None:
    copy = (walk.folder / "rattas" / "vanorter-vaxjo.csv").read_text("utf-8-sig")
    assert copy.splitlines()[0].endswith(";att rätta")
    assert "Menade du Lojo" in copy


def test_mended_tables_have_no_faults(walk: Walk) -> None:
    assert re.search(r"^0 fel, \d+ varningar\.$", walk.outputs[-2], re.MULTILINE)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        pytest.param(
            "/doc/twinning/se-0780-lt-kaunas", ["Vänortssamarbetet Växjö–Kaunas", "sedan 1990", "Kaunas"], id="tie"
        ),
        pytest.param(
            "/doc/claim/vaxjo-kaunas/twin-se-0780-lt-kaunas", ["vanorter-vaxjo.csv", "rad 4"], id="claim"
        ),
        pytest.param(
            "/doc/municipality/se-0780", ["Växjö–Kaunas", "Växjö–Lojo", "Växjö–Schwerin"], id="municipality"
        ),
    ],
)
def test_page_shows_the_statement_with_its_source(site: str, path: str, words: list[str]) -> None:
    with urlopen(f"{site}{path}.html?lang=sv", timeout=PATIENCE) as answer:
        page = answer.read().decode()
    assert [word for word in words if word not in page] == []


def test_officer_sees_what_to_check_as_the_document_says(site: str) -> None:
    with urlopen(f"{site}/check/se-0780?format=csv&lang=sv", timeout=30) as answer:
        rows = list(csv.DictReader(answer.read().decode().splitlines()))
    told = {row["name"]: row["heading"] for row in rows}
    assert told == {
        "Vänortssamarbetet Växjö–Lojo": "Utan start",
        "Vänortssamarbetet Växjö–Schwerin": "Utan start",
        "Kaunas": "Sidor utan datum",
        "Vänorter": "Sidor utan datum",
    }


def test_exercise_is_taken_away_by_what_the_document_says(walk: Walk, site: str) -> None:
    (line,) = (
        line for step in steps() if step.kind == "sh" for line in step.text.splitlines() if line.startswith("rm")
    )
    made = {path.name for path in walk.folder.iterdir()} - {"build", "data", "ontology", "shapes"}
    assert {name for name in made if not any(fnmatch(name, pattern) for pattern in line.split()[2:])} == set()
