"""Blank nodes named by what is said of them, one connected part of the data at a time."""

import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final, TypeVar

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, NamedNode, Quad
from pyoxigraph import Dataset as Quads

from kommungraf.quads.graphs import graph_first, graph_last, parsed
from kommungraf.quads.spool import Lines

__all__ = ["canonical_lines", "canonical_triples"]

Node = TypeVar("Node")

#: Stands for the graph where there is none; it is in the digests.
_UNNAMED: Final = NamedNode("urn:unnamed")


def canonical_lines(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Lines that begin with their graph, in any order, with blank nodes labelled by a digest of what hangs together by them.

    In each part that shares no blank node with others the labels are those of RDFC-1.0 behind the part's digest, so that an
    edit elsewhere renames nothing. In memory are a digest for each part, and those parts that have several blank nodes.
    """
    links: dict[bytes, bytes] = {}
    copies: Counter[bytes] = Counter()
    with tempfile.TemporaryFile(prefix="kommungraf-", buffering=1 << 20) as aside:
        for line in lines:
            labels = _labels(line) if b" _:" in line or line[:1] == b"_" else ()
            if labels:
                aside.write(b"%s %s" % (labels[0], line))
                for other in labels[1:]:
                    links[_first(other, links)] = _first(labels[0], links)
            else:
                yield line
        aside.seek(0)
        for part in _spooled_parts(Lines(aside), links):
            yield from _relabelled(part, copies)


def canonical_triples(quads: Iterable[Quad]) -> list[bytes]:
    """The sorted N-Triples lines of quads that are of no named graph, with labels as `canonical_lines` gives."""
    lines = canonical_lines(graph_first(quads, _UNNAMED))
    return sorted({line.partition(b" ")[2] for line in lines})


def _labels(line: bytes) -> list[bytes]:
    """The labels of a line's blank nodes: those of its subject, object and graph."""
    graph, subject, _, value = line.split(b" ", 3)
    return [term for term in dict.fromkeys((subject, value[:-3], graph)) if term[:2] == b"_:"]


def _first(label: bytes, links: dict[bytes, bytes]) -> bytes:
    """The label that stands for all those that hang together with this one."""
    while (above := links.setdefault(label, label)) != label:
        links[label] = links[above]
        label = above
    return label


def _spooled_parts(lines: Lines, links: dict[bytes, bytes]) -> Iterator[list[bytes]]:
    """The lines in parts that share no blank node; each line stands behind one of its labels."""
    large: dict[bytes, list[bytes]] = {}
    for label, group in groupby(lines, lambda line: line.partition(b" ")[0]):
        part = [line[len(label) + 1 :] for line in group]
        if label in links:
            large.setdefault(_first(label, links), []).extend(part)
        else:
            yield part
    yield from large.values()


def _labelled(part: list[Quad], copies: Counter[bytes]) -> Iterator[Quad]:
    """The part with labels out of its digest; parts that say the same are told apart by a number."""
    graph = Quads(part)
    graph.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    quads = list(graph)
    prefix = _prefix([str(quad).encode() for quad in quads], copies)
    for quad in quads:
        yield Quad(
            _named(quad.subject, prefix),
            quad.predicate,
            _named(quad.object, prefix),
            _named(quad.graph_name, prefix),
        )


def _named(term: Node, prefix: str) -> Node:
    return type(term)(prefix + term.value.replace("c14n", "n")) if isinstance(term, BlankNode) else term


def _prefix(statements: Iterable[bytes], copies: Counter[bytes]) -> str:
    digest = hashlib.sha256(b"\n".join(sorted(statements))).digest()[:12]
    copies[digest] += 1
    return f"b{digest.hex()}x{copies[digest]}" if copies[digest] > 1 else f"b{digest.hex()}"


def _relabelled(part: list[bytes], copies: Counter[bytes]) -> Iterator[bytes]:
    lines = [line[:-3].split(b" ", 3) for line in part]
    label, *others = dict.fromkeys(
        term for terms in lines for term in (terms[1], terms[3], terms[0]) if term[:2] == b"_:"
    )
    if others:
        for quad in _labelled(list(parsed(map(graph_last, part))), copies):
            yield f"{quad.graph_name} {quad.triple} .\n".encode()
        return
    # RDFC-1.0 calls the only blank node of a graph c14n0.
    said = (_exchanged(terms, label, b"_:c14n0") for terms in lines)
    node = f"_:{_prefix([b'%s %s %s %s' % (*triple, graph) for graph, *triple in said], copies)}n0".encode()
    yield from (b"%s %s %s %s .\n" % (*_exchanged(terms, label, node),) for terms in lines)


def _exchanged(terms: list[bytes], label: bytes, node: bytes) -> list[bytes]:
    """The terms with another label."""
    return [node if term == label else term for term in terms]
