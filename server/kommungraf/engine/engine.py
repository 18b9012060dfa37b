"""What an engine is asked and what it answers, whichever engine it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, BinaryIO, Final, Protocol

from pyoxigraph import NamedNode, QueryResultsFormat, parse_query_results

from kommungraf.engine.callers import Caller
from kommungraf.engine.lanes import Occupancy
from kommungraf.errors import BadRequest
from kommungraf.formats import DATASET, GRAPH, SOLUTIONS

__all__ = ["OFFERS", "Answer", "Engine", "Examined", "Query", "Workload", "selected"]

#: What each form of query can be answered in.
OFFERS: Final[Mapping[str, tuple[str, ...]]] = {
    "boolean": tuple(form.media_type for form in SOLUTIONS if form.booleans),
    "solutions": tuple(form.media_type for form in SOLUTIONS),
    "triples": tuple(form.media_type for form in (*GRAPH, *DATASET)),
}
#: The site's own lookups are answered in the format that is the quickest to write and to read.
_ROWS: Final = QueryResultsFormat.TSV


@dataclass(frozen=True, slots=True)
class Query:
    """A query, its dataset, and the media type that fits best for each form; None where none is acceptable.

    `boolean` is for ASK and is `solutions` where it isn't given. `bindings` are IRIs of variables that the
    query projects. `own` are the site's own lookups, which have a worker apart from everybody's queries.
    Where `caller` leaves, the query ends.
    """

    text: str
    solutions: str | None
    graph: str | None
    boolean: str | None = None
    bindings: Mapping[str, str] = field(default_factory=dict)
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    base_iri: str | None = None
    own: bool = False
    caller: Caller = field(default_factory=Caller, compare=False)

    def request(self) -> dict[str, Any]:
        """What a worker is asked."""
        boolean = self.boolean
        if boolean is None and self.solutions in OFFERS["boolean"]:
            boolean = self.solutions
        return {
            "text": self.text,
            "solutions": self.solutions,
            "boolean": boolean,
            "triples": self.graph,
            "bindings": dict(self.bindings),
            "default_graphs": self.default_graphs,
            "named_graphs": self.named_graphs,
            "base_iri": self.base_iri,
            "own": self.own,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole result: `size` bytes in `body`, computed in `seconds`; `volatile` where the next may differ."""

    form: str
    media_type: str
    body: BinaryIO
    size: int
    seconds: float
    volatile: bool


@dataclass(frozen=True, slots=True)
class Workload:
    """What query workers do at a moment.

    `lanes` are `public`, for everybody's queries, and `own`, for the site's lookups; `cut` are the queries that
    were ended since the release was opened, by limit; `host` is the process that holds the store.
    """

    lanes: Mapping[str, Occupancy]
    cut: Mapping[str, int]
    host: int


class Engine(Protocol):
    """Whatever answers queries for the site."""

    def evaluate(self, query: Query) -> Answer:
        """The whole answer to `query`; raises a RequestError where there is none."""

    def select(self, text: str, **bindings: NamedNode | str) -> list[Mapping[str, Any]]:
        """The solutions of the site's own SELECT, each a mapping of the bound variables to terms."""

    def workload(self) -> Workload:
        """What our workers are doing for it."""

    def close(self) -> None:
        """Give back what it holds."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What the parser says of a query: its form, the media type of its answer, whether the next may differ.

    `graphs` where it names the graphs of its dataset.
    """

    form: str
    media_type: str
    volatile: bool
    graphs: bool


def selected(engine: Engine, text: str, bindings: Mapping[str, NamedNode | str]) -> list[Mapping[str, Any]]:
    """The solutions that `engine` has for the site's own SELECT."""
    iris = {name: iri if isinstance(iri, str) else iri.value for name, iri in bindings.items()}
    answer = engine.evaluate(Query(text, solutions=_ROWS.media_type, graph=None, bindings=iris, own=True))
    if answer.form != "solutions":
        answer.body.close()
        raise BadRequest("The query is no SELECT.")
    with answer.body as body:
        heading, *lines = body.read().decode().split("\n")[:-1]
    names, rows = [name[1:] for name in heading.split("\t")], [line.split("\t") for line in lines]
    terms = _terms(rows)
    return [{name: terms[cell] for name, cell in zip(names, row, strict=True) if cell} for row in rows]


def _terms(rows: Iterable[Iterable[str]]) -> dict[str, Any]:
    """The term of each cell, made once: most stand in many rows. No cell is empty but that of an unbound variable."""
    cells = [cell for cell in dict.fromkeys(chain.from_iterable(rows)) if cell]
    read: Any = parse_query_results("\n".join(("?term", *cells, "")), _ROWS)
    return dict(zip(cells, (solution[0] for solution in read), strict=True))
