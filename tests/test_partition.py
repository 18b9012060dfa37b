"""Contested statements become claims of their own; what nobody contests stays where it was."""

from pyoxigraph import NamedNode

from disagreeing import TIE, apart, claim
from kommungraf.vocab import BASE, iri

START = r'kgi:twinning\/t kg:period "%s/.."^^edtf:EDTF .'


def claims(text: str) -> NamedNode:
    return NamedNode(f"{BASE}id/claim/{text}")


def test_contested_period_leaves_the_claim_and_the_tie_stays() -> None:
    found = apart(claim("own", TIE + START % 1990), claim("news", TIE + START % 1991))
    (period,) = found.claims.graphs[claims("own/1-period")]
    assert period.predicate.value == iri("kg:period")
    assert all(quad.predicate.value != iri("kg:period") for quad in found.claims.graphs[claims("own/1")])
    assert len(found.claims.graphs[claims("own/1")]) == 7


def test_part_has_the_source_and_the_place_of_its_claim() -> None:
    place = '; kg:tableFile "t.csv" ; csvw:rownum 4 ; skos:note "n"@en '
    found = apart(claim("own", TIE + START % 1990, place), claim("news", TIE + START % 1991))
    said = {
        quad.predicate.value: quad.object.value
        for quad in found.metadata
        if quad.subject == claims("own/1-period")
    }
    assert said == {
        iri("rdf:type"): iri("kg:Claim"),
        iri("prov:wasDerivedFrom"): f"{BASE}id/source/own",
        iri("kg:tableFile"): "t.csv",
        iri("csvw:rownum"): "4",
        iri("dcterms:isPartOf"): f"{BASE}id/claim/own/1",
    }


def test_claim_that_says_nothing_else_is_contested_as_it_is() -> None:
    found = apart(claim("own", START % 1990), claim("news", TIE + START % 1991))
    assert claims("own/1-period") not in found.claims.declared
    assert (claims("own/1"), claims("news/1-period")) in found.pairs(iri("kg:conflictsWith"))


def test_claim_that_a_person_judged_is_never_divided() -> None:
    found = apart(claim("own", TIE + START % 1990, "; kg:status kg:Accepted "), claim("news", TIE + START % 1991))
    assert claims("own/1-period") not in found.claims.declared


def test_claims_that_nobody_contradicts_are_untouched() -> None:
    found = apart(claim("own", TIE + START % 1990), claim("news", TIE + START % 1990))
    assert found.contests == ()
    assert found.metadata == ()


def test_more_precise_claim_refines_the_other_and_not_the_reverse() -> None:
    found = apart(claim("own", START % 1990), claim("news", START % "1990-06-12"))
    assert found.pairs(iri("kg:refines")) == ((claims("news/1"), claims("own/1")),)
    assert found.pairs(iri("kg:conflictsWith")) == ()
