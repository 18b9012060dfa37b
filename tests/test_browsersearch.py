"""The names of an export as files, and the search over them in a real Chromium without a program behind it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from chromium import IN_CHROMIUM, launched, needs_scripts, visiting
from hosting import PROGRAMS, Host, hosted
from kommungraf.editions.edition import Editions
from kommungraf.export import browsersearch
from kommungraf.export.export import Job, export
from kommungraf.vocab import BASE
from serving_client import LIMITS
from serving_release import write_release

NAMES = {
    "a": ("Åmål", "Bengtsfors vid Åmål"),
    "b": ("Åmåls grannar", ""),
    "c": ("Kuršėnai", ""),
    "d": ("Zulu", ""),
}
TRIG = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n" + "\n".join(
    f'<{BASE}id/place/{key}> a <{BASE}def/Place> ; skos:prefLabel "{name}"@sv'
    + (f' ; skos:altLabel "{other}"@sv .' if other else " .")
    for key, (name, other) in NAMES.items()
)
TRIG += f"""
<{BASE}id/source/page> a <{BASE}def/Source> ; skos:prefLabel "Xyz"@sv .
<{BASE}id/place/e> a <{BASE}def/Place> ; skos:prefLabel "Xyzzy"@sv .
"""


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("releases")
    write_release(folder, TRIG)
    return folder


def write_names(releases: Path, folder: Path) -> None:
    editions = Editions(releases, LIMITS)
    try:
        with editions.current() as edition:
            browsersearch.write_names(edition, "sv", folder)
    finally:
        editions.close()


def test_files_are_bounded_sorted_and_told_by_their_first_word(
    releases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browsersearch, "_LINES", 3)
    write_names(releases, tmp_path / "names")
    firsts = json.loads((tmp_path / "names/index.json").read_text("utf-8"))
    rows = [json.loads((tmp_path / f"names/{number}.json").read_text("utf-8")) for number in range(len(firsts))]
    words = [row[0] for each in rows for row in each]
    assert words == sorted(words)
    assert [each[0][0] for each in rows] == firsts
    spelt = json.loads((tmp_path / "names/words.json").read_text("utf-8"))
    assert spelt == sorted({row[0] for each in rows for row in each})
    assert max(map(len, rows)) == 3
    assert ["bengtsfors", "Bengtsfors vid Åmål", "/doc/place/a.sv.html", "Place", "Åmål"] in [
        [row[0], row[1], row[2], "Place", row[4]] for each in rows for row in each
    ]


def test_texts_are_shown_by_their_number_and_a_word_tells_how_often_it_is_in_them(tmp_path: Path) -> None:
    said = "Brød og brød og " + "mer " * 60
    write_release(
        tmp_path / "releases", f'<{BASE}id/place/f> <http://purl.org/dc/terms/description> "{said}"@da .'
    )
    write_names(tmp_path / "releases", tmp_path / "names")
    rows = json.loads((tmp_path / "names/0.json").read_text("utf-8"))
    (shown,) = json.loads((tmp_path / "names/texts-0.json").read_text("utf-8"))
    assert said.startswith(shown.removesuffix("..."))
    assert 100 < len(shown) <= 165
    # Once with the letters that it has, once with those by which it is looked for.
    found = {row[0]: (row[1], row[6:8], row[9:]) for row in rows}
    assert found["brod"] == (0, [2, "da"], [1, 2, 128])
    assert found["mer"] == (0, [2, "da"], [1, 120, 128])


@pytest.fixture(scope="module")
def page(releases: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Host, Page]]:
    target = tmp_path_factory.mktemp("export") / "site"
    export(Job(releases, LIMITS, processes=1), target, lambda _step: None)
    with (
        hosted("nginx", target, tmp_path_factory.mktemp("nginx") / "own") as host,
        launched() as browser,
        visiting(browser) as (tab, _),
    ):
        yield host, tab


class TestBehindNginx:
    pytestmark: ClassVar = [
        *IN_CHROMIUM,
        needs_scripts,
        pytest.mark.skipif(PROGRAMS["nginx"] is None, reason="nginx isn't installed"),
    ]

    @pytest.mark.parametrize(
        ("words", "found"),
        [
            ("åmål", ["Åmål", "Åmåls grannar"]),
            ("AMAL", ["Åmål", "Åmåls grannar"]),
            ("grann åm", ["Åmåls grannar"]),
            ("bengts", ["Åmål"]),
            ("kursenai", ["Kuršėnai"]),
            ("omaal", ["Åmål", "Åmåls grannar"]),
            ("Kursheenai", ["Kuršėnai"]),
            ("grannr åmål", ["Åmåls grannar"]),
            ("xyz", ["Xyzzy", "Xyz"]),
            ("nowhere", []),
        ],
    )
    def test_names_are_found_in_the_browser(self, page: tuple[Host, Page], words: str, found: list[str]) -> None:
        host, tab = page
        tab.goto(f"http://127.0.0.1:{host.port}/index.sv.html")
        tab.fill('input[name="q"]', words)
        tab.press('input[name="q"]', "Enter")
        if not found:
            tab.get_by_text("Här är inget känt").wait_for()
            return
        hits = tab.locator(".hits a")
        expect(hits).to_have_text(found)
        hits.first.click()
        expect(tab.locator("h1")).to_have_text(found[0])

    def test_search_by_the_address_of_the_live_site_goes_on_under_the_name_of_its_file(
        self, page: tuple[Host, Page]
    ) -> None:
        host, tab = page
        tab.goto(f"http://127.0.0.1:{host.port}/search?q=Amal&lang=en")
        expect(tab.locator(".hits a")).to_have_text(["Åmål", "Åmåls grannar"])
        assert tab.url == f"http://127.0.0.1:{host.port}/search.en.html?q=Amal&lang=en"
        tab.goto(f"http://127.0.0.1:{host.port}/search?q=xyz&type={quote(BASE, safe='')}def%2FSource&lang=en")
        expect(tab.locator(".hits a")).to_have_text(["Xyz"])
        tab.locator(".facet a[aria-current]").click()
        expect(tab.locator(".hits a")).to_have_text(["Xyzzy", "Xyz"])
        assert host.get(f"/search.en.html?q=x&type={BASE}def/Place&country=y&status=z&page=2").status == 200

    def test_names_are_suggested_under_the_policy_that_a_web_host_sends(self, page: tuple[Host, Page]) -> None:
        host, tab = page
        tab.goto(f"http://127.0.0.1:{host.port}/index.sv.html")
        tab.get_by_role("combobox").press_sequentially("kurs")
        expect(tab.get_by_role("option")).to_have_text(["Kuršėnai Place"])
        tab.get_by_role("option").click()
        expect(tab.locator("h1")).to_have_text("Kuršėnai")
