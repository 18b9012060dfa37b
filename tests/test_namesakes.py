"""Sources with equal names: each is told from the others by what differs."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from indexes import indexed
from kommungraf.releases.manifest import resolve_current
from kommungraf.vocab import BASE, iri
from own_release import page, published
from test_naming import HEADER

ADDRESS = "https://www.a.example/kommun"


def source(key: str, about: str) -> str:
    return f"kgi:source\\/{key} a kg:Source ; {about} .\n"


def titled(publisher: str = "", year: str = "", url: str = ADDRESS) -> str:
    said = ['dcterms:title "Vänorter"@sv', f"schema:url <{url}>"]
    said += [f"dcterms:publisher kgi:municipality\\/{publisher}"] if publisher else []
    said += [f'dcterms:issued "{year}-02-05"^^xsd:date'] if year else []
    return " ; ".join(said)


TOWNS = r"""
kgi:municipality\/a skos:prefLabel "A kommun"@sv , "A Municipality"@en .
kgi:municipality\/b skos:prefLabel "B kommun"@sv , "B Municipality"@en .
"""


@pytest.mark.parametrize(
    ("said", "names"),
    [
        pytest.param(
            [titled("a", "2018"), titled("b", "2019")],
            ["Vänorter (A kommun)", "Vänorter (B kommun)"],
            id="by their publishers",
        ),
        pytest.param(
            [titled("a", "2018"), titled("a", "2019")], ["Vänorter (2018)", "Vänorter (2019)"], id="by their years"
        ),
        pytest.param(
            [titled("a"), titled("a", url="https://b.example/kommun")],
            ["Vänorter (a.example)", "Vänorter (b.example)"],
            id="by their hosts",
        ),
        pytest.param(
            [titled(url=f"{ADDRESS}/f%C3%B6rr/x"), titled(url=f"{ADDRESS}/x"), titled(url=f"{ADDRESS}/x?p=2#nu")],
            ["Vänorter (förr/x)", "Vänorter (x)", "Vänorter (x/?p=2/#nu)"],
            id="by their addresses",
        ),
        pytest.param(
            [f"schema:url <{ADDRESS}/{step}/x> ; dcterms:publisher kgi:municipality\\/a" for step in ("y", "z")],
            ["A kommun: a.example/…/x (y)", "A kommun: a.example/…/x (z)"],
            id="without titles",
        ),
        pytest.param([titled(), titled()], ["Vänorter", "Vänorter"], id="where nothing differs"),
        pytest.param(
            [titled(), 'dcterms:title "Vänorter"@sv'], ["Vänorter", "Vänorter"], id="where one has no address"
        ),
        pytest.param(
            [titled(url="https://℀.example"), titled(url=ADDRESS)],
            ["Vänorter (https://℀.example)", "Vänorter (a.example)"],
            id="an address that can't be read",
        ),
    ],
)
def test_sources_with_equal_names_are_told_apart(tmp_path: Path, said: list[str], names: list[str]) -> None:
    sources = [f"{BASE}id/source/{key}" for key in range(len(said))]
    told = HEADER + TOWNS + "".join(source(str(key), about) for key, about in enumerate(said))
    with indexed(told, tmp_path) as index:
        labels = index.labels(sources, "sv")
        assert [labels[each].text for each in sources] == names


def test_things_that_are_no_sources_keep_the_names_that_they_share(tmp_path: Path) -> None:
    towns = [f"{BASE}id/municipality/{key}" for key in "cd"]
    told = "".join(
        f'<{each}> skos:prefLabel "Nämnden"@sv ; schema:url <{ADDRESS}/{each[-1]}> .\n' for each in towns
    )
    with indexed(HEADER + told, tmp_path) as index:
        assert {each.text for each in index.labels(towns, "sv").values()} == {"Nämnden"}


def test_search_doesn_t_tell_the_name_that_sources_share_beside_the_one_that_tells_them_apart(
    client: FlaskClient,
) -> None:
    text = page(client, "/search?q=alings%C3%A5s+v%C3%A4norter", "sv")
    assert "(internationellt-och-regionalt-samarbete)</a>" in text
    assert '<span class="quiet">Alingsås kommun: alingsas.se' not in text


def test_no_two_sources_of_our_own_release_share_a_name(tmp_path: Path) -> None:
    with closing(sqlite3.connect(resolve_current(published(tmp_path)) / "index.sqlite")) as connection:
        sources = "FROM label JOIN thing USING (iri) WHERE rank = 0 AND type IN (?, ?)"
        kinds = (iri("kg:Source"), iri("kg:Register"))
        shared = f"SELECT lang, text, COUNT(*) {sources} GROUP BY lang, text HAVING COUNT(*) > 1"
        assert connection.execute(f"SELECT COUNT(*) {sources}", kinds).fetchone()[0] > 400
        assert connection.execute(shared, kinds).fetchall() == []
