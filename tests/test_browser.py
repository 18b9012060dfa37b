"""The pages in a real Chromium: accessible by axe-core's rules, by keyboard, on a telephone, and without scripts."""

from collections.abc import Mapping
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, expect

from bench.pages import KINDS
from chromium import DESKTOP, IN_CHROMIUM, PHONE, axe_violations, needs_scripts, step_through_suggestions, visiting
from page_kinds import EVERY, OTHERS, WIDEST

#: Every kind of page on a telephone, dark in Swedish and light in English, unfolded; in English those that the benchmark has
#: without scripts, and the others folded as they come; the widest on a desktop.
VIEWS: Final = (
    pytest.param(("sv", "dark", EVERY, {"unfolded"}), id="sv-dark-phone-unfolded"),
    pytest.param(("en", "light", KINDS, {"unfolded", "no scripts"}), id="en-light-phone-unfolded-without-scripts"),
    pytest.param(("en", "light", OTHERS, set()), id="en-light-phone"),
    pytest.param(("en", "dark", WIDEST, {"desktop"}), id="en-dark-desktop"),
)
pytestmark = IN_CHROMIUM


@pytest.mark.parametrize("view", VIEWS)
def test_page_of_every_kind_is_accessible_and_keeps_to_its_policy_its_host_and_its_width(
    browser: Browser, site: str, view: tuple[str, Any, Mapping[str, str], set[str]]
) -> None:
    language, scheme, kinds, ways = view
    size = DESKTOP if "desktop" in ways else PHONE
    problems = {}
    with visiting(browser, viewport=size, color_scheme=scheme) as (page, faults):
        if "no scripts" in ways:  # and yet axe-core is one
            page.route("**/*.js", lambda route: route.fulfill(body=""))
        for kind, path in kinds.items():
            faults.clear()
            response = page.goto(f"{site}{path}{'&' if '?' in path else '?'}lang={language}")
            assert response is not None
            if "unfolded" in ways:
                page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            found = axe_violations(page)
            if page.evaluate("document.documentElement.scrollWidth") > size["width"]:
                found.append(f"wider than {size['width']} pixels")
            found += [fault for fault in faults if response.ok or str(response.status) not in fault]
            if found:
                problems[kind] = found
    assert problems == {}


#: What readers may set without losing anything (WCAG 2.2, 1.4.12).
SPACING: Final = (
    "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"
    " p { margin-bottom: 2em !important }"
)


def test_page_of_every_kind_reflows_at_400_percent_also_with_wider_text(browser: Browser, site: str) -> None:
    # 1,280 by 1,024 pixels at 400 % are 320 by 256 (WCAG 2.2, 1.4.10).
    wide = {}
    with visiting(browser, viewport={"width": 320, "height": 256}, bypass_csp=True) as (page, _):
        for kind, path in EVERY.items():
            page.goto(f"{site}{path}")
            widths = [page.evaluate("document.documentElement.scrollWidth")]
            page.add_style_tag(content=SPACING)
            widths.append(page.evaluate("document.documentElement.scrollWidth"))
            if max(widths) > 320:
                wide[kind] = widths
    assert wide == {}


def test_first_tab_skips_to_the_content(browser: Browser, site: str) -> None:
    with visiting(browser) as (page, _):
        page.goto(f"{site}/?lang=sv")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("#content")).to_be_focused()


@needs_scripts
@pytest.mark.parametrize("words", ["älmh", "ALMH", "elmhult", "0765"])
def test_names_are_suggested_and_seen_while_one_types_also_where_they_are_misspelt(
    browser: Browser, site: str, words: str
) -> None:
    with visiting(browser) as (page, faults):
        page.goto(f"{site}/?lang=sv")
        page.get_by_role("combobox").press_sequentially(words)
        expect(page.get_by_role("option", name="Älmhults kommun Kommun")).to_be_in_viewport()
        assert axe_violations(page) == []
        assert faults == []


@needs_scripts
def test_suggestion_is_chosen_by_arrows_and_leads_to_its_page_in_the_language_of_the_reader(
    browser: Browser, site: str
) -> None:
    with visiting(browser, viewport=PHONE) as (page, faults):
        page.goto(f"{site}/questions?lang=en")
        field = page.get_by_role("combobox")
        expect(field).to_have_attribute("aria-expanded", "false")
        field.press_sequentially("almhults kommun")
        option = page.get_by_role("option").first
        expect(page.get_by_role("status").filter(has_text="Suggestions:")).to_have_count(1)
        step_through_suggestions(field)
        expect(option).to_have_attribute("aria-selected", "true")
        expect(field).to_have_value("almhults kommun")
        field.press("Enter")
        page.wait_for_url("**/doc/municipality/se-0765?lang=en")
        assert faults == []


@needs_scripts
def test_enter_without_a_chosen_suggestion_searches_and_a_click_on_one_leads_there(
    browser: Browser, site: str
) -> None:
    with visiting(browser) as (page, _):
        page.goto(f"{site}/?lang=sv")
        page.get_by_role("combobox").press_sequentially("Sverige")
        page.get_by_role("option").first.click()
        page.wait_for_url("**/describe?iri=**&lang=sv")
        expect(page.get_by_role("heading", level=1)).to_have_text("Sverige")
        page.get_by_role("combobox").press_sequentially("Växjö")
        expect(page.get_by_role("option").first).to_be_visible()
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?**")


@needs_scripts
def test_link_of_the_contents_opens_what_is_folded_away(browser: Browser, site: str) -> None:
    with visiting(browser, viewport=PHONE, has_touch=True) as (page, faults):
        page.goto(f"{site}/doc/municipality/se-0780?lang=sv")
        statements = page.locator("#statements table")
        expect(statements).not_to_be_visible()
        page.locator("summary", has_text="På den här sidan").tap()
        page.locator("nav.contents").get_by_role("link", name="Uppgifter").tap()
        expect(statements).to_be_visible()
        assert faults == []


@needs_scripts
def test_link_to_a_part_of_a_glossary_opens_it_on_a_phone_where_a_desktop_has_it_open(
    browser: Browser, site: str
) -> None:
    with visiting(browser, viewport=PHONE) as (page, _):
        page.goto(f"{site}/def/?lang=sv")
        expect(page.locator("#ObjectProperty dl")).not_to_be_visible()
        page.get_by_role("link", name="Egenskaper som länkar", exact=True).click()
        expect(page.locator("#ObjectProperty dl")).to_be_visible()
        expect(page.locator("#Concept dl")).not_to_be_visible()
        page.set_viewport_size(DESKTOP)
        expect(page.locator("#Concept dl")).to_be_visible()


def test_phone_reader_of_a_long_table_sees_its_rows_at_once_and_narrows_them_without_scripts(
    browser: Browser, site: str
) -> None:
    with visiting(browser, viewport=PHONE, has_touch=True, java_script_enabled=False) as (page, _):
        page.goto(f"{site}{KINDS['whole table']}&lang=sv")
        expect(page.locator("table.stacked tbody tr").first).to_be_in_viewport()
        page.locator("summary", has_text="Sök och avgränsa").tap()
        page.get_by_label("Ord ur ett namn").fill("Kaunas")
        page.get_by_role("button", name="Visa").tap()
        expect(page.locator("table.stacked tbody tr")).to_have_count(1)
        expect(page.get_by_label("Ord ur ett namn")).to_be_visible()


@needs_scripts
def test_editor_is_as_high_as_the_query_in_it(browser: Browser, site: str) -> None:
    with visiting(browser, viewport=PHONE) as (page, _):
        page.goto(f"{site}/sparql?example=start-of-the-partnership&lang=sv")
        editor = page.locator(".CodeMirror")
        last = editor.get_by_text("ORDER").bounding_box()
        box = editor.bounding_box()
        assert last is not None
        assert box is not None
        assert last["y"] + last["height"] < box["y"] + box["height"]


def test_page_of_a_municipality_with_much_to_tell_is_short_and_opens_without_scripts(
    browser: Browser, site: str
) -> None:
    with visiting(browser, viewport=PHONE, has_touch=True, java_script_enabled=False) as (page, _):
        page.goto(f"{site}/doc/municipality/se-0780?lang=sv")
        assert page.locator("html").bounding_box()["height"] < 12 * PHONE["height"]  # type: ignore[index]
        page.locator("#links summary").first.tap()
        expect(page.locator("#links table").first).to_be_visible()


def test_phone_reader_narrows_a_list_by_its_county(browser: Browser, site: str) -> None:
    with visiting(browser, viewport=PHONE, has_touch=True) as (page, _):
        page.goto(f"{site}{KINDS['list']}&lang=sv")
        page.locator("summary", has_text="Avgränsa").tap()
        page.get_by_role("link", name="Kronobergs län", exact=True).tap()
        page.wait_for_selector("h1:has-text('Kommuner: Kronobergs län')")
        expect(page.locator("ul.long > li")).to_have_count(8)


def test_print_leaves_out_what_only_a_screen_needs(browser: Browser, site: str) -> None:
    with visiting(browser) as (page, _):
        page.goto(f"{site}/doc/municipality/se-0765?lang=sv")
        page.emulate_media(media="print")
        assert not page.locator("header.site").is_visible()
        assert page.get_by_role("heading", level=1).is_visible()
        page.goto(f"{site}/?lang=sv")
        assert not page.get_by_role("search").is_visible()


def test_print_shows_whole_tables_and_leaves_their_further_sources_and_statements_folded(
    browser: Browser, site: str
) -> None:
    with visiting(browser, viewport={"width": 800, "height": 900}) as (page, _):
        page.goto(f"{site}/doc/municipality/se-0780?lang=sv")
        page.emulate_media(media="print")
        expect(page.locator("#table-1 details.more table")).to_be_visible()
        expect(page.locator("#table-1 details.behind ul").first).not_to_be_visible()
        expect(page.locator("#statements table")).not_to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == 800


def test_nothing_moves_by_itself(browser: Browser, site: str) -> None:
    with visiting(browser, reduced_motion="reduce") as (page, _):
        page.goto(f"{site}/doc/municipality/se-0765?lang=sv")
        moving = "all => all.filter(each => getComputedStyle(each).animationName !== 'none').length"
        assert page.locator("*").evaluate_all(moving) == 0
