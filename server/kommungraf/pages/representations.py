"""A document as bytes: in one RDF format and profile, with what it says of its own pages; and the list of all of them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad, Triple, serialize

from kommungraf.editions.edition import Edition
from kommungraf.engine.wellformed import is_readable_xml
from kommungraf.errors import NotAcceptable
from kommungraf.formats import RDF, TextFormat
from kommungraf.resources.links import path_of
from kommungraf.resources.profiles import CLAIMS, LIST, Profile
from kommungraf.resources.resources import PAGE, Document, claim_triples, graph_triples
from kommungraf.resources.signposting import representations
from kommungraf.vocab import PREFIXES, iri

__all__ = ["is_whole_graph", "list_of_representations", "serialised"]

_EMPTY: Final = {
    "sv": "Det som hålls för sant säger ingenting om detta. Vad påståendena säger finns i dokumentet som TriG.",
    "en": "The held view says nothing of this. What claims say stands in the document as TriG.",
}
_PAGED: Final = {
    "sv": "Sida {page} av {pages}: högst {most} uttalanden åt varje håll, av {outgoing} om saken och {incoming} som hänvisar till den.",
    "en": "Page {page} of {pages}: at most {most} statements in each direction, out of {outgoing} about the thing and {incoming} that refer to it.",
}


def is_whole_graph(edition: Edition, name: str) -> bool:
    """Whether `name` is the ontology or the shapes: documents of all that their graphs hold."""
    return name in {f"{edition.base_iri}def/", f"{edition.base_iri}shape/"}


def serialised(edition: Edition, found: Document, form: TextFormat, *, profile: Profile) -> bytes:
    """The document in one format; blank nodes are named the same in every process."""
    statements: list[Triple] | list[Quad]
    own = tuple(_of_itself(found, edition.base_iri))
    if is_whole_graph(edition, found.iri):
        statements = graph_triples(edition, found.iri)
    elif profile == CLAIMS:
        statements = found.quads((*claim_triples(edition, found), *own))
    else:
        statements = [*found.triples(), *own]
    return _written(statements, form)


def _written(statements: list[Triple] | list[Quad], form: TextFormat) -> bytes:
    """The statements in one format; raises NotAcceptable where that can't hold them."""
    try:
        content = serialize(statements, format=form.rdf, prefixes=_prefixes(statements)) or b""
    except OSError as error:  # JSON-LD has no triple terms
        raise NotAcceptable(_all_but(form)) from error
    if form.media_type.endswith("+xml") and not is_readable_xml(content):
        raise NotAcceptable(_all_but(form))
    return content


def _all_but(form: TextFormat) -> tuple[str, ...]:
    return tuple(each.media_type for each in RDF if each != form)


def _of_itself(found: Document, base_iri: str) -> Iterator[Triple]:
    """What a document says of itself where it has several pages or holds nothing; its address stands under the base IRI."""
    document = NamedNode(base_iri + path_of(found.iri, base_iri))
    if found.pages == 1 and found.said():
        return
    yield _triple(document, "foaf:primaryTopic", NamedNode(found.iri))
    if found.pages > 1:
        yield from _paging(found, document)
    else:
        yield from _commented(document, _EMPTY)


def _paging(found: Document, document: NamedNode) -> Iterator[Triple]:
    """Which page of the document this is, in Hydra's terms."""
    numbers = {"first": 1, "previous": found.page - 1, "next": found.page + 1, "last": found.pages}
    view = _page(document, found.page)
    yield _triple(document, "rdf:type", NamedNode(iri("hydra:Collection")))
    yield _triple(document, "hydra:totalItems", Literal(found.outgoing_total + found.incoming_total))
    yield _triple(document, "hydra:view", view)
    yield _triple(view, "rdf:type", NamedNode(iri("hydra:PartialCollectionView")))
    for name, number in numbers.items():
        if 0 < number <= found.pages:
            yield _triple(view, f"hydra:{name}", _page(document, number))
    counts = {"outgoing": found.outgoing_total, "incoming": found.incoming_total, "most": PAGE}
    yield from _commented(view, _PAGED, page=found.page, pages=found.pages, **counts)


def _commented(node: NamedNode, texts: Mapping[str, str], **values: int) -> Iterator[Triple]:
    for tag, text in texts.items():
        yield _triple(node, "rdfs:comment", Literal(text.format(**values), language=tag))


def _page(document: NamedNode, number: int) -> NamedNode:
    return NamedNode(f"{document.value}{'&' if '?' in document.value else '?'}page={number}")


def list_of_representations(name: str, form: TextFormat, *, base_iri: str) -> bytes:
    """Every representation of the document of `name`: its format and the profile it conforms to (Connneg by AP, §5.3)."""
    thing, address = NamedNode(name), base_iri + path_of(name, base_iri)
    prefixes = {"altr": f"{LIST.iri}#", "dcterms": PREFIXES["dcterms"]}
    triples = []
    for number, (href, media_type, profile) in enumerate(representations(address, profiled=True)):
        own = NamedNode(href)
        word = "hasRepresentation" if number else "hasDefaultRepresentation"
        triples += [
            Triple(thing, NamedNode(f"{LIST.iri}#{word}"), own),
            _triple(own, "dcterms:format", Literal(media_type)),
        ]
        if profile is not None:
            triples.append(_triple(own, "dcterms:conformsTo", NamedNode(profile.iri)))
    return serialize(triples, format=form.rdf, prefixes=prefixes) or b""


def _triple(subject: NamedNode, predicate: str, object_: NamedNode | Literal) -> Triple:
    return Triple(subject, NamedNode(iri(predicate)), object_)


def _prefixes(statements: Iterable[Triple | Quad]) -> dict[str, str]:
    """The prefixes that `statements` need, in alphabetical order."""
    terms = {term for each in statements for term in each}
    names = {
        name.value
        for term in terms
        for name in (term, getattr(term, "datatype", None))
        if isinstance(name, NamedNode)
    }
    heads = {name[: max(name.rfind("/"), name.rfind("#")) + 1] for name in names}
    return {
        prefix: namespace
        for prefix, namespace in sorted(PREFIXES.items())
        if any(head.startswith(namespace) for head in heads)
    }
