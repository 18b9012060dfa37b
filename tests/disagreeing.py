"""Small sets of claims that disagree, for the tests of what is found and what is held."""

from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, parse

from kommungraf.dataset.claims import CURATION, Claims, claims_of
from kommungraf.dataset.conflicts import Contest, contests, readable
from kommungraf.dataset.partition import Partition, partitioned
from kommungraf.dataset.policy import Judgement, judged, read_policy
from kommungraf.dataset.rules import Rule, read_rules
from kommungraf.quads.graphs import Graphs, graph_first
from kommungraf.quads.querying import stocked
from kommungraf.quads.spool import Lines
from kommungraf.vocab import BASE, PREFIXES

ONTOLOGY = Path(__file__).parents[1] / "ontology"
HEADER = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())
#: Four documents: a page of Växjö, one of Kaunas, a newspaper and a blog; and a register.
SOURCES = r"""
kgi:source\/own a kg:Source ; dcterms:publisher kgi:municipality\/se-0780 ; dcterms:type kgi:source-type\/own .
kgi:source\/partner a kg:Source ; dcterms:publisher kgi:place\/lt-kaunas ; dcterms:type kgi:source-type\/own .
kgi:source\/news a kg:Source ; dcterms:type kgi:source-type\/news .
kgi:source\/blog a kg:Source ; dcterms:type kgi:source-type\/blog .
kgi:source\/register a kg:Register .
"""
#: The tie between Växjö and Kaunas, to be said by a claim together with whatever else it says.
TIE = r"""kgi:twinning\/t a kg:Twinning .
    kgi:membership\/t--v a org:Membership ; org:member kgi:municipality\/se-0780 ; org:organization kgi:twinning\/t .
    kgi:membership\/t--k a org:Membership ; org:member kgi:place\/lt-kaunas ; org:organization kgi:twinning\/t ."""


def claim(source: str, says: str, about: str = "", key: str = "1") -> str:
    """A claim of a source: its metadata and its graph."""
    name = rf"kgi:claim\/{source}\/{key}"
    return f"{name} a kg:Claim ; prov:wasDerivedFrom kgi:source\\/{source} {about}.\n{name} {{ {says} }}\n"


def sorted_claims(*texts: str) -> Claims:
    content = HEADER + SOURCES + "".join(texts)
    lines = graph_first(parse(content, RdfFormat.TRIG), NamedNode(BASE + CURATION))
    return claims_of(Graphs(Lines(lines)), BASE)


def rules(*names: str) -> tuple[Rule, ...]:
    found = read_rules(ONTOLOGY / "conflicts")
    return tuple(rule for rule in found if not names or rule.name in names)


def found(rule: str, *texts: str) -> list[Contest]:
    return among(sorted_claims(*texts), rules(rule))


def among(claims: Claims, asked: Iterable[Rule]) -> list[Contest]:
    with stocked(readable(claims)) as store:
        return contests(claims, asked, store)


def apart(*texts: str) -> Partition:
    claims = sorted_claims(*texts)
    return partitioned(claims, among(claims, rules()), BASE)


def judgement(*texts: str, policy: str | None = None) -> Judgement:
    text = read_policy(ONTOLOGY)
    rule = Rule("policy", policy, "policy.rq") if policy else text
    with stocked(readable(sorted_claims(*texts))) as store:
        return judged(apart(*texts), rule, store, BASE)


def held(judgement: Judgement) -> set[str]:
    """The statements that are held, as texts without their graphs."""
    return {f"{quad.subject.value} {quad.predicate.value} {quad.object.value}" for quad in judgement.claims.held()}


def periods(judgement: Judgement) -> set[str]:
    """The periods that are held."""
    return {
        quad.object.value
        for quad in judgement.claims.held()
        if quad.predicate == NamedNode(PREFIXES["kg"] + "period")
    }


def status(judgement: Judgement, claim: str) -> str:
    (found,) = [
        quad.object.value
        for quad in judgement.derived
        if quad.subject.value == f"{BASE}id/claim/{claim}" and quad.predicate.value.endswith("/status")
    ]
    return found.removeprefix(PREFIXES["kg"])
