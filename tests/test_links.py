from collections.abc import Iterator

import pytest

from indexes import indexed
from kommungraf.editions.memory import Memory
from kommungraf.editions.search import Index
from kommungraf.resources.links import Kept, Link, Names, path_of
from kommungraf.vocab import BASE

TRIG = f"""
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<{BASE}id/municipality/se-0765> skos:prefLabel "Älmhults kommun"@sv .
<{BASE}def/period> a <http://www.w3.org/2002/07/owl#DatatypeProperty> .
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with indexed(TRIG, tmp_path_factory.mktemp("index")) as opened:
        yield opened


def link(index: Index, iri: str, language: str = "sv", **options: object) -> Link:
    names = Names(index, BASE, language=language, **options)  # type: ignore[arg-type]
    names.fetch([iri])
    return names.link(iri)


@pytest.mark.parametrize(
    ("iri", "path"),
    [
        (f"{BASE}id/municipality/se-0765", "doc/municipality/se-0765"),
        (f"{BASE}def/period", "def/period"),
        (f"{BASE}def/", "def/"),
        (f"{BASE}shape/MunicipalityShape", "shape/MunicipalityShape"),
        (f"{BASE}id/place/Kuršėnai", "doc/place/Kur%C5%A1%C4%97nai"),
        (f"{BASE}id/place/%C3%85m%C3%A5l", "doc/place/%C3%85m%C3%A5l"),
        (f"{BASE}id/place/a%2Fb", "describe?iri=https%3A%2F%2Fw3id.org%2Fkommungraf%2Fid%2Fplace%2Fa%252Fb"),
        (f"{BASE}x#y", "describe?iri=https%3A%2F%2Fw3id.org%2Fkommungraf%2Fx%23y"),
        (f"{BASE}x?y", "describe?iri=https%3A%2F%2Fw3id.org%2Fkommungraf%2Fx%3Fy"),
        ("https://example.org/å", "describe?iri=https%3A%2F%2Fexample.org%2F%C3%A5"),
        ("urn:x", "describe?iri=urn%3Ax"),
    ],
)
def test_every_iri_has_a_path_here(iri: str, path: str) -> None:
    assert path_of(iri, BASE) == path


def test_what_the_dataset_names_links_here_by_that_name(index: Index) -> None:
    iri = f"{BASE}id/municipality/se-0765"
    assert link(index, iri, "en") == Link(iri, "Älmhults kommun", "sv", "/doc/municipality/se-0765", here=True)


def test_language_that_was_chosen_and_mount_point_stay_in_the_address(index: Index) -> None:
    found = link(index, f"{BASE}def/period", "en", kept=Kept("/graph", "en", "2019-06"))
    assert found.href == "/graph/def/period?lang=en"


def test_date_stays_in_the_addresses_of_things(index: Index) -> None:
    iri = f"{BASE}id/municipality/se-0765"
    assert link(index, iri, kept=Kept(date="2019-06")).href == "/doc/municipality/se-0765?date=2019-06"
    both = link(index, iri, kept=Kept("/graph", "sv", "2019 06")).href
    assert both == "/graph/doc/municipality/se-0765?lang=sv&date=2019%2006"


@pytest.mark.parametrize(
    ("iri", "text", "href"),
    [
        ("http://www.w3.org/ns/org#member", "medlem", "http://www.w3.org/ns/org#member"),
        ("http://www.w3.org/ns/org#transitiveSubOrganizationOf", "transitive Sub Organization Of", None),
        ("http://www.wikidata.org/entity/Q254799", "Q254799 (www.wikidata.org)", None),
        ("https://example.org/", "example.org", None),
        ("urn:isbn:123", "urn:isbn:123", ""),
        ("javascript:alert(1)", "javascript:alert(1)", ""),
        ("data:text/html,x", "html,x", ""),
        ("http://[broken", "[broken", None),
    ],
)
def test_what_nobody_named_is_called_by_its_iri(index: Index, iri: str, text: str, href: str | None) -> None:
    found = link(index, iri)
    assert (found.text, found.href, found.here) == (text, (iri if href is None else href) or None, False)


def test_names_made_of_an_iri_are_told_apart(index: Index) -> None:
    assert link(index, "http://www.w3.org/ns/org#member").named
    assert not link(index, "https://example.org/x").named


def test_names_are_remembered_from_page_to_page_by_language_and_by_what_addresses_keep(index: Index) -> None:
    memory, town = Memory(), f"{BASE}id/municipality/se-0765"
    first = link(index, town, memory=memory)
    assert link(index, town, memory=memory) is first
    assert link(index, town, "en", memory=memory).lang == "sv"
    chosen = link(index, town, memory=memory, kept=Kept(language="sv"))
    assert chosen.href == f"{first.href}?lang=sv"
    dated = link(index, town, memory=memory, kept=Kept(date="2019"))
    assert dated.href == f"{first.href}?date=2019"
    assert link(index, town, memory=memory) is first
