"""What people type into the search field of an export of our own release: a real Chromium finds what the live search finds."""

import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from playwright.sync_api import Page, expect

from chromium import IN_CHROMIUM, launched, visiting
from kommungraf.editions.edition import Editions
from kommungraf.export.browsersearch import write_names
from kommungraf.export.placement import place_of
from kommungraf.export.searchwords import search_words
from kommungraf.export.walk import opened
from kommungraf.lookup.plainwords import COUNTRIES, KINDS
from kommungraf.rendering.assets import built
from kommungraf.settings.limits import Limits
from kommungraf.texts import LANGUAGES, folded
from kommungraf.vocab import BASE
from own_release import published
from test_asking import SEARCHES

#: What the page shows: the things from its top, and the link to what is asked for around them.
SHOWN = """box => ({
    things: [...box.querySelectorAll("li:not(.asked) > a:first-child")].map(each => each.getAttribute("href")),
    asked: box.querySelector("li.asked > a")?.getAttribute("href") ?? "",
    total: parseInt(box.querySelector("li.asked .quiet")?.textContent ?? "0"),
})"""
#: Searches by which the search in the browser differs from the live one.
DIFFERENT: frozenset[tuple[str, str]] = frozenset()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published(tmp_path_factory.mktemp("releases"))


@pytest.fixture(scope="module")
def site(releases: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the search and its names: an export without the documents, which take long."""
    folder = tmp_path_factory.mktemp("site")
    with opened(releases, Limits(), folder, host="http://localhost/") as (edition, scribe):
        for language in LANGUAGES:
            place = place_of("/search", language)
            assert place is not None
            scribe.write(place)
            write_names(edition, language, folder / "search" / f"names.{language}")
    with as_file(files("kommungraf") / "static") as assets:
        shutil.copytree(assets, folder / "static")
    return folder


@pytest.fixture(scope="module")
def tabs(site: Path) -> Iterator[dict[str, Page]]:
    """The page of the search in each language, behind a server that knows nothing but files."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with launched() as browser, visiting(browser) as (one, faults), visiting(browser) as (other, more):
            found = dict(zip(LANGUAGES, (one, other), strict=True))
            for language, tab in found.items():
                tab.goto(f"http://127.0.0.1:{server.server_port}/search.{language}.html")
            yield found
            assert faults + more == []
        server.shutdown()


def shown(tab: Page, words: str) -> dict[str, Any]:
    tab.locator("[data-names]").evaluate("box => delete box.dataset.done")
    tab.fill("main input[name=q]", words)
    tab.press("main input[name=q]", "Enter")
    box = tab.locator("[data-names][data-done]")
    box.wait_for()
    answer = box.evaluate(SHOWN)
    assert isinstance(answer, dict)
    return answer


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


@pytest.mark.skipif(built("search.js") is None, reason="Node wasn't there to build the scripts")
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


@pytest.mark.skipif(built("search.js") is None, reason="Node wasn't there to build the scripts")
class TestListInChromium:
    pytestmark = IN_CHROMIUM

    def test_country_that_is_asked_for_leads_to_all_that_there_is_and_back(self, tabs: dict[str, Page]) -> None:
        tab = tabs["sv"]
        total = shown(tab, "vänorter i Finland")["total"]
        tab.locator("li.asked > a").click()
        tab.locator("[data-names][data-done]").wait_for()
        assert tab.locator(".hits > li").count() == total > 50
        assert "Vänortssamarbete" in tab.locator(".hits > li").first.inner_text()
        tab.get_by_title("Visa utan detta igen").click()
        expect(tab.locator("[role=status]")).to_contain_text("skript")

    def test_every_kind_and_thing_has_a_name(self, tabs: dict[str, Page]) -> None:
        for language, words in (("sv", "za-nw405"), ("en", "Finland"), ("sv", "psykisk hälsa")):
            shown(tabs[language], words)
            texts = tabs[language].locator("[data-names] li a, [data-names] .tag").all_inner_texts()
            assert texts
            assert [each for each in texts if not each or each.startswith("http")] == []


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
