"""The pages that aren't about one resource: home, map, questions, gaps and downloads."""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from flask import Blueprint, Response, redirect, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from pyoxigraph import NamedNode, QueryResultsFormat

from kommungraf.editions.changes import changes
from kommungraf.editions.contacts import contacts, is_reserved
from kommungraf.editions.tenures import tallies
from kommungraf.engine.ownqueries import query_text
from kommungraf.engine.substitution import substituted
from kommungraf.errors import UnknownResource
from kommungraf.formats import GRAPH, HTML
from kommungraf.http.negotiation import refuse_moment, required
from kommungraf.http.problems import Problem
from kommungraf.pages.asked import asked
from kommungraf.pages.querypages import query_context
from kommungraf.pages.results import Table, answered, table_of_results
from kommungraf.pages.schemaorg import dataset as dataset_in_schema_org
from kommungraf.pages.steps import steps
from kommungraf.rendering.asof import edition_day
from kommungraf.rendering.atlas import towns
from kommungraf.rendering.columns import Cell
from kommungraf.rendering.maps import map_of_municipalities, maps_of_ties, ties_shown
from kommungraf.rendering.panels import Panel, Part
from kommungraf.rendering.plurals import plural
from kommungraf.rendering.rowlists import RowList, form_asked, sent
from kommungraf.rendering.site import TYING_CLASSES, Reader, page, reader, written
from kommungraf.rendering.yearcounts import YearCounts, year_counts
from kommungraf.resources.links import Link
from kommungraf.resources.resources import load
from kommungraf.resources.signposting import dataset_signposts, header
from kommungraf.resources.views import Value
from kommungraf.resources.wording import bytes_in_words, number_in_words, period_in_words
from kommungraf.review.uncertainties import gaps, gaps_by_reason
from kommungraf.settings.limits import Limits
from kommungraf.vocab import BASE, iri

__all__ = ["blueprint", "problem_page"]

blueprint = Blueprint("pages", __name__)

#: The columns of the list of gaps.
_GAP: Final = (
    "iri",
    "name",
    *(f"{part}{form}" for part in ("about", "reason") for form in ("", "_names")),
    *("sources", "source_names", "filled_by", "filled_by_names"),
)
_COUNTED: Final = 12
_QUESTIONS: Final = 5
_MOST_COUNTIES: Final = 60
_FOR_ALL: Final = (HTML, *(form.media_type for form in GRAPH))
#: When the accessibility of the pages was assessed, and when the statement of it was last written anew.
_ASSESSED: Final = "2026-11-30"
_STATED: Final = "2026-11-30"
_MAILTO: Final = "mailto:"
#: What the home page counts, where the dataset is about cooperation.
_OUR_CLASSES: Final = tuple(
    iri(name)
    for name in (
        "kg:Municipality",
        "kg:MunicipalPartnership",
        "kg:RegionalCooperation",
        "kg:Twinning",
        "kg:CooperationActivity",
        "kg:Project",
        "kg:PilotStudy",
        "kg:Claim",
        "kg:Source",
        "kg:KnowledgeGap",
    )
)


@dataclass(frozen=True, slots=True)
class Count:
    """How many things of a class there are, where they are listed, as a page and as a sheet, and the query that counts them."""

    name: Link
    number: str
    href: str
    sheet: str
    query: str


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """What this is, and ways into it; for programs, the catalogue."""
    if required(request, _FOR_ALL) != HTML:
        return _to_catalogue()
    who = reader()
    manifest, tongue = who.edition.manifest, who.language
    context = {
        "title": manifest.title.get(tongue) or next(iter(manifest.title.values()), who.text("Dataset")),
        "counts": _counts(who),
        "triples": number_in_words(manifest.triples, tongue),
        "graphs": number_in_words(manifest.graphs, tongue),
        "questions": asked(who)[:_QUESTIONS],
    }
    ours = _is_about_cooperation(who)
    shown = map_of_municipalities(who) if ours else None
    years = _twinnings(who) if ours else None
    newest = steps(who, changes(who.edition.folder)[:1])
    about: dict[str, object] = {"ours": ours, "map": shown, "years": years, "newest": newest}
    about["counties"] = _counties(who) if ours else ()
    return page("home.html", who, structured=_structured(who), **about, **context)


def _twinnings(who: Reader) -> YearCounts | None:
    """How many twinnings there were, year by year."""
    until = edition_day(who)
    return year_counts(tallies(who.edition.index, iri("kg:Twinning")), until=until) if until else None


@blueprint.get("/accessibility")
def accessibility() -> Response:
    """The accessibility statement that Swedish law asks of public bodies."""
    who = reader()
    who.names.fetch(filter(None, [who.edition.manifest.publisher]))
    publisher = who.edition.manifest.publisher
    days = {
        "assessed": period_in_words(_ASSESSED, who.language),
        "updated": period_in_words(_STATED, who.language),
    }
    publishing = who.names.link(publisher) if publisher else None
    reached = [(each.removeprefix(_MAILTO), each) for each in contacts(who.edition) if not is_reserved(each)]
    return page("accessibility.html", who, publisher=publishing, contacts=reached, **days)


def _structured(who: Reader) -> Markup:
    """The dataset in terms of schema.org; one that says nothing of itself is described by its manifest."""
    try:
        found = load(who.edition, f"{who.edition.base_iri}dataset/", claims=False)
    except UnknownResource:
        return dataset_in_schema_org((), who.edition.manifest)
    triples = [each.triple for each in found.outgoing]
    things = {each.object.value for each in triples if isinstance(each.object, NamedNode)}
    who.names.fetch(things)
    return dataset_in_schema_org(triples, who.edition.manifest, {each: who.names.link(each) for each in things})


def _is_about_cooperation(who: Reader) -> bool:
    return who.edition.base_iri == BASE and iri("kg:Municipality") in who.edition.index.types()


def _counties(who: Reader) -> tuple[Link, ...]:
    found = who.edition.index.of_type(iri("kg:County"), who.language, limit=_MOST_COUNTIES)
    who.names.fetch(found)
    return tuple(map(who.names.link, found))


def _counts(who: Reader) -> list[Count]:
    types = who.edition.index.types()
    shown = [name for name in _OUR_CLASSES if name in types] or list(types)[:_COUNTED]
    who.names.fetch(shown)
    return [
        Count(
            plural(who.names.link(name), who.language, types[name]),
            number_in_words(types[name], who.language),
            who.names.page(f"list?type={quote(name, safe='')}"),
            who.with_query("list", {"type": name, "format": "csv"}),
            who.with_query("sparql", {"query": substituted(query_text("counted"), {"class": name}).lstrip()}),
        )
        for name in shown
    ]


@blueprint.get("/map")
def ties() -> Response:
    """The ties by cooperations of one class, of all or of one `county`, on the world's map and on that of our part of it."""
    who, county = reader(), request.args.get("county", "")
    refuse_moment(request)
    kinds = [name for name in TYING_CLASSES if name in who.edition.index.types()]
    chosen = request.args.get("type", next(iter(kinds), ""))
    counties = {each.county for each in towns(who.edition)}
    if chosen not in kinds or county not in {"", *counties}:
        raise UnknownResource(chosen if chosen not in kinds else county)
    within = {each.iri for each in towns(who.edition) if each.county == county}
    who.names.fetch({*kinds, *counties})
    context = {
        "kinds": [plural(who.names.link(name), who.language) for name in kinds],
        "chosen": plural(who.names.link(chosen), who.language),
        "counties": sorted(map(who.names.link, counties), key=lambda link: (link.text.casefold(), link.iri)),
        "county": who.names.link(county) if county else None,
        "at": lambda kind, county: who.with_query("map", {"type": kind, **({"county": county} if county else {})}),
        "query": who.as_query("ties", type=chosen, **({"county": county} if county else {})),
    }
    maps = maps_of_ties(who, chosen, within=within)
    return page("map.html", who, maps=maps, panel=_ties_as_table(who, chosen, within), **context)


def _ties_as_table(who: Reader, kind: str, within: Set[str]) -> Panel:
    """Each municipality of the maps of ties, or each `within` a county, with those it is tied to; all were named."""
    partners: dict[str, set[str]] = {}
    own = within or {each.iri for each in towns(who.edition)}
    for tie in ties_shown(who, kind, within=within)[0]:
        for one, other in ((tie.one, tie.other), (tie.other, tie.one)):
            if one in own:
                partners.setdefault(one, set()).add(other)
    rows = (
        (Part((Value(one, link=who.names.link(one)),)), Part(tuple(_by_name(who, others))))
        for one, others in partners.items()
    )
    columns = (who.text("Municipality"), who.text("Tied to"))
    ordered = sorted(rows, key=lambda row: _name(row[0].values[0]))
    return Panel(who.text("As a table"), who.text("The ties that the map shows"), columns, tuple(ordered))


def _by_name(who: Reader, things: Iterable[str]) -> list[Value]:
    return sorted((Value(each, link=who.names.link(each)) for each in things), key=_name)


def _name(value: Value) -> tuple[str, str]:
    return value.link.text.casefold() if value.link else "", value.term


@blueprint.get("/questions")
def questions() -> Response:
    """The competency questions."""
    who = reader()
    return page("questions.html", who, questions=asked(who))


@blueprint.get("/questions/<slug>")
def question(slug: str) -> Response:
    """One question with its live answer beside the expected one."""
    who = reader()
    found = next((each for each in asked(who) if each.slug == slug), None)
    if found is None:
        raise UnknownResource(f"{who.edition.base_iri}questions/{slug}")
    live = answered(who, found.query)
    expected = table_of_results(who, found.expected.encode(), QueryResultsFormat.TSV)
    same = _says_the_same(live, expected)
    return page(
        "question.html", who, asked=found, table=found.worded(live), expected=found.worded(expected), same=same
    )


def _says_the_same(first: Table, second: Table) -> bool:
    """Whether the rows are the same in any order."""
    bags = (sorted(map(repr, table.rows)) for table in (first, second))
    return first.columns == second.columns and next(bags) == next(bags)


@blueprint.get("/gaps")
def all_gaps() -> Response:
    """What the sources announce and don't give, as a page and as a sheet."""
    who = reader()
    panel, form = gaps(who), form_asked()
    asked = who.as_query("gaps")
    if form == HTML:
        sheet = who.with_query("gaps", {"format": "csv"})
        return page("gaps.html", who, groups=gaps_by_reason(who, panel), sheet=sheet, query=asked)
    rows = tuple(tuple(_gap_as_row(row)) for row in panel.rows)
    return sent(who, RowList("gaps", who.text("What is not known"), _GAP, rows, ("iri",), asked), form)


def _gap_as_row(row: tuple[Part, ...]) -> Iterator[Cell]:
    """What each column of the page says, as IRIs and in words."""
    gap, *others = (part.values for part in row)
    yield from (value for term, words in map(_told, gap) for value in (term, words))
    for values in others:
        told = tuple(map(_told, values))
        yield from (tuple(term for term, _ in told), tuple(words for _, words in told))


def _told(value: Value) -> tuple[str, str]:
    return value.term, value.link.text if value.link else value.text


@blueprint.get("/dataset/")
def dataset() -> ResponseReturnValue:
    """The files of the release with their sizes and digests; for programs, the catalogue, which describes the dataset."""
    if required(request, _FOR_ALL) != HTML:
        return _to_catalogue()
    who = reader()
    manifest = who.edition.manifest
    files = [
        (entry, bytes_in_words(entry.bytes, who.language), manifest.entry(f"{entry.path}.gz"))
        for entry in manifest.offered()
    ]
    counties = _counties(who) if _is_about_cooperation(who) else ()
    told = {"lists": _counts(who), "counties": counties, "structured": _structured(who)}
    response = page("dataset.html", who, files=files, **told)
    response.headers["Link"] = header(dataset_signposts(manifest, root=request.script_root))
    return response


def _to_catalogue() -> ResponseReturnValue:
    response = redirect(f"{request.script_root}/catalogue", 303)
    response.vary.add("Accept")
    return response


def problem_page(limits: Limits, services: Sequence[str], problem: Problem, _language: str) -> str:
    """An error as a page; an error in a query beside the query, with what one query may cost."""
    who = reader()
    if request.path.rstrip("/") == "/sparql" and "query" in request.args:
        context = query_context(who, request.args["query"], limits=limits, services=services)
        return written("query.html", who, **{**context, "problem": problem, "title": problem.title})
    successor = problem.members.get("successor")
    who.names.fetch(filter(None, [successor]))
    told = {
        "title": problem.title,
        "explanation": _explanation(who, problem),
        "successor": who.names.link(successor) if successor else None,
        "date": request.args.get("date", ""),
    }
    return written("problem.html", who, problem=problem, **told)


def _explanation(who: Reader, problem: Problem) -> str:
    """What a reader can make of the problem, where it isn't about the request itself."""
    return {
        404: who.text("Nothing is known here by that name. Search for it, or start over."),
        405: who.text("This address can be read, and nothing can be changed there."),
        406: who.text("This address has no page of the kind that your browser asks for."),
        410: who.text("This was part of the dataset and was withdrawn."),
        429: who.text(
            "More was asked for from your address than one visitor may ask in a while. Wait a little and try again."
        ),
        503: who.text("Too much is asked at once. Try again in a while."),
    }.get(problem.status, "")
