"""docs/addresses.md tells every address that the application answers."""

import re
from pathlib import Path

from flask.testing import FlaskClient

DOCUMENT = Path(__file__).parent.parent / "docs" / "addresses.md"
#: Addresses that the document tells in other words: any path, and the suffix of the catalogue by its four values.
IN_OTHER_WORDS = {"/<key>", "/catalogue.<suffix>", "/static/<filename>"}


def plain(rule: str) -> str:
    """A route as the document writes it: without the converter of a part."""
    return re.sub(r"<\w+:(\w+)>", r"<\1>", rule)


def test_every_route_of_the_application_is_told(client: FlaskClient) -> None:
    told = DOCUMENT.read_text("utf-8").replace("<kind>/<key>", "<key>").replace("<path>", "<key>")
    told = told.replace("/dataset/<file>", "/dataset/<name>")
    routes = {plain(rule.rule) for rule in client.application.url_map.iter_rules()} - IN_OTHER_WORDS
    assert {"/id/<key>", "/sparql", "/check/<key>"} <= routes
    silent = {route for route in routes if not re.search(rf"`{re.escape(route)}(?![\w/<])", told)}
    assert not silent, sorted(silent)
