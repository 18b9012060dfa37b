"""Lists of a class, narrowed by facets, as pages and as CSV."""

import csv
import io
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from kommungraf.vocab import BASE
from own_release import page, sheet
from serving_client import client_of

MUNICIPALITY = f"{BASE}def/Municipality"
KRONOBERG = f"{BASE}id/county/se-07"
FINLAND = "http://publications.europa.eu/resource/authority/country/FIN"
RUSSIA = quote("http://publications.europa.eu/resource/authority/country/RUS", safe="")
TWINNINGS = f"/list?type={quote(BASE + 'def/Twinning', safe='')}"
OF_KRONOBERG = f"{TWINNINGS}&county={quote(KRONOBERG, safe='')}"


def test_list_of_a_county_is_offered_as_csv(client: FlaskClient) -> None:
    address = f"/list?type={quote(MUNICIPALITY, safe='')}&county={quote(KRONOBERG, safe='')}"
    text = page(client, address)
    assert text.count('<li><a href="/doc/municipality/se-07') == 8
    response = client.get(address, headers={"Accept": "text/csv"})
    assert response.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert [row["name_sv"] for row in rows][:2] == ["Alvesta kommun", "Lessebo kommun"]
    assert len(rows) == 8


def rows(client: FlaskClient, address: str) -> list[dict[str, str]]:
    response = client.get(f"{address}&format=csv")
    assert response.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(response.text)))


def named(text: str) -> int:
    return int(re.findall(r'class="note">(\d+) thing', text)[0])


def test_every_facet_narrows_the_list_and_its_csv_by_links(client: FlaskClient) -> None:
    wide = page(client, TWINNINGS, "en")
    for facet in ("County", "Country", "Status"):
        [choices] = re.findall(rf'<nav class="facet" aria-label="{facet}">.*?</nav>', wide, re.DOTALL)
        [(href, number), *_] = re.findall(r'<a href="([^"]+)">[^<]+</a> <span class="quiet">(\d+)', choices)
        address = href.replace("&amp;", "&")
        assert named(page(client, address, "en")) == len(rows(client, address)) == int(number)
        assert int(number) < named(wide) or facet == "Country"


def test_every_country_is_offered_the_rare_ones_folded_away_and_the_chosen_one_in_front(
    client: FlaskClient,
) -> None:
    [choices] = re.findall(
        r'<nav class="facet" aria-label="Country">.*?</nav>', page(client, TWINNINGS, "en"), re.DOTALL
    )
    common, folded, rare = choices.partition('<details class="more"><summary>and ')
    [href, *others] = re.findall(r'<a href="([^"]+)"', rare)
    assert common.count("<a href=") == 24
    assert rare.startswith(f"{1 + len(others)} more</summary>")
    narrowed = page(client, href.replace("&amp;", "&"), "en")
    [choices] = re.findall(r'<nav class="facet" aria-label="Country">.*?</nav>', narrowed, re.DOTALL)
    assert 'aria-current="true"' in choices.partition(folded)[0]


def test_csv_says_which_things_are_not_held_and_still_names_them(client: FlaskClient) -> None:
    others = [row for row in rows(client, TWINNINGS) if row["held"] == "no"]
    assert others
    assert all(row["name_sv"] and not row["members"] for row in others)


def test_csv_names_sources_without_a_title_as_their_pages_do(client: FlaskClient) -> None:
    listed = rows(client, f"/list?type={quote(BASE + 'def/Source', safe='')}")
    assert all(row["name_sv"] or row["name_en"] for row in listed)
    untitled = next(row for row in listed if row["thing"].endswith("/alamedaca-sister-cities"))
    path = untitled["thing"].removeprefix(f"{BASE}id/")
    for tongue in ("sv", "en"):
        heading = re.search(r"<h1[^>]*>([^<]+)</h1>", page(client, f"/doc/{path}", tongue))
        assert heading
        assert heading[1] == untitled[f"name_{tongue}"]


def test_facets_of_a_list_hold_together(client: FlaskClient) -> None:
    both = f"{OF_KRONOBERG}&country={quote(FINLAND, safe='')}"
    found, county = rows(client, both), rows(client, OF_KRONOBERG)
    assert 0 < len(found) < len(county)
    assert all(row in county for row in found)


def test_chosen_county_can_be_given_up_or_changed(client: FlaskClient) -> None:
    text = page(client, OF_KRONOBERG)
    assert "<h1>Vänortssamarbeten: Kronobergs län</h1>" in text
    assert re.search(r'<a href="/list\?type=[^"&]+" aria-current="true"[^>]*>Kronobergs län ✕</a>', text)
    assert re.search(r'<a href="/list\?type=[^"]+county%2Fse-12">Skåne län</a>|county%2Fse-12', text)


def test_kind_leads_to_the_list_of_another_kind_in_the_same_county(client: FlaskClient) -> None:
    text = page(client, OF_KRONOBERG)
    [kinds] = re.findall(r'<nav class="facet" aria-label="Slag">.*?</nav>', text, re.DOTALL)
    assert '<span aria-current="true">Vänortssamarbeten</span>' in kinds
    [href] = re.findall(r'href="([^"]+)">Kommuner</a> <span class="quiet">8', kinds)
    assert 'class="note">8 saker' in page(client, href.replace("&amp;", "&"))


def test_list_marks_what_is_not_simply_listed_and_narrows_by_country_before_kind(client: FlaskClient) -> None:
    text = page(client, TWINNINGS)
    narrowing = text.split('<details class="facets">')[1].split("</nav>\n</details>")[0]
    assert re.findall(r'aria-label="([^"]+)"', narrowing) == ["Län", "Land", "Status", "Slag"]
    russian = page(client, f"{TWINNINGS}&country={RUSSIA}")
    assert '>Vänortssamarbetet Sundsvall–Volchov</a> <span class="tag">Upphört</span>' in russian
    assert ">Vänortssamarbetet Boden–Apatity</a></li>" in russian


def test_page_of_a_country_leads_to_its_lists(client: FlaskClient) -> None:
    text = page(client, f"/describe?iri={RUSSIA}")
    assert "<h2>I landet</h2>" in text
    row = next(each for each in text.split("<tr>") if "Vänortssamarbeten</a>" in each)
    assert f"country={RUSSIA}" in row
    assert "format=csv" in row


def test_value_that_nothing_has_gives_an_empty_list(client: FlaskClient) -> None:
    nowhere = f"{TWINNINGS}&county=nowhere"
    assert named(page(client, nowhere, "en")) == 0
    assert rows(client, nowhere) == []


def test_county_leads_to_its_lists(client: FlaskClient) -> None:
    text = page(client, "/doc/county/se-07")
    [href] = re.findall(r'<a href="(/list\?[^"]+)">Vänortssamarbeten</a>', text)
    assert len(rows(client, href.replace("&amp;", "&"))) == len(rows(client, OF_KRONOBERG))
    [row] = re.findall(r"<tr>(?:(?!</tr>).)*>Vänortssamarbeten</a>.*?</tr>", text)
    [sheet] = re.findall(r'<a href="([^"]+)">CSV</a>', row)
    response = client.get(sheet.replace("&amp;", "&"))
    assert response.mimetype == "text/csv"
    assert len(response.text.splitlines()) == 1 + len(rows(client, OF_KRONOBERG))


def test_csv_of_cooperations_names_members_and_period(client: FlaskClient) -> None:
    response = client.get(f"/list?type={quote(BASE + 'def/RegionalCooperation', safe='')}&format=csv")
    [row] = [
        each for each in csv.DictReader(io.StringIO(response.text)) if each["name_sv"] == "Entreprenörsregionen"
    ]
    assert len(row["members"].split("; ")) == 12
    assert row["period"] == "1999/.."
    assert "http" in row["sources"]


@pytest.mark.parametrize(
    "query", ["type=", "type=https%3A%2F%2Fexample.org%2FNothing", f"type={MUNICIPALITY}&page=99"]
)
def test_list_of_nothing_is_not_found(client: FlaskClient, query: str) -> None:
    assert client.get(f"/list?{query}").status_code == 404


def test_list_in_a_form_that_nobody_offers_is_refused(client: FlaskClient) -> None:
    address = f"/list?type={quote(MUNICIPALITY, safe='')}"
    assert client.get(address, headers={"Accept": "image/png"}).status_code == 406


PARTNERSHIPS = f"/list?type={quote(BASE + 'def/MunicipalPartnership', safe='')}"


def test_list_says_of_each_thing_whether_it_held(client: FlaskClient) -> None:
    assert 'Växjö–JB Marks</a> <span class="status held">nej</span>' in page(
        client, f"{PARTNERSHIPS}&date=1999-12-31"
    )
    assert 'Växjö–JB Marks</a> <span class="status held">ja</span>' in page(
        client, f"{PARTNERSHIPS}&date=2020-01-01"
    )
    undated = page(client, PARTNERSHIPS)
    assert "status held" not in undated
    assert '<input id="date" name="date" size="10" type="date"' in undated


@pytest.mark.parametrize(
    ("date", "expected"),
    [("1999-12-31", "no"), ("2005-06-01", "unknown"), ("2005", "unknown"), ("2020-01", "yes")],
)
def test_csv_of_a_list_has_the_answer_in_a_column(client: FlaskClient, date: str, expected: str) -> None:
    response = client.get(f"{PARTNERSHIPS}&format=csv&date={date}")
    found = {row["name_sv"]: row for row in csv.DictReader(io.StringIO(response.text))}
    row = found["Partnerskapet Älmhult–Växjö–JB Marks"]
    assert (row["date"], row["holds"]) == (date, expected)
    assert row["period"] == "2005/.."


def test_name_that_a_spreadsheet_would_take_for_a_formula_is_text(tmp_path: Path) -> None:
    content = (
        "@prefix kgi: <https://w3id.org/kommungraf/id/> . @prefix kg: <https://w3id.org/kommungraf/def/> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        'kgi:place\\/a a kg:Place ; skos:prefLabel "=HYPERLINK(1)"@sv .\n'
    )
    with client_of(tmp_path, content) as small:
        found = sheet(small, f"/list?type={quote(BASE + 'def/Place', safe='')}")
    assert [row["name_sv"] for row in found] == ["'=HYPERLINK(1)"]


def test_long_list_tells_what_each_of_its_pages_begins_with(client: FlaskClient) -> None:
    address = f"/list?type={quote(MUNICIPALITY, safe='')}"
    [starts] = re.findall(
        r'<nav aria-label="Pages by their first name">.*?</nav>', page(client, address, "en"), re.DOTALL
    )
    found = re.findall(r'<a href="([^"]+)"[^>]*>([^<]+) …</a>', starts)
    assert len(found) == 3
    for href, name in found:
        [first] = re.findall(
            r'<ul class="links long">\s+<li><a [^>]+>([^<]+)</a>', page(client, href.replace("&amp;", "&"), "en")
        )
        assert first == name


def test_list_of_one_page_needs_no_such_links(client: FlaskClient) -> None:
    assert "Pages by their first name" not in page(client, OF_KRONOBERG, "en")
