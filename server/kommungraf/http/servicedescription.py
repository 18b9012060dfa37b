"""What the SPARQL endpoint says of itself: SPARQL 1.1 Service Description, VoID counts and its limits."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from kommungraf.editions.edition import Edition
from kommungraf.formats import DATASET, GRAPH
from kommungraf.settings.hosting import FEDERATION, Federated
from kommungraf.settings.limits import Limits, published
from kommungraf.settings.options import Kind, settings_of
from kommungraf.texts import translations
from kommungraf.vocab import PREFIXES, iri

__all__ = ["MOST_GRAPHS", "Operated", "described", "described_functions", "named_graphs"]

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
#: The engine also reads what the drafts of SPARQL 1.2 add: triple terms, base directions, VERSION.
_EXTENSIONS: Final = ("https://www.w3.org/TR/sparql12-query/",)
#: UN/CEFACT common codes, as schema.org asks for.
_UNIT_CODES: Final = {Kind.SECONDS: "SEC", Kind.SIZE: "AD"}
_SIMPLE: Final = "http://www.w3.org/ns/entailment/Simple"
_GEOSPARQL: Final = "http://www.opengis.net/def/function/geosparql/"
#: The functions of GeoSPARQL that the engine has.
_FUNCTIONS: Final = (
    *(
        "asGeoJSON",
        "centroid",
        "convexHull",
        "coordinateDimension",
        "dimension",
        "distance",
        "envelope",
        "getSRID",
    ),
    *("isEmpty", "isSimple", "relate", "spatialDimension"),
    *(f"sf{name}" for name in ("Contains", "Crosses", "Disjoint", "Equals", "Intersects", "Overlaps", "Touches")),
    "sfWithin",
    *(
        f"eh{name}"
        for name in ("Contains", "CoveredBy", "Covers", "Disjoint", "Equals", "Inside", "Meet", "Overlap")
    ),
    *(f"rcc8{name}" for name in ("dc", "ec", "eq", "ntpp", "ntppi", "po", "tpp", "tppi")),
)
_CUT: Final = {
    "sv": "{shown} av {total} namngivna grafer beskrivs här. Alla finns på {address}.",
    "en": "{shown} of {total} named graphs are described here. All of them are at {address}.",
}
#: How many named graphs are described at once; more come in pages.
MOST_GRAPHS: Final = 1000
_USED: Final = ("dcterms", "hydra", "rdf", "rdfs", "schema", "sd", "void", "xsd")


@dataclass(frozen=True, slots=True)
class Operated:
    """What the operator decides: the limits, the endpoints that may be asked by SERVICE, and by which host we are reached.

    `endpoint` is the endpoint's own address, and its graphs are listed at `graphs`.
    """

    limits: Limits
    services: Sequence[str]
    endpoint: str
    graphs: str


def described(edition: Edition, told: Operated, media_type: str) -> bytes:
    """The description of the endpoint over a release."""
    service = NamedNode(f"{told.endpoint}#service")
    dataset = NamedNode(f"{told.endpoint}#dataset")
    triples = (
        *_service(service, endpoint=told.endpoint, dataset=dataset, edition=edition),
        *_dataset(dataset, edition, NamedNode(told.graphs)),
        _triple(service, "sd:availableGraphs", NamedNode(f"{told.graphs}#graphs")),
        *_limits(service, told.limits),
        *_services(service, told.services),
    )
    prefixes = {prefix: PREFIXES[prefix] for prefix in _USED}
    return serialize(triples, format=RdfFormat.from_media_type(media_type), prefixes=prefixes) or b""


def described_functions() -> tuple[str, ...]:
    """The IRIs of the extension functions."""
    return tuple(_GEOSPARQL + name for name in _FUNCTIONS)


def _service(service: NamedNode, *, endpoint: str, dataset: NamedNode, edition: Edition) -> Iterator[Triple]:
    yield _triple(service, "rdf:type", NamedNode(iri("sd:Service")))
    yield _triple(service, "sd:endpoint", NamedNode(endpoint))
    yield _triple(service, "sd:supportedLanguage", NamedNode(iri("sd:SPARQL11Query")))
    yield _triple(service, "sd:defaultEntailmentRegime", NamedNode(_SIMPLE))
    for name in _EXTENSIONS:
        yield _triple(service, "sd:languageExtension", NamedNode(name))
    for name in described_functions():
        yield _triple(service, "sd:extensionFunction", NamedNode(name))
    for name in (*_RESULT_FORMATS, *(_GRAPH_FORMATS[form.suffix] for form in (*GRAPH, *DATASET))):
        yield _triple(service, "sd:resultFormat", NamedNode(_FORMATS + name))
    yield _triple(service, "sd:defaultDataset", dataset)
    for language, title in sorted(edition.manifest.title.items()):
        yield _triple(service, "dcterms:title", Literal(title, language=language))
    if edition.manifest.license is not None:
        yield _triple(service, "dcterms:license", NamedNode(edition.manifest.license))


def _dataset(dataset: NamedNode, edition: Edition, graphs: NamedNode) -> Iterator[Triple]:
    default, total = NamedNode(f"{dataset.value}-default-graph"), edition.index.graph_count()
    yield _triple(dataset, "rdf:type", NamedNode(iri("sd:Dataset")))
    yield _triple(dataset, "sd:defaultGraph", default)
    yield _triple(default, "rdf:type", NamedNode(iri("sd:Graph")))
    yield _triple(default, "void:triples", Literal(edition.manifest.triples))
    yield _triple(dataset, "hydra:totalItems", Literal(total))
    yield from named_graphs(dataset, edition.index.graphs(limit=MOST_GRAPHS))
    if total > MOST_GRAPHS:
        yield _triple(dataset, "rdfs:seeAlso", graphs)
        for language, text in _CUT.items():
            told = text.format(shown=MOST_GRAPHS, total=total, address=graphs.value)
            yield _triple(dataset, "rdfs:comment", Literal(told, language=language))


def named_graphs(holder: NamedNode, graphs: Iterable[tuple[str, int]], *, first: int = 1) -> Iterator[Triple]:
    """The named graphs of `holder`, each with its name and its triples; their nodes are numbered from `first`."""
    for number, (name, size) in enumerate(graphs, start=first):
        node = NamedNode(f"{holder.value}-named-graph-{number}")
        graph = NamedNode(f"{node.value}-content")
        yield _triple(holder, "sd:namedGraph", node)
        yield _triple(node, "rdf:type", NamedNode(iri("sd:NamedGraph")))
        yield _triple(node, "sd:name", NamedNode(name))
        yield _triple(node, "sd:graph", graph)
        yield _triple(graph, "rdf:type", NamedNode(iri("sd:Graph")))
        yield _triple(graph, "void:triples", Literal(size))


def _limits(service: NamedNode, limits: Limits) -> Iterator[Triple]:
    """No vocabulary has terms for limits, so each is a schema:PropertyValue with a name in two languages."""
    swedish = translations("sv")
    for each, value in published(limits):
        limit = NamedNode(f"{service.value.removesuffix('#service')}#limit-{each.name}")
        yield _triple(service, "schema:additionalProperty", limit)
        yield _triple(limit, "rdf:type", NamedNode(iri("schema:PropertyValue")))
        yield _triple(limit, "schema:propertyID", Literal(each.name))
        yield _triple(limit, "schema:name", Literal(swedish.gettext(each.help).rstrip("."), language="sv"))
        yield _triple(limit, "schema:name", Literal(each.help.rstrip("."), language="en"))
        yield _triple(limit, "schema:maxValue", Literal(value))
        if each.kind in _UNIT_CODES:
            yield _triple(limit, "schema:unitCode", Literal(_UNIT_CODES[each.kind]))


def _services(service: NamedNode, services: Sequence[str]) -> Iterator[Triple]:
    """The endpoints that may be asked, as the other settings are told; the vocabulary has a name for the feature alone."""
    if not services:
        return
    (declared,) = settings_of(Federated)
    allowed = NamedNode(f"{service.value.removesuffix('#service')}#limit-{declared.name}")
    yield _triple(service, "sd:feature", NamedNode(iri("sd:BasicFederatedQuery")))
    yield _triple(service, "schema:additionalProperty", allowed)
    yield _triple(allowed, "rdf:type", NamedNode(iri("schema:PropertyValue")))
    yield _triple(allowed, "schema:propertyID", Literal(declared.name))
    yield _triple(allowed, "schema:name", Literal(translations("sv").gettext(FEDERATION), language="sv"))
    yield _triple(allowed, "schema:name", Literal(FEDERATION, language="en"))
    for each in services:
        yield _triple(allowed, "schema:value", NamedNode(each))


def _triple(subject: NamedNode, predicate: str, object_: NamedNode | Literal) -> Triple:
    return Triple(subject, NamedNode(iri(predicate)), object_)
