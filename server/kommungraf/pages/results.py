"""A query's answer as a table for people: its first rows, every term named."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from math import isfinite
from typing import Any, BinaryIO, Final

from pyoxigraph import Literal, QueryBoolean, QueryResultsFormat, RdfFormat, parse, parse_query_results

from kommungraf.engine.engine import Answer, Query
from kommungraf.formats import SOLUTIONS
from kommungraf.rendering.maps import Map, Place, drawn
from kommungraf.rendering.site import Reader
from kommungraf.resources.views import Value, Views, iris_in
from kommungraf.resources.wording import NUMBERS
from kommungraf.vocab import iri

__all__ = ["MOST_ROWS", "Table", "answered", "table_of", "table_of_results"]

#: How many rows of an answer a page shows.
MOST_ROWS: Final = 1000
_N_TRIPLES: Final = "application/n-triples"
_AXES: Final = (("lat", "long"), ("lat", "lon"), ("latitude", "longitude"))
#: What is no amount, so that no chart is made of it.
_DEGREES_OF: Final = frozenset(name for pair in _AXES for name in pair)
_WKT: Final = iri("geo:wktLiteral")
_DEGREES: Final = r"(-?\d{1,3}(?:\.\d{1,15})?)"
_POINT: Final = re.compile(
    rf"POINT\s{{0,5}}\(\s{{0,5}}{_DEGREES}\s{{1,5}}{_DEGREES}\s{{0,5}}\)", re.ASCII | re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Table:
    """A result as rows of values; `cut` says that there are more rows than are shown.

    `most` is the largest number of each column that holds numbers alone, none below 0: such a column is also a chart.
    `map` shows the rows that say where something is: as WKT points, or as latitude and longitude by those names.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Value | None, ...], ...]
    cut: bool = False
    most: tuple[float | None, ...] = ()
    map: Map | None = None


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
            return _table(who, (who.text("Subject"), who.text("Property"), who.text("Value")), _triples(body))
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
    found = list(islice(rows, MOST_ROWS + 1))
    shown = found[:MOST_ROWS]
    who.names.fetch(iris_in(term for row in shown for term in row))
    views = Views(who.names, {})
    cells = tuple(tuple(None if term is None else views.value(term) for term in row) for row in shown)
    most = tuple(
        None if name in _DEGREES_OF else _most(row[number] for row in shown) for number, name in enumerate(columns)
    )
    return Table(columns, cells, len(found) > len(shown), most, _map(columns, cells))


def _most(terms: Iterable[Any]) -> float | None:
    """The largest of `terms` if all are numbers from 0 up and there are at least two."""
    numbers = [_number(term) for term in terms]
    known = [number for number in numbers if number is not None]
    return max(known) if 1 < len(known) == len(numbers) and min(known) >= 0 < max(known) else None


def _number(term: Any) -> float | None:
    if not isinstance(term, Literal) or term.datatype.value not in NUMBERS:
        return None
    try:
        number = float(term.value)
    except ValueError:
        return None
    return number if isfinite(number) else None


def _map(columns: tuple[str, ...], rows: Iterable[tuple[Value | None, ...]]) -> Map | None:
    places = {place.link.iri: place for row in rows if (place := _place(columns, row)) is not None}
    return drawn(places.values()) if places else None


def _place(columns: tuple[str, ...], row: tuple[Value | None, ...]) -> Place | None:
    """Where the first thing of the row is, if the row says so."""
    thing = next((value.link for value in row if value is not None and value.link), None)
    found = _degrees(columns, row)
    if thing is None or found is None or not (abs(found[0]) <= 90 and abs(found[1]) <= 180):
        return None
    return Place(thing, *found)


def _degrees(columns: tuple[str, ...], row: tuple[Value | None, ...]) -> tuple[float, float] | None:
    named = dict(zip(columns, row, strict=True))
    try:
        for latitude, longitude in _AXES:
            one, other = named.get(latitude), named.get(longitude)
            if one is not None and other is not None:
                return float(one.term), float(other.term)
    except ValueError:
        return None
    points = (_POINT.search(value.term) for value in row if value is not None and value.datatype == _WKT)
    point = next(filter(None, points), None)
    return None if point is None else (float(point[2]), float(point[1]))
