"""The names of an export's files: told apart for all values, short enough for file systems, and such that rules make them too."""

from urllib.parse import urlencode

import pytest

from kommungraf.export.placement import place_of
from kommungraf.vocab import BASE

VALUES = [
    "a",
    "0780",
    "http://a.example/b",
    "http://a.example/b/",
    "http://a.example/b#",
    "http://a.example/b#c",
    "http://a.example/b/c",
    "https://a.example/b",
    "http=a.example=b",
    "http://a.example",
    "http://a.example/b?c",
    "http://a.example/å",
    "http://a.example/a",
    "urn:a:b",
    "a b",
    "!",
    f"http://a.example/{'a' * 300}",
    f"http://a.example/{'a' * 301}",
]


def path(address: str, **arguments: str) -> str:
    place = place_of(f"/{address}?{urlencode(arguments)}", "sv")
    assert place is not None
    return place.path


@pytest.mark.parametrize("page", ["list", "around"])
def test_no_two_values_have_the_same_file(page: str) -> None:
    names = [path(page, type=value) for value in VALUES]
    assert len(set(names)) == len(VALUES)
    assert not [each for each in names if "/" in each]


@pytest.mark.parametrize("length", [10, 50, 90, 130, 500])
def test_name_of_a_file_is_short_enough_for_a_file_system(length: int) -> None:
    iri = f"{BASE}{'a' * length}"
    name = path("list", type=iri, county=iri, page="1000", format="csvm")
    assert len(f"{name}.gz".encode()) <= 255


def test_order_of_parameters_does_not_tell() -> None:
    one = place_of(f"/list?type={BASE}def/A&county={BASE}id/county/b&page=2", "sv")
    assert one is not None
    assert (
        one.path
        == "list~county-https=w3id.org=kommungraf=id=county=b~type-https=w3id.org=kommungraf=def=A~page-2.sv.html"
    )
    other = place_of(f"/list?page=2&county={BASE}id/county/b&lang=sv&type={BASE}def/A", "en")
    assert other is not None
    assert other.path == one.path


@pytest.mark.parametrize("length", [1, 151, 200])
def test_document_with_a_long_name_keeps_it(length: int) -> None:
    assert path(f"doc/claim/{'a' * length}", page="1000") == f"doc/claim/{'a' * length}~page-1000.sv.html"


def test_document_whose_name_is_too_long_for_a_file_is_called_by_a_digest() -> None:
    name = path(f"doc/claim/{'a' * 201}", page="1000", format="csvm")
    assert name.startswith("describe/")
    assert len(f"{name}.gz".encode()) <= 255
