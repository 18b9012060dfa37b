"""What an operator's probes ask: whether the process lives, and whether it answers from an open release."""

from flask import Blueprint, Response, g, jsonify

from kommungraf.evaluator import Query
from kommungraf.formats import SOLUTIONS
from kommungraf.freshness import volatile

__all__ = ["blueprint"]

blueprint = Blueprint("operation", __name__)


@blueprint.get("/health")
def health() -> Response:
    """The process answers requests."""
    return volatile(jsonify(status="ok"))


@blueprint.get("/ready")
def ready() -> Response:
    """The release is open and a worker answers; a KommungrafError, and so a status from 500, where none does."""
    query = Query("ASK {}", solutions=SOLUTIONS[0].media_type, graph=None, own=True)
    g.edition.evaluator.evaluate(query).body.close()
    manifest = g.edition.manifest
    return volatile(jsonify(status="ready", version=manifest.version, contentHash=manifest.content_hash))
