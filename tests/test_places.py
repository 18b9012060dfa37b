"""Where things lie: by the held view alone, whatever names a geometry has, and only with both numbers."""

from collections.abc import Iterator

import pytest

from indexes import indexed
from kommungraf.editions.neighbours import positions
from kommungraf.editions.search import Index
from kommungraf.vocab import BASE

TRIG = f"""
@prefix geo: <http://www.opengis.net/ont/geosparql#> .
@prefix kgi: <{BASE}id/> .
@prefix wgs84: <http://www.w3.org/2003/01/geo/wgs84_pos#> .
kgi:place\\/a geo:hasDefaultGeometry kgi:geometry\\/a .
kgi:geometry\\/a wgs84:lat 56.55 ; wgs84:long 14.137 .
kgi:place\\/unnamed geo:hasDefaultGeometry [ wgs84:lat "-26.7" ; wgs84:long "27.1" ] .
kgi:place\\/half geo:hasDefaultGeometry kgi:geometry\\/half .
kgi:geometry\\/half wgs84:lat 1.0 ; wgs84:long "east" .
kgi:claim\\/1 {{ kgi:place\\/said geo:hasDefaultGeometry kgi:geometry\\/said . kgi:geometry\\/said wgs84:lat 1.0 ; wgs84:long 2.0 . }}
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with indexed(TRIG, tmp_path_factory.mktemp("places")) as opened:
        yield opened


@pytest.mark.parametrize(
    ("key", "position"),
    [
        pytest.param("a", (56.55, 14.137), id="by-an-iri"),
        pytest.param("unnamed", (-26.7, 27.1), id="by-a-blank-node"),
        pytest.param("half", None, id="no-number"),
        pytest.param("said", None, id="not-held"),
        pytest.param("nowhere", None, id="unknown"),
    ],
)
def test_place_is_what_the_held_view_gives_in_two_numbers(
    index: Index, key: str, position: tuple[float, float] | None
) -> None:
    assert positions(index, [f"{BASE}id/place/{key}"]).get(f"{BASE}id/place/{key}") == position
