"""When each thing began and ended as far as the held view tells, and who was in what: what a release is asked as of a day."""

import re
import sqlite3
from collections.abc import Iterable
from typing import Final

from kommungraf.vocab import iri

__all__ = ["told", "write_spans"]

_DAY: Final = re.compile(rb'"(\d{4}-\d\d-\d\d)')
_DAYS: Final = {
    iri(f"kg:{name}").encode(): name.encode()
    for name in ("earliestStart", "latestStart", "earliestEnd", "latestEnd")
}
_LINKS: Final = {
    iri(name).encode(): key
    for name, key in (
        ("kg:standing", b"standing"),
        ("org:member", b"member"),
        ("org:organization", b"whole"),
        ("org:originalOrganization", b"before"),
        ("org:resultingOrganization", b"after"),
        ("kg:participant", b"participant"),
        ("kg:partOfCooperation", b"within"),
    )
}
_PERIOD: Final = iri("kg:period").encode()
_MODIFIED: Final = iri("dcterms:modified").encode()

_TABLES: Final = """
CREATE TABLE span (
    iri TEXT PRIMARY KEY, earliest_start TEXT, latest_start TEXT, earliest_end TEXT, latest_end TEXT,
    ongoing INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE part (member TEXT, whole TEXT, iri TEXT, PRIMARY KEY (member, whole, iri)) WITHOUT ROWID;
CREATE INDEX part_of ON part (whole, member);
CREATE TABLE activity (thing TEXT, role TEXT, iri TEXT, PRIMARY KEY (thing, role, iri)) WITHOUT ROWID;
CREATE INDEX activity_of ON activity (iri, role, thing);
CREATE TEMP TABLE told (name TEXT, iri TEXT, value TEXT, PRIMARY KEY (name, iri, value)) WITHOUT ROWID;
CREATE INDEX temp.told_of ON told (iri, name);
"""
_PARTS: Final = """
    INSERT INTO part SELECT member.value, whole.value, member.iri
    FROM told AS member JOIN told AS whole ON whole.iri = member.iri AND whole.name = 'whole'
    WHERE member.name = 'member' ORDER BY 1, 2, 3
"""
# What things take part in, and what is done within them.
_ACTIVITIES: Final = """
    INSERT INTO activity SELECT value, name, iri FROM told WHERE name IN ('participant', 'within') ORDER BY 1, 2, 3
"""
# What a source says to have ended had ended by the day of the edition, and what it lists stood there then.
_STATED: Final = """
    WITH stated AS (
        SELECT iri,
            MIN(CASE name WHEN 'earliestStart' THEN value END) AS earliest_start,
            MAX(CASE name WHEN 'latestStart' THEN value END) AS latest_start,
            MIN(CASE name WHEN 'earliestEnd' THEN value END) AS earliest_end,
            MAX(CASE name WHEN 'latestEnd' THEN value END) AS latest_end,
            COALESCE(MAX(CASE name WHEN 'period' THEN value LIKE '%/..' END), 0) AS ongoing,
            MAX(name = 'standing' AND value = :ended) AS ended,
            MAX(name = 'standing' AND value IN (:listed, :dormant)) AS stands
        FROM told WHERE name IN ('earliestStart', 'latestStart', 'earliestEnd', 'latestEnd', 'period', 'standing')
        GROUP BY iri
    )
    INSERT INTO span SELECT iri, earliest_start,
        CASE WHEN stands AND NOT ended THEN COALESCE(latest_start, :modified) ELSE latest_start END,
        earliest_end,
        CASE WHEN ended THEN COALESCE(latest_end, :modified) ELSE latest_end END,
        NOT ended AND earliest_end IS NULL AND latest_end IS NULL AND (ongoing OR stands)
    FROM stated
    WHERE COALESCE(earliest_start, latest_start, earliest_end, latest_end) IS NOT NULL OR ended OR stands
"""
# An organisation begins with the change that results in it and ends with the change that starts from it.
_LIVES: Final = """
    INSERT OR IGNORE INTO span
    SELECT told.value,
        MIN(CASE told.name WHEN 'after' THEN span.earliest_start END),
        MAX(CASE told.name WHEN 'after' THEN span.latest_end END),
        MIN(CASE told.name WHEN 'before' THEN span.earliest_start END),
        MAX(CASE told.name WHEN 'before' THEN span.latest_end END),
        NOT MAX(told.name = 'before')
    FROM told JOIN span ON span.iri = told.iri WHERE told.name IN ('before', 'after') GROUP BY told.value
"""
# A cooperation of two without dates of its own is there while both are in it.
_PAIRS: Final = """
    INSERT OR IGNORE INTO span
    SELECT whole, MAX(earliest_start),
        CASE WHEN COUNT(latest_start) = 2 THEN MAX(latest_start) END,
        CASE WHEN COUNT(earliest_end) + SUM(ongoing) = 2 THEN MIN(earliest_end) END,
        MIN(latest_end), MIN(ongoing)
    FROM part JOIN span ON span.iri = part.iri GROUP BY whole
    HAVING COUNT(*) = 2 AND (SELECT COUNT(*) FROM part AS other WHERE other.whole = part.whole) = 2
"""
# Nobody is in a cooperation before or after it or himself is there. Of two each is in it as long as it lasts; of more,
# nothing is known of when a member came whose membership has no dates.
_MEMBERSHIPS: Final = """
    INSERT OR REPLACE INTO span
    SELECT iri, NULLIF(first, ''), latest_start, COALESCE(earliest_end, CASE WHEN NOT lasting THEN end END),
        NULLIF(last, '~'), ongoing AND lasting
    FROM (
        SELECT part.iri AS iri,
            MAX(IFNULL(own.earliest_start, ''), IFNULL(whole.earliest_start, ''), IFNULL(life.earliest_start, '')) AS first,
            CASE WHEN own.iri IS NULL AND few.whole IS NOT NULL THEN whole.latest_start ELSE own.latest_start END AS latest_start,
            CASE WHEN own.iri IS NULL AND few.whole IS NOT NULL THEN whole.earliest_end ELSE own.earliest_end END AS earliest_end,
            MIN(IFNULL(own.latest_end, '~'), IFNULL(whole.latest_end, '~'), IFNULL(life.latest_end, '~')) AS last,
            COALESCE(own.ongoing, CASE WHEN few.whole IS NOT NULL THEN whole.ongoing END, 0) AS ongoing,
            whole.latest_end IS NULL AND life.latest_end IS NULL AS lasting,
            CASE WHEN own.ongoing OR own.iri IS NULL AND few.whole IS NOT NULL AND whole.ongoing
                THEN NULLIF(MIN(IFNULL(whole.earliest_end, '~'), IFNULL(life.earliest_end, '~')), '~') END AS end
        FROM part
        LEFT JOIN span AS own ON own.iri = part.iri
        LEFT JOIN span AS whole ON whole.iri = part.whole
        LEFT JOIN span AS life ON life.iri = part.member
        LEFT JOIN (SELECT whole FROM part GROUP BY whole HAVING COUNT(*) < 3) AS few ON few.whole = part.whole
        WHERE COALESCE(own.iri, whole.iri, life.iri) IS NOT NULL
    )
    WHERE first <> '' OR last <> '~' OR latest_start IS NOT NULL OR earliest_end IS NOT NULL OR ongoing
"""


def told(predicate: bytes, value: bytes) -> tuple[bytes, bytes] | None:
    """What a held statement tells of when its subject is there: the name of a fact and its value."""
    if predicate in _DAYS:
        day = _DAY.match(value)
        return (_DAYS[predicate], day[1]) if day else None
    if predicate == _MODIFIED and (day := _DAY.match(value)):
        return b"modified", day[1]
    if predicate == _PERIOD and value[:1] == b'"':
        return b"period", value[1 : value.rindex(b'"')]
    if predicate in _LINKS and value[:1] == b"<":
        return _LINKS[predicate], value[1:-1]
    return None


def write_spans(connection: sqlite3.Connection, facts: Iterable[tuple[str, str, str]], dataset: str) -> None:
    """Writes when all things began and ended, which follows from the IRI, name and value of `facts`.

    `dataset` is the IRI of the dataset itself, whose own date is the day of the edition.
    """
    connection.executescript(_TABLES)
    connection.executemany("INSERT OR IGNORE INTO told (iri, name, value) VALUES (?, ?, ?)", facts)
    day = "SELECT MAX(value) FROM told WHERE name = 'modified' AND iri = ?"
    named = {
        "modified": connection.execute(day, (dataset,)).fetchone()[0],
        "ended": iri("kg:Ended"),
        "listed": iri("kg:Listed"),
        "dormant": iri("kg:Dormant"),
    }
    for step in (_PARTS, _ACTIVITIES, _STATED, _LIVES, _PAIRS, _MEMBERSHIPS):
        connection.execute(step, named)
