"""What most readers come for, walked from the home page by somebody who has never seen the site: on a telephone, and by keyboard."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from chromium import IN_CHROMIUM, PHONE, visiting
from kommungraf.vocab import iri

#: The middle of the widest line of a text that goes on in the next one, where a thumb hits it.
WIDEST_LINE = """each => {
    const [widest] = [...each.getClientRects()].sort((one, other) => other.width - one.width)
    return [widest.x + widest.width / 2, widest.y + widest.height / 2]
}"""
#: What the pages say in either language, by what it is for.
WORDS: Final = {
    "sv": {
        "search": "Sök",
        "municipality": "Älmhults kommun",
        "vaxjo": "Växjö kommun",
        "since": "sedan sommaren 2018",
        "disagree": "Var är kommuner och andra källor oense?",
        "conflicts": "Motsägelser",
        "between": "Vilka kommuner är oense med varandra",
        "start": "Olika start: Partnerskapet Älmhult–Växjö–JB Marks",
        "one": "sedan 2005",
        "other": "sedan 2006",
        "choice": "Kommun",
        "named": "kommun (",
        "show": "Visa",
        "county": "Vilka vänorter finns i ett län, som en lista att ladda ner?",
        "kronoberg": "Kronobergs län",
        "twinnings": "Vänortssamarbeten",
        "list": "Listan som CSV",
        "ask": "Vad kan man fråga, och hur frågar man i SPARQL?",
        "query": "SPARQL-fråga",
        "question": "Sedan när är Älmhults kommun",
        "change": "Ändra frågan och kör den på frågesidan",
        "run": "Kör",
        "answer": "Svar",
        "told": "sommaren 2018",
        "country": "Vilka vänorter finns i ett land, och vilka samarbeten har upphört?",
        "poland": "Polen",
        "of poland": "Vänortssamarbeten: Polen",
        "narrow": "Avgränsa efter län, land, status, slag",
        "closer": "Välj ett län",
        "ten more": "och 10 till",
        "pick": "Sök och avgränsa",
        "whole": "Hela tabellen, att söka i och begränsa",
    },
    "en": {
        "search": "Search",
        "municipality": "Älmhult Municipality",
        "vaxjo": "Växjö Municipality",
        "since": "since summer 2018",
        "disagree": "Where do municipalities and other sources disagree?",
        "conflicts": "Conflicts",
        "between": "Which municipalities disagree with each other",
        "start": "Different starts: Älmhult–Växjö–JB Marks partnership",
        "one": "since 2005",
        "other": "since 2006",
        "choice": "Municipality",
        "named": " Municipality (",
        "show": "Show",
        "county": "Which twin towns are there in a county, as a list to download?",
        "kronoberg": "Kronoberg County",
        "twinnings": "Twinnings",
        "list": "The list as CSV",
        "ask": "What can be asked, and how is it asked in SPARQL?",
        "query": "Query",
        "question": "Since when has Älmhult been in the partnership?",
        "change": "Change it and run it in the query page",
        "run": "Run",
        "answer": "Answer",
        "told": "summer 2018",
        "country": "Which ties are there to a country, and which of them have ended?",
        "poland": "Poland",
        "of poland": "Twinnings: Poland",
        "narrow": "Narrow by county, country, status, kind",
        "closer": "Choose a county",
        "ten more": "and 10 more",
        "pick": "Search and narrow",
        "whole": "All of this table, to search and narrow",
    },
}
TWINNING: Final = quote(iri("kg:Twinning"), safe="")
LOCALES: Final = {"sv": "sv-SE", "en": "en-GB"}
pytestmark = [
    *IN_CHROMIUM,
    pytest.mark.parametrize("language", ["sv", "en"]),
]
both_ways = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])


@contextmanager
def at_home(
    browser: Browser, site: str, language: str, **options: Any
) -> Iterator[tuple[Page, Callable[..., None]]]:
    """The home page on a telephone of a reader of a language, and what taps a link there by its words."""
    options = {"viewport": PHONE, "has_touch": True, "locale": LOCALES[language], **options}
    with visiting(browser, **options) as (page, faults):

        def tap(words: str, *, exact: bool = False) -> None:
            page.locator("main").get_by_role("link", name=words, exact=exact).first.tap()

        page.goto(f"{site}/")
        yield page, tap
        assert [fault for fault in faults if "400" not in fault] == []


def downloaded(page: Page, link: Locator) -> list[dict[str, str]]:
    with page.expect_download() as waiting:
        link.tap()
    return list(csv.DictReader(io.StringIO(Path(waiting.value.path()).read_text("utf-8"))))


@both_ways
def test_phone_reader_finds_with_whom_since_when_and_who_says_so(
    browser: Browser, site: str, language: str, scripts: bool
) -> None:
    words = WORDS[language]
    with at_home(browser, site, language, java_script_enabled=scripts) as (page, tap):
        page.locator("#q").fill("almhult")
        page.get_by_role("button", name=words["search"]).tap()
        tap(words["municipality"], exact=True)
        first = page.locator("#table-1 tbody tr").first
        expect(first).to_contain_text("JB Marks")
        expect(first).to_contain_text(words["since"])
        quoted = first.get_by_role("link", name="ingår sedan sommaren 2018").first
        quoted.scroll_into_view_if_needed()
        page.touchscreen.tap(*quoted.evaluate(WIDEST_LINE))
        expect(page.locator("blockquote").first).to_contain_text("ingår sedan sommaren 2018")
        tap("Strategiska samarbeten")
        expect(page.get_by_role("heading", level=1)).to_have_text("Strategiska samarbeten")
        expect(page.locator("dl.summary").get_by_role("link", name="almhult.se").first).to_be_visible()


@both_ways
def test_phone_reader_finds_which_municipalities_disagree_with_one_another(
    browser: Browser, site: str, language: str, scripts: bool
) -> None:
    words = WORDS[language]
    with at_home(browser, site, language, java_script_enabled=scripts) as (page, tap):
        tap(words["disagree"])
        expect(page.locator("main").get_by_role("link", name=words["between"])).to_be_in_viewport()
        tap(words["between"])
        tap(words["start"], exact=True)
        sides = page.locator("#table-1")
        for each in (words["one"], words["other"], words["municipality"]):
            expect(sides).to_contain_text(each)


@both_ways
def test_phone_reader_finds_the_disagreements_of_a_municipality(
    browser: Browser, site: str, language: str, scripts: bool
) -> None:
    words = WORDS[language]
    with at_home(browser, site, language, java_script_enabled=scripts) as (page, _):
        page.locator("nav.main").get_by_role("link", name=words["conflicts"]).tap()
        page.wait_for_url("**/conflicts**")
        choice = page.get_by_label(words["choice"], exact=True)
        expect(choice).to_be_visible()
        assert sum(words["named"] in each for each in choice.locator("option").all_text_contents()) > 50
        choice.select_option("se-0765")
        page.get_by_role("button", name=words["show"]).tap()
        page.wait_for_url("**municipality=se-0765**")
        expect(page.locator("main")).to_contain_text(words["other"])


@both_ways
def test_phone_reader_gets_the_twin_towns_of_a_county_as_csv(
    browser: Browser, site: str, language: str, scripts: bool
) -> None:
    words = WORDS[language]
    with at_home(browser, site, language, java_script_enabled=scripts) as (page, tap):
        tap(words["county"])
        expect(page.locator("main").get_by_role("link", name=words["kronoberg"])).to_be_in_viewport()
        tap(words["kronoberg"], exact=True)
        row = page.locator("#table-1 tr", has_text=words["twinnings"])
        rows = downloaded(page, row.get_by_role("link", name="CSV"))
        assert len(rows) == 19
        assert any("Växjö kommun" in each["members"] for each in rows)
        tap(words["twinnings"], exact=True)
        assert downloaded(page, page.get_by_role("link", name=words["list"])) == rows


def run(page: Page, words: Mapping[str, str]) -> None:
    """Run the query of the page; its answer is seen at once."""
    page.get_by_role("button", name=words["run"], exact=True).tap()
    page.wait_for_url("**/sparql?**query=**")
    expect(page.locator("#answer")).to_contain_text(words["told"])
    expect(page.get_by_role("heading", name=words["answer"])).to_be_in_viewport()


@both_ways
def test_phone_reader_gets_the_answer_to_a_question_in_sparql(
    browser: Browser, site: str, language: str, scripts: bool
) -> None:
    words = WORDS[language]
    with at_home(browser, site, language, java_script_enabled=scripts) as (page, tap):
        tap(words["ask"])
        tap(words["question"])
        expect(page.locator("main")).to_contain_text(words["told"])
        tap(words["change"])
        run(page, words)


@both_ways
def test_phone_reader_asks_by_an_example_of_the_query_page(
    browser: Browser, site: str, language: str, scripts: bool
) -> None:
    words = WORDS[language]
    with at_home(browser, site, language, java_script_enabled=scripts) as (page, tap):
        page.locator("nav.main").get_by_role("link", name=words["query"]).tap()
        tap(words["question"])
        run(page, words)


@both_ways
def test_phone_reader_sees_the_countries_at_once_and_which_ties_to_one_have_ended(
    browser: Browser, site: str, language: str, scripts: bool
) -> None:
    words = WORDS[language]
    with at_home(browser, site, language, java_script_enabled=scripts) as (page, tap):
        tap(words["country"])
        expect(page.locator("main").get_by_role("link", name=words["poland"], exact=True)).to_be_in_viewport()
        tap(words["poland"], exact=True)
        expect(page.get_by_role("heading", level=1)).to_have_text(words["of poland"])
        expect(page.locator("ul.long .tag").first).to_be_visible()


@both_ways
def test_phone_reader_puts_a_date_right_that_cannot_be_read(
    browser: Browser, site: str, language: str, scripts: bool
) -> None:
    words = WORDS[language]
    with at_home(browser, site, language, java_script_enabled=scripts) as (page, _):
        page.goto(f"{site}/doc/municipality/se-0765?date=2010-13")
        field = page.locator("#date")
        expect(field).to_have_value("2010-13")
        expect(field).to_have_accessible_description(re.compile("2019-06-01"))
        field.fill("2010-12")
        page.get_by_role("button", name=words["show"]).tap()
        expect(page.get_by_role("heading", level=1)).to_have_text(words["municipality"])
        expect(page.locator("#date")).to_have_value("2010-12")


def stop(page: Page, words: str, *, most: int = 1000) -> None:
    """Press Tab until what has the focus is called by `words`, which has to be seen then."""
    called = "each => (each.getAttribute('aria-label') || each.textContent || '').trim()"
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and focused.evaluate(called) == words:
            expect(focused).to_be_in_viewport()
            return
    pytest.fail(f"The keyboard doesn't reach {words}.")


def go(page: Page, words: str, heading: str) -> None:
    """Follow the link that is called by `words`, which leads to the page with that heading."""
    stop(page, words)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)


def test_municipality_is_found_by_keyboard_alone(browser: Browser, site: str, language: str) -> None:
    words = WORDS[language]
    with visiting(browser, locale=LOCALES[language]) as (page, _):
        page.goto(f"{site}/")
        while page.evaluate("document.activeElement.id") != "q":
            page.keyboard.press("Tab")
        page.keyboard.type(words["municipality"].replace("Ä", "a"))
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?**")
        go(page, words["municipality"], words["municipality"])


def test_list_is_narrowed_by_keyboard_alone(browser: Browser, site: str, language: str) -> None:
    words = WORDS[language]
    with visiting(browser, viewport=PHONE, locale=LOCALES[language]) as (page, _):
        page.goto(f"{site}/list?type={TWINNING}")
        stop(page, words["narrow"])
        page.keyboard.press("Enter")
        go(page, words["kronoberg"], f"{words['twinnings']}: {words['kronoberg']}")
        expect(page.locator("ul.long > li")).to_have_count(19)


def test_map_is_read_by_keyboard_alone(browser: Browser, site: str, language: str) -> None:
    words = WORDS[language]
    with visiting(browser, viewport=PHONE, locale=LOCALES[language]) as (page, _):
        page.goto(f"{site}/map")
        stop(page, words["closer"])
        page.keyboard.press("Enter")
        stop(page, words["kronoberg"])
        page.keyboard.press("Enter")
        page.wait_for_url("**county**")
        stop(page, words["vaxjo"])
        assert page.locator("figure svg :focus").count() == 1
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(words["vaxjo"])


def test_table_is_unfolded_and_narrowed_by_keyboard_alone(browser: Browser, site: str, language: str) -> None:
    words = WORDS[language]
    with visiting(browser, viewport=PHONE, locale=LOCALES[language]) as (page, _):
        page.goto(f"{site}/doc/municipality/se-0780")
        folded = page.locator("#table-1 > details.more > table")
        expect(folded).not_to_be_visible()
        stop(page, words["ten more"])
        page.keyboard.press("Enter")
        expect(folded).to_be_visible()
        stop(page, words["whole"])
        page.keyboard.press("Enter")
        page.wait_for_url("**/around?**")
        stop(page, words["pick"])
        page.keyboard.press("Enter")
        while page.evaluate("document.activeElement.id") != "words":
            page.keyboard.press("Tab")
        page.keyboard.type("kaunas")
        page.keyboard.press("Enter")
        page.wait_for_url("**q=kaunas**")
        expect(page.locator("main tbody tr")).to_have_count(1)


def test_query_is_run_by_keyboard_alone_without_scripts(browser: Browser, site: str, language: str) -> None:
    words = WORDS[language]
    with visiting(browser, locale=LOCALES[language], java_script_enabled=False) as (page, _):
        page.goto(f"{site}/sparql")
        stop(page, page.get_by_role("link", name=words["question"]).first.inner_text())
        page.keyboard.press("Enter")
        page.wait_for_url("**example=**")
        stop(page, words["run"])
        page.keyboard.press("Enter")
        page.wait_for_url("**/sparql?**query=**")
        expect(page.locator("#answer")).to_contain_text(words["told"])
