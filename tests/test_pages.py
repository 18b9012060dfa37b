"""The pages over our own release: complete in both languages, sound as HTML, and saying what the data say."""

import csv
import gc
import gzip
import io
import re
import struct
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    MethodNotAllowed,
    NotFound,
    RequestedRangeNotSatisfiable,
)

from bench.pages import KINDS
from kommungraf.rendering.assets import built
from kommungraf.resources.links import Names
from kommungraf.texts import translations
from kommungraf.vocab import BASE
from own_release import own_client, page
from serving_client import client_of

VOID = {"meta", "link", "input", "br", "hr", "img"}
LARGEST = 50_000
PAGES = (
    "/",
    "/search?q=almhult",
    "/search?q=",
    "/list?type=https%3A%2F%2Fw3id.org%2Fkommungraf%2Fdef%2FMunicipality",
    "/questions",
    "/questions/start-of-the-partnership",
    "/questions/is-vaxjo-in-entreprenorsregionen",
    "/conflicts",
    "/map",
    "/changes",
    "/accessibility",
    "/gaps",
    "/dataset/",
    "/sparql",
    "/sparql?query=SELECT%20*%20%7B%3Fs%20%3Fp%20%3Fo%7D%20LIMIT%203",
    "/sparql?query=ASK%7B%7D",
    "/sparql?query=CONSTRUCT%20WHERE%20%7B%3Fs%20%3Fp%20%3Fo%7D",
    "/def/",
    "/shape/",
    "/def/Municipality",
    "/def/period",
    "/def/Accepted",
    "/shape/MunicipalityShape",
    "/doc/municipality/se-0765",
    "/doc/municipality/za-nw402",
    "/doc/county/se-07",
    "/doc/partnership/se-almhult-vaxjo-za-jb-marks",
    "/doc/regional-cooperation/se-entreprenorsregionen",
    "/doc/membership/se-almhult-vaxjo-za-jb-marks--se-0765",
    "/doc/claim/almhult-635/9",
    "/doc/claim/almhult-635/10",
    "/doc/source/almhult-635",
    "/doc/source/municipality-register",
    "/doc/graph/curation",
    "/doc/rule/cooperates-with",
    "/describe?iri=http%3A%2F%2Fpublications.europa.eu%2Fresource%2Fauthority%2Fcountry%2FSWE",
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    releases = tmp_path_factory.mktemp("pages")
    with own_client(releases) as opened:
        yield opened


class Outline(HTMLParser):
    """Notes what a page is built of, and complains about what isn't closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.headings: list[int] = []
        self.ids: Counter[str] = Counter()
        self.labelled: set[str] = set()
        self.fields: set[str] = set()
        self.parts: Counter[str] = Counter()
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.parts[tag] += 1
        self.ids.update([said["id"] or ""] if "id" in said else [])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "label":
            self.labelled.add(said.get("for") or "")
        if tag in {"input", "textarea", "select"} and said.get("type") != "hidden":
            self.fields.add(said.get("id") or "nameless")
        if tag == "th" and "scope" not in said:
            self.faults.append("a heading cell without scope")
        self.loaded += [said[name] or "" for name in ("src", "action") if name in said]
        self.loaded += [said["href"] or ""] if said.get("rel") in {"stylesheet", "icon"} else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else in line {self.getpos()[0]}")


def shown(client: FlaskClient, path: str, language: str = "sv") -> str:
    response = client.get(path, headers={"Accept": "text/html", "Accept-Language": language})
    assert response.status_code == 200, response.text
    assert response.mimetype == "text/html"
    assert response.headers["Content-Language"] == language
    return response.text


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_page_is_sound_and_accessible_html(client: FlaskClient, path: str, language: str) -> None:
    text = shown(client, path, language)
    outline = Outline()
    outline.feed(text)
    assert outline.faults == []
    assert outline.open == []
    assert outline.headings[0] == 1
    assert outline.headings.count(1) == 1
    assert all(step <= 1 for step in map(int.__sub__, outline.headings[1:], outline.headings))
    assert [name for name, count in outline.ids.items() if count > 1] == []
    assert outline.fields <= outline.labelled
    assert outline.parts["main"] == 1
    assert outline.parts["style"] == outline.parts["iframe"] == 0
    assert (
        re.findall(
            r"<script(?! src=\"/static/built/[a-z]+-[A-Z0-9]+\.js\" defer>| type=\"application/ld\+json\">)", text
        )
        == []
    )
    assert all(address.startswith("/") and not address.startswith("//") for address in outline.loaded)
    assert re.findall(r"[>\"'=]None[<\"' ]", text) == []


@pytest.mark.parametrize("path", sorted({*PAGES, *KINDS.values()}))
def test_page_is_small_enough_for_a_phone(client: FlaskClient, path: str) -> None:
    page = client.get(path, headers={"Accept": "text/html"}).data
    assert 1000 < len(gzip.compress(page, 6)) < LARGEST


@pytest.mark.parametrize("path", sorted({*PAGES, *KINDS.values()}))
def test_what_a_page_was_made_of_is_given_back_at_once(client: FlaskClient, path: str) -> None:
    gc.collect()
    gc.disable()
    try:
        client.get(path, headers={"Accept": "text/html"})
        assert not any(isinstance(each, Names) for each in gc.get_objects())
    finally:
        gc.enable()


def test_stylesheet_is_small_and_asks_for_nothing(client: FlaskClient) -> None:
    with client.get("/static/kommungraf.css") as response:
        content = response.data
    assert 0 < len(content) <= 13_000
    assert b"url(" not in content
    assert b"@import" not in content


def test_pages_may_run_and_load_nothing_from_elsewhere(client: FlaskClient) -> None:
    policy = client.get("/", headers={"Accept": "text/html"}).headers["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert set(directives.values()) <= {"'none'", "'self'"}


@pytest.mark.parametrize(
    ("header", "query", "language"),
    [
        ("", "", "sv"),
        ("de", "", "sv"),
        ("en-GB, sv;q=0.5", "", "en"),
        ("sv, en;q=0.5", "", "sv"),
        ("sv", "?lang=en", "en"),
        ("en", "?lang=sv", "sv"),
        ("en", "?lang=xx", "en"),
    ],
)
def test_language_is_the_one_that_is_asked_for(
    client: FlaskClient, header: str, query: str, language: str
) -> None:
    response = client.get(f"/{query}", headers={"Accept": "text/html", "Accept-Language": header})
    assert f'<html lang="{language}">' in response.text
    assert response.headers["Content-Language"] == language
    assert {"accept", "accept-language"} <= {each.lower() for each in response.vary}


def test_language_switch_keeps_the_page(client: FlaskClient) -> None:
    text = shown(client, "/search?q=sm%C3%A5+orter&page=1")
    assert 'href="/search?q=sm%C3%A5+orter&amp;page=1&amp;lang=en" hreflang="en"' in text


def test_municipality_page_says_with_whom_since_when_and_who_says_so(client: FlaskClient) -> None:
    text = shown(client, "/doc/municipality/se-0765")
    for words in ("Entreprenörsregionen", "Falkenbergs kommun", "sedan sommaren 2018", "Strategiska samarbeten"):
        assert words in text
    assert "<q>ingår sedan sommaren 2018</q>" in text
    assert "Vilka Älmhults vänorter är" in text


def test_derived_statements_are_named_as_derived(client: FlaskClient) -> None:
    assert "Härlett: " in shown(client, "/doc/municipality/se-0765")


def test_gaps_are_a_sheet_too(client: FlaskClient) -> None:
    [href] = re.findall(r'<a href="([^"]+)" type="text/csv">CSV</a>', shown(client, "/gaps", "en"))
    response = client.get(href.replace("&amp;", "&"), headers={"Accept-Language": "en"})
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert response.mimetype == "text/csv"
    [row] = [each for each in rows if each["name"] == "Which the twin towns of Älmhult are"]
    assert row["about_names"] == "Älmhult Municipality"
    assert row["iri"].startswith(f"{BASE}id/gap/")
    assert f"{BASE}id/source/" in row["sources"]
    assert len(rows) == shown(client, "/gaps", "en").count('<tr><th scope="row">')


def test_list_of_long_names_stands_in_one_column(client: FlaskClient) -> None:
    of_class = f"/list?type={quote(BASE, safe='')}def%2F"
    assert '<ul class="links">' in shown(client, f"{of_class}Claim")
    assert '<ul class="links long">' in shown(client, f"{of_class}Municipality")


def test_gaps_are_shown_as_gaps(client: FlaskClient) -> None:
    assert "Which the twin towns of Älmhult are" in shown(client, "/gaps", "en")


def test_gaps_stand_together_by_their_reason_those_of_the_most_frequent_first(client: FlaskClient) -> None:
    text = shown(client, "/gaps", "en")
    headings = re.findall(r"<h2>(?:<a [^>]+>)?([^<]+)", text)
    assert headings[0] == "Not stated"
    assert "Which the twin towns of Älmhult are" in text.partition("List missing")[2]
    assert '<th scope="col">Why</th>' not in text


def test_claims_of_a_source_are_told_without_its_name(client: FlaskClient) -> None:
    name = "Municipalities of Sweden: codes, names, counties and positions"
    text = (
        shown(client, "/doc/source/municipality-register", "en")
        .partition("<h2>Claims")[2]
        .partition("</section>")[0]
    )
    assert ">row 2 of municipalities.csv</a>" in text
    assert f"{name}, row 2" not in text
    whole = f"/around?thing={quote(BASE + 'id/source/municipality-register', safe='')}&table=claims&lang=en"
    assert ">row 26 of municipalities.csv</a>" in client.get(whole, headers={"Accept": "text/html"}).text


def test_what_fills_a_gap_stands_beside_its_sources(client: FlaskClient) -> None:
    text = shown(client, "/gaps", "en")
    assert "Filled by" not in text
    assert re.search(
        r'data-column="Source">.+?</a>, <a [^>]+>[^<]+</a> <span class="quiet">\(fills the gap\)</span>', text
    )


def test_gap_that_another_source_fills_links_to_the_claim_and_is_nothing_to_check(client: FlaskClient) -> None:
    filler = 'href="/doc/claim/icld-public-skills/project-public-skills-training"'
    about_it = shown(client, "/doc/project/public-skills-training", "en").partition("<h2>What is not known")[2]
    assert "filled by" in about_it.partition("</section>")[0]
    assert filler in about_it.partition("</section>")[0]
    assert filler in shown(client, "/gaps", "en")
    checked = shown(client, "/check/se-0780", "en")
    assert "Amount for the project: skills training" in checked
    assert "Funder of the project: skills training" not in checked


def test_search_answers_in_json_as_well(client: FlaskClient) -> None:
    by_header = client.get("/search?q=vaxjo", headers={"Accept": "application/json"})
    by_name = client.get("/search?q=vaxjo&format=json", headers={"Accept": "text/html"})
    assert by_header.json == by_name.json
    assert by_header.json is not None
    assert by_header.json["hits"][0]["text"] == "Växjö kommun"


@pytest.mark.parametrize("query", ["q=x&page=0", "q=x&page=x", "q=x&page=-1"])
def test_search_refuses_pages_that_are_none(client: FlaskClient, query: str) -> None:
    assert client.get(f"/search?{query}", headers={"Accept": "text/html"}).status_code == 400


def test_every_question_has_the_answer_that_was_worked_out(client: FlaskClient) -> None:
    paths = re.findall(r'<a href="(/questions/[^"]+)"', shown(client, "/questions", "en"))
    assert len(set(paths)) >= 20
    for path in paths:
        assert "This is the answer that was worked out by hand" in shown(client, path, "en"), path


def test_periods_of_an_answer_to_a_question_are_words_alone(client: FlaskClient) -> None:
    answer = page(client, "/questions/start-of-the-partnership").split("<h2>")[1]
    assert "sedan 2005" in answer
    assert "2005/.." not in answer


def test_classes_of_others_begin_with_a_capital_as_ours_do(client: FlaskClient) -> None:
    text = page(client, "/doc/membership/se-almhult-vaxjo-za-jb-marks--se-0765")
    assert ">Medlemskap</a>" in text
    assert ">medlemskap</a>" not in text


def test_lists_of_a_county_keep_their_columns_on_a_telephone(client: FlaskClient) -> None:
    assert '<table class="list compact">' in page(client, "/doc/county/se-07")


def test_project_of_whose_period_nothing_is_held_says_what_is_claimed_and_how_it_stands(
    client: FlaskClient,
) -> None:
    summary = page(client, "/doc/project/blue-vietnam").split('<dl class="summary">')[1].split("</dl>")[0]
    assert 'sedan 2018 <span class="quiet">(omstritt)</span>' in summary
    assert '2019 – 2021 <span class="quiet">(omstritt)</span>' in summary


def test_two_places_far_apart_are_on_one_map(client: FlaskClient) -> None:
    assert page(client, "/doc/project/blue-vietnam").count('<figure class="map">') == 1


def test_who_says_so_stands_after_with_whom(client: FlaskClient) -> None:
    table = page(client, "/doc/municipality/se-0765").split('<section id="table-1">')[1].split("</section>")[0]
    row = next(each for each in table.split("<tr>") if "JB Marks lokala kommun" in each)
    assert row.index("JB Marks lokala kommun") < row.index('class="behind"')


@pytest.mark.parametrize(
    ("language", "headings", "words"),
    [
        pytest.param("sv", ["Precision", "Datum", "Början eller slut", "Av"], {"månad", "säsong", "år"}, id="sv"),
        pytest.param("en", ["Precision", "Date", "Start or end", "Of"], {"month", "season", "year"}, id="en"),
    ],
)
def test_answer_to_a_question_is_headed_and_worded_for_people(
    client: FlaskClient, language: str, headings: list[str], words: set[str]
) -> None:
    text = shown(client, "/questions/precision-of-dates", language)
    assert re.findall(r'<th scope="col">([^<]+)</th>', text) == headings
    assert set(re.findall(r"<tr><td data-column=\"\w+\">([^<]+)</td>", text)) == words


@pytest.mark.parametrize("path", ["/questions/no-such-question", "/list?type=x", "/list", "/nothing/here"])
def test_what_isnt_there_is_a_404_page(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers={"Accept": "text/html", "Accept-Language": "sv"})
    assert response.status_code == 404
    assert "Här finns inget med det namnet" in response.text


@pytest.mark.parametrize("path", ["/list", "/list?type=", "/around", "/around?table=cooperations"])
def test_address_that_does_not_say_of_what_it_asks_is_told_so(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers={"Accept": "text/html", "Accept-Language": "sv"})
    assert response.status_code == 404
    assert "Ange en type eller en thing." in response.text
    assert "&lt;&gt;" not in response.text


def test_what_can_not_be_done_is_told_in_the_readers_language(client: FlaskClient) -> None:
    response = client.post("/map", headers={"Accept": "text/html", "Accept-Language": "sv"})
    assert response.status_code == 405
    assert "Metoden tillåts inte" in response.text
    assert "Metoden kan inte användas med den här adressen." in response.text
    assert 'lang="en" class="note"' not in response.text


@pytest.mark.parametrize("error", [NotFound, MethodNotAllowed, InternalServerError, RequestedRangeNotSatisfiable])
def test_what_the_framework_says_is_translated(error: type[HTTPException]) -> None:
    swedish = translations("sv")
    for text in (error().name, error.description):
        assert text is not None
        assert swedish.gettext(text) != text


def test_list_is_in_order_and_whole(client: FlaskClient) -> None:
    path = "/list?type=https%3A%2F%2Fw3id.org%2Fkommungraf%2Fdef%2FMunicipality"
    found = re.findall(
        r'<li><a href="/doc/municipality/([^"?]+)', "".join(shown(client, f"{path}&page={n}") for n in (1, 2, 3))
    )
    assert len(found) == len(set(found)) >= 290
    assert client.get(f"{path}&page=4", headers={"Accept": "text/html"}).status_code == 404


def test_downloads_are_listed_with_size_and_digest(client: FlaskClient) -> None:
    response = client.get("/dataset/", headers={"Accept": "text/html"})
    for path in re.findall(r'href="(/dataset/[^"]+)"', response.text):
        with client.head(path) as answer:
            assert answer.status_code == 200, path
    assert len(re.findall(r"\b[0-9a-f]{64}\b", response.text)) >= 11
    assert 'rel="item"' in ", ".join(response.headers.getlist("Link"))


def test_query_page_has_examples_prefixes_and_limits(client: FlaskClient) -> None:
    text = shown(client, "/sparql", "en")
    assert "PREFIX kg: &lt;https://w3id.org/kommungraf/def/&gt;" in text
    assert "Limits of one query: time 20 s, memory" in text
    example, question = re.findall(r'href="(/sparql\?example=[^"]+)">([^<]+)<', text)[0]
    asked = shown(client, example, "en")
    assert "PREFIX org:" in asked
    assert f'<p class="lead">{question}</p>' in asked


@pytest.mark.parametrize(
    "query", [pytest.param("SELECT", id="syntax"), pytest.param("ASK { SERVICE ?s { ?a ?b ?c } }", id="refused")]
)
def test_page_of_a_failed_query_tells_what_a_query_may_cost(client: FlaskClient, query: str) -> None:
    response = client.get("/sparql", query_string={"query": query, "lang": "en"}, headers={"Accept": "text/html"})
    assert response.status_code == 400
    assert "Limits of one query: time 20 s, memory" in response.text
    assert "rows on this page 1,000." in response.text
    assert "All limits of this server" in response.text


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/doc/municipality/se-0765?date=2010-13", id="document"),
        pytest.param("/search?q=kommun&date=2010-02-30", id="search"),
        pytest.param(f"/list?type={quote(BASE + 'def/Twinning', safe='')}&date=2010-13", id="list"),
    ],
)
def test_date_that_cannot_be_read_stands_in_its_field_with_what_is_wrong(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers={"Accept": "text/html", "Accept-Language": "en"})
    assert response.status_code == 400
    assert '<p class="lead" id="fault">The parameter date is a day, a month or a year' in response.text
    asked = path.rpartition("=")[2]
    [field] = re.findall(r'<input id="date" [^>]*>', response.text)
    assert 'type="text"' in field
    assert f'value="{asked}" aria-invalid="true" aria-describedby="fault"' in field
    kept = re.findall(r'<input type="hidden" name="(\w+)"', response.text)
    assert kept == [name for name in ("q", "type") if f"{name}=" in path]


def test_program_is_told_which_parameter_cannot_be_read(client: FlaskClient) -> None:
    told = client.get("/search?q=kommun&date=2010-13&format=json").json or {}
    assert (told["status"], told["parameter"]) == (400, "date")
    assert (client.get("/search?q=kommun&page=0&format=json").json or {})["parameter"] == "page"


def test_answer_is_a_table_with_names_and_downloads(client: FlaskClient) -> None:
    query = "SELECT ?m { ?m a <https://w3id.org/kommungraf/def/RegionalCooperation> }"
    text = client.get("/sparql", query_string={"query": query}, headers={"Accept": "text/html"}).text
    assert '<a href="/doc/regional-cooperation/se-entreprenorsregionen">Entreprenörsregionen</a>' in text
    download = next(each for each in re.findall(r'href="(/sparql\?query=[^"]+)"', text) if "csv" in each)
    assert client.get(download.replace("&amp;", "&")).text.startswith("m\r\nhttps://")


def test_long_answer_is_cut_and_says_so(client: FlaskClient) -> None:
    response = client.get(
        "/sparql", query_string={"query": "SELECT * { ?s ?p ?o }", "lang": "en"}, headers={"Accept": "text/html"}
    )
    assert response.headers["X-Result-Cut"] == "rows=1000"
    assert "The first 1,000 rows are shown." in response.text


def test_fault_in_a_query_is_shown_beside_the_query(client: FlaskClient) -> None:
    response = client.get("/sparql", query_string={"query": "SELECT <wrong"}, headers={"Accept": "text/html"})
    assert response.status_code == 400
    assert "SELECT &lt;wrong</textarea>" in response.text
    assert "Frågan kan inte tolkas" in response.text


def test_dataset_of_another_kind_gets_plain_pages(tmp_path_factory: pytest.TempPathFactory) -> None:
    trig = '<https://w3id.org/kommungraf/x> a <http://xmlns.com/foaf/0.1/Person> ; <http://xmlns.com/foaf/0.1/name> "X" .'
    with client_of(tmp_path_factory.mktemp("other"), trig) as other:
        home = shown(other, "/", "en")
        assert "With whom do Swedish municipalities work?" not in home
        assert 'href="/conflicts"' not in home
        for path in ("/x", "/conflicts", "/gaps", "/questions", "/sparql", "/search?q=x"):
            shown(other, path, "en")


@pytest.mark.parametrize("path", ["/map", "/network"])
def test_picture_of_ties_refuses_a_date_instead_of_ignoring_it(client: FlaskClient, path: str) -> None:
    response = client.get(f"{path}?date=2019-06-01", headers={"Accept": "text/html", "Accept-Language": "sv"})
    assert response.status_code == 400
    assert "/asof" in response.text


@pytest.mark.skipif(built("shared.png") is None, reason="the front end isn't built: make web")
def test_shared_link_has_a_picture(client: FlaskClient) -> None:
    text = client.get("/", headers={"Accept": "text/html"}).text
    found = re.search(r'<meta property="og:image" content="([^"]+)">', text)
    assert found
    assert found[1].startswith(BASE)
    picture = client.get(f"/{found[1].removeprefix(BASE)}")
    with picture:
        assert (picture.status_code, picture.mimetype) == (200, "image/png")
        width, height = struct.unpack(">II", picture.data[16:24])
    assert f'<meta property="og:image:width" content="{width}">' in text
    assert f'<meta property="og:image:height" content="{height}">' in text


def test_downloads_offer_every_list_as_csv(client: FlaskClient) -> None:
    text = client.get("/dataset/?lang=sv", headers={"Accept": "text/html"}).text
    sheets = re.findall(r'href="([^"]+)" type="text/csv" aria-label="([^"]+) som CSV"', text)
    assert "Vänortssamarbeten" in [name for _, name in sheets]
    for href, _ in sheets:
        assert client.get(href.replace("&amp;", "&")).mimetype == "text/csv"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        pytest.param(
            "sv",
            ("delvis förenlig med lagen", "30 november 2026", "självskattning", "(12 §)", "(9 §)", "Utgivare"),
            id="sv",
        ),
        pytest.param(
            "en",
            ("partly compliant with the act", "30 November 2026", "self-assessment", "section 12", "section 9"),
            id="en",
        ),
    ],
)
def test_accessibility_statement_has_all_that_the_act_asks_for(
    client: FlaskClient, language: str, words: tuple[str, ...]
) -> None:
    text = page(client, "/accessibility", language)
    assert [each for each in words if each not in text] == []
    assert BASE in text
    assert "kommungraf.example" not in text
    assert ("ännu inte angett vart du vänder dig" in text) is (language == "sv")
    assert 'href="https://www.digg.se/tdosanmalan"' in text


def test_home_page_leads_to_what_most_come_for(client: FlaskClient) -> None:
    start = shown(client, "/", "sv").split("<h2>Vad vill du veta?</h2>")[1].split("</ul>")[0]
    targets = re.findall(r'<li><a href="([^"]+)">', start)
    assert len(targets) == 5
    inner = [each for each in targets if each.startswith("#")]
    assert all(f'id="{each[1:]}"' in shown(client, "/", "sv") for each in inner)
    assert [each for each in targets if each not in inner and client.get(each).status_code != 200] == []


def test_query_of_every_count_on_the_home_page_has_that_count_for_its_answer(client: FlaskClient) -> None:
    text = page(client, "/", "en")
    counts = re.findall(r"<b>([\d,]+)</b> <span>([^<]+)</span>", text)
    queries = re.findall(r'<li><a href="(/sparql\?query=[^"]+)">([^<]+)</a></li>', text)
    assert len(queries) == len(counts) > 5
    for href, name in queries:
        answer = client.get(href.replace("&amp;", "&"), headers={"Accept": "text/csv"}).text.split()
        assert (f"{int(answer[1]):,}", name) in counts


@pytest.mark.parametrize(
    ("path", "address"),
    [
        pytest.param("/", "", id="home"),
        pytest.param("/doc/municipality/se-0765?lang=en", "id/municipality/se-0765", id="thing"),
        pytest.param("/conflicts?kind=different-start&page=1", "conflicts?kind=different-start", id="query"),
    ],
)
def test_shared_link_tells_its_address_and_what_the_page_is(client: FlaskClient, path: str, address: str) -> None:
    text = client.get(path, headers={"Accept": "text/html"}).text
    assert f'<meta property="og:url" content="{BASE}{address}">' in text
    title = re.search(r'<meta property="og:title" content="([^"]+)">', text)
    assert title
    assert title[1] != "Start"


@pytest.mark.parametrize(
    "path", ["/doc/municipality/se-0765", "/doc/regional-cooperation/se-entreprenorsregionen"]
)
def test_page_of_a_thing_with_ties_offers_them_as_csv(client: FlaskClient, path: str) -> None:
    found = re.search(r'<a href="([^"]+)" type="text/csv">The ties as CSV</a>', page(client, path, "en"))
    assert found
    sheet = client.get(found[1].replace("&amp;", "&"))
    assert sheet.mimetype == "text/csv"
    assert len(sheet.text.splitlines()) > 2


def test_page_of_a_thing_without_ties_offers_no_empty_sheet(client: FlaskClient) -> None:
    assert "The ties as CSV" not in page(client, "/doc/claim/almhult-635/9", "en")


@pytest.mark.parametrize(("columns", "told"), [("?a ?b", True), ("?a", False)], ids=["two charts", "one chart"])
def test_answer_with_several_charts_says_that_their_scales_differ(
    client: FlaskClient, columns: str, told: bool
) -> None:
    query = f"SELECT {columns} {{ VALUES (?a ?b) {{ (1 100) (2 200) }} }}"
    text = client.get("/sparql", query_string={"query": query, "lang": "en"}, headers={"Accept": "text/html"}).text
    assert text.count('<svg class="span"') == 2 * len(columns.split())
    assert ("bars of its own scale" in text) is told


@pytest.mark.parametrize("narrowed", ["", "&county=" + quote(f"{BASE}id/county/se-07", safe="")])
def test_map_of_the_ties_is_also_a_table(client: FlaskClient, narrowed: str) -> None:
    kind = quote(f"{BASE}def/MunicipalPartnership", safe="")
    text = page(client, f"/map?type={kind}{narrowed}", "en")
    shown = set(re.findall(r'<circle class="spot[^>]*><title>([^<]+)</title>', text))
    table = text[text.index("<h2>As a table</h2>") :]
    told = set(re.findall(r'<a href="/doc/[^>]*>([^<]+)</a>', table))
    assert shown
    assert shown == told


def test_site_that_was_built_without_node_says_what_is_missing_and_how_to_get_it(client: FlaskClient) -> None:
    for language in ("sv", "en"):
        assert ("make web" in page(client, "/sparql", language)) is (built("query.js") is None)


def test_years_under_a_chart_are_apart_and_within_it(client: FlaskClient) -> None:
    for path in ("/", "/doc/municipality/se-0765", "/doc/municipality/se-0780"):
        chart = re.search(r'<figure class="years">(.*?)</figure>', page(client, path), re.DOTALL)
        assert chart
        width = float(re.findall(r'viewBox="0 -6 ([\d.]+) ', chart[1])[0])
        ticks = re.findall(r'<text x="([\d.]+)" y="[\d.]+" text-anchor="(\w+)">\d{4}</text>', chart[1])
        # On a telephone a year takes 56 units.
        starts = [float(x) - {"start": 0, "middle": 28, "end": 56}[anchor] for x, anchor in ticks]
        assert len(starts) > 2
        assert all(after - before > 60 for before, after in pairwise(starts))
        assert starts[0] >= 0
        assert starts[-1] + 56 <= width


@pytest.mark.parametrize(
    ("query", "told"),
    [
        pytest.param(
            "ASK { ?a a ?b FILTER(?b == <http://e/>) }", "?b =<mark>=</mark> &lt;http://e/&gt;", id="line"
        ),
        pytest.param("SELECT", '<pre class="excerpt">SELECT<mark> </mark></pre>', id="end"),
    ],
)
def test_character_that_can_t_be_read_is_marked_in_its_line(client: FlaskClient, query: str, told: str) -> None:
    response = client.get(f"/sparql?query={quote(query)}", headers={"Accept": "text/html"})
    assert response.status_code == 400
    assert told in response.text


def test_answer_is_offered_for_download_before_its_rows(client: FlaskClient) -> None:
    text = page(client, f"/sparql?query={quote('SELECT ?n { VALUES ?n { 1 2 } }')}")
    assert text.index("Ladda ner svaret som") < text.index("format=csv") < text.index("2 rader")


def test_downloads_lead_to_the_counties(client: FlaskClient) -> None:
    assert re.search(r'<li><a href="/doc/county/se-07">Kronobergs län</a></li>', page(client, "/dataset/"))
