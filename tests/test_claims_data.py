"""The claims that people wrote: quotations, offsets, conflicts, and that no fact of the first source is forgotten."""

import csv
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store, parse

from kommungraf.dataset.dataset import assembled, stated
from kommungraf.dataset.inputs import read_inputs
from kommungraf.dataset.project import own_project
from kommungraf.vocab import BASE, PREFIXES, iri

ROOT = Path(__file__).parents[1]
DATA = ROOT / "data"
CLAIMS = sorted((DATA / "claims").glob("*.trig"))
GIVEN = ROOT.parent / "shared" / "sources"
FIRST = f"{BASE}id/source/almhult-635"
CLAIM = NamedNode(iri("kg:Claim"))
DEFAULT = DefaultGraph()

needs_sources = pytest.mark.skipif(
    not GIVEN.is_dir(), reason="the texts of the sources are kept outside this repository"
)


def quads(path: Path) -> list[Quad]:
    return list(parse(path=path, rename_blank_nodes=True))


ALL = [quad for path in [*CLAIMS, *sorted(DATA.glob("*.ttl"))] for quad in quads(path)]
ABOUT = [quad for quad in ALL if quad.graph_name == DEFAULT]


def objects(subject: NamedNode | BlankNode, name: str) -> list[NamedNode | BlankNode | Literal]:
    return [quad.object for quad in ABOUT if quad.subject == subject and quad.predicate.value == iri(name)]


def declared() -> list[NamedNode]:
    return [quad.subject for quad in ABOUT if quad.predicate.value == iri("rdf:type") and quad.object == CLAIM]


def selectors(claim: NamedNode, kind: str) -> list[BlankNode]:
    found = objects(claim, "oa:hasSelector")
    return [node for node in found if NamedNode(iri(kind)) in objects(node, "rdf:type")]


def quotation(claim: NamedNode) -> str:
    ((selector,), exact) = (selectors(claim, "oa:TextQuoteSelector"), "oa:exact")
    (phrase,) = objects(selector, exact)
    return phrase.value


def sentences() -> list[str]:
    quotes = json.loads((GIVEN / "quotes.json").read_text("utf-8"))
    return [quote["exact"] for key, quote in quotes.items() if key[0] in "SB"]


def table(heading: str) -> dict[str, str]:
    """The rows of the table below a line of data/README.md, by their first cell."""
    _, _, rest = (DATA / "README.md").read_text("utf-8").partition(heading)
    rows = re.findall(r"^\| (\w+) \| (.+) \|$", rest.split("\n\n## ")[0].split("\nLeft out:")[0], re.MULTILINE)
    return {key: value for key, value in rows if re.fullmatch(r"[FX]\d\d", key)}


CASES = [pytest.param(claim, id=claim.value.removeprefix(f"{BASE}id/claim/")) for claim in declared()]


@pytest.mark.parametrize("claim", CASES)
def test_claim_has_one_source_one_status_at_most_and_one_short_quotation(claim: NamedNode) -> None:
    if not objects(claim, "prov:wasQuotedFrom"):
        pytest.fail(f"{claim} has no source")
    (source,) = objects(claim, "prov:wasQuotedFrom")
    assert NamedNode(iri("kg:Source")) in objects(source, "rdf:type")
    assert len(objects(claim, "kg:status")) <= 1
    assert 1 <= len(quotation(claim).split()) <= 8


@pytest.mark.parametrize("claim", CASES)
def test_claim_is_keyed_by_its_source(claim: NamedNode) -> None:
    (source,) = objects(claim, "prov:wasQuotedFrom")
    key = source.value.removeprefix(f"{BASE}id/source/")
    assert claim.value.removeprefix(f"{BASE}id/claim/").rpartition("/")[0] == key


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in CLAIMS])
def test_file_of_claims_holds_the_claims_of_its_source_alone(path: Path) -> None:
    graphs = {quad.graph_name.value for quad in quads(path) if quad.graph_name != DEFAULT}
    assert graphs
    assert all(graph.startswith(f"{BASE}id/claim/{path.stem}/") for graph in graphs)


def test_every_graph_is_a_declared_claim_and_every_claim_has_a_graph() -> None:
    assert {quad.graph_name for quad in ALL if quad.graph_name != DEFAULT} == set(declared())


def test_claims_are_declared_once() -> None:
    assert len(declared()) == len(set(declared()))


def test_no_claim_states_a_disagreement_by_hand() -> None:
    assert not [quad for quad in ALL if quad.predicate.value == iri("kg:conflictsWith")]


def test_notes_are_in_swedish_and_english() -> None:
    for name in ("skos:note", "skos:prefLabel", "dcterms:description"):
        told: dict[object, list[str | None]] = {}
        for quad in ALL:
            if quad.predicate.value == iri(name):
                told.setdefault((quad.subject, quad.graph_name), []).append(quad.object.language)
        assert all(sorted(languages) == ["en", "sv"] for languages in told.values()), name


def test_blank_nodes_are_selectors_alone() -> None:
    nodes = {quad.subject for quad in ALL if isinstance(quad.subject, BlankNode)}
    assert nodes == {quad.object for quad in ALL if quad.predicate.value == iri("oa:hasSelector")}


def test_every_source_is_cited() -> None:
    sources = {quad.subject for quad in ABOUT if quad.object == NamedNode(iri("kg:Source"))}
    cited = {
        quad.object for quad in ABOUT if quad.predicate.value in {iri("prov:wasQuotedFrom"), iri("kg:gapSource")}
    }
    tables = {BASE + "id/source/" + key for path in (DATA / "tables").glob("*.csv") for key in sources_of(path)}
    assert {source.value for source in cited - sources} <= tables
    assert {source.value for source in sources - cited} <= tables


def sources_of(path: Path) -> set[str]:
    """The keys of the sources that the rows of a table name."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["källa"] for row in csv.DictReader(file) if "källa" in row}


def of_first_source() -> Iterator[NamedNode]:
    return (claim for claim in declared() if objects(claim, "prov:wasQuotedFrom") == [NamedNode(FIRST)])


@needs_sources
def test_quotations_of_the_first_source_stand_at_their_offsets() -> None:
    text = (GIVEN / "almhult-635.txt").read_text("utf-8")
    for claim in of_first_source():
        (position,) = selectors(claim, "oa:TextPositionSelector")
        (start,), (end,) = objects(position, "oa:start"), objects(position, "oa:end")
        assert text[int(start.value) : int(end.value)] == quotation(claim), claim


@needs_sources
def test_quotations_of_the_first_source_lie_in_the_passage_that_their_claim_is_named_after() -> None:
    quotes = json.loads((GIVEN / "quotes.json").read_text("utf-8"))
    for claim in of_first_source():
        key = claim.value.rpartition("/")[2].partition("-")[0]
        passage = quotes[key.upper() if key[0].isalpha() else f"S{key}"]
        (position,) = selectors(claim, "oa:TextPositionSelector")
        (start,), (end,) = objects(position, "oa:start"), objects(position, "oa:end")
        assert passage["start"] <= int(start.value) < int(end.value) <= passage["end"], claim


@needs_sources
def test_wordings_are_words_of_the_first_source() -> None:
    text = (GIVEN / "almhult-635.txt").read_text("utf-8")
    wordings = [quad.object for quad in ALL if quad.predicate.value == iri("kg:wording")]
    assert all(len(wording.value.split()) <= 8 for wording in wordings)
    assert all(wording.value in text for wording in wordings if wording.language == "sv")


@needs_sources
def test_no_whole_sentence_of_the_first_source_is_in_the_repository() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    files = [ROOT / name for name in listed.split("\0") if name]
    texts = {path: path.read_text("utf-8", errors="ignore") for path in files if path.is_file()}
    assert not [(path, sentence) for path, text in texts.items() for sentence in sentences() if sentence in text]


@needs_sources
def test_every_fact_of_the_first_source_is_placed_or_left_out_with_a_reason() -> None:
    placed = table("## The facts of the first source")
    left_out = table("\nLeft out:")
    with (GIVEN / "gold_facts.csv").open(encoding="utf-8") as file:
        facts = {row["id"] for row in csv.DictReader(file)}
    assert not placed.keys() & left_out.keys()
    assert placed.keys() | left_out.keys() == facts


@needs_sources
def test_every_piece_of_outside_evidence_is_placed_or_left_out() -> None:
    evidence = (json.loads(line) for line in (GIVEN / "outside_evidence.jsonl").read_text("utf-8").splitlines())
    assert table("## The outside evidence").keys() == {piece["id"] for piece in evidence}


@needs_sources
def test_only_what_cannot_be_checked_is_left_out() -> None:
    left_out = table("\nLeft out:").keys()
    with (GIVEN / "gold_facts.csv").open(encoding="utf-8") as file:
        kinds = {row["id"]: row["kind"] for row in csv.DictReader(file) if row["id"] in left_out}
    # F80 is the one stated fact among them: a position between two areas that nobody has delimited.
    assert {fact for fact, kind in kinds.items() if kind == "stated"} == {"F80"}


def named(cell: str) -> list[str]:
    return [f"{BASE}id/{path}" for path in re.findall(r"`((?:claim|gap|source)/[^`]+)`", cell)]


def test_claims_and_gaps_that_the_readme_names_exist() -> None:
    known = {quad.subject.value for quad in ABOUT}
    for place in [*table("## The facts of the first source").values(), *table("## The outside evidence").values()]:
        assert named(place) or place.startswith("left out: "), place
        assert set(named(place)) <= known, place


@needs_sources
def test_facts_are_placed_in_the_claims_of_their_passages() -> None:
    placed = table("## The facts of the first source")
    with (GIVEN / "gold_facts.csv").open(encoding="utf-8") as file:
        passages = {row["id"]: row["quote_id"].removeprefix("S").lower() for row in csv.DictReader(file)}
    for fact, place in placed.items():
        claims = [path for path in named(place) if "/claim/" in path]
        keys = {path.rpartition("/")[2].partition("-")[0] for path in claims}
        assert keys <= {passages[fact]}, fact


@pytest.fixture(scope="module")
def held_view() -> Store:
    project = own_project()
    store = Store()
    store.bulk_extend(assembled(stated(read_inputs(project), project), project).held)
    return store


ER = r"kgi:regional-cooperation\/se-entreprenorsregionen"
PARTNERSHIP = r"kgi:partnership\/se-almhult-vaxjo-za-jb-marks"
ALMHULT = r"kgi:municipality\/se-0765"
JB_MARKS = r"kgi:municipality\/za-nw405"
TLOKWE = r"kgi:municipality\/za-nw402"
ITEMS = r"""VALUES ?item {
    kgi:project\/public-skills-training
    kgi:project\/energy-plan-agenda-2030
    kgi:project\/mental-health-disability-community-integration
}"""


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(
            f"{{ SELECT (COUNT(?m) AS ?n) {{ {ER} org:hasMember ?m }} }} FILTER(?n = 12)", id="twelve-members"
        ),
        pytest.param(f"{ER} kg:membershipListComplete true", id="closed-list"),
        pytest.param(f"{ER} dcterms:spatial kgi:county\\/se-14", id="four-counties"),
        pytest.param(f'{PARTNERSHIP} kg:period "2005/.."^^edtf:EDTF', id="partnership-since-2005"),
        pytest.param(
            f'?m org:member {ALMHULT} ; org:organization {PARTNERSHIP} ; kg:period "2018-22/.."^^edtf:EDTF',
            id="almhult-since-summer-2018",
        ),
        pytest.param(f"?c org:originalOrganization {TLOKWE} ; org:resultingOrganization {JB_MARKS}", id="merger"),
        pytest.param(
            f"?s kg:about {PARTNERSHIP} ; qudt:lowerBound 36 ; kg:counts kg:Project, kg:PilotStudy", id="36"
        ),
        pytest.param(f"{ALMHULT} kg:cooperatesWith {JB_MARKS}", id="almhult-and-jb-marks-cooperate"),
    ],
)
def test_held_view_says(pattern: str, held_view: Store) -> None:
    assert held_view.query(f"ASK {{ {pattern} }}", prefixes=PREFIXES)


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(f"?s kg:about {ER} ; kg:counts kg:County ; qudt:numericValue 3", id="three-counties"),
        pytest.param(f"{ER} org:hasMember kgi:municipality\\/se-0780", id="vaxjo-in-entreprenorsregionen"),
        pytest.param(f"?m org:member {JB_MARKS} ; kg:period ?p", id="jb-marks-before-it-existed"),
        pytest.param(f"?s kg:about {PARTNERSHIP} ; qudt:numericValue ?n", id="exact-number-of-projects"),
        pytest.param(f"?t a kg:Twinning ; org:hasMember {ALMHULT}", id="twin-towns-of-another-source"),
        pytest.param(
            f"{ITEMS} ?item kg:participant/org:unitOf? {ALMHULT} "
            r"FILTER(?item != kgi:project\/mental-health-disability-community-integration)",
            id="partnership-leaks-into-projects",
        ),
        pytest.param(f"{ITEMS} ?item a ?kind FILTER(?kind IN (kg:Project, kg:PilotStudy))", id="guessed-kind"),
        pytest.param(f"{ITEMS} ?item frapo:isFundedBy kgi:organisation\\/se-sida", id="sida-funds-one-project"),
        pytest.param(
            f"?group org:subOrganizationOf {PARTNERSHIP} ; m8g:frequency ?f", id="general-rule-on-one-group"
        ),
        pytest.param(f"?s a kg:PopulationStatement ; kg:about {ER}", id="population-as-fact"),
        pytest.param(f"{ALMHULT} m8g:contactPoint/(m8g:telephone|m8g:email) ?a", id="invented-contact"),
        pytest.param(f"{ALMHULT} kg:cooperatesWith {TLOKWE}", id="members-who-never-met"),
        pytest.param(
            rf"?m org:organization {PARTNERSHIP} ; kg:period ?p FILTER(REGEX(STR(?p), '[0-9]+-[0-9]+-[0-9]+'))",
            id="invented-day",
        ),
    ],
)
def test_held_view_never_says(pattern: str, held_view: Store) -> None:
    assert not held_view.query(f"ASK {{ {pattern} }}", prefixes=PREFIXES)


def test_held_view_has_one_period_a_thing(held_view: Store) -> None:
    several = "ASK { ?thing kg:period ?one , ?other FILTER(?one != ?other) }"
    assert not held_view.query(several, prefixes=PREFIXES)
