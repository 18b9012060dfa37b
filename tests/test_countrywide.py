"""The network of the country: counties, then municipalities, as picture, table and links."""

import re
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from kommungraf.vocab import BASE
from own_release import page

KRONOBERG = f"county={quote(BASE + 'id/county/se-07', safe='')}"
PARTNERSHIPS = f"type={quote(BASE + 'def/MunicipalPartnership', safe='')}"


def row(text: str, name: str) -> str:
    found = re.findall(rf'<tr><th scope="row"><a [^>]+>{name}</a>.*?</tr>', text, re.DOTALL)
    assert len(found) == 1
    return str(found[0])


def test_counties_are_tied_by_cooperations_across_their_borders(client: FlaskClient) -> None:
    text = page(client, "/network")
    assert "Kronobergs län</a>" in row(text, "Hallands län")  # Entreprenörsregionen
    assert "Hallands län</a>" in row(text, "Kronobergs län")


def test_every_line_is_drawn_and_counted(client: FlaskClient) -> None:
    text = page(client, "/network", "en")
    [told] = re.findall(r"(\d+) pairs are tied", text)
    assert text.count('<path class="band"') == int(told)
    widths = [float(width) for width in re.findall(r'class="band" stroke-width="([\d.]+)"', text)]
    assert min(widths) >= 1
    assert max(widths) <= 7


def test_county_on_the_picture_and_in_the_table_leads_to_its_municipalities(client: FlaskClient) -> None:
    text = page(client, "/network")
    [svg] = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    assert f'href="/network?{KRONOBERG}"' in svg
    assert f'href="/network?{KRONOBERG}"' in row(text, "Kronobergs län")


def test_municipalities_are_tied_where_both_are_members(client: FlaskClient) -> None:
    text = page(client, f"/network?{KRONOBERG}")
    assert "Växjö kommun</a>" in row(text, "Älmhults kommun")
    assert "Falkenbergs kommun</a>" in row(text, "Älmhults kommun")
    assert "Falkenbergs kommun</a>" not in row(text, "Växjö kommun")  # in Entreprenörsregionen, where Växjö isn't


def test_kind_of_cooperation_narrows_the_network(client: FlaskClient) -> None:
    text = page(client, f"/network?{KRONOBERG}&{PARTNERSHIPS}")
    almhult = row(text, "Älmhults kommun")
    assert "Växjö kommun</a>" in almhult
    assert "Falkenbergs kommun" not in almhult


def test_choices_keep_one_another(client: FlaskClient) -> None:
    text = page(client, f"/network?{PARTNERSHIPS}")
    assert f'href="/network?{KRONOBERG}&amp;{PARTNERSHIPS}"' in text


@pytest.mark.parametrize(("language", "name"), [("sv", "Gotlands län"), ("en", "Gotland County")])
def test_county_without_coordinates_stands_beside_the_map_and_in_the_table(
    client: FlaskClient, language: str, name: str
) -> None:
    text = page(client, "/network", language)
    [svg] = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    assert name not in svg
    told = {"sv": "Inte på kartan", "en": "Not on the map"}[language]
    assert re.search(rf"<p>{told}[^<]+<a [^>]+>{name}</a>", text)
    assert row(text, name)


def test_county_without_coordinates_has_a_network_of_its_own(client: FlaskClient) -> None:
    text = page(client, f"/network?county={quote(BASE + 'id/county/se-09', safe='')}", "en")
    assert re.search(r"<p>Not on the map[^<]+<a [^>]+>Region Gotland</a>", text)
    assert "Nobody here shares a cooperation of this kind." in text


@pytest.mark.parametrize("query", ["county=nowhere", "type=https%3A%2F%2Fexample.org%2FMill"])
def test_network_of_nothing_is_not_found(client: FlaskClient, query: str) -> None:
    assert client.get(f"/network?{query}").status_code == 404


@pytest.mark.parametrize("path", ["/", "/map"])
def test_network_is_reached_from_home_and_map(client: FlaskClient, path: str) -> None:
    assert 'href="/network"' in page(client, path)


def test_picture_has_no_more_points_than_can_be_told_apart(client: FlaskClient) -> None:
    largest = f"/network?county={quote(BASE + 'id/county/se-14', safe='')}"
    assert 49 <= page(client, largest).count('<circle class="spot"') <= 60


def test_map_goes_nearer_by_county(client: FlaskClient) -> None:
    wide, near = page(client, "/map", "en"), page(client, f"/map?{KRONOBERG}", "en")
    assert re.search(rf'href="/map\?type=[^"]+&amp;{KRONOBERG}"', wide)
    ties = [int(re.findall(r"(\d+) ties? (?:is|are) shown", text)[0]) for text in (near, wide)]
    assert 0 < ties[0] < ties[1]
    assert ">Stockholm Municipality<" not in near
    assert client.get("/map?county=nowhere").status_code == 404
