"""What a document says in one format, of its thing and of itself."""

from collections.abc import Iterator

import pytest
from pyoxigraph import RdfFormat, parse

from kommungraf.editions.edition import Edition, Editions
from kommungraf.errors import NotAcceptable
from kommungraf.formats import RDF
from kommungraf.pages.representations import is_whole_graph, list_of_representations, serialised
from kommungraf.resources.profiles import CLAIMS, HELD
from kommungraf.resources.resources import load
from kommungraf.vocab import BASE
from serving_client import LIMITS
from serving_release import write_release

TRIG = f"""
@prefix kg: <{BASE}def/> .
<{BASE}id/a> a kg:Place ; <http://example.org/1> "digit" .
<{BASE}id/claim/1> a kg:Claim ; kg:status kg:Unconfirmed .
<{BASE}id/claim/1> {{ <{BASE}id/unheld> a kg:Place }}
<{BASE}id/claim/2> {{ <{BASE}id/terms> <http://example.org/says> <<( <urn:a> <urn:b> <urn:c> )>> }}
"""


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edition]:
    releases = tmp_path_factory.mktemp("releases")
    write_release(releases, TRIG)
    editions = Editions(releases, LIMITS)
    with editions.current() as opened:
        yield opened
    editions.close()


def form(suffix: str) -> object:
    return next(each for each in RDF if each.suffix == suffix)


def test_document_of_one_page_says_nothing_of_itself(edition: Edition) -> None:
    content = serialised(edition, load(edition, f"{BASE}id/a"), form("nt"), profile=HELD)
    assert len(list(parse(content, RdfFormat.N_TRIPLES))) == 2


def test_document_of_what_only_a_claim_knows_says_so(edition: Edition) -> None:
    found = load(edition, f"{BASE}id/unheld")
    text = serialised(edition, found, form("ttl"), profile=HELD).decode()
    assert "The held view says nothing of this." in text
    assert "Det som hålls för sant säger ingenting om detta." in text
    assert "Unconfirmed" in serialised(edition, found, form("trig"), profile=CLAIMS).decode()


@pytest.mark.parametrize(
    ("name", "suffix", "profile"),
    [("a", "rdf", HELD), ("terms", "jsonld", CLAIMS)],
    ids=["a property that XML can't name", "triple terms in JSON-LD"],
)
def test_what_a_format_cant_hold_is_offered_in_the_others(
    edition: Edition, name: str, suffix: str, profile: object
) -> None:
    with pytest.raises(NotAcceptable) as raised:
        serialised(edition, load(edition, f"{BASE}id/{name}"), form(suffix), profile=profile)
    assert form(suffix).media_type not in raised.value.offers
    assert "text/turtle" in raised.value.offers


def test_ontology_and_shapes_are_whole_graphs(edition: Edition) -> None:
    assert is_whole_graph(edition, f"{BASE}def/")
    assert not is_whole_graph(edition, f"{BASE}def/Place")


def test_list_has_one_default(edition: Edition) -> None:
    content = list_of_representations(f"{BASE}id/a", form("nt"), base_iri=BASE).decode()
    assert content.count("hasDefaultRepresentation") == 1
    assert content.count("hasRepresentation") == 9
