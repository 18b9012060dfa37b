"""Disagreements as a reader and a program get them: by kind, by municipality, page by page, and as a sheet."""

import re

import pytest
from flask.testing import FlaskClient

from kommungraf.review.disagreements import PAGE
from own_release import page, sheet

PATH = "/conflicts"


def test_both_sides_stand_with_what_they_say_and_who_says_it(client: FlaskClient) -> None:
    text = page(client, f"{PATH}?kind=different-start&municipality=0780", "en")
    assert "since 2005" in text
    assert "since 2006" in text
    assert "/doc/source/vaxjo-tlokwe" in text


def test_page_is_in_the_reader_s_language(client: FlaskClient) -> None:
    assert "Där källorna är oense" in page(client, PATH)
    assert "Where sources disagree" in page(client, PATH, "en")


def test_words_of_a_side_are_in_the_language_of_their_source(client: FlaskClient) -> None:
    quoted = "mellan JB Marks och Växjö startade redan 2005"
    path = f"{PATH}?kind=different-start&municipality=0780"
    assert f'<q lang="sv">{quoted}</q>' in page(client, path, "en")
    assert f"<q>{quoted}</q>" in page(client, path)


def test_kind_narrows_the_list(client: FlaskClient) -> None:
    rows = sheet(client, f"{PATH}?kind=different-start")
    assert {row["kind_name"] for row in rows} == {"Different starts"}
    assert {row["kind_name"] for row in sheet(client, PATH)} > {"Different starts"}


@pytest.mark.parametrize("name", ["0780", "se-0780", "Växjö"])
def test_municipality_is_named_by_code_key_or_name(client: FlaskClient, name: str) -> None:
    rows = sheet(client, f"{PATH}?municipality={name}")
    assert rows
    assert rows == sheet(client, f"{PATH}?municipality=se-0780")
    assert len(rows) < len(sheet(client, PATH))


def test_municipality_that_nobody_knows_is_refused_in_words(client: FlaskClient) -> None:
    response = client.get(
        f"{PATH}?municipality=Atlantis", headers={"Accept": "text/html", "Accept-Language": "sv"}
    )
    assert response.status_code == 400
    assert "0780" in response.text


def test_kind_that_does_not_exist_is_unknown(client: FlaskClient) -> None:
    assert client.get(f"{PATH}?kind=nonsense").status_code == 404


def test_list_goes_on_over_pages_without_repeating_itself(client: FlaskClient) -> None:
    first, second = page(client, PATH), page(client, f"{PATH}?page=2")
    headings = [
        re.findall(r"<h3>(.*?)</h3>.*?<caption>(.*?)</caption>", text, re.DOTALL) for text in (first, second)
    ]
    assert len(headings[0]) == PAGE
    assert not set(headings[0]) & set(headings[1])
    assert client.get(f"{PATH}?page=1000").status_code == 404


def test_sheet_names_every_side_with_its_claim_and_its_standing(client: FlaskClient) -> None:
    rows = sheet(client, f"{PATH}?kind=different-start&municipality=0780")
    claims = {row["claim"]: row for row in rows}
    assert len(claims) == len(rows)
    assert {row["held"] for row in rows} == {"yes", "no"}
    assert all(row["sources"].startswith("https://w3id.org/kommungraf/id/source/") for row in rows)


def test_contradiction_of_a_register_is_shown_as_one(client: FlaskClient) -> None:
    assert "Contradicted by a register" in page(client, f"{PATH}?kind=contradicted-by-register", "en")


def test_kind_says_what_it_means(client: FlaskClient) -> None:
    text = page(client, f"{PATH}?kind=not-in-closed-list")
    assert "Ett påstående nämner en medlem eller en vänort som saknas i en lista som sägs vara hel." in text


def test_yes_of_a_claim_says_to_what(client: FlaskClient) -> None:
    text = page(client, f"{PATH}?kind=not-in-closed-list", "en")
    assert re.search(r'<th scope="row">[^<]*list is (?:complete|whole)</th>', text)
    assert ": yes<" not in text
    assert not re.search(r'<th scope="row">(yes|no)</th>', text)


def test_days_are_worded(client: FlaskClient) -> None:
    text = page(client, PATH, "en")
    assert re.search(r'<td data-column="Date">\d{1,2} [A-Z][a-z]+ \d{4}</td>', text)
    assert not re.search(r'<td data-column="Date">\d{4}-\d\d', text)


def test_disagreement_is_called_by_its_kind_and_subject(client: FlaskClient) -> None:
    text = page(client, "/doc/conflict/different-start/partnership-se-almhult-vaxjo-za-jb-marks", "sv")
    assert "<h1>Olika start: Partnerskapet Älmhult–Växjö–JB Marks</h1>" in text
    assert "Härlett: <" in text
    assert ">Olika start</a>" in text


def municipalities(text: str) -> list[tuple[str, str, int]]:
    [found] = re.findall(r'<select id="municipality".*?</select>', text, re.DOTALL)
    options = re.findall(r'<option value="([^"]+)"[^>]*>([^<]+) \((\d+)\)</option>', found)
    return [(key, name, int(number)) for key, name, number in options]


@pytest.mark.parametrize("address", [f"{PATH}?", f"{PATH}?kind=different-start&"])
def test_every_municipality_that_is_concerned_is_a_choice_with_its_number(
    client: FlaskClient, address: str
) -> None:
    found = municipalities(page(client, address, "en"))
    assert "Växjö Municipality" in [name for _, name, _ in found]
    for key, _, number in (found[0], found[-1], *(each for each in found if each[0] == "se-0780")):
        text = page(client, f"{address}municipality={key}", "en")
        assert re.findall(r'<p class="note">(\d+) disagreement', text) == [str(number)]
        assert re.findall(r'<option value="([^"]*)" selected', text) == [key]


def test_municipality_that_nothing_concerns_stays_the_choice_that_was_made(client: FlaskClient) -> None:
    address = f"{PATH}?kind=different-start&municipality="
    known = {key for key, _, _ in municipalities(page(client, address, "en"))}
    other = next(key for key, _, _ in municipalities(page(client, PATH, "en")) if key not in known)
    assert (0, other) in [(number, key) for key, _, number in municipalities(page(client, address + other, "en"))]


def test_sides_of_a_disagreement_fold_after_the_first_where_there_are_many(client: FlaskClient) -> None:
    text = page(client, f"{PATH}?kind=before-it-existed", "en")
    seen, folded, rest = text.partition('<details class="more"><summary>and 4 more</summary>')
    assert folded
    assert seen.count('<tr><th scope="row">') == rest.count('<tr><th scope="row">') == 4


def test_pager_names_the_page_that_is_shown_and_leads_to_the_last(client: FlaskClient) -> None:
    [pager] = re.findall(r'<nav class="pager".*?</nav>', page(client, f"{PATH}?page=2", "en"), re.DOTALL)
    assert '<span aria-current="page">2</span>' in pager
    last = re.findall(r'<a href="([^"]+)" aria-label="Page (\d+) of \2">', pager)
    assert len(last) == 1
    assert 'rel="next"' not in page(client, last[0][0].replace("&amp;", "&"), "en")


def test_kinds_are_folded_away_and_the_one_that_is_chosen_stands_above_what_there_is_of_it(
    client: FlaskClient,
) -> None:
    text, narrowed = page(client, PATH, "en"), page(client, f"{PATH}?kind=different-start", "en")
    for each in (text, narrowed):
        assert '<details class="facets"><summary>Narrow by kind</summary>' in each
    assert "<h1>Where sources disagree</h1>" in text
    assert "<h1>Where sources disagree: Different starts</h1>" in narrowed
    assert '<a href="/conflicts?kind=different-start" aria-current="true">Different starts</a>' in narrowed


def test_municipalities_that_disagree_with_one_another_are_one_link_away(client: FlaskClient) -> None:
    [(href, words)] = re.findall(r'<p><a href="(/questions/[^"]+)">([^<]+)</a></p>', page(client, PATH, "en"))
    assert words == "Which municipalities disagree with each other about a cooperation, and over what?"
    answer = page(client, href, "en")
    assert ">Different starts: Älmhult–Växjö–JB Marks partnership</a>" in answer
    assert ">Enköping Municipality</a>" in answer


def test_no_column_of_dates_stands_over_sides_that_have_none(client: FlaskClient) -> None:
    tables = re.findall(r'<table class="list stacked">.*?</table>', page(client, PATH, "en"), re.DOTALL)
    dates = [re.findall(r'<td data-column="Date">(.*?)</td>', table) for table in tables]
    heads = ['<th scope="col">Date</th>' in table for table in tables]
    assert heads == [bool(each) for each in dates]
    assert not all(heads)


def test_each_disagreement_is_a_line_with_what_its_sides_say_until_it_is_opened(client: FlaskClient) -> None:
    text = page(client, f"{PATH}?kind=different-count")
    lines = re.findall(
        r"<details class=\"matter\"><summary><h3>(.*?)</h3><span class=\"sides\">(.*?)</span>", text
    )
    [skara] = [said for name, said in lines if name == "Skara kommun"]
    assert re.fullmatch(r"[^:·]+: 5 geografiska platser · [^:·]+: 6 geografiska platser", skara)
    assert any(said.startswith("Älmhults kommun: mer än 35 förstudier och projekt · ") for _, said in lines)
    assert len(re.findall(r"<table", text)) >= len(lines) > 3


def test_few_disagreements_stand_open(client: FlaskClient) -> None:
    assert '<details class="matter" open>' in page(client, f"{PATH}?kind=different-start&municipality=se-0765")


def test_a_side_that_counts_tells_what_it_counts(client: FlaskClient) -> None:
    rows = [
        row
        for row in sheet(client, "/conflicts?kind=different-count")
        if row["about_names"] == "Entreprenörsregionen"
    ]
    assert {"12; Municipality", "3; County"} <= {row["says"] for row in rows}
