"""Search, suggestions, lists and their CSV as a browser and a program get them."""

from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from kommungraf.vocab import BASE
from own_release import page

KRONOBERG = f"{BASE}id/county/se-07"


def test_facet_narrows_and_widens_again(client: FlaskClient) -> None:
    county = quote(KRONOBERG, safe="")
    wide = page(client, "/search?q=kommun")
    assert f"/search?q=kommun&amp;county={county}" in wide
    narrow = page(client, f"/search?q=kommun&county={county}")
    assert "Växjö kommun" in narrow
    assert "Malmö kommun" not in narrow
    assert 'href="/search?q=kommun" aria-current="true"' in narrow


@pytest.mark.parametrize(
    ("name", "value", "said"), [("county", KRONOBERG, "Kronobergs län"), ("type", "<x>", "&lt;x&gt;")]
)
def test_what_a_search_without_hits_is_narrowed_by_can_be_dropped(
    client: FlaskClient, name: str, value: str, said: str
) -> None:
    text = page(client, f"/search?q=malm%C3%B6&{name}={quote(value, safe='')}")
    assert "0 träffar" in text
    assert f'<a href="/search?q=malm%C3%B6" aria-current="true" title="Visa utan detta igen">{said} ✕</a>' in text


def test_misspelt_name_is_suggested(client: FlaskClient) -> None:
    text = page(client, "/search?q=Elmhullt")
    assert "Dessa namn stavas nästan så" in text
    assert "/doc/municipality/se-0765" in text


def test_search_for_nothing_lists_what_the_dataset_is_about_and_folds_away_what_it_is_made_of(
    client: FlaskClient,
) -> None:
    told, folded = page(client, "/search").split('<details class="more">')
    assert ">Vänortssamarbeten</a>" in told
    assert "SHACL" not in told
    assert "Nodregler (SHACL)" in folded


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


def test_search_leaves_nothing_out_for_a_date_and_says_what_held(client: FlaskClient) -> None:
    address = "/search?q=partnerskapet&format=json&lang=sv"
    plain, dated = client.get(address).json or {}, client.get(f"{address}&date=1999").json or {}
    assert [each["iri"] for each in plain["hits"]] == [each["iri"] for each in dated["hits"]]
    answers = {each["kind"]: each["holds"] for each in dated["hits"] if each["holds"]}
    assert answers["partnership"] == "no"
    assert dated["date"] == "1999"
    assert "holds" not in plain["hits"][0]
    assert "1999: nej" in page(client, "/search?q=partnerskapet&date=1999")


@pytest.mark.parametrize("address", ["/search?q=a&", "/list?type=x&", "/doc/municipality/se-0780?"])
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


@pytest.mark.parametrize("form", ["", "&format=json"])
def test_page_behind_the_last_is_not_there(client: FlaskClient, form: str) -> None:
    assert client.get(f"/search?q=kommun&page=2{form}", headers={"Accept": "text/html"}).status_code == 200
    assert client.get(f"/search?q=kommun&page=999{form}", headers={"Accept": "text/html"}).status_code == 404


def test_search_that_finds_little_shows_what_holds_some_of_the_words_below_it(client: FlaskClient) -> None:
    answer = client.get("/search?q=vänorter+Älmhult&format=json", headers={"Accept-Language": "sv"}).get_json()
    hits, some = ([each["iri"] for each in answer[name]] for name in ("hits", "some"))
    assert 0 < len(hits) < 4
    assert f"{BASE}id/municipality/se-0765" in some[:5]
    assert not set(hits) & set(some)
    text = page(client, "/search?q=vänorter+Älmhult", "sv")
    assert (
        0
        < text.index(f'href="/doc/{hits[0].removeprefix(BASE + "id/")}')
        < text.index("De här innehåller några av orden:")
    )
    assert client.get("/search?q=Älmhults+kommun&format=json").get_json()["some"] == []


def test_search_for_words_that_nothing_holds_all_of_shows_what_holds_some(client: FlaskClient) -> None:
    answer = client.get("/search?q=twin+towns+Växjö&format=json").get_json()
    assert (answer["total"], answer["hits"]) == (0, [])
    assert any("twinning/se-0780" in each["iri"] for each in answer["some"])
    assert "These hold some of the words:" in page(client, "/search?q=twin+towns+Växjö", "en")
    assert client.get("/search?q=Växö+komun&format=json").get_json()["some"] == []


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("almhult", "municipality/se-0765"),
        ("Jönköping", "municipality/se-0680"),
        ("goteborg", "municipality/se-1480"),
        ("malmo", "municipality/se-1280"),
        ("JB Marks", "municipality/za-nw405"),
        ("Kaunas", "place/lt-kaunas"),
    ],
)
def test_name_finds_what_is_called_so_first(client: FlaskClient, words: str, key: str, language: str) -> None:
    hits = client.get(f"/search?q={words}&format=json&lang={language}").get_json()["hits"]
    assert hits[0]["iri"] == f"{BASE}id/{key}"
