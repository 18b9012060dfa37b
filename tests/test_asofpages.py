"""The ties of a thing as of a day, for programs; each answer follows from the bounds beside it."""

import csv
import io
from datetime import date
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from kommungraf.vocab import BASE

PARTNERSHIP = f"{BASE}id/partnership/se-almhult-vaxjo-za-jb-marks"


@pytest.mark.parametrize("accept", ["text/turtle", "application/ld+json"])
def test_rdf_document_refuses_a_date_and_says_where_to_ask(client: FlaskClient, accept: str) -> None:
    path = "/doc/municipality/se-0780"
    refused = client.get(f"{path}?date=2010-06-01", headers={"Accept": accept})
    assert refused.status_code == 400
    assert "/asof" in refused.text
    assert client.get(f"{path}?date=", headers={"Accept": accept}).status_code == 200


def address(thing: str, asked: str) -> str:
    return f"/asof?thing={quote(BASE + 'id/' + thing, safe='')}&date={asked}"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("2004-12-31", {"za-nw402": "no", "za-nw405": "no", "se-0765": "no"}),
        ("2010-06-01", {"za-nw402": "unknown", "za-nw405": "no", "se-0765": "no"}),
        ("2018-07-01", {"za-nw402": "no", "za-nw405": "unknown", "se-0765": "unknown"}),
        ("2020", {"za-nw402": "no", "za-nw405": "unknown", "se-0765": "yes"}),
    ],
)
def test_partners_of_a_municipality_are_told_with_three_values(
    client: FlaskClient, asked: str, expected: dict[str, str]
) -> None:
    content = client.get(address("municipality/se-0780", asked)).json or {}
    found = {
        each["partner"].rpartition("/")[2]: each for each in content["ties"] if each["cooperation"] == PARTNERSHIP
    }
    assert {key: each["holds"] for key, each in found.items()} == expected
    assert content["date"] == asked
    assert content["total"] >= len(found)


def test_every_answer_follows_from_the_bounds_beside_it(client: FlaskClient) -> None:
    """Counted anew, from the text of the bounds."""
    day = "2019-06-01"
    content = client.get(address("municipality/se-0780", day)).json or {}
    for tie in content["ties"]:
        answers = []
        for bounds in filter(None, (tie["bounds"], tie["partnerBounds"])):
            out = (bounds["earliestStart"] or day) > day or (bounds["latestEnd"] or day) < day
            sure = (
                (bounds["latestStart"] or "~")
                <= day
                <= (bounds["earliestEnd"] or ("~" if bounds["ongoing"] else ""))
            )
            answers.append("no" if out else "yes" if sure else "unknown")
        assert tie["holds"] == ("no" if "no" in answers else "unknown" if "unknown" in answers else "yes")


def test_members_of_a_cooperation_are_told_too(client: FlaskClient) -> None:
    content = client.get(address("partnership/se-almhult-vaxjo-za-jb-marks", "2020-01-01")).json or {}
    assert content["holds"] == "yes"
    found = {each["partner"].rpartition("/")[2]: each["holds"] for each in content["ties"]}
    assert found["se-0765"] == "yes"
    assert found["za-nw402"] == "no"


def test_csv_has_a_row_for_each_tie(client: FlaskClient) -> None:
    response = client.get(f"{address('municipality/se-0780', '2020')}&format=csv")
    rows = list(csv.DictReader(io.StringIO(response.text)))
    told = client.get(address("municipality/se-0780", "2020")).json or {}
    assert [(row["cooperation"], row["partner"], row["holds"]) for row in rows] == [
        (tie["cooperation"], tie["partner"] or "", tie["holds"]) for tie in told["ties"]
    ]
    assert all(
        row["partner_latest_start"] == "" or date.fromisoformat(row["partner_latest_start"]) for row in rows
    )


def test_csv_writes_yes_and_no_as_in_json(client: FlaskClient) -> None:
    response = client.get(f"{address('municipality/se-0780', '2020')}&format=csv")
    found = {row["partner_ongoing"] for row in csv.DictReader(io.StringIO(response.text))}
    assert {"true", "false"} <= found <= {"true", "false", ""}


def test_csv_names_cooperations_and_partners_in_both_languages(client: FlaskClient) -> None:
    response = client.get(f"{address('municipality/se-0780', '2020')}&format=csv")
    rows = list(csv.DictReader(io.StringIO(response.text)))
    [told] = [row for row in rows if row["partner"].endswith("se-0765") and "jb-marks" in row["cooperation"]]
    assert (told["cooperation_sv"], told["partner_sv"]) == (
        "Partnerskapet Älmhult–Växjö–JB Marks",
        "Älmhults kommun",
    )
    assert (told["cooperation_en"], told["partner_en"]) == (
        "Älmhult–Växjö–JB Marks partnership",
        "Älmhult Municipality",
    )


def test_reader_is_sent_to_the_page_as_of_the_day(client: FlaskClient) -> None:
    response = client.get(f"{address('municipality/se-0780', '2020')}&lang=en", headers={"Accept": "text/html"})
    assert response.status_code == 303
    assert response.headers["Location"] == "/doc/municipality/se-0780?date=2020&lang=en"


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("", 400, "/asof?thing="),
        ("thing=https%3A%2F%2Fexample.org%2F", 400, "/asof?thing="),
        ("date=2019", 400, "/asof?thing="),
        ("thing=https%3A%2F%2Fexample.org%2F&date=2019", 404, "https://example.org/"),
        ("thing=https%3A%2F%2Fexample.org%2F&date=2019-13", 400, "2019-06-01"),
    ],
)
def test_request_without_thing_or_date_is_refused(
    client: FlaskClient, query: str, status: int, words: str
) -> None:
    response = client.get(f"/asof?{query}")
    assert response.status_code == status
    assert words in response.text


def test_form_that_nobody_offers_is_refused(client: FlaskClient) -> None:
    assert client.get(address("municipality/se-0780", "2019"), headers={"Accept": "image/png"}).status_code == 406


def test_page_past_the_last_is_not_found(client: FlaskClient) -> None:
    assert client.get(f"{address('municipality/se-0780', '2019')}&page=99").status_code == 404
