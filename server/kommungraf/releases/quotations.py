"""Which named graphs are claims: their standing, their sources, and the words or the row that they rest on."""

import sqlite3
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from kommungraf.quads.spool import Lines, starting_with
from kommungraf.quads.tokens import text
from kommungraf.vocab import iri

__all__ = ["phrases", "told", "write_claims"]

_TABLE: Final = (
    "CREATE TABLE claim (iri TEXT, what TEXT, value TEXT, PRIMARY KEY (iri, what, value)) WITHOUT ROWID"
)
_SELECTOR: Final = iri("oa:hasSelector")
_EXACT: Final = iri("oa:exact")
_TOLD: Final = {
    iri("kg:status"): b"status",
    iri("prov:wasQuotedFrom"): b"source",
    iri("prov:wasDerivedFrom"): b"source",
    iri("csvw:rownum"): b"row",
    _EXACT: b"words",
}
#: The languages of sources that are known here, by the names that the EU's authority table gives them.
_LANGUAGE: Final = iri("dcterms:language")
_TONGUES: Final = {
    f"<http://publications.europa.eu/resource/authority/language/{code}>".encode(): f'"{tag}"'.encode()
    for code, tag in (("DAN", "da"), ("DEU", "de"), ("ENG", "en"), ("FIN", "fi"), ("NOR", "no"), ("SWE", "sv"))
}
#: The one language in which the sources of a claim are, by what is said of them or else by their title, where it is quoted.
_SPOKEN: Final = """
    INSERT INTO claim SELECT iri, 'language', MIN(lang) FROM (
        SELECT quoted.iri, COALESCE(tongue.value, label.lang) AS lang FROM claim AS quoted
        JOIN claim AS source ON source.iri = quoted.iri AND source.what = 'source'
        LEFT JOIN claim AS tongue ON tongue.iri = source.value AND tongue.what = 'tongue'
        LEFT JOIN label ON label.iri = source.value AND rank = 0
        WHERE quoted.what = 'words'
    ) GROUP BY iri HAVING COUNT(DISTINCT lang) = 1 AND MIN(lang) <> ''
"""
#: What has a source or a quotation and no standing is no claim.
_UNCLAIMED: Final = "DELETE FROM claim WHERE iri NOT IN (SELECT iri FROM claim WHERE what = 'status')"


def told(subject: bytes, predicate: str, value: bytes, graph: bytes) -> Iterator[bytes]:
    """What a statement says of claims, as records: of a `claim` by the held view, and what is `chosen` by selectors."""
    if subject[:1] == b"_" and predicate == _EXACT and value[:1] == b'"':
        yield b"chosen\t%s\twords\t%s\n" % (subject, value)
    elif subject[:1] == b"<" and predicate == _SELECTOR and value[:1] == b"_":
        yield b"chosen\t%s\tby\t%s\n" % (value, subject[1:-1])
    elif subject[:1] == b"<" and not graph and predicate == _LANGUAGE and value in _TONGUES:
        yield b"claim\t%s\ttongue\t%s\n" % (subject[1:-1], _TONGUES[value])
    elif subject[:1] == b"<" and not graph and (what := _TOLD.get(predicate)):
        yield b"claim\t%s\t%s\t%s\n" % (subject[1:-1], what, value)


def write_claims(connection: sqlite3.Connection, records: Lines) -> None:
    """Writes what `records` tell of each claim; the titles of sources are among the labels by now."""
    connection.execute(_TABLE)
    add = "INSERT OR IGNORE INTO claim VALUES (?, ?, ?)"
    lines = (line[:-1].decode().split("\t", 3)[1:] for line in starting_with(records, b"claim\t"))
    connection.executemany(add, ((name, what, text(token)) for name, what, token in lines))
    connection.executemany(add, ((claim, "words", words) for claim, words in phrases(records)))
    connection.execute(_SPOKEN)
    connection.execute(_UNCLAIMED)


def phrases(records: Lines) -> Iterator[tuple[str, str]]:
    """Each claim with the words that its selectors choose."""
    parts = (line[:-1].decode().split("\t", 3)[1:] for line in starting_with(records, b"chosen\t"))
    for _, fields in groupby(parts, lambda each: each[0]):
        found = [(what, value) for _, what, value in fields]
        words = [text(value) for what, value in found if what == "words"]
        yield from ((claim, each) for what, claim in found if what == "by" for each in words)
