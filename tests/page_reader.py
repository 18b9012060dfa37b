"""Reads the triples that a page says by the attributes of its elements."""

from html.parser import HTMLParser

from pyoxigraph import BlankNode, Literal, NamedNode, Triple


class PageReader(HTMLParser):
    """Collects a triple from each element with about, property, and resource or content."""

    def __init__(self) -> None:
        super().__init__()
        self.triples: set[Triple] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        said = {name: value or "" for name, value in attrs}
        if "about" not in said or "property" not in said:
            return
        if "resource" in said:
            value: NamedNode | BlankNode | Literal = _node(said["resource"])
        elif "data-lang" in said:
            value = Literal(said["content"], language=said["data-lang"])
        else:
            value = Literal(said["content"], datatype=NamedNode(said["datatype"]))
        self.triples.add(Triple(_node(said["about"]), NamedNode(said["property"]), value))


def _node(text: str) -> NamedNode | BlankNode:
    return BlankNode(text[2:]) if text.startswith("_:") else NamedNode(text)
