"""The page of one resource: its statements with their sources, disagreements, gaps and links."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, Triple

from kommungraf.formats import RDF
from kommungraf.links import Link, path_of
from kommungraf.resources import Document, Statement
from kommungraf.search import Label
from kommungraf.site import Reader
from kommungraf.surroundings import Neighbour, Surroundings, quotations, surroundings
from kommungraf.views import Behind, Disagreement, Fact, Group, Value, Views, mentioned
from kommungraf.vocab import iri

__all__ = ["EntityView", "entity_view"]

_MOST_ROWS: Final = 500
_TYPE: Final = iri("rdf:type")
_ACTIVITIES: Final = {"kg:partOfCooperation": "Projects and pilot studies", "kg:participant": "Takes part in"}
_SOURCES: Final = frozenset({iri("kg:Source"), iri("kg:Register")})


@dataclass(frozen=True, slots=True)
class Form:
    """One other representation of the page."""

    name: str
    media_type: str
    href: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is known to be unknown about the resource."""

    link: Link
    reason: Link | None
    sources: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """The values of one cell and what they rest on."""

    values: tuple[Value, ...]
    behind: tuple[Behind, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class Panel:
    """One table above the statements."""

    title: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Part, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Backlinks:
    """The facts of other things that refer to the resource by one property, each with its subject."""

    property: Link
    facts: tuple[tuple[Value, Fact], ...]


@dataclass(frozen=True, slots=True)
class EntityView:
    """All that document.html shows."""

    iri: str
    title: Link
    type: Link | None
    definitions: tuple[Label, ...]
    formats: tuple[Form, ...]
    claim: Behind | None
    panels: tuple[Panel, ...]
    gaps: tuple[Gap, ...]
    disagreements: tuple[Disagreement, ...]
    outgoing: tuple[Group, ...]
    incoming: tuple[Backlinks, ...]
    others: tuple[tuple[Value, Link, Fact], ...]
    content: tuple[tuple[Value, Link, Fact], ...]
    incoming_total: int
    page: int
    pages: int
    summary: tuple[str, ...] = ()
    content_cut: bool = False


def entity_view(who: Reader, document: Document) -> EntityView:
    """What the page of `document` shows, with every name fetched in one go."""
    around = surroundings(who.edition, document.iri)
    claims = {**document.claims, **around.claims}
    near = [each for neighbour in around.neighbours for each in neighbour.statements]
    said = (*document.outgoing, *document.incoming, *document.unheld, *near)
    partners = {each for found in around.partners.values() for each in found}
    quoted = quotations(who.edition, document.iri) if _types(document) & _SOURCES else ()
    names = who.names
    names.fetch(mentioned((*said, *document.parts, *document.content), claims) | partners | {document.iri})
    names.fetch({each.claim for each in quoted} | {about for each in quoted for about in each.about})
    views = Views(names, claims, document.parts)
    own = claims.get(document.iri)
    return EntityView(
        iri=document.iri,
        title=names.link(document.iri),
        type=_type(who, document),
        definitions=_definitions(document, who.language),
        formats=_formats(who, document),
        claim=views.behind((document.iri,))[0] if own else None,
        panels=tuple(_panels(who, views, around)) + _quotation_panels(who, quoted),
        gaps=_gaps(who, around.by("kg:gapSubject")),
        disagreements=views.disagreements((*document.outgoing, *document.unheld, *near)),
        outgoing=views.outgoing(document),
        incoming=_incoming(views, document),
        others=_listed(views, (each for each in document.unheld if each.graphs)),
        content=_graph(views, document.content),
        incoming_total=document.incoming_total,
        page=document.page,
        pages=document.pages,
        content_cut=len(document.content) >= _MOST_ROWS,
    )


def _types(document: Document) -> set[str]:
    found = (each.triple for each in document.outgoing if each.triple.predicate.value == _TYPE)
    return {str(getattr(triple.object, "value", "")) for triple in found}


def _type(who: Reader, document: Document) -> Link | None:
    name = who.edition.index.type(document.iri)
    return who.names.link(name) if name else None


def _definitions(document: Document, language: str) -> tuple[Label, ...]:
    wanted = {iri("skos:definition"), iri("dcterms:description")}
    found = [each.triple.object for each in document.outgoing if each.triple.predicate.value in wanted]
    texts = [term for term in found if isinstance(term, Literal)]
    best = [term for term in texts if term.language == language] or texts[:1]
    return tuple(Label(term.value, term.language or "") for term in best)


def _formats(who: Reader, document: Document) -> tuple[Form, ...]:
    path = path_of(document.iri, who.edition.base_iri)
    joint = "&format=" if "?" in path else "?format=" if path.endswith("/") else "."
    return tuple(Form(form.name, form.media_type, f"/{path}{joint}{form.suffix}") for form in RDF)


def _panels(who: Reader, views: Views, around: Surroundings) -> Iterator[Panel]:
    if joined := around.by("org:member"):
        rows = tuple(_membership_row(who, views, each, _partners(each, around.partners)) for each in joined)
        columns = (who.text("Cooperation"), who.text("Together with"), who.text("Period"))
        yield Panel(who.text("Cooperations"), who.text("With whom, since when, and who says so"), columns, rows)
    if members := around.by("org:organization"):
        rows = tuple(_row_of(views, each, "org:member") for each in members)
        heads = (who.text("Member"), who.text("Period"))
        yield Panel(who.text("Members"), who.text("Who takes part, since when, and who says so"), heads, rows)
    for link, title in _ACTIVITIES.items():
        if activities := around.by(link):
            rows = tuple(_row_of(views, each, "dcterms:title") for each in activities)
            heads = (who.text("Title"), who.text("Period"))
            yield Panel(who.text(title), who.text("What is done together, and when"), heads, rows)


def _row_of(views: Views, each: Neighbour, name: str) -> tuple[Part, ...]:
    named, dated = each.about(name), each.about("kg:period")
    link = views.names.link(each.iri)
    found = tuple(dict.fromkeys(views.fact(statement).value for statement in named))
    shown = found if name == "org:member" else (Value(each.iri, link=link),)
    return (Part(shown, _behind(views, named)), _dated_part(views, dated))


def _dated_part(views: Views, dated: tuple[Statement, ...]) -> Part:
    return Part(tuple(views.fact(each).value for each in dated), _behind(views, dated))


def _membership_row(who: Reader, views: Views, each: Neighbour, others: tuple[str, ...]) -> tuple[Part, ...]:
    named = tuple(who.names.link(other) for other in others)
    organisations = each.about("org:organization")
    return (
        Part(tuple(views.fact(found).value for found in organisations[:1]), _behind(views, organisations[:1])),
        Part(tuple(Value(link.iri, link=link) for link in named[:12]), more=max(0, len(named) - 12)),
        _dated_part(views, each.about("kg:period")),
    )


def _partners(membership: Neighbour, partners: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(each for name in membership.values("org:organization") for each in partners.get(name, ()))


def _behind(views: Views, statements: Iterable[Statement]) -> tuple[Behind, ...]:
    return tuple(behind for each in statements for behind in views.behind(each.graphs))


def _quotation_panels(who: Reader, quoted: Iterable[object]) -> tuple[Panel, ...]:
    rows = tuple(_quotation_row(who, each) for each in quoted)
    if not rows:
        return ()
    columns = (who.text("Claim"), who.text("What it is about"))
    return (Panel(who.text("Claims"), who.text("What is drawn from this source"), columns, rows),)


def _quotation_row(who: Reader, each: object) -> tuple[Part, ...]:
    claim = who.names.link(str(getattr(each, "claim", "")))
    phrases, about = getattr(each, "phrases", ()), getattr(each, "about", ())
    shown = Link(claim.iri, " … ".join(phrases) or claim.text, "", claim.href, claim.here)
    links = tuple(who.names.link(other) for other in about)
    return (
        Part((Value(claim.iri, link=shown),)),
        Part(tuple(Value(link.iri, link=link) for link in links[:12]), more=max(0, len(links) - 12)),
    )


def _gaps(who: Reader, neighbours: Iterable[Neighbour]) -> tuple[Gap, ...]:
    return tuple(_gap(who, each) for each in neighbours)


def _gap(who: Reader, each: Neighbour) -> Gap:
    reasons, sources = each.values("kg:gapReason"), each.values("kg:gapSource")
    who.names.fetch({each.iri, *reasons, *sources})
    reason = who.names.link(reasons[0]) if reasons else None
    return Gap(who.names.link(each.iri), reason, tuple(who.names.link(source) for source in sources))


def _incoming(views: Views, document: Document) -> tuple[Backlinks, ...]:
    subjects = {str(_text(each.triple)): each.triple for each in document.incoming}
    return tuple(
        Backlinks(
            group.property, tuple((views.subject(subjects[each.subject].subject), each) for each in group.facts)
        )
        for group in views.incoming(document)
    )


def _text(triple: Triple) -> str:
    return str(getattr(triple.subject, "value", triple.subject))


def _listed(views: Views, statements: Iterable[Statement]) -> tuple[tuple[Value, Link, Fact], ...]:
    return tuple(
        (views.subject(each.triple.subject), views.names.link(each.triple.predicate.value), views.fact(each))
        for each in statements
    )


def _graph(views: Views, triples: Iterable[Triple]) -> tuple[tuple[Value, Link, Fact], ...]:
    statements = (Statement(triple, held=True, graphs=()) for triple in triples)
    return _listed(views, statements)
