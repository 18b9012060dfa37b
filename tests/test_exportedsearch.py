"""Going about in the search of an export: narrowing, turning pages and suggestions are those of the live site, and the address tells all."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from chromium import IN_CHROMIUM, PHONE, axe_violations, needs_scripts, step_through_suggestions
from kommungraf.texts import LANGUAGES
from kommungraf.vocab import BASE
from own_release import published
from searched_site import come, live_parts, parts, searching, shown

pytestmark = [*IN_CHROMIUM, needs_scripts]
TWINNING = f"{BASE}def/Twinning"
FINLAND = "http://publications.europa.eu/resource/authority/country/FIN"
NARROWED = [
    pytest.param("sv", {"q": "vänort", "page": "2"}, id="second-page"),
    pytest.param("en", {"q": "twinning", "page": "27"}, id="last-page"),
    pytest.param("sv", {"q": "a", "page": "40"}, id="page-of-texts"),
    pytest.param("en", {"q": "kommun", "county": f"{BASE}id/county/se-07"}, id="county"),
    pytest.param("sv", {"q": "växjö", "country": FINLAND, "type": TWINNING}, id="country-and-kind"),
    pytest.param("sv", {"q": "partner", "status": f"{BASE}def/Disputed"}, id="status"),
    pytest.param("en", {"q": "vänort", "status": f"{BASE}def/Listed", "page": "3"}, id="page-of-status"),
    pytest.param("sv", {"q": "kommun stad", "type": f"{BASE}def/Claim"}, id="some-of-the-words"),
]


@pytest.fixture(scope="module")
def tabs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Page]]:
    releases: Path = published(tmp_path_factory.mktemp("releases"))
    with searching(releases, tmp_path_factory.mktemp("site"), viewport=PHONE) as found:
        yield found


def opened(tab: Page, language: str, **asked: str) -> None:
    host = urlsplit(tab.url).netloc
    tab.goto(f"http://{host}/search.{language}.html?{urlencode(asked)}")
    come(tab)


def asked(tab: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(tab.url).query).items() if name != "lang"}


@pytest.mark.parametrize(("language", "wanted"), NARROWED)
def test_address_leads_to_what_the_live_page_has_there(
    tabs: dict[str, Page], client: FlaskClient, language: str, wanted: dict[str, str]
) -> None:
    opened(tabs[language], language, **wanted)
    ours, live = parts(tabs[language]), live_parts(tabs[language], client, language, urlencode(wanted))
    assert {part: ours[part] for part in live} == live
    assert len(ours["hits"]) > 0


@pytest.mark.parametrize(
    ("language", "title"), [("sv", "Visa utan detta igen"), ("en", "Show without this again")]
)
def test_choices_and_pages_are_in_the_address_and_the_way_back_leads_through_them(
    tabs: dict[str, Page], language: str, title: str
) -> None:
    tab = tabs[language]
    opened(tab, language, q="x")
    shown(tab, "vänort")
    seen = [parts(tab)]
    for name, place in (("type", 0), ("status", 0)):
        tab.locator("details.facets").evaluate("each => each.open = true")
        tab.locator(f"nav:has(#by-{name}) a").nth(place).click()
        tab.wait_for_url(f"**{name}=**")
        come(tab)
        seen.append(parts(tab))
    assert set(asked(tab)) == {"q", "type", "status"}
    assert seen[-1] != seen[-2] != seen[0]
    tab.locator("details.facets").evaluate("each => each.open = true")
    tab.get_by_title(title).first.click()
    tab.wait_for_url(lambda url: "type=" not in url)
    come(tab)
    for earlier in reversed(seen):
        tab.go_back()
        come(tab)
        assert {**parts(tab), "facets": []} == {**earlier, "facets": []}
    assert asked(tab) == {"q": "vänort"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_of_hits_is_accessible_on_a_telephone_with_all_choices_open(
    tabs: dict[str, Page], language: str
) -> None:
    tab = tabs[language]
    for wanted in ({"q": "kommun", "page": "2"}, {"q": "twin towns of Kalmar"}, {"q": "qqqxyz"}):
        opened(tab, language, **wanted)
        tab.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert axe_violations(tab) == []
        assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_search_is_kept_in_the_other_language_and_nothing_found_leads_to_the_lists(tabs: dict[str, Page]) -> None:
    tab = tabs["sv"]
    opened(tab, "sv", q="växjö", page="2")
    tab.get_by_role("link", name="English").click()
    come(tab)
    assert asked(tab) == {"q": "växjö", "page": "2"}
    expect(tab.locator(".pager [aria-current]")).to_have_text("2")
    expect(tab.locator("#lists")).not_to_be_visible()
    shown(tab, "qqqxyz")
    expect(tab.get_by_text("Try another name or fewer words")).to_be_visible()
    expect(tab.locator("ul.kinds").first).to_be_visible()


@pytest.mark.parametrize("value", [f"{BASE}id/county/se-07", "urn:unknown"])
def test_what_a_search_without_hits_is_narrowed_by_is_dropped_as_on_the_live_site(
    tabs: dict[str, Page], client: FlaskClient, value: str
) -> None:
    tab, wanted = tabs["en"], {"q": "malmö lund", "type": TWINNING, "county": value}
    opened(tab, "en", **wanted)
    assert parts(tab)["facets"] == live_parts(tab, client, "en", urlencode(wanted))["facets"] != []
    tab.locator(".facet a[aria-current]").last.click()
    come(tab)
    assert asked(tab) == {"q": "malmö lund", "type": TWINNING}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("words", ["väx", "almhults kommun", "Kalmars", "0780", "bod", "partner"])
def test_suggestions_are_those_of_the_live_site(
    tabs: dict[str, Page], client: FlaskClient, language: str, words: str
) -> None:
    _, names, kinds, _ = client.get(f"/search/suggest?q={quote(words)}&lang={language}").get_json()
    tab = tabs[language]
    opened(tab, language, q="x")
    tab.get_by_role("combobox").fill(words)
    expected = [f"{name} {kind}".strip() for name, kind in zip(names, kinds, strict=True)]
    expect(tab.get_by_role("option")).to_have_text(expected)
    assert expected


def test_suggestion_is_chosen_by_keyboard_on_any_page_and_leads_to_its_page(tabs: dict[str, Page]) -> None:
    tab = tabs["sv"]
    tab.goto(f"http://{urlsplit(tab.url).netloc}/doc/municipality/se-0765.en.html")
    field = tab.get_by_role("combobox")
    field.press_sequentially("almhults kommun")
    expect(tab.get_by_role("status").filter(has_text="Suggestions:")).to_have_count(1)
    assert axe_violations(tab) == []
    step_through_suggestions(field)
    field.press("Enter")
    tab.wait_for_url("**/doc/municipality/se-0765.en.html")


def test_enter_without_a_chosen_suggestion_searches_and_closes_the_list(tabs: dict[str, Page]) -> None:
    tab = tabs["en"]
    opened(tab, "en", q="x")
    tab.get_by_role("combobox").fill("Växjö")
    expect(tab.get_by_role("option").first).to_be_visible()
    tab.keyboard.press("Enter")
    tab.wait_for_url("**q=V%C3%A4xj%C3%B6**")
    come(tab)
    expect(tab.get_by_role("listbox")).not_to_be_visible()
