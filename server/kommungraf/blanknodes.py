"""Labels of blank nodes that follow from what is said of the nodes, so that equal graphs are equal bytes."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, Final

from pyoxigraph import BlankNode, Quad, Triple

__all__ = ["Labels", "labels", "relabelled"]

#: The new label of each blank node.
Labels = Mapping[Any, BlankNode]
_MOST_STEPS: Final = 64


def labels(statements: Iterable[Triple | Quad]) -> Labels:
    """A new label for every blank node in `statements`, the same whatever the nodes are called now.

    Nodes are told apart by what surrounds them, step by step further out until that tells no more of them apart.
    Nodes that stay alike get labels in any order: swapping them changes nothing.
    """
    around: dict[BlankNode, list[tuple[Any, ...]]] = {}
    for each in statements:
        terms = tuple(each)
        for term in {term for term in terms if isinstance(term, BlankNode)}:
            around.setdefault(term, []).append(terms)
    colours = dict.fromkeys(around, "")
    for _ in range(min(len(around), _MOST_STEPS)):
        finer = {node: _colour(node, around[node], colours) for node in around}
        told_apart, colours = len(set(colours.values())), finer
        if len(set(finer.values())) == told_apart > 1 or told_apart == len(around):
            break
    ordered = sorted(around, key=lambda node: colours[node])
    return {node: BlankNode(f"b{number}") for number, node in enumerate(ordered)}


def _colour(node: BlankNode, statements: Iterable[tuple[Any, ...]], colours: Mapping[BlankNode, str]) -> str:
    lines = sorted(
        " ".join(
            "_" if term == node else colours.get(term, "") if term in colours else str(term) for term in terms
        )
        for terms in statements
    )
    return sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def relabelled(statement: Triple, names: Labels) -> Triple:
    """The triple with its blank nodes under their new labels."""
    subject: Any = names.get(statement.subject, statement.subject)
    object_: Any = names.get(statement.object, statement.object)
    return Triple(subject, statement.predicate, object_)
