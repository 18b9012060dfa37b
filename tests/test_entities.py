"""The page of one resource: what it asks for, and what it shows."""

import pytest
from flask.testing import FlaskClient

from kommungraf.engine.engine import Answer, Query
from kommungraf.engine.evaluator import Evaluator
from own_release import page


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/doc/municipality/se-0780", id="municipality"),
        pytest.param("/doc/municipality/se-0780?date=2010", id="municipality as of a year"),
        pytest.param("/doc/partnership/se-almhult-vaxjo-za-jb-marks", id="partnership"),
        pytest.param("/doc/county/se-07", id="county"),
        pytest.param("/doc/source/almhult-635", id="source"),
    ],
)
def test_a_page_asks_its_engine_once(client: FlaskClient, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Query] = []
    answered = Evaluator.evaluate

    def noted(evaluator: Evaluator, query: Query) -> Answer:
        asked.append(query)
        return answered(evaluator, query)

    monkeypatch.setattr(Evaluator, "evaluate", noted)
    assert "</html>" in page(client, path)
    assert len(asked) == 1
