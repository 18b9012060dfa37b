"""Blank nodes named by what is said of them, one connected part of the data at a time."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TypeVar

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Quad
from pyoxigraph import Dataset as Quads

__all__ = ["canonical"]

Node = TypeVar("Node")


def canonical(quads: Iterable[Quad]) -> list[Quad]:
    """The quads with blank nodes labelled by a digest of the statements that hang together by them (RDFC-1.0 in each part).

    A label changes only with its own part, so an edit elsewhere renames nothing.
    """
    plain: list[Quad] = []
    blank: list[Quad] = []
    for quad in quads:
        (blank if _blank_nodes(quad) else plain).append(quad)
    copies: Counter[str] = Counter()
    for part in _parts(blank):
        plain.extend(_labelled(part, copies))
    return plain


def _blank_nodes(quad: Quad) -> list[BlankNode]:
    return [term for term in (quad.subject, quad.object, quad.graph_name) if isinstance(term, BlankNode)]


def _parts(quads: Iterable[Quad]) -> Iterator[list[Quad]]:
    """The quads in parts that share no blank node."""
    parts: dict[BlankNode, list[Quad]] = {}
    members: dict[int, list[BlankNode]] = {}
    for quad in quads:
        nodes = _blank_nodes(quad)
        part = parts.setdefault(nodes[0], [])
        members.setdefault(id(part), [nodes[0]])
        part.append(quad)
        for node in nodes[1:]:
            part = _joined(part, node, parts, members)
    yield from {id(part): part for part in parts.values()}.values()


def _joined(
    part: list[Quad], node: BlankNode, parts: dict[BlankNode, list[Quad]], members: dict[int, list[BlankNode]]
) -> list[Quad]:
    """The part to which the node then belongs too; the smaller of two parts goes into the larger."""
    other = parts.get(node)
    if other is part:
        return part
    if other is None:
        parts[node] = part
        members[id(part)].append(node)
        return part
    small, large = sorted((part, other), key=len)
    large.extend(small)
    for moved in members.pop(id(small)):
        parts[moved] = large
        members[id(large)].append(moved)
    return large


def _labelled(part: list[Quad], copies: Counter[str]) -> Iterator[Quad]:
    """The part with labels out of its digest; parts that say the same are told apart by a number."""
    graph = Quads(part)
    graph.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    quads = list(graph)
    digest = hashlib.sha256("\n".join(sorted(map(str, quads))).encode()).hexdigest()[:24]
    copies[digest] += 1
    prefix = f"b{digest}x{copies[digest]}" if copies[digest] > 1 else f"b{digest}"
    for quad in quads:
        yield Quad(
            _named(quad.subject, prefix),
            quad.predicate,
            _named(quad.object, prefix),
            _named(quad.graph_name, prefix),
        )


def _named(term: Node, prefix: str) -> Node:
    return type(term)(prefix + term.value.replace("c14n", "n")) if isinstance(term, BlankNode) else term
