"""The web application over a release of our own content."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask.testing import FlaskClient

from kommungraf.app import Settings, create_app
from kommungraf.edition import Editions
from kommungraf.limits import Limits
from kommungraf.release import publish
from own_content import own_content, silent


@contextmanager
def own_client(releases: Path) -> Iterator[FlaskClient]:
    """A client of the application, without a server in between."""
    publish(own_content(), releases, silent)
    editions = Editions(releases, Limits())
    try:
        yield create_app(editions, Settings(Limits())).test_client()
    finally:
        editions.close()
