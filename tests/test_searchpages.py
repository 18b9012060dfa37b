"""Search, suggestions, lists and their CSV as a browser and a program get them."""

import csv
import io
from collections.abc import Iterator
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from kommungraf.vocab import BASE
from own_release import own_client, page

MUNICIPALITY = f"{BASE}def/Municipality"
KRONOBERG = f"{BASE}id/county/se-07"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    with own_client(tmp_path_factory.mktemp("releases")) as opened:
        yield opened


def test_facet_narrows_and_widens_again(client: FlaskClient) -> None:
    county = quote(KRONOBERG, safe="")
    wide = page(client, "/search?q=kommun")
    assert f"/search?q=kommun&amp;county={county}" in wide
    narrow = page(client, f"/search?q=kommun&county={county}")
    assert "Växjö kommun" in narrow
    assert "Malmö kommun" not in narrow
    assert 'href="/search?q=kommun" aria-current="true"' in narrow


def test_misspelt_name_is_suggested(client: FlaskClient) -> None:
    text = page(client, "/search?q=Elmhullt")
    assert "Dessa namn stavas nästan så" in text
    assert "/doc/municipality/se-0765" in text


def test_suggestions_are_of_the_opensearch_form(client: FlaskClient) -> None:
    response = client.get("/search/suggest?q=%C3%A4lmh&lang=en")
    assert response.mimetype == "application/x-suggestions+json"
    words, names, kinds, addresses = response.json or ()
    assert words == "älmh"
    assert "Älmhult Municipality" in names
    assert len(names) == len(kinds) == len(addresses) <= 8


def test_description_names_the_search_and_the_suggestions_of_this_host(client: FlaskClient) -> None:
    response = client.get("/opensearch.xml?lang=sv", base_url="http://graph.example")
    assert response.mimetype == "application/opensearchdescription+xml"
    root = ElementTree.fromstring(response.data)
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    templates = {each.get("type"): each.get("template", "") for each in root.findall(f"{space}Url")}
    assert templates["text/html"].startswith("http://graph.example/search?q={searchTerms}")
    assert 0 < len(root.findtext(f"{space}ShortName", "")) <= 16
    assert "public" not in response.headers["Cache-Control"]


def test_list_of_a_county_is_offered_as_csv(client: FlaskClient) -> None:
    address = f"/list?type={quote(MUNICIPALITY, safe='')}&county={quote(KRONOBERG, safe='')}"
    text = page(client, address)
    assert text.count('<li><a href="/doc/municipality/se-07') == 8
    response = client.get(address, headers={"Accept": "text/csv"})
    assert response.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert [row["name_sv"] for row in rows][:2] == ["Alvesta kommun", "Lessebo kommun"]
    assert len(rows) == 8


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
    assert '<input id="date" name="date" type="date"' in undated


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


def test_search_leaves_nothing_out_for_a_date_and_says_what_held(client: FlaskClient) -> None:
    address = "/search?q=partnerskapet&format=json&lang=sv"
    plain, dated = client.get(address).json or {}, client.get(f"{address}&date=1999").json or {}
    assert [each["iri"] for each in plain["hits"]] == [each["iri"] for each in dated["hits"]]
    answers = {each["kind"]: each["holds"] for each in dated["hits"] if each["holds"]}
    assert answers["partnership"] == "no"
    assert dated["date"] == "1999"
    assert "holds" not in plain["hits"][0]
    assert "1999: nej" in page(client, "/search?q=partnerskapet&date=1999")


@pytest.mark.parametrize("address", ["/search?q=a&", f"{PARTNERSHIPS}&", "/doc/municipality/se-0780?"])
@pytest.mark.parametrize("date", ["2019-02-30", "0000", "19", "2019/..", "yesterday"])
def test_what_is_no_date_is_refused_with_what_to_write(client: FlaskClient, address: str, date: str) -> None:
    response = client.get(f"{address}date={quote(date)}", headers={"Accept": "text/html", "Accept-Language": "sv"})
    assert response.status_code == 400
    assert "Skriv till exempel 2019-06-01" in response.text
    told = (
        client.get(f"{address}date={quote(date)}", headers={"Accept": "application/json"})
        if "doc" not in address
        else None
    )
    assert told is None or "Write for example 2019-06-01" in (told.json or {})["detail"]
