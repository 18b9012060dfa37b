"""What many modules of tests start from; a module that needs other content has a `client` of its own."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from own_release import own_client


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A client of the application over our own content."""
    with own_client(tmp_path_factory.mktemp("own")) as opened:
        yield opened
