"""The figures of a release: counted over our own content, and printed by the command."""

import csv
import io
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from kommungraf.editions.edition import opened
from kommungraf.editions.figures import Figure, figures
from kommungraf.releases.manifest import resolve_current
from kommungraf.settings.limits import Limits
from kommungraf.vocab import BASE, iri
from own_content import own_content
from own_release import published
from waiting import PATIENCE


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published(tmp_path_factory.mktemp("figures"))


@pytest.fixture(scope="module")
def found(releases: Path) -> Iterator[tuple[Figure, ...]]:
    edition = opened(resolve_current(releases), Limits())
    try:
        yield figures(edition, "sv")
    finally:
        edition.close()


def held(predicate: str, value: str | None = None) -> set[str]:
    return {
        quad.subject.value
        for quad in own_content().dataset.held
        if quad.predicate.value == iri(predicate) and value in {None, getattr(quad.object, "value", None)}
    }


def number(found: tuple[Figure, ...], part: str, kind: str) -> int:
    return next(each.number for each in found if (each.part, each.kind) == (part, kind))


@pytest.mark.parametrize("name", ["kg:Municipality", "kg:Twinning", "kg:Claim", "kg:Source"])
def test_things_are_counted_by_their_class(found: tuple[Figure, ...], name: str) -> None:
    assert number(found, "things", iri(name)) == len(held("rdf:type", iri(name))) > 0


def test_every_claim_disagreement_and_gap_is_counted_once(found: tuple[Figure, ...]) -> None:
    for part, name in (("claims", "kg:Claim"), ("conflicts", "kg:Conflict"), ("gaps", "kg:KnowledgeGap")):
        assert sum(each.number for each in found if each.part == part) == len(held("rdf:type", iri(name)))


def test_disagreements_are_counted_by_kind(found: tuple[Figure, ...]) -> None:
    kind = f"{BASE}id/conflict-kind/different-start"
    assert number(found, "conflicts", kind) == len(held("kg:conflictKind", kind))


def test_filled_gap_is_no_open_one(found: tuple[Figure, ...]) -> None:
    assert number(found, "gaps", iri("kg:filledBy")) == len(held("kg:filledBy")) > 0


def command(releases: Path, *arguments: str) -> str:
    line = [sys.executable, "-m", "kommungraf.cli", "figures", "--releases", str(releases), *arguments]
    done = subprocess.run(line, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_command_prints_the_figures_of_the_current_release_as_csv(
    releases: Path, found: tuple[Figure, ...]
) -> None:
    rows = list(csv.DictReader(io.StringIO(command(releases, "--lang", "sv", "--format", "csv"))))
    assert [(row["part"], row["kind"], int(row["number"])) for row in rows] == [
        (each.part, each.kind, each.number) for each in found
    ]


def test_documents_state_the_figures_that_the_command_prints(releases: Path) -> None:
    page = (Path(__file__).parents[1] / "docs" / "held-view.md").read_text("utf-8")
    _, _, stated = page.partition("counts in both.\n\n")
    assert textwrap.dedent(stated) == command(releases, "--lang", "en")


@pytest.mark.parametrize(
    ("language", "heading", "kind"),
    [("sv", "Motsägelser efter slag", "Olika start"), ("en", "Disagreements by kind", "Different starts")],
)
def test_command_names_the_kinds_in_the_language_of_the_reader(
    releases: Path, found: tuple[Figure, ...], language: str, heading: str, kind: str
) -> None:
    lines = command(releases, "--lang", language).splitlines()
    assert f"{heading} ({sum(each.number for each in found if each.part == 'conflicts')})" in lines
    starts = number(found, "conflicts", f"{BASE}id/conflict-kind/different-start")
    assert [str(starts), kind] in [line.split(maxsplit=1) for line in lines]
