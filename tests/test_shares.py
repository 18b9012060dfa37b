"""The work of an export among processes: few shares are on their way at once, and of pages with one file one is written."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kommungraf.errors import ExportError
from kommungraf.export import shares
from kommungraf.export.placement import Placed
from kommungraf.export.shares import Plan, pool, write_documents, write_pages
from kommungraf.quads.spool import Lines
from serving_client import LIMITS
from serving_release import write_release


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    write_release(tmp_path / "releases", "<urn:a> <urn:b> <urn:c> .")
    return Plan(tmp_path / "releases", LIMITS, "http://localhost/", tmp_path / "site", "another")


def doubled(_: Plan, number: int) -> int:
    return 2 * number


def test_shares_are_handed_out_as_they_are_done(plan: Plan) -> None:
    handed: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(100):
            handed.append(number)
            yield number

    with pool(1) as running:
        told = shares._in_turn(running, doubled, plan, numbers())
        assert next(told) == 0
        assert len(handed) < 12
        assert list(told) == [2 * number for number in range(1, 100)]


def test_pages_with_one_file_are_one_page() -> None:
    places = [Placed("list.sv.html", f"/list?lang=sv&page={number}") for number in range(3)]
    lines = Lines(shares._lines([*places, Placed("gaps.sv.html", "/gaps?lang=sv")]))
    assert [each.path for share in shares._shares(lines) for each in share] == ["gaps.sv.html", "list.sv.html"]


def test_another_release_in_between_ends_the_export(plan: Plan) -> None:
    with pytest.raises(ExportError, match="Another release"), pool(1) as running:
        write_documents(running, plan, 1, lambda _step: None)
    with pytest.raises(ExportError, match="Another release"), pool(1) as running:
        write_pages(running, plan, (), [Placed("gaps.sv.html", "/gaps?lang=sv")])
    assert not plan.folder.exists()
