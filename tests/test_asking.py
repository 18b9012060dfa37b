"""What people type into the search field, over our own release: what comes first, and what a question in plain words leads to."""

import csv
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from kommungraf.vocab import BASE
from own_release import page

with Path(__file__).with_name("searches.csv").open(encoding="utf-8", newline="") as stream:
    SEARCHES = [
        pytest.param(
            row["language"], row["words"], row["first"], row["asked"], id=f"{row['language']}-{row['words']}"
        )
        for row in csv.DictReader(stream)
    ]


def found(client: FlaskClient, language: str, words: str) -> dict[str, Any]:
    answer = client.get(f"/search?format=json&lang={language}&q={quote(words)}").get_json()
    assert isinstance(answer, dict)
    return answer


def shown(answer: dict[str, Any]) -> list[str]:
    """What the page shows, from its top."""
    return [
        *answer["meant"]["things"],
        *(each["iri"] for part in ("hits", "some", "alike") for each in answer[part]),
    ]


@pytest.mark.parametrize(("language", "words", "first", "asked"), SEARCHES)
def test_what_a_sensible_person_expects_stands_first(
    client: FlaskClient, language: str, words: str, first: str, asked: str
) -> None:
    answer = found(client, language, words)
    if first:
        assert shown(answer)[0].endswith(f"/{first}")
    if asked:
        wanted = answer["meant"]["asked"]
        places = [wanted[name].rpartition("/")[2] for name in ("country", "county") if name in wanted]
        named = wanted["type"].rpartition("/")[2] if wanted["type"] else "-"
        assert " ".join(filter(None, (named, wanted["q"], *places))) == asked
        assert wanted["total"] > 0
    elif not first:
        assert shown(answer) == []


def test_question_leads_to_the_thing_and_to_what_is_asked_for_around_it(client: FlaskClient) -> None:
    text = page(client, "/search?q=twin+towns+of+Kalmar", "en")
    top = text.partition("This is what you may mean:")[2]
    assert top.index("/doc/municipality/se-0880") < top.index(">Twinnings, Kalmar</a>")
    assert "q=Kalmar&amp;type=" in top


def test_question_about_a_place_leads_to_the_list_of_it(client: FlaskClient) -> None:
    text = page(client, "/search?q=v%C3%A4norter+Kronoberg")
    assert "Det här kan du mena:" in text
    assert ">Vänortssamarbeten, Kronobergs län</a>" in text
    assert "/list?type=" in text


def test_name_that_is_found_at_once_is_not_explained(client: FlaskClient) -> None:
    assert found(client, "sv", "Växjö")["meant"] == {"things": [], "asked": None}


def test_narrowed_search_is_taken_by_its_words(client: FlaskClient) -> None:
    answer = client.get(f"/search?format=json&q=Kalmars+v%C3%A4norter&type={BASE}def/Twinning").get_json()
    assert answer["meant"] == {"things": [], "asked": None}


@pytest.mark.parametrize(
    ("language", "said"), [("en", "The locality is also called"), ("sv", "Orten kallas också")]
)
def test_name_of_a_locality_says_so(client: FlaskClient, language: str, said: str) -> None:
    text = page(client, "/search?q=Gothenburg", language)
    assert f"{said} Gothenburg." in text
    assert "/doc/municipality/se-1480" in text


def test_suggestions_understand_what_the_search_does(client: FlaskClient) -> None:
    _, names, *_ = client.get("/search/suggest?q=v%C3%A4norter%20Kronoberg&lang=sv").json or ()
    assert names == ["Kronobergs län"]
