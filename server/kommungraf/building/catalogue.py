"""The catalogue of a release: DCAT-AP-SE 3 for portals, VoID for programs, from the dataset's own description."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from kommungraf.formats import RDF, TextFormat, by_suffix
from kommungraf.quads.spool import distinct, starting_with
from kommungraf.releases.manifest import FileEntry
from kommungraf.vocab import iri

__all__ = ["Description", "Extent", "catalogue_quads", "description", "extent"]

Term = NamedNode | BlankNode | Literal | Triple

_TYPE: Final = f"<{iri('rdf:type')}>".encode()
_CC0: Final = "http://creativecommons.org/publicdomain/zero/1.0/"
_IANA: Final = "http://www.iana.org/assignments/media-types/"
_DATASET_PROPERTIES: Final = frozenset(
    iri(name)
    for name in (  # noqa: SIM905 - a list of words reads better as words
        "rdf:type dcterms:title dcterms:description dcterms:publisher dcterms:license dcterms:issued dcterms:modified "
        "dcterms:language dcterms:spatial dcterms:accessRights dcterms:accrualPeriodicity dcterms:conformsTo "
        "dcat:contactPoint dcat:keyword dcat:theme owl:versionInfo"
    ).split()
)
_TEXTS: Final = {
    "catalogue": {"sv": "Kommungrafens katalog", "en": "Catalogue of kommungraf"},
    "about": {
        "sv": "Datamängden om kommunalt samarbete, dess filer och dess SPARQL-tjänst.",
        "en": "The dataset of municipal cooperation, its files and its SPARQL service.",
    },
    "untitled": {"sv": "Datamängd utan titel", "en": "Dataset without a title"},
    "service": {"sv": "SPARQL-tjänst", "en": "SPARQL service"},
    "held": {
        "sv": "Det som utgivaren håller för sant, som {}",
        "en": "What the publisher holds to be true, as {}",
    },
    "dataset": {"sv": "Alla påståenden som namngivna grafer, som {}", "en": "All claims as named graphs, as {}"},
}


@dataclass(frozen=True, slots=True)
class Description:
    """What the data say of the dataset itself; a dataset that says nothing is described by its base IRI."""

    dataset: NamedNode
    statements: tuple[Quad, ...]
    version: str

    def texts(self, name: str) -> dict[str, str]:
        """The texts of a property by language."""
        values = (quad.object for quad in self.statements if quad.predicate == NamedNode(iri(name)))
        return {value.language or "": value.value for value in values if isinstance(value, Literal)}

    def first(self, name: str) -> Term | None:
        """The first value of a property, in the order of its N-Triples form."""
        values = [quad.object for quad in self.statements if quad.predicate == NamedNode(iri(name))]
        return min(values, key=str, default=None)


@dataclass(frozen=True, slots=True)
class Extent:
    """How much a view says: VoID's counts by property, and the instances of each class."""

    counts: Mapping[str, int]
    classes: Mapping[str, int]


def description(held: Sequence[bytes], base_iri: str) -> Description:
    """The dataset's description of itself, found in the held view's sorted lines under the base IRI + `dataset/`."""
    dataset = NamedNode(base_iri + "dataset/")
    found = _said_of(dataset, held)
    version = next((quad.object for quad in found if quad.predicate.value == iri("owl:versionInfo")), None)
    return Description(dataset, found, version.value if isinstance(version, Literal) else "0")


def _said_of(node: NamedNode, held: Sequence[bytes]) -> tuple[Quad, ...]:
    return tuple(parse(b"".join(starting_with(held, f"{node} ".encode())), RdfFormat.N_TRIPLES))


def catalogue_quads(
    held: Sequence[bytes], base_iri: str, files: Iterable[FileEntry], size: Extent
) -> Iterator[Quad]:
    """The catalogue of the dataset with its dumps; sizes and digests are those of `files`, `size` is the extent of the held view."""
    told = description(held, base_iri)
    plain = [entry for entry in files if entry.describes in {"held", "dataset"} and entry.encoding is None]
    yield from _catalogue(told, base_iri)
    yield from _dataset(told, held, base_iri, plain)
    yield from _service(told, base_iri)
    for entry in plain:
        yield from _distribution(told, base_iri, entry)
    yield from _void(told, size, base_iri, plain)


def _catalogue(told: Description, base_iri: str) -> Iterator[Quad]:
    node = NamedNode(base_iri + "catalogue")
    yield from _facts(node, {"rdf:type": "dcat:Catalog", "dcterms:license": _CC0, "foaf:homepage": base_iri})
    yield from _localised(node, "dcterms:title", _TEXTS["catalogue"])
    yield from _localised(node, "dcterms:description", _TEXTS["about"])
    yield Quad(node, NamedNode(iri("dcat:dataset")), told.dataset)
    yield Quad(node, NamedNode(iri("dcat:service")), NamedNode(base_iri + "sparql"))
    taxonomy = "http://publications.europa.eu/resource/authority/data-theme"
    yield from _facts(node, {"dcat:themeTaxonomy": taxonomy})
    for name in ("dcterms:publisher", "dcterms:issued", "dcterms:modified", "dcterms:language"):
        yield from _copied(told, node, name)


def _dataset(told: Description, held: Sequence[bytes], base_iri: str, files: list[FileEntry]) -> Iterator[Quad]:
    linked = {quad.object for quad in told.statements if isinstance(quad.object, NamedNode)}
    agents = linked & {told.first("dcterms:publisher"), told.first("dcat:contactPoint")}
    yield from (quad for quad in told.statements if quad.predicate.value in _DATASET_PROPERTIES)
    for agent in sorted(map(str, agents)):
        yield from _said_of(NamedNode(agent[1:-1]), held)
    yield from _facts(told.dataset, {"rdf:type": "dcat:Dataset", "dcat:landingPage": base_iri})
    if not told.texts("dcterms:title"):
        yield from _localised(told.dataset, "dcterms:title", _TEXTS["untitled"])
    for entry in files:
        yield Quad(told.dataset, NamedNode(iri("dcat:distribution")), _distribution_node(base_iri, entry))


def _service(told: Description, base_iri: str) -> Iterator[Quad]:
    node = NamedNode(base_iri + "sparql")
    names = {"rdf:type": "dcat:DataService", "dcat:endpointURL": base_iri + "sparql"}
    names |= {"dcterms:conformsTo": "https://www.w3.org/TR/sparql11-protocol/"}
    yield from _facts(node, {**names, "dcat:endpointDescription": base_iri + "sparql"})
    yield from _localised(node, "dcterms:title", _TEXTS["service"])
    yield Quad(node, NamedNode(iri("dcat:servesDataset")), told.dataset)
    for name in ("dcterms:publisher", "dcat:contactPoint", "dcterms:license", "dcterms:accessRights"):
        yield from _copied(told, node, name)


def _distribution_node(base_iri: str, entry: FileEntry) -> NamedNode:
    return NamedNode(f"{base_iri}catalogue#{entry.path}")


def _distribution(told: Description, base_iri: str, entry: FileEntry) -> Iterator[Quad]:
    node, address = _distribution_node(base_iri, entry), f"{base_iri}dataset/{entry.path}"
    form = by_suffix(entry.path.rpartition(".")[2]) or RDF[0]
    yield from _facts(node, {"rdf:type": "dcat:Distribution", "dcterms:format": form.file_type})
    yield from _facts(node, {"dcat:accessURL": address, "dcat:downloadURL": address})
    yield from _facts(node, {"dcat:mediaType": _IANA + entry.media_type})
    yield from _localised(node, "dcterms:title", _named(entry, form))
    size = Literal(str(entry.bytes), datatype=NamedNode(iri("xsd:nonNegativeInteger")))
    yield Quad(node, NamedNode(iri("dcat:byteSize")), size)
    checksum = NamedNode(f"{node.value}-checksum")
    digest = Literal(entry.sha256, datatype=NamedNode(iri("xsd:hexBinary")))
    yield from _facts(checksum, {"rdf:type": "spdx:Checksum", "spdx:algorithm": "spdx:checksumAlgorithm_sha256"})
    yield Quad(checksum, NamedNode(iri("spdx:checksumValue")), digest)
    yield Quad(node, NamedNode(iri("spdx:checksum")), checksum)
    for name in ("dcterms:license", "dcterms:issued", "dcterms:modified"):
        yield from _copied(told, node, name)


def _named(entry: FileEntry, form: TextFormat) -> dict[str, str]:
    return {language: text.format(form.name) for language, text in _TEXTS[entry.describes].items()}


def _void(told: Description, size: Extent, base_iri: str, files: list[FileEntry]) -> Iterator[Quad]:
    node = told.dataset
    yield from _facts(node, {"rdf:type": "void:Dataset", "void:sparqlEndpoint": base_iri + "sparql"})
    yield Quad(node, NamedNode(iri("void:uriSpace")), Literal(base_iri + "id/"))
    for entry in files:
        yield from _facts(node, {"void:dataDump": f"{base_iri}dataset/{entry.path}"})
    for name, count in size.counts.items():
        yield Quad(node, NamedNode(iri(name)), _integer(count))
    for number, (name, count) in enumerate(sorted(size.classes.items()), start=1):
        part = NamedNode(f"{base_iri}catalogue#class-{number}")
        yield Quad(node, NamedNode(iri("void:classPartition")), part)
        yield from _facts(part, {"void:class": name})
        yield Quad(part, NamedNode(iri("void:entities")), _integer(count))


def extent(held: Sequence[bytes]) -> Extent:
    """Counts the held view's lines; its objects by their hashes, and not in memory, as they may be many."""
    objects = distinct(b"%d" % hash(line.split(b" ", 2)[2]) for line in held)
    predicates: Counter[bytes] = Counter()
    types: Counter[bytes] = Counter()
    subjects, last = 0, b""
    for line in held:
        subject, predicate, value = line.split(b" ", 2)
        subjects += subject != last
        last = subject
        predicates[predicate] += 1
        if predicate == _TYPE and value[:1] == b"<":
            types[value] += 1
    counts = {
        "void:triples": len(held),
        "void:distinctSubjects": subjects,
        "void:distinctObjects": objects,
        "void:properties": len(predicates),
    }
    return Extent(counts, {name[1:-4].decode(): count for name, count in types.items()})


def _integer(count: int) -> Literal:
    return Literal(str(count), datatype=NamedNode(iri("xsd:integer")))


def _facts(node: NamedNode, values: Mapping[str, str]) -> Iterator[Quad]:
    return (Quad(node, NamedNode(iri(name)), NamedNode(iri(value))) for name, value in values.items())


def _localised(node: NamedNode, name: str, texts: Mapping[str, str]) -> Iterator[Quad]:
    return (Quad(node, NamedNode(iri(name)), Literal(text, language=tag)) for tag, text in texts.items())


def _copied(told: Description, node: NamedNode, name: str) -> Iterator[Quad]:
    predicate = NamedNode(iri(name))
    return (Quad(node, predicate, quad.object) for quad in told.statements if quad.predicate == predicate)
