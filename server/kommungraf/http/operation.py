"""What an operator's probes ask: whether the process lives, whether it answers from an open release, and what it counts."""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Final

from flask import Blueprint, Response, abort, g, jsonify, request

from kommungraf.engine.engine import Query
from kommungraf.formats import SOLUTIONS
from kommungraf.http.clients import address_of
from kommungraf.http.freshness import volatile
from kommungraf.releases.manifest import MANIFEST
from kommungraf.settings.hosting import Hosting

__all__ = ["Recording", "blueprint_of"]

_METRICS_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Recording:
    """What is counted of a server, in Prometheus' text format, and who may read it; None where nothing is."""

    exposition: Callable[[], bytes] | None = None
    readers: tuple[IPv4Network | IPv6Network, ...] = Hosting().metrics
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()

    def is_for(self, peer: str, forwarded_for: str | None) -> bool:
        """Whether the client is a reader; who came by a proxy that isn't ours is nobody."""
        if forwarded_for is not None and not self.proxies:
            return False
        client = address_of(f"{peer}:0", forwarded_for, self.proxies)
        return client is not None and any(client in network for network in self.readers)


def blueprint_of(recording: Recording) -> Blueprint:
    """The addresses for probes."""
    blueprint = Blueprint("operation", __name__)
    blueprint.add_url_rule("/health", view_func=health)
    blueprint.add_url_rule("/ready", view_func=ready)

    @blueprint.get("/metrics")
    def metrics() -> Response:
        """What the server has counted, for those who may read it."""
        if recording.exposition is None:
            abort(404)
        if not recording.is_for(request.environ["REMOTE_ADDR"], request.headers.get("X-Forwarded-For")):
            abort(403, "The metrics aren't for this address. The setting `metrics` says who may read them.")
        return volatile(Response(recording.exposition(), content_type=_METRICS_TYPE))

    return blueprint


def health() -> Response:
    """The process answers requests."""
    return volatile(jsonify(status="ok"))


def ready() -> Response:
    """The release is open and there, and a worker answers; a status from 500 where that isn't so."""
    query = Query("ASK {}", solutions=SOLUTIONS[0].media_type, graph=None, own=True)
    g.edition.evaluator.evaluate(query).body.close()
    (
        g.edition.folder / MANIFEST
    ).stat()  # queries would go on where somebody deleted the release, downloads wouldn't
    manifest = g.edition.manifest
    return volatile(jsonify(status="ready", version=manifest.version, contentHash=manifest.content_hash))
