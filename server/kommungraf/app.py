"""The web application: one edition per request, the endpoints, and what every response carries."""

from dataclasses import dataclass, field
from functools import partial
from typing import Final

from flask import Flask, Response, g, request
from werkzeug.exceptions import MethodNotAllowed

from kommungraf.editions.edition import Editions, Stores
from kommungraf.errors import ContentTooLarge, UnsupportedMediaType, UriTooLong
from kommungraf.http import downloads, operation, problems, sparql
from kommungraf.http.cache import FAULT
from kommungraf.http.envelope import OPEN_TO_ALL, numbered
from kommungraf.http.notes import note
from kommungraf.http.operation import Recording
from kommungraf.lookup import listpages, reconciliation, searchpages
from kommungraf.pages import (
    aroundpages,
    askedlists,
    asofpages,
    countrywide,
    documents,
    machinepages,
    pages,
    problemtypes,
)
from kommungraf.pages.querypages import query_page, result_page
from kommungraf.rendering.assets import YEAR_SECONDS, is_named_by_content
from kommungraf.resources import graphstore
from kommungraf.review import checkpages, conflictpages
from kommungraf.settings.hosting import Hosting
from kommungraf.settings.limits import Limits

__all__ = ["Settings", "create_app"]

_PREFLIGHT_SECONDS: Final = "86400"
_PLAIN: Final = "identity"


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator decides about the web application."""

    limits: Limits
    stores: Stores = field(default_factory=Stores)
    recording: Recording | None = None
    old_after_years: int = field(default_factory=lambda: Hosting().old_after_years)
    services: tuple[str, ...] = ()


class _Site(Flask):
    """Flask, which lets files be kept whose name or query changes with their content."""

    def get_send_file_max_age(self, filename: str | None) -> int | None:
        """Seconds; without a limit of its own a file is asked after each time."""
        lasting = filename is not None and (is_named_by_content(filename) or "v" in request.args)
        return YEAR_SECONDS if lasting else None


def create_app(editions: Editions, settings: Settings) -> Flask:
    """The application over `editions`, which the caller closes."""
    app = _Site(__package__)
    limits = settings.limits
    _lease_editions(app, editions)
    _bound_requests(app, limits)
    app.after_request(_opened_to_all)
    app.after_request(_pointed_within)
    app.after_request(_numbered)
    problems.install(app, partial(pages.problem_page, limits, settings.services))
    app.register_blueprint(operation.blueprint_of(settings.recording or Recording()))
    app.register_blueprint(downloads.blueprint)
    site = sparql.Pages(
        partial(query_page, limits, settings.services), partial(result_page, limits, settings.services)
    )
    app.register_blueprint(sparql.blueprint_of(limits, site, settings.services))
    app.register_blueprint(graphstore.blueprint)
    app.register_blueprint(problemtypes.blueprint)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(searchpages.blueprint)
    app.register_blueprint(countrywide.blueprint)
    app.register_blueprint(listpages.blueprint)
    app.register_blueprint(asofpages.blueprint)
    app.register_blueprint(aroundpages.blueprint)
    app.register_blueprint(askedlists.blueprint)
    app.register_blueprint(reconciliation.blueprint)
    app.register_blueprint(machinepages.blueprint)
    app.register_blueprint(conflictpages.blueprint)
    app.register_blueprint(checkpages.blueprint_of(settings.old_after_years))
    app.register_blueprint(documents.blueprint)
    return app


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
        if request.environ["REQUEST_METHOD"] != request.method:  # of other case, and so another (RFC 9110 §9.1)
            methods = request.url_rule.methods if request.url_rule is not None else None
            raise request.routing_exception or MethodNotAllowed(sorted(methods or ()))
        if len(request.environ["PATH_INFO"]) + len(request.query_string) > limits.uri_bytes:
            request.query_string = b""  # what is too long to be read isn't read for the answer either
            raise UriTooLong(limits.uri_bytes)
        if (request.content_length or 0) > limits.body_bytes:
            raise ContentTooLarge(limits.body_bytes)
        if (fault := request.environ.get(FAULT)) is not None:
            raise fault
        if request.method == "POST" and request.headers.get("Content-Encoding", _PLAIN).lower() != _PLAIN:
            raise UnsupportedMediaType("A body is read as it is, without an encoding such as gzip.")


def _numbered(response: Response) -> Response:
    """An answer for this request alone has a number, by which it is found in the log."""
    if response.cache_control.no_store:
        number = numbered()
        response.headers["X-Request-Id"] = number
        note(id=number)
    return response


def _pointed_within(response: Response) -> Response:
    """Where werkzeug redirects by itself it names the scheme and the host, which a proxy in front may know otherwise."""
    place = response.headers.get("Location", "")
    if place.startswith(request.host_url) and not place.startswith(f"{request.host_url}/"):
        response.headers["Location"] = place.removeprefix(request.host_url.rstrip("/"))
    return response


def _opened_to_all(response: Response) -> Response:
    """Whoever may read this may read it from a page of another site; nothing here depends on who asks."""
    response.headers.update(OPEN_TO_ALL)
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "GET, HEAD, OPTIONS")
        response.headers["Access-Control-Allow-Headers"] = request.headers.get(
            "Access-Control-Request-Headers", "*"
        )
        response.headers["Access-Control-Max-Age"] = _PREFLIGHT_SECONDS
    return response
