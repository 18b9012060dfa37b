"""Facets: a cooperation is where its members are, and a place is also in what lies around its county."""

import sqlite3
from collections.abc import Iterator

import pytest
from pyoxigraph import RdfFormat, parse

from kommungraf.dataset.dataset import sorted_lines
from kommungraf.releases.index import write_index
from kommungraf.vocab import BASE

TRIG = f"""
@prefix country: <http://publications.europa.eu/resource/authority/country/> .
@prefix geo: <http://www.opengis.net/ont/geosparql#> .
@prefix kg: <{BASE}def/> .
@prefix kgi: <{BASE}id/> .
@prefix org: <http://www.w3.org/ns/org#> .
kgi:municipality\\/a geo:sfWithin kgi:county\\/se-07 .
kgi:county\\/se-07 geo:sfWithin country:SWE .
kgi:place\\/b geo:sfWithin country:LTU .
kgi:membership\\/1 org:member kgi:municipality\\/a ; org:organization kgi:twinning\\/x .
kgi:membership\\/2 org:member kgi:place\\/b ; org:organization kgi:twinning\\/x .
kgi:project\\/p kg:participant kgi:place\\/b , kgi:organisation\\/nowhere .
kgi:claim\\/1 kg:status kg:Disputed .
kgi:twinning\\/x kg:standing kg:Ended .
kgi:place\\/circle geo:sfWithin kgi:place\\/circle .
"""


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[tuple[str, str, str]]]:
    path = tmp_path_factory.mktemp("facets") / "index.sqlite"
    write_index(path, sorted_lines(parse(TRIG, RdfFormat.TRIG)), BASE)
    connection = sqlite3.connect(path)
    yield connection.execute("SELECT name, value, iri FROM facet").fetchall()
    connection.close()


def facets(rows: list[tuple[str, str, str]], thing: str) -> set[tuple[str, str]]:
    return {(name, value.rpartition("/")[2]) for name, value, iri in rows if iri == f"{BASE}id/{thing}"}


def test_municipality_is_in_its_county_and_its_country(rows: list[tuple[str, str, str]]) -> None:
    assert facets(rows, "municipality/a") == {("county", "se-07"), ("country", "SWE")}


def test_cooperation_is_where_its_members_are(rows: list[tuple[str, str, str]]) -> None:
    places = {("county", "se-07"), ("country", "SWE"), ("country", "LTU")}
    assert facets(rows, "twinning/x") == places | {("status", "Ended")}


def test_project_is_where_its_participants_are_known_to_be(rows: list[tuple[str, str, str]]) -> None:
    assert facets(rows, "project/p") == {("country", "LTU")}


def test_claim_has_its_status(rows: list[tuple[str, str, str]]) -> None:
    assert facets(rows, "claim/1") == {("status", "Disputed")}


def test_place_within_itself_is_no_endless_walk(rows: list[tuple[str, str, str]]) -> None:
    assert facets(rows, "place/circle") == set()
