"""What many modules of tests start from; a module that needs other content has a `client` of its own."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser

from chromium import launched
from kommungraf.engine.engine import Answer, Query
from kommungraf.engine.evaluator import Evaluator
from kommungraf.settings.limits import Limits
from own_release import own_client, published
from serving_process import Running


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A client of the application over our own content."""
    with own_client(tmp_path_factory.mktemp("own")) as opened:
        yield opened


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Query]:
    """The queries that the application puts to its engine, which answers them as ever."""
    queries: list[Query] = []
    answered = Evaluator.evaluate

    def noted(evaluator: Evaluator, query: Query) -> Answer:
        queries.append(query)
        return answered(evaluator, query)

    monkeypatch.setattr(Evaluator, "evaluate", noted)
    return queries


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a server of its own serves our own content."""
    server = Running(published(tmp_path_factory.mktemp("releases")), Limits())
    yield f"http://127.0.0.1:{server.port}"
    server.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as opened:
        yield opened
