"""Pages as of a day: each row in words, what didn't hold last, and what a merged municipality was before."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient


def page(client: FlaskClient, path: str, language: str = "sv") -> str:
    response = client.get(path, headers={"Accept": "text/html", "Accept-Language": language})
    assert response.status_code == 200
    return response.text


def answers(text: str, day: str) -> list[str]:
    return re.findall(rf'<td data-column="{day}">([^<]+)</td>', text)


def test_rows_say_in_words_what_held_and_what_did_not_comes_last(client: FlaskClient) -> None:
    text = page(client, "/doc/municipality/se-0765?date=2020-03-15")
    found = answers(text, "15 mars 2020")
    assert "ja" in found
    tables = re.findall(r"<tbody>(.*?)</tbody>", text, re.DOTALL)
    for rows in (re.findall(r'<tr class="holds-(\w+)">', table) for table in tables):
        assert rows == sorted(rows, key=lambda each: each == "no")


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2020-03-15", "yes"),
        ("2018-12-31", "no"),
        ("2020-11-30", "yes"),
        ("2020-12-31", "unknown"),
        ("2021-01-01", "no"),
        ("2019", "unknown"),
        ("2019-02", "yes"),
        ("2018", "no"),
    ],
)
def test_project_is_answered_by_its_bounds(client: FlaskClient, date: str, expected: str) -> None:
    text = page(client, f"/doc/municipality/se-0780?date={date}", "en")
    row = re.search(
        rf'<tr class="holds-(\w+)"><th scope="row"><a href="/doc/project/energy-plan-agenda-2030\?date={date}"',
        text,
    )
    assert row is not None
    assert row[1] == expected


def test_partner_who_was_not_in_it_then_is_marked(client: FlaskClient) -> None:
    text = page(client, "/doc/municipality/se-0780?date=2010-06-01", "en")
    found = re.findall(r"<tr class=\"holds-yes\">.*?</tr>", text)
    [row] = [each for each in found if "/doc/partnership/se-almhult-vaxjo-za-jb-marks" in each]
    assert re.search(r'se-0765\?date=2010-06-01">[^<]*</a> <span class="quiet">\(no\)</span>', row)
    assert re.search(r'za-nw405\?date=2010-06-01">[^<]*</a> <span class="quiet">\(no\)</span>', row)
    assert re.search(r'za-nw402\?date=2010-06-01">[^<]*</a> <span class="quiet">\(can’t be told\)</span>', row)


def test_page_without_a_date_marks_nothing_and_offers_one(client: FlaskClient) -> None:
    text = page(client, "/doc/municipality/se-0780")
    assert "holds-" not in text
    assert 'type="date" min="0001-01-01" max="9999-12-31" value=""' in text


def test_successor_says_that_it_did_not_exist_yet_and_what_did(client: FlaskClient) -> None:
    text = page(client, "/doc/municipality/za-nw405?date=2016-07-31&lang=en")
    assert "As of 31 July 2016 this didn’t exist yet." in text
    status = text.split('class="asof">')[1].split("</p>")[0]
    assert "/doc/municipality/za-nw402?lang=en" in status
    assert "/doc/municipality/za-ventersdorp?lang=en" in status
    assert "can’t be told" in page(client, "/doc/municipality/za-nw405?date=2016-08-15&lang=en")
    assert "exist yet" not in page(client, "/doc/municipality/za-nw405?date=2016-09-01&lang=en")


def test_predecessor_says_that_it_was_gone_and_what_came_after(client: FlaskClient) -> None:
    text = page(client, "/doc/municipality/za-nw402?date=2017&lang=en")
    assert "As of 2017 this didn’t exist any more. After it came:" in text
    assert "/doc/municipality/za-nw405?lang=en" in text.split('class="asof">')[1].split("</p>")[0]
    assert "any more" not in page(client, "/doc/municipality/za-nw402?date=2016-07-31&lang=en")


def test_language_switch_keeps_the_date_and_robots_keep_out(client: FlaskClient) -> None:
    response = client.get("/doc/municipality/se-0780?date=2010-06-01", headers={"Accept": "text/html"})
    assert 'href="/doc/municipality/se-0780?date=2010-06-01&amp;lang=en"' in response.text
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert '<link rel="canonical" href="https://w3id.org/kommungraf/id/municipality/se-0780">' in response.text
    assert "X-Robots-Tag" not in client.get("/doc/municipality/se-0780", headers={"Accept": "text/html"}).headers


def test_form_keeps_the_language_that_was_chosen(client: FlaskClient) -> None:
    text = page(client, "/doc/municipality/se-0780?lang=en&date=2010")
    assert '<input type="hidden" name="lang" value="en">' in text
    assert 'type="text"' in text.split('id="date"')[1][:40]
    assert '<a href="/doc/municipality/se-0780?lang=en">Without a date</a>' in text


def test_day_after_the_edition_is_said_to_be_one(client: FlaskClient) -> None:
    assert "after this edition" in page(client, "/doc/municipality/se-0780?date=9999-12-31", "en")
    assert "after this edition" not in page(client, "/doc/municipality/se-0780?date=2020", "en")


def test_page_of_something_with_a_period_says_whether_it_was_going_on(client: FlaskClient) -> None:
    address = "/doc/project/energy-plan-agenda-2030?lang=en&date="
    assert "As of February 2019 this was going on" in page(client, f"{address}2019-02")
    assert "Whether this was going on as of 2019 can’t be told" in page(client, f"{address}2019")
    assert "As of 2018 this was not going on" in page(client, f"{address}2018")


def test_numbers_of_the_start_page_are_those_of_the_question(client: FlaskClient) -> None:
    text = page(client, "/", "en")
    assert '<figure class="years">' in text
    asked = (Path(__file__).parents[1] / "questions" / "twin-towns-over-time.rq").read_text("utf-8")
    rows = re.findall(r'^# "(\d{4})-12-31"\S+\t(\d+)\t(\d+)$', asked, re.MULTILINE)
    assert len(rows) == 9
    for year, certain, perhaps in rows:
        assert f'<tr><th scope="row">{year}</th><td>{certain}</td><td>{perhaps}</td></tr>' in text


def test_page_of_a_municipality_draws_its_years_and_one_without_ties_does_not(client: FlaskClient) -> None:
    text = page(client, "/doc/municipality/se-0780")
    assert "Antalet samarbeten för Växjö kommun, år för år" in text
    assert re.search(r"\d+ har ingen känd start och är inte medräknade", text)
    assert '<figure class="years">' not in page(client, "/doc/county/se-07")


@pytest.mark.parametrize(
    ("thing", "date", "name", "expected"),
    [
        ("regional-cooperation/se-goteborgsregionen", "1980", "Göteborgs förorters förbund (GFF)", True),
        ("regional-cooperation/se-goteborgsregionen", "1996", "Göteborgs förorters förbund (GFF)", False),
        ("municipality/za-nw405", "2017-06-05", "J.B. Marks", False),
        ("municipality/za-nw405", "2017-06-06", "J.B. Marks", True),
    ],
)
def test_names_of_the_time_are_told(client: FlaskClient, thing: str, date: str, name: str, expected: bool) -> None:
    text = page(client, f"/doc/{thing}?date={date}", "en")
    status = text.split('class="asof">')[1].split("</p>")[0]
    assert (name in status) is expected


def test_period_of_a_tie_of_two_stands_on_the_page_of_either(client: FlaskClient) -> None:
    text = page(client, "/doc/municipality/se-0780")
    row = next(
        each for each in re.findall(r"<tr>.*?</tr>", text, re.DOTALL) if "/doc/twinning/se-0780-us-duluth" in each
    )
    assert "sedan 1987" in row
    assert "claim/" in row


def test_links_from_a_page_as_of_a_day_lead_to_pages_as_of_that_day(client: FlaskClient) -> None:
    text = page(client, "/doc/municipality/se-0765?date=2019-06-01")
    things = re.findall(r'href="(/doc/[^"#]*)"', text)
    elsewhere = {
        "/doc/municipality/se-0765",
        "/doc/municipality/se-0765?lang=sv",
        "/doc/municipality/se-0765?lang=en",
    }
    pages = {each for each in things if not re.search(r"\.(ttl|jsonld|nt|rdf|trig|nq)$", each)} - elsewhere
    assert "/doc/municipality/se-0780?date=2019-06-01" in pages
    assert [each for each in pages if "date=2019-06-01" not in each] == []
    links = re.findall(r'href="([^"]*)"', page(client, "/doc/municipality/se-0765"))
    assert [each for each in links if "date=" in each and not each.startswith("/asof?")] == []
