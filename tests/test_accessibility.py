"""What WCAG asks beyond the pages as they come: every kind is known; errors, keyboard, pictures, paper and forced colours."""

import re
from collections import Counter
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, expect

from chromium import DESKTOP, IN_CHROMIUM, PHONE, axe_violations, needs_scripts, visiting
from kommungraf.vocab import BASE
from page_kinds import EVERY
from serving_process import CROSS, LIMITS, Running
from serving_release import TRIG, write_release

pytestmark = IN_CHROMIUM

#: What answers with no page of its own: an address of each, and what it answers a browser with.
NO_PAGES: Final = {
    "/asof?thing=https%3A%2F%2Fw3id.org%2Fkommungraf%2Fid%2Fmunicipality%2Fse-0765&date=2010": 303,
    "/catalogue?format=ttl": 200,
    "/catalogue.ttl": 200,
    "/changes.atom": 200,
    "/check?municipality=se-0765": 303,
    "/dataset/held.ttl": 200,
    "/dataset/manifest": 200,
    "/health": 200,
    "/id/municipality/se-0765": 303,
    "/linkset": 404,
    "/llms.txt": 200,
    "/metrics": 404,
    "/opensearch.xml": 200,
    "/rdf-graphs?default": 200,
    "/rdf-graphs/x": 404,
    "/ready": 200,
    "/reconcile?queries={}": 200,
    "/reconcile/properties?type=x": 200,
    "/reconcile/suggest/type?prefix=x": 200,
    "/robots.txt": 200,
    "/search/suggest?q=x": 200,
    "/sitemap.xml": 200,
    "/sitemap-1.xml": 200,
    "/static/kommungraf.css": 200,
    "/years": 404,
}


def test_every_address_of_the_site_is_a_kind_of_page_that_is_looked_at_or_no_page(client: FlaskClient) -> None:
    served = {rule.endpoint for rule in client.application.url_map.iter_rules()}
    adapter = client.application.url_map.bind("localhost")
    looked_at = {adapter.match(path.partition("?")[0])[0] for path in (*EVERY.values(), *NO_PAGES)}
    assert served - looked_at == set()


@pytest.mark.parametrize(("path", "status"), NO_PAGES.items())
def test_what_is_no_page_answers_a_browser_with_none(client: FlaskClient, path: str, status: int) -> None:
    with client.get(path, headers={"Accept": "text/html,*/*;q=0.8"}) as response:
        assert response.status_code == status
        assert response.status_code != 200 or response.mimetype != "text/html"


GONE: Final = f"""
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<{BASE}id/gone/1> owl:deprecated true ; rdfs:seeAlso <{BASE}id/municipality/se-0765> .
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_of_every_error_is_accessible(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory, scheme: Any
) -> None:
    releases = tmp_path_factory.mktemp("releases")
    write_release(releases, TRIG + GONE)
    server = Running(releases, replace(LIMITS, seconds=1, client_requests=20, client_seconds=3600))
    addresses = {
        410: "/id/gone/1?lang=en",
        414: f"/search?q={'x' * 60_000}",
        503: f"/sparql?query={quote(CROSS)}",
        429: "/",
    }
    found = {}
    try:
        with visiting(browser, viewport=PHONE, color_scheme=scheme) as (page, _):
            for status, path in addresses.items():
                response = page.goto(f"http://127.0.0.1:{server.port}{path}")
                while status == 429 and response and response.ok:
                    response = page.reload()
                assert response is not None
                assert response.status == status
                found[status] = axe_violations(page)
    finally:
        server.stop()
    assert found == {status: [] for status in addresses}


#: What is focused now: whether that is told to the eye, lies in the window, and is covered by nothing.
FOCUSED: Final = """() => {
    const each = document.activeElement, part = each.querySelector('circle') ?? each, style = getComputedStyle(each);
    const box = part.getClientRects()[0] ?? part.getBoundingClientRect();
    const [x, y] = [box.x + Math.min(box.width / 2, 20), box.y + Math.min(box.height / 2, 10)];
    const seen = document.elementFromPoint(x, y);
    const ring = style.outlineStyle !== "none" || each.closest(".CodeMirror-focused") || each.closest("figure a");
    // In a picture the name of a place may lie over another place.
    const owner = each.closest("svg") ?? each;
    const whole = each.closest(".skip") || (seen && (owner.contains(seen) || seen.contains(each)));
    return {what: each.outerHTML.slice(0, 120), ring: Boolean(ring), whole: Boolean(whole), end: each === [...document.querySelectorAll("footer a")].at(-1)};
}"""


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        pytest.param("partnership", PHONE, id="partnership"),
        pytest.param("network", DESKTOP, id="network"),
        pytest.param("search", PHONE, id="search"),
        pytest.param("conflicts", PHONE, id="conflicts"),
        pytest.param("municipality", DESKTOP, id="municipality"),
        pytest.param("whole table", PHONE, id="whole-table"),
        pytest.param("query", PHONE, id="query"),
        pytest.param("fault in a query", DESKTOP, id="fault"),
    ],
)
def test_keyboard_reaches_the_end_of_a_page_and_focus_is_always_seen(
    browser: Browser, site: str, kind: str, size: dict[str, int]
) -> None:
    stops, hidden = Counter[str](), []
    with visiting(browser, viewport=size) as (page, _):
        page.goto(f"{site}{EVERY[kind]}")
        for _ in range(300):
            page.keyboard.press("Tab")
            found = page.evaluate(FOCUSED)
            stops[found["what"]] += 1
            if not (found["ring"] and found["whole"]):
                hidden.append(found)
            if found["end"]:
                break
        else:
            pytest.fail("The keyboard doesn't reach the end of the page.")
    assert len(stops) > 10
    assert hidden == []


def test_pictures_of_a_page_are_told_apart_by_their_names(browser: Browser, site: str) -> None:
    with visiting(browser) as (page, _):
        kinds = ("municipality", "what others say", "map", "partnership")
        for path in (*(EVERY[kind] for kind in kinds), "/map"):
            page.goto(f"{site}{path}")
            names = page.locator("figure svg").evaluate_all(
                "all => all.map(each => each.getAttribute('aria-label'))"
            )
            assert all(names)
            assert len(names) == len(set(names)), path


@needs_scripts
def test_what_a_button_copied_is_told_to_who_does_not_see_it(browser: Browser, site: str) -> None:
    with visiting(browser, permissions=["clipboard-read", "clipboard-write"]) as (page, faults):
        page.goto(f"{site}{EVERY['municipality']}")
        button = page.locator("button[data-copy]").first
        told = page.locator("button[data-copy] + [role=status]").first
        expect(told).to_have_text("")
        button.click()
        expect(told).to_have_text("Kopierat")
        assert page.evaluate("navigator.clipboard.readText()") == f"{BASE}id/municipality/se-0765"
        assert faults == []


@needs_scripts
def test_editor_stays_legible_in_forced_colours(browser: Browser, site: str) -> None:
    with visiting(browser, forced_colors="active", color_scheme="dark") as (page, _):
        page.goto(f"{site}/sparql")
        border = page.locator(".CodeMirror-sizer").evaluate("each => getComputedStyle(each).borderRightColor")
        paper = page.locator(".CodeMirror").evaluate("each => getComputedStyle(each).backgroundColor")
        assert border == paper


def test_answer_on_paper_is_told_with_the_whole_of_its_query_also_without_scripts(
    browser: Browser, site: str
) -> None:
    query = "\n".join(
        ("SELECT ?c (COUNT(*) AS ?n)", *("# on paper, too" for _ in range(40)), "{ ?a a ?c } GROUP BY ?c")
    )
    with visiting(browser, java_script_enabled=False) as (page, _):
        page.goto(f"{site}/sparql?query={quote(query)}")
        page.emulate_media(media="print")
        told = page.locator("#answer pre")
        expect(told).to_be_visible()
        expect(told).to_have_text(query)
        expect(page.get_by_role("textbox")).to_have_count(0)


@needs_scripts
def test_answer_on_paper_is_told_with_its_query(browser: Browser, site: str) -> None:
    with visiting(browser) as (page, _):
        page.goto(f"{site}{EVERY['chart']}")
        page.emulate_media(media="print")
        expect(page.get_by_role("textbox")).to_be_visible()
        expect(page.locator("form.query button").first).not_to_be_visible()


#: The land of maps as web/build.mjs draws it, which no stylesheet of a page tells.
LAND: Final = {"light": (0xD2, 0xDB, 0xD4), "dark": (0x2F, 0x3A, 0x36)}
#: The strokes that pictures are read by, each with how opaque it is and what it is drawn upon.
STROKES: Final = """all => all.map(each => {
    const style = getComputedStyle(each), own = getComputedStyle(each.ownerSVGElement).backgroundColor;
    const paper = own.endsWith(", 0)") ? getComputedStyle(document.documentElement).backgroundColor : own;
    return [each.getAttribute("class"), style.stroke, style.opacity, paper];
})"""


def channels(colour: str) -> tuple[float, ...]:
    return tuple(map(float, re.findall(r"[\d.]+", colour)))


def luminance(colour: tuple[float, ...]) -> float:
    red, green, blue = (
        each / 3294.6 if each <= 10 else ((each / 255 + 0.055) / 1.055) ** 2.4 for each in colour[:3]
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_lines_and_bars_of_pictures_stand_out_three_to_one_from_what_is_behind_them(
    browser: Browser, site: str, scheme: Any
) -> None:
    faint, seen = [], set()
    with visiting(browser, color_scheme=scheme) as (page, _):
        for kind in ("map", "network", "what others say"):
            page.goto(f"{site}{EVERY[kind]}")
            for name, stroke, opacity, behind in page.locator(".ties, .band, .possible").evaluate_all(STROKES):
                seen.add(name)
                for under in (LAND[scheme], channels(behind)):
                    parts = zip(channels(stroke), under, strict=False)
                    drawn = tuple(float(opacity) * ink + (1 - float(opacity)) * paper for ink, paper in parts)
                    if contrast(drawn, under) < 3:
                        faint.append((kind, name, stroke, opacity, under))
    assert seen == {"ties", "band", "possible"}
    assert faint == []
