"""Where municipalities lie and what ties them is asked of a release once, and is the same on every page."""

from pathlib import Path

import pytest

from kommungraf.engine.engine import Answer, Query
from kommungraf.engine.evaluator import Evaluator
from kommungraf.engine.ownqueries import query_text
from own_release import own_client, page


def test_maps_of_a_release_are_asked_for_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    answered = Evaluator.evaluate

    def noted(evaluator: Evaluator, query: Query) -> Answer:
        asked.append(query.text)
        return answered(evaluator, query)

    monkeypatch.setattr(Evaluator, "evaluate", noted)
    with own_client(tmp_path) as client:
        maps = [page(client, path, language) for path in ("/", "/map", "/network") for language in ("sv", "en")]
        again = page(client, "/map", "en")
    assert [asked.count(query_text(name)) for name in ("everywhere", "ties")] == [1, 1]
    assert all("<svg" in text for text in maps)
    assert again == maps[3]
