"""The pages that aren't about one resource: home, search, questions, conflicts, gaps, downloads and the query page."""

import json
from dataclasses import dataclass, replace
from typing import Any, Final

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from pyoxigraph import (
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    parse,
    parse_query_results,
)

from kommungraf.errors import UnknownResource
from kommungraf.evaluator import Answer, Query
from kommungraf.formats import GRAPH, HTML, SOLUTIONS
from kommungraf.freshness import fixed
from kommungraf.negotiation import chosen
from kommungraf.problems import Problem
from kommungraf.resources import query_text
from kommungraf.site import Reader, page, reader, written
from kommungraf.views import Value
from kommungraf.vocab import PREFIXES
from kommungraf.wording import bytes_in_words, literal_in_words, number_in_words

__all__ = ["blueprint", "problem_page", "query_page", "result_page"]

blueprint = Blueprint("pages", __name__)

_HITS: Final = 20
_MOST_ROWS: Final = 1000
#: The kinds that the home page counts, with the message that names them.
_SHOWN_KINDS: Final = {
    "municipality": "municipalities",
    "partnership": "partnerships",
    "regional-cooperation": "regional cooperations",
    "twinning": "twinnings",
    "project": "projects and pilot studies",
    "claim": "claims",
    "source": "sources",
}
_COLUMNS: Final = {
    "claim": "Claim",
    "words": "In the words of the source",
    "source": "Source",
    "status": "Status",
    "otherClaim": "Other claim",
    "otherWords": "In the words of the other source",
    "otherSource": "Other source",
    "otherStatus": "Status of the other claim",
    "gap": "Gap",
    "subject": "Subject",
    "property": "Property",
    "reason": "Reason",
}


@dataclass(frozen=True, slots=True)
class Table:
    """A result as rows of values; `cut` says that there are more rows than are shown."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Value | None, ...], ...]
    cut: bool
    total: int


@blueprint.get("/")
def home() -> Response:
    """What this is, and ways into it."""
    who = reader()
    kinds = who.edition.index.kinds()
    counts = [
        (who.text(name), number_in_words(kinds[kind], who.language))
        for kind, name in _SHOWN_KINDS.items()
        if kinds.get(kind)
    ]
    triples = number_in_words(who.edition.manifest.triples, who.language)
    return page(
        "home.html", who, counts=counts, triples=triples, questions=_questions(who), base=who.edition.base_iri
    )


@blueprint.get("/search")
def search() -> Response:
    """Names and texts that hold the words of `q`."""
    who = reader()
    words, number = request.args.get("q", "").strip(), max(1, request.args.get("page", 1, type=int))
    hits = who.edition.index.search(words, who.language, limit=_HITS, offset=(number - 1) * _HITS)
    if chosen(request, (HTML, "application/json")) == "application/json" or request.args.get("format") == "json":
        return _hits_as_json(who, words, hits)
    types = {hit.type for hit in hits.hits if hit.type}
    who.names.fetch({*(hit.iri for hit in hits.hits), *types})
    found = [(who.names.link(hit.iri), hit, who.names.link(hit.type) if hit.type else None) for hit in hits.hits]
    pages = max(1, -(-hits.total // _HITS))
    return page("search.html", who, words=words, found=found, total=hits.total, number=number, pages=pages)


def _hits_as_json(who: Reader, words: str, hits: Any) -> Response:
    found = [
        {"iri": hit.iri, "text": hit.match.text, "lang": hit.match.lang, "type": hit.type, "kind": hit.kind}
        for hit in hits.hits
    ]
    content = {"query": words, "total": hits.total, "hits": found}
    response = Response(json.dumps(content, ensure_ascii=False) + "\n", mimetype="application/json")
    response.vary.add("Accept")
    return fixed(response, who.edition.etag(request.full_path, "json", who.language))


@blueprint.get("/questions")
def questions() -> Response:
    """The competency questions."""
    who = reader()
    return page("questions.html", who, questions=_questions(who))


@blueprint.get("/questions/<slug>")
def question(slug: str) -> Response:
    """One question with its live answer beside the expected one."""
    who = reader()
    asked = next((each for each in _questions(who) if each["slug"] == slug), None)
    if asked is None:
        raise UnknownResource(f"{who.edition.base_iri}questions/{slug}")
    table = _answered(who, asked["query"])
    return page("question.html", who, asked=asked, table=table)


@blueprint.get("/conflicts")
def conflicts() -> Response:
    """The claims that conflict."""
    return _listing("conflicts", "Conflicts", "Claims that other claims disagree with, each pair once")


@blueprint.get("/gaps")
def gaps() -> Response:
    """What the sources announce and don't give."""
    return _listing("gaps", "Gaps", "What is known to be unknown, and why")


def _listing(name: str, title: str, caption: str) -> Response:
    who = reader()
    table = _answered(who, query_text(name))
    table = replace(table, columns=tuple(who.text(_COLUMNS[column]) for column in table.columns))
    return page("listing.html", who, title=who.text(title), caption=who.text(caption), table=table)


@blueprint.get("/dataset/")
def dataset() -> ResponseReturnValue:
    """The dumps with their sizes and digests."""
    who = reader()
    files = [
        (entry, bytes_in_words(entry.bytes, who.language))
        for entry in who.edition.manifest.files
        if entry.encoding is None and entry.describes != "index"
    ]
    return page("dataset.html", who, files=files)


def query_page() -> Response:
    """The form for a query."""
    who = reader()
    prefixes = "\n".join(f"PREFIX {name}: <{PREFIXES[name]}>" for name in ("kg", "org", "skos"))
    text = f"{prefixes}\n\nSELECT ?municipality ?name WHERE {{\n  ?municipality a kg:Municipality ; skos:prefLabel ?name .\n}} LIMIT 20\n"
    return page("query.html", who, text=text, table=None, questions=_questions(who), forms=())


def result_page(text: str, answer: Answer) -> Response:
    """The form with a query and its answer, at most so many rows of it."""
    who = reader()
    table = _table(who, answer)
    forms = GRAPH if answer.form == "triples" else SOLUTIONS
    response = page("query.html", who, text=text, table=table, questions=_questions(who), forms=forms)
    if table.cut:
        response.headers["X-Result-Cut"] = f"rows={_MOST_ROWS}"
    return response


def problem_page(problem: Problem, language: str) -> str:
    """An error as a page."""
    who = reader()
    return written("problem.html", who, problem=problem, title=who.text(problem.title), asked=language)


def _questions(who: Reader) -> list[dict[str, str]]:
    content: list[dict[str, str]] = json.loads((who.edition.folder / "questions.json").read_text("utf-8"))
    return [{**each, "text": each[who.language]} for each in content]


def _answered(who: Reader, text: str) -> Table:
    query = Query(text, solutions=SOLUTIONS[0].media_type, graph="application/n-triples", own=True)
    return _table(who, who.edition.evaluator.evaluate(query))


def _table(who: Reader, answer: Answer) -> Table:
    with answer.body as body:
        content = body.read()
    if answer.form == "triples":
        triples = [(each.subject, each.predicate, each.object) for each in parse(content, RdfFormat.N_TRIPLES)]
        return _shown(who, ("subject", "predicate", "object"), triples)
    results = parse_query_results(content, QueryResultsFormat.JSON)
    if not isinstance(results, QuerySolutions):
        return Table(("?",), ((Value(who.text("yes") if bool(results) else who.text("no")),),), False, 1)
    names = tuple(variable.value for variable in results.variables)
    return _shown(who, names, [tuple(solution[name] for name in names) for solution in results])


def _shown(who: Reader, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> Table:
    shown = rows[:_MOST_ROWS]
    who.names.fetch({term.value for row in shown for term in row if isinstance(term, NamedNode)})
    cells = tuple(tuple(_cell(who, term) for term in row) for row in shown)
    return Table(columns, cells, len(rows) > _MOST_ROWS, len(rows))


def _cell(who: Reader, term: Any) -> Value | None:
    if isinstance(term, NamedNode):
        return Value(term.value, link=who.names.link(term.value))
    if isinstance(term, Literal):
        text = literal_in_words(term, who.language)
        return Value(term.value, text=text, lang=term.language or "", datatype=term.datatype.value)
    return None if term is None else Value(str(term), text=str(term))
