"""Pages keep to one language: what the site says itself, and what the dataset has a name for in both."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from babel.messages.pofile import read_po
from flask.testing import FlaskClient

from kommungraf.texts import LANGUAGES
from page_kinds import EVERY
from test_texts import PACKAGE

VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
#: What isn't prose: code, what a reader wrote, and what scripts read.
NO_PROSE = frozenset(["code", "pre", "script", "style", "textarea"])
NAMES = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?sv ?en {
  ?thing skos:prefLabel|rdfs:label ?sv, ?en FILTER(LANG(?sv) IN ("sv", "") && LANG(?en) IN ("en", ""))
}"""


class Prose(HTMLParser):
    """What a page says to people, with the language that each piece is said to be in."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.said: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        language = told.get("lang") or (self.open[-1][1] if self.open else "")
        self.said += [
            (language, told[name] or "") for name in ("title", "aria-label", "data-copied") if name in told
        ]
        if tag not in VOID:
            self.open.append((tag, language))

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002  a test of its own has the elements nest
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and self.open and self.open[-1][0] not in NO_PROSE:
            self.said.append((self.open[-1][1], " ".join(data.split())))


def messages() -> Iterator[tuple[str, str]]:
    """Each message in English and in Swedish, where the two differ."""
    with (PACKAGE / "locale/sv.po").open("rb") as stream:
        for message in read_po(stream, locale="sv"):
            pairs = (
                [(message.id, message.string)]
                if isinstance(message.id, str)
                else zip(message.id, message.string, strict=False)
            )
            yield from ((str(one), str(other)) for one, other in pairs if one != other)


def foreign(client: FlaskClient) -> dict[str, set[str]]:
    """By language of a page, what is never to stand there as its own: it has a name in that language."""
    rows = client.get("/sparql", query_string={"query": NAMES, "format": "srj"}).get_json()["results"]["bindings"]
    pairs = {(row["en"]["value"], row["sv"]["value"]) for row in rows} | set(messages())
    english, swedish = ({pair[number] for pair in pairs} for number in (0, 1))
    return {"sv": english - swedish, "en": swedish - english}


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_of_every_kind_says_nothing_of_its_own_in_another_language(
    client: FlaskClient, language: str
) -> None:
    wrong, mixed = foreign(client)[language], {}
    assert len(wrong) > 1000
    for kind, path in EVERY.items():
        prose = Prose()
        prose.feed(client.get(path, headers={"Accept": "text/html", "Accept-Language": language}).text)
        assert prose.said, kind
        found = {text for tongue, text in prose.said if tongue == language and text in wrong}
        if found:
            mixed[kind] = found
    assert mixed == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_page_says_in_another_language_says_so_by_a_language_that_is_one(
    client: FlaskClient, language: str
) -> None:
    others = set()
    for path in EVERY.values():
        text = client.get(path, headers={"Accept": "text/html", "Accept-Language": language}).text
        others |= set(re.findall(r' lang="([^"]*)"', text))
    assert {"sv", "en"} <= others
    assert [each for each in others if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", each)] == []
