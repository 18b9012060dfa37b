"""The page of one resource: what it asks for, and what it shows."""

import html
import re
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from kommungraf.engine.engine import Query
from kommungraf.vocab import BASE
from own_release import page, sheet


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/doc/municipality/se-0780", id="municipality"),
        pytest.param("/doc/municipality/se-0780?date=2010", id="municipality as of a year"),
        pytest.param("/doc/partnership/se-almhult-vaxjo-za-jb-marks", id="partnership"),
        pytest.param("/doc/county/se-07", id="county"),
        pytest.param("/doc/source/almhult-635", id="source"),
        pytest.param("/doc/regional-cooperation/se-entreprenorsregionen", id="regional cooperation"),
        pytest.param("/doc/membership/se-almhult-vaxjo-za-jb-marks--se-0765", id="membership"),
        pytest.param("/doc/rule/cooperates-with", id="rule"),
        pytest.param("/def/", id="ontology"),
        pytest.param("/def/Municipality", id="term"),
        pytest.param("/shape/", id="shapes"),
        pytest.param("/shape/MunicipalityShape", id="shape"),
        pytest.param("/gaps", id="gaps"),
        pytest.param("/questions/start-of-the-partnership", id="question"),
    ],
)
def test_a_page_asks_its_engine_once(client: FlaskClient, path: str, asked: list[Query]) -> None:
    page(
        client, "/accessibility"
    )  # asks whom readers write to, as a server does when it starts: once for a release
    asked.clear()
    assert "</html>" in page(client, path)
    assert len(asked) == 1


@pytest.mark.parametrize("query", ["", "?page=2", "?date=2010"])
def test_what_stands_under_the_heading_is_there_however_many_statements_there_are(
    client: FlaskClient, query: str
) -> None:
    text = page(client, f"/doc/municipality/se-0780{query}")
    assert "Kronobergs län" in text.split('<dl class="summary">')[1].split("</dl>")[0]


@pytest.mark.parametrize(
    ("path", "language", "word", "why"),
    [
        ("/doc/municipality/se-0680", "sv", "okänt", "Okänt: ingen uppgift här säger när."),
        ("/doc/municipality/se-0680", "en", "not known", "Not known: no statement here says when."),
        (
            "/doc/regional-cooperation/se-entreprenorsregionen",
            "en",
            "not known",
            "Not known: no statement here says when.",
        ),
    ],
)
def test_period_that_no_source_tells_is_said_to_be_unknown(
    client: FlaskClient, path: str, language: str, word: str, why: str
) -> None:
    text = page(client, path, language)
    heading = {"sv": "Tid", "en": "Period"}[language]
    cells = re.findall(rf'<td data-column="{heading}">([^<]*)', text)
    assert word in cells
    assert "" not in cells
    assert why in text


def test_members_of_a_cooperation_of_two_are_not_said_to_have_come_nobody_knows_when(client: FlaskClient) -> None:
    text = page(client, "/doc/twinning/se-0780-lt-kaunas", "en")
    assert "since 1990" in text
    assert "not known" not in text.lower()


@pytest.mark.parametrize(
    ("path", "is_told"),
    [
        pytest.param("/doc/project/waste-management-vietnam", True, id="project without a period"),
        pytest.param("/doc/twinning/se-0780-lt-kaunas", False, id="twinning with a period"),
        pytest.param("/doc/county/se-07", False, id="county"),
    ],
)
def test_what_goes_on_for_some_time_is_said_to_have_no_known_period_under_its_heading(
    client: FlaskClient, path: str, is_told: bool
) -> None:
    summary = page(client, path, "en").split('<dl class="summary">')[1].split("</dl>")[0]
    told = 'not known <span class="quiet">(no statement here says when)</span>'
    assert (told in summary) == is_told


def test_codes_of_periods_are_for_machines_and_words_for_people(client: FlaskClient) -> None:
    text = page(client, "/doc/partnership/se-almhult-vaxjo-za-jb-marks", "en")
    assert '<data value="2005/..">since 2005</data>' in text
    assert ">2005/..<" not in text


def test_a_page_as_of_a_day_leads_to_lists_as_of_that_day(client: FlaskClient) -> None:
    lists = re.findall(r'href="(/list[?][^"]*county[^"]*)"', page(client, "/doc/county/se-07?date=2010"))
    assert lists
    assert all("date=2010" in each for each in lists)
    assert "date=" not in "".join(re.findall(r'href="/list[?][^"]*"', page(client, "/doc/county/se-07")))


@pytest.mark.parametrize("language", ["sv", "en"])
def test_long_tables_fold_what_follows_their_first_rows(client: FlaskClient, language: str) -> None:
    text = page(client, "/doc/municipality/se-0780", language)
    folded = re.findall(r'<details class="more"><summary>[^<]+</summary>\s+<table', text)
    assert len(folded) > 1
    assert text.count('<details class="more">') == len(folded)


def test_contents_lead_to_sections_of_the_page(client: FlaskClient) -> None:
    text = page(client, "/doc/municipality/se-0780")
    contents = re.search(r'<nav class="contents".*?</nav>', text, re.DOTALL)
    assert contents
    targets = re.findall(r'href="#([^"]+)"', contents[0])
    assert len(targets) > 4
    assert all(text.count(f'<section id="{each}"') + text.count(f'" id="{each}"') == 1 for each in targets)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        pytest.param(
            "municipality/se-0765",
            "Med i 3 samarbeten, nu eller förr, med 15 andra parter. Källor nämner ytterligare 2, som inte hålls för sanna här.",
            id="ties that are held and ties that are not",
        ),
        pytest.param("municipality/se-2021", "Det betyder inte att det inte finns något.", id="no ties"),
        pytest.param("partnership/se-almhult-vaxjo-za-jb-marks", "4 parter deltar; 16 projekt", id="cooperation"),
    ],
)
def test_page_says_in_a_sentence_how_much_is_known(client: FlaskClient, path: str, said: str) -> None:
    assert said in " ".join(page(client, f"/doc/{path}").split('<p class="lead">')[1].split("</p>")[0].split())


def test_ties_that_are_not_held_stand_below_the_cooperations_with_who_mentions_them(
    client: FlaskClient,
) -> None:
    told = section(page(client, "/doc/municipality/se-0765"), "table-2")
    assert "<h2>Nämns också</h2>" in told
    for name in ("Kuršėnai", "Time"):
        row = next(each for each in told.split("<tr>") if f"Vänortssamarbetet Älmhult–{name}</a>" in each)
        assert ">en.wikipedia.org</a>" in row
        assert '<span class="status">Obekräftat</span>' in row
    assert 'id="map"' in page(client, "/doc/municipality/se-0765").split('<section id="table-2">')[1]


def test_page_of_a_municipality_without_ties_folds_its_statements_away(client: FlaskClient) -> None:
    assert '<details class="matter more full"><summary><h2>' in section(
        page(client, "/doc/municipality/se-2021"), "statements"
    )


def test_sources_are_called_by_who_says_so_in_few_words(client: FlaskClient) -> None:
    told = section(page(client, "/doc/municipality/se-0765"), "table-1")
    assert re.search(r'<a href="/doc/source/almhult-635">Älmhults kommun</a>: <a href="[^"]+"><q>', told)
    assert re.search(r'<a href="/doc/source/[^"]+">Värnamo kommun 2024</a>', told)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        pytest.param("gap/almhult-635-activities-number", ("Not stated", "Strategiska samarbeten"), id="gap"),
        pytest.param(
            "membership/se-almhult-vaxjo-za-jb-marks--se-0765",
            ("Älmhult Municipality", "Älmhult–Växjö–JB Marks partnership"),
            id="membership",
        ),
    ],
)
def test_page_begins_with_whom_and_what_the_thing_is_about(
    client: FlaskClient, address: str, words: tuple[str, ...]
) -> None:
    top = page(client, f"/doc/{address}", "en").partition('<dl class="summary">')[2].partition("</dl>")[0]
    assert all(f">{each}</a>" in top for each in words)


def section(text: str, name: str) -> str:
    return re.findall(rf'<section[^>]* id="{name}">.*?</section>', text, re.DOTALL)[0]


@pytest.mark.parametrize("name", ["statements", "elsewhere", "links"])
def test_what_the_tables_say_in_short_is_folded_away_below_them(client: FlaskClient, name: str) -> None:
    assert '<details class="matter more full"><summary><h2>' in section(
        page(client, "/doc/municipality/se-0780"), name
    )


def test_page_without_tables_shows_its_statements_at_once(client: FlaskClient) -> None:
    assert "<details" not in section(
        page(client, "/doc/general-rule/municipal-partnership-steering-group"), "statements"
    )


def test_many_disagreements_are_told_in_a_line_each_with_what_both_sides_say(client: FlaskClient) -> None:
    told = section(page(client, "/doc/municipality/se-0780"), "disagreements")
    lines = re.findall(r'<details class="matter"><summary>(.*?)</summary>', told, re.DOTALL)
    assert len(lines) > 2
    assert all(re.search(r'<span class="sides">.+: .+ · .+: .+</span>', each) for each in lines)
    assert any("Älmhults kommun: sedan 2005 · Växjö kommun: sedan 2006" in each for each in lines)
    assert told.count("<table") == len(lines)


def test_a_disagreement_or_two_stand_open(client: FlaskClient) -> None:
    told = section(page(client, "/doc/membership/se-almhult-vaxjo-za-jb-marks--se-0765"), "disagreements")
    assert "<table" in told
    assert '<details class="matter">' not in told


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/doc/place/dk-stevns?lang=sv", ("omkring 22\xa0000",)),
        ("/doc/place/dk-stevns?lang=en", ("about 22,000",)),
        ("/doc/place/fi-nurmijarvi?lang=sv", ("mer än 43\xa0000",)),
        ("/doc/partnership/se-almhult-vaxjo-za-jb-marks?lang=sv", ("fler än 35 projekt", "mer än 35")),
    ],
)  # fmt: skip
def test_figure_is_told_as_its_source_qualifies_it(client: FlaskClient, path: str, told: tuple[str, ...]) -> None:
    text = client.get(path, headers={"Accept": "text/html"}).get_data(as_text=True)
    assert [each for each in told if each not in text] == []


def test_figure_shows_who_counted(client: FlaskClient) -> None:
    found = re.search(
        r"Växjö, antal vänortssamarbeten enligt källan: 9</a>.*?</tr>", page(client, "/doc/municipality/se-0780")
    )
    assert found
    assert "/doc/source/" in found[0]


def test_what_shapes_say_in_unnamed_nodes_is_not_said_of_a_concept(client: FlaskClient) -> None:
    assert "namnlös nod" not in page(client, "/def/Accepted")


@pytest.mark.parametrize(("language", "said"), [("sv", "sedan 2006"), ("en", "since 2006")])
def test_page_of_a_disagreement_shows_what_each_side_says(client: FlaskClient, language: str, said: str) -> None:
    path = "/doc/conflict/different-start/partnership-se-almhult-vaxjo-za-jb-marks"
    sides = section(page(client, path, language), "table-1")
    assert said in sides
    assert said.replace("2006", "2005") in sides
    assert re.search(
        r'<td data-column="(Vem som säger det|Who says so)"><a href="/doc/source/almhult-635">Älmhult', sides
    )


def test_who_funded_a_project_stands_under_its_heading(client: FlaskClient) -> None:
    [summary] = re.findall(
        r'<dl class="summary">.*?</dl>', page(client, "/doc/project/blue-vietnam", "en"), re.DOTALL
    )
    assert re.search(
        r"<dt>is funded by</dt><dd><a [^>]+>Swedish International Centre for Local Democracy</a>", summary
    )


def test_statements_of_a_page_come_as_csv_with_their_claims_and_sources(client: FlaskClient) -> None:
    text = page(client, "/doc/municipality/se-0765", "en")
    [href] = re.findall(r'<a href="([^"]+)" type="text/csv">Statements as CSV</a>', text)
    response = client.get(html.unescape(href))
    assert response.mimetype == "text/csv"
    heading, *rows = response.text.splitlines()
    assert heading == "property,value,claim,source"
    assert any(BASE + "id/source/almhult-635" in row for row in rows)


def test_a_quotation_is_in_the_language_of_its_source(client: FlaskClient) -> None:
    assert '<blockquote><p lang="sv">' in page(client, "/doc/claim/almhult-635/9", "en")
    assert "<blockquote><p>" in page(client, "/doc/claim/almhult-635/9", "sv")
    assert re.search(
        r'<th scope="row"><a href="/doc/claim/[^"]+" lang="sv">“', page(client, "/doc/source/almhult-635", "en")
    )


def test_a_quotation_is_in_the_language_that_is_said_of_its_source_whatever_that_of_the_title(
    client: FlaskClient,
) -> None:
    assert '<blockquote><p lang="en">' in page(client, "/doc/claim/icld-vaxjo-page-4/1", "sv")
    assert ">engelska<" in page(client, "/doc/source/icld-vaxjo-page-4", "sv")


def test_a_column_in_which_nothing_is_told_is_left_out(client: FlaskClient) -> None:
    assert columns(page(client, "/doc/regional-cooperation/se-arko", "en"), "Members") == ["Member"]
    dated = page(client, "/doc/regional-cooperation/se-entreprenorsregionen", "en")
    assert columns(dated, "Members") == ["Member", "Period"]


def columns(text: str, title: str) -> list[str]:
    section = re.search(rf"<h2>{title}</h2>.*?</thead>", text, re.DOTALL)
    assert section
    return re.findall('<th scope="col">([^<]+)</th>', section[0])


def test_lists_of_a_shape_are_shown_by_their_members(client: FlaskClient) -> None:
    text = page(client, "/shape/CountStatementShape-exact-or-bounded", "en")
    assert '<ol class="values"><li>' in text
    assert not re.findall(r'<a href="[^"]*#(?:first|rest|nil)"', text)


@pytest.mark.parametrize(
    ("language", "said"),
    [("sv", "Kom med senare: Partnerskapet"), ("en", "Joined later: Älmhult–Växjö–JB Marks partnership")],
)
def test_page_of_a_claim_shows_the_disagreements_of_which_it_is_a_side(
    client: FlaskClient, language: str, said: str
) -> None:
    text = client.get(f"/doc/claim/almhult-635/9.html?lang={language}").text
    table = text[text.index('<section id="table-1">') : text.index('<section id="statements">')]
    assert said in table


def test_page_of_a_cooperation_leads_to_its_steering_group_under_its_heading(client: FlaskClient) -> None:
    text = client.get("/doc/partnership/se-almhult-vaxjo-za-jb-marks.html?lang=sv").text
    summary = text[text.index('<dl class="summary">') : text.index("</dl>")]
    assert "<dt>Styrgrupp</dt>" in summary
    assert "Styrgruppen för partnerskapet Älmhult–Växjö–JB Marks" in summary


def test_page_of_a_funder_shows_what_it_pays_for_and_leads_to_all_of_it(client: FlaskClient) -> None:
    text = page(client, "/doc/organisation/se-icld", "en")
    [panel] = [each for each in re.findall(r"<section.*?</section>", text, re.DOTALL) if "<h2>Funds</h2>" in each]
    rows = sheet(client, f"/around?thing={quote(BASE + 'id/organisation/se-icld', safe='')}&table=funded")
    assert f" of {len(rows)} " in panel
    assert "/doc/source/icld-" in panel
    assert "<h2>Funds</h2>" not in page(client, "/doc/organisation/se-veab", "en")


def test_page_is_cited_in_words_and_in_bibtex(client: FlaskClient) -> None:
    text = html.unescape(page(client, "/doc/project/sites-stories-ii", "en"))
    [entry] = re.findall(r"<pre[^>]*>(@misc.*?)</pre>", text, re.DOTALL)
    assert entry.startswith("@misc{sites-stories-ii,\n  title = {Sites \\& Stories II},\n")
    assert f"url = {{{BASE}id/project/sites-stories-ii}}" in entry
    assert entry.count("{") == entry.count("}")
