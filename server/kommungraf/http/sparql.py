"""The SPARQL 1.1 Protocol for queries: GET, form POST and direct POST; the endpoint's description without a query."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl

from flask import Blueprint, Response, g, request
from flask.typing import ResponseReturnValue

from kommungraf.editions.edition import Edition
from kommungraf.engine.callers import caller_of
from kommungraf.engine.engine import OFFERS, Answer, Query
from kommungraf.errors import BadRequest, NotAcceptable, UnsupportedMediaType, UpdateRefused
from kommungraf.formats import GRAPH, HTML
from kommungraf.http.answers import sent
from kommungraf.http.freshness import fixed, volatile
from kommungraf.http.negotiation import best, chosen, required
from kommungraf.http.notes import fingerprint, note
from kommungraf.http.servicedescription import Operated, described
from kommungraf.settings.limits import Limits

__all__ = ["Pages", "blueprint_of", "plain_query", "plain_type", "tag_of"]

_FORM: Final = "application/x-www-form-urlencoded"
_DIRECT: Final = "application/sparql-query"
_UPDATE: Final = "application/sparql-update"
_MOST_PARAMETERS: Final = 1000
_GENERIC_JSON: Final = "application/json"
_SPARQL_JSON: Final = "application/sparql-results+json"
_N_TRIPLES: Final = "application/n-triples"
_ALL_OFFERS: Final = tuple(dict.fromkeys(offer for offers in OFFERS.values() for offer in offers))
_DESCRIPTION: Final = tuple(form.media_type for form in GRAPH)


@dataclass(frozen=True, slots=True)
class Pages:
    """What browsers get: the page on which a query is written, and the page that shows a query and its answer.

    The answer on a page is in SPARQL JSON or N-Triples.
    """

    query: Callable[[], ResponseReturnValue]
    result: Callable[[str, Answer], ResponseReturnValue] | None = None


@dataclass(frozen=True, slots=True)
class _Operation:
    """A query operation (Protocol §2.1): the query and its dataset; `format` names a format of the answer."""

    text: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    format: str | None


def blueprint_of(limits: Limits, pages: Pages, services: Sequence[str] = ()) -> Blueprint:
    """The endpoint, with its limits, its pages for browsers, and the endpoints that it asks by SERVICE."""
    blueprint = Blueprint("sparql", __name__)

    @blueprint.route("/sparql", methods=["GET", "POST"], strict_slashes=False)
    def endpoint() -> ResponseReturnValue:
        """Answer a query, or say what the endpoint is."""
        operation = _operation()
        if operation is not None:
            note(query=fingerprint(operation.text))
            with _noted_services():
                if pages.result is not None and _is_for_a_page(operation):
                    return pages.result(operation.text, _answer_for_a_page(operation, g.edition))
                return _answered(operation, g.edition)
        media_type = required(request, (*_DESCRIPTION, HTML))
        return pages.query() if media_type == HTML else _description(g.edition, limits, services, media_type)

    return blueprint


@contextmanager
def _noted_services() -> Iterator[None]:
    """Note which endpoints were asked on the query's behalf, also where no answer came of it."""
    try:
        yield
    finally:
        if services := caller_of(request.environ).services:
            note(services=services)


def _operation() -> _Operation | None:
    """The request's operation, or None for a GET without one; raises a RequestError for what is none."""
    parameters = _parsed(request.query_string)
    if request.method != "POST":
        return None if "query" not in dict(parameters) and not _is_update(parameters) else _from(parameters)
    if request.mimetype == _FORM:  # what the URI names counts too, as in the W3C's protocol tests
        _require_utf_8()
        return _from([*parameters, *_parsed(request.get_data())])
    if request.mimetype == _DIRECT:
        _require_utf_8()
        return _from([*parameters, ("query", _decoded(request.get_data()))])
    if request.mimetype == _UPDATE:
        raise UpdateRefused
    raise UnsupportedMediaType("A POST to this endpoint is {form} or {direct}.", form=_FORM, direct=_DIRECT)


def _from(parameters: Iterable[tuple[str, str]]) -> _Operation:
    values: dict[str, list[str]] = {}
    for name, value in parameters:
        values.setdefault(name, []).append(value)
    if "update" in values:
        raise UpdateRefused
    queries = values.get("query", [])
    if len(queries) != 1:
        raise BadRequest("There is more than one query.") if queries else BadRequest("There is no query.")
    default_graphs, named_graphs = (tuple(values.get(f"{kind}-graph-uri", ())) for kind in ("default", "named"))
    return _Operation(queries[0], default_graphs, named_graphs, values.get("format", [None])[0])


def _is_update(parameters: Iterable[tuple[str, str]]) -> bool:
    return "update" in dict(parameters)


def _parsed(data: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(_decoded(data), keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS)
    except UnicodeDecodeError as error:
        raise BadRequest("The parameters aren't UTF-8.") from error
    except ValueError as error:
        raise BadRequest("There are more than {most} parameters.", most=_MOST_PARAMETERS) from error


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest("The query isn't UTF-8.") from error


def _require_utf_8() -> None:
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if charset not in {"utf-8", "utf8", "us-ascii"}:
        raise UnsupportedMediaType("A query is read as UTF-8, not as {charset}.", charset=charset)


def plain_query(text: str, accept: str, edition: Edition) -> Query | None:
    """The query of a GET that says no more than `text`, or None where no answer of ours fits or a page fits best."""
    solutions, boolean, graph, page = _fitting(accept)
    if page or not (solutions or boolean or graph):
        return None
    return Query(
        text,
        solutions=_engine_type(solutions),
        boolean=_engine_type(boolean),
        graph=graph,
        base_iri=edition.base_iri,
    )


@lru_cache(maxsize=256)
def _fitting(accept: str) -> tuple[str | None, str | None, str | None, bool]:
    """What fits an Accept header for solutions, a boolean and a graph, and whether a page fits better than all."""
    solutions, boolean, graph = (best(accept, _offers(form)) for form in ("solutions", "boolean", "triples"))
    return solutions, boolean, graph, best(accept, (*_ALL_OFFERS, HTML)) == HTML


def plain_type(answer: Answer, accept: str) -> str:
    """The media type by which the answer to a plain query goes."""
    return best(accept, _offers(answer.form)) or answer.media_type


def _answered(operation: _Operation, edition: Edition) -> Response:
    """The answer, or 304 before anything is evaluated: the same query has the same answer until the next release."""
    query = _query(operation, edition)
    tag = tag_of(query, edition)
    if request.if_none_match.contains_weak(tag):
        return _negotiated(fixed(Response(), tag, weak=True))
    answer = edition.evaluator.evaluate(query)
    media_type = chosen(request, _offers(answer.form), name=operation.format) or answer.media_type
    response = _negotiated(sent(answer, media_type))
    return volatile(response) if answer.volatile else fixed(response, tag, weak=True)


def _is_for_a_page(operation: _Operation) -> bool:
    return chosen(request, (*_ALL_OFFERS, HTML), name=operation.format) == HTML


def _answer_for_a_page(operation: _Operation, edition: Edition) -> Answer:
    fixed_types = Query(
        operation.text,
        solutions=_SPARQL_JSON,
        graph=_N_TRIPLES,
        default_graphs=operation.default_graphs,
        named_graphs=operation.named_graphs,
        base_iri=edition.base_iri,
        caller=caller_of(request.environ),
    )
    return edition.evaluator.evaluate(fixed_types)


def _query(operation: _Operation, edition: Edition) -> Query:
    fitting = {form: chosen(request, _offers(form), name=operation.format) for form in OFFERS}
    if not any(fitting.values()):
        raise NotAcceptable(_ALL_OFFERS)
    return Query(
        operation.text,
        solutions=_engine_type(fitting["solutions"]),
        boolean=_engine_type(fitting["boolean"]),
        graph=fitting["triples"],
        default_graphs=operation.default_graphs,
        named_graphs=operation.named_graphs,
        base_iri=edition.base_iri,
        caller=caller_of(request.environ),
    )


def _offers(form: str) -> tuple[str, ...]:
    """The media types of a form; results in JSON go by the general name as well."""
    return (*OFFERS[form], _GENERIC_JSON) if _SPARQL_JSON in OFFERS[form] else OFFERS[form]


def _engine_type(media_type: str | None) -> str | None:
    return _SPARQL_JSON if media_type == _GENERIC_JSON else media_type


def tag_of(query: Query, edition: Edition) -> str:
    """Weak, because two processes may put out the same solutions in another order."""
    graphs = (*query.default_graphs, "", *query.named_graphs)
    return edition.etag("sparql", query.text, str(query.solutions), str(query.boolean), str(query.graph), *graphs)


def _negotiated(response: Response) -> Response:
    response.vary.add("Accept")
    return response


def _description(edition: Edition, limits: Limits, services: Sequence[str], media_type: str) -> Response:
    """What the endpoint says of itself; it names the host by which it was reached, so no shared cache may keep it."""
    endpoint = f"{request.url_root}sparql"
    tag = edition.etag("description", endpoint, media_type, *services)
    response = _negotiated(Response(mimetype=media_type))
    if tag not in request.if_none_match:
        graphs = f"{request.url_root}rdf-graphs"
        told = Operated(limits, services, endpoint, graphs)
        response.data = described(edition, told, media_type)
    fixed(response, tag)
    response.cache_control.public = False
    response.cache_control.private = True
    return response
