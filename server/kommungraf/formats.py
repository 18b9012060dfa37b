"""Every media type that is read or written, with its suffix and its engine format."""

from dataclasses import dataclass
from typing import Final

from pyoxigraph import QueryResultsFormat, RdfFormat

__all__ = ["DATASET", "GRAPH", "HTML", "RDF", "SOLUTIONS", "ResultFormat", "TextFormat", "by_suffix"]

HTML: Final = "text/html"


@dataclass(frozen=True, slots=True)
class TextFormat:
    """One RDF syntax: `suffix` without a dot, `datasets` where it can hold named graphs."""

    name: str
    suffix: str
    media_type: str
    rdf: RdfFormat
    datasets: bool
    file_type: str


@dataclass(frozen=True, slots=True)
class ResultFormat:
    """One syntax for the results of SELECT and ASK; `booleans` where it can hold an ASK answer."""

    name: str
    suffix: str
    media_type: str
    results: QueryResultsFormat
    booleans: bool


_FILE_TYPE: Final = "http://publications.europa.eu/resource/authority/file-type/"

RDF: Final = (
    TextFormat("Turtle", "ttl", "text/turtle", RdfFormat.TURTLE, False, _FILE_TYPE + "RDF_TURTLE"),
    TextFormat("JSON-LD", "jsonld", "application/ld+json", RdfFormat.JSON_LD, True, _FILE_TYPE + "JSON_LD"),
    TextFormat(
        "N-Triples", "nt", "application/n-triples", RdfFormat.N_TRIPLES, False, _FILE_TYPE + "RDF_N_TRIPLES"
    ),
    TextFormat("RDF/XML", "rdf", "application/rdf+xml", RdfFormat.RDF_XML, False, _FILE_TYPE + "RDF_XML"),
    TextFormat("TriG", "trig", "application/trig", RdfFormat.TRIG, True, _FILE_TYPE + "RDF_TRIG"),
    TextFormat("N-Quads", "nq", "application/n-quads", RdfFormat.N_QUADS, True, _FILE_TYPE + "RDF_N_QUADS"),
)

#: What a single graph is offered in, in the order of preference.
GRAPH: Final = tuple(form for form in RDF if form.suffix in {"ttl", "jsonld", "nt", "rdf"})
#: What a dataset with its named graphs is offered in.
DATASET: Final = tuple(form for form in RDF if form.suffix in {"trig", "nq"})

SOLUTIONS: Final = (
    ResultFormat("JSON", "srj", "application/sparql-results+json", QueryResultsFormat.JSON, True),
    ResultFormat("XML", "srx", "application/sparql-results+xml", QueryResultsFormat.XML, True),
    ResultFormat("CSV", "csv", "text/csv", QueryResultsFormat.CSV, False),
    ResultFormat("TSV", "tsv", "text/tab-separated-values", QueryResultsFormat.TSV, False),
)


def by_suffix(suffix: str) -> TextFormat | None:
    """The RDF syntax whose files end in `.suffix`, or None."""
    return next((form for form in RDF if form.suffix == suffix), None)
