"""N-Quads lines: terms written once, statements gathered in the order in which they are made."""

from functools import lru_cache

from kommungraf import vocab

__all__ = ["Statements", "iri", "text", "thing", "typed"]


@lru_cache(maxsize=1024)
def iri(name: str) -> str:
    """The term of a prefixed name such as ``kg:period``."""
    return f"<{vocab.iri(name)}>"


def thing(kind: str, key: str) -> str:
    """The term of a thing of the dataset."""
    return f"<{vocab.BASE}id/{kind}/{key}>"


def text(content: str, language: str = "") -> str:
    """A literal; `content` holds neither quotation marks, backslashes nor line breaks."""
    return f'"{content}"@{language}' if language else f'"{content}"'


def typed(content: str, datatype: str) -> str:
    """A literal of a datatype that is given as a prefixed name."""
    return f'"{content}"^^{iri(datatype)}'


class Statements:
    """The lines of one part of a dataset; `graph` is the graph in which statements stand, empty for the default."""

    __slots__ = ("graph", "lines")

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.graph = ""

    def add(self, subject: str, **objects: str | list[str]) -> None:
        """State of `subject` what `objects` name: ``kg_period`` is the property kg:period."""
        for name, values in objects.items():
            predicate = iri("rdf:type" if name == "a" else name.replace("_", ":", 1))
            for value in [values] if isinstance(values, str) else values:
                self.lines.append(f"{subject} {predicate} {value} {self.graph}.\n")
