"""Sources with equal names, told apart by what differs: who publishes them, from which year they are, or their address."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

from kommungraf.vocab import iri

__all__ = ["Located", "tell_apart"]

_KEPT: Final = """
    CREATE TEMP TABLE located (iri TEXT PRIMARY KEY, publisher TEXT, year TEXT, url TEXT) WITHOUT ROWID
"""
_EQUAL: Final = """
    WITH named AS (
        SELECT lang, text, iri FROM located CROSS JOIN thing USING (iri) CROSS JOIN label USING (iri)
        WHERE rank = 0 AND type IN (?, ?)
    )
    SELECT lang, text, iri, publisher, year, url FROM named JOIN located USING (iri)
    WHERE (lang, text) IN (SELECT lang, text FROM named GROUP BY lang, text HAVING COUNT(*) > 1)
    ORDER BY lang, text, iri
"""
_NAME: Final = "SELECT text FROM label WHERE iri = ? AND rank = 0 ORDER BY lang <> ?, lang DESC LIMIT 1"
#: Longer marks are cut.
_LONGEST: Final = 60


class Located(NamedTuple):
    """A source with the IRI of its publisher, its year and its address; what isn't known is empty."""

    iri: str
    publisher: str
    year: str
    url: str


def tell_apart(connection: sqlite3.Connection, located: Iterable[Located]) -> None:
    """Adds to each name that several sources have what tells them apart, in brackets; where nothing does they keep it."""
    connection.execute(_KEPT)
    connection.executemany("INSERT INTO located VALUES (?, ?, ?, ?)", located)
    rows = connection.execute(_EQUAL, (iri("kg:Source"), iri("kg:Register"))).fetchall()
    for (tag, name), equal in groupby(rows, lambda row: row[:2]):
        found = [Located(*row[2:]) for row in equal]
        for each, mark in zip(found, _marks(found, _publishers(connection, tag)), strict=True):
            if mark:
                of = f"{name} ({mark})", each.iri, tag, name
                connection.execute(
                    "UPDATE OR IGNORE label SET text = ? WHERE iri = ? AND rank = 0 AND lang = ? AND text = ?", of
                )
    connection.execute("DROP TABLE located")


def _publishers(connection: sqlite3.Connection, tag: str) -> Callable[[Located], str]:
    def name(each: Located) -> str:
        found = connection.execute(_NAME, (each.publisher, tag)).fetchone()
        return str(found[0]) if found else ""

    return name


def _marks(equal: Sequence[Located], publisher: Callable[[Located], str]) -> Sequence[str]:
    """What tells each of some sources from the others, in the order in which people would tell them apart."""
    parts = [_parts(each.url) for each in equal]
    for marks in ([publisher(each) for each in equal], [each.year for each in equal], [each[0] for each in parts]):
        if all(marks) and len(set(marks)) == len(marks):
            return marks
    return [_cut("/".join(each)) for each in _different(parts)]


def _parts(url: str) -> list[str]:
    """An address in parts: its host, the steps of its path, what it asks for, and the place on the page."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:  # brackets out of place, for one
        return [url]
    steps = (unquote(step) for step in parts.path.split("/") if step)
    asked = (f"?{unquote(parts.query)}",) if parts.query else ()
    place = (f"#{unquote(parts.fragment)}",) if parts.fragment else ()
    return [host, *steps, *asked, *place]


def _different(found: Sequence[Sequence[str]]) -> Iterator[Sequence[str]]:
    """Each list without what all have at the beginning and, of the rest, at the end."""
    begun = _common(found)
    rest = [each[begun:] for each in found]
    ended = _common([each[::-1] for each in rest])
    return (each[: len(each) - ended] for each in rest)


def _common(found: Sequence[Sequence[str]]) -> int:
    """How many of their first parts all have in common."""
    number = 0
    for same in zip(*found, strict=False):
        if len(set(same)) > 1:
            break
        number += 1
    return number


def _cut(words: str) -> str:
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1].rstrip()}…"
