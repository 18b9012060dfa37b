"""Tables that had no list of their own: claims of a source, figures, changes, what is said elsewhere, and counts by year."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from kommungraf.vocab import BASE
from own_release import page, sheet
from serving_client import client_of

VAXJO = f"{BASE}id/municipality/se-0780"


def around(thing: str, table: str) -> str:
    return f"/around?thing={quote(thing, safe='')}&table={table}"


TABLES = [
    pytest.param(around(f"{BASE}id/source/vaxjo-tlokwe", "claims"), id="claims"),
    pytest.param(around(VAXJO, "figures"), id="figures"),
    pytest.param(around(f"{BASE}id/municipality/za-nw405", "changes"), id="changes"),
    pytest.param(around(VAXJO, "elsewhere"), id="elsewhere"),
    pytest.param(around(f"{BASE}id/organisation/se-icld", "funded"), id="funded"),
]


@pytest.mark.parametrize("address", TABLES)
def test_table_is_a_page_of_its_own_with_the_rows_of_its_data(client: FlaskClient, address: str) -> None:
    rows = sheet(client, address)
    found = client.get(f"{address}&format=json").json or {}
    assert found["total"] == len(rows) > 0
    text = page(client, address, "en")
    assert len(re.findall(r"<tr", text)) == 1 + min(25, len(rows))
    assert f"of {len(rows)}" in text
    [query] = re.findall(r'<a href="(/sparql\?query=[^"]+)">As a SPARQL query</a>', text)
    answer = client.get(html.unescape(query), headers={"Accept": "text/csv"}).text
    assert len(answer.splitlines()) >= 1 + len(rows)


def test_long_table_of_claims_begins_on_the_page_of_its_source_and_goes_on_page_by_page(
    client: FlaskClient,
) -> None:
    text = page(client, "/doc/source/municipality-register", "en")
    [panel] = [each for each in re.findall(r"<section.*?</section>", text, re.DOTALL) if "<h2>Claims</h2>" in each]
    assert panel.count('<th scope="row"') == 10
    [href] = re.findall(r'<a href="([^"]+)">All of this table</a>', panel)
    rows = sheet(client, html.unescape(href))
    assert f"1–10 of {len(rows)}" in panel
    seen = set[str]()
    for number in range(1, -(-len(rows) // 25) + 1):
        shown = page(client, f"{html.unescape(href)}&page={number}", "en")
        body = shown.partition("<tbody>")[2]
        seen |= set(re.findall(r'<th scope="row"[^>]*><a href="([^"]+)"', body))
        assert ('rel="next"' in shown) == (number * 25 < len(rows))
    assert len(seen) == len(rows)


def test_changes_of_an_organisation_are_told_as_they_are_held_to_be_true(client: FlaskClient) -> None:
    address = around(f"{BASE}id/municipality/za-nw405", "changes")
    [row] = sheet(client, address)
    held = {f"{BASE}id/municipality/{key}" for key in ("za-nw402", "za-ventersdorp")}
    assert (set(row["before"].split()), row["period"]) == (held, "2016-08")
    text = page(client, address, "en")
    assert "August 2016</td>" in text
    assert "Potchefstroom" not in text


def test_what_a_funder_pays_for_has_its_period_in_words_or_is_said_to_have_no_known_one(
    client: FlaskClient,
) -> None:
    text = page(client, around(f"{BASE}id/organisation/se-icld", "funded"), "en")
    periods = re.findall(r'<td data-column="Period">([^<]*)', text)
    assert "not known" in periods
    assert any(each.startswith("since ") for each in periods)
    assert not any("/" in each for each in periods)


def test_page_offers_its_tables_as_csv(client: FlaskClient) -> None:
    text = page(client, "/doc/municipality/se-0780", "en")
    for words in ("Over the years", "Said elsewhere"):
        [href] = re.findall(rf'<a href="([^"]+)" type="text/csv">{words} as CSV</a>', text)
        assert client.get(html.unescape(href)).mimetype == "text/csv"


@pytest.mark.parametrize("asked", [f"thing={VAXJO}", f"type={BASE}def/Twinning"])
def test_counts_by_year_are_data_as_well(client: FlaskClient, asked: str) -> None:
    rows = sheet(client, f"/years?{asked}")
    found = client.get(f"/years?{asked}&format=json").json or {}
    years = [row["year"] for row in found["rows"]]
    assert years == list(range(years[0], years[0] + len(rows)))
    assert [(str(row["certain"]), str(row["possible"])) for row in found["rows"]] == [
        (row["certain"], row["possible"]) for row in rows
    ]


def test_counts_by_year_are_those_of_the_page(client: FlaskClient) -> None:
    text = page(client, "/doc/municipality/se-0780", "en")
    shown = re.findall(r'<tr><th scope="row">(\d{4})</th><td>(\d+)</td><td>(\d+)</td></tr>', text)
    rows = sheet(client, f"/years?thing={VAXJO}")
    assert [(row["year"], row["certain"], row["possible"]) for row in rows] == shown


def test_numbers_are_numbers_in_json(client: FlaskClient) -> None:
    [row] = (client.get(f"{around(VAXJO, 'figures')}&format=json").json or {})["rows"]
    assert row["number"] == 9
    assert row["least"] is None
    assert row["sources"] == [f"{BASE}id/source/vaxjo-vanorter"]


@pytest.mark.parametrize(
    "address",
    [
        around(f"{BASE}id/municipality/se-9999", "claims"),
        around(VAXJO, "claims"),
        around("no iri at all", "figures"),
        f"{around(VAXJO, 'elsewhere')}&page=99",
        f"/years?thing={BASE}id/source/vaxjo-tlokwe",
        "/years",
    ],
)
def test_what_has_no_such_table_is_not_found(client: FlaskClient, address: str) -> None:
    assert client.get(address, headers={"Accept": "text/html, text/csv;q=0.9"}).status_code == 404


EARLIER = f"<{BASE}id/place/a> a <{BASE}def/Place> ."
LATER = f"{EARLIER} <{BASE}id/place/b> a <{BASE}def/Place> ."


@pytest.fixture
def later(tmp_path: Path) -> Iterator[FlaskClient]:
    with client_of(tmp_path, EARLIER), client_of(tmp_path, LATER) as found:
        yield found


def test_changes_are_data_as_well_as_a_feed(later: FlaskClient, client: FlaskClient) -> None:
    assert sheet(client, "/changes") == []
    rows = (later.get("/changes?format=json").json or {})["rows"]
    assert [(row["type"], row["came"], row["went"]) for row in rows] == [(f"{BASE}def/Place", 1, 0)]
    assert later.get("/changes?format=atom").mimetype == "application/atom+xml"
    assert later.get("/changes", headers={"Accept": "application/atom+xml"}).mimetype == "application/atom+xml"
    assert 'type="application/json">JSON</a>' in page(later, "/changes")


def test_figures_say_which_of_them_are_held_to_be_true(client: FlaskClient) -> None:
    address = around(f"{BASE}id/regional-cooperation/se-entreprenorsregionen", "figures")
    held = {each["iri"].rpartition("/")[2]: each["held"] for each in sheet(client, address)}
    assert held["se-entreprenorsregionen-three-counties"] == "no"
    assert held["se-entreprenorsregionen-four-counties"] == "yes"
    told = re.findall(r'data-column="Hålls för sant här">([^<]*)', page(client, address, "sv"))
    assert sorted(told) == sorted({"yes": "ja", "no": "nej"}[each] for each in held.values())
