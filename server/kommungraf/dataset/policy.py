"""What the held view takes where claims disagree: the policy of ontology/policy.rq, carried out claim by claim."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode, Quad, QueryTriples, Store

from kommungraf.dataset.claims import Claims
from kommungraf.dataset.conflicts import KIND, conflict_of, described
from kommungraf.dataset.partition import Partition
from kommungraf.dataset.rules import Rule
from kommungraf.errors import Place, SyntaxFault
from kommungraf.quads.graphs import parsed, serialised
from kommungraf.quads.spool import Lines
from kommungraf.vocab import BASE, iri

__all__ = ["POLICY", "Judgement", "judged", "read_policy"]

#: The graph of the statuses that the policy gives.
POLICY: Final = "id/rule/held-view-policy"

_STATUS: Final = NamedNode(iri("kg:status"))
_ACCEPTED: Final = NamedNode(iri("kg:Accepted"))
_DISPUTED: Final = NamedNode(iri("kg:Disputed"))
_CONFLICTS: Final = NamedNode(iri("kg:conflictsWith"))
_KIND: Final = NamedNode(iri("kg:conflictKind"))
_PARTY: Final = NamedNode(iri("kg:party"))
_CONCERNS: Final = NamedNode(iri("kg:concerns"))
_A: Final = NamedNode(iri("rdf:type"))
_TOPIC: Final = NamedNode("http://xmlns.com/foaf/0.1/topic")
_TYPE: Final = f" <{iri('rdf:type')}> ".encode()
_MEMBER: Final = f"<{iri('org:member')}>".encode()
_ORGANISATION: Final = f"<{iri('org:organization')}>".encode()
#: The reason that is given where there are several.
_REASONS: Final = tuple(
    NamedNode(iri(f"kg:{name}"))
    for name in ("ContradictedByRegister", "Superseded", "Disputed", "Corroborating", "Unconfirmed")
)

#: Who belongs to each thing that is contested.
Parties = Mapping[NamedNode, set[NamedNode]]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The claims with their standing, and what was derived about them: N-Quads lines in the graphs of the rules."""

    claims: Claims
    lines: Lines

    @property
    def derived(self) -> Iterator[Quad]:
        """What was derived about the claims, parsed each time it is asked for."""
        return parsed(self.lines)


def read_policy(ontology: Path | None) -> Rule | None:
    """The policy beside an ontology, or None where there is none: then every claim without a status is held."""
    path = ontology / "policy.rq" if ontology else None
    return (
        Rule("held-view-policy", path.read_text("utf-8"), "ontology/policy.rq")
        if path and path.is_file()
        else None
    )


def judged(partition: Partition, policy: Rule | None, store: Store, base_iri: str) -> Judgement:
    """Each claim with its status: the one that a person wrote, or else what the policy says.

    `store` holds what the publisher says of them as its default graph.
    """
    graph = NamedNode(base_iri + POLICY)
    parties = _parties(partition)
    statuses = _statuses(partition, policy, store, parties)
    claims = partition.claims
    accepted = claims.accepted | {claim for claim, status in statuses.items() if status == _ACCEPTED}
    given = (Quad(claim, _STATUS, status, graph) for claim, status in statuses.items())
    pairs = (Quad(one, _CONFLICTS, other, graph) for one, other in partition.pairs(_CONFLICTS.value))
    concerned = _concerned(partition, parties, base_iri)
    derived = chain(partition.metadata, described(partition.contests, base_iri), concerned, given, pairs)
    return Judgement(replace(claims, accepted=accepted), Lines(serialised(derived)))


def _statuses(
    partition: Partition, policy: Rule | None, store: Store, parties: Parties
) -> dict[NamedNode, NamedNode]:
    undecided = partition.claims.declared - partition.claims.written
    reasons = _answers(partition, policy, store, parties) if policy else {}
    statuses = {claim: reasons.get(claim, _ACCEPTED) for claim in undecided}
    held = {claim for claim, status in statuses.items() if status == _ACCEPTED} | partition.claims.accepted
    for one, other in partition.pairs(_CONFLICTS.value):
        if one in held and other in held and one in statuses:
            statuses[one] = _DISPUTED
    return dict(sorted(statuses.items(), key=lambda item: item[0].value))


def _answers(partition: Partition, policy: Rule, store: Store, parties: Parties) -> Mapping[NamedNode, NamedNode]:
    """Why the policy does not hold a claim, for each that it does not."""
    found: defaultdict[NamedNode, set[NamedNode]] = defaultdict(set)
    store.extend(_asked(partition, parties))
    for triple in _constructed(store, policy):
        if triple.predicate == _STATUS:
            found[triple.subject].add(triple.object)
    return {
        claim: next(each for each in (*_REASONS, *reasons) if each in reasons) for claim, reasons in found.items()
    }


def _constructed(store: Store, policy: Rule) -> QueryTriples:
    try:
        answer = store.query(policy.query)
    except SyntaxError as error:
        place = Place(policy.file, error.lineno, error.offset)
        raise SyntaxFault("The rule doesn't parse: {reason}.", place, reason=error.msg) from error
    if not isinstance(answer, QueryTriples):
        del answer  # it belongs to the thread that asked, and a traceback may go in another
        raise SyntaxFault("The rule is no CONSTRUCT query.", Place(policy.file))
    return answer


def _asked(partition: Partition, parties: Parties) -> Iterator[Quad]:
    """What the policy is asked over, beside what the publisher says: how the claims stand to each other."""
    yield from (Quad(each.subject, each.predicate, each.object) for each in partition.metadata)
    for relation, pairs in partition.relations.items():
        yield from (Quad(one, NamedNode(relation), other) for one, other in pairs)
    yield from _matters(partition, parties)
    yield from _topics(partition.claims)


def _topics(claims: Claims) -> Iterator[Quad]:
    """What each claim that nobody judged describes."""
    undecided = claims.declared - claims.written
    for claim, lines in claims.graphs.mentioning(_TYPE) if undecided else ():
        if isinstance(claim, NamedNode) and claim in undecided:
            yield from (Quad(claim, _TOPIC, quad.subject) for quad in parsed(lines) if quad.predicate == _A)


def _matters(partition: Partition, parties: Parties) -> Iterator[Quad]:
    """The kind of each claim's disagreement, and the parties to the matter: the thing itself and its members."""
    for part in partition.parts:
        yield Quad(part.claim, _KIND, NamedNode(f"{BASE}{KIND}{part.kind}"))
        for party in (part.subject, *parties.get(part.subject, ())):
            yield Quad(part.claim, _PARTY, party)


def _concerned(partition: Partition, parties: Parties, base_iri: str) -> Iterator[Quad]:
    """The municipalities that each disagreement concerns: the thing itself, or those that belong to it."""
    municipalities = f"{base_iri}id/municipality/"
    for each in partition.contests:
        graph = NamedNode(f"{base_iri}id/rule/{each.kind}")
        for party in (each.subject, *parties.get(each.subject, ())):
            if party.value.startswith(municipalities):
                yield Quad(conflict_of(each, base_iri), _CONCERNS, party, graph)


def _parties(partition: Partition) -> Parties:
    """Who belongs to what is contested, whoever says so."""
    wanted = {str(each.subject).encode() for each in partition.contests}
    bodies: defaultdict[bytes, set[bytes]] = defaultdict(set)
    for membership, body in _said(partition.claims, _ORGANISATION) if wanted else ():
        if body in wanted:
            bodies[membership].add(body)
    found: defaultdict[NamedNode, set[NamedNode]] = defaultdict(set)
    for membership, agent in _said(partition.claims, _MEMBER) if bodies else ():
        for body in bodies.get(membership, ()):
            found[_node(body)].add(_node(agent))
    return found


def _said(claims: Claims, predicate: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The subject and object of each statement of the claims with this predicate, where both are IRIs."""
    for claim, lines in claims.graphs.mentioning(predicate):
        for line in lines if claim in claims.declared else ():
            subject, named, value = line[:-3].split(b" ", 2)
            if named == predicate and subject[:1] == value[:1] == b"<":
                yield subject, value


def _node(token: bytes) -> NamedNode:
    return NamedNode(token[1:-1].decode())
