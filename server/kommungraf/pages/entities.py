"""The page of one resource: its statements with their sources, disagreements, gaps and links."""

from collections.abc import Iterable, Iterator, Mapping, Sized
from dataclasses import dataclass, replace
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, Triple

from kommungraf.editions.search import Label
from kommungraf.editions.tenures import is_tied, membership_tallies
from kommungraf.pages.askedlists import ASKED, asked_rows
from kommungraf.pages.errata import error_report
from kommungraf.releases.moments import Moment
from kommungraf.rendering.asof import AsOf, as_of, edition_day, times_of
from kommungraf.rendering.citations import quotation_panels, rival_panels
from kommungraf.rendering.excerpts import FIRST, WHOLE_UP_TO, Tables
from kommungraf.rendering.maps import Map, maps_of
from kommungraf.rendering.mentions import mentioned_panels
from kommungraf.rendering.networks import MOST_KNOTS, Network, network_of
from kommungraf.rendering.panels import Panel, area_panel, hubs_of, panels_of, unknown
from kommungraf.rendering.plurals import plural
from kommungraf.rendering.referrers import dispute_panels, funding_panels
from kommungraf.rendering.site import Form, Reader, forms
from kommungraf.rendering.yearcounts import YearCounts, year_counts
from kommungraf.resources.links import Link
from kommungraf.resources.resources import Claim, Document, Statement
from kommungraf.resources.surroundings import Neighbour, Surroundings
from kommungraf.resources.views import Behind, Disagreement, Fact, Group, Value, Views, mentioned
from kommungraf.vocab import iri

__all__ = ["EntityView", "entity_view"]

_TEXTS: Final = tuple(iri(name) for name in ("skos:definition", "dcterms:description", "rdfs:comment"))
_PERIOD: Final = iri("kg:period")
_PART: Final = iri("org:subOrganizationOf")
_STEERING: Final = iri("kg:SteeringGroup")
#: What stands in short under the heading.
_SUMMARY: Final = tuple(
    iri(name)
    for name in (
        "skos:notation",
        "geo:sfWithin",
        "org:unitOf",
        "kg:period",
        "kg:partOfCooperation",
        "kg:participant",
        "kg:programme",
        "frapo:isFundedBy",
        "kg:theme",
        "kg:conflictKind",
        "kg:conflictSubject",
        "kg:gapSubject",
        "kg:gapReason",
        "kg:gapSource",
        "org:member",
        "org:organization",
        "dcterms:publisher",
        "dcterms:issued",
        "schema:url",
    )
)

#: What goes on for some time, which sources may or may not tell.
_TIMED: Final = frozenset(
    iri(f"kg:{name}")
    for name in (
        "Cooperation",
        "CooperationActivity",
        "MunicipalPartnership",
        "PilotStudy",
        "Project",
        "RegionalCooperation",
        "Twinning",
    )
)
#: What has a table of what there is in it, by its class, and the facet by which lists are narrowed to it.
_AREAS: Final = {iri("kg:County"): "county", iri("dcterms:Location"): "country"}
#: The tables that have no query of their own.
_UNASKED: Final = ("mentioned", "country", "disputes")
#: The lists of a page that are no tables above its statements, each by the query that it offers.
_LISTS: Final = ("statements", "elsewhere", "links", "gaps", "content")


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is known to be unknown about the resource."""

    link: Link
    reason: Link | None
    sources: tuple[Link, ...]
    fillers: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Brief:
    """One line under the heading."""

    name: Link
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class EntityView:
    """All that document.html shows."""

    iri: str
    title: Link
    type: Link | None
    withdrawn: bool
    texts: tuple[Label, ...]
    summary: tuple[Brief, ...]
    claim: Behind | None
    claim_status: Link | None
    maps: tuple[Map, ...]
    panels: tuple[Panel, ...]
    partners: int
    network: Network | None
    years: YearCounts | None
    disagreements: tuple[Disagreement, ...]
    gaps: tuple[Gap, ...]
    content: tuple[tuple[Link, Fact], ...]
    content_cut: bool
    outgoing: tuple[Group, ...]
    others: tuple[tuple[Link, Fact], ...]
    incoming: tuple[Group, ...]
    incoming_total: int
    page: int
    pages: int
    formats: tuple[Form, ...]
    report: Link
    sheet: str
    sheets: tuple[tuple[str, str], ...]
    queries: Mapping[str, str]
    dated: bool
    asof: AsOf | None


def entity_view(
    who: Reader,
    document: Document,
    *,
    around: Surroundings,
    tables: Tables | None = None,
    when: Moment | None = None,
) -> EntityView:
    """What the page of `document` shows, with every name fetched in one go; as of `when`, if that is asked for.

    `tables` are all rows of the tables of which `around` holds some.
    """
    claim, name = around.own, who.edition.index.type(document.iri)
    who.names.fetch(_to_name(document, around, claim, name))
    views, times = Views(who.names, document.claims, document.parts), times_of(who, document.iri, around, when)
    disagreements = views.disagreements((*document.outgoing, *document.unheld, *around.statements))
    years = _years(who, document.iri, around)
    others = _listed(views, _beside(document.unheld, disagreements))
    return EntityView(
        iri=document.iri,
        title=who.names.link(document.iri),
        type=who.names.link(name) if name else None,
        withdrawn=any(_withdraws(each.triple) for each in document.outgoing),
        texts=_texts(document, who.language),
        summary=() if claim else (*_summary(who, views, document, type_=name), *_steered(who, views, document)),
        claim=views.claim(claim) if claim else None,
        claim_status=who.names.link(claim.status) if claim else None,
        maps=() if claim else maps_of(who, document.iri, around),
        network=_network(who, around),
        years=years,
        partners=len(frozenset[str]().union(*around.partners.values())),
        panels=tuple(
            _offering(who, panel, document)
            for panel in (
                *_with_mentions(
                    who, views, document, around, panels_of(who, views, around, times=times, tables=tables)
                ),
                *_in_area(who, document.iri, name),
                *quotation_panels(who, around.quotations if document.page == 1 else (), source=document.iri),
                *_referring(who, views, document, around),
            )
        ),
        disagreements=disagreements,
        gaps=tuple(_gap(who, each) for each in around.by("kg:gapSubject")),
        content=_listed(views, (Statement(triple, held=True, graphs=()) for triple in document.content)),
        content_cut=document.content_cut,
        outgoing=views.outgoing(document.outgoing),
        others=others,
        incoming=views.incoming(document.incoming),
        incoming_total=document.incoming_total,
        page=document.page,
        pages=document.pages,
        formats=forms(document.iri),
        report=error_report(who, who.names.link(document.iri), views.claim(claim) if claim else None),
        sheet=_sheet(who, document.iri, when),
        sheets=tuple(_sheets(who, document.iri, others=others, years=years)),
        queries={key: who.as_query(key, thing=document.iri) for key in _LISTS},
        dated=bool(times.spans),
        asof=as_of(who, document.iri, around, times),
    )


def _to_name(document: Document, around: Surroundings, claim: Claim | None, type_: str | None) -> Iterator[str]:
    """The IRIs of all that the page mentions."""
    said: tuple[Statement | Triple, ...] = (
        *document.outgoing,
        *document.incoming,
        *document.unheld,
        *around.statements,
        *document.parts,
        *document.content,
        *document.brief,
        *(triple for rival in around.rivals for triple in rival.triples),
    )
    yield from (document.iri, _STEERING, *([type_] if type_ else ()), *around.near, *document.wholes.values())
    yield from mentioned(said, document.claims)
    yield from (neighbour.iri for neighbour in around.neighbours)
    yield from around.partners
    yield from (partner for found in around.partners.values() for partner in found)
    for each in (*([claim] if claim else ()), *(rival.claim for rival in around.rivals)):
        yield from (each.iri, each.status, *each.sources)
    for quotation in around.quotations:
        yield from (quotation.iri, *([quotation.claim.status] if quotation.claim else ()), *quotation.about)


def _network(who: Reader, around: Surroundings) -> Network | None:
    """The network around a resource; nothing is sorted for one that has no room for all names."""
    others = frozenset[str]().union(*around.partners.values())
    return network_of(hubs_of(who, around)) if len(others) <= MOST_KNOTS else None


def _with_mentions(
    who: Reader, views: Views, document: Document, around: Surroundings, panels: Iterable[Panel]
) -> Iterator[Panel]:
    """The cooperations first, then those that are only mentioned, then all else."""
    found = tuple(panels)
    first = sum(panel.key == "cooperations" for panel in found)
    yield from (*found[:first], *mentioned_panels(who, views, document, around), *found[first:])


def _referring(who: Reader, views: Views, document: Document, around: Surroundings) -> Iterator[Panel]:
    """What others say of what a claim says, the disagreements in which it is a side, and what a funder pays for."""
    yield from rival_panels(who, views, around, document.content)
    yield from dispute_panels(who, views, document.incoming)
    if document.page == 1:
        yield from funding_panels(who, views, document.incoming)


def _offering(who: Reader, panel: Panel, document: Document) -> Panel:
    """The panel with its query; one of those that are asked for by it with its first rows, and where all of them are."""
    query = "" if panel.key in _UNASKED else who.as_query(panel.key, thing=document.iri)
    rows = panel.rows if len(panel.rows) <= WHOLE_UP_TO else panel.rows[:FIRST]
    total = _total(who, panel, document) if panel.key in ASKED else 0
    if total < 2 or (who.static and total == len(rows)):
        return replace(panel, query=query)
    asked = {"thing": document.iri, "table": panel.key}
    href, sheet = (who.with_query("around", {**asked, **form}) for form in ({}, {"format": "csv"}))
    return replace(panel, query=query, rows=rows, total=total, href=href, sheet=sheet)


def _total(who: Reader, panel: Panel, document: Document) -> int:
    """How many rows a table has in all, of which a page holds no more than some."""
    if panel.key == "claims" and len(panel.rows) > WHOLE_UP_TO:
        return _claims(who, document.iri)
    if panel.key == "funded" and document.pages > 1:
        return _funded(who, document.iri)
    return len(panel.rows)


def _claims(who: Reader, source: str) -> int:
    """How many claims are drawn from a source; counted once, as the index has no order by sources."""
    query, index = "SELECT COUNT(DISTINCT iri) FROM claim WHERE what = 'source' AND value = ?", who.edition.index
    return who.edition.memory.once((_claims, source), lambda: int(index.rows(query, source)[0][0]))


def _funded(who: Reader, funder: str) -> int:
    """How many things a funder pays for; asked once, as there are few funders and the index knows none."""
    return who.edition.memory.once((_funded, funder), lambda: len(asked_rows(who, funder, "funded")))


def _years(who: Reader, resource: str, around: Surroundings) -> YearCounts | None:
    """How many cooperations a resource with several of them was in, year by year."""
    until = edition_day(who)
    if until is None or not around.by("org:member"):
        return None
    return year_counts(membership_tallies(who.edition.index, resource), until=until)


def _sheet(who: Reader, resource: str, when: Moment | None) -> str:
    """Where those whom cooperations tie to a resource are listed as CSV, as of `when` or the day of the edition."""
    day = edition_day(who)
    date = when.text if when else day.isoformat() if day else ""
    if who.static or not date or not is_tied(who.edition.index, resource):
        return ""
    return who.with_query("asof", {"thing": resource, "date": date, "format": "csv"})


def _sheets(who: Reader, resource: str, *, others: Sized, years: YearCounts | None) -> Iterator[tuple[str, str]]:
    """What stands on the page apart from its tables and is CSV as well: its name and its address."""
    if others:
        asked = {"thing": resource, "table": "elsewhere", "format": "csv"}
        yield who.text("Said elsewhere"), who.with_query("around", asked)
    if years:
        yield who.text("Over the years"), who.with_query("years", {"thing": resource, "format": "csv"})


def _withdraws(triple: Triple) -> bool:
    return triple.predicate.value == iri("owl:deprecated") and getattr(triple.object, "value", "") in {"true", "1"}


def _texts(document: Document, language: str) -> tuple[Label, ...]:
    found = [each.triple.object for each in document.outgoing if each.triple.predicate.value in _TEXTS]
    texts = [term for term in found if isinstance(term, Literal)]
    best = [term for term in texts if term.language == language] or texts[:1]
    return tuple(Label(term.value, term.language or "") for term in best)


def _summary(who: Reader, views: Views, document: Document, *, type_: str | None) -> Iterator[Brief]:
    said: dict[str, dict[Any, None]] = {}
    for triple in (*(each.triple for each in document.outgoing), *document.brief):
        if (name := triple.predicate.value) in _SUMMARY:
            said.setdefault(name, {})[triple.object] = None
    for name in _SUMMARY:
        values = tuple(map(views.value, said.get(name, ()))) or tuple(_contested(views, document, name))
        if not values and name == _PERIOD and type_ in _TIMED:
            values = (unknown(who)._replace(note=who.text("no statement here says when")),)
        told = tuple(value for value in values if value.link is None or value.link.named)
        near = tuple(value for value in told if value.link is None or value.link.here)
        if values:
            yield Brief(views.names.link(name), near or told or values)


def _steered(who: Reader, views: Views, document: Document) -> Iterator[Brief]:
    """The groups that steer a cooperation."""
    parts = (each.triple for each in document.incoming if each.triple.predicate.value == _PART)
    named = (str(getattr(triple.subject, "value", "")) for triple in parts)
    groups = [name for name in named if who.edition.index.type(name) == _STEERING]
    if groups:
        yield Brief(views.names.link(_STEERING), tuple(map(views.value_of, groups)))


def _contested(views: Views, document: Document, name: str) -> Iterator[Value]:
    """What claims say of a period where nothing is held of it, each with its standing; of other properties nothing."""
    for each in document.unheld if name == _PERIOD else ():
        about, behind = (each.triple.subject, each.triple.predicate), views.behind(each.graphs)
        if about == (NamedNode(document.iri), NamedNode(name)) and behind and behind[0].status:
            yield views.value(each.triple.object)._replace(note=behind[0].status.text.lower())


def _in_area(who: Reader, resource: str, type_: str | None) -> Iterator[Panel]:
    """How many things of each class there are in the resource, where it is a county or a country, and where they are listed."""
    area = _AREAS.get(type_ or "", "")
    if not area or (area == "country" and who.static):  # of whose lists a copy of the site has none
        return
    counts = who.edition.index.choices("", (), {area: resource})["type"]
    who.names.fetch(counts)
    if counts:
        yield area_panel(who, area, [_list_of(who, {area: resource}, *each) for each in counts.items()])


def _list_of(who: Reader, within: Mapping[str, str], class_: str, count: int) -> tuple[Link, Link, int]:
    """The list of what there is of a class in an area, the same as a sheet, and how long it is."""
    asked = {"type": class_, **within}
    link = replace(plural(who.names.link(class_), who.language, count), href=who.with_query("list", asked))
    return link, replace(link, text="CSV", lang="", href=who.with_query("list", {**asked, "format": "csv"})), count


def _gap(who: Reader, each: Neighbour) -> Gap:
    reasons, sources, fillers = map(each.values, ("kg:gapReason", "kg:gapSource", "kg:filledBy"))
    reason = who.names.link(reasons[0]) if reasons else None
    return Gap(
        who.names.link(each.iri), reason, tuple(map(who.names.link, sources)), tuple(map(who.names.link, fillers))
    )


def _beside(unheld: Iterable[Statement], shown: Iterable[Disagreement]) -> Iterator[Statement]:
    """What isn't held of things that have an IRI and isn't shown as a disagreement either."""
    matters = {(each.subject.iri, each.property.iri) for each in shown}
    for each in unheld:
        subject = each.triple.subject
        if isinstance(subject, NamedNode) and (subject.value, each.triple.predicate.value) not in matters:
            yield each


def _listed(views: Views, statements: Iterable[Statement]) -> tuple[tuple[Link, Fact], ...]:
    return tuple((views.names.link(each.triple.predicate.value), views.fact(each)) for each in statements)
