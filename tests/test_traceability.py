from pyoxigraph import NamedNode, Quad

from kommungraf.dataset.dataset import ONTOLOGY, RULES
from own_content import own_content


def triple(quad: Quad) -> tuple[object, object, object]:
    return quad.subject, quad.predicate, quad.object


def test_every_held_triple_leads_to_a_claim_curation_ontology_or_rule() -> None:
    dataset = own_content().dataset
    graphs = {dataset.claims.curation, NamedNode(dataset.base_iri + ONTOLOGY), *dataset.claims.accepted}
    rules = dataset.base_iri + RULES
    sources = {
        triple(quad)
        for quad in dataset.named
        if quad.graph_name in graphs or getattr(quad.graph_name, "value", "").startswith(rules)
    }
    assert {triple(quad) for quad in dataset.held} == sources


def test_what_only_unaccepted_claims_say_is_not_held() -> None:
    dataset = own_content().dataset
    held = {triple(quad) for quad in dataset.held}
    said = {triple(quad) for quad in dataset.claims.held()}
    unheld = {triple(quad) for quad in dataset.claims.not_held()} - said
    assert unheld
    rules = {triple(quad) for quad in dataset.named if "/id/rule/" in str(quad.graph_name)}
    assert not (unheld - rules) & held
