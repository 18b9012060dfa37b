"""Lists of claims: short enough to be read on a telephone, each claim a step from its words and its source."""

import re
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser

from chromium import IN_CHROMIUM, visiting
from kommungraf.vocab import BASE
from own_release import page, sheet

PARTNERSHIP = f"{BASE}id/partnership/se-almhult-vaxjo-za-jb-marks"


def around(thing: str, table: str) -> str:
    return f"/around?thing={quote(thing, safe='')}&table={table}"


def rows(text: str) -> list[str]:
    return re.findall(r"<tr.*?</tr>", text.partition("<tbody>")[2], re.DOTALL)


def test_claim_is_about_a_cooperation_and_not_also_about_each_membership_in_it(client: FlaskClient) -> None:
    text = page(client, around(f"{BASE}id/source/almhult-635", "claims"), "sv")
    [row] = [each for each in rows(text) if "I Entreprenörsregionen ingår Gnosjö" in each]
    assert re.findall(r">([^<]+)</a>", row)[1:] == ["Entreprenörsregionen"]
    [mine] = [
        each["about"]
        for each in sheet(client, around(f"{BASE}id/source/almhult-635", "claims"))
        if each["words"] == "I Entreprenörsregionen ingår Gnosjö"
    ]
    assert mine == f"{BASE}id/regional-cooperation/se-entreprenorsregionen"


def test_municipality_of_a_register_isn_t_told_once_more_by_its_coordinates(client: FlaskClient) -> None:
    text = page(client, around(f"{BASE}id/source/municipality-register", "claims"), "sv")
    assert "Upplands Väsby kommun</a>" in text
    assert "Koordinater" not in text


@pytest.mark.parametrize(
    ("source", "words", "about"),
    [
        pytest.param("mzansimirror", "row 10 of names.csv", "JB Marks Local Municipality", id="written name"),
        pytest.param("almhult-635", "ring eller skicka e-post", "Älmhult Municipality", id="contact point"),
    ],
)
def test_what_a_thing_has_of_its_own_is_not_told_beside_it(
    client: FlaskClient, source: str, words: str, about: str
) -> None:
    text = page(client, around(f"{BASE}id/source/{source}", "claims"), "en")
    row = next(each for each in rows(text) if words in each)
    assert re.findall(r">([^<]+)</a>", row)[1:] == [about]


def test_claim_that_speaks_of_something_else_is_led_to(client: FlaskClient) -> None:
    text = page(client, "/doc/claim/mzansimirror/1", "en")
    told = re.findall(r'data-column="What it says instead">([^<]*)', text)
    assert "see the claim" in told
    assert len(told) > 1


def test_side_of_a_disagreement_without_a_date_says_so(client: FlaskClient) -> None:
    dates = re.findall(r'data-column="Date">([^<]*)', page(client, "/conflicts", "en"))
    assert "not known" in dates
    assert "" not in dates


def test_only_claims_that_aren_t_accepted_bear_a_mark(client: FlaskClient) -> None:
    text = page(client, around(f"{BASE}id/source/almhult-635", "claims"), "sv")
    marks = {row: re.findall(r'<span class="quiet">\(([^)]+)\)</span>', row) for row in rows(text)}
    assert [] in marks.values()
    assert {"omstritt"} == {
        mark for row, found in marks.items() for mark in found if "Partnerskapet mellan" in row
    }
    assert "det som inte är märkt är godtaget" in text
    assert "Godtaget" not in text


def test_claims_of_a_source_come_in_the_order_of_their_numbers(client: FlaskClient) -> None:
    found = sheet(client, around(f"{BASE}id/source/almhult-635", "claims"))
    keys = [each["iri"].rpartition("/")[2] for each in found]
    numbers = [int(key) for key in keys if key.isdecimal()]
    assert numbers == sorted(numbers)
    assert len(numbers) > 9


def test_what_is_said_elsewhere_is_grouped_by_thing_with_worded_values_and_what_each_rests_on(
    client: FlaskClient,
) -> None:
    text = page(client, around(PARTNERSHIP, "elsewhere"), "sv")
    assert len(rows(text)) == len(sheet(client, around(PARTNERSHIP, "elsewhere")))
    assert re.search(r'<th scope="rowgroup" rowspan="3">', text)
    assert '<data value="2006/..">sedan 2006</data>' in text
    assert "31 december 2006" in text
    for row in rows(text):
        assert len(re.findall(r'href="/doc/source/[^"]+"', row)) >= 1
        assert len(re.findall(r'href="/doc/claim/[^"]+"', row)) == 1


@IN_CHROMIUM[0]
@IN_CHROMIUM[1]
@pytest.mark.parametrize(
    ("thing", "table"),
    [
        pytest.param(f"{BASE}id/source/municipality-register", "claims", id="rows"),
        pytest.param(f"{BASE}id/source/wikipedia-twin-towns", "claims", id="ties"),
        pytest.param(f"{BASE}id/source/almhult-635", "claims", id="words"),
        pytest.param(f"{BASE}def/Twinning", "elsewhere", id="statements"),
    ],
)
def test_no_page_of_a_list_of_claims_is_longer_than_six_telephone_screens(
    browser: Browser, site: str, thing: str, table: str
) -> None:
    with visiting(browser, viewport={"width": 390, "height": 844}) as (opened, _):
        opened.goto(f"{site}{around(thing, table)}")
        assert opened.evaluate("document.documentElement.scrollHeight") < 6 * 844
