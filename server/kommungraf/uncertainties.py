"""What is uncertain in the dataset as a whole: claims that conflict, and what the sources don't say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pyoxigraph import NamedNode, Triple

from kommungraf.panels import Panel, Part
from kommungraf.resources import Statement, claims_in, query_text
from kommungraf.site import Reader
from kommungraf.views import Behind, Disagreement, Views
from kommungraf.vocab import iri

__all__ = ["Conflicts", "conflicts", "gaps"]

_ACCEPTED = iri("kg:Accepted")


@dataclass(frozen=True, slots=True)
class Conflicts:
    """Where claims give one property different values, and pairs of claims that conflict in another way."""

    disagreements: tuple[Disagreement, ...]
    pairs: tuple[tuple[Behind, Behind], ...]


def conflicts(who: Reader) -> Conflicts:
    """All claims that conflict, side by side."""
    rows = who.edition.evaluator.select(query_text("conflicts"))
    claims = claims_in(rows)
    compared = _compared(row for row in rows if "o" in row)
    who.names.fetch(_mentioned(rows))
    views = Views(who.names, claims)
    shared = {graph for each in compared for graph in each.graphs}
    pairs = {tuple(sorted((row["g"].value, row["other"].value))) for row in rows if row["g"].value not in shared}
    known = [(first, second) for first, second in sorted(pairs) if first in claims and second in claims]
    return Conflicts(
        views.compared(compared),
        tuple((views.claim(claims[first]), views.claim(claims[second])) for first, second in known),
    )


def _compared(rows: Iterable[Mapping[str, Any]]) -> list[Statement]:
    graphs: dict[Triple, set[str]] = {}
    held: dict[Triple, bool] = {}
    for row in rows:
        triple = Triple(row["s"], row["p"], row["o"])
        graphs.setdefault(triple, set()).add(row["g"].value)
        held[triple] = held.get(triple, False) or row["status"].value == _ACCEPTED
    return [Statement(triple, held[triple], tuple(sorted(names))) for triple, names in graphs.items()]


def _mentioned(rows: Iterable[Mapping[str, Any]]) -> set[str]:
    return {term.value for row in rows for term in row.values() if isinstance(term, NamedNode)}


def gaps(who: Reader) -> Panel:
    """What is known to be unknown, and why."""
    rows = who.edition.evaluator.select(query_text("gaps"))
    who.names.fetch(_mentioned(rows))
    views, grouped = Views(who.names, {}), _by_gap(rows)
    columns = (who.text("What is not known"), who.text("About"), who.text("Why"), who.text("Source"))
    lines = tuple(
        tuple(Part(tuple(map(views.value_of, values))) for values in ((gap,), *parts))
        for gap, parts in grouped.items()
    )
    return Panel(who.text("Gaps"), who.text("What is known to be unknown, and why"), columns, lines)


def _by_gap(rows: Iterable[Mapping[str, Any]]) -> dict[str, tuple[list[str], ...]]:
    """The subjects, reasons and sources of each gap, each once."""
    found: dict[str, tuple[list[str], ...]] = {}
    for row in rows:
        parts = found.setdefault(row["gap"].value, ([], [], []))
        for name, values in zip(("subject", "reason", "source"), parts, strict=True):
            if name in row and row[name].value not in values:
                values.append(row[name].value)
    return found
