"""How much a release holds: counts of things, claims, sources, disagreements and gaps, each by its kind."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from kommungraf.editions.edition import Edition
from kommungraf.engine.ownqueries import query_text
from kommungraf.texts import translations
from kommungraf.vocab import iri

__all__ = ["Figure", "figures", "printed"]

#: The parts in the order in which they are told, each with its heading, a message id.
_PARTS: Final = {
    "things": "Things by kind",
    "claims": "Claims by status",
    "sources": "Sources by type",
    "conflicts": "Disagreements by kind",
    "gaps": "Gaps by reason",
}
#: Properties among the kinds, by what they say of a thing.
_WORDED: Final = {iri("kg:filledBy"): "Filled by a held claim"}


@dataclass(frozen=True, slots=True)
class Figure:
    """How many of a kind there are; `part` is the heading under which it is told."""

    part: str
    kind: str
    name: str
    number: int


def figures(edition: Edition, language: str) -> tuple[Figure, ...]:
    """What the release holds, part by part, the most numerous first, with the names of the kinds in `language`."""
    rows = edition.evaluator.select(query_text("figures"))
    counted = [(row["part"].value, row["what"].value, int(row["number"].value)) for row in rows if "what" in row]
    names = edition.index.labels({kind for _, kind, _ in counted}, language)
    order = list(_PARTS)
    counted.sort(key=lambda each: (order.index(each[0]), -each[2], each[1]))
    told = {kind: label.text for kind, label in names.items()}
    told |= {kind: translations(language).gettext(words) for kind, words in _WORDED.items()}
    return tuple(Figure(part, kind, told.get(kind, kind), number) for part, kind, number in counted)


def printed(edition: Edition, form: str, language: str) -> str:
    """The figures of a release as `text` for people or as `csv`."""
    found = figures(edition, language)
    return _sheet(found) if form == "csv" else "".join(f"{line}\n" for line in _lines(found, language))


def _lines(found: tuple[Figure, ...], language: str) -> Iterator[str]:
    """Each part with its total, but for the things: one may be of several classes."""
    told = translations(language)
    width = max((len(str(each.number)) for each in found), default=1)
    for part, heading in _PARTS.items():
        of_part = [each for each in found if each.part == part]
        if of_part:
            total = "" if part == "things" else f" ({sum(each.number for each in of_part)})"
            yield told.gettext(heading) + total
            yield from (f"  {each.number:>{width}}  {each.name}" for each in of_part)


def _sheet(found: Iterable[Figure]) -> str:
    """The figures as CSV, with the IRI of each kind."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(("part", "kind", "name", "number"))
    lines.writerows((each.part, each.kind, each.name, each.number) for each in found)
    return out.getvalue()
