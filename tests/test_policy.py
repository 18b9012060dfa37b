"""What is held where claims disagree: the documented policy, and that one file alone decides it."""

import pytest

from disagreeing import ONTOLOGY, TIE, claim, held, judgement, periods, status
from kommungraf.errors import SyntaxFault
from kommungraf.vocab import BASE, iri

POLICY = (ONTOLOGY / "policy.rq").read_text("utf-8")
START = r'kgi:twinning\/t kg:period "%s/.."^^edtf:EDTF .'
UNCLEAR = r"kgi:twinning\/t kg:standing kg:Unclear ."
LISTED, ENDED = r"kgi:twinning\/t kg:standing kg:Listed .", r"kgi:twinning\/t kg:standing kg:Ended ."


def dated(source: str, day: str) -> str:
    return rf'kgi:source\/{source} dcterms:issued "{day}"^^xsd:date .'


def test_claim_that_nobody_contradicts_is_held() -> None:
    assert status(judgement(claim("own", TIE)), "own/1") == "Accepted"


def test_party_goes_before_an_outsider() -> None:
    found = judgement(claim("own", TIE + START % 1990), claim("news", TIE + START % 1991))
    assert periods(found) == {"1990/.."}
    assert status(found, "news/1-period") == "Disputed"


def test_between_two_parties_nothing_is_held_and_the_tie_still_is() -> None:
    found = judgement(claim("own", TIE + START % 1990), claim("partner", TIE + START % 1991))
    assert periods(found) == set()
    assert status(found, "own/1-period") == status(found, "partner/1-period") == "Disputed"
    assert f"{BASE}id/twinning/t {iri('rdf:type')} {iri('kg:Twinning')}" in held(found)


def test_newer_goes_before_older_where_the_fact_can_change() -> None:
    dates = dated("own", "2009-11-10") + dated("partner", "2022-03-03")
    found = judgement(dates, claim("own", TIE + LISTED), claim("partner", TIE + ENDED))
    assert f"{BASE}id/twinning/t {iri('kg:standing')} {iri('kg:Ended')}" in held(found)
    assert status(found, "own/1-standing") == "Superseded"


def test_newer_does_not_go_before_older_where_the_fact_cannot_change() -> None:
    dates = dated("own", "2009-11-10") + dated("partner", "2022-03-03")
    assert (
        periods(judgement(dates, claim("own", TIE + START % 1990), claim("partner", TIE + START % 1991))) == set()
    )


def test_date_that_is_not_known_as_exactly_settles_nothing() -> None:
    dates = r'kgi:source\/own dcterms:issued "2022"^^xsd:gYear .' + dated("partner", "2022-03-03")
    found = judgement(dates, claim("own", TIE + LISTED), claim("partner", TIE + ENDED))
    assert status(found, "own/1-standing") == status(found, "partner/1-standing") == "Disputed"


def test_of_claims_that_agree_the_more_precise_is_held() -> None:
    found = judgement(claim("news", TIE + START % 1990), claim("own", TIE + START % "1990-06-12"))
    assert periods(found) == {"1990-06-12/.."}
    assert status(found, "news/1-period") == "Corroborating"


def test_more_precise_claim_is_held_also_where_it_stands_lower_for_the_other_denies_nothing() -> None:
    found = judgement(claim("own", TIE + START % 1990), claim("news", TIE + START % "1990-06-12"))
    assert periods(found) == {"1990-06-12/.."}
    assert status(found, "own/1-period") == "Corroborating"


def test_year_within_stated_bounds_is_the_more_precise() -> None:
    either = r'kgi:twinning\/t kg:earliestStart "2005-01-01"^^xsd:date ; kg:latestStart "2006-12-31"^^xsd:date .'
    found = judgement(claim("partner", TIE + either), claim("own", TIE + START % 2005))
    assert periods(found) == {"2005/.."}
    assert status(found, "partner/1-period") == "Corroborating"
    assert status(judgement(claim("partner", TIE + either)), "partner/1") == "Accepted"


def test_decision_of_a_person_for_the_less_precise_claim_goes_before_the_more_precise() -> None:
    decided = claim("news", TIE + START % 1990, "; kg:status kg:Accepted ")
    found = judgement(decided, claim("own", TIE + START % "1990-06-12"))
    assert periods(found) == {"1990/.."}
    assert status(found, "own/1-period") == "Corroborating"


def test_weak_source_does_not_prevail_by_being_more_precise() -> None:
    found = judgement(claim("own", TIE + START % 1990), claim("blog", TIE + START % "1990-06-12"))
    assert periods(found) == {"1990/.."}


@pytest.mark.parametrize("definite", [LISTED, ENDED])
@pytest.mark.parametrize(("unclear", "other"), [("own", "partner"), ("own", "news"), ("news", "own")])
def test_of_an_unclear_and_a_definite_standing_the_definite_is_held_alone(
    definite: str, unclear: str, other: str
) -> None:
    found = judgement(claim(unclear, TIE + UNCLEAR), claim(other, TIE + definite))
    standings = {each for each in held(found) if iri("kg:standing") in each}
    assert standings == {f"{BASE}id/twinning/t {iri('kg:standing')} {iri(definite.split()[2])}"}
    assert status(found, f"{unclear}/1-standing") == "Corroborating"


def test_unclear_standing_alone_is_held() -> None:
    assert f"{BASE}id/twinning/t {iri('kg:standing')} {iri('kg:Unclear')}" in held(
        judgement(claim("own", TIE + UNCLEAR), claim("news", TIE + UNCLEAR))
    )


def test_weak_source_is_not_held_for_its_own_sake() -> None:
    assert status(judgement(claim("blog", TIE)), "blog/1") == "Unconfirmed"
    assert status(judgement(claim("blog", TIE), claim("own", TIE)), "blog/1") == "Corroborating"


def test_weak_source_does_not_prevail_against_a_page_of_the_municipality() -> None:
    found = judgement(claim("blog", TIE + START % 1990), claim("own", TIE + START % 1991))
    assert periods(found) == {"1991/.."}


def test_register_goes_before_a_page() -> None:
    country = r"kgi:place\/x geo:sfWithin <http://publications.europa.eu/resource/authority/country/%s> ."
    found = judgement(claim("own", country % "ZAF"), claim("register", country % "KEN"))
    assert status(found, "own/1") == "ContradictedByRegister"
    assert status(found, "register/1") == "Accepted"


def test_what_a_person_decided_goes_before_everything() -> None:
    found = judgement(
        claim("news", TIE + START % 1990, "; kg:status kg:Accepted "), claim("own", TIE + START % 1991)
    )
    assert periods(found) == {"1990/.."}
    assert status(found, "own/1-period") == "Disputed"


def test_another_policy_file_gives_another_held_view() -> None:
    texts = (claim("own", TIE + START % 1990), claim("news", TIE + START % 1991))
    assert "IF(?byParty, 3, IF(?isWeak, 1, 2))" in POLICY
    outsiders_first = POLICY.replace("IF(?byParty, 3, IF(?isWeak, 1, 2))", "IF(?byParty, 2, IF(?isWeak, 1, 3))")
    assert periods(judgement(*texts, policy=POLICY)) == {"1990/.."}
    assert periods(judgement(*texts, policy=outsiders_first)) == {"1991/.."}


def test_another_list_of_weak_sources_gives_another_held_view() -> None:
    trusting = POLICY.replace(r"kgi:source-type\/blog ", "")
    assert status(judgement(claim("blog", TIE), policy=trusting), "blog/1") == "Accepted"


def test_conflict_is_stated_on_both_sides() -> None:
    found = judgement(claim("own", TIE + START % 1990), claim("news", TIE + START % 1991))
    pairs = {
        (q.subject.value, q.object.value) for q in found.derived if q.predicate.value == iri("kg:conflictsWith")
    }
    assert pairs == {(other, one) for one, other in pairs}
    assert pairs


def test_disagreement_names_the_municipality_that_it_concerns() -> None:
    found = judgement(claim("own", TIE + START % 1990), claim("news", TIE + START % 1991))
    concerned = {q.object.value for q in found.derived if q.predicate.value == iri("kg:concerns")}
    assert concerned == {f"{BASE}id/municipality/se-0780"}


@pytest.mark.parametrize(
    "text", [pytest.param("SELECT * {}", id="no-construct"), pytest.param("CONSTRUCT", id="no-query")]
)
def test_policy_that_is_no_construct_query_is_a_fault_with_its_file(text: str) -> None:
    with pytest.raises(SyntaxFault) as caught:
        judgement(claim("own", TIE), policy=text)
    assert "policy.rq" in str(caught.value)
