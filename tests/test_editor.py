"""The page on which a query is written, in a real Chromium: its editor, its answer, and how both reach those who don't see them."""

import csv
import io
import re
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from chromium import DESKTOP, IN_CHROMIUM, PHONE, axe_violations, needs_scripts, visiting
from kommungraf.settings.limits import Limits
from own_release import published
from serving_process import CROSS, Running, metric
from waiting import comes_true

pytestmark = IN_CHROMIUM
#: A fault in the second line, which is known by the endpoint and by the editor.
FAULT: Final = "SELECT *\nWHERE { ?a ?b } LIMIT 1"

#: Asks by the form, waits until a worker is at it, and cancels: DevTools reach no page that is being left.
ASKED_AND_CANCELLED: Final = """async () => {
  const said = () => [document.getElementById("query-state").textContent, cancel.hidden];
  const [run, cancel] = ["form.query button:not([type])", "[data-cancelled]"].map((each) => document.querySelector(each));
  run.click();
  while (!/workers_busy.*public.* 1/.test(await (await fetch("/metrics")).text()));
  window.seen = [said()];
  cancel.click();
  window.seen.push(said());
}"""


def editor_of(page: Page) -> Locator:
    return page.get_by_role("textbox", name="SPARQL-fråga")


def open_with_terms(page: Page, site: str) -> None:
    """Opens the empty editor and waits for what it completes by, which is a query of the page's own."""
    with page.expect_response(lambda answer: "format=srj" in answer.url) as terms:
        page.goto(f"{site}/sparql?lang=sv")
    terms.value.finished()


def write(page: Page, text: str) -> None:
    editor_of(page).focus()
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


@needs_scripts
def test_editor_shows_the_whole_query_and_is_low_where_that_is_short(browser: Browser, site: str) -> None:
    with visiting(browser) as (page, _):
        heights = {}
        for lines in (1, 40):
            page.goto(f"{site}/sparql?lang=sv&query={quote('ASK { ?a ?b ?c }' + chr(10) * (lines - 1))}")
            last = page.locator(".CodeMirror-linenumber").last
            expect(last).to_have_text(str(lines))
            editor, line = page.locator(".yasqe .CodeMirror").bounding_box(), last.bounding_box()
            assert editor is not None
            assert line is not None
            assert line["y"] + line["height"] <= editor["y"] + editor["height"]
            heights[lines] = editor["height"]
        assert heights[1] < 150
        assert heights[40] > 600


@needs_scripts
def test_editor_completes_a_term_runs_by_keyboard_and_is_no_trap(browser: Browser, site: str) -> None:
    with visiting(browser) as (page, faults):
        open_with_terms(page, site)
        write(page, "SELECT ?m WHERE { ?m a kg:Munic")
        page.keyboard.press("Control+Space")
        page.wait_for_selector(".CodeMirror-hint")
        page.keyboard.press("Enter")
        page.keyboard.type(" } LIMIT 3")
        page.keyboard.press("Tab")
        expect(page.locator("#format")).to_be_focused()
        editor_of(page).focus()
        page.keyboard.press("Control+Enter")
        page.wait_for_url("**/sparql?**query=**")
        expect(page.locator("table tbody tr")).to_have_count(3)
        assert "PREFIX kg:" in page.locator("#query").input_value()
        assert faults == []


@needs_scripts
def test_terms_that_were_still_on_their_way_when_a_reader_cancelled_are_asked_for_anew(
    browser: Browser, site: str
) -> None:
    with visiting(browser) as (page, faults):
        held: list[Route] = []
        page.route(re.compile("format=srj"), lambda route: route.continue_() if held else held.append(route))
        with page.expect_request(re.compile("format=srj")):
            page.goto(f"{site}/sparql?lang=sv")
        with page.expect_request_finished(lambda request: "format=srj" in request.url):
            page.evaluate("window.stop()")
            expect(page.locator("#query-state")).to_have_text("")
            write(page, "SELECT ?m WHERE { ?m a kg:Munic")
        page.keyboard.press("Control+Space")
        expect(page.locator(".CodeMirror-hint").first).to_contain_text("Munic")
        assert faults == []


def test_query_page_does_everything_without_scripts(browser: Browser, site: str) -> None:
    with visiting(browser, java_script_enabled=False) as (page, _):
        page.goto(f"{site}/sparql?lang=sv")
        page.locator("#query").fill("SELECT ?n { VALUES ?n { 1 2 4 } }")
        page.get_by_role("button", name="Kör").click()
        expect(page.locator("table tbody tr")).to_have_count(3)
        with page.expect_download() as waiting:
            page.get_by_role("link", name="CSV", exact=True).evaluate_all("all => all[0].click()")
        content = Path(waiting.value.path()).read_text("utf-8")
        assert [row["n"] for row in csv.DictReader(io.StringIO(content))] == ["1", "2", "4"]


@needs_scripts
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [pytest.param(PHONE, id="phone"), pytest.param(DESKTOP, id="desktop")])
def test_editor_is_accessible_with_its_completions_and_with_a_fault(
    browser: Browser, site: str, size: dict[str, int], scheme: Any
) -> None:
    with visiting(browser, viewport=size, color_scheme=scheme) as (page, faults):
        open_with_terms(page, site)
        write(page, "SELECT ?m WHERE { ?m a kg:Munic")
        page.keyboard.press("Control+Space")
        expect(page.get_by_role("listbox", name="Förslag")).to_be_visible()
        found = axe_violations(page)
        page.keyboard.press("Enter")
        page.keyboard.type(" } } hoppsan")
        expect(page.locator("#query-state")).to_have_text("Rad 2 kan inte läsas från ”}” och framåt.")
        expect(editor_of(page)).to_have_attribute("aria-invalid", "true")
        assert found + axe_violations(page) + faults == []
        page.keyboard.press("Control+a")
        page.keyboard.type("ASK {}")
        expect(page.locator("#query-state")).to_have_text("")
        expect(editor_of(page)).to_have_attribute("aria-invalid", "false")


@needs_scripts
def test_what_stands_in_the_editor_is_read_by_what_reads_the_page_aloud(browser: Browser, site: str) -> None:
    with visiting(browser) as (page, _):
        page.goto(f"{site}/sparql?lang=sv&query={quote('ASK { ?all ?of ?it }')}")
        nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
        boxes = [each for each in nodes if each.get("role", {}).get("value") == "textbox" and "value" in each]
        assert any("?all ?of ?it" in each["value"]["value"] for each in boxes)


@needs_scripts
def test_who_takes_a_plain_field_has_one_the_next_time_too(browser: Browser, site: str) -> None:
    with visiting(browser) as (page, faults):
        page.goto(f"{site}/sparql?lang=sv")
        write(page, "ASK { ?a ?b ?c }")
        page.get_by_role("button", name="Skriv i ett vanligt fält").click()
        expect(page.locator("#query")).to_be_focused()
        expect(page.locator("#query")).to_have_value("ASK { ?a ?b ?c }")
        page.locator("#query").fill("SELECT ?n { VALUES ?n { 1 2 } }")
        page.get_by_role("button", name="Kör").click()
        expect(page.locator("#answer tbody tr")).to_have_count(2)
        expect(page.locator("#query")).to_be_visible()
        page.get_by_role("button", name="Skriv i redigeraren").click()
        expect(editor_of(page)).to_contain_text("VALUES ?n { 1 2 }")
        assert faults == []


@needs_scripts
def test_a_query_that_runs_says_so_and_ends_in_the_server_when_it_is_cancelled(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    server = Running(published(tmp_path_factory.mktemp("releases")), Limits())
    try:
        with visiting(browser) as (page, _):
            open_with_terms(page, f"http://127.0.0.1:{server.port}")
            page.get_by_role("button", name="Skriv i ett vanligt fält").click()
            page.locator("#query").fill(CROSS)
            page.evaluate(f"() => void ({ASKED_AND_CANCELLED})()")
            assert comes_true(lambda: metric(server, "kommungraf_query_seconds_count", outcome="client-left") == 1)
            assert comes_true(lambda: metric(server, "kommungraf_workers_busy", lane="public") == 0)
            assert page.evaluate("window.seen") == [["Frågan körs …", False], ["Frågan avbröts.", True]]
            expect(page.get_by_role("button", name="Kör")).to_be_focused()
    finally:
        server.stop()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_fault_is_told_by_the_title_at_the_field_and_at_its_place(
    browser: Browser, site: str, scripts: bool
) -> None:
    with visiting(browser, java_script_enabled=scripts) as (page, _):
        page.goto(f"{site}/sparql?lang=sv&query={quote(FAULT)}")
        expect(page).to_have_title("Frågan kan inte tolkas: SPARQL-fråga – Kommungraf")
        expect(editor_of(page)).to_have_attribute("aria-invalid", "true")
        expect(editor_of(page)).to_have_accessible_description(re.compile("på rad 2, kolumn 15"))
        expect(page.locator("pre mark")).to_have_text("}")
