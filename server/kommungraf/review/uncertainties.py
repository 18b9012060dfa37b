"""What the sources don't say: the knowledge gaps of the dataset as a whole."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from pyoxigraph import NamedNode

from kommungraf.engine.ownqueries import query_text
from kommungraf.rendering.panels import Panel, Part, Row
from kommungraf.rendering.site import Reader
from kommungraf.resources.views import Value, Views

__all__ = ["gaps", "gaps_by_reason"]

#: The place of the reason in a row.
_REASON: Final = 2


def _mentioned(rows: Iterable[Mapping[str, Any]]) -> set[str]:
    return {term.value for row in rows for term in row.values() if isinstance(term, NamedNode)}


def gaps(who: Reader) -> Panel:
    """What is known to be unknown, and why."""
    rows = who.edition.evaluator.select(query_text("gaps"))
    who.names.fetch(_mentioned(rows))
    views, grouped = Views(who.names, {}), _by_gap(rows)
    columns = (
        who.text("What is not known"),
        who.text("About"),
        who.text("Why"),
        who.text("Source"),
        who.text("Filled by"),
    )
    lines = tuple(
        tuple(Part(tuple(map(views.value_of, values))) for values in ((gap,), *parts))
        for gap, parts in grouped.items()
    )
    return Panel(who.text("Gaps"), who.text("What is missing, and why"), columns, lines)


def gaps_by_reason(who: Reader, whole: Panel) -> tuple[tuple[tuple[Value, ...], Panel], ...]:
    """The gaps that have the same reasons, most first; what fills one stands beside its sources, as little does."""
    found: dict[tuple[Value, ...], list[Row]] = {}
    for row in whole.rows:
        found.setdefault(row[_REASON].values, []).append(row)
    ordered = sorted(found.items(), key=lambda item: -len(item[1]))
    return tuple((reasons, _without_reason(who, whole, rows)) for reasons, rows in ordered)


def _without_reason(who: Reader, whole: Panel, rows: Sequence[Row]) -> Panel:
    columns = (*whole.columns[:_REASON], whole.columns[_REASON + 1])
    return replace(whole, columns=columns, rows=tuple(_with_fillers(who, row) for row in rows))


def _with_fillers(who: Reader, row: Row) -> Row:
    gap, about, _reasons, sources, fillers = row
    filling = (each._replace(note=who.text("fills the gap")) for each in fillers.values)
    return gap, about, sources._replace(values=(*sources.values, *filling))


def _by_gap(rows: Iterable[Mapping[str, Any]]) -> dict[str, tuple[list[str], ...]]:
    """The subjects, reasons, sources and fillers of each gap, each once."""
    found: dict[str, tuple[list[str], ...]] = {}
    for row in rows:
        parts = found.setdefault(row["gap"].value, ([], [], [], []))
        for name, values in zip(("subject", "reason", "source", "filler"), parts, strict=True):
            if name in row and row[name].value not in values:
                values.append(row[name].value)
    return found
