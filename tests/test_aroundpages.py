"""Tables of what stands around a thing, whole: picked, paged and as CSV."""

import re
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from flask.testing import FlaskClient

from kommungraf.engine.engine import Query
from kommungraf.rendering.site import STATIC
from kommungraf.vocab import BASE
from own_release import page, sheet

VAXJO = f"{BASE}id/municipality/se-0780"
MARKS = f"{BASE}id/partnership/se-almhult-vaxjo-za-jb-marks"


def address(thing: str, table: str, **others: str) -> str:
    told = "".join(f"&{name}={quote(value, safe='')}" for name, value in others.items())
    return f"/around?thing={quote(thing, safe='')}&table={table}{told}"


def rows(text: str) -> list[str]:
    """What each row of a page is about, folded ones included."""
    found = "".join(re.findall(r"<tbody>.*?</tbody>", text.partition('id="disagreements"')[0], re.DOTALL))
    return re.findall(r'<th scope="row">(?:[^<]|<(?!/th>))*?<a href="([^"?]+)', found)


def choices(text: str, name: str) -> dict[str, int]:
    [field] = re.findall(rf'<select id="pick-{name}".*?</select>', text, re.DOTALL)
    return {value: int(number) for value, number in re.findall(r'value="([^"]+)"[^>]*>[^<]+ [(](\d+)[)]<', field)}


@pytest.mark.parametrize("table", ["cooperations", "participations"])
@pytest.mark.parametrize("language", ["sv", "en"])
def test_table_of_the_page_stands_there_whole_in_the_same_order(
    client: FlaskClient, table: str, language: str
) -> None:
    text = page(client, "/doc/municipality/se-0780", language)
    sections = re.findall(r'<section id="table-\d">.*?</section>', text, re.DOTALL)
    [section] = [each for each in sections if f"table={table}" in each]
    shown = rows(section)
    assert len(shown) > 10
    [href] = re.findall(r'href="(/around[^"]+)"', section)
    assert rows(page(client, href.replace("&amp;", "&"), language)) == shown


@pytest.mark.parametrize("language", ["sv", "en"])
def test_cooperations_of_a_kind_stand_together_in_the_same_order_of_kinds_in_every_language(
    client: FlaskClient, language: str
) -> None:
    shown = rows(page(client, address(VAXJO, "cooperations"), language))
    kinds = [href.removeprefix("/doc/").partition("/")[0] for href in shown]
    assert list(dict.fromkeys(kinds)) == ["partnership", "regional-cooperation", "twinning"]
    assert kinds == sorted(kinds)


@pytest.mark.parametrize("name", ["kind", "country", "holds"])
def test_each_choice_leaves_as_many_rows_as_it_says(client: FlaskClient, name: str) -> None:
    found = choices(page(client, address(VAXJO, "cooperations"), "en"), name)
    assert len(found) > 1
    for value, number in found.items():
        text = page(client, address(VAXJO, "cooperations", **{name: value}), "en")
        assert len(rows(text)) == number
        assert f'<option value="{value}" selected' in text


def test_choices_and_words_hold_together(client: FlaskClient) -> None:
    told = rows(page(client, address(VAXJO, "participations", q="agenda")))
    everything = rows(page(client, address(VAXJO, "participations")))
    assert 0 < len(told) < len(everything)
    assert set(told) < set(everything)
    assert "Inget av dem passar." in page(client, address(VAXJO, "participations", q="agenda", country="none"))


def test_words_find_partners_without_case_and_accents(client: FlaskClient) -> None:
    assert rows(page(client, address(VAXJO, "cooperations", q="ALMHULT tlokwe"))) == [
        "/doc/partnership/se-almhult-vaxjo-za-jb-marks"
    ]


def test_date_is_kept_and_answered_row_by_row(client: FlaskClient) -> None:
    text = page(client, address(VAXJO, "cooperations", date="1990"), "en")
    assert text.count('class="holds-no"') == 3
    assert 'name="date" size="10" type="text"' in text
    kept = re.search(r'href="(/around[?][^"]*format=csv[^"]*)"', text)
    assert kept
    assert parse_qs(urlsplit(kept[1].replace("&amp;", "&")).query)["date"] == ["1990"]


def test_page_of_a_day_leads_to_its_tables_as_of_that_day(client: FlaskClient) -> None:
    found = re.findall(r'href="(/around[^"]+)"', page(client, "/doc/municipality/se-0780?date=1990"))
    assert found
    assert all("date=1990" in each for each in found)


def test_sheet_names_what_each_row_is_about_whom_it_is_with_and_who_says_so(client: FlaskClient) -> None:
    told = {row["iri"]: row for row in sheet(client, address(VAXJO, "cooperations"))}[MARKS]
    assert told["name_sv"] == "Partnerskapet Älmhult–Växjö–JB Marks"
    assert told["name_en"] == "Älmhult–Växjö–JB Marks partnership"
    assert told["with_sv"].split("; ")[0] == "Älmhults kommun"
    assert told["with"].split()[0] == f"{BASE}id/municipality/se-0765"
    assert f"{BASE}id/source/almhult-635" in told["sources"].split()
    assert (told["period"], told["holds"]) == ("2005/..", "yes")


def test_sheet_of_projects_names_the_participants(client: FlaskClient) -> None:
    found = sheet(client, address(MARKS, "projects"))
    assert len(found) == len(rows(page(client, address(MARKS, "projects"))))
    assert all(row["name_sv"] or row["name_en"] for row in found)
    assert any("Växjö kommun" in row["with_sv"] for row in found)


def test_sheet_is_narrowed_as_the_page_is(client: FlaskClient) -> None:
    asked = address(VAXJO, "cooperations", holds="yes")
    shown = [each.rpartition("/")[2] for each in rows(page(client, asked, "en"))]
    assert [row["iri"].rpartition("/")[2] for row in sheet(client, asked)] == shown
    assert shown


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(address(VAXJO, "nothing"), id="table that isn't there"),
        pytest.param(address(f"{BASE}id/county/se-07", "cooperations"), id="thing without rows"),
        pytest.param(address("x", "cooperations"), id="no thing"),
        pytest.param("/around", id="nothing asked"),
        pytest.param(address(VAXJO, "cooperations", page="9"), id="page past the last"),
    ],
)
def test_what_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path, headers={"Accept": "text/html"}).status_code == 404


def test_a_table_asks_its_engine_once(client: FlaskClient, asked: list[Query]) -> None:
    assert rows(page(client, address(VAXJO, "cooperations")))
    assert len(asked) == 1


def test_copy_of_the_site_leads_to_tables_only_where_rows_are_left_out(client: FlaskClient) -> None:
    asked = {"headers": {"Accept": "text/html"}, "environ_overrides": {STATIC: "yes"}}
    text = client.get("/doc/municipality/se-0780", **asked).text  # type: ignore[arg-type]
    [data] = re.findall(r'href="/around[?]([^"]*)"', text)
    assert data.endswith("&amp;table=elsewhere&amp;format=csv")  # which is on the page as text only


def test_disagreements_about_the_rows_stand_below_them(client: FlaskClient) -> None:
    text = page(client, address(VAXJO, "cooperations"), "en")
    assert '<section class="conflict" id="disagreements">' in text
