"""The collected facts: no row is lost, every known disagreement is found by rule, and questions agree with a plain count of the tables."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, QuerySolutions, Store

from kommungraf.validation.findings import Severity
from kommungraf.vocab import BASE, PREFIXES, iri
from own_content import own_content

ROOT = Path(__file__).parents[1]
TABLES = ROOT / "data" / "tables"
README = (ROOT / "data" / "README.md").read_text("utf-8")
GIVEN = ROOT.parent / "shared" / "facts"
needs_facts = pytest.mark.skipif(not GIVEN.is_dir(), reason="the collected facts are kept outside this repository")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def store() -> Store:
    """The whole of our dataset, named graphs and held view."""
    found, dataset = Store(), own_content().dataset
    found.bulk_extend(dataset.held)
    found.bulk_extend(dataset.named)
    return found


def answers(text: str) -> QuerySolutions:
    found = store().query(text, prefixes=PREFIXES)
    assert isinstance(found, QuerySolutions)
    return found


CASES = rows(Path(__file__).with_name("known-disagreements.csv"))


@pytest.mark.parametrize("case", [pytest.param(case, id=case["case"]) for case in CASES])
def test_known_disagreement_is_found_by_its_rule(case: dict[str, str]) -> None:
    conflict = f"<{BASE}id/conflict/{case['kind']}/{case['subject']}>"
    sides = [row["side"].value for row in answers(f"SELECT ?side {{ {conflict} kg:side ?side }}")]
    assert len(sides) > 1 or case["kind"] in {"listed-after-its-end", "count-against-list"}
    assert sides


def test_no_file_of_tables_states_a_disagreement_by_hand() -> None:
    assert not [path for path in TABLES.glob("*.csv") if "conflictsWith" in path.read_text("utf-8")]


def test_start_that_was_worked_out_is_marked_in_every_table_that_notes_it() -> None:
    noted = [
        (path.name, row)
        for path in sorted(TABLES.glob("*.csv"))
        for row in rows(path)
        if "computed" in (row.get("anteckning på engelska") or "")
    ]
    assert {"cooperations.csv", "projects.csv", "twin-towns.csv"} <= {name for name, _ in noted}
    assert [(name, row) for name, row in noted if row.get("uträknat") != "ja"] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("almhult-635/10", "idvxo-2016/1"),
        ("almhult-635/10", "vaxjo-tlokwe/1"),
        ("almhult-635/10-jb-marks", "mzansimirror/1"),
        ("almhult-635/17-counties", "germundsson-2016/2"),
        ("almhult-635/17-counties", "municipality-register/1452"),
        ("almhult-635/17-counties", "varnamo-2024/1"),
        ("vaxjo-partnerskap/1", "vaxjo-tlokwe/1"),
        ("vaxjo-partnerskap/1-jb-marks", "mzansimirror/1"),
        ("wikipedia-ipfs/1", "mzansimirror/1"),
    ],
)
def test_claims_of_the_first_source_conflict_with_others_by_rule(one: str, other: str) -> None:
    pair = f"<{BASE}id/claim/{one}> kg:conflictsWith <{BASE}id/claim/{other}>"
    assert list(answers(f"SELECT * {{ GRAPH <{BASE}id/rule/held-view-policy> {{ {pair} }} }}"))


@pytest.mark.parametrize(
    ("kind", "subject", "one", "other"),
    [
        ("different-name", "municipality-za-nw405", "gov-za-2016/1", "wikipedia-2018/1"),
        ("different-name", "municipality-za-nw405", "gov-za-2016/1", "wikipedia-de-jb-marks/1"),
        (
            "different-precision",
            "partnership-se-almhult-vaxjo-za-jb-marks",
            "almhult-635/10",
            "platforma-2018/1",
        ),
    ],
)
def test_claims_of_the_first_source_differ_from_others_by_rule(
    kind: str, subject: str, one: str, other: str
) -> None:
    conflict = f"<{BASE}id/conflict/{kind}/{subject}>"
    sides = {
        row["side"].value.partition("/id/claim/")[2]
        for row in answers(f"SELECT ?side {{ {conflict} kg:side ?side }}")
    }
    assert {one, other} <= sides


def test_kosovo_is_the_concept_of_the_countries_of_the_eu() -> None:
    rows = answers(
        'SELECT ?country { kgi:place\\/xk-peja geo:sfWithin ?country . ?country skos:prefLabel "Kosovo"@sv }'
    )
    assert {row["country"].value.rpartition("/")[2] for row in rows} == {"1A0"}


def test_no_two_claims_in_conflict_are_both_held() -> None:
    both = "SELECT * { ?one kg:conflictsWith ?other ; kg:status kg:Accepted . ?other kg:status kg:Accepted }"
    assert not list(answers(both))


@needs_facts
def test_every_case_is_found_or_said_to_be_impossible_to_find() -> None:
    text = (GIVEN / "conflicts.md").read_text("utf-8")
    all_cases = set(re.findall(r"^([A-F]\d+) ", text, re.MULTILINE))
    table = README.partition("cannot be found by a rule")[2]
    impossible = set(
        re.findall(r"\b([A-F]\d+)\b", " ".join(re.findall(r"^\| ([A-F]\d[^|]*) \|", table, re.MULTILINE)))
    )
    assert len(all_cases) == 100
    assert {case["case"] for case in CASES} | impossible == all_cases
    assert not {case["case"] for case in CASES} & impossible


def numbers(cell: str) -> set[int]:
    """The row numbers of “45, 46, 52–68”."""
    found: set[int] = set()
    for first, last in re.findall(r"(\d+)(?:–(\d+))?", cell):
        found |= set(range(int(first), int(last or first) + 1))
    return found


@cache
def left_out() -> dict[str, set[int]]:
    """The rows that data/README.md says are left out, or are said in data/claims/ already, by file."""
    found: dict[str, set[int]] = {}
    for file, cell in re.findall(r"^\| `(\w+\.csv)` \| ([\d, –]+) \|", README, re.MULTILINE):
        found.setdefault(file, set()).update(numbers(cell))
    for cell, file in re.findall(r"rows ([\d, –and]+) of\s+`(\w+\.csv)`", README):
        found.setdefault(file, set()).update(numbers(cell))
    return found


@cache
def sources() -> dict[str, set[str]]:
    """The keys of the sources of each address."""
    found: dict[str, set[str]] = {}
    for row in answers("SELECT ?source ?url { ?source schema:url ?url }"):
        found.setdefault(row["url"].value, set()).add(row["source"].value)
    return found


@cache
def texts() -> dict[str, set[str]]:
    """What the claims of each source say: every value, and every name of what they speak of."""
    names: dict[str, set[str]] = {}
    for name in ("skos:prefLabel", "skos:altLabel", "dcterms:title"):
        for quad in store().quads_for_pattern(None, NamedNode(iri(name)), None, None):
            names.setdefault(str(quad.subject), set()).add(quad.object.value)
    found: dict[str, set[str]] = {}
    for row in answers("SELECT ?claim ?source { ?claim prov:wasDerivedFrom|prov:wasQuotedFrom ?source }"):
        said = found.setdefault(row["source"].value, set())
        for quad in store().quads_for_pattern(None, None, None, row["claim"]):
            said.add(getattr(quad.object, "value", ""))
            said |= names.get(str(quad.object), set()) | names.get(str(quad.subject), set())
    return found


NAMES = {
    "twin_towns.csv": "twin_place",
    "partnerships.csv": "members",
    "projects.csv": "title",
    "regional_bodies.csv": "body",
    "regional_memberships.csv": "member",
    "partner_names.csv": "name",
    "context_figures.csv": "value",
}


def unaccounted(file: str) -> Iterator[int]:
    """The rows of which the dataset holds nothing from that page by that name."""
    for number, row in enumerate(rows(GIVEN / file), start=2):
        keys = sources().get(row["source_url"], set())
        said = set().union(*(texts().get(key, set()) for key in keys))
        names = [
            re.sub(r" \([^)]*\)$", "", name.strip())
            for name in (*row[NAMES[file]].split(";"), row.get("name", ""))
        ]
        if number not in left_out().get(file, set()) and not any(_stands(name, said) for name in names):
            yield number


def _stands(name: str, said: set[str]) -> bool:
    if name.isdecimal():
        return name in said or str(int(name) + 1) in said
    return bool(name) and any(name in text for text in said)


@needs_facts
@pytest.mark.parametrize("file", NAMES)
def test_no_collected_row_is_lost(file: str) -> None:
    assert list(unaccounted(file)) == []


def test_documents_tell_every_warning_of_the_check_and_why_it_stays() -> None:
    table = README.partition("## What the check warns of")[2]
    told = {
        shape: int(number) for number, shape in re.findall(r"^\| (\d+) \| `([\w-]+)` \| \S", table, re.MULTILINE)
    }
    findings = own_content().findings
    assert {finding.severity for finding in findings} == {Severity.WARNING}
    assert Counter((finding.shape or "").strip("<>").rpartition("/")[2] for finding in findings) == told


def test_twinnings_by_county_agree_with_the_held_claims_of_the_table() -> None:
    """Counted over the table and the statuses that its claims were given, without the query's joins."""
    held = {row["claim"].value for row in answers("SELECT ?claim { ?claim kg:status kg:Accepted }")}
    ended = {row["t"].value for row in answers("SELECT ?t { ?t kg:standing kg:Ended ; a kg:Twinning }")}
    keys = {row["kortnamn"]: row["kod"] for row in rows(TABLES / "municipalities.csv")}
    keys |= {row["namn"]: row["kod"] for row in rows(TABLES / "municipalities.csv")}
    county = {row["kod"]: row["länskod"] for row in rows(TABLES / "municipalities.csv")}
    ties: set[tuple[str, str]] = set()
    for row in rows(TABLES / "twin-towns.csv"):
        tie = f"se-{keys[row['kommun']]}-{row['vänort']}"
        passage = f"-{row['ställe']}" if row.get("ställe") else ""
        if (
            f"{BASE}id/claim/{row['källa']}/twin-{tie}{passage}" in held
            and f"{BASE}id/twinning/{tie}" not in ended
        ):
            ties.add((county[keys[row["kommun"]]], tie))
    counted = Counter(code for code, _ in ties)
    answered = {
        row["county"].value.rpartition("-")[2]: int(row["number"].value)
        for row in answers((ROOT / "questions" / "twin-towns-by-county.rq").read_text("utf-8"))
    }
    assert (
        sum(abs(answered[code] - counted[code]) for code in answered) <= 2
    )  # ties of more than two, and within Sweden


def test_twinnings_by_decade_agree_with_the_years_of_the_table() -> None:
    answered = {
        int(row["decade"].value): int(row["number"].value)
        for row in answers((ROOT / "questions" / "twinnings-by-decade.rq").read_text("utf-8"))
    }
    held = {
        (row["t"].value, row["p"].value) for row in answers("SELECT ?t ?p { ?t a kg:Twinning ; kg:period ?p }")
    }
    decades = Counter(int(match[1]) * 10 for _, period in held if (match := re.match(r"(\d{3})[\dX]", period)))
    assert answered == dict(decades)
