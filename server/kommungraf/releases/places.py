"""Where each thing lies by the held view: the latitude and longitude of its geometry."""

import sqlite3
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from kommungraf.quads.spool import Lines, starting_with
from kommungraf.quads.tokens import text
from kommungraf.vocab import iri

__all__ = ["told", "write_places"]

_LIES: Final = iri("geo:hasDefaultGeometry")
_DEGREES: Final = {iri("wgs84:lat"): b"latitude", iri("wgs84:long"): b"longitude"}
_TABLE: Final = "CREATE TABLE place (iri TEXT PRIMARY KEY, latitude REAL, longitude REAL) WITHOUT ROWID"


def told(subject: bytes, predicate: str, value: bytes, graph: bytes) -> tuple[bytes, ...]:
    """What a statement of the held view says of a geometry, as records `place GEOMETRY name value`."""
    if graph:
        return ()
    if predicate == _LIES and subject[:1] == b"<" and value[:1] in {b"<", b"_"}:
        return (b"place\t%s\tof\t%s\n" % (value, subject[1:-1]),)
    if predicate in _DEGREES and value[:1] == b'"':
        return (b"place\t%s\t%s\t%s\n" % (subject, _DEGREES[predicate], value),)
    return ()


def write_places(connection: sqlite3.Connection, records: Lines) -> None:
    """Writes the place of each thing whose geometry has both numbers."""
    connection.execute(_TABLE)
    connection.executemany("INSERT OR IGNORE INTO place VALUES (?, ?, ?)", _places(records))


def _places(records: Lines) -> Iterator[tuple[str, float, float]]:
    fields = (line[:-1].decode().split("\t", 3)[1:] for line in starting_with(records, b"place\t"))
    for _, same in groupby(fields, lambda each: each[0]):
        said: dict[str, list[str]] = {"of": [], "latitude": [], "longitude": []}
        for _, name, value in same:
            said[name].append(value)
        latitude, longitude = (_degrees(said[name]) for name in ("latitude", "longitude"))
        if latitude is not None and longitude is not None:
            yield from ((thing, latitude, longitude) for thing in said["of"])


def _degrees(tokens: list[str]) -> float | None:
    """The first of the literals that is a number."""
    for token in tokens:
        try:
            return float(text(token))
        except ValueError:
            continue
    return None
