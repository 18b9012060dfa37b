"""Each derivation rule gives exactly what follows from a small input, and nothing leaks."""

import re
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import NamedNode, Quad, QueryTriples, RdfFormat, Store, Triple

from kommungraf.vocab import PREFIXES

ONTOLOGY = Path(__file__).parent.parent / "ontology"
RULES = ONTOLOGY / "rules"
HEADER = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())

#: Älmhult joins in 2018 a partnership that JB Marks and Växjö have; a project has two of the three.
PARTNERSHIP = r"""
    kgi:partnership\/south a kg:MunicipalPartnership .
    kgi:membership\/almhult a org:Membership ; org:member kgi:municipality\/se-0765 ; org:organization kgi:partnership\/south .
    kgi:membership\/vaxjo a org:Membership ; org:member kgi:municipality\/se-0780 ; org:organization kgi:partnership\/south .
    kgi:project\/skills a kg:Project ; kg:partOfCooperation kgi:partnership\/south ;
        kg:participant kgi:municipality\/se-0780 , kgi:municipality\/za-nw405 .
"""


def triples(text: str) -> set[Triple]:
    quads = pyoxigraph.parse(HEADER + text, format=RdfFormat.TURTLE)
    return {Triple(quad.subject, quad.predicate, quad.object) for quad in quads}


def held(text: str) -> Store:
    """A store whose default graph holds the ontology and the statements of the text; claims are its named graphs."""
    store = Store()
    for path in sorted(ONTOLOGY.rglob("*.ttl")):
        store.load(path=path)
    store.load(HEADER + text, format=RdfFormat.TRIG)
    return store


def constructed(path: Path, store: Store) -> set[Triple]:
    answer = store.query(path.read_text("utf-8"))
    assert isinstance(answer, QueryTriples)
    return set(answer)


def derived(rule: str, store: Store) -> set[Triple]:
    (path,) = RULES.glob(f"*-{rule}.rq")
    return constructed(path, store)


def run_all(store: Store) -> None:
    """Add to the store what each rule derives, in the order of their files."""
    for path in sorted(RULES.glob("*.rq")):
        store.extend(Quad(*triple) for triple in constructed(path, store))


def added(rule: str, text: str) -> set[Triple]:
    """What a rule derives from the text beyond what it derives from the ontology alone."""
    return derived(rule, held(text)) - derived(rule, held(""))


def ran(text: str) -> set[Triple]:
    """What all rules add to the text and the ontology."""
    store = held(text)
    before = set(store)
    run_all(store)
    return {quad.triple for quad in set(store) - before}


def about(name: str, found: set[Triple]) -> set[Triple]:
    """The triples that have the thing at one of their ends."""
    thing = NamedNode(PREFIXES["kgi"] + name)
    return {triple for triple in found if thing in (triple.subject, triple.object)}


CASES = [
    pytest.param(
        "superclass-types",
        r"kgi:twinning\/a a kg:Twinning .",
        r"kgi:twinning\/a a kg:Cooperation , org:OrganizationalCollaboration .",
        id="superclass-types passes on to our own and to foreign superclasses",
    ),
    pytest.param(
        "superclass-types",
        r"kgi:municipality\/se-0765 a kg:Municipality .",
        r"kgi:municipality\/se-0765 a geo:Feature , m8g:PublicOrganisation , org:FormalOrganization .",
        id="superclass-types gives all three sides of a municipality",
    ),
    pytest.param(
        "superclass-types",
        r"kgi:organisation\/se-veab a org:FormalOrganization . kgi:project\/x a kg:CooperationActivity .",
        r"kgi:project\/x a foaf:Project .",
        id="superclass-types leaves other vocabularies' classes and subclasses alone",
    ),
    pytest.param(
        "membership-shortcut",
        PARTNERSHIP,
        r"""kgi:municipality\/se-0765 org:memberOf kgi:partnership\/south .
            kgi:municipality\/se-0780 org:memberOf kgi:partnership\/south .
            kgi:partnership\/south org:hasMember kgi:municipality\/se-0765 , kgi:municipality\/se-0780 .""",
        id="membership-shortcut links member and cooperation in both directions, not the project",
    ),
    pytest.param(
        "membership-shortcut",
        r"kgi:membership\/x a org:Membership ; org:member kgi:municipality\/se-0765 .",
        "",
        id="membership-shortcut needs an organisation",
    ),
    pytest.param(
        "cooperates-with",
        r"kgi:partnership\/south a kg:Cooperation ." + PARTNERSHIP,
        r"""kgi:municipality\/se-0765 kg:cooperatesWith kgi:municipality\/se-0780 .
            kgi:municipality\/se-0780 kg:cooperatesWith kgi:municipality\/se-0765 .""",
        id="cooperates-with is symmetric, has no self and ignores those who share only a project",
    ),
    pytest.param(
        "cooperates-with",
        r"""kgi:organisation\/club a org:Organization .
            kgi:membership\/a org:member kgi:municipality\/se-0765 ; org:organization kgi:organisation\/club .
            kgi:membership\/b org:member kgi:municipality\/se-0780 ; org:organization kgi:organisation\/club .""",
        "",
        id="cooperates-with needs a cooperation, not any organisation",
    ),
    pytest.param(
        "cooperates-with",
        r"""kgi:twinning\/a a kg:Cooperation . kgi:twinning\/b a kg:Cooperation .
            kgi:membership\/a org:member kgi:municipality\/se-0765 ; org:organization kgi:twinning\/a .
            kgi:membership\/b org:member kgi:municipality\/se-0780 ; org:organization kgi:twinning\/b .""",
        "",
        id="cooperates-with needs the same cooperation",
    ),
    pytest.param(
        "cooperates-with",
        r"""kgi:regional-cooperation\/r a kg:Cooperation .
            kgi:membership\/a org:member kgi:municipality\/se-0765 ; org:organization kgi:regional-cooperation\/r ;
                kg:earliestStart "1999-01-01"^^xsd:date ; kg:latestEnd "2010-12-31"^^xsd:date .
            kgi:membership\/b org:member kgi:municipality\/se-0780 ; org:organization kgi:regional-cooperation\/r ;
                kg:earliestStart "2016-12-01"^^xsd:date .
            kgi:membership\/c org:member kgi:municipality\/se-0767 ; org:organization kgi:regional-cooperation\/r .""",
        r"""kgi:municipality\/se-0765 kg:cooperatesWith kgi:municipality\/se-0767 .
            kgi:municipality\/se-0767 kg:cooperatesWith kgi:municipality\/se-0765 , kgi:municipality\/se-0780 .
            kgi:municipality\/se-0780 kg:cooperatesWith kgi:municipality\/se-0767 .""",
        id="cooperates-with skips memberships that never overlapped, and an unknown bound excludes nothing",
    ),
    pytest.param(
        "cooperates-with",
        r"""kgi:partnership\/south a kg:Cooperation .
            kgi:change\/merger a org:ChangeEvent ; org:originalOrganization kgi:municipality\/za-nw402 ;
                org:resultingOrganization kgi:municipality\/za-nw405 .
            kgi:membership\/a org:member kgi:municipality\/za-nw402 ; org:organization kgi:partnership\/south .
            kgi:membership\/b org:member kgi:municipality\/za-nw405 ; org:organization kgi:partnership\/south .
            kgi:membership\/c org:member kgi:municipality\/se-0780 ; org:organization kgi:partnership\/south .""",
        r"""kgi:municipality\/se-0780 kg:cooperatesWith kgi:municipality\/za-nw402 , kgi:municipality\/za-nw405 .
            kgi:municipality\/za-nw402 kg:cooperatesWith kgi:municipality\/se-0780 .
            kgi:municipality\/za-nw405 kg:cooperatesWith kgi:municipality\/se-0780 .""",
        id="cooperates-with does not tie a municipality to the one it was merged into",
    ),
    pytest.param(
        "inverse-properties",
        r"""kgi:project\/x kg:participant kgi:municipality\/se-0765 ; kg:theme kgi:theme\/energy .
            kgi:partnership\/south kg:hasActivity kgi:project\/x .
            kgi:claim\/a kg:conflictsWith kgi:claim\/b .""",
        r"""kgi:municipality\/se-0765 kg:participatesIn kgi:project\/x .
            kgi:project\/x kg:partOfCooperation kgi:partnership\/south .
            kgi:claim\/b kg:conflictsWith kgi:claim\/a .""",
        id="inverse-properties turns either side of a pair, and a symmetric property, and nothing else",
    ),
    pytest.param(
        "inverse-properties",
        r"""kg:hasParish owl:inverseOf kg:parishOf . kgi:municipality\/se-0765 kg:hasParish kgi:place\/x .
            kgi:place\/y kg:parishOf kgi:municipality\/se-0780 .""",
        r"""kgi:place\/x kg:parishOf kgi:municipality\/se-0765 .
            kgi:municipality\/se-0780 kg:hasParish kgi:place\/y .""",
        id="inverse-properties reads new pairs from the ontology, though only one of them states it",
    ),
    pytest.param(
        "wkt-from-coordinates",
        r"""kgi:municipality\/se-0765 geo:hasDefaultGeometry kgi:geometry\/se-0765 .
            kgi:geometry\/se-0765 wgs84:lat 56.55144 ; wgs84:long 14.1389 .""",
        r"""kgi:geometry\/se-0765 geo:asWKT "POINT(14.1389 56.55144)"^^geo:wktLiteral .""",
        id="wkt-from-coordinates writes the longitude first",
    ),
    pytest.param(
        "wkt-from-coordinates",
        r"""kgi:municipality\/za-nw405 geo:hasGeometry kgi:geometry\/za-nw405 .
            kgi:geometry\/za-nw405 wgs84:lat -26.715 ; wgs84:long 27.1 .""",
        r"""kgi:geometry\/za-nw405 geo:asWKT "POINT(27.1 -26.715)"^^geo:wktLiteral .""",
        id="wkt-from-coordinates keeps southern latitudes",
    ),
    pytest.param(
        "wkt-from-coordinates",
        r"""kgi:municipality\/se-0765 geo:hasGeometry kgi:geometry\/a ; wgs84:lat 56.5 ; wgs84:long 14.1 .
            kgi:geometry\/a wgs84:lat 56.5 , 57.5 ; wgs84:long 14.1 .
            kgi:municipality\/se-0780 geo:hasGeometry kgi:geometry\/b . kgi:geometry\/b wgs84:lat 56.8 .""",
        "",
        id="wkt-from-coordinates makes no point of two latitudes, a half pair or a thing that is no geometry",
    ),
    pytest.param(
        "filled-gaps",
        r"""kgi:gap\/open a kg:KnowledgeGap ; kg:gapReason kg:NotStated ; kg:gapSubject kgi:project\/a ; kg:gapProperty kg:period .
            kgi:gap\/filled a kg:KnowledgeGap ; kg:gapReason kg:ListMissing ; kg:gapSubject kgi:project\/a ; kg:gapProperty kg:theme .
            kgi:gap\/vague a kg:KnowledgeGap ; kg:gapReason kg:AmbiguousWording ; kg:gapSubject kgi:project\/a ; kg:gapProperty kg:theme .
            GRAPH kgi:claim\/x\/1 { kgi:project\/a kg:theme kgi:theme\/energy . kgi:project\/b kg:period "2018"^^edtf:EDTF }""",
        r"kgi:gap\/filled kg:filledBy kgi:claim\/x\/1 .",
        id="filled-gaps fills what is not stated or not listed, and no ambiguous wording",
    ),
]


@pytest.mark.parametrize(("rule", "text", "expected"), CASES)
def test_rule_derives_exactly(rule: str, text: str, expected: str) -> None:
    assert added(rule, text) == triples(expected)


def test_every_rule_has_a_case() -> None:
    assert {case.values[0] for case in CASES} == {re.sub(r"^\d+-", "", path.stem) for path in RULES.glob("*.rq")}


def test_no_rule_gives_a_term_of_the_ontology_a_new_type() -> None:
    subjects = {triple.subject for triple in derived("superclass-types", held(""))}
    terms = {term for term in subjects if isinstance(term, NamedNode) and term.value.startswith(PREFIXES["kg"])}
    assert terms == set()


def test_membership_of_a_partnership_does_not_leak_into_its_projects() -> None:
    assert about("project/skills", ran(PARTNERSHIP)) == triples(
        r"""kgi:project\/skills a kg:CooperationActivity , foaf:Project .
            kgi:partnership\/south kg:hasActivity kgi:project\/skills .
            kgi:municipality\/se-0780 kg:participatesIn kgi:project\/skills .
            kgi:municipality\/za-nw405 kg:participatesIn kgi:project\/skills ."""
    )


def test_participation_in_a_project_does_not_leak_into_its_partnership() -> None:
    assert about("municipality/za-nw405", ran(PARTNERSHIP)) == triples(
        r"kgi:municipality\/za-nw405 kg:participatesIn kgi:project\/skills ."
    )


def test_a_general_rule_gives_no_partnership_a_steering_group() -> None:
    text = r"kgi:general-rule\/led a kg:GeneralRule ; kg:prescribes kg:SteeringGroup . kgi:partnership\/south a kg:MunicipalPartnership ."
    assert ran(text) - ran("") == triples(
        r"kgi:partnership\/south a kg:Cooperation , org:OrganizationalCollaboration ."
    )


@pytest.mark.parametrize("path", sorted(RULES.glob("*.rq")), ids=lambda path: path.name)
def test_rule_begins_with_what_it_derives_and_why(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert lines[0].startswith("# Derives: ")
    assert any(line.startswith("# Why: ") for line in lines)


def test_rules_are_finished_after_one_run() -> None:
    store = held(PARTNERSHIP)
    run_all(store)
    before = set(store)
    run_all(store)
    assert set(store) - before == set()
