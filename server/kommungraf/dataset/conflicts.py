"""Where claims disagree: found by the rules of ontology/conflicts/, each a SPARQL query over the claims' graphs."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import Final

from pyoxigraph import NamedNode, Quad, QuerySolutions, Store

from kommungraf.dataset.claims import Claims
from kommungraf.dataset.rules import Rule, period_bounds
from kommungraf.errors import Place, SyntaxFault
from kommungraf.quads.graphs import in_graph
from kommungraf.vocab import BASE, iri

__all__ = ["DIFFERS", "KIND", "Contest", "conflict_of", "contests", "described", "readable"]

#: The path of the kinds of conflict, whose keys are the file names of the rules.
KIND: Final = "id/conflict-kind/"
#: The relation of two claims that say different things without excluding each other.
DIFFERS: Final = "kg:differsFrom"

#: So many rules are asked at once; the engine works beside Python, and holds some hundred MB for a rule that joins much.
_AT_ONCE: Final = 2
_VARIABLES: Final = ("subject", "one", "other", "node", "property", "relation")
_A: Final = NamedNode(iri("rdf:type"))
_CONFLICT: Final = NamedNode(iri("kg:Conflict"))
_KIND: Final = NamedNode(iri("kg:conflictKind"))
_SUBJECT: Final = NamedNode(iri("kg:conflictSubject"))
_SIDE: Final = NamedNode(iri("kg:side"))


@dataclass(frozen=True, slots=True)
class Contest:
    """One claim's side against another: what `one` says of `node` by `property`, or all it says where they are None.

    `relation` says how `one` stands to `other`, which is None where a claim contradicts itself.
    """

    kind: str
    subject: NamedNode
    one: NamedNode
    other: NamedNode | None
    node: NamedNode | None
    property: NamedNode | None
    relation: str


def contests(claims: Claims, rules: Iterable[Rule], store: Store) -> list[Contest]:
    """What each rule finds among the claims, whatever their standing, each once; `store` holds what `readable` gives."""
    with ThreadPoolExecutor(_AT_ONCE) as hands:
        found = hands.map(lambda rule: _asked(store, rule, claims), rules)
        return list(dict.fromkeys(chain.from_iterable(found)))


def readable(claims: Claims) -> Iterator[bytes]:
    """Each claim in its graph with the bounds of its periods, and what the publisher says as the default graph."""
    for name, lines in claims.graphs.walk():
        if name == claims.curation:
            yield from lines
        elif name in claims.declared:
            yield from in_graph(chain(lines, period_bounds(lines)), name)


def _asked(store: Store, rule: Rule, claims: Claims) -> list[Contest]:
    """What a rule finds; an error doesn't take the engine's answer along, which belongs to the thread that asked."""
    try:
        return list(_found(store, rule, claims))
    except SyntaxFault as fault:
        raise fault.with_traceback(None) from fault.__cause__


def _found(store: Store, rule: Rule, claims: Claims) -> Iterator[Contest]:
    for row in _solutions(store, rule):
        values = {name: row[name] for name in _VARIABLES}
        if values["one"] in claims.declared and values["one"] != values["other"]:
            relation = values.pop("relation")
            yield Contest(rule.name, **values, relation=relation.value if relation else iri(DIFFERS))


def _solutions(store: Store, rule: Rule) -> QuerySolutions:
    try:
        answer = store.query(rule.query)
    except SyntaxError as error:
        place = Place(rule.file, error.lineno, error.offset)
        raise SyntaxFault("The rule doesn't parse: {reason}.", place, reason=error.msg) from error
    missing = [name for name in _VARIABLES if not _has(answer, name)]
    if not isinstance(answer, QuerySolutions) or missing:
        wanted = ", ".join(f"?{name}" for name in _VARIABLES)
        raise SyntaxFault("The rule is no SELECT query of {variables}.", Place(rule.file), variables=wanted)
    return answer


def _has(answer: object, name: str) -> bool:
    return isinstance(answer, QuerySolutions) and any(each.value == name for each in answer.variables)


def described(found: Iterable[Contest], base_iri: str) -> Iterator[Quad]:
    """The conflicts as a reader may ask for them: the kind, the thing and the claims on its sides, one node a matter."""
    for each in found:
        graph = NamedNode(f"{base_iri}id/rule/{each.kind}")
        conflict = conflict_of(each, base_iri)
        yield Quad(conflict, _A, _CONFLICT, graph)
        yield Quad(conflict, _KIND, NamedNode(f"{BASE}{KIND}{each.kind}"), graph)
        yield Quad(conflict, _SUBJECT, each.subject, graph)
        yield Quad(conflict, _SIDE, each.one, graph)


def conflict_of(contest: Contest, base_iri: str) -> NamedNode:
    """The IRI of the disagreement: `…/id/conflict/different-start/twinning-se-0780-lt-kaunas`."""
    thing = "-".join(contest.subject.value.rstrip("/").split("/")[-2:])
    return NamedNode(f"{base_iri}id/conflict/{contest.kind}/{thing}")
