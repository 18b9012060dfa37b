"""Which named graphs are claims: what the index tells of them is what the held view says."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import QuerySolutions, Store

from indexes import indexed, own_indexed
from kommungraf.editions.search import Index
from kommungraf.editions.standings import Claim, claims
from kommungraf.vocab import BASE, PREFIXES, iri
from own_content import own_content

FIRST, SECOND, CURATION = f"{BASE}id/claim/s/1", f"{BASE}id/claim/s/2", f"{BASE}id/graph/curation"
TRIG = f"""
@prefix csvw: <http://www.w3.org/ns/csvw#> .
@prefix kg: <{BASE}def/> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
<{FIRST}> kg:status kg:Accepted ; prov:wasQuotedFrom <{BASE}id/source/s> ;
    oa:hasSelector [ oa:exact "one\\nand \\"two\\"" ] , [ oa:exact "three" ] , [ oa:start 7 ] .
<{SECOND}> kg:status kg:Disputed ; prov:wasQuotedFrom <{BASE}id/source/t> ; prov:wasDerivedFrom <{BASE}id/source/s> ; csvw:rownum 3 .
<{BASE}id/statement/x> prov:wasDerivedFrom <{BASE}id/source/s> .
<{FIRST}> {{ <{BASE}id/a> <{BASE}def/p> 1 . <{CURATION}> kg:status kg:Accepted }}
"""
#: The same, asked of the held view with SPARQL.
SAID = """
    SELECT ?claim ?p ?o WHERE {
      ?claim kg:status ?status ; oa:hasSelector? ?said . ?said ?p ?o
      FILTER(?p IN (kg:status, prov:wasQuotedFrom, prov:wasDerivedFrom, csvw:rownum, oa:exact))
    }
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with own_indexed(tmp_path_factory.mktemp("standings")) as opened:
        yield opened


def test_claims_have_their_standing_sources_words_and_row(tmp_path: Path) -> None:
    with indexed(TRIG, tmp_path) as index:
        found = claims(index, [SECOND, FIRST, f"{BASE}id/nothing"])
    source, other = f"{BASE}id/source/s", f"{BASE}id/source/t"
    assert list(found.values()) == [
        Claim(FIRST, iri("kg:Accepted"), (source,), ('one\nand "two"', "three")),
        Claim(SECOND, iri("kg:Disputed"), (source, other), row=3),
    ]


@pytest.mark.parametrize(
    ("titles", "language"),
    [
        pytest.param('"Vänorter"@sv', "sv", id="one title"),
        pytest.param('"Vänorter"@sv , "Twin towns"@en', "", id="titles in two languages"),
        pytest.param('"Vänorter"', "", id="title in no language"),
    ],
)
def test_words_are_in_the_one_language_of_their_source(tmp_path: Path, titles: str, language: str) -> None:
    title = f"<{BASE}id/source/s> <{iri('dcterms:title')}> {titles} ; <{iri('schema:url')}> <https://e.example/> ."
    with indexed(f"{TRIG} {title}", tmp_path) as index:
        found = claims(index, [FIRST, SECOND])
    assert found[FIRST].language == language
    assert found[SECOND].language == ""


def test_what_the_held_view_gives_no_standing_is_no_claim(tmp_path: Path) -> None:
    with indexed(TRIG, tmp_path) as index:
        assert claims(index, [f"{BASE}id/statement/x", CURATION]) == {}


def test_own_claims_are_told_as_the_held_view_tells_them(own: Index) -> None:
    store = Store()
    store.bulk_extend(own_content().dataset.held)
    answer = store.query(SAID, prefixes=PREFIXES)
    assert isinstance(answer, QuerySolutions)
    expected: dict[str, set[tuple[str, str]]] = {}
    for claim, predicate, value in answer:
        expected.setdefault(claim.value, set()).add((predicate.value, value.value))
    found = claims(own, expected)
    assert len(found) == len(expected) > 1000
    cited = (iri("prov:wasQuotedFrom"), iri("prov:wasDerivedFrom"))
    for name, claim in found.items():
        said = expected[name]
        assert {(iri("kg:status"), claim.status)} == {each for each in said if each[0] == iri("kg:status")}
        assert set(claim.sources) == {value for predicate, value in said if predicate in cited}
        assert set(claim.phrases) == {value for predicate, value in said if predicate == iri("oa:exact")}
        assert {str(claim.row)} - {"None"} == {
            value for predicate, value in said if predicate == iri("csvw:rownum")
        }
