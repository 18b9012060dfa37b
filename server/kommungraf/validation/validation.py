"""The verdict of the shapes: pySHACL's results as findings, each with the place in the files where it arises."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import rdflib
from pyoxigraph import Quad
from pyshacl import validate
from rdflib.namespace import OWL, RDFS, SH
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query

from kommungraf.dataset.canonical import canonical_triples
from kommungraf.dataset.claims import Claims
from kommungraf.dataset.inputs import Inputs
from kommungraf.dataset.rules import unreadable_periods
from kommungraf.quads.graphs import parsed
from kommungraf.validation.findings import Finding, Severity, from_error, ordered
from kommungraf.validation.origins import located
from kommungraf.validation.paths import Triple
from kommungraf.validation.shapes import TARGETS, Shape, read_shapes
from kommungraf.validation.suspects import View
from kommungraf.validation.triples import TYPE, datatype, language, line, parts, text, triple
from kommungraf.validation.verdicts import Verdicts

__all__ = ["PLAIN", "graph_of", "shape_findings", "validated", "view_findings"]

#: Up to here pySHACL alone is as quick.
PLAIN: Final = 5000
Term = rdflib.URIRef | rdflib.BNode | rdflib.Literal

_EMPTY_CLAIM: Final = {
    "en": "The claim has a source but says nothing. Add its statements as a named graph, or remove the claim.",
    "sv": "Påståendet har en källa men säger ingenting. Lägg till dess uppgifter som en namngiven graf, eller ta bort det.",
}
#: A place for a value in a message (SHACL §5.2.1).
_VARIABLE: Final = re.compile(r"\{[?$](\w+)\}")
_UNREADABLE_PERIOD: Final = "”{}” är ingen EDTF-tid; skriv till exempel 2018, 2018-22 eller 2019-01/2021-12."
_TARGET: Final = str(SH.targetNode.n3())
_CLASSES: Final = (RDFS.Class, OWL.Class)
_SEVERITIES: Final = {SH.Warning: Severity.WARNING, SH.Info: Severity.INFO}


def validated(
    claims: Claims, held: Sequence[bytes], inputs: Inputs, verdicts: Verdicts | None = None
) -> tuple[Finding, ...]:
    """Every finding about claims and the sorted lines of the held view, in the order of its files: faults of reading, of claims, and of the shapes.

    What `verdicts` know already is not judged again.
    """
    known = verdicts or Verdicts()
    found = [*_claim_findings(claims)]
    if inputs.shapes:
        shapes = [quad for file in inputs.shapes for quad in file.quads]
        found += view_findings(held, shapes, known)
    if inputs.ontology_shapes:
        terms = [quad for file in inputs.ontology_shapes for quad in file.quads]
        ontology = canonical_triples(quad for file in inputs.ontology for quad in file.quads)
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
    known, said = verdicts or Verdicts(), list(parsed(canonical_triples(shapes)))
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
        yield _finding(report, result, shapes)


def _finding(report: rdflib.Graph, result: rdflib.term.Node, shapes: rdflib.Graph) -> Finding:
    severity = report.value(result, SH.resultSeverity)
    return Finding(
        severity=next((ours for theirs, ours in _SEVERITIES.items() if theirs == severity), Severity.VIOLATION),
        messages=dict(sorted(_messages(report, result, shapes).items())),
        shape=_text(report.value(result, SH.sourceShape)),
        focus=_text(report.value(result, SH.focusNode)),
        path=_text(report.value(result, SH.resultPath)),
        value=_text(report.value(result, SH.value)),
    )


def _messages(report: rdflib.Graph, result: rdflib.term.Node, shapes: rdflib.Graph) -> dict[str, str]:
    """The result's message by language; of one with values in it pySHACL gives one language, without its tag."""
    given = [each for each in report.objects(result, SH.resultMessage) if isinstance(each, rdflib.Literal)]
    told = {each.language: str(each) for each in given if each.language}
    written = _written(shapes, report.value(result, SH.sourceShape))
    for said in (str(each) for each in given if not each.language):
        read = (_values(template, said) for template in written.values())
        values = next((each for each in read if each is not None), None)
        told |= {"en": said} if values is None else {tag: _filled(each, values) for tag, each in written.items()}
    return told


def _written(shapes: rdflib.Graph, shape: rdflib.term.Node | None) -> dict[str, str]:
    """The messages of a shape, or else of its SPARQL constraint, by language."""
    for node in (shape, *shapes.objects(shape, SH.sparql)):
        messages = (each for each in shapes.objects(node, SH.message) if isinstance(each, rdflib.Literal))
        if found := {each.language: str(each) for each in messages if each.language}:
            return found
    return {}


def _values(template: str, said: str) -> Mapping[str, str] | None:
    """What stands in `said` for each `{?variable}` of the template, or None where it isn't made of it."""
    pieces = _VARIABLE.split(template)
    pattern = "".join(
        f"(?P<v{number}>.*)" if number % 2 else re.escape(each) for number, each in enumerate(pieces)
    )
    match = re.fullmatch(pattern, said, re.DOTALL)
    return match and {pieces[number]: match[f"v{number}"] for number in range(1, len(pieces), 2)}


def _filled(template: str, values: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda variable: str(values.get(variable[1], variable[0])), template)


def _text(term: rdflib.term.Node | None) -> str | None:
    return None if term is None or isinstance(term, rdflib.BNode) else term.n3()
