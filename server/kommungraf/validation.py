"""The verdict of the shapes: pySHACL's results as findings, each with the place in the files where it arises."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final

import rdflib
from pyoxigraph import Quad
from pyshacl import validate
from rdflib.namespace import RDF, SH
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query

from kommungraf.claims import Claims
from kommungraf.dataset import Dataset, sorted_lines
from kommungraf.findings import Finding, Severity, from_error, ordered
from kommungraf.inputs import Inputs
from kommungraf.origins import Origins
from kommungraf.rules import unreadable_periods

__all__ = ["graph_of", "shape_findings", "validated"]

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
        shapes = graph_of(quad for file in inputs.shapes for quad in file.quads)
        found += [origins.located(each) for each in shape_findings(graph_of(dataset.held), shapes)]
    if inputs.ontology_shapes:
        shapes = graph_of(quad for file in inputs.ontology_shapes for quad in file.quads)
        ontology = graph_of(quad for file in inputs.ontology for quad in file.quads)
        found += [origins.located(each) for each in shape_findings(ontology, shapes)]
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
    """An rdflib graph of the quads' triples; their graph names are dropped."""
    graph = _PreparedGraph()
    triples = (Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    return graph.parse(data=b"".join(sorted_lines(triples)), format="nt11")


def shape_findings(data: rdflib.Graph, shapes: rdflib.Graph) -> Iterator[Finding]:
    """What pySHACL reports of the data graph, without inference; SHACL Core and SHACL-SPARQL."""
    _, report, _ = validate(
        data, shacl_graph=shapes, inference="none", advanced=False, allow_warnings=True, inplace=True
    )
    for result in report.subjects(RDF.type, SH.ValidationResult):
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
