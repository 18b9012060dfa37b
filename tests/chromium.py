"""A real Chromium before the server: pages with what goes wrong on them, and what axe-core finds."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from kommungraf.rendering.assets import built
from waiting import PATIENCE

CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser") or ""
AXE: Final = Path(__file__).parent.parent / "web/node_modules/axe-core/axe.min.js"
PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
_RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

IN_CHROMIUM: Final = [
    pytest.mark.skipif(not CHROMIUM, reason="Debian's package chromium is missing"),
    # Playwright's own objects outlive their loop.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
needs_scripts = pytest.mark.skipif(built("query.js") is None, reason="the front end isn't built: Node is missing")


@contextmanager
def launched() -> Iterator[Browser]:
    expect.set_options(timeout=1000 * PATIENCE)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@contextmanager
def visiting(browser: Browser, **options: Any) -> Iterator[tuple[Page, list[str]]]:
    """A page, and a list that fills with what goes wrong on it."""
    context = browser.new_context(**{"viewport": DESKTOP, "locale": "sv-SE", **options})
    page, faults = context.new_page(), list[str]()
    page.set_default_timeout(1000 * PATIENCE)
    page.on("console", lambda said: faults.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: faults.append(error.message))
    page.on("request", lambda asked: faults.append(asked.url) if "127.0.0.1" not in asked.url else None)
    try:
        yield page, faults
    finally:
        context.close()


def axe_violations(page: Page) -> list[str]:
    if not AXE.is_file():
        return []
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", _RULES)[
        "violations"
    ]
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]


def step_through_suggestions(field: Locator) -> None:
    """Closes the list of suggestions, opens it, leaves its first one upwards and takes it again, each by a key."""
    for key, expanded, taken in (
        ("Escape", "false", ""),
        ("ArrowDown", "true", "suggestion-0"),
        ("ArrowUp", "true", ""),
        ("ArrowDown", "true", "suggestion-0"),
    ):
        field.press(key)
        expect(field).to_have_attribute("aria-expanded", expanded)
        assert (field.get_attribute("aria-activedescendant") or "") == taken
