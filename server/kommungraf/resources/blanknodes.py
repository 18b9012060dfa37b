"""Labels of blank nodes that follow from what is said of the nodes, so that equal graphs are equal bytes."""

from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, Final

from pyoxigraph import BlankNode, Quad, Triple

__all__ = ["Labels", "labels", "relabelled"]

#: The new label of each blank node.
Labels = Mapping[Any, BlankNode]
Terms = tuple[Any, ...]
Colours = Mapping[BlankNode, str]
Around = Mapping[BlankNode, list[Terms]]
_MOST_STEPS: Final = 64
_MOST_PICKS: Final = 256


def labels(statements: Iterable[Triple | Quad]) -> Labels:
    """A new label for every blank node in `statements`, the same whatever the nodes are called now.

    Nodes are told apart by what surrounds them, step by step further out. Where that leaves some alike, one of
    them is picked, which tells others apart in turn.
    """
    around: dict[BlankNode, list[Terms]] = {}
    for each in statements:
        if isinstance(each.subject, BlankNode) or isinstance(each.object, BlankNode) or isinstance(each, Quad):
            terms = tuple(each)
            for node in {term for term in terms if isinstance(term, BlankNode)}:
                around.setdefault(node, []).append(terms)
    colours = _refined(dict.fromkeys(around, ""), around)
    for _ in range(_MOST_PICKS):
        alike = _first_alike(colours)
        if not alike:
            break
        colours = _refined(_picked(colours, alike, around), around)
    ordered = sorted(around, key=lambda node: colours[node])
    return {node: BlankNode(f"b{number}") for number, node in enumerate(ordered)}


def _refined(colours: Colours, around: Around) -> Colours:
    """Colours that also say what surrounds each node, as far out as that tells more nodes apart."""
    for _ in range(min(len(around), _MOST_STEPS)):
        told_apart = len(set(colours.values()))
        finer = {node: _colour(node, around[node], colours) for node in around}
        if told_apart == len(around) or len(set(finer.values())) == told_apart > 1:
            break
        colours = finer
    return colours


def _first_alike(colours: Colours) -> list[BlankNode]:
    """The nodes of the first colour that several have."""
    counts = Counter(colours.values())
    first = min((colour for colour, count in counts.items() if count > 1), default=None)
    return [node for node, colour in colours.items() if colour == first]


def _picked(colours: Colours, alike: list[BlankNode], around: Around) -> Colours:
    """The colours with one of the nodes picked out, or all of them where they touch no other blank node."""
    touching = any(
        isinstance(term, BlankNode) and term != node for node in alike for terms in around[node] for term in terms
    )
    picked = alike[:1] if touching else alike
    return {**colours, **{node: f"{colours[node]}!{number}" for number, node in enumerate(picked)}}


def _colour(node: BlankNode, statements: Iterable[Terms], colours: Colours) -> str:
    lines = sorted(
        " ".join(
            "_" if term == node else colours.get(term, "") if term in colours else str(term) for term in terms
        )
        for terms in statements
    )
    lines.append(colours[node])
    return sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def relabelled(statement: Triple, names: Labels) -> Triple:
    """The triple with its blank nodes under their new labels; the same triple where it has none."""
    subject: Any = statement.subject
    object_: Any = statement.object
    if not isinstance(subject, BlankNode) and not isinstance(object_, BlankNode):
        return statement
    return Triple(names.get(subject, subject), statement.predicate, names.get(object_, object_))
