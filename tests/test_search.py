import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from indexes import indexed
from kommungraf.editions.search import Index, Label, Narrowing
from kommungraf.errors import ReleaseError
from kommungraf.vocab import BASE

TRIG = f"""
@prefix kg: <{BASE}def/> .
@prefix kgi: <{BASE}id/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
kgi:a a kg:Municipality ; skos:prefLabel "Älmhults kommun"@sv, "Älmhult Municipality"@en ; skos:altLabel "Elmhult"@sv .
kgi:b a kg:Municipality ; skos:prefLabel "Åmål"@sv ; skos:definition "Ligger inte vid Älmhult."@sv .
kgi:c a kg:Place ; skos:prefLabel "Kuršėnai"@lt .
kgi:d a kg:Place ; skos:prefLabel "0765" .
kgi:e a kg:Place ; skos:prefLabel "Älmhult och Växjö"@sv .
"""


def iri(name: str) -> str:
    return f"{BASE}id/{name}"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with indexed(TRIG, tmp_path_factory.mktemp("index")) as opened:
        yield opened


def found(index: Index, words: str) -> list[str]:
    return [hit.iri for hit in index.search(words, "sv").hits]


@pytest.mark.parametrize("words", ["Älmhults", "almhults", "ÄLMHULTS", "älmhults kom", "kommun almhults"])
def test_dots_case_order_and_endings_dont_matter(index: Index, words: str) -> None:
    assert found(index, words) == [iri("a")]


def test_names_come_before_other_names_and_texts(index: Index) -> None:
    assert found(index, "almhult")[-1] == iri("b")
    assert set(found(index, "almhult")) == {iri("a"), iri("b"), iri("e")}


@pytest.mark.parametrize("words", ["bodo", "Bodö", "BODØ"])
def test_names_and_texts_with_letters_that_others_havent_got_are_found_by_those_they_have(
    tmp_path: Path, words: str
) -> None:
    trig = f"""
        @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        <{BASE}id/place/f> skos:prefLabel "Bodø"@no .
        <{BASE}id/place/g> skos:definition "Nær Bodø."@no .
    """
    with indexed(trig, tmp_path) as opened:
        assert found(opened, words) == [iri("place/f"), iri("place/g")]


def test_names_that_hold_the_words_alike_come_by_name_whatever_letters_they_have(tmp_path: Path) -> None:
    names = ("Zon Alba", "Zon Illi", "Zon Ulva")
    trig = "\n".join(
        f'<{BASE}id/place/{number}> <http://www.w3.org/2004/02/skos/core#prefLabel> "{name}"@sv .'
        for number, name in enumerate(names)
    )
    with indexed(trig, tmp_path) as opened:
        assert found(opened, "zon") == [iri(f"place/{number}") for number in range(3)]


def test_each_thing_is_found_once(index: Index) -> None:
    assert found(index, "elmhult") == [iri("a")]
    assert index.search("almhult", "en").total == 3


def test_the_match_is_in_the_reader_s_language_where_there_is_one(index: Index) -> None:
    assert index.search("almhult", "en").hits[0].match == Label("Älmhult Municipality", "en")


@pytest.mark.parametrize(
    "words", ["", " ", '"', "*", "(", "NEAR(", "text:x^", "'; DROP TABLE label; --", "\x00", "-"]
)
def test_no_input_is_an_operator(index: Index, words: str) -> None:
    assert found(index, words) == []


@pytest.mark.parametrize("words", ['"almhults"', "almhults*", "-almhults", "(almhults", "almhults\x00"])
def test_marks_around_words_are_left_out(index: Index, words: str) -> None:
    assert found(index, words) == [iri("a")]


def test_pages_follow_each_other(index: Index) -> None:
    pages = [index.search("almhult", "sv", limit=1, offset=offset).hits[0].iri for offset in range(3)]
    assert pages == found(index, "almhult")


def test_statements_of_each_graph_are_counted_also_where_there_are_many_graphs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trig = "".join(f"<urn:g{n % 5}> {{ <urn:s{n}> <urn:p> <urn:o{n}> }}\n" for n in range(23))
    monkeypatch.setattr("kommungraf.releases.index._LATELY", 2)
    with indexed(trig, tmp_path), sqlite3.connect(tmp_path / "index.sqlite") as connection:
        found = connection.execute("SELECT iri, quads FROM graph ORDER BY iri").fetchall()
    assert found == [("urn:g0", 5), ("urn:g1", 5), ("urn:g2", 5), ("urn:g3", 4), ("urn:g4", 4)]


def test_labels_fall_back_visibly(index: Index) -> None:
    labels = index.labels([iri(name) for name in "abcdx"], "en")
    assert labels == {
        iri("a"): Label("Älmhult Municipality", "en"),
        iri("b"): Label("Åmål", "sv"),
        iri("c"): Label("Kuršėnai", "lt"),
        iri("d"): Label("0765", ""),
    }


def test_things_of_a_class_are_counted_and_listed_by_name(index: Index) -> None:
    assert index.types() == {f"{BASE}def/Place": 3, f"{BASE}def/Municipality": 2}
    assert index.of_type(f"{BASE}def/Place", "sv", limit=2) == (iri("d"), iri("c"))
    assert index.of_type(f"{BASE}def/Place", "sv", limit=2, offset=2) == (iri("e"),)


def test_what_is_there_is_known(index: Index) -> None:
    assert index.exists(iri("a"))
    assert not index.exists(iri("x"))
    assert index.known([iri("a"), iri("x")]) == {iri("a")}
    assert index.type(iri("a")) == f"{BASE}def/Municipality"
    assert index.type(iri("x")) is None


def test_any_thread_may_ask(index: Index) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: found(index, "almhults"), range(64)))
    assert answers == [[iri("a")]] * 64


def test_it_is_read_only_and_says_what_is_wrong_with_it(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    with pytest.raises(ReleaseError, match=r"index\.sqlite can't be read"):
        Index(path)
    assert not path.exists()
    path.write_bytes(b"no database at all, but long enough to look at" * 100)
    with pytest.raises(ReleaseError, match="kommungraf build"):
        Index(path)
    sqlite3.connect(path).close()


@pytest.mark.parametrize("words", ["Elmhullt", "amlhult", "Almhlut", "älmhulst"])
def test_name_that_is_misspelt_is_found_among_those_spelt_alike(index: Index, words: str) -> None:
    assert found(index, words) == []
    assert iri("a") in [each.iri for each in index.alike(words)]


@pytest.mark.parametrize("words", ["", "x", "åå", "Zanzibar", '"""', "' OR 1", "a" * 10_000])
def test_nothing_is_alike_to_what_no_name_looks_like(index: Index, words: str) -> None:
    assert index.alike(words) == ()


def test_same_name_without_accents_is_wholly_alike(index: Index) -> None:
    best = index.alike("kursenai")[0]
    assert (best.iri, best.score) == (iri("c"), 1.0)


def test_search_is_narrowed_by_class_and_facets(tmp_path: Path) -> None:
    place = f"{TRIG} @prefix geo: <http://www.opengis.net/ont/geosparql#> . kgi:a geo:sfWithin <{BASE}id/county/se-07> ."
    with indexed(place, tmp_path) as opened:
        county = Narrowing(facets={"county": f"{BASE}id/county/se-07"})
        assert [hit.iri for hit in opened.search("älmhult", "sv", within=county).hits] == [iri("a")]
        assert opened.search("älmhult", "sv", within=Narrowing(facets={"county": "none"})).total == 0
        places = Narrowing(type=f"{BASE}def/Place")
        assert [hit.iri for hit in opened.search("älmhult", "sv", within=places).hits] == [iri("e")]
        counted = opened.counted_search("älmhult", "sv").counts
        assert counted["county"] == {f"{BASE}id/county/se-07": 1}
        assert counted["type"] == {f"{BASE}def/Municipality": 2, f"{BASE}def/Place": 1}
        [name] = opened.of_type(f"{BASE}def/Municipality", "sv", facets=county.facets, limit=9)
        assert name == iri("a")
        assert opened.count(f"{BASE}def/Municipality", county.facets) == 1
        choices = opened.choices(f"{BASE}def/Municipality", ("county", "country"), county.facets)
        assert choices["type"] == {f"{BASE}def/Municipality": 1}
        assert choices["county"] == {f"{BASE}id/county/se-07": 1}
        assert choices["country"] == {}
        assert opened.count(f"{BASE}def/Municipality") == 2


RANKED = rf"""
@prefix kg: <{BASE}def/> .
@prefix kgi: <{BASE}id/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
kgi:source\/jb a kg:Source ; dcterms:title "JB Marks"@en .
kgi:municipality\/jb a kg:Municipality ; skos:prefLabel "JB Marks lokala kommun"@sv .
kgi:municipality\/malmo a kg:Municipality ; skos:prefLabel "Malmö kommun"@sv ; skos:altLabel "Malmö"@sv .
kgi:municipality\/almhult a kg:Municipality ; skos:prefLabel "Älmhults kommun"@sv ; skos:altLabel "Älmhult"@sv .
kgi:twinning\/almhult a kg:Twinning ; skos:prefLabel "Älmhult–Time"@sv .
kgi:source\/almhult a kg:Source ; dcterms:title "Älmhult"@sv .
kgi:cooperation\/malmo a kg:Cooperation ; skos:prefLabel "MalmöLund"@sv .
kgi:twinning\/malmo a kg:Twinning ; skos:prefLabel "Twinning Malmö–Vaasa"@en .
"""


@pytest.fixture(scope="module")
def ranked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with indexed(RANKED, tmp_path_factory.mktemp("ranked")) as opened:
        yield opened


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("malmo", "municipality/malmo"),
        ("JB Marks", "municipality/jb"),
        ("almhult", "municipality/almhult"),
        ("Älmhult", "municipality/almhult"),
    ],
)
def test_what_is_called_just_so_comes_first_and_what_is_said_of_it_last(
    ranked: Index, words: str, first: str
) -> None:
    assert found(ranked, words)[0] == iri(first)
    assert "source" not in "".join(found(ranked, words)[:-1])


@pytest.mark.parametrize("words", ["ma", 'ma"', "m", '"', "a OR b", "NEAR(", "m*"])
def test_marks_and_short_words_are_words(ranked: Index, words: str) -> None:
    assert isinstance(found(ranked, words), list)


def test_things_that_hold_some_of_the_words_are_found_on_demand(ranked: Index) -> None:
    assert found(ranked, "twin towns malmo") == []
    hits = [hit.iri for hit in ranked.search("twin towns malmo", "en", within=Narrowing(some=True)).hits]
    assert iri("twinning/malmo") in hits
    assert iri("municipality/jb") not in hits
