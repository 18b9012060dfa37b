"""Which named graphs of a release are claims: their standing, their sources and their words, asked of its index."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from kommungraf.editions.search import Index

__all__ = ["Claim", "claims"]

_CLAIMS: Final = """
    SELECT iri, what, value FROM claim
    WHERE iri IN (SELECT value FROM json_each(?)) ORDER BY iri, what, value
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """What the held view says of a named graph that is a claim; `language` is that of its words, where it is known."""

    iri: str
    status: str
    sources: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    row: int | None = None
    language: str = ""


def claims(index: Index, graphs: Iterable[str]) -> dict[str, Claim]:
    """Those of `graphs` that are claims, in the order of their IRIs."""
    rows = index.rows(_CLAIMS, json.dumps(sorted(set(graphs))))
    return {name: _claim(name, found) for name, found in groupby(rows, itemgetter(0))}


def _claim(name: str, rows: Iterator[tuple[Any, ...]]) -> Claim:
    told: dict[str, list[str]] = {"source": [], "words": [], "row": [], "language": []}
    for _, what, value in rows:
        told.setdefault(what, []).append(value)
    return Claim(
        iri=name,
        status=told["status"][0],
        sources=tuple(told["source"]),
        phrases=tuple(told["words"]),
        row=next(map(int, told["row"]), None),
        language=next(iter(told["language"]), ""),
    )
