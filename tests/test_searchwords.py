"""What people type into the search field of an export of our own release: a real Chromium finds what the live search finds."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from chromium import IN_CHROMIUM, needs_scripts
from kommungraf.editions.edition import Editions
from kommungraf.export.searchwords import search_words
from kommungraf.lookup.plainwords import COUNTRIES, KINDS
from kommungraf.settings.limits import Limits
from kommungraf.texts import LANGUAGES, folded, translations
from kommungraf.vocab import BASE
from own_release import published
from searched_site import live_parts, parts, searching, shown
from test_asking import SEARCHES

#: Searches by which the search in the browser differs from the live one.
DIFFERENT: frozenset[tuple[str, str]] = frozenset()


#: Searches that mean a class to both, and a shape of the same name to the live search alone.
SHAPES = {"styrgrupp", "steering group"}


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published(tmp_path_factory.mktemp("releases"))


@pytest.fixture(scope="module")
def tabs(releases: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Page]]:
    """The page of the search in each language."""
    with searching(releases, tmp_path_factory.mktemp("site")) as found:
        yield found


def asked_of(address: str) -> str:
    """The class, the words and the places that a link asks for: as the file of a list, or of the search."""
    if address.startswith("/list~"):
        parts = unquote(address).removeprefix("/list~").rsplit(".", 2)[0].split("~")
        found = {name: value.replace("=", "/") for name, _, value in (each.partition("-") for each in parts)}
    else:
        found = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    places = [found[name].rpartition("/")[2] for name in ("country", "county") if name in found]
    named = found["type"].rpartition("/")[2] if "type" in found else "-"
    return " ".join(filter(None, (named, found.get("q", ""), *places)))


def is_of(address: str, key: str) -> bool:
    """Whether the page of a thing is that of what the live search finds by the end of its IRI."""
    stem = unquote(address).removesuffix(".html").rpartition(".")[0]
    return stem.replace("=", "/").endswith(f"/{key}")


@needs_scripts
@pytest.mark.parametrize(("language", "words", "first", "asked"), SEARCHES)
class TestInChromium:
    pytestmark = IN_CHROMIUM

    def test_what_the_live_search_finds_first_stands_first(
        self, tabs: dict[str, Page], language: str, words: str, first: str, asked: str
    ) -> None:
        answer = shown(tabs[language], words)
        same = is_of(answer["things"][0], first) if first and answer["things"] else not first
        if asked:
            same = same and asked_of(answer["asked"]) == asked and answer["total"] > 0
        elif not first:
            same = answer["things"] == []
        assert same == ((language, words) not in DIFFERENT), answer


@needs_scripts
class TestListInChromium:
    pytestmark = IN_CHROMIUM

    def test_country_that_is_asked_for_leads_to_all_that_there_is_and_back(self, tabs: dict[str, Page]) -> None:
        tab = tabs["sv"]
        total = shown(tab, "vänorter i Finland")["total"]
        tab.locator("li.asked > a").click()
        tab.locator("[data-names][data-done]").wait_for()
        assert "Vänortssamarbete" in tab.locator(".hits > li").first.inner_text()
        shown_so_far = tab.locator(".hits > li").count()
        for number in range(2, -(-total // shown_so_far) + 1):
            tab.get_by_role("link", name="Nästa").click()
            expect(tab.locator(".pager [aria-current]")).to_have_text(str(number))
            shown_so_far += tab.locator(".hits > li").count()
        assert shown_so_far == total > 50
        tab.get_by_title("Visa utan detta igen").first.click()
        expect(tab.locator("p[role=status]")).to_contain_text("skript")

    def test_every_kind_and_thing_has_a_name(self, tabs: dict[str, Page]) -> None:
        for language, words in (("sv", "za-nw405"), ("en", "Finland"), ("sv", "psykisk hälsa")):
            shown(tabs[language], words)
            texts = tabs[language].locator("[data-names] li a, [data-names] .tag").all_inner_texts()
            assert texts
            assert [each for each in texts if not each or each.startswith("http")] == []


@needs_scripts
@pytest.mark.parametrize(("language", "words"), [each.values[:2] for each in SEARCHES[::2]])
class TestBesideLivePage:
    pytestmark = IN_CHROMIUM

    def test_page_has_the_choices_counts_hits_and_pages_of_the_live_page(
        self, tabs: dict[str, Page], client: FlaskClient, language: str, words: str
    ) -> None:
        tab = tabs[language]
        shown(tab, words)
        ours, live = parts(tab), live_parts(tab, client, language, urlencode({"q": words}))
        alike = translations(language).gettext("These names are spelt alike:")
        if words not in SHAPES and live["hits"] and not live["status"].endswith(alike):
            assert {part: ours[part] for part in live} == live
        else:  # names that are spelt alike aren't looked for in the same way
            assert bool(ours["hits"]) == bool(live["hits"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_script_is_told_the_words_that_the_live_search_knows(releases: Path, language: str) -> None:
    editions = Editions(releases, Limits())
    try:
        with editions.current() as edition:
            known = search_words(edition, language)
            kalmar = edition.index.called("Kalmar")[0]
    finally:
        editions.close()
    told = known.told
    assert told["kinds"] == dict(KINDS)
    assert all(folded(each) == each for each in (*told["kinds"], *told["joining"], *told["countries"]))
    countries = {
        word: told["places"][number]["iri"][-3:] for word, number in told["countries"].items() if number >= 0
    }
    assert countries.items() <= COUNTRIES.items()
    assert (
        told["types"][known.types[f"{BASE}def/Municipality"]]["label"]
        == {"sv": "Kommun", "en": "Municipality"}[language]
    )
    county = f"{BASE}id/county/se-{kalmar.rpartition('-')[2][:2]}"
    total, address = told["places"][known.places["county", county]]["lists"][
        known.types[f"{BASE}def/Municipality"]
    ]
    assert (total, asked_of(address)) == (12, "Municipality se-08")
