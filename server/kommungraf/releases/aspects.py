"""What there is to tell of a thing beside what the held view says of it: which of the queries behind its page find anything."""

import sqlite3
from typing import Final

from kommungraf.quads.spool import Lines, starting_with
from kommungraf.vocab import iri

__all__ = ["CONCERNED", "GRAPH", "LINKS", "NAMED", "QUOTED", "RIVAL", "SAYS", "told", "write_aspects"]

#: Named graphs say something of the thing that isn't held, or refer to it so.
SAYS: Final = "says"
LINKS: Final = "links"
#: It is a source that something is drawn from; a claim that conflicts with others, or a disagreement; has names with a time.
QUOTED: Final = "quoted"
RIVAL: Final = "rival"
NAMED: Final = "named"
#: A gap, a figure, a change or a steering group is about it.
CONCERNED: Final = "concerned"
#: A named graph has its IRI, as the table of graphs tells.
GRAPH: Final = "graph"

_OF_SUBJECTS: Final = {
    **{iri(name): RIVAL for name in ("kg:conflictsWith", "kg:side", "kg:conflictKind")},
    iri("skosxl:altLabel"): NAMED,
}
_OF_OBJECTS: Final = {
    **{iri(name): QUOTED for name in ("prov:wasQuotedFrom", "prov:wasDerivedFrom")},
    **{
        iri(name): CONCERNED
        for name in (
            "kg:about",
            "kg:gapSubject",
            "kg:representedParty",
            "org:originalOrganization",
            "org:resultingOrganization",
        )
    },
}
_TABLE: Final = "CREATE TABLE aspect (iri TEXT, name TEXT, PRIMARY KEY (iri, name)) WITHOUT ROWID"


def told(subject: bytes, predicate: str, value: bytes, graph: bytes) -> tuple[bytes, ...]:
    """What a triple says, as records `aspect IRI name`, by the first of the graphs that it stands in: none where it is held."""
    if graph:
        return (*_record(subject, SAYS), *_record(value, LINKS))
    if (name := _OF_OBJECTS.get(predicate)) is not None:
        return _record(value, name)
    if (name := _OF_SUBJECTS.get(predicate)) is not None:
        return _record(subject, name)
    return ()


def _record(term: bytes, name: str) -> tuple[bytes, ...]:
    is_iri = term[:1] == b"<" and term[:2] != b"<<"
    return (b"aspect\t%s\t%s\n" % (term[1:-1], name.encode()),) if is_iri else ()


def write_aspects(connection: sqlite3.Connection, records: Lines) -> None:
    """Writes which aspects each thing has."""
    connection.execute(_TABLE)
    fields = (line[:-1].decode().split("\t", 2)[1:] for line in starting_with(records, b"aspect\t"))
    connection.executemany("INSERT OR IGNORE INTO aspect VALUES (?, ?)", fields)
