"""A query's answer as a table for people: its first rows, every term named."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, Final

from pyoxigraph import NamedNode, QueryBoolean, QueryResultsFormat, RdfFormat, parse, parse_query_results

from kommungraf.evaluator import Answer, Query
from kommungraf.formats import SOLUTIONS
from kommungraf.site import Reader
from kommungraf.views import Value, Views

__all__ = ["Table", "answered", "table_of", "table_of_results"]

_MOST_ROWS: Final = 1000
_TRIPLE: Final = ("subject", "predicate", "object")
_N_TRIPLES: Final = "application/n-triples"


@dataclass(frozen=True, slots=True)
class Table:
    """A result as rows of values; `cut` says that there are more rows than are shown."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Value | None, ...], ...]
    cut: bool = False


def answered(who: Reader, text: str) -> Table:
    """The answer to a query of the site's own."""
    query = Query(
        text, solutions=SOLUTIONS[0].media_type, graph=_N_TRIPLES, base_iri=who.edition.base_iri, own=True
    )
    return table_of(who, who.edition.evaluator.evaluate(query))


def table_of(who: Reader, answer: Answer) -> Table:
    """The first rows of an answer in SPARQL JSON or N-Triples; the rest of it isn't even read."""
    with answer.body as body:
        if answer.form == "triples":
            return _table(who, _TRIPLE, _triples(body))
        return table_of_results(who, body, QueryResultsFormat.JSON)


def table_of_results(who: Reader, results: bytes | BinaryIO, form: QueryResultsFormat) -> Table:
    """The first rows of SPARQL results in one of their formats."""
    found = parse_query_results(results, form)
    if isinstance(found, QueryBoolean):
        word = who.text("yes") if bool(found) else who.text("no")
        return Table((who.text("Answer"),), ((Value(word, text=word),),))
    names = tuple(variable.value for variable in found.variables)
    return _table(who, names, (tuple(solution[name] for name in names) for solution in found))


def _triples(body: BinaryIO) -> Iterator[tuple[Any, ...]]:
    return ((quad.subject, quad.predicate, quad.object) for quad in parse(body, RdfFormat.N_TRIPLES))


def _table(who: Reader, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> Table:
    found = list(islice(rows, _MOST_ROWS + 1))
    shown = found[:_MOST_ROWS]
    who.names.fetch(term.value for row in shown for term in row if isinstance(term, NamedNode))
    views = Views(who.names, {})
    cells = tuple(tuple(None if term is None else views.value(term) for term in row) for row in shown)
    return Table(columns, cells, cut=len(found) > len(shown))
