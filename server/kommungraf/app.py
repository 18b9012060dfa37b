"""The web application: one edition per request, the endpoints, and what every response carries."""

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Final

from flask import Flask, Response, g, request
from flask.typing import ResponseReturnValue

from kommungraf import downloads, operation, problems, sparql
from kommungraf.bodies import Bodies
from kommungraf.edition import Editions
from kommungraf.errors import UriTooLong
from kommungraf.limits import Limits

__all__ = ["Settings", "create_app"]

_PREFLIGHT_SECONDS: Final = "86400"
_EXPOSED: Final = "ETag, Link, Content-Language, Retry-After"


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator decides about the web application."""

    limits: Limits


def create_app(editions: Editions, settings: Settings) -> Flask:
    """The application over `editions`, which the caller closes."""
    app = Flask(__package__)
    limits = settings.limits
    _lease_editions(app, editions)
    _bound_requests(app, limits)
    app.after_request(_opened_to_all)
    site = _site()
    problems.install(app, getattr(site, "problem_page", None))
    app.register_blueprint(operation.blueprint)
    app.register_blueprint(downloads.blueprint)
    app.register_blueprint(sparql.blueprint_of(limits, Bodies(limits), _pages(site)))
    for module in (_documents(), site):
        if module is not None:
            app.register_blueprint(module.blueprint)
    return app


def _site() -> ModuleType | None:
    """The pages for people, where they are installed."""
    return import_module("kommungraf.pages") if find_spec("kommungraf.pages") else None


def _pages(site: ModuleType | None) -> sparql.Pages:
    query = getattr(site, "query_page", _plain_query_page)
    return sparql.Pages(query, getattr(site, "result_page", None))


def _documents() -> ModuleType | None:
    return import_module("kommungraf.documents") if find_spec("kommungraf.documents") else None


def _lease_editions(app: Flask, editions: Editions) -> None:
    @app.before_request
    def take() -> None:
        g.lease = editions.current()
        g.edition = g.lease.__enter__()

    @app.teardown_request
    def give_back(_error: BaseException | None) -> None:
        if (lease := g.pop("lease", None)) is not None:
            lease.__exit__(None, None, None)


def _bound_requests(app: Flask, limits: Limits) -> None:
    @app.before_request
    def bound() -> None:
        if len(request.environ["PATH_INFO"]) + len(request.query_string) > limits.uri_bytes:
            raise UriTooLong(limits.uri_bytes)


def _opened_to_all(response: Response) -> Response:
    """Whoever may read this may read it from a page of another site; nothing here depends on who asks."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = _EXPOSED
    response.headers["X-Content-Type-Options"] = "nosniff"
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "GET, HEAD, OPTIONS")
        response.headers["Access-Control-Allow-Headers"] = request.headers.get(
            "Access-Control-Request-Headers", "*"
        )
        response.headers["Access-Control-Max-Age"] = _PREFLIGHT_SECONDS
    return response


def _plain_query_page() -> ResponseReturnValue:
    return Response(
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>SPARQL</title></head><body><main>'
        '<h1>SPARQL</h1><form action="sparql"><label>Query <textarea name="query" rows="12" cols="80"></textarea>'
        "</label><button>Run</button></form></main></body></html>\n",
        mimetype="text/html",
    )
