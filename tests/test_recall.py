"""Lookups in a release that are remembered: the same answer, asked for once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from kommungraf.engine.engine import Query
from kommungraf.engine.evaluator import Evaluator
from kommungraf.engine.recall import Recall
from serving_client import LIMITS
from serving_release import ALMHULT, PUBLISHER, write_release

ABOUT = "SELECT ?this ?p ?o WHERE { ?this ?p ?o } ORDER BY ?p ?o"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Evaluator]:
    opened = Evaluator(write_release(tmp_path), LIMITS)
    try:
        yield opened
    finally:
        opened.close()


def test_lookup_is_asked_for_once_while_it_is_remembered(engine: Evaluator, asked: list[Query]) -> None:
    recall = Recall(engine, kept=2)
    expected = engine.select(ABOUT, this=NamedNode(ALMHULT))
    asked.clear()
    assert (
        recall.select(ABOUT, this=NamedNode(ALMHULT))
        == recall.select(ABOUT, this=NamedNode(ALMHULT))
        == expected
        != []
    )
    assert len(asked) == 1
    assert recall.select(ABOUT, this=NamedNode(PUBLISHER)) != expected
    recall.select("SELECT ?s WHERE { ?s ?p ?o }")
    assert len(asked) == 3
    assert recall.select(ABOUT, this=NamedNode(ALMHULT)) == expected
    assert len(asked) == 4


def test_list_of_solutions_is_the_callers_own(engine: Evaluator) -> None:
    recall = Recall(engine, kept=2)
    recall.select(ABOUT, this=NamedNode(ALMHULT)).clear()
    assert recall.select(ABOUT, this=NamedNode(ALMHULT)) != []
