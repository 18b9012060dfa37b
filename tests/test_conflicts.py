"""Each rule of ontology/conflicts/ finds its kind of disagreement, and nothing where the claims can both be right."""

import pytest

from disagreeing import TIE, among, claim, found, sorted_claims
from kommungraf.dataset.conflicts import described
from kommungraf.dataset.rules import Rule
from kommungraf.errors import SyntaxFault
from kommungraf.vocab import BASE, iri

T = r"kgi:twinning\/t"
P = r"kgi:partnership\/p"


def period(text: str) -> str:
    return f'{T} kg:period "{text}"^^edtf:EDTF .'


def count(number: str, about: str = T, property_: str = "qudt:numericValue", node: str = "n") -> str:
    return rf"kgi:statement\/{node} a kg:CountStatement ; kg:about {about} ; kg:counts kg:Municipality ; {property_} {number} ."


def members(*keys: str, of: str = P) -> str:
    return "".join(
        rf"kgi:membership\/{key} a org:Membership ; org:organization {of} ; org:member kgi:municipality\/{key} . "
        for key in keys
    )


STANDING = f"{T} kg:standing kg:%s ."
#: No EDTF period says “2005 or 2006”.
STARTS_IN_EITHER = f'{T} kg:earliestStart "2005-01-01"^^xsd:date ; kg:latestStart "2006-12-31"^^xsd:date .'
CLOSED = rf"{P} kg:membershipListComplete true . "
FOUND = [
    pytest.param("different-start", period("1990/.."), period("1991/.."), id="two-years"),
    pytest.param(
        "different-start", period("1990/.."), f'{T} kg:earliestStart "1995-01-01"^^xsd:date .', id="a-bound"
    ),
    pytest.param("different-end", period("1990/2007"), period("1990/2009"), id="two-ends"),
    pytest.param("ended-or-ongoing", period("1990/2007"), period("1990/.."), id="ended-and-open"),
    pytest.param(
        "ended-or-ongoing", f"{T} kg:standing kg:Ended .", f"{T} kg:standing kg:Listed .", id="ended-and-listed"
    ),
    pytest.param(
        "ended-or-ongoing", f"{T} kg:standing kg:Dormant .", f"{T} kg:standing kg:Listed .", id="dormant"
    ),
    pytest.param("different-precision", period("1990/.."), period("1990-06-12/.."), id="year-and-day"),
    pytest.param("different-precision", period("2005/.."), STARTS_IN_EITHER, id="year-and-either-of-two"),
    pytest.param("different-precision", STANDING % "Unclear", STANDING % "Ended", id="unclear-and-ended"),
    pytest.param("different-count", count("11"), count("12", node="m"), id="two-counts"),
    pytest.param(
        "different-count", count("36", property_="qudt:lowerBound"), count("38", node="m"), id="bound-and-count"
    ),
    pytest.param(
        "different-figure",
        rf"kgi:statement\/a a kg:PopulationStatement ; kg:about {P} ; qudt:numericValue 260000 .",
        rf"kgi:statement\/b a kg:PopulationStatement ; kg:about {P} ; qudt:numericValue 270000 .",
        id="two-populations",
    ),
    pytest.param(
        "different-figure",
        rf"kgi:statement\/a a kg:PopulationStatement ; kg:about {P} ; qudt:numericValue 982000 .",
        rf"kgi:statement\/b a kg:PopulationStatement ; kg:about {P} ; qudt:lowerBound 1000000 .",
        id="population-and-bound",
    ),
    pytest.param(
        "different-name",
        r'kgi:place\/x skos:altLabel "Bodö"@sv .',
        r'kgi:place\/x skos:altLabel "Bodø" .',
        id="spellings",
    ),
    pytest.param(
        "different-form",
        rf"{P} org:classification kgi:cooperation-form\/network .",
        rf"{P} org:classification kgi:cooperation-form\/association .",
        id="two-forms",
    ),
    pytest.param(
        "different-place",
        r"kgi:place\/x geo:sfWithin <http://publications.europa.eu/resource/authority/country/KEN> .",
        r"kgi:place\/x geo:sfWithin <http://publications.europa.eu/resource/authority/country/ZAF> .",
        id="two-countries",
    ),
    pytest.param(
        "different-place",
        rf"{P} kg:seat kgi:municipality\/se-0780 .",
        rf"{P} kg:seat kgi:municipality\/se-0764 .",
        id="two-seats",
    ),
    pytest.param(
        "different-funder",
        rf"{P} frapo:isFundedBy kgi:organisation\/se-sida .",
        rf"{P} frapo:isFundedBy kgi:organisation\/se-icld .",
        id="two-funders",
    ),
    pytest.param("different-members", members("a", "b"), members("a", "c"), id="two-lists"),
    pytest.param("not-in-closed-list", CLOSED + members("a", "b"), members("c"), id="closed-list"),
    pytest.param(
        "not-in-closed-list",
        r"kgi:municipality\/se-0780 kg:twinTownListComplete true .",
        TIE,
        id="tie-that-the-own-list-lacks",
    ),
    pytest.param(
        "tie-of-two-kinds",
        TIE,
        rf"{P} a kg:MunicipalPartnership ."
        rf" kgi:membership\/p--v org:organization {P} ; org:member kgi:municipality\/se-0780 ."
        rf" kgi:membership\/p--k org:organization {P} ; org:member kgi:place\/lt-kaunas .",
        id="twinning-and-partnership",
    ),
    pytest.param(
        "before-it-existed",
        r"kgi:change\/c org:originalOrganization kgi:municipality\/a , kgi:municipality\/b ;"
        r' org:resultingOrganization kgi:municipality\/m ; kg:period "2016-08"^^edtf:EDTF .',
        rf'kgi:membership\/x org:member kgi:municipality\/m ; org:organization {P} ; kg:period "2005/.."^^edtf:EDTF .',
        id="member-before-it-existed",
    ),
    pytest.param(
        "different-predecessors",
        r"kgi:change\/c org:originalOrganization kgi:municipality\/a ; org:resultingOrganization kgi:municipality\/m .",
        r"kgi:change\/c org:originalOrganization kgi:municipality\/b ; org:resultingOrganization kgi:municipality\/m .",
        id="two-predecessors",
    ),
]
NOT_FOUND = [
    pytest.param("different-start", period("1990/.."), period("1990-06-12/.."), id="year-and-its-day"),
    pytest.param("different-start", period("199X/.."), period("1999/.."), id="decade-and-its-year"),
    pytest.param("different-start", period("1990/.."), period("1990/.."), id="the-same"),
    pytest.param(
        "ended-or-ongoing", f"{T} kg:standing kg:Unclear .", f"{T} kg:standing kg:Listed .", id="unclear"
    ),
    pytest.param("different-precision", period("1990/.."), period("1991/.."), id="different-years"),
    pytest.param("different-precision", period("2007/.."), STARTS_IN_EITHER, id="year-outside-of-both"),
    pytest.param("different-precision", STANDING % "Listed", STANDING % "Ended", id="listed-and-ended"),
    pytest.param("different-precision", period("1990/2007"), period("1990/.."), id="ended-and-open"),
    pytest.param("different-count", count("11"), count("12", about=P, node="m"), id="of-two-things"),
    pytest.param("different-members", members("a", "b"), members("a"), id="one-name-is-no-list"),
    pytest.param("not-in-closed-list", members("a", "b"), members("c"), id="open-list"),
    pytest.param("not-in-closed-list", CLOSED + members("a", "b"), members("a"), id="the-same-member"),
    pytest.param(
        "different-name",
        r'kgi:place\/x skos:altLabel "Oslo"@sv .',
        r'kgi:place\/x skos:altLabel "Oslo" .',
        id="one-name",
    ),
]


@pytest.mark.parametrize(("rule", "one", "other"), FOUND)
def test_rule_finds_both_sides(rule: str, one: str, other: str) -> None:
    contested = found(rule, claim("own", one), claim("news", other))
    assert {each.one.value.rpartition("claim/")[2] for each in contested} == {"own/1", "news/1"}


@pytest.mark.parametrize(("rule", "one", "other"), NOT_FOUND)
def test_rule_finds_nothing_where_both_can_be_right(rule: str, one: str, other: str) -> None:
    assert found(rule, claim("own", one), claim("news", other)) == []


@pytest.mark.parametrize(("figure", "exclude"), [("982000", True), ("1000000", False), ("1080980", False)])
def test_population_excludes_more_than_a_million_only_where_it_is_less(figure: str, exclude: bool) -> None:
    exact = rf"kgi:statement\/a a kg:PopulationStatement ; kg:about {P} ; qudt:numericValue {figure} ."
    bound = rf"kgi:statement\/b a kg:PopulationStatement ; kg:about {P} ; qudt:lowerBound 1000000 ."
    contested = found("different-figure", claim("own", exact), claim("news", bound))
    assert any(each.relation == iri("kg:conflictsWith") for each in contested) is exclude


def stated(number: str, node: str, class_: str = "kg:PopulationStatement") -> str:
    """A statement of a number with its qualifier: “About 5000”, “36..”, “..12”, “5000”."""
    word, _, digits = number.rpartition(" ")
    least, bounded, most = digits.partition("..")
    said = [f"kg:qualifier kg:{word}"] if word else []
    said += [f"qudt:lowerBound {least}"] if bounded and least else []
    said += [f"qudt:upperBound {most}"] if bounded and most else []
    said += [] if bounded else [f"qudt:numericValue {digits}"]
    return rf"kgi:statement\/{node} a {class_} ; kg:about {P} ; kg:counts kg:Municipality ; {' ; '.join(said)} ."


@pytest.mark.parametrize("rule", ["different-figure", "different-count"])
@pytest.mark.parametrize(
    ("one", "other", "outcome"),
    [
        pytest.param("Approximately 5000", "5012", None, id="about-and-a-number-that-rounds-to-it"),
        pytest.param("Approximately 5000", "9000", "conflict", id="about-and-another"),
        pytest.param("Approximately 5000", "5600", "conflict", id="about-and-one-that-rounds-to-another"),
        pytest.param("Approximately 982000", "1000001..", "conflict", id="about-in-many-digits-and-a-bound"),
        pytest.param("Approximately 1000000", "600000", "conflict", id="no-farther-than-a-tenth"),
        pytest.param("Approximately 1000000", "1080980", None, id="within-a-tenth"),
        pytest.param("Approximately 70", "61..", None, id="about-and-a-bound-that-it-reaches"),
        pytest.param("Approximately 70", "Approximately 90", "conflict", id="two-that-are-told-apart"),
        pytest.param("Approximately 70", "Approximately 72", None, id="two-that-may-be-one"),
        pytest.param("Nearly 450000", "446000", None, id="nearly-and-somewhat-less"),
        pytest.param("Nearly 450000", "451000", "conflict", id="nearly-and-more"),
        pytest.param("JustOver 35", "35", None, id="just-over-and-the-number"),
        pytest.param("JustOver 3500", "3520", None, id="just-over-and-somewhat-more"),
        pytest.param("JustOver 3500", "3490", "conflict", id="just-over-and-less"),
        pytest.param("36..", "38", "differ", id="more-than-and-more"),
        pytest.param("36..", "30", "conflict", id="more-than-and-less"),
        pytest.param("..12", "10", "differ", id="at-most-and-fewer"),
        pytest.param("..12", "13", "conflict", id="at-most-and-more"),
        pytest.param("20..30", "25", "differ", id="between"),
        pytest.param("20..30", "31", "conflict", id="beyond"),
        pytest.param("5000", "5012", "conflict", id="two-exact-numbers"),
    ],
)
def test_qualified_number_disagrees_only_with_what_it_cannot_mean(
    rule: str, one: str, other: str, outcome: str | None
) -> None:
    class_ = "kg:CountStatement" if rule == "different-count" else "kg:PopulationStatement"
    contested = found(rule, claim("own", stated(one, "a", class_)), claim("news", stated(other, "b", class_)))
    relations = {each.relation == iri("kg:conflictsWith") for each in contested}
    assert relations == {None: set(), "differ": {False}, "conflict": {True}}[outcome]


def test_about_so_many_denies_no_whole_list() -> None:
    listed = claim("own", CLOSED + members("a", "b"), key="2")
    about = count("3", about=P).replace(" .", " ; kg:qualifier kg:Approximately .")
    assert found("count-against-list", claim("own", about), listed) == []
    assert found("count-against-list", claim("own", count("3", about=P)), listed)


def test_count_is_held_against_the_list_of_the_same_source() -> None:
    stated, listed = claim("own", count("3", about=P)), claim("own", CLOSED + members("a", "b"), key="2")
    assert {each.one.value.rpartition("/")[2] for each in found("count-against-list", stated, listed)} == {
        "1",
        "2",
    }
    assert found("count-against-list", claim("own", count("2", about=P)), listed) == []


JOINED = rf'kgi:membership\/a org:organization {P} ; org:member kgi:municipality\/a ; kg:period "%s"^^edtf:EDTF .'


def sides(rule: str, *texts: str) -> set[str]:
    return {each.one.value.rpartition("claim/")[2] for each in found(rule, *texts)}


@pytest.mark.parametrize(
    ("founded", "joined", "listed", "expected"),
    [
        pytest.param("1998-02/..", "2019/..", members("a"), {"own/2", "news/1"}, id="listed-without-a-date"),
        pytest.param("1998-02/..", "1998/..", members("a"), set(), id="from-the-beginning"),
        pytest.param("1998-02/..", "2019/..", JOINED % "2018/..", set(), id="dated-by-both"),
        pytest.param("1998-02/..", "2019/..", members("b"), set(), id="another-member"),
    ],
)
def test_member_listed_without_a_date_is_held_against_a_later_joining(
    founded: str, joined: str, listed: str, expected: set[str]
) -> None:
    body = claim("own", rf'{P} kg:period "{founded}"^^edtf:EDTF .')
    assert sides("joined-later", body, claim("own", listed, key="2"), claim("news", JOINED % joined)) == expected


def tie_of(town: str, standing: str) -> str:
    return (
        rf"kgi:twinning\/{town} a kg:Twinning ; kg:standing kg:{standing} ."
        rf" kgi:membership\/{town}--k org:organization kgi:twinning\/{town} ; org:member kgi:place\/lt-kaunas ."
        rf" kgi:membership\/{town}--t org:organization kgi:twinning\/{town} ; org:member kgi:municipality\/{town} ."
    )


@pytest.mark.parametrize(
    ("source", "standing", "expected"),
    [
        pytest.param("news", "Ended", {"own/1", "news/1"}, id="two-sources"),
        pytest.param("own", "Ended", set(), id="one-source-that-knows-both"),
        pytest.param("news", "Listed", set(), id="one-tie-goes-on"),
    ],
)
def test_place_with_a_former_twin_town_each_by_two_sources_is_found(
    source: str, standing: str, expected: set[str]
) -> None:
    register = [
        claim("register", rf"kgi:municipality\/{key} geo:sfWithin kgi:county\/se-08 .", key=key)
        for key in ("a", "b")
    ]
    one, other = (
        claim("own", tie_of("a", "Ended")),
        claim(source, tie_of("b", standing), key="1" if source == "news" else "2"),
    )
    assert sides("former-town-of-two", one, other, *register) == expected


TWINNINGS = r"kgi:statement\/n kg:about kgi:municipality\/a ; kg:counts kg:Twinning ; qudt:numericValue %s ."


@pytest.mark.parametrize(
    ("number", "also", "expected"),
    [
        pytest.param("2", "", {"own/1", "news/1"}, id="more-than-are-known"),
        pytest.param("1", "", set(), id="as-many-as-are-known"),
        pytest.param("2", r"kgi:municipality\/a kg:twinTownListComplete true .", set(), id="the-list-is-whole"),
    ],
)
def test_number_of_twin_towns_that_may_include_an_ended_one_is_found(
    number: str, also: str, expected: set[str]
) -> None:
    alive = tie_of("a", "Listed").replace("twinning", "twinning\\/x").replace("lt-kaunas", "lt-vilnius")
    texts = claim("own", TWINNINGS % number + also), claim("own", alive, key="2")
    assert sides("count-and-ended-tie", *texts, claim("news", tie_of("a", "Ended"))) == expected
    dated = r'kgi:source\/own dcterms:issued "2001"^^xsd:gYear .'
    ended = tie_of("a", "Ended") + r' kgi:twinning\/a kg:period "1950/2007"^^edtf:EDTF .'
    assert sides("count-and-ended-tie", dated, *texts, claim("news", ended)) == set()


def test_register_contradicts_a_count_of_counties() -> None:
    page = claim(
        "own",
        members("a", "b")
        + rf"{P} dcterms:spatial kgi:county\/se-07 . "
        + rf"kgi:statement\/n kg:about {P} ; kg:counts kg:County ; qudt:numericValue 1 .",
    )
    rows = [
        claim("register", rf"kgi:municipality\/{key} geo:sfWithin kgi:county\/se-{county} .", key=key)
        for key, county in (("a", "07"), ("b", "14"))
    ]
    contested = found("contradicted-by-register", page, *rows)
    assert {each.one.value.rpartition("claim/")[2] for each in contested} == {"own/1", "register/b"}


def test_source_that_lists_what_has_ended_by_its_own_dates_contradicts_itself() -> None:
    text = rf'{T} kg:standing kg:Listed ; kg:period "2017/2020"^^edtf:EDTF .'
    dated = r'kgi:source\/own dcterms:issued "2022-04-14"^^xsd:date .'
    (contested,) = found("listed-after-its-end", dated, claim("own", text))
    assert contested.other is None
    assert found("listed-after-its-end", dated.replace("2022", "2019"), claim("own", text)) == []


def test_activity_shared_with_a_body_that_was_gone_before_the_member_joined_is_found() -> None:
    merger = claim(
        "news", r'kgi:change\/c org:originalOrganization kgi:municipality\/t ; kg:period "2016-08"^^edtf:EDTF .'
    )
    joined = claim(
        "own",
        rf'kgi:membership\/x org:member kgi:municipality\/a ; org:organization {P} ; kg:period "2018/.."^^edtf:EDTF .',
    )
    shared = claim("partner", r"kgi:project\/r kg:participant kgi:municipality\/a , kgi:municipality\/t .")
    sides = {each.one.value.rpartition("claim/")[2] for each in found("before-it-existed", merger, joined, shared)}
    assert sides == {"own/1", "partner/1"}


def test_disagreement_is_one_node_with_its_kind_its_thing_and_every_side() -> None:
    quads = set(
        described(
            found("different-start", claim("own", period("1990/..")), claim("news", period("1991/.."))), BASE
        )
    )
    (conflict,) = {quad.subject.value for quad in quads}
    assert conflict == f"{BASE}id/conflict/different-start/twinning-t"
    sides = {quad.object.value for quad in quads if quad.predicate.value == iri("kg:side")}
    assert sides == {f"{BASE}id/claim/own/1", f"{BASE}id/claim/news/1"}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("SELECT ?x WHERE { ?x ?y ?z }", id="other-variables"),
        pytest.param("ASK {}", id="no-select"),
        pytest.param("SELECT", id="no-query"),
    ],
)
def test_rule_that_is_no_query_for_sides_is_named_with_its_file(text: str) -> None:
    with pytest.raises(SyntaxFault) as caught:
        among(sorted_claims(claim("own", TIE)), [Rule("x", text, "ontology/conflicts/x.rq")])
    assert "ontology/conflicts/x.rq" in str(caught.value)
