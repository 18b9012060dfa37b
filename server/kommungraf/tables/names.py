"""What things are called, and which thing a written name means: by key, code or recorded name, and never by guess."""

import sqlite3
import unicodedata
import weakref
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import lru_cache
from itertools import chain
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad

from kommungraf.vocab import BASE, iri

__all__ = ["Names", "Said", "folded"]

_DASHES: Final = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-") | {"\u00ad": None, "’": "'"}
)
_PREFERRED: Final = iri("skos:prefLabel")
_NAMING: Final = frozenset(
    iri(name)
    for name in ("skos:prefLabel", "skos:altLabel", "dcterms:title", "skos:notation", "rdfs:label", "schema:url")
)
_MATCH: Final = iri("skos:exactMatch")
_TYPE: Final = iri("rdf:type")
_WITHIN: Final = iri("geo:sfWithin")
_RANGE: Final = iri("rdfs:range")
_CLAIM: Final = iri("kg:Claim")
_SCHEMA: Final = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE name (folded TEXT, iri TEXT, stage INTEGER, yields INTEGER, PRIMARY KEY (folded, iri)) WITHOUT ROWID;
CREATE TABLE fact (iri TEXT, what TEXT, value TEXT, PRIMARY KEY (iri, what, value)) WITHOUT ROWID;
CREATE TABLE label (iri TEXT, lang TEXT, text TEXT, rank INTEGER, PRIMARY KEY (iri, lang)) WITHOUT ROWID;
"""
_CANDIDATES: Final = 20_000
_LONGER: Final = 200
_LAST: Final = 9

Said = tuple[str, str, str, str]  # subject, predicate, value, language


def folded(text: str) -> str:
    """The form in which names are compared: one case, one kind of space and dash, composed letters."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_DASHES).split()).casefold()


def _bare(text: str) -> str:
    """Without diacritics, for suggestions alone."""
    return "".join(
        each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each)
    ).replace("ø", "o")


class Names:
    """An index of names kept outside memory, so that a million things can be known.

    Tables are read in rounds, so that no answer depends on their order: what RDF files say is settled before the names of
    what tables describe are recorded, and these before the names that tables give to things that others describe. The last
    and what lists of others call things yield to the project's own names: they are taken only where nothing else is meant.
    """

    def __init__(self, base_iri: str = BASE) -> None:
        self._base = base_iri + "id/"
        self._connection = sqlite3.connect("", check_same_thread=False)
        self._connection.executescript(_SCHEMA)
        weakref.finalize(self, self._connection.close)
        self._stage = 0
        self._yields = 0
        self.found = lru_cache(maxsize=16_384)(self._found)
        self.suggestions = lru_cache(maxsize=256)(self._suggestions)
        self.label = lru_cache(maxsize=16_384)(self._known_label)

    def record(self, quads: Iterable[Quad], *, yields: bool = False) -> None:
        """Notes what the quads say of names, classes and places; names that yield go behind others."""
        self._yields = int(yields)
        for quad in quads:
            value, subject = quad.object, quad.subject
            if isinstance(subject, NamedNode) and isinstance(value, NamedNode | Literal):
                language = (value.language or "") if isinstance(value, Literal) else ""
                self.say((subject.value, quad.predicate.value, value.value, language))

    def say(self, said: Said) -> None:
        """Notes one statement, if it is about a name, a class or a place."""
        subject, predicate, value, language = said
        if predicate in _NAMING:
            self.call(subject, value)
            if predicate != iri("schema:url"):
                self._label(subject, value, language, 1 if predicate == _PREFERRED else 2)
        elif predicate == _MATCH:
            self.call(subject, value)
            self.call(subject, value.rpartition("/")[2])
        elif predicate in (_TYPE, _WITHIN, _RANGE):
            self._connection.execute("INSERT OR IGNORE INTO fact VALUES (?, ?, ?)", (subject, predicate, value))
            # A claim is often named after the thing that it is about, and its key would make that of the thing ambiguous.
            if value != _CLAIM:
                self.call(subject, subject.rpartition("/")[2].rpartition("#")[2])

    def call(self, subject: str, name: str, *, yields: bool = False) -> None:
        """Notes that a thing may be called `name`, behind whatever is called so without yielding."""
        self._connection.execute(
            "INSERT INTO name VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET yields = min(yields, excluded.yields)",
            (folded(name), subject, self._stage, max(self._yields, int(yields))),
        )

    def shorten(self, subject: str, name: str) -> None:
        """Notes the name of a thing for use beside the names of others."""
        for language in ("sv", "en"):
            self._label(subject, name, language, 0)
        self.label.cache_clear()

    def _label(self, subject: str, text: str, language: str, rank: int) -> None:
        self._connection.execute(
            "INSERT INTO label VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET text = excluded.text, rank = excluded.rank "
            "WHERE (excluded.rank, excluded.text) < (rank, text)",
            (subject, language, text, rank),
        )

    def settle(self) -> None:
        """Ends a round: what was recorded in it can be found in the next, and what the next records can't before its end."""
        self._stage += 1
        self.found.cache_clear()
        self.label.cache_clear()

    def open(self) -> None:
        """Ends the last round: everything can be found."""
        self._stage = _LAST
        self.found.cache_clear()
        self.label.cache_clear()

    def _found(self, text: str, classes: tuple[str, ...], within: str | None) -> tuple[str, ...]:
        """The things that a text can mean, of any of the `classes`, and within a place where one is given."""
        exact = [address for address in (text, self._base + text) if self._facts(address, _TYPE)]
        known = [(each, 0) for each in exact] or self._rows(text)
        meant = [
            (each, yields)
            for each, yields in known
            if (not classes or self._facts(each, _TYPE) & set(classes))
            and (not within or self._lies(each, within))
        ]
        foremost = min((yields for _, yields in meant), default=0)
        return tuple(sorted(each for each, yields in meant if yields == foremost))

    def members(self, classes: Iterable[str], most: int) -> tuple[str, ...]:
        """The things of any of the classes, `most` of them at most, in the order of their IRIs."""
        among = tuple(classes)
        marks = ", ".join("?" * len(among))
        query = f"SELECT DISTINCT iri FROM fact WHERE what = ? AND value IN ({marks}) ORDER BY iri LIMIT ?"  # noqa: S608 - marks alone
        return tuple(row[0] for row in self._connection.execute(query, (_TYPE, *among, most)))

    def _longer(self, plain: str) -> Iterator[str]:
        """The things with a name that begins with the words of a text and goes on."""
        query = "SELECT iri FROM name WHERE folded > ? AND folded < ? ORDER BY folded, iri LIMIT ?"
        rows = self._connection.execute(
            query, (f"{plain} ", f"{plain}!", _LONGER)
        )  # "!" comes next after the space
        return (row[0] for row in rows.fetchall())

    def _rows(self, text: str) -> list[tuple[str, int]]:
        query = "SELECT iri, yields FROM name WHERE folded = ? AND stage < ?"
        return self._connection.execute(query, (folded(text), self._stage or 1)).fetchmany(200)

    def _facts(self, subject: str, what: str) -> set[str]:
        query = "SELECT value FROM fact WHERE iri = ? AND what = ?"
        return {row[0] for row in self._connection.execute(query, (subject, what))}

    def _lies(self, thing: str, place: str) -> bool:
        seen, around = {thing}, self._facts(thing, _WITHIN)
        while around - seen:
            seen |= around
            around = {outer for each in around for outer in self._facts(each, _WITHIN)}
        return place in seen

    def ranges(self, subject: str) -> set[str]:
        """The ranges of a property."""
        return self._facts(subject, _RANGE)

    def key(self, subject: str) -> str:
        """The last part of a thing's IRI."""
        return subject.rpartition("/")[2]

    def _known_label(self, subject: str, language: str) -> str:
        """What a thing is called in a language, or in another, or its key."""
        query = "SELECT text FROM label WHERE iri = ? ORDER BY lang = ? DESC, lang = 'sv' DESC, lang LIMIT 1"
        row = self._connection.execute(query, (subject, language)).fetchone()
        return row[0] if row else self.key(subject)

    def path(self, subject: str) -> str:
        """A thing's IRI without the base that it shares with others: ``municipality/se-0780``."""
        return subject.removeprefix(self._base)

    def described(self, subject: str) -> str:
        """A thing for a message: its name and its path."""
        return f"{self.label(subject, 'sv')} ({self.path(subject)})"

    def _suggestions(self, text: str, classes: tuple[str, ...]) -> tuple[str, ...]:
        """Up to three things whose names look like the text, or begin with it; for people to choose from, never taken."""
        plain = folded(text)
        query = "SELECT folded, iri FROM name WHERE length(folded) BETWEEN ? AND ? LIMIT ?"
        near = max(2, len(plain) // 3)
        rows = self._connection.execute(query, (len(plain) - near, len(plain) + near, _CANDIDATES))
        names: dict[str, list[str]] = {}
        for name, subject in rows.fetchall():
            names.setdefault(_bare(name), []).append(subject)
        close = get_close_matches(_bare(plain), list(names), n=8, cutoff=0.72)
        alike = (each for name in close for each in sorted(names[name]))
        found = dict.fromkeys(chain(alike, self._longer(plain)))
        return tuple(each for each in found if not classes or self._facts(each, _TYPE) & set(classes))[:3]
