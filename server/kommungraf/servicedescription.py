"""What the SPARQL endpoint says of itself: SPARQL 1.1 Service Description, VoID counts and its limits."""

from collections.abc import Iterator
from typing import Final

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from kommungraf.edition import Edition
from kommungraf.formats import DATASET, GRAPH
from kommungraf.limits import Limits
from kommungraf.vocab import PREFIXES, iri

__all__ = ["described"]

_FORMATS: Final = "http://www.w3.org/ns/formats/"
_RESULT_FORMATS: Final = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV")
#: The Unique URIs for File Formats name syntaxes otherwise than we do.
_GRAPH_FORMATS: Final = {
    "ttl": "Turtle",
    "jsonld": "JSON-LD",
    "nt": "N-Triples",
    "rdf": "RDF_XML",
    "trig": "TriG",
    "nq": "N-Quads",
}
_COUNTS: Final = "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"
_USED: Final = ("dcterms", "rdf", "schema", "sd", "void", "xsd")


def described(edition: Edition, limits: Limits, *, endpoint: str, media_type: str) -> bytes:
    """The description of the endpoint at the address `endpoint`, in one of the graph formats."""
    service = NamedNode(f"{endpoint}#service")
    dataset = NamedNode(f"{endpoint}#dataset")
    triples = (
        *_service(service, endpoint=endpoint, dataset=dataset, edition=edition),
        *_dataset(dataset, edition),
        *_limits(service, limits),
    )
    prefixes = {prefix: PREFIXES[prefix] for prefix in _USED}
    return serialize(triples, format=RdfFormat.from_media_type(media_type), prefixes=prefixes) or b""


def _service(service: NamedNode, *, endpoint: str, dataset: NamedNode, edition: Edition) -> Iterator[Triple]:
    yield _triple(service, "rdf:type", NamedNode(iri("sd:Service")))
    yield _triple(service, "sd:endpoint", NamedNode(endpoint))
    yield _triple(service, "sd:supportedLanguage", NamedNode(iri("sd:SPARQL11Query")))
    for name in (*_RESULT_FORMATS, *(_GRAPH_FORMATS[form.suffix] for form in (*GRAPH, *DATASET))):
        yield _triple(service, "sd:resultFormat", NamedNode(_FORMATS + name))
    yield _triple(service, "sd:defaultDataset", dataset)
    for language, title in sorted(edition.manifest.title.items()):
        yield _triple(service, "dcterms:title", Literal(title, language=language))
    if edition.manifest.license is not None:
        yield _triple(service, "dcterms:license", NamedNode(edition.manifest.license))


def _dataset(dataset: NamedNode, edition: Edition) -> Iterator[Triple]:
    default = NamedNode(f"{dataset.value}-default-graph")
    yield _triple(dataset, "rdf:type", NamedNode(iri("sd:Dataset")))
    yield _triple(dataset, "sd:defaultGraph", default)
    yield _triple(default, "rdf:type", NamedNode(iri("sd:Graph")))
    yield _triple(default, "void:triples", Literal(edition.manifest.triples))
    rows = edition.evaluator.select(_COUNTS)
    named = [NamedNode(f"{dataset.value}-named-graph-{number}") for number in range(1, len(rows) + 1)]
    yield from (_triple(dataset, "sd:namedGraph", node) for node in named)
    for node, row in zip(named, rows, strict=True):
        graph = NamedNode(f"{node.value}-content")
        yield _triple(node, "rdf:type", NamedNode(iri("sd:NamedGraph")))
        yield _triple(node, "sd:name", row["g"])
        yield _triple(node, "sd:graph", graph)
        yield _triple(graph, "rdf:type", NamedNode(iri("sd:Graph")))
        yield _triple(graph, "void:triples", Literal(int(row["n"].value)))


def _limits(service: NamedNode, limits: Limits) -> Iterator[Triple]:
    """No vocabulary has terms for limits, so each is a schema:PropertyValue with a name in two languages."""
    rows = (
        ("seconds", "Längsta tid för en fråga", "Longest time of a query", limits.seconds, "SEC"),
        ("memory", "Mest minne för en fråga", "Most memory of a query", limits.memory_bytes, "AD"),
        ("result", "Största svar", "Largest result", limits.result_bytes, "AD"),
        ("body", "Största frågetext i POST", "Largest body of a POST", limits.body_bytes, "AD"),
        ("uri", "Längsta URI", "Longest URI", limits.uri_bytes, "AD"),
        ("workers", "Frågor som besvaras samtidigt", "Queries answered at once", limits.workers, None),
        ("queue", "Frågor som får vänta", "Queries that may wait", limits.queue, None),
    )
    for key, swedish, english, value, unit in rows:
        limit = NamedNode(f"{service.value.removesuffix('#service')}#limit-{key}")
        yield _triple(service, "schema:additionalProperty", limit)
        yield _triple(limit, "rdf:type", NamedNode(iri("schema:PropertyValue")))
        yield _triple(limit, "schema:name", Literal(swedish, language="sv"))
        yield _triple(limit, "schema:name", Literal(english, language="en"))
        yield _triple(limit, "schema:maxValue", Literal(value))
        if unit is not None:  # UN/CEFACT common codes, as schema.org asks for
            yield _triple(limit, "schema:unitCode", Literal(unit))


def _triple(subject: NamedNode, predicate: str, object_: NamedNode | Literal) -> Triple:
    return Triple(subject, NamedNode(iri(predicate)), object_)
