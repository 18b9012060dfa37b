"""Answers as tables: a column of numbers is a chart as well, and rows that say where something is are a map."""

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from serving_client import client_of

WKT = "<http://www.opengis.net/ont/geosparql#wktLiteral>"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    with client_of(tmp_path_factory.mktemp("releases")) as client:
        yield client


def shown(client: FlaskClient, query: str) -> str:
    response = client.get("/sparql", query_string={"query": query, "lang": "sv"}, headers={"Accept": "text/html"})
    assert response.status_code == 200
    return response.text


@pytest.mark.parametrize(
    ("values", "widths"),
    [
        pytest.param("1 2 4", ["25.0", "50.0", "100.0"], id="integers"),
        pytest.param("0 0.5", ["0.0", "100.0"], id="none and a decimal"),
        pytest.param("-1 2", [], id="below zero"),
        pytest.param("1 'two'", [], id="a text among them"),
        pytest.param("1 UNDEF", [], id="one missing"),
        pytest.param("7", [], id="a single number"),
        pytest.param("0 0", [], id="nothing but zeros"),
        pytest.param("1e0 'NaN'^^<http://www.w3.org/2001/XMLSchema#double>", [], id="not a number"),
    ],
)
def test_column_of_numbers_is_a_chart(client: FlaskClient, values: str, widths: list[str]) -> None:
    text = shown(client, f"SELECT ?n {{ VALUES ?n {{ {values} }} }} ORDER BY ?n")
    assert re.findall(r'<rect class="certain" width="([\d.]+)"', text) == widths


@pytest.mark.parametrize(
    ("columns", "values"),
    [
        pytest.param("?thing ?lat ?long", "(<https://example.org/a> 56.9 14.8)", id="latitude and longitude"),
        pytest.param("?thing ?lat ?lon", "(<https://example.org/a> '56.9' '14.8')", id="as text"),
        pytest.param("?thing ?where", f"(<https://example.org/a> 'POINT(14.8 56.9)'^^{WKT})", id="WKT"),
    ],
)
def test_rows_with_coordinates_are_on_a_map(client: FlaskClient, columns: str, values: str) -> None:
    text = shown(client, f"SELECT {columns} {{ VALUES ({columns}) {{ {values} }} }}")
    assert text.count('<figure class="map">') == 1
    assert "Karta över svaret" in text
    assert text.count('<circle class="spot"') == 1


@pytest.mark.parametrize(
    ("columns", "values"),
    [
        pytest.param("?thing ?lat ?long", "(<https://example.org/a> 156.9 14.8)", id="no latitude"),
        pytest.param("?thing ?lat ?long", "(<https://example.org/a> 'north' 14.8)", id="no number"),
        pytest.param("?thing ?lat", "(<https://example.org/a> 56.9)", id="one of both"),
        pytest.param("?lat ?long", "(56.9 14.8)", id="nothing to name the point by"),
        pytest.param("?thing ?where", f"(<https://example.org/a> 'POLYGON((1 1))'^^{WKT})", id="no point"),
    ],
)
def test_what_has_no_place_is_on_no_map(client: FlaskClient, columns: str, values: str) -> None:
    assert "<figure" not in shown(client, f"SELECT {columns} {{ VALUES ({columns}) {{ {values} }} }}")


def test_coordinates_are_no_chart(client: FlaskClient) -> None:
    query = "SELECT * { VALUES (?lat ?long ?n) { (57 15 1) (58 16 2) } }"
    text = client.get("/sparql", query_string={"query": query}, headers={"Accept": "text/html"}).text
    assert text.count('<svg class="span"') == 2
