"""What there is to tell of a thing beside what the held view says: the index says what SPARQL finds."""

from collections.abc import Iterator

import pytest
from pyoxigraph import NamedNode, QuerySolutions, RdfFormat, Store

from indexes import own_indexed
from kommungraf.editions.search import Index
from kommungraf.releases.aspects import CONCERNED, LINKS, NAMED, QUOTED, RIVAL, SAYS, told
from kommungraf.vocab import PREFIXES
from own_content import own_content

PATTERNS = {
    SAYS: "GRAPH ?g { ?thing ?p ?o } FILTER NOT EXISTS { ?thing ?p ?o }",
    LINKS: "GRAPH ?g { ?s ?p ?thing } FILTER NOT EXISTS { ?s ?p ?thing }",
    QUOTED: "?s prov:wasQuotedFrom|prov:wasDerivedFrom ?thing",
    RIVAL: "?thing kg:conflictsWith|kg:side|kg:conflictKind ?o",
    NAMED: "?thing skosxl:altLabel ?o",
    CONCERNED: "?s kg:about|kg:gapSubject|kg:representedParty|org:originalOrganization|org:resultingOrganization ?thing",
}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with own_indexed(tmp_path_factory.mktemp("aspects")) as opened:
        yield opened


@pytest.fixture(scope="module")
def store() -> Store:
    store = Store()
    store.bulk_load(b"".join(own_content().dataset.lines()), RdfFormat.N_QUADS)
    return store


@pytest.mark.parametrize("name", PATTERNS)
def test_exactly_those_things_have_an_aspect_of_which_a_query_finds_something(
    own: Index, store: Store, name: str
) -> None:
    found = store.query(f"SELECT DISTINCT ?thing WHERE {{ {PATTERNS[name]} }}", prefixes=PREFIXES)
    assert isinstance(found, QuerySolutions)
    expected = {each["thing"].value for each in found if isinstance(each["thing"], NamedNode)}
    assert expected
    assert {iri for (iri,) in own.rows("SELECT iri FROM aspect WHERE name = ?", name)} == expected


def test_what_has_no_iri_has_no_aspect() -> None:
    assert told(b"_:a", "http://e/p", b"_:b", b"<http://e/g>") == ()
    assert told(b"_:a", "http://e/p", b'"<b>"', b"<http://e/g>") == ()
    assert told(b"_:a", "http://e/p", b"<<( <http://e/a> <http://e/p> 1 )>>", b"<http://e/g>") == ()
