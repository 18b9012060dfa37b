"""The verdict of the shapes: pySHACL's results as findings, each with the place in the files where it arises."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

import rdflib
from pyoxigraph import Quad
from pyshacl import validate
from rdflib.namespace import OWL, RDFS, SH
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query

from kommungraf.canonical import canonical
from kommungraf.claims import Claims
from kommungraf.dataset import Dataset, sorted_lines
from kommungraf.findings import Finding, Severity, from_error, ordered
from kommungraf.inputs import Inputs
from kommungraf.origins import located
from kommungraf.paths import Triple
from kommungraf.rules import unreadable_periods
from kommungraf.shapes import TARGETS, Shape, read_shapes
from kommungraf.suspects import View
from kommungraf.triples import TYPE, datatype, language, line, parts, text, triple
from kommungraf.verdicts import Verdicts

__all__ = ["PLAIN", "graph_of", "shape_findings", "validated", "view_findings"]

#: Up to here pySHACL alone is as quick.
PLAIN: Final = 5000
Term = rdflib.URIRef | rdflib.BNode | rdflib.Literal

_EMPTY_CLAIM: Final = {
    "en": "The claim has a source but says nothing. Add its statements as a named graph, or remove the claim.",
    "sv": "Påståendet har en källa men säger ingenting. Lägg till dess uppgifter som en namngiven graf, eller ta bort det.",
}
_UNREADABLE_PERIOD: Final = "”{}” är ingen EDTF-tid; skriv till exempel 2018, 2018-22 eller 2019-01/2021-12."
_TARGET: Final = str(SH.targetNode.n3())
_CLASSES: Final = (RDFS.Class, OWL.Class)
_SEVERITIES: Final = {SH.Warning: Severity.WARNING, SH.Info: Severity.INFO}


def validated(dataset: Dataset, inputs: Inputs, verdicts: Verdicts | None = None) -> tuple[Finding, ...]:
    """Every finding about a dataset, in the order of its files: faults of reading, of claims, and of the shapes.

    What `verdicts` know already is not judged again.
    """
    known = verdicts or Verdicts()
    found = [*_claim_findings(dataset.claims)]
    if inputs.shapes:
        shapes = [quad for file in inputs.shapes for quad in file.quads]
        found += view_findings(dataset.held_lines, shapes, known)
    if inputs.ontology_shapes:
        terms = [quad for file in inputs.ontology_shapes for quad in file.quads]
        ontology = sorted_lines(canonical(quad for file in inputs.ontology for quad in file.quads))
        found += view_findings(ontology, terms, known)
    known.save()
    return ordered([*map(from_error, inputs.faults), *located(found, inputs)])


def _claim_findings(claims: Claims) -> Iterator[Finding]:
    """What only the dataset's graphs tell, and no shape over the held view can see."""
    for claim in claims.without_statements():
        yield Finding(Severity.VIOLATION, _EMPTY_CLAIM, focus=str(claim))
    for quad, period, error in unreadable_periods(claims.not_held()):
        messages = {"en": str(error), "sv": _UNREADABLE_PERIOD.format(period)}
        path, value = str(quad.predicate), str(quad.object)
        yield Finding(Severity.VIOLATION, messages, focus=str(quad.subject), path=path, value=value)


class _PreparedGraph(rdflib.Graph):
    """A graph that parses each query text once: pySHACL asks the same one of every focus node."""

    def query(self, query_object: str | Query, *args: Any, **kwargs: Any) -> rdflib.query.Result:
        text = query_object if isinstance(query_object, Query) else _prepared(query_object)
        return super().query(text, *args, **kwargs)


@lru_cache(maxsize=256)
def _prepared(text: str) -> Query:
    return prepareQuery(text)


def graph_of(quads: Iterable[Quad]) -> rdflib.Graph:
    """An rdflib graph of the quads' triples; their graph names are dropped, their blank nodes keep their labels."""
    return _graph(map(triple, quads))


def _graph(triples: Iterable[Triple]) -> rdflib.Graph:
    graph = _PreparedGraph()
    for subject, predicate, value in triples:
        graph.add((_term(subject), _term(predicate), _term(value)))
    return graph


def _term(token: str) -> Term:
    if token[0] == "<":
        return rdflib.URIRef(text(token))
    if token[0] == "_":
        return rdflib.BNode(token[2:])
    tag = language(token)
    kind = None if tag or token[-1] == '"' else rdflib.URIRef(datatype(token))
    return rdflib.Literal(text(token), lang=tag or None, datatype=kind)


def view_findings(
    lines: Sequence[bytes], shapes: Iterable[Quad], verdicts: Verdicts | None = None, plain: int = PLAIN
) -> Iterator[Finding]:
    """What pySHACL reports of a graph, given as sorted N-Triples lines.

    Above `plain` triples it judges only the focus nodes that may break a shape, by the triples on which the verdict
    depends, and by all triples what a shape says that isn't understood here; the results are the same.
    """
    known, said = verdicts or Verdicts(), canonical(shapes)
    whole = [triple(quad) for quad in said]
    if len(lines) <= plain:
        yield from _of_all(lines, whole, known)
        return
    view = View(lines, read_shapes(said))
    untargeted = _untargeted(whole, (*view.shapes, *view.unknown))
    for suspicion in (part for found in view.suspicions() for part in found.parts()):
        aims = [(suspicion.shape.node, _TARGET, focus) for focus in sorted(suspicion.nodes)]
        aimed = [*_reached(untargeted, suspicion.shape.node), *aims]
        yield from _of_all(map(line, view.evidence(suspicion)), aimed, known)
    if view.unknown:
        yield from _of_all(lines, _untargeted(whole, view.shapes), known)


def _of_all(lines: Iterable[bytes], shapes: Collection[Triple], verdicts: Verdicts) -> list[Finding]:
    """What pySHACL reports of all these triples."""
    data = sorted(lines)
    matter = [*sorted(map(line, shapes)), b"", *data]
    return verdicts.of(matter, lambda: shape_findings(_graph(map(parts, data)), _graph(shapes)))


def _reached(triples: Iterable[Triple], node: str) -> list[Triple]:
    """All that is said of a shape, and of what it names in turn: pySHACL reads the fewer the quicker."""
    said: dict[str, list[Triple]] = {}
    for each in triples:
        said.setdefault(each[0], []).append(each)
    found: dict[str, list[Triple]] = {}
    pending = [node]
    while pending:
        name = pending.pop()
        if name not in found:
            found[name] = said.get(name, [])
            pending += [value for _, _, value in found[name]]
    return [each for statements in found.values() for each in statements]


def _untargeted(triples: Iterable[Triple], shapes: Iterable[Shape]) -> list[Triple]:
    """The triples of a shapes graph but for what gives these shapes a target."""
    nodes = {shape.node for shape in shapes}
    targets, classes = ({str(term.n3()) for term in terms} for terms in ((SH[name] for name in TARGETS), _CLASSES))
    return [
        (subject, predicate, value)
        for subject, predicate, value in triples
        if subject not in nodes or not (predicate in targets or (predicate == TYPE and value in classes))
    ]


def shape_findings(data: rdflib.Graph, shapes: rdflib.Graph) -> Iterator[Finding]:
    """What pySHACL reports of the data graph, without inference; SHACL Core and SHACL-SPARQL."""
    _, report, _ = validate(
        data, shacl_graph=shapes, inference="none", advanced=False, allow_warnings=True, inplace=True
    )
    for result in report.objects(None, SH.result):
        yield _finding(report, result)


def _finding(report: rdflib.Graph, result: rdflib.term.Node) -> Finding:
    severity = report.value(result, SH.resultSeverity)
    return Finding(
        severity=next((ours for theirs, ours in _SEVERITIES.items() if theirs == severity), Severity.VIOLATION),
        messages=dict(sorted(_messages(report, result))),
        shape=_text(report.value(result, SH.sourceShape)),
        focus=_text(report.value(result, SH.focusNode)),
        path=_text(report.value(result, SH.resultPath)),
        value=_text(report.value(result, SH.value)),
    )


def _messages(report: rdflib.Graph, result: rdflib.term.Node) -> Iterator[tuple[str, str]]:
    for message in report.objects(result, SH.resultMessage):
        if isinstance(message, rdflib.Literal):
            yield message.language or "en", str(message)


def _text(term: rdflib.term.Node | None) -> str | None:
    return None if term is None or isinstance(term, rdflib.BNode) else term.n3()
