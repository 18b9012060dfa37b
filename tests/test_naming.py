"""Names for what nobody named: told by the names of what it is of, in both languages, and never by a bare key."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexes import indexed
from kommungraf.editions.search import Index
from kommungraf.releases.manifest import resolve_current
from kommungraf.vocab import BASE, iri
from own_release import published

HEADER = "".join(
    f"@prefix {name}: <{place}> .\n"
    for name, place in {
        "csvw": "http://www.w3.org/ns/csvw#",
        "dcterms": "http://purl.org/dc/terms/",
        "geo": "http://www.opengis.net/ont/geosparql#",
        "kg": f"{BASE}def/",
        "kgi": f"{BASE}id/",
        "oa": "http://www.w3.org/ns/oa#",
        "org": "http://www.w3.org/ns/org#",
        "prov": "http://www.w3.org/ns/prov#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "schema": "https://schema.org/",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "skosxl": "http://www.w3.org/2008/05/skos-xl#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }.items()
)
TRIG = (
    HEADER
    + r"""
kgi:municipality\/se-0780 skos:prefLabel "Växjö kommun"@sv , "Växjö Municipality"@en ;
    geo:hasDefaultGeometry kgi:geometry\/se-0780 .
<https://w3id.org/kommungraf/shape/S> rdfs:label "Växjö"@sv .
kgi:twinning\/t skos:prefLabel "Växjö–Kaunas"@sv , "Växjö–Kaunas"@en .
kgi:membership\/m org:member kgi:municipality\/se-0780 ; org:organization kgi:twinning\/t .
kgi:conflict-kind\/start skos:prefLabel "Olika start"@sv , "Different starts"@en .
kgi:conflict\/c kg:conflictKind kgi:conflict-kind\/start ; kg:conflictSubject kgi:membership\/m .
kgi:name\/n skosxl:literalForm "Kauen"@de .
kgi:source\/titled dcterms:title "Vänorter"@sv ; schema:url <https://www.vaxjo.se/vanorter> .
kgi:source\/published schema:url <https://www.vaxjo.se/kommun/kaunas.4.9635134136a1a285a7142d.html> ;
    dcterms:publisher kgi:municipality\/se-0780 ; dcterms:issued "2019-02-05"^^xsd:date .
kgi:source\/bare schema:url <https://xn--vrnamo-bua.nu/nyheter/%C3%A5r?p=7> .
kgi:source\/machine schema:url <https://example.org/a/page?sv.url=12.7af01de711ef30faaf58000483&p=1> .
kgi:source\/host schema:url <https://example.org/> .
kgi:source\/long schema:url <https://example.org/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa> .
kgi:claim\/quoted prov:wasQuotedFrom kgi:source\/titled ; oa:hasSelector [ oa:exact "sedan 1990" ] , [ oa:start 3 ] .
kgi:claim\/row prov:wasDerivedFrom kgi:source\/published ; csvw:rownum 7 ; kg:tableFile "twins.csv" .
kgi:source\/english dcterms:title "Twin towns"@en .
kgi:claim\/row-of-an-english-source prov:wasDerivedFrom kgi:source\/english ; csvw:rownum 7 .
kgi:claim\/row-of-a-bare-source prov:wasDerivedFrom kgi:source\/host ; csvw:rownum 7 .
kgi:conflict-kind\/start kg:compares kg:standing , skos:altLabel .
kg:standing rdfs:label "läge enligt källan"@sv , "standing by the source"@en .
kgi:statement\/x-members skos:prefLabel "Antal medlemmar"@sv , "Members"@en .
kgi:claim\/row-standing prov:wasDerivedFrom kgi:source\/published ; csvw:rownum 7 ; dcterms:isPartOf kgi:claim\/row .
kgi:claim\/row-altLabel prov:wasDerivedFrom kgi:source\/published ; csvw:rownum 7 ; dcterms:isPartOf kgi:claim\/row .
kgi:claim\/row-x-members prov:wasDerivedFrom kgi:source\/published ; csvw:rownum 7 ; dcterms:isPartOf kgi:claim\/row .
kgi:claim\/row-else prov:wasDerivedFrom kgi:source\/published ; csvw:rownum 7 ; dcterms:isPartOf kgi:claim\/row .
kgi:graph\/curation { kgi:claim\/neither prov:wasQuotedFrom kgi:source\/titled . }
kgi:claim\/neither prov:wasQuotedFrom kgi:source\/titled .
"""
)
PAGE = "vaxjo.se/…/kaunas (2019)"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with indexed(TRIG, tmp_path_factory.mktemp("naming")) as opened:
        yield opened


@pytest.mark.parametrize(
    ("thing", "names"),
    [
        pytest.param(
            "membership/m",
            {"sv": "Växjö kommun – Växjö–Kaunas", "en": "Växjö Municipality – Växjö–Kaunas"},
            id="membership",
        ),
        pytest.param(
            "conflict/c",
            {
                "sv": "Olika start: Växjö kommun – Växjö–Kaunas",
                "en": "Different starts: Växjö Municipality – Växjö–Kaunas",
            },
            id="disagreement over a membership",
        ),
        pytest.param("rule/start", {"sv": "Olika start", "en": "Different starts"}, id="rule that finds it"),
        pytest.param(
            "geometry/se-0780",
            {"sv": "Koordinater: Växjö kommun", "en": "Coordinates: Växjö Municipality"},
            id="coordinates",
        ),
        pytest.param("name/n", {"sv": "Kauen", "en": "Kauen"}, id="written name"),
        pytest.param("source/titled", {"sv": "Vänorter", "en": "Vänorter"}, id="title"),
        pytest.param(
            "source/published",
            {"sv": f"Växjö kommun: {PAGE}", "en": f"Växjö Municipality: {PAGE}"},
            id="publisher and address",
        ),
        pytest.param(
            "source/bare", {"sv": "värnamo.nu/…/år?p=7", "en": "värnamo.nu/…/år?p=7"}, id="address alone"
        ),
        pytest.param(
            "source/machine", {"sv": "example.org/…/page?…"}, id="address that asks for what machines read"
        ),
        pytest.param("source/host", {"sv": "example.org"}, id="host alone"),
        pytest.param("source/long", {"sv": f"example.org/{'a' * 58}…"}, id="long address"),
        pytest.param("claim/quoted", {"sv": "”sedan 1990” – Vänorter"}, id="quotation"),
        pytest.param(
            "claim/row",
            {
                "sv": f"Växjö kommun: {PAGE}, rad 8 i twins.csv",
                "en": f"Växjö Municipality: {PAGE}, row 8 of twins.csv",
            },
            id="row of a table",
        ),
        pytest.param(
            "claim/row-standing",
            {
                "sv": f"Växjö kommun: {PAGE}, rad 8 (läge enligt källan)",
                "en": f"Växjö Municipality: {PAGE}, row 8 (standing by the source)",
            },
            id="part of a claim about a property of ours",
        ),
        pytest.param(
            "claim/row-altLabel",
            {
                "sv": f"Växjö kommun: {PAGE}, rad 8 (annat namn)",
                "en": f"Växjö Municipality: {PAGE}, row 8 (other name)",
            },
            id="part of a claim about a property of others",
        ),
        pytest.param(
            "claim/row-x-members",
            {
                "sv": f"Växjö kommun: {PAGE}, rad 8 (Antal medlemmar)",
                "en": f"Växjö Municipality: {PAGE}, row 8 (Members)",
            },
            id="part of a claim about a thing",
        ),
        pytest.param(
            "claim/row-else",
            {"sv": f"Växjö kommun: {PAGE}, rad 8 (else)", "en": f"Växjö Municipality: {PAGE}, row 8 (else)"},
            id="part of a claim about what has no name",
        ),
        pytest.param(
            "claim/row-of-a-bare-source",
            {"sv": "example.org, rad 8", "en": "example.org, row 8"},
            id="row of what has no language",
        ),
        pytest.param(
            "claim/row-of-an-english-source",
            {"sv": "Twin towns, rad 8", "en": "Twin towns, row 8"},
            id="row of what has a title in one language",
        ),
        pytest.param(
            "graph/curation",
            {"sv": "Utgivarens egna uppgifter", "en": "The publisher’s own statements"},
            id="graph of what the publisher says",
        ),
        pytest.param("claim/neither", {"sv": "Vänorter: neither"}, id="neither words nor row"),
    ],
)
def test_what_nobody_named_is_called_by_what_it_is_of(index: Index, thing: str, names: dict[str, str]) -> None:
    iri = f"{BASE}id/{thing}"
    assert {language: index.labels([iri], language)[iri].text for language in names} == names


def test_source_without_a_title_is_found_by_its_address(index: Index) -> None:
    assert [hit.iri for hit in index.search("kaunas vaxjo 2019", "sv").hits] == [f"{BASE}id/source/published"]


def test_source_without_a_title_is_found_by_a_publisher_whose_letters_others_havent_got(tmp_path: Path) -> None:
    trig = f"""{HEADER}
        kgi:source\\/f a kg:Source ; dcterms:publisher kgi:organisation\\/p ; schema:url <https://nord.example/towns> .
        kgi:organisation\\/p skos:prefLabel "Bodø"@no .
    """
    with indexed(trig, tmp_path) as opened:
        assert f"{BASE}id/source/f" in [hit.iri for hit in opened.search("bodo", "sv").hits]


def test_shape_is_found_after_what_it_is_about(index: Index) -> None:
    found = [hit.iri for hit in index.search("växjö", "sv").hits]
    assert f"{BASE}id/municipality/se-0780" == found[0]
    assert f"{BASE}shape/S" == found[-1]


def test_name_is_in_the_language_of_its_parts(index: Index) -> None:
    claim, written = f"{BASE}id/claim/row", f"{BASE}id/name/n"
    assert index.labels([claim], "en")[claim].lang == "en"
    assert index.labels([written], "sv")[written].lang == "de"


def test_no_two_claims_of_our_own_release_share_a_name(tmp_path: Path) -> None:
    connection = sqlite3.connect(resolve_current(published(tmp_path)) / "index.sqlite")
    claims = "FROM label JOIN thing USING (iri) WHERE rank = 0 AND type = ?"
    shared = f"SELECT lang, text, COUNT(*) {claims} GROUP BY lang, text HAVING COUNT(*) > 1"
    assert connection.execute(f"SELECT COUNT(*) {claims}", (iri("kg:Claim"),)).fetchone()[0] > 3000
    assert connection.execute(shared, (iri("kg:Claim"),)).fetchall() == []
    connection.close()
