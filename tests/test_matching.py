"""Matching: the same name without case and accents is certain if it is the only one, and nothing else is."""

from collections.abc import Iterator

import pytest

from indexes import indexed
from kommungraf.editions.search import Index
from kommungraf.lookup.matching import Candidate, Wanted, candidates
from kommungraf.vocab import BASE

START = f"{BASE}id/"
TRIG = f"""
@prefix country: <http://publications.europa.eu/resource/authority/country/> .
@prefix geo: <http://www.opengis.net/ont/geosparql#> .
@prefix kg: <{BASE}def/> .
@prefix kgi: <{BASE}id/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
kgi:vaxjo a kg:Municipality ; skos:prefLabel "Växjö kommun"@sv ; skos:altLabel "Växjö"@sv ; geo:sfWithin kgi:county\\/se-07 .
kgi:county\\/se-07 a kg:County ; skos:prefLabel "Kronobergs län"@sv ; geo:sfWithin country:SWE .
kgi:sala a kg:Municipality ; skos:prefLabel "Sala"@sv ; geo:sfWithin country:SWE .
kgi:lv-sala a kg:Place ; skos:prefLabel "Sala"@sv ; geo:sfWithin country:LVA .
kgi:tonder a kg:Place ; skos:prefLabel "Tønder"@da ; kg:localityName "Tondern"@und .
country:LVA skos:prefLabel "Lettland"@sv .
<https://example.org/vaxjo> skos:prefLabel "Växjö"@sv .
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with indexed(TRIG, tmp_path_factory.mktemp("index")) as opened:
        yield opened


def found(index: Index, wanted: Wanted) -> tuple[Candidate, ...]:
    return candidates(index, wanted, start=START, language="sv")


@pytest.mark.parametrize("name", ["Växjö", "växjö", "VAXJO", "Växjö kommun", " Växjö "])
def test_recorded_name_is_certain(index: Index, name: str) -> None:
    [best] = found(index, Wanted(name))
    assert (best.iri, best.score, best.certain) == (f"{START}vaxjo", 100.0, True)


@pytest.mark.parametrize("name", ["Växsjö", "Vaxjö k", "Wexiö"])
def test_name_that_is_only_alike_is_never_certain(index: Index, name: str) -> None:
    assert not any(each.certain for each in found(index, Wanted(name)))


def test_letter_with_a_stroke_is_that_letter(index: Index) -> None:
    [best] = found(index, Wanted("Tonder"))
    assert (best.iri, best.score, best.certain) == (f"{START}tonder", 100.0, True)


@pytest.mark.parametrize("name", ["Vaexjoe", "Tondern"])
def test_other_spelling_or_name_of_the_locality_is_the_first_candidate_and_not_certain(
    index: Index, name: str
) -> None:
    best, *_ = found(index, Wanted(name))
    assert best.iri in {f"{START}vaxjo", f"{START}tonder"}
    assert 90 < best.score < 100
    assert not best.certain


def test_misspelt_name_has_its_candidate(index: Index) -> None:
    assert [each.iri for each in found(index, Wanted("Växsjö"))] == [f"{START}vaxjo"]


def test_name_of_two_things_is_not_certain(index: Index) -> None:
    both = found(index, Wanted("Sala"))
    assert [(each.score, each.certain) for each in both] == [(100.0, False), (100.0, False)]


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(Wanted("Sala", types=(f"{BASE}def/Place",)), id="by class"),
        pytest.param(Wanted("Sala", properties=(("country", ("Lettland",)),)), id="by the country's name"),
        pytest.param(Wanted("Sala", properties=(("country", ("LVA",)),)), id="by the country's code"),
        pytest.param(
            Wanted(
                "Sala",
                properties=(("country", ("http://publications.europa.eu/resource/authority/country/LVA",)),),
            ),
            id="by the country's IRI",
        ),
    ],
)
def test_class_or_country_tells_namesakes_apart(index: Index, wanted: Wanted) -> None:
    best = found(index, wanted)[0]
    assert (best.iri, best.certain) == (f"{START}lv-sala", True)


def test_property_that_speaks_against_a_name_makes_it_uncertain(index: Index) -> None:
    [best] = found(index, Wanted("Växjö", properties=(("county", ("Kalmar län",)),)))
    assert (best.score, best.certain) == (60.0, False)


def test_unknown_property_is_ignored(index: Index) -> None:
    assert found(index, Wanted("Växjö", properties=(("colour", ("red",)),)))[0].certain


def test_things_elsewhere_than_under_the_identifiers_are_left_out(index: Index) -> None:
    assert all(each.iri.startswith(START) for each in found(index, Wanted("Växjö")))


@pytest.mark.parametrize("name", ["", "   ", "Zanzibar", '"*', "a" * 5000])
def test_nothing_is_made_of_nothing(index: Index, name: str) -> None:
    assert found(index, Wanted(name)) == ()


def test_limit_is_kept(index: Index) -> None:
    assert len(found(index, Wanted("Sala", limit=1))) == 1
