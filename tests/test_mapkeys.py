"""A map with many places by keyboard, in a real Chromium: one stop on the way through the page, and arrows from place to place."""

import re
from typing import Any, Final
from urllib.parse import quote

from playwright.sync_api import Browser, Page, expect

from chromium import IN_CHROMIUM, axe_violations, needs_scripts, visiting
from kommungraf.vocab import BASE

pytestmark = [*IN_CHROMIUM, needs_scripts]
MAP: Final = "/map?type=" + quote(f"{BASE}def/RegionalCooperation", safe="") + "&lang=sv"
#: The place that has the focus: its name and where it is on the picture.
FOCUSED: Final = """() => {
  const link = document.activeElement, spot = link.closest("figure") && link.querySelector("circle");
  return spot && [link.getAttribute("aria-label"), spot.cx.baseVal.value, spot.cy.baseVal.value];
}"""


def entered(page: Page, address: str) -> Any:
    """Goes to the first map of a page by Tab alone."""
    page.goto(address)
    for _ in range(60):
        page.keyboard.press("Tab")
        if found := focused(page):
            return found
    raise AssertionError("no place of a map can be reached")


def focused(page: Page) -> Any:
    return page.evaluate(FOCUSED)


def test_map_with_many_places_is_one_stop_and_arrows_go_the_way_that_they_point(
    browser: Browser, site: str
) -> None:
    with visiting(browser) as (page, faults):
        seen = {entered(page, f"{site}{MAP}")[0]}
        for key, axis, sign in (
            ("ArrowRight", 1, 1),
            ("ArrowDown", 2, 1),
            ("ArrowLeft", 1, -1),
            ("ArrowUp", 2, -1),
        ):
            before = focused(page)
            page.keyboard.press(key)
            after = focused(page)
            seen.add(after[0])
            assert (after[axis] - before[axis]) * sign > 0 or after == before
        assert len(seen) > 2
        here = focused(page)
        page.keyboard.press("Tab")
        assert focused(page) is None or focused(page) != here
        page.keyboard.press("Shift+Tab")
        assert focused(page) == here
        assert axe_violations(page) + faults == []


def test_place_that_has_the_focus_says_what_it_is_tied_to_and_leads_to_its_page(
    browser: Browser, site: str
) -> None:
    with visiting(browser) as (page, _):
        page.goto(f"{site}{MAP}")
        expect(page.locator("figure.map .note").first).to_be_hidden()
        entered(page, f"{site}{MAP}")
        page.keyboard.press("Home")
        name, _, _ = focused(page)
        assert re.fullmatch(r"Aneby kommun\. Förbunden med: .*Eksjö kommun.*", name)
        expect(page.locator("figure.map svg").first).to_have_accessible_description(re.compile("piltangenterna"))
        shown = page.locator("figure.map").first
        expect(shown.locator(".note").first).to_be_visible()
        expect(shown.locator(".note").last).to_have_text(name)
        expect(shown.locator("svg > circle")).to_be_visible()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Aneby kommun")


def test_letters_go_to_the_names_that_begin_with_them_one_after_the_other(browser: Browser, site: str) -> None:
    with visiting(browser) as (page, _):
        entered(page, f"{site}/?lang=sv")
        every = page.locator("figure.map a").evaluate_all(
            "all => all.map((each) => each.getAttribute('aria-label'))"
        )
        begun = [name for name in every if name.startswith("L")]
        names = []
        for key in ("Home", *"l" * (len(begun) + 1), "End"):
            page.keyboard.press(key)
            names.append(focused(page)[0])
        assert len(begun) > 5
        assert names == [every[0], *begun, begun[0], every[-1]]
