"""What the index says that a page needn't ask changes nothing of what it gets."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kommungraf.editions.answerable import Aspects, aspects
from kommungraf.editions.edition import Edition, Editions
from kommungraf.editions.neighbours import neighbours
from kommungraf.resources.resources import Extent
from kommungraf.resources.surroundings import Excerpt, load_surroundings, load_with_surroundings
from kommungraf.settings.limits import Limits
from kommungraf.vocab import BASE
from own_release import published
from serving_client import LIMITS
from serving_release import ALMHULT, CLAIM, OTHER_CLAIM, write_release

#: So many things of each kind are looked at.
SOME = 4


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edition]:
    editions = Editions(published(tmp_path_factory.mktemp("answerable")), Limits())
    with editions.current() as current:
        yield current
    editions.close()


def excerpt(edition: Edition, thing: str) -> Excerpt:
    found = neighbours(edition.index, thing)
    return Excerpt({link: tuple(each.iri for each in rows) for link, rows in found.items()}, {})


def of_each_kind(edition: Edition) -> list[str]:
    query = """
        SELECT iri FROM (SELECT iri, ROW_NUMBER() OVER (PARTITION BY kind, type ORDER BY iri DESC) AS place FROM thing)
        WHERE place <= ? ORDER BY iri
    """
    return [iri for (iri,) in edition.index.rows(query, SOME)]


def test_pages_get_the_same_as_if_they_asked_everything(own: Edition) -> None:
    things = of_each_kind(own)
    assert len(things) > 100
    for thing in things:
        some = excerpt(own, thing)
        everything = replace(some, partial=True)
        for extent in (Extent(), Extent(1, 50), Extent(2, 50)):
            narrow = load_with_surroundings(own, thing, extent=extent, excerpt=some)
            assert (thing, narrow) == (
                thing,
                load_with_surroundings(own, thing, extent=extent, excerpt=everything),
            )
        assert load_surroundings(own, thing, some) == load_surroundings(own, thing, everything)


def test_those_around_a_thing_are_contested_of_which_graphs_say_what_is_not_held(tmp_path: Path) -> None:
    releases = tmp_path / "releases"
    write_release(releases)
    editions = Editions(releases, LIMITS)
    with editions.current() as edition:
        other = f"{BASE}id/municipality/se-0780"
        assert aspects(edition.index, ALMHULT, [other]) == Aspects(frozenset(), frozenset({other}))
        assert aspects(edition.index, other, [ALMHULT]) == Aspects(frozenset({"says"}), frozenset())
        assert aspects(edition.index, CLAIM, []).names == {"graph"}
        assert aspects(edition.index, OTHER_CLAIM, []).names == {"graph"}
    editions.close()


def test_a_page_has_room_for_all_rows_of_its_tables_beside_its_statements(tmp_path: Path) -> None:
    rows = "".join(
        f"<{BASE}id/membership/m{number}> org:member <{ALMHULT}> ; org:organization <{BASE}id/twinning/t{number}> .\n"
        f"<{BASE}id/project/p{number}> kg:participant <{ALMHULT}> .\n"
        f"<{BASE}id/gap/g{number}> kg:gapSubject <{ALMHULT}> ; kg:filledBy <{CLAIM}> .\n"
        for number in range(30)
    )
    releases = tmp_path / "releases"
    prefixes = f"@prefix kg: <{BASE}def/> .\n@prefix org: <http://www.w3.org/ns/org#> .\n"
    write_release(releases, f"{prefixes}{rows}<{BASE}id/graph/curation> {{ {rows} }}")
    editions = Editions(releases, LIMITS)
    with editions.current() as edition:
        shown = excerpt(edition, ALMHULT)
        around = load_with_surroundings(edition, ALMHULT, extent=Extent(1, 50), excerpt=shown)[1]
        assert {link: len(around.by(link)) for link in ("org:member", "kg:participant", "kg:gapSubject")} == {
            "org:member": 30,
            "kg:participant": 30,
            "kg:gapSubject": 30,
        }
    editions.close()
