"""Two engines that take turns, releases pushed to them, and a release that differs from the usual one."""

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engines import Server, oxigraph
from kommungraf.editions.transfer import Target, push
from kommungraf.engine.endpoint import Credentials, endpoint
from kommungraf.settings.limits import Limits
from kommungraf.vocab import BASE
from serving_release import TRIG

LIMITS = Limits(seconds=60, workers=2)
OTHER = (
    TRIG
    + f'<{BASE}id/graph/more> {{ <{BASE}id/new> <{BASE}def/value> "new" }} <{BASE}id/new> <{BASE}def/value> "held" .'
)


@contextmanager
def two_engines() -> Iterator[tuple[Server, Server]]:
    with oxigraph(None) as first, oxigraph(None) as second:
        yield first, second


def emptied(server: Server) -> None:
    urllib.request.urlopen(urllib.request.Request(server.graphs, method="DELETE")).close()


def target(server: Server) -> Target:
    return Target(endpoint(server.query, Credentials()), endpoint(server.graphs, Credentials()))


def pushed(release: Path, *servers: Server, in_place: bool = False) -> str:
    return push(release, [target(server) for server in servers], LIMITS, lambda _step: None, in_place=in_place)
