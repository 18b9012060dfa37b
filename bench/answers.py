"""What a server answered, in a form that can be compared with another's: nobody is fast by being wrong."""

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from pyoxigraph import BlankNode, RdfFormat, parse

from bench.client import Reply
from kommungraf.vocab import iri

__all__ = ["ACCEPTED", "content"]

#: What is asked for, by whether the answer is a graph.
ACCEPTED: Final = {True: "application/n-triples", False: "application/sparql-results+json"}
_NUMBERS: Final = {iri(f"xsd:{name}") for name in ("integer", "decimal", "int", "long", "nonNegativeInteger")}

Row = tuple[str, ...]


def content(reply: Reply, *, is_graph: bool) -> Counter[Row]:
    """The rows or triples of a reply; blank nodes are all alike, and numbers have one spelling."""
    if reply.status != 200:
        raise ValueError(f"status {reply.status}: {reply.body[:200].decode('utf-8', 'replace')}")
    return Counter(set(_triples(reply.body)) if is_graph else _rows(json.loads(reply.body)))


def _triples(body: bytes) -> Iterator[Row]:
    for quad in parse(body, RdfFormat.N_TRIPLES):
        triple = quad.subject, quad.predicate, quad.object
        yield tuple("_:" if isinstance(term, BlankNode) else str(term) for term in triple)


def _rows(results: dict[str, Any]) -> Iterator[Row]:
    names = results["head"]["vars"]
    for binding in results["results"]["bindings"]:
        yield tuple(_term(binding[name]) if name in binding else "" for name in names)


def _term(term: dict[str, str]) -> str:
    if term["type"] == "bnode":
        return "_:"
    if term["type"] == "uri":
        return f"<{term['value']}>"
    if "xml:lang" in term:
        return f"“{term['value']}”@{term['xml:lang'].lower()}"
    return _literal(term["value"], term.get("datatype", ""))


def _literal(value: str, datatype: str) -> str:
    if datatype in _NUMBERS:
        try:
            return f"{Decimal(value).normalize():f}"
        except InvalidOperation:
            return value
    return f"“{value}”" if datatype in {"", iri("xsd:string")} else f"“{value}”^^{datatype}"
