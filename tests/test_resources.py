from collections.abc import Iterator

import pytest
from pyoxigraph import NamedNode, Triple

from kommungraf.editions.edition import Edition, Editions
from kommungraf.errors import UnknownResource
from kommungraf.resources.resources import claim_triples, graph_triples, load
from kommungraf.resources.surroundings import load_with_surroundings
from kommungraf.vocab import BASE, iri
from serving_client import LIMITS
from serving_release import ALMHULT, CLAIM, OTHER_CLAIM, write_release

PARTNERSHIP = f"{BASE}id/partnership/p"
TRIG = f"""
@prefix csvw: <http://www.w3.org/ns/csvw#> .
@prefix kg: <{BASE}def/> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
<{ALMHULT}> a kg:Municipality ; org:memberOf <{PARTNERSHIP}> .
<{CLAIM}> kg:status kg:Accepted ; prov:wasQuotedFrom <{BASE}id/source/s> ; kg:conflictsWith <{OTHER_CLAIM}> ;
    oa:hasSelector [ oa:exact "with p" ] , [ oa:start 7 ; oa:end 13 ] .
<{OTHER_CLAIM}> kg:status kg:Disputed ; prov:wasDerivedFrom <{BASE}id/source/t> ; kg:tableFile "t.csv" ; csvw:rownum 3 .
<{CLAIM}> {{ <{ALMHULT}> org:memberOf <{PARTNERSHIP}> }}
<{OTHER_CLAIM}> {{ <{ALMHULT}> org:memberOf <{BASE}id/partnership/q> }}
<{BASE}id/graph/curation> {{ <{ALMHULT}> a kg:Municipality }}
<{BASE}shape/> {{ <{BASE}shape/S> a <http://www.w3.org/ns/shacl#NodeShape> }}
"""


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edition]:
    releases = tmp_path_factory.mktemp("resources")
    write_release(releases, TRIG)
    editions = Editions(releases, LIMITS)
    with editions.current() as current:
        yield current
    editions.close()


def triple(subject: str, predicate: str, object_: str) -> Triple:
    return Triple(NamedNode(subject), NamedNode(iri(predicate)), NamedNode(object_))


def test_statements_know_the_graphs_behind_them(edition: Edition) -> None:
    document = load(edition, ALMHULT)
    found = {each.triple: each.graphs for each in document.outgoing}
    assert found == {
        triple(ALMHULT, "org:memberOf", PARTNERSHIP): (CLAIM,),
        triple(ALMHULT, "rdf:type", f"{BASE}def/Municipality"): (f"{BASE}id/graph/curation",),
    }
    assert all(each.held for each in document.outgoing)


def test_what_only_a_disputed_claim_says_is_apart(edition: Edition) -> None:
    document = load(edition, ALMHULT)
    assert [each.triple for each in document.unheld] == [
        triple(ALMHULT, "org:memberOf", f"{BASE}id/partnership/q")
    ]
    assert not any("/q" in str(each) for each in document.triples())


def test_claims_come_with_all_that_is_known_of_them(edition: Edition) -> None:
    claims = load(edition, ALMHULT).claims
    assert claims.keys() == {CLAIM, OTHER_CLAIM}
    accepted, disputed = claims[CLAIM], claims[OTHER_CLAIM]
    assert (accepted.status, accepted.sources) == (iri("kg:Accepted"), (f"{BASE}id/source/s",))
    assert (accepted.phrases, accepted.row) == (("with p",), None)
    assert (disputed.sources, disputed.row) == ((f"{BASE}id/source/t",), 3)


def test_claim_s_own_document_says_the_same_of_it(edition: Edition) -> None:
    document, around = load_with_surroundings(edition, CLAIM)
    assert around.own == load(edition, ALMHULT).claims[CLAIM]
    assert document.content == (triple(ALMHULT, "org:memberOf", PARTNERSHIP),)
    assert load_with_surroundings(edition, ALMHULT)[1].own is None


def test_incoming_links_of_a_thing_without_statements_of_its_own(edition: Edition) -> None:
    document = load(edition, PARTNERSHIP)
    assert [each.triple for each in document.incoming] == [triple(ALMHULT, "org:memberOf", PARTNERSHIP)]
    assert (document.incoming_total, document.pages) == (1, 1)


def test_graphs_that_are_no_claims_describe_what_the_held_view_leaves_out(edition: Edition) -> None:
    document = load(edition, f"{BASE}shape/S")
    assert document.triples() == [triple(f"{BASE}shape/S", "rdf:type", iri("sh:NodeShape"))]
    assert graph_triples(edition, f"{BASE}shape/") == document.triples()


def test_metadata_of_claims_includes_their_quotations(edition: Edition) -> None:
    found = [str(each) for each in claim_triples(edition, load(edition, ALMHULT))]
    assert any('"with p"' in each for each in found)
    assert any("Disputed" in each for each in found)


@pytest.mark.parametrize("name", [f"{BASE}id/nothing", "urn:x", "https://example.org/"])
def test_what_nothing_mentions_is_unknown(edition: Edition, name: str) -> None:
    with pytest.raises(UnknownResource):
        load(edition, name)
