"""A plain Flask view that negotiates: what a document server is without a cache; `gunicorn bench.apps.flask_app:app`.

BENCH_DOCUMENT is the file without its suffix; .ttl, .nt and .jsonld beside it are its representations.
"""

import hashlib
import os
from pathlib import Path

from flask import Flask, Response, request
from werkzeug.exceptions import NotAcceptable

SUFFIXES = {"text/turtle": ".ttl", "application/n-triples": ".nt", "application/ld+json": ".jsonld"}
STEM = os.environ.get("BENCH_DOCUMENT", "document")
BODIES = {
    kind: Path(STEM + suffix).read_bytes() for kind, suffix in SUFFIXES.items() if Path(STEM + suffix).exists()
}

app = Flask(__name__)


@app.route("/<path:_name>")
def document(_name: str) -> Response:
    """The representation that fits best, with its tag, or 304."""
    media_type = request.accept_mimetypes.best_match(list(BODIES))
    if media_type is None:
        raise NotAcceptable
    response = Response(BODIES[media_type], mimetype=media_type)
    response.set_etag(hashlib.sha256(BODIES[media_type]).hexdigest()[:32])
    response.vary.add("Accept")
    response.make_conditional(request)
    return response
