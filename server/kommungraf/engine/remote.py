"""Evaluation of SPARQL queries by another engine over HTTP, held to our own refusals, formats and limits."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, BinaryIO, Final
from urllib.request import Request

from pyoxigraph import NamedNode

from kommungraf.engine.endpoint import Call, Endpoint
from kommungraf.engine.engine import Answer, Examined, Query, Workload, selected
from kommungraf.engine.evaluator import Evaluator
from kommungraf.engine.lanes import Lane, Stay
from kommungraf.engine.substitution import substituted
from kommungraf.engine.translation import SOURCES
from kommungraf.errors import ClientLeft, EngineFailed
from kommungraf.settings.limits import Limits

__all__ = ["RemoteEvaluator"]

_PATIENCE: Final = 0.25
#: The site's own lookups: several for a page, and each waits for the network.
_OWN_SEATS: Final = 8
#: How Virtuoso tells that it cut a result: by rows, or by its own time.
_CUT: Final = ("X-SPARQL-MaxRows", "X-SQL-State")


class RemoteEvaluator:
    """Answers queries by the engine at an endpoint; any thread may use it.

    A query is parsed, and refused, by our own parser in a confined worker before it leaves; the result is
    read whole, within the limits, and written anew by such a worker, so that what isn't whole is never passed on.
    """

    def __init__(self, engine: Endpoint, limits: Limits) -> None:
        self._engine = engine
        self._limits = limits
        self._desk = Evaluator(None, limits)
        self._public = Lane(limits.workers, queue=limits.queue, seconds=limits.queue_seconds)
        self._own = Lane(_OWN_SEATS, queue=limits.queue, seconds=limits.queue_seconds)

    @property
    def url(self) -> str:
        """Where the engine is."""
        return self._engine.url

    def evaluate(self, query: Query) -> Answer:
        """The whole answer to `query`; raises a RequestError where there is none."""
        if query.own:
            apart = self._engine.default_graph is not None
            text = substituted(query.text, query.bindings, for_virtuoso=apart)
            query = replace(query, text=text, bindings={})
        examined = self._desk.examine(query)
        with self._result(query, examined) as result:
            return self._desk.translate(result, examined, query)

    def select(self, text: str, **bindings: NamedNode | str) -> list[Mapping[str, Any]]:
        """The solutions of the site's own SELECT, each a mapping of the bound variables to terms."""
        rows = selected(self, text, bindings)
        if self._engine.default_graph is None:
            return rows
        default = NamedNode(self._engine.default_graph)
        # Our queries call a named graph ?g, or ?graph where a row needs none; that of the default graph is none to the site.
        return [_without(default, row) for row in rows if row.get("g") != default]

    def workload(self) -> Workload:
        """Of the workers that read queries and answers for it."""
        return self._desk.workload()

    def close(self) -> None:
        """End its workers."""
        self._desk.close()

    def _result(self, query: Query, examined: Examined) -> BinaryIO:
        """The engine's result in a file."""
        request = _posted(self._engine, query, examined)
        lane = self._own if query.own else self._public
        stays: list[Stay] = []
        with lane.seat(query.caller), ExitStack() as long:
            call = Call(
                self._engine,
                self._limits.seconds,
                patience=_PATIENCE,
                on_waiting=lambda: stays.append(long.enter_context(lane.long(call.hang_up))),
            )
            try:
                with query.caller.on_leaving(call.hang_up), call.answer(request) as response:
                    self._require_whole(response, examined)
                    body = call.copy(response, self._limits.result_bytes)
            except EngineFailed as error:
                if query.caller.is_gone:
                    raise ClientLeft from error
                if any(stay.ended for stay in stays):
                    raise lane.overloaded() from error
                raise
        if body is None:
            raise self._desk.exceeded("result")
        return body

    def _require_whole(self, response: Any, examined: Examined) -> None:
        """Refuse an answer that is cut, that isn't what was asked for, or whose end couldn't be told."""
        url, wanted = self._engine.url, SOURCES[examined.form]
        if response.status != 200 or any(name in response.headers for name in _CUT):
            raise EngineFailed(
                "The engine at {engine} cut its result at a limit of its own. Ask for less at once.", engine=url
            )
        given = response.headers.get_content_type()
        if given not in {wanted, "application/json" if "json" in wanted else wanted}:
            raise EngineFailed(
                "The engine at {engine} answered in {given} where {wanted} was asked for.",
                engine=url,
                given=given,
                wanted=wanted,
            )
        if response.length is None and not response.chunked:
            raise EngineFailed(
                "The engine at {engine} tells no length of its answers, so a cut one would look whole.", engine=url
            )


def _posted(engine: Endpoint, query: Query, examined: Examined) -> Request:
    """The request for the engine's result."""
    # SPARQLWrapper takes longer to import than much of a start; who has no engine of another's needs none of it.
    from kommungraf.engine.posting import posted  # noqa: PLC0415

    return posted(engine, query, graphs=examined.graphs, media_type=SOURCES[examined.form])


def _without(graph: NamedNode, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The row, which doesn't say that it stands in `graph`."""
    return {name: term for name, term in row.items() if name != "graph" or term != graph}
