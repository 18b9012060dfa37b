"""The web application over a release that is small enough to make for each test module."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask.testing import FlaskClient

from kommungraf.app import Settings, create_app
from kommungraf.editions.edition import Editions
from kommungraf.settings.limits import Limits
from serving_release import TRIG, write_release

LIMITS = Limits(seconds=60, memory_bytes=160 << 20, result_bytes=8 << 20, queue=2, queue_seconds=60)


@contextmanager
def client_of(releases: Path, trig: str = TRIG, limits: Limits = LIMITS) -> Iterator[FlaskClient]:
    """A client of the application, without a server in between."""
    write_release(releases, trig)
    editions = Editions(releases, limits)
    try:
        yield create_app(editions, Settings(limits)).test_client()
    finally:
        editions.close()
