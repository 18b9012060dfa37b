"""What a search can be narrowed by: the county, the country and the standing of each thing."""

import sqlite3
from collections.abc import Iterable
from typing import Final

from kommungraf.vocab import iri

__all__ = ["TELLING", "write_facets"]

_WITHIN: Final = iri("geo:sfWithin")
_MEMBER: Final = iri("org:member")
_WHOLE: Final = iri("org:organization")
_PARTICIPANT: Final = iri("kg:participant")
_STATUS: Final = iri("kg:status")
_STANDING: Final = iri("kg:standing")
#: The properties from which facets follow.
TELLING: Final = frozenset((_WITHIN, _MEMBER, _WHOLE, _PARTICIPANT, _STATUS, _STANDING))

_TIES: Final = """
CREATE TABLE facet (name TEXT, value TEXT, iri TEXT, PRIMARY KEY (name, value, iri)) WITHOUT ROWID;
CREATE TEMP TABLE tie (name TEXT, subject TEXT, object TEXT, PRIMARY KEY (name, subject, object)) WITHOUT ROWID;
CREATE TEMP TABLE inside (thing TEXT, place TEXT, PRIMARY KEY (thing, place)) WITHOUT ROWID;
"""
_INSIDE: Final = """
    INSERT INTO inside
    WITH RECURSIVE inside (thing, place) AS (
        SELECT subject, object FROM tie WHERE name = :within
        UNION
        SELECT inside.thing, tie.object FROM inside JOIN tie ON tie.name = :within AND tie.subject = inside.place
    )
    SELECT thing, place FROM inside WHERE INSTR(place, '/id/county/') OR INSTR(place, '/resource/authority/country/')
"""
# A cooperation or activity has the places of all who take part in it.
_PLACES: Final = """
    WITH located AS (
        SELECT thing, place FROM inside
        UNION
        SELECT whole.object, inside.place FROM tie AS whole
        CROSS JOIN tie AS member ON member.name = :member AND member.subject = whole.subject
        CROSS JOIN inside ON inside.thing = member.object WHERE whole.name = :whole
        UNION
        SELECT tie.subject, inside.place FROM tie CROSS JOIN inside ON inside.thing = tie.object
        WHERE tie.name = :participant
    )
    INSERT INTO facet
    SELECT 'county', place, thing FROM located WHERE INSTR(place, '/id/county/') AND thing <> place
    UNION
    SELECT 'country', place, thing FROM located WHERE INSTR(place, '/resource/authority/country/')
    UNION
    SELECT 'status', object, subject FROM tie WHERE name IN (:status, :standing)
    ORDER BY 1, 2, 3
"""


def write_facets(connection: sqlite3.Connection, ties: Iterable[tuple[str, str, str]]) -> None:
    """Writes the facets of all things, which follow from the property, subject and object of `ties`."""
    connection.executescript(_TIES)
    connection.executemany("INSERT OR IGNORE INTO tie VALUES (?, ?, ?)", ties)
    properties = {
        "within": _WITHIN,
        "member": _MEMBER,
        "whole": _WHOLE,
        "participant": _PARTICIPANT,
        "status": _STATUS,
        "standing": _STANDING,
    }
    connection.execute(_INSIDE, properties)
    connection.execute(_PLACES, properties)
