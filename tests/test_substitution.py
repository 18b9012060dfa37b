from importlib.resources import files

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store, Variable, parse

from kommungraf.engine.substitution import substituted
from serving_release import ALMHULT, CLAIM, OTHER_CLAIM, TRIG

OWN = sorted(path.name.removesuffix(".rq") for path in (files("kommungraf") / "queries").iterdir())
PARTNERSHIP = ALMHULT.replace("municipality/se-0765", "partnership/p")


@pytest.fixture(scope="module")
def store() -> Store:
    store = Store()
    store.extend(parse(TRIG, RdfFormat.TRIG))
    return store


def text_of(name: str) -> str:
    return (files("kommungraf") / "queries" / f"{name}.rq").read_text("utf-8")


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("for_virtuoso", [False, True], ids=["plain", "virtuoso"])
@pytest.mark.parametrize("iri", [ALMHULT, PARTNERSHIP, CLAIM, OTHER_CLAIM, "http://e/none"])
def test_every_own_query_says_the_same_as_with_a_binding(
    store: Store, name: str, for_virtuoso: bool, iri: str
) -> None:
    text = text_of(name)
    bound = {Variable("this"): NamedNode(iri)} if "?this" in text else {}
    expected = store.query(text, substitutions=bound)
    found = store.query(substituted(text, {"this": iri} if bound else {}, for_virtuoso=for_virtuoso))
    assert sorted(map(str, found)) == sorted(map(str, expected))


def test_only_the_outermost_projection_gives_the_iri() -> None:
    text = "SELECT DISTINCT ?this ?n WHERE { SELECT ?this ?n WHERE { ?n ?p ?this } GROUP BY ?this ?n }"
    assert substituted(text, {"this": "http://e/x"}).split() == (
        [
            "SELECT",
            "DISTINCT",
            "(<http://e/x>",
            "AS",
            "?this)",
            "?n",
            "WHERE",
            "{",
            "SELECT",
            "?n",
            "WHERE",
            "{",
            "?n",
            "?p",
            "<http://e/x>",
            "}",
            "GROUP",
            "BY",
            "?n",
            "}",
        ]
    )


def test_a_longer_name_is_another_variable() -> None:
    assert (
        substituted("ASK { ?this ?thistle $this }", {"this": "http://e/x"})
        == "ASK { <http://e/x> ?thistle <http://e/x> }"
    )


def test_what_is_no_iri_gets_into_no_query() -> None:
    with pytest.raises(ValueError, match="IRI"):
        substituted("ASK { ?this ?p ?o }", {"this": "http://e/x> } #"})
