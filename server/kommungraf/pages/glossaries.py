"""The pages of the ontology and of the shapes: every term of the graph, by class, with its definition."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kommungraf.editions.search import Label
from kommungraf.rendering.plurals import plural
from kommungraf.rendering.site import Form, Reader, forms
from kommungraf.resources.links import Link
from kommungraf.resources.resources import Document, Row
from kommungraf.vocab import iri

__all__ = ["GlossaryView", "glossary_view"]

_CLASSES: Final = tuple(
    iri(name)
    for name in (
        "owl:Class",
        "owl:ObjectProperty",
        "owl:DatatypeProperty",
        "rdfs:Datatype",
        "skos:ConceptScheme",
        "skos:Concept",
        "kg:Rule",
        "sh:NodeShape",
        "sh:PropertyShape",
    )
)


@dataclass(frozen=True, slots=True)
class Term:
    """One term with its definition, where it has one."""

    link: Link
    text: Label | None


@dataclass(frozen=True, slots=True)
class Section:
    """The terms of one class."""

    name: Link
    anchor: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class GlossaryView:
    """All that glossary.html shows."""

    iri: str
    title: Link
    texts: tuple[Label, ...]
    sections: tuple[Section, ...]
    formats: tuple[Form, ...]


def glossary_view(who: Reader, document: Document, rows: Sequence[Row]) -> GlossaryView:
    """What the page of the graph that has the name of `document` shows, which has a row for each class and text of a term."""
    texts = _texts(rows, who.language)
    members: dict[str, set[str]] = {}
    for row in rows:
        members.setdefault(row["type"].value, set()).add(row["term"].value)
    who.names.fetch({document.iri, *members, *(term for found in members.values() for term in found)})
    sections = (_section(who, name, terms=members[name], texts=texts) for name in _CLASSES if members.get(name))
    own = texts.get(document.iri)
    return GlossaryView(
        iri=document.iri,
        title=who.names.link(document.iri),
        texts=(own,) if own else (),
        sections=tuple(sections),
        formats=forms(document.iri),
    )


def _section(who: Reader, name: str, *, terms: Iterable[str], texts: Mapping[str, Label]) -> Section:
    links = sorted((who.names.link(term) for term in terms), key=lambda link: (link.text.casefold(), link.iri))
    anchor = name.replace("#", "/").rpartition("/")[2]
    return Section(
        plural(who.names.link(name), who.language, len(links)),
        anchor,
        tuple(Term(link, texts.get(link.iri)) for link in links),
    )


def _texts(rows: Iterable[Row], language: str) -> dict[str, Label]:
    """One text for each term: in the reader's language where there is one."""
    found: dict[str, Label] = {}
    for row in rows:
        if "text" in row and hasattr(row["text"], "language"):
            label, name = Label(row["text"].value, row["text"].language or ""), row["term"].value
            found[name] = min(found.get(name, label), label, key=lambda each: (each.lang != language, each.text))
    return found
