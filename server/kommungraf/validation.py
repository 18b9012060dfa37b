"""The verdict of the shapes: pySHACL's results as findings, each with the place in the files where it arises."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

import rdflib
from pyoxigraph import Quad
from pyshacl import validate
from rdflib.namespace import OWL, RDF, RDFS, SH
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query

from kommungraf.claims import Claims
from kommungraf.dataset import Dataset
from kommungraf.findings import Finding, Severity, from_error, ordered
from kommungraf.inputs import Inputs
from kommungraf.origins import Origins
from kommungraf.paths import Triple
from kommungraf.rules import unreadable_periods
from kommungraf.shapes import TARGETS, Shape, read_shapes
from kommungraf.suspects import View
from kommungraf.triples import datatype, language, parts, text

__all__ = ["PLAIN", "graph_of", "shape_findings", "validated", "view_findings"]

#: Up to here pySHACL alone is as quick.
PLAIN: Final = 5000
Term = rdflib.URIRef | rdflib.BNode | rdflib.Literal

_EMPTY_CLAIM: Final = {
    "en": "The claim has a source but says nothing. Add its statements as a named graph, or remove the claim.",
    "sv": "Påståendet har en källa men säger ingenting. Lägg till dess uppgifter som en namngiven graf, eller ta bort det.",
}
_UNREADABLE_PERIOD: Final = "”{}” är ingen EDTF-tid; skriv till exempel 2018, 2018-22 eller 2019-01/2021-12."
_SEVERITIES: Final = {SH.Warning: Severity.WARNING, SH.Info: Severity.INFO}


def validated(dataset: Dataset, inputs: Inputs) -> tuple[Finding, ...]:
    """Every finding about a dataset, in the order of its files: faults of reading, of claims, and of the shapes."""
    origins = Origins(inputs)
    found = [from_error(fault) for fault in inputs.faults]
    found += [origins.located(finding) for finding in _claim_findings(dataset.claims)]
    if inputs.shapes:
        shapes = [quad for file in inputs.shapes for quad in file.quads]
        found += [origins.located(each) for each in view_findings(dataset.held_lines, shapes)]
    if inputs.ontology_shapes:
        terms = graph_of(quad for file in inputs.ontology_shapes for quad in file.quads)
        ontology = graph_of(quad for file in inputs.ontology for quad in file.quads)
        found += [origins.located(each) for each in shape_findings(ontology, terms)]
    return ordered(found)


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
    return _graph((str(quad.subject), str(quad.predicate), str(quad.object)) for quad in quads)


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


def view_findings(lines: Sequence[bytes], shapes: Sequence[Quad], plain: int = PLAIN) -> Iterator[Finding]:
    """What pySHACL reports of a graph, given as sorted N-Triples lines.

    Above `plain` triples it judges only the focus nodes that may break a shape, by the triples on which the verdict
    depends, and by all triples what a shape says that isn't understood here; the results are the same.
    """
    if len(lines) <= plain:
        yield from shape_findings(_graph(map(parts, lines)), graph_of(shapes))
        return
    view = View(lines, read_shapes(shapes))
    suspicions = tuple(view.suspicions())
    if suspicions:
        aimed = _untargeted(shapes, (*view.shapes, *view.unknown))
        for suspicion in suspicions:
            node = _term(suspicion.shape.node)
            aimed.addN((node, SH.targetNode, _term(focus), aimed) for focus in suspicion.nodes)
        yield from shape_findings(_graph(sorted(view.evidence(suspicions), key=" ".join)), aimed)
    if view.unknown:
        yield from shape_findings(_graph(map(parts, lines)), _untargeted(shapes, view.shapes))


def _untargeted(quads: Iterable[Quad], shapes: Iterable[Shape]) -> rdflib.Graph:
    """The shapes graph in which these shapes have no target."""
    graph = graph_of(quads)
    for shape in shapes:
        node = _term(shape.node)
        for name in TARGETS:
            graph.remove((node, SH[name], None))
        for kind in (RDFS.Class, OWL.Class):
            graph.remove((node, RDF.type, kind))
    return graph


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
