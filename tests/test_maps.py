"""Maps: points where they belong, on outlines that lie under them, and no name over another."""

import math
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kommungraf.rendering.maps import Map, Place, drawn
from kommungraf.resources.links import Link
from serving_client import client_of

VAXJO, ALMHULT, KAUNAS, POTCHEFSTROOM = (56.877, 14.809), (56.551, 14.137), (54.897, 23.886), (-26.715, 27.103)
TRIG = """
@prefix geo: <http://www.opengis.net/ont/geosparql#> .
@prefix kg: <https://w3id.org/kommungraf/def/> .
@prefix kgi: <https://w3id.org/kommungraf/id/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix wgs84: <http://www.w3.org/2003/01/geo/wgs84_pos#> .
kgi:municipality\\/a a kg:Municipality ; skos:prefLabel "A-by"@sv ; geo:hasDefaultGeometry kgi:geometry\\/a ;
  kg:cooperatesWith kgi:municipality\\/b , kgi:municipality\\/c .
kgi:municipality\\/b a kg:Municipality ; skos:prefLabel "B-by"@sv ; geo:hasDefaultGeometry kgi:geometry\\/b ;
  kg:cooperatesWith kgi:municipality\\/a , kgi:municipality\\/d .
kgi:municipality\\/c a kg:Municipality ; skos:prefLabel "C-by"@sv .
kgi:municipality\\/d a kg:Municipality ; skos:prefLabel "D-by"@sv ; geo:hasDefaultGeometry kgi:geometry\\/d ;
  kg:cooperatesWith kgi:municipality\\/b , kgi:municipality\\/a .
kgi:geometry\\/d wgs84:lat 54.9 ; wgs84:long 23.9 .
kgi:geometry\\/a wgs84:lat 56.9 ; wgs84:long 14.8 .
kgi:geometry\\/b wgs84:lat -26.7 ; wgs84:long 27.1 .
"""


def place(name: str, at: tuple[float, float]) -> Place:
    return Place(Link(f"https://example.org/{name}", name, "", f"/doc/{name}", here=True), *at)


def spot(picture: Map, name: str) -> tuple[float, float]:
    [found] = [each for each in picture.spots if each.link.text == name]
    return found.x, found.y


def test_north_is_up_and_east_is_right() -> None:
    picture = drawn([place("Kaunas", KAUNAS)], centre=place("Växjö", VAXJO))
    (west, north), (east, south) = spot(picture, "Växjö"), spot(picture, "Kaunas")
    assert west < east
    assert north < south


def test_kilometre_is_as_long_in_both_directions_at_the_middle_of_the_map() -> None:
    corners = [
        place("sw", (56.0, 14.0)),
        place("nw", (58.0, 14.0)),
        place("se", (56.0, 17.576)),
        place("ne", (58.0, 17.576)),
    ]
    picture = drawn(corners)
    high = spot(picture, "sw")[1] - spot(picture, "nw")[1]
    wide = spot(picture, "se")[0] - spot(picture, "sw")[0]
    # Two degrees of latitude are 222.6 km; 3.576 degrees of longitude at 57° north are 216.8 km.
    assert wide / high == pytest.approx(216.8 / 222.6, rel=0.01)


def test_outlines_lie_so_that_their_degrees_are_those_of_the_spots() -> None:
    picture = drawn([place("Kaunas", KAUNAS)], centre=place("Växjö", VAXJO))
    lines = picture.outlines
    assert lines.name == "region.svg"
    assert spot(picture, "Växjö")[0] == pytest.approx(lines.x + lines.width * (VAXJO[1] + 12) / 54, abs=0.2)
    assert spot(picture, "Växjö")[1] == pytest.approx(lines.y + lines.height * (72 - VAXJO[0]) / 26, abs=0.2)


def test_far_partner_needs_the_world() -> None:
    assert drawn([place("P", POTCHEFSTROOM)], centre=place("V", VAXJO)).outlines.name == "world.svg"


def test_far_places_are_shown_on_a_broad_map() -> None:
    picture = drawn([place("P", POTCHEFSTROOM)], centre=place("V", VAXJO))
    assert picture.width / picture.height == pytest.approx(1.5, abs=0.01)


def test_few_places_near_each_other_are_shown_on_a_map_that_is_nearly_square() -> None:
    picture = drawn([place("Älmhult", ALMHULT)], centre=place("Växjö", VAXJO))
    assert 0.8 < picture.width / picture.height < 1.2


def test_name_stands_above_its_place_where_no_side_has_room() -> None:
    long = "Partnerskapets ort i långt bort"
    [found] = [each for each in drawn([place(long, VAXJO)]).spots if each.link.text == long]
    assert found.anchor == "middle"


def test_every_spot_is_on_the_picture_and_tied_to_the_centre() -> None:
    others = [place("Älmhult", ALMHULT), place("Kaunas", KAUNAS), place("Potchefstroom", POTCHEFSTROOM)]
    picture = drawn(others, centre=place("Växjö", VAXJO))
    assert all(0 < each.x < picture.width and 0 < each.y < picture.height for each in picture.spots)
    assert {(tie.x1, tie.y1) for tie in picture.ties} == {spot(picture, "Växjö")}
    assert {(tie.x2, tie.y2) for tie in picture.ties} == {spot(picture, each.link.text) for each in others}


def test_names_never_meet() -> None:
    crowd = [place(f"Kommun nummer {n}", (56 + n % 4 * 0.08, 14 + n // 4 * 0.1)) for n in range(14)]
    named = [each for each in drawn(crowd).spots if each.anchor]
    assert named
    for one, other in combinations(named, 2):
        apart = abs(one.y - other.y) >= 20
        ends = [
            (each.x, each.x + 154) if each.anchor == "start" else (each.x - 154, each.x) for each in (one, other)
        ]
        assert apart or ends[0][1] <= ends[1][0] or ends[1][1] <= ends[0][0]


def test_single_spot_has_surroundings() -> None:
    picture = drawn([place("Växjö", VAXJO)])
    assert spot(picture, "Växjö") == (pytest.approx(picture.width / 2), pytest.approx(picture.height / 2, abs=0.1))
    assert math.isfinite(picture.height)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder: Path = tmp_path_factory.mktemp("releases")
    with client_of(folder, TRIG) as client:
        yield client


def test_page_shows_partners_on_a_map_and_names_those_without_coordinates(client: FlaskClient) -> None:
    text = client.get("/doc/municipality/a?lang=sv", headers={"Accept": "text/html"}).text
    [picture] = re.findall(r'<figure class="map">.*?</figure>', text, re.DOTALL)
    assert re.findall(r"<title>(.*?)</title>", picture) == ["B-by", "A-by"]
    assert 'href="/doc/municipality/b?lang=sv"' in picture
    assert "Utan kända koordinater" in text


def test_page_of_a_thing_without_known_places_has_no_map(client: FlaskClient) -> None:
    assert "<figure" not in client.get("/doc/municipality/c", headers={"Accept": "text/html"}).text


def test_thing_far_away_is_shown_with_its_partners_and_those_on_a_map_of_their_own(client: FlaskClient) -> None:
    text = client.get("/doc/municipality/b?lang=sv", headers={"Accept": "text/html"}).text
    near, far = re.findall(r'<figure class="map">.*?</figure>', text, re.DOTALL)
    assert re.findall(r"<title>(.*?)</title>", near) == ["A-by", "D-by"]
    assert re.findall(r"<title>(.*?)</title>", far) == ["A-by", "D-by", "B-by"]


def test_near_and_far_partners_are_shown_on_two_maps_and_named_on_one(client: FlaskClient) -> None:
    text = client.get("/doc/municipality/d?lang=sv", headers={"Accept": "text/html"}).text
    near, far = re.findall(r'<figure class="map">.*?</figure>', text, re.DOTALL)
    assert re.findall(r"<title>(.*?)</title>", near) == ["A-by", "D-by"]
    assert re.findall(r"<title>(.*?)</title>", far) == ["A-by", "B-by", "D-by"]
    assert "A-by" in re.findall(r">([^<]+)</text>", near)
    assert "A-by" not in re.findall(r">([^<]+)</text>", far)
    assert "B-by" in re.findall(r">([^<]+)</text>", far)
