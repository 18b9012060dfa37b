"""Named graphs as sorted lines on disk: walked in order, or one graph looked up at a time; and quads as lines and back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import Final, TypeVar

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, RdfFormat, parse, serialize

from kommungraf.quads.spool import Lines, starting_with

__all__ = [
    "Graphs",
    "Name",
    "chunks",
    "graph_first",
    "graph_last",
    "in_graph",
    "parsed",
    "serialised",
    "without_graphs",
]

#: How many quads are turned into text, or lines into quads, at once.
_CHUNK: Final = 50_000
Name = NamedNode | BlankNode | DefaultGraph
Item = TypeVar("Item")


class Graphs:
    """The statements of named graphs: sorted lines that begin with the graph, but for the graphs that were `changed`."""

    def __init__(self, lines: Lines, changed: Mapping[Name, Sequence[Quad]] | None = None) -> None:
        self._lines = lines
        self._changed = dict(changed or {})

    def changed(self, graphs: Mapping[Name, Sequence[Quad]]) -> "Graphs":
        """These graphs, with others in place of some or beside them."""
        return Graphs(self._lines, {**self._changed, **graphs})

    def __getitem__(self, name: Name) -> list[Quad]:
        """The statements of a graph; none where there is no such graph."""
        if name in self._changed:
            return list(self._changed[name])
        return list(parsed(map(graph_last, starting_with(self._lines, b"%s " % _token(name)))))

    def statements(self, name: Name, start: bytes = b"") -> Iterator[bytes]:
        """The statements of a graph as N-Triples lines, or those of them that start so."""
        if name in self._changed:
            lines = without_graphs(self._changed[name])
            return (line for line in lines if line.startswith(start))
        token = _token(name)
        found = starting_with(self._lines, b"%s %s" % (token, start))
        return (line[len(token) + 1 :] for line in found)

    def walk(self) -> Iterator[tuple[Name, list[bytes]]]:
        """Each graph with its statements as N-Triples lines; a large graph comes in parts, one after the other."""
        changed = {_token(name): name for name in self._changed}
        for token, lines in self._kept():
            if token not in changed:
                yield _name(token), lines
        for name in self._changed:
            yield name, list(self.statements(name))

    def mentioning(self, words: bytes) -> Iterator[tuple[Name, list[bytes]]]:
        """Each graph in which `words` stand, with those of its statements that have them."""
        changed = {_token(name): name for name in self._changed}
        found = (line for line in self._lines if words in line)
        for token, lines in groupby(found, lambda line: line.partition(b" ")[0]):
            if token not in changed:
                yield _name(token), [line[len(token) + 1 :] for line in lines]
        for name in self._changed:
            yield name, [line for line in self.statements(name) if words in line]

    def _kept(self) -> Iterator[tuple[bytes, list[bytes]]]:
        token, start, length, found = b"", b"\n", 0, list[bytes]()
        for line in self._lines:
            if not line.startswith(start) or len(found) == _CHUNK:
                if found:
                    yield token, found
                token, found = line.partition(b" ")[0], []
                start, length = b"%s " % token, len(token) + 1
            found.append(line[length:])
        if found:
            yield token, found


def _token(name: Name) -> bytes:
    return str(name).encode()


def _name(token: bytes) -> Name:
    text = token.decode()
    return BlankNode(text[2:]) if text[0] == "_" else NamedNode(text[1:-1])


def graph_first(quads: Iterable[Quad], default: NamedNode) -> Iterator[bytes]:
    """The quads as N-Triples lines with the name of the graph before them; those without one are of the graph `default`."""
    token = _token(default)
    for chunk in chunks(quads):
        named: list[Quad] = []
        unnamed: list[Quad] = []
        for quad in chunk:
            (unnamed if isinstance(quad.graph_name, DefaultGraph) else named).append(quad)
        yield from (b"%s %s" % (token, line) for line in serialised(unnamed))
        for line in serialised(named):
            triple, _, graph = line[:-3].rpartition(b" ")
            yield b"%s %s .\n" % (graph, triple)


def graph_last(line: bytes) -> bytes:
    """A line that begins with its graph, as N-Quads have it."""
    graph, _, triple = line.partition(b" ")
    return b"%s%s .\n" % (triple[:-2], graph)


def in_graph(lines: Iterable[bytes], name: Name) -> Iterator[bytes]:
    """N-Triples lines as N-Quads lines of a graph."""
    token = _token(name)
    return (b"%s%s .\n" % (line[:-2], token) for line in lines)


def parsed(lines: Iterable[bytes]) -> Iterator[Quad]:
    """The quads that N-Quads or N-Triples lines say, which the engine wrote."""
    for content in chunks(lines):
        yield from parse(b"".join(content), RdfFormat.N_QUADS, lenient=True)


def serialised(quads: Iterable[Quad]) -> Iterator[bytes]:
    """The quads as N-Quads lines; without graph names they are N-Triples."""
    for chunk in chunks(quads):
        yield from (serialize(chunk, format=RdfFormat.N_QUADS) or b"").splitlines(keepends=True)


def without_graphs(quads: Iterable[Quad]) -> Iterator[bytes]:
    """The N-Triples lines of quads that all have a graph: its name is the last term of the line."""
    return (line[:-3].rpartition(b" ")[0] + b" .\n" for line in serialised(quads))


def chunks(items: Iterable[Item], size: int = _CHUNK) -> Iterator[list[Item]]:
    """The items in lists of bounded length."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
