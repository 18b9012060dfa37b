"""The search of an export of our own release in a real Chromium, behind a server that knows nothing but files, and the live page beside it."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from playwright.sync_api import Page

from chromium import launched, visiting
from kommungraf.export.browsersearch import write_names
from kommungraf.export.placement import place_of
from kommungraf.export.walk import opened
from kommungraf.settings.limits import Limits
from kommungraf.texts import LANGUAGES
from own_release import page as live_page

#: What the page shows: the things from its top, and the link to what is asked for around them.
SHOWN = """box => ({
    things: [...box.querySelectorAll(".plain > li:not(.asked) > a:first-child")].map(each => each.getAttribute("href")),
    asked: box.querySelector("li.asked > a")?.getAttribute("href") ?? "",
    total: parseInt(box.querySelector("li.asked .quiet")?.textContent ?? "0"),
})"""
#: What is compared with the live page: its title and status, rows of choices, hits with their marks, and pages, without the endings of files.
PARTS = """html => {
    const page = html ? new DOMParser().parseFromString(html, "text/html") : document;
    const main = page.querySelector("main");
    const asked = href => {
        const found = new URLSearchParams(href.split("?")[1] ?? "");
        for (const name of ["lang", ...(found.get("page") === "1" ? ["page"] : [])]) found.delete(name);
        found.sort();
        return found.toString();
    };
    const plain = part => {
        const copy = part.cloneNode(true);
        for (const each of copy.querySelectorAll("a[href]")) each.setAttribute("href", asked(each.getAttribute("href")));
        copy.removeAttribute("class");
        return copy.outerHTML.replace(/\\s+/g, " ").replaceAll("> <", "><").replaceAll("> ", ">").replaceAll(" </", "</");
    };
    const all = kind => [...main.querySelectorAll(kind)];
    const hits = all("ul.plain > li:not(.asked)").filter(each => each.querySelector("a, .tag"));
    const asks = each => /^\\/(search|list)\\?/.test(each.querySelector("a")?.getAttribute("href"));
    return {
        title: page.title,
        status: main.querySelector("p[role=status]").textContent.trim(),
        facets: all("details.facets").map(plain),
        hits: hits.filter(each => html ? !asks(each) : true).map(each => {
            const copy = each.cloneNode(true);
            copy.querySelector("a")?.removeAttribute("href");
            return plain(copy);
        }),
        links: hits.filter(each => html ? !asks(each) : true).map(each => each.querySelector("a")?.getAttribute("href")),
        pager: all("nav.pager").map(plain),
    };
}"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def searching(releases: Path, folder: Path, **options: Any) -> Iterator[dict[str, Page]]:
    """The page of the search in each language, in an export without the documents, which take long."""
    _write(releases, folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with (
            launched() as browser,
            visiting(browser, **options) as (one, faults),
            visiting(browser, **options) as (other, more),
        ):
            found = dict(zip(LANGUAGES, (one, other), strict=True))
            for language, tab in found.items():
                tab.goto(f"http://127.0.0.1:{server.server_port}/search.{language}.html")
            yield found
            assert faults + more == []
        server.shutdown()


def _write(releases: Path, folder: Path) -> None:
    with opened(releases, Limits(), folder, host="http://localhost/") as (edition, scribe):
        for language in LANGUAGES:
            for address in ("/search", "/doc/municipality/se-0765"):
                place = place_of(address, language)
                assert place is not None
                scribe.write(place)
            write_names(edition, language, folder / "search" / f"names.{language}")
    with as_file(files("kommungraf") / "static") as assets:
        shutil.copytree(assets, folder / "static")


def come(tab: Page) -> None:
    """Waits until what is asked for is shown."""
    tab.locator("[data-names][data-done]").wait_for()


def shown(tab: Page, words: str) -> dict[str, Any]:
    tab.locator("[data-names]").evaluate("box => delete box.dataset.done")
    tab.fill("main input[name=q]", words)
    tab.press("main input[name=q]", "Enter")
    box = tab.locator("[data-names][data-done]")
    box.wait_for()
    answer = box.evaluate(SHOWN)
    assert isinstance(answer, dict)
    return answer


def parts(tab: Page, html: str = "") -> dict[str, Any]:
    found = tab.evaluate(PARTS, html)
    assert isinstance(found, dict)
    return found


def live_parts(tab: Page, client: FlaskClient, language: str, asked: str) -> dict[str, Any]:
    """What the live page has, its links as those of the files."""
    found = parts(tab, live_page(client, f"/search?lang={language}&{asked}", language))
    places = (place_of(each.replace(f"?lang={language}", ""), language) for each in found["links"])
    return {**found, "links": [each and each.href for each in places]}
