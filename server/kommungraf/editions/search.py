"""What a release says by name: labels, kinds and full-text search over index.sqlite."""

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote

from kommungraf.editions.searchqueries import ALIKE, AS_LONG, CALLED, CALLED_BRIEFLY, SEARCH, SEARCH_WITH_COUNTS
from kommungraf.editions.spelling import LONGEST_NAME, likenesses, spellings
from kommungraf.errors import ReleaseError
from kommungraf.texts import LANGUAGES, folded

__all__ = ["BEHIND", "EVIDENCE", "LOCALITY", "Alike", "Hit", "Hits", "Index", "Label", "Narrowing"]

_WORD: Final = re.compile(r"\w+")
_MOST_WORDS: Final = 12
#: Marks that people write around names.
_AROUND: Final = " \t\r\n\"'”“’»«,;:?!."
#: Letters that changed places leave no run of three letters in so short a name.
_SHORT_NAME: Final = 8
_RUN: Final = 3
_SURELY: Final = 0.8
#: So much more must what is said of things, and what describes them, be alike to come before a thing.
BEHIND: Final = 0.15
#: What the name of a locality counts for beside a name of the thing's own; and the tier of such names.
LOCALITY: Final = 0.95
_LOCALITIES: Final = 3
_NO_FACETS: Final[Mapping[str, str]] = MappingProxyType({})
_NO_COUNTS: Final[Mapping[str, Mapping[str, int]]] = MappingProxyType({})

_LABELS: Final = """
    SELECT iri, lang, text FROM label
    WHERE rank = ? AND iri IN (SELECT value FROM json_each(?)) ORDER BY iri, lang, text
"""
# A thing that has each value that is asked for.
_NARROWED: Final = """NOT EXISTS (
        SELECT 1 FROM json_each(:facets) AS wanted WHERE NOT EXISTS (
            SELECT 1 FROM facet
            WHERE facet.name = wanted.key AND facet.value = wanted.value AND facet.iri = thing.iri
        )
    )"""
_OF_TYPE: Final = f"""
    SELECT iri FROM (
        SELECT iri, (
            SELECT text FROM label WHERE label.iri = thing.iri AND rank = 0 ORDER BY lang <> :lang, lang, text LIMIT 1
        ) AS name FROM thing WHERE type = :type AND {_NARROWED}
    )
    ORDER BY name IS NULL, LOWER(name), iri LIMIT :limit OFFSET :offset
"""  # noqa: S608  all parts are ours
_COUNT: Final = f"SELECT COUNT(*) FROM thing WHERE type = :type AND {_NARROWED}"  # noqa: S608
_COUNT_TYPES: Final = f"""
    SELECT type, COUNT(*) AS n FROM thing WHERE type <> '' AND {_NARROWED} GROUP BY type ORDER BY n DESC, type
"""  # noqa: S608
_COUNT_VALUES: Final = f"""
    SELECT value, COUNT(*) AS n FROM facet JOIN thing USING (iri)
    WHERE facet.name = :name AND type = :type AND {_NARROWED} GROUP BY value ORDER BY n DESC, value
"""  # noqa: S608
#: What is said, who says it and where it isn't clear, which comes after what it is about.
EVIDENCE: Final = ("claim", "conflict", "gap", "source", "statement")


@dataclass(frozen=True, slots=True)
class Label:
    """A name with its language tag, which is empty where the name has none."""

    text: str
    lang: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that a search found, with the text in which the words stand: a name of the `locality` that its position is of, or its own."""

    iri: str
    match: Label
    type: str | None
    kind: str | None
    locality: bool = False


@dataclass(frozen=True, slots=True)
class Hits:
    """One page of a search; `total` counts all of it, `counts` its things of each `type` and each value of each facet."""

    hits: tuple[Hit, ...]
    total: int
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=lambda: _NO_COUNTS)


@dataclass(frozen=True, slots=True)
class Alike:
    """A thing with a name that is spelt much like what was looked for; `score` is 1 where it is spelt the same."""

    iri: str
    type: str | None
    kind: str | None
    score: float


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a search is held to: a narrowest class, and values of facets (a `county`, a `country`, a `status`).

    Where `some` of the words are enough, a thing needn't hold each of them.
    """

    type: str | None = None
    facets: Mapping[str, str] = field(default_factory=lambda: _NO_FACETS)
    some: bool = False


_ANYTHING: Final = Narrowing()


class Index:
    """The opened index.sqlite of one release; any thread may use it."""

    def __init__(self, path: Path) -> None:
        # immutable: a release never changes, so SQLite needs no locks on the file.
        address = f"file:{quote(str(path))}?mode=ro&immutable=1"
        self._lock = Lock()
        self._types: Mapping[str, int] | None = None
        try:
            self._connection = sqlite3.connect(address, uri=True, check_same_thread=False)
            self._connection.create_function("folded", 1, folded, deterministic=True)
            self._connection.create_function("casefolded", 1, str.casefold, deterministic=True)
            for table in ("thing", "graph", "facet", "alike", "span", "claim", "activity", "place", "aspect"):
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

    def with_fragment(self, iri: str, *, most: int) -> tuple[str, ...]:
        """The first things whose IRIs are `iri` and a fragment."""
        found = self._rows("SELECT iri FROM thing WHERE iri > ? AND iri < ? LIMIT ?", f"{iri}#", f"{iri}$", most)
        return tuple(name for (name,) in found)

    def kind(self, iri: str) -> str | None:
        """The kind of `iri`, the path segment of its IRI, or None."""
        rows = self._rows("SELECT kind FROM thing WHERE iri = ?", iri)
        return rows[0][0] if rows else None

    def type(self, iri: str) -> str | None:
        """The narrowest class of a thing, or None."""
        return next((name or None for (name,) in self._rows("SELECT type FROM thing WHERE iri = ?", iri)), None)

    def types_of(self, iris: Iterable[str]) -> dict[str, str]:
        """The narrowest class of each of `iris` that has one."""
        query = "SELECT iri, type FROM thing WHERE type <> '' AND iri IN (SELECT value FROM json_each(?))"
        return dict(self._rows(query, json.dumps(sorted(set(iris)))))

    def types(self) -> Mapping[str, int]:
        """How many things there are of each class, counted by their narrowest, the commonest first; counted once."""
        if self._types is None:
            query = "SELECT type, COUNT(*) AS n FROM thing WHERE type <> '' GROUP BY type ORDER BY n DESC, type"
            self._types = MappingProxyType(dict(self._rows(query)))
        return self._types

    def of_type(
        self, type_: str, language: str, *, facets: Mapping[str, str] = _NO_FACETS, limit: int, offset: int = 0
    ) -> tuple[str, ...]:
        """One page of the things whose narrowest class is `type_` and that have each value of `facets`, by name."""
        asked = {"type": type_, "lang": language, "facets": _json(facets), "limit": limit, "offset": offset}
        return tuple(iri for (iri,) in self._rows(_OF_TYPE, asked))

    def count(self, type_: str, facets: Mapping[str, str] = _NO_FACETS) -> int:
        """How many things `of_type` has on all its pages."""
        return int(self._rows(_COUNT, {"type": type_, "facets": _json(facets)})[0][0])

    def choices(
        self, type_: str, names: Iterable[str], facets: Mapping[str, str]
    ) -> Mapping[str, Mapping[str, int]]:
        """How many things `of_type` would have with each other `type`, and with each other value of the facet of each name."""
        types = dict(self._rows(_COUNT_TYPES, {"facets": _json(facets)})) if facets else dict(self.types())
        found: dict[str, dict[str, int]] = {"type": types}
        for name in names:
            others = {key: value for key, value in facets.items() if key != name}
            asked = {"name": name, "type": type_, "facets": _json(others)}
            found[name] = dict(self._rows(_COUNT_VALUES, asked))
        return found

    def size(self) -> int:
        """How many things there are."""
        return int(self._rows("SELECT COUNT(*) FROM thing")[0][0])

    def things(self, *, limit: int, offset: int = 0) -> tuple[str, ...]:
        """One page of all things, by IRI."""
        return tuple(
            iri for (iri,) in self._rows("SELECT iri FROM thing ORDER BY iri LIMIT ? OFFSET ?", limit, offset)
        )

    def known(self, iris: Iterable[str]) -> frozenset[str]:
        """Those of `iris` about which the release says something."""
        query = "SELECT iri FROM thing WHERE iri IN (SELECT value FROM json_each(?))"
        return frozenset(row[0] for row in self._rows(query, json.dumps(sorted(set(iris)))))

    def labels(self, iris: Iterable[str], language: str) -> dict[str, Label]:
        """The preferred label of each of `iris` that has one, in `language` or else in the nearest that there is."""
        return self._worded(iris, language, rank=0)

    def definitions(self, iris: Iterable[str], language: str) -> dict[str, Label]:
        """The definition or description of each of `iris` that has one, in `language` or else in the nearest."""
        return self._worded(iris, language, rank=2)

    def publishers(self, iris: Iterable[str], language: str) -> dict[str, Label]:
        """Who says what each of `iris` says that is a source, in few words: its publisher or its host, and the year."""
        return self._worded(iris, language, rank=4)

    def _worded(self, iris: Iterable[str], language: str, *, rank: int) -> dict[str, Label]:
        best: dict[str, Label] = {}
        for iri, lang, text in self._rows(_LABELS, rank, json.dumps(sorted(set(iris)))):
            held = best.get(iri)
            if held is None or _distance(lang, language) < _distance(held.lang, language):
                best[iri] = Label(text, lang)
        return best

    def names(self, iris: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """Each of `iris` with each of its names and other names, also those of its locality, in any language."""
        query = """
            SELECT DISTINCT iri, text FROM label
            WHERE rank NOT IN (2, 4) AND iri IN (SELECT value FROM json_each(?)) ORDER BY iri, text
        """
        return tuple(self._rows(query, json.dumps(sorted(set(iris)))))

    def graphs(self, *, limit: int, offset: int = 0) -> tuple[tuple[str, int], ...]:
        """One page of the named graphs with the quads in each, by IRI."""
        return tuple(self._rows("SELECT iri, quads FROM graph ORDER BY iri LIMIT ? OFFSET ?", limit, offset))

    def graph_count(self) -> int:
        """How many named graphs there are."""
        return int(self._rows("SELECT COUNT(*) FROM graph")[0][0])

    def has_graph(self, iri: str) -> bool:
        """Whether `iri` names a graph."""
        return bool(self._rows("SELECT 1 FROM graph WHERE iri = ?", iri))

    def search(
        self,
        text: str,
        language: str,
        *,
        within: Narrowing = _ANYTHING,
        limit: int = 20,
        offset: int = 0,
    ) -> Hits:
        """The things whose names or texts hold every word of `text`, the last letters of each word left open.

        Names go before texts, things before what is said of them, and those that are called just so before others.
        """
        return self._hits(SEARCH, {**_asked(text, language, within), "limit": limit, "offset": offset})

    def counted_search(
        self, text: str, language: str, *, within: Narrowing = _ANYTHING, limit: int = 20, offset: int = 0
    ) -> Hits:
        """The same, with the `counts` of all that was found."""
        return self._hits(SEARCH_WITH_COUNTS, {**_asked(text, language, within), "limit": limit, "offset": offset})

    def _hits(self, query: str, asked: Mapping[str, Any]) -> Hits:
        rows = self._rows(query, dict(asked)) if asked["words"] else []
        found = [row for row in rows if not row[0]]
        counts: dict[str, dict[str, int]] = {}
        for name, value, number in (row[:3] for row in rows if row[0]):
            counts.setdefault(name, {})[value] = number
        hits = tuple(
            Hit(iri, Label(match, lang), type_, kind, bool(near))
            for _, iri, _, match, lang, type_, kind, near in found
        )
        return Hits(hits, found[0][2] if found else 0, counts)

    def alike(self, text: str, *, type_: str | None = None, limit: int = 10) -> tuple[Alike, ...]:
        """The things with names that are spelt most like `text`, the best first; none that is little like it."""
        written = spellings(text)
        runs = {each[place : place + _RUN] for each in written for place in range(len(each) - _RUN + 1)}
        expression = " OR ".join(f'"{run}"' for run in sorted(runs) if _WORD.search(run) and '"' not in run)
        if not expression:
            return ()
        best = _most_alike(written, self._rows(ALIKE, expression, type_, type_))
        if len(written[0]) <= _SHORT_NAME and all(each.score < _SURELY for each in best.values()):
            longest = len(written[0]) + 1
            best |= _most_alike(written, self._rows(AS_LONG, longest - 2, longest, written[0][0], type_, type_))
        return tuple(sorted(best.values(), key=_alike_first)[:limit])

    def called(self, name: str) -> tuple[str, ...]:
        """The things that are called just so, without case and accents: municipalities first, and no evidence."""
        plain = folded(name.strip(_AROUND))[:LONGEST_NAME]
        asked = {
            "name": plain,
            "phrase": '"{}"'.format(plain.replace('"', '""')),
            "evidence": json.dumps(EVIDENCE),
        }
        query = CALLED if len(plain) >= _RUN else CALLED_BRIEFLY
        return tuple(iri for (iri,) in self._rows(query, asked))

    def facets_of(self, iris: Iterable[str]) -> dict[str, dict[str, frozenset[str]]]:
        """The values of each facet of each of `iris`."""
        query = (
            "SELECT iri, name, value FROM facet WHERE iri IN (SELECT value FROM json_each(?)) ORDER BY iri, name"
        )
        found: dict[str, dict[str, set[str]]] = {}
        for iri, name, value in self._rows(query, json.dumps(sorted(set(iris)))):
            found.setdefault(iri, {}).setdefault(name, set()).add(value)
        return {iri: {name: frozenset(values) for name, values in facets.items()} for iri, facets in found.items()}

    def spelt(self, iri: str) -> frozenset[str]:
        """The names and other names of a thing, without case and accents."""
        rows = self._rows("SELECT text FROM label WHERE iri = ? AND rank < 2", iri)
        return frozenset(folded(text) for (text,) in rows)

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """What a query of another module's finds in the index."""
        return self._rows(query, *parameters)

    def _rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        named = parameters[0] if parameters and isinstance(parameters[0], dict) else parameters
        with self._lock:
            return self._connection.execute(query, named).fetchall()


def _alike_first(each: Alike) -> tuple[float, str]:
    return (BEHIND if each.kind in (*EVIDENCE, "def", "shape") else 0) - each.score, each.iri


def _most_alike(written: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> dict[str, Alike]:
    best: dict[str, Alike] = {}
    for (iri, _, type_, kind, tier), likeness in zip(
        rows, likenesses(written, (row[1] for row in rows)), strict=True
    ):
        score = likeness * (LOCALITY if tier == _LOCALITIES else 1)
        if score and (iri not in best or best[iri].score < score):
            best[iri] = Alike(iri, type_, kind, score)
    return best


def _asked(text: str, language: str, within: Narrowing) -> dict[str, Any]:
    each, bare = list(_quoted(text)), text.replace("\0", " ").strip(_AROUND)
    return {
        "words": (" OR " if within.some else " ").join(f"{word}*" for word in each),
        "whole": (" OR " if within.some else " ").join(each),
        "name": folded(bare)[:LONGEST_NAME],
        "exact": bare.casefold(),
        "evidence": json.dumps(EVIDENCE),
        "lang": language,
        "type": within.type,
        "facets": _json(within.facets),
    }


def _json(facets: Mapping[str, str]) -> str:
    return json.dumps(dict(facets))


def _quoted(text: str) -> Iterator[str]:
    # A quoted string is data to FTS5, never an operator; only letters and digits get into it anyway.
    # What has ø, ł and the like is in the index with o and l as well.
    return (f'"{word}"' for word in _WORD.findall(folded(text))[:_MOST_WORDS])


def _distance(lang: str, language: str) -> int:
    order = (language, "", *LANGUAGES)
    primary = lang.partition("-")[0]
    return order.index(primary) if primary in order else len(order)
