"""An officer's page: what to check about the own municipality, as a page, a sheet and a SHACL report."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, RdfFormat, parse

from kommungraf.app import Settings
from kommungraf.settings.limits import Limits
from kommungraf.vocab import BASE, iri
from own_release import own_client, page, sheet
from serving_client import client_of

VAXJO = "/check/se-0780"


def about(client: FlaskClient, heading: str, path: str = VAXJO) -> set[str]:
    return {row["iri"].rpartition("/id/")[2] for row in sheet(client, path) if row["heading"] == heading}


def test_officer_of_vaxjo_sees_on_one_page_what_to_check(client: FlaskClient) -> None:
    text = page(client, VAXJO)
    for words in ("Att kontrollera", "Vänorter som bara andra nämner", "Källor som är oense", "Sidor utan datum"):
        assert words in text


def test_tie_that_only_others_name_is_one_sided(client: FlaskClient) -> None:
    found = about(client, "Twin towns that only others name")
    assert "twinning/se-0780-dk-aabenraa" in found
    assert "twinning/se-0780-lt-kaunas" not in found


def test_tie_that_the_own_pages_name_and_the_other_sides_own_page_does_not_is_told_with_that_page(
    client: FlaskClient,
) -> None:
    heading = "Twin towns whose own page is silent"
    rows = [row for row in sheet(client, "/check/se-1480") if row["heading"] == heading]
    told = {row["iri"].rpartition("/id/")[2]: (row["why"], row["sources"]) for row in rows}
    kind, sources = told["twinning/se-1480-de-rostock"]
    assert kind == "Rostock: the own page doesn't name the tie"
    assert "source/" in sources
    assert "dk-aabenraa" not in str(about(client, heading)), "no page of Aabenraa's own was read"


TOWNS = """
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix kg: <https://w3id.org/kommungraf/def/> .
@prefix kgi: <https://w3id.org/kommungraf/id/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
kgi:municipality\\/se-0765 a kg:Municipality .
kgi:source\\/ours a kg:Source ; dcterms:publisher kgi:municipality\\/se-0765 .
kgi:source\\/theirs a kg:Source ; dcterms:publisher kgi:place\\/b .
kgi:claim\\/ours\\/1 prov:wasQuotedFrom kgi:source\\/ours .
GRAPH kgi:claim\\/ours\\/1 {
  kgi:twinning\\/ab a kg:Twinning .
  kgi:membership\\/a org:member kgi:municipality\\/se-0765 ; org:organization kgi:twinning\\/ab .
  kgi:membership\\/b org:member kgi:place\\/b ; org:organization kgi:twinning\\/ab .
}
"""
THEIRS = r"kgi:claim\/theirs\/1 prov:wasQuotedFrom kgi:source\/theirs . GRAPH kgi:claim\/theirs\/1 { kgi:twinning\/%s a kg:Twinning }"


@pytest.mark.parametrize(
    ("more", "is_told"),
    [
        pytest.param("", False, id="nothing-was-read-of-their-page"),
        pytest.param(THEIRS % "bc", True, id="their-page-names-another"),
        pytest.param(THEIRS % "bc" + " " + (THEIRS % "ab").replace("/1", "/2"), False, id="their-page-names-it"),
        pytest.param(THEIRS % "bc" + r" kgi:twinning\/ab kg:standing kg:Ended .", False, id="it-has-ended"),
    ],
)
def test_other_side_is_silent_only_where_its_own_page_was_read_and_the_tie_goes_on(
    tmp_path: Path, more: str, is_told: bool
) -> None:
    with client_of(tmp_path, TOWNS + more) as small:
        found = about(small, "Twin towns whose own page is silent", "/check/se-0765")
    assert found == ({"twinning/ab"} if is_told else set())


@pytest.mark.parametrize("was_read", [True, False])
def test_municipality_of_which_no_page_was_read_is_not_said_to_leave_towns_out(
    tmp_path: Path, was_read: bool
) -> None:
    ours = r"kgi:claim\/ours\/2 prov:wasQuotedFrom kgi:source\/ours . GRAPH kgi:claim\/ours\/2 { kgi:twinning\/ac a kg:Twinning }"
    others = TOWNS.replace(
        "kgi:claim\\/ours\\/1 prov:wasQuotedFrom kgi:source\\/ours",
        "kgi:claim\\/ours\\/1 prov:wasQuotedFrom kgi:source\\/theirs",
    )
    with client_of(tmp_path, others + (ours if was_read else "")) as small:
        text = page(small, "/check/se-0765")
    assert ("egna sidor som lästs nämner andra vänorter" in text) is was_read
    assert ("Ingen egen sida hos kommunen" in text) is not was_read


def test_number_that_a_source_states_is_held_against_the_ties_that_are_known(client: FlaskClient) -> None:
    heading = "Fewer twin towns known than counted"
    (row,) = [each for each in sheet(client, "/check/se-0880") if each["heading"] == heading]
    stated, known = re.fullmatch(r"(\d+) counted, (\d+) known", row["why"]).groups()  # type: ignore[union-attr]
    assert stated == "9"
    assert 0 < int(known) < 9
    assert row["sources"].endswith("/source/kalmar-vanorter")
    (row,) = [each for each in sheet(client, "/check/se-0765") if each["heading"] == heading]
    assert row["why"] == "at least 1 counted, 0 known"


def test_disagreements_are_those_of_the_municipality(client: FlaskClient) -> None:
    found = about(client, "Sources that disagree")
    assert "partnership/se-almhult-vaxjo-za-jb-marks" in found
    assert not any("se-1480" in thing for thing in found)


def test_pages_are_old_by_the_date_of_the_dataset_and_the_years_asked_for(client: FlaskClient) -> None:
    assert "source/falun-vanorter" in about(client, "Old pages", "/check/se-2080?years=1")
    assert "source/falun-vanorter" not in about(client, "Old pages", "/check/se-2080?years=100")


@pytest.mark.parametrize(("years", "old"), [(1, True), (100, False)])
def test_an_operator_decides_when_pages_are_old(tmp_path: Path, years: int, old: bool) -> None:
    with own_client(tmp_path, Settings(Limits(), old_after_years=years)) as asked:
        assert ("source/falun-vanorter" in about(asked, "Old pages", "/check/se-2080")) is old


def test_pages_without_a_date_are_named(client: FlaskClient) -> None:
    assert "source/vaxjo-kaunas" in about(client, "Pages without a date")


def test_tie_without_a_start_is_named(client: FlaskClient) -> None:
    found = about(client, "Without a start")
    assert "twinning/se-0780-nl-almere" in found
    assert "twinning/se-0780-lt-kaunas" not in found


def test_project_of_which_no_source_tells_the_time_is_named(client: FlaskClient) -> None:
    found = about(client, "Projects without a time")
    assert {"project/tshwaraganang-library", "project/international-team-finance"} <= found
    assert "project/public-skills-training" not in found


UNSOURCED = """
@prefix kg: <https://w3id.org/kommungraf/def/> .
@prefix kgi: <https://w3id.org/kommungraf/id/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix schema: <https://schema.org/> .
kgi:municipality\\/se-0765 a kg:Municipality ; org:memberOf kgi:twinning\\/read , kgi:twinning\\/lost , kgi:twinning\\/bare .
kgi:twinning\\/read a kg:Cooperation . kgi:twinning\\/lost a kg:Cooperation . kgi:twinning\\/bare a kg:Cooperation .
kgi:source\\/page a kg:Source ; schema:url <https://www.example.org/> . kgi:source\\/letter a kg:Source .
kgi:claim\\/page\\/1 prov:wasQuotedFrom kgi:source\\/page . kgi:claim\\/letter\\/1 prov:wasQuotedFrom kgi:source\\/letter .
GRAPH kgi:claim\\/page\\/1 { kgi:membership\\/a org:member kgi:municipality\\/se-0765 ; org:organization kgi:twinning\\/read }
GRAPH kgi:claim\\/letter\\/1 { kgi:membership\\/b org:member kgi:municipality\\/se-0765 ; org:organization kgi:twinning\\/lost }
"""


def test_tie_that_no_source_with_an_address_names_is_told_with_the_source_that_has_none(tmp_path: Path) -> None:
    with client_of(tmp_path, UNSOURCED) as small:
        rows = sheet(small, "/check/se-0765")
    found = {row["iri"]: row["sources"] for row in rows if row["heading"] == "Without a source that can be read"}
    letter = f"{BASE}id/source/letter"
    assert found == {f"{BASE}id/twinning/lost": letter, f"{BASE}id/twinning/bare": ""}


def test_report_is_a_shacl_validation_report_of_the_same_things(client: FlaskClient) -> None:
    content = client.get(VAXJO, headers={"Accept": "text/turtle"}).data
    quads = list(parse(content, RdfFormat.TURTLE))
    results = {quad.subject.value for quad in quads if quad.object == NamedNode(iri("sh:ValidationResult"))}
    things = {quad.object.value for quad in quads if quad.predicate == NamedNode(iri("sh:focusNode"))}
    rows = sheet(client, VAXJO)
    assert len(results) == len(rows)
    assert things == {row["iri"] for row in rows}


def test_municipality_is_found_by_name_and_code(client: FlaskClient) -> None:
    for asked in ("V%C3%A4xj%C3%B6", "0780"):
        response = client.get(f"/check?municipality={asked}")
        assert response.status_code == 303
        assert response.headers["Location"].endswith(VAXJO)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/check/se-9999", 404),
        ("/check?municipality=Atlantis", 400),
        ("/check?municipality=", 400),
        (f"{VAXJO}?years=0", 400),
        (f"{VAXJO}?years=x", 400),
    ],
)
def test_what_cannot_be_checked_is_refused(client: FlaskClient, path: str, status: int) -> None:
    assert client.get(path).status_code == status


def test_page_of_a_municipality_leads_to_its_checks(client: FlaskClient) -> None:
    assert 'href="/check/se-0780' in page(client, "/doc/municipality/se-0780")
    assert "/check/" not in page(client, "/doc/county/se-07")


def test_sources_of_a_check_fold_after_the_first_where_there_are_many(client: FlaskClient) -> None:
    text = page(client, "/check/se-0780", "en")
    [folded, *_] = re.findall(
        r'</ul><details class="behind"><summary>and (\d+) more</summary><ul class="behind">(.*?)</ul>', text
    )
    assert folded[1].count("<li>") == int(folded[0])


def test_disagreement_tells_what_its_sides_say_and_leads_to_them(client: FlaskClient) -> None:
    found = re.search(
        r'Olika start</span>\n<br><a href="([^"]+)">Älmhults kommun: sedan 2005 · [^<·]+: sedan 2006[^<]*</a>',
        page(client, VAXJO),
    )
    assert found
    assert "sedan 2006" in page(client, found[1])
    rows = [row for row in sheet(client, VAXJO) if row["why"] == "Different starts"]
    assert "since 2005; since 2006" in {row["says"] for row in rows}
