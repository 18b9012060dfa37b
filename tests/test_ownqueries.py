"""The site's own queries, alone and several as one."""

from importlib.resources import files

import pytest
from pyoxigraph import NamedNode, QuerySolutions, RdfFormat, Store, Variable, parse

from kommungraf.engine.ownqueries import joined, query_text
from kommungraf.engine.substitution import substituted
from kommungraf.resources.surroundings import WHOLE
from serving_release import ALMHULT, CLAIM, TRIG

PARTNERSHIP = ALMHULT.replace("municipality/se-0765", "partnership/p")


@pytest.fixture(scope="module")
def store() -> Store:
    store = Store()
    store.extend(parse(TRIG, RdfFormat.TRIG))
    return store


def rows(store: Store, text: str, iri: str) -> list[set[str]]:
    """The solutions as what each variable is bound to, in some order that is always the same."""
    found = store.query(text, substitutions={Variable("this"): NamedNode(iri)})
    assert isinstance(found, QuerySolutions)
    names = [variable.value for variable in found.variables]
    bound = (zip(names, each, strict=True) for each in found)
    return sorted(({f"{name} {value}" for name, value in row if value is not None} for row in bound), key=sorted)


@pytest.mark.parametrize("iri", [ALMHULT, PARTNERSHIP, CLAIM, "http://e/none"])
def test_joined_queries_say_what_each_of_them_says(store: Store, iri: str) -> None:
    apart = [row for name in WHOLE for row in rows(store, query_text(name), iri)]
    assert rows(store, joined(*WHOLE), iri) == sorted(apart, key=sorted)


@pytest.mark.parametrize("for_virtuoso", [False, True], ids=["plain", "virtuoso"])
def test_joined_queries_can_be_asked_of_engines_that_take_no_bindings(store: Store, for_virtuoso: bool) -> None:
    text = joined(*WHOLE)
    found = store.query(substituted(text, {"this": ALMHULT}, for_virtuoso=for_virtuoso))
    expected = store.query(text, substitutions={Variable("this"): NamedNode(ALMHULT)})
    assert sorted(map(str, found)) == sorted(map(str, expected))


def test_what_is_no_select_cannot_be_joined() -> None:
    with pytest.raises(ValueError, match="DESCRIBE"):
        joined("held", "description")


def test_every_text_is_read_as_it_stands() -> None:
    for path in (files("kommungraf") / "queries").iterdir():
        assert query_text(path.name.removesuffix(".rq")) == path.read_text("utf-8")
