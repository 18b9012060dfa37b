"""The web application over a release of our own content, and what readers of its pages and sheets get."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask.testing import FlaskClient

from kommungraf.app import Settings, create_app
from kommungraf.building.release import publish
from kommungraf.editions.edition import Editions
from kommungraf.settings.limits import Limits
from own_content import own_content, silent

_FOLDERS: list[Path] = []


def published(releases: Path) -> Path:
    """Where our own content is published, which is done once, in the folder that is given first: nobody changes it."""
    if not _FOLDERS:
        publish(own_content(), releases, silent)
        _FOLDERS.append(releases)
    return _FOLDERS[0]


@contextmanager
def own_client(releases: Path, settings: Settings | None = None) -> Iterator[FlaskClient]:
    """A client of the application, without a server in between."""
    editions = Editions(published(releases), Limits())
    try:
        yield create_app(editions, settings or Settings(Limits())).test_client()
    finally:
        editions.close()


def page(client: FlaskClient, path: str, language: str = "sv") -> str:
    response = client.get(path, headers={"Accept": "text/html", "Accept-Language": language})
    assert response.status_code == 200
    return response.text


def sheet(client: FlaskClient, path: str) -> list[dict[str, str]]:
    response = client.get(path, headers={"Accept": "text/csv", "Accept-Language": "en"})
    assert response.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(response.text)))
