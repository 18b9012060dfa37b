"""What a release says by name: labels, kinds and full-text search over index.sqlite."""

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final
from urllib.parse import quote

from kommungraf.errors import ReleaseError
from kommungraf.texts import LANGUAGES

__all__ = ["Hit", "Hits", "Index", "Label"]

_WORD: Final = re.compile(r"\w+")
_MOST_WORDS: Final = 12

_LABELS: Final = """
    SELECT iri, lang, text FROM label
    WHERE rank = 0 AND iri IN (SELECT value FROM json_each(?)) ORDER BY iri, lang, text
"""
_OF_TYPE: Final = """
    SELECT iri FROM (
        SELECT iri, (
            SELECT text FROM label WHERE label.iri = thing.iri AND rank = 0 ORDER BY lang <> ?, lang, text LIMIT 1
        ) AS name FROM thing WHERE type = ?
    )
    ORDER BY name IS NULL, LOWER(name), iri LIMIT ? OFFSET ?
"""
# The best row of each thing: preferred labels before other names before descriptions, then the reader's language.
_SEARCH: Final = """
    WITH matches AS MATERIALIZED (
        SELECT iri, text, lang, tier, bm25(words) AS score FROM words WHERE words MATCH ?
    ), best AS (
        SELECT *, ROW_NUMBER() OVER (PARTITION BY iri ORDER BY tier, lang <> ?, score, text) AS place FROM matches
    )
    SELECT best.iri, text, lang, type, kind, COUNT(*) OVER () AS total
    FROM best LEFT JOIN thing USING (iri) WHERE place = 1
    ORDER BY tier, score, text, best.iri LIMIT ? OFFSET ?
"""


@dataclass(frozen=True, slots=True)
class Label:
    """A name with its language tag, which is empty where the name has none."""

    text: str
    lang: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that a search found, with the text in which the words stand."""

    iri: str
    match: Label
    type: str | None
    kind: str | None


@dataclass(frozen=True, slots=True)
class Hits:
    """One page of a search; `total` counts all of it."""

    hits: tuple[Hit, ...]
    total: int


class Index:
    """The opened index.sqlite of one release; any thread may use it."""

    def __init__(self, path: Path) -> None:
        # immutable: a release never changes, so SQLite needs no locks on the file.
        address = f"file:{quote(str(path))}?mode=ro&immutable=1"
        self._lock = Lock()
        try:
            self._connection = sqlite3.connect(address, uri=True, check_same_thread=False)
            for table in ("thing", "graph"):
                self._connection.execute(f"SELECT iri FROM {table} LIMIT 1")  # noqa: S608  a name of ours
        except sqlite3.Error as error:
            raise ReleaseError(f"{path} can't be read ({error}). Run `kommungraf build`.") from error

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            self._connection.close()

    def exists(self, iri: str) -> bool:
        """Whether the release says anything about `iri`."""
        return bool(self._rows("SELECT 1 FROM thing WHERE iri = ?", iri))

    def kind(self, iri: str) -> str | None:
        """The kind of `iri`, the path segment of its IRI, or None."""
        rows = self._rows("SELECT kind FROM thing WHERE iri = ?", iri)
        return rows[0][0] if rows else None

    def type(self, iri: str) -> str | None:
        """The narrowest class of a thing, or None."""
        return next((name or None for (name,) in self._rows("SELECT type FROM thing WHERE iri = ?", iri)), None)

    def types(self) -> Mapping[str, int]:
        """How many things there are of each class, counted by their narrowest, the commonest first."""
        query = "SELECT type, COUNT(*) AS n FROM thing WHERE type <> '' GROUP BY type ORDER BY n DESC, type"
        return dict(self._rows(query))

    def of_type(self, type_: str, language: str, *, limit: int, offset: int = 0) -> tuple[str, ...]:
        """One page of the things whose narrowest class is `type_`, by name."""
        return tuple(iri for (iri,) in self._rows(_OF_TYPE, language, type_, limit, offset))

    def known(self, iris: Iterable[str]) -> frozenset[str]:
        """Those of `iris` about which the release says something."""
        query = "SELECT iri FROM thing WHERE iri IN (SELECT value FROM json_each(?))"
        return frozenset(row[0] for row in self._rows(query, json.dumps(sorted(set(iris)))))

    def labels(self, iris: Iterable[str], language: str) -> dict[str, Label]:
        """The preferred label of each of `iris` that has one, in `language` or else in the nearest that there is."""
        best: dict[str, Label] = {}
        for iri, lang, text in self._rows(_LABELS, json.dumps(sorted(set(iris)))):
            held = best.get(iri)
            if held is None or _distance(lang, language) < _distance(held.lang, language):
                best[iri] = Label(text, lang)
        return best

    def graphs(self, *, limit: int, offset: int = 0) -> tuple[tuple[str, int], ...]:
        """One page of the named graphs with the quads in each, by IRI."""
        return tuple(self._rows("SELECT iri, quads FROM graph ORDER BY iri LIMIT ? OFFSET ?", limit, offset))

    def graph_count(self) -> int:
        """How many named graphs there are."""
        return int(self._rows("SELECT COUNT(*) FROM graph")[0][0])

    def has_graph(self, iri: str) -> bool:
        """Whether `iri` names a graph."""
        return bool(self._rows("SELECT 1 FROM graph WHERE iri = ?", iri))

    def search(self, text: str, language: str, *, limit: int = 20, offset: int = 0) -> Hits:
        """The things whose names or texts hold every word of `text`, the last letters of each word left open."""
        expression = " ".join(_prefixes(text))
        if not expression:
            return Hits((), 0)
        rows = self._rows(_SEARCH, expression, language, limit, offset)
        hits = tuple(Hit(iri, Label(match, lang), type_, kind) for iri, match, lang, type_, kind, _ in rows)
        return Hits(hits, rows[0][-1] if rows else 0)

    def _rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(query, parameters).fetchall()


def _prefixes(text: str) -> Iterator[str]:
    # A quoted string is data to FTS5, never an operator; only letters and digits get into it anyway.
    return (f'"{word}"*' for word in _WORD.findall(text)[:_MOST_WORDS])


def _distance(lang: str, language: str) -> int:
    order = (language, "", *LANGUAGES)
    primary = lang.partition("-")[0]
    return order.index(primary) if primary in order else len(order)
