"""A dump's statements brought together graph by graph, in bounded memory: an SQLite file sorts them."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from pyoxigraph import BlankNode, DefaultGraph, Quad, RdfFormat, Triple, parse

from kommungraf.errors import ReleaseError

__all__ = ["DEFAULT", "Graphs", "chunks", "sorted_graphs"]

#: The name under which the default graph goes here; no IRI is empty.
DEFAULT: Final = ""
_BATCH: Final = 50_000

Graphs = Iterator[tuple[str, Iterator[tuple[bool, str]]]]


@contextmanager
def sorted_graphs(dump: Path) -> Iterator[Graphs]:
    """Each graph of the N-Quads file `dump` with its statements as lines of N-Triples, those with blank nodes first."""
    with TemporaryDirectory(prefix="kommungraf-") as folder:
        connection = sqlite3.connect(Path(folder) / "statements", isolation_level=None)
        try:
            _fill(connection, dump)
            rows = connection.execute("SELECT graph, plain, line FROM statement ORDER BY graph, plain, rowid")
            yield (
                (name, ((bool(plain), line) for _, plain, line in group))
                for name, group in groupby(rows, itemgetter(0))
            )
        except sqlite3.Error as error:
            raise ReleaseError(
                f"{dump} can't be sorted ({error}). Make room in the folder for temporary files."
            ) from error
        finally:
            connection.close()


def _fill(connection: sqlite3.Connection, dump: Path) -> None:
    connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE;")
    connection.execute("CREATE TABLE statement (graph TEXT, plain INTEGER, line TEXT)")
    connection.execute("BEGIN")
    quads = parse(path=dump, format=RdfFormat.N_QUADS, lenient=True)
    while batch := list(islice(quads, _BATCH)):
        connection.executemany("INSERT INTO statement VALUES (?, ?, ?)", map(_row, batch))
    connection.execute("COMMIT")


def _row(quad: Quad) -> tuple[str, bool, str]:
    graph = DEFAULT if isinstance(quad.graph_name, DefaultGraph) else str(quad.graph_name.value)
    return graph, not _has_blank_node(quad.triple), f"{quad.triple} .\n"


def _has_blank_node(triple: Triple) -> bool:
    nodes = (triple.subject, triple.object)
    return any(
        isinstance(node, BlankNode) or (isinstance(node, Triple) and _has_blank_node(node)) for node in nodes
    )


def chunks(statements: Iterator[tuple[bool, str]], size: int) -> Iterator[bytes]:
    """The statements in bodies of about `size` bytes; those with blank nodes stay in one, which tells them apart."""
    body = bytearray()
    for plain, line in statements:
        if plain and len(body) > size:
            yield bytes(body)
            body.clear()
        body += line.encode()
    yield bytes(body)
