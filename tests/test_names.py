from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from kommungraf.tables.names import Names, folded
from kommungraf.vocab import PREFIXES, iri

TOWNS = """
kgi:municipality\\/se-0780 a kg:Municipality ; skos:prefLabel "Växjö kommun"@sv ; skos:altLabel "Växjö"@sv ; skos:notation "0780" ;
    geo:sfWithin kgi:county\\/se-07 .
kgi:county\\/se-07 a kg:County ; skos:prefLabel "Kronobergs län"@sv ; geo:sfWithin <http://c/SWE> .
kgi:place\\/de-frankfurt-main a kg:Place ; skos:prefLabel "Frankfurt"@sv ; geo:sfWithin <http://c/DEU> .
kgi:place\\/de-frankfurt-oder a kg:Place ; skos:prefLabel "Frankfurt"@sv ; geo:sfWithin <http://c/DEU> .
kgi:place\\/us-frankfurt a kg:Place ; skos:prefLabel "Frankfurt"@sv ; geo:sfWithin <http://c/USA> .
kgi:place\\/no-bodo a kg:Place ; skos:prefLabel "Bodø"@sv ; geo:sfWithin <http://c/NOR> .
"""
MUNICIPALITY = (iri("kg:Municipality"),)
PLACE = (iri("kg:Place"),)


def names(turtle: str = TOWNS) -> Names:
    prefixes = "".join(f"@prefix {prefix}: <{name}> .\n" for prefix, name in PREFIXES.items())
    found = Names()
    found.record(parse(prefixes + turtle, RdfFormat.TURTLE))
    return found


@pytest.mark.parametrize(
    "text",
    [
        "0780",
        "se-0780",
        "municipality/se-0780",
        iri("kgi:municipality/se-0780"),
        "Växjö kommun",
        "växjö",
        " VÄXJÖ\u00a0 Kommun",
    ],
)
def test_thing_is_found_by_code_key_address_and_recorded_name(text: str) -> None:
    assert names().found(text, MUNICIPALITY, None) == (iri("kgi:municipality/se-0780"),)


@pytest.mark.parametrize("text", ["Vaxjo", "Växjö stad", "Bodö", "780", ""])
def test_name_that_is_not_recorded_is_never_guessed(text: str) -> None:
    assert names().found(text, (), None) == ()


def test_things_of_one_name_are_told_apart_by_country() -> None:
    assert len(names().found("Frankfurt", PLACE, None)) == 3
    assert len(names().found("Frankfurt", PLACE, "http://c/DEU")) == 2
    assert names().found("Frankfurt", PLACE, "http://c/USA") == (iri("kgi:place/us-frankfurt"),)


def test_country_is_found_through_what_lies_between() -> None:
    assert names().found("Växjö", (), "http://c/SWE") == (iri("kgi:municipality/se-0780"),)


def test_names_of_imported_lists_yield_to_names_of_the_project() -> None:
    found = names()
    imported = """<http://list/1> a kg:Place ; skos:prefLabel "Växjö", "Lund" ."""
    prefixes = "".join(f"@prefix {prefix}: <{name}> .\n" for prefix, name in PREFIXES.items())
    found.record(parse(prefixes + imported, RdfFormat.TURTLE), yields=True)
    assert found.found("Växjö", (), None) == (iri("kgi:municipality/se-0780"),)
    assert found.found("Växjö", PLACE, None) == found.found("Lund", (), None) == ("http://list/1",)


def test_circle_of_places_ends() -> None:
    found = names(
        "kgi:place\\/a a kg:Place ; geo:sfWithin kgi:place\\/b . kgi:place\\/b a kg:Place ; geo:sfWithin kgi:place\\/a ."
    )
    assert found.found("a", PLACE, "http://c/SWE") == ()


def test_class_narrows_a_name() -> None:
    assert names().found("Växjö", PLACE, None) == ()


@pytest.mark.parametrize(("text", "thing"), [("Bodö", "place/no-bodo"), ("Växjjö komun", "municipality/se-0780")])
def test_suggestions_look_alike(text: str, thing: str) -> None:
    assert names().suggestions(text, ()) == (iri(f"kgi:{thing}"),)


def test_names_in_tables_are_found_once_all_are_noted() -> None:
    found = names()
    found.settle()
    found.call(iri("kgi:place/no-bodo"), "Bodö")
    assert found.found("Bodö", PLACE, None) == ()
    found.open()
    assert found.found("Bodö", PLACE, None) == (iri("kgi:place/no-bodo"),)


def test_short_name_goes_before_the_full_one() -> None:
    found = names()
    assert found.label(iri("kgi:municipality/se-0780"), "en") == "Växjö kommun"
    found.shorten(iri("kgi:municipality/se-0780"), "Växjö")
    assert found.label(iri("kgi:municipality/se-0780"), "en") == "Växjö"


def test_dashes_and_spaces_are_of_one_kind() -> None:
    assert folded("Växjö\u2013JB\u00a0 Marks") == folded("växjö-jb marks")


def test_names_leave_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))
    names()
    assert list(tmp_path.iterdir()) == []


def test_suggestions_begin_with_the_text() -> None:
    found = names(
        r'kgi:municipality\/za-nw405 a kg:Municipality ; skos:prefLabel "JB Marks Local Municipality"@en .'
    )
    assert found.suggestions("JB Marks", MUNICIPALITY) == (iri("kgi:municipality/za-nw405"),)
    assert found.suggestions("JB Mar", MUNICIPALITY) == ()
