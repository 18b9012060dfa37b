"""What a reply to the doctor says, read by the rules of its media type: RDF, SPARQL results and Link headers."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pyoxigraph import (
    CanonicalizationAlgorithm,
    Dataset,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    parse,
    parse_query_results,
)

from kommungraf.doctor.visits import Reply
from kommungraf.errors import VisitFault

__all__ = ["GRAPH_TYPES", "RDF_TYPES", "RESULT_TYPES", "Link", "dataset_of", "links_of", "rows_of", "truth_of"]

#: The registered media types, written out here: this module is to notice where a site's table of them is wrong.
GRAPH_TYPES: Final[Mapping[str, RdfFormat]] = {
    "text/turtle": RdfFormat.TURTLE,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
}
RDF_TYPES: Final[Mapping[str, RdfFormat]] = {
    **GRAPH_TYPES,
    "application/trig": RdfFormat.TRIG,
    "application/n-quads": RdfFormat.N_QUADS,
}
RESULT_TYPES: Final = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
_PARSED: Final = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "text/tab-separated-values": QueryResultsFormat.TSV,
}
_LINK: Final = re.compile(r'<([^<>]*)>((?:\s*;\s*[\w!#$&+.^`|~*-]+\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]+))*)')
_PARAMETER: Final = re.compile(r';\s*([\w!#$&+.^`|~*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]+))')
_MOST_TO_COMPARE: Final = 20_000


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a Link header (RFC 8288)."""

    href: str
    relations: tuple[str, ...]
    media_type: str | None


def links_of(reply: Reply) -> tuple[Link, ...]:
    """The links of a reply's header."""
    return tuple(_links(reply.headers.get("link", "")))


def _links(header: str) -> Iterator[Link]:
    for href, parameters in _LINK.findall(header):
        named: dict[str, str] = {}
        for name, quoted, plain in _PARAMETER.findall(parameters):
            named.setdefault(name.lower(), quoted or plain)
        kind = named.get("type", "").partition(";")[0].strip().lower()
        yield Link(href, tuple(named.get("rel", "").lower().split()), kind or None)


def quads_of(reply: Reply, body: bytes | None = None) -> list[Quad]:
    """The statements of a reply in RDF; raises VisitFault where it doesn't parse."""
    form = RDF_TYPES.get(reply.media_type)
    if form is None:
        raise VisitFault("<{url}> isn't RDF but “{kind}”.", reply.url, kind=reply.media_type)
    try:
        return list(parse(reply.body if body is None else body, form, base_iri=reply.url))
    except (SyntaxError, ValueError, OSError) as error:
        fault = "<{url}> doesn't parse as {kind}: {reason}"
        raise VisitFault(fault, reply.url, kind=reply.media_type, reason=error) from error


def dataset_of(reply: Reply) -> Dataset | None:
    """The statements with canonical blank nodes, for comparing; None where there are too many for that."""
    quads = quads_of(reply)
    if len(quads) > _MOST_TO_COMPARE:
        return None
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def rows_of(reply: Reply) -> list[tuple[str, ...]]:
    """The solutions of a reply, each value as N-Triples writes it, or bare in CSV; raises VisitFault."""
    try:
        if reply.media_type == "text/csv":
            return [tuple(row) for row in csv.reader(io.StringIO(reply.body.decode("utf-8")))][1:]
        results = parse_query_results(reply.body, _format(reply))
        if not isinstance(results, QuerySolutions):
            raise _no_results(reply, "ASK")
        return [tuple("" if value is None else str(value) for value in solution) for solution in results]
    except (SyntaxError, ValueError, OSError, csv.Error) as error:
        raise _no_results(reply, str(error)) from error


def truth_of(reply: Reply) -> bool:
    """The answer to an ASK; raises VisitFault where it is none."""
    try:
        result = parse_query_results(reply.body, _format(reply))
    except (SyntaxError, ValueError, OSError) as error:
        raise _no_results(reply, str(error)) from error
    if not isinstance(result, QueryBoolean):
        raise _no_results(reply, "SELECT")
    return bool(result)


def _format(reply: Reply) -> QueryResultsFormat:
    form = _PARSED.get(reply.media_type)
    if form is None:
        raise _no_results(reply, reply.media_type)
    return form


def _no_results(reply: Reply, reason: str) -> VisitFault:
    return VisitFault("<{url}> isn't an answer of SPARQL ({reason}).", reply.url, reason=reason)


def object_of(reply: Reply) -> Mapping[str, object]:
    """The object that a reply in JSON is; raises VisitFault where it is none."""
    try:
        value = json.loads(reply.body)
    except (ValueError, RecursionError) as error:
        raise VisitFault("<{url}> isn't JSON ({reason}).", reply.url, reason=error) from error
    if not isinstance(value, dict):
        raise VisitFault("<{url}> isn't JSON ({reason}).", reply.url, reason="no object")
    return value
