"""Finding things by name: search with facets, suggestions while one types, lists of a class, and their CSV."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from kommungraf.asof import answer_in_words, day_in_words
from kommungraf.engine import Query
from kommungraf.errors import UnknownResource
from kommungraf.formats import HTML
from kommungraf.freshness import fixed
from kommungraf.links import Link
from kommungraf.moments import Holds, Moment
from kommungraf.negotiation import asked_moment, page_number, required
from kommungraf.plurals import plural
from kommungraf.resources import query_text
from kommungraf.search import Alike, Hit, Hits, Narrowing
from kommungraf.site import Reader, page, reader
from kommungraf.tenures import spans

__all__ = ["blueprint"]

blueprint = Blueprint("search", __name__)

_HITS: Final = 20
_LISTED: Final = 200
_SUGGESTED: Final = 8
_MOST_VALUES: Final = 24
_JSON: Final = "application/json"
_CSV: Final = "text/csv"
_SUGGESTIONS: Final = "application/x-suggestions+json"
_DESCRIPTION: Final = "application/opensearchdescription+xml"
_FACETS: Final = ("county", "country", "status")


@dataclass(frozen=True, slots=True)
class Found:
    """One hit of a search, named; `answer` is whether it was there as of the moment that is asked for."""

    link: Link
    hit: Hit | Alike
    type: Link | None
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A value by which a search can be narrowed: how many hits have it, and the address with or without it."""

    link: Link
    count: int
    href: str
    taken: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A row of choices."""

    title: str
    choices: tuple[Choice, ...]


@blueprint.get("/search")
def search() -> ResponseReturnValue:
    """Names and texts that hold the words of `q`, narrowed by `type`, `county`, `country` and `status`; as of a `date`."""
    who, number, when = reader(), page_number(request), asked_moment(request)
    if who.static:
        return page("search.html", who, words="", lists=_lists(who), number=1, pages=1)
    words, type_ = request.args.get("q", "").strip(), request.args.get("type") or None
    facets = {name: request.args[name] for name in _FACETS if request.args.get(name)}
    within = Narrowing(type_, facets)
    index = who.edition.index
    hits = index.search(words, who.language, within=within, limit=_HITS, offset=(number - 1) * _HITS)
    alike = index.alike(words, type_=type_) if words and not hits.total and not facets else ()
    if request.args.get("format") == "json" or required(request, (HTML, _JSON)) == _JSON:
        return _hits_as_json(who, words, hits, alike=alike, when=when)
    pages = max(1, -(-hits.total // _HITS))
    context = {
        "found": _found(who, hits.hits, when),
        "alike": _found(who, alike, when),
        "total": hits.total,
        "lists": () if hits.total or alike else _lists(who),
    }
    choices = _facets(who, index.counts(words, within))
    return page(
        "search.html", who, words=words, facets=choices, number=number, pages=pages, **_dated(who, when), **context
    )


def _dated(who: Reader, when: Moment | None) -> dict[str, str]:
    """What a template says of the moment that is asked for."""
    return {"date": when.text, "day": day_in_words(who, when)} if when else {"date": "", "day": ""}


def _lists(who: Reader) -> list[Choice]:
    """The list of each class."""
    types = who.edition.index.types()
    who.names.fetch(types)
    return [
        Choice(
            plural(who.names.link(name), who.language, count),
            count,
            who.with_query("list", {"type": name}),
            taken=False,
        )
        for name, count in types.items()
    ]


def _found(who: Reader, hits: Iterable[Hit | Alike], when: Moment | None = None) -> list[Found]:
    shown = list(hits)
    who.names.fetch({name for hit in shown for name in (hit.iri, hit.type) if name})
    answers = _answers(who, (hit.iri for hit in shown), when)
    return [
        Found(
            who.names.link(hit.iri),
            hit,
            who.names.link(hit.type) if hit.type else None,
            answer_in_words(who, answers[hit.iri]) if hit.iri in answers else "",
        )
        for hit in shown
    ]


def _answers(who: Reader, iris: Iterable[str], when: Moment | None) -> dict[str, Holds]:
    """Whether each of `iris` of which any bounds are known was there at `when`."""
    if when is None:
        return {}
    return {name: bounds.hold(when) for name, bounds in spans(who.edition.index, iris).items()}


def _facets(who: Reader, counts: Mapping[str, Mapping[str, int]]) -> list[Facet]:
    titles = {
        "type": who.text("Kind"),
        "county": who.text("County"),
        "country": who.text("Country"),
        "status": who.text("Status"),
    }
    who.names.fetch({value for found in counts.values() for value in found})
    facets = (Facet(title, _choices(who, name, counts.get(name, {}))) for name, title in titles.items())
    return [facet for facet in facets if len(facet.choices) > 1 or any(each.taken for each in facet.choices)]


def _choices(who: Reader, name: str, counts: Mapping[str, int]) -> tuple[Choice, ...]:
    asked = {key: value for key, value in request.args.items() if key not in {"page", "format"} and value}
    choices = []
    for value, count in list(counts.items())[:_MOST_VALUES]:
        taken = asked.get(name) == value
        kept = {key: each for key, each in asked.items() if key != name}
        href = who.with_query("search", kept if taken else {**kept, name: value})
        choices.append(Choice(who.names.link(value), count, href, taken))
    return tuple(choices)


def _hits_as_json(who: Reader, words: str, hits: Hits, *, alike: Iterable[Alike], when: Moment | None) -> Response:
    answers = _answers(who, (hit.iri for hit in hits.hits), when)
    found = [
        {"iri": hit.iri, "text": hit.match.text, "lang": hit.match.lang, "type": hit.type, "kind": hit.kind}
        | ({"holds": answers.get(hit.iri)} if when else {})
        for hit in hits.hits
    ]
    similar = [{"iri": each.iri, "type": each.type, "kind": each.kind, "score": each.score} for each in alike]
    asked = {"date": when.text} if when else {}
    content = {"query": words, **asked, "total": hits.total, "hits": found, "alike": similar}
    return _as_json(who, content, _JSON)


def _as_json(who: Reader, content: object, media_type: str) -> Response:
    response = Response(json.dumps(content, ensure_ascii=False) + "\n", mimetype=media_type)
    response.vary.update(("Accept", "Accept-Language"))
    return fixed(response, who.edition.etag(request.full_path, media_type, who.language))


@blueprint.get("/search/suggest")
def suggest() -> ResponseReturnValue:
    """OpenSearch suggestions: what was written, names that go on so, what they name, and where they are looked up."""
    who = reader()
    words = request.args.get("q", "").strip()
    hits = who.edition.index.search(words, who.language, limit=_SUGGESTED)
    found = _found(who, hits.hits or who.edition.index.alike(words, limit=_SUGGESTED))
    kinds = [each.type.text if each.type else "" for each in found]
    names = [each.link.text for each in found]
    addresses = [each.link.iri for each in found]
    return _as_json(who, [words, names, kinds, addresses], _SUGGESTIONS)


@blueprint.get("/opensearch.xml")
def description() -> ResponseReturnValue:
    """The OpenSearch description, by which a browser offers this search; it names the host that was asked."""
    who = reader()
    text = render_template(
        "opensearch.xml", lang=who.language, host=request.host_url, title=who.title, text=who.text
    )
    response = Response(text, mimetype=_DESCRIPTION)
    response.vary.add("Accept-Language")
    fixed(response, who.edition.etag(request.url, who.language))
    response.cache_control.public, response.cache_control.private = False, True
    return response


@blueprint.get("/list")
def listing() -> ResponseReturnValue:
    """The things of one class by name, or those of them in one `county`; whether each was there as of a `date`."""
    who, number, when = reader(), page_number(request), asked_moment(request)
    name, county = request.args.get("type", ""), request.args.get("county") or None
    index = who.edition.index
    total = index.count(name, county)
    pages = max(1, -(-total // _LISTED))
    if name not in index.types() or number > pages:
        raise UnknownResource(name)
    if required(request, (HTML, _CSV)) == _CSV:
        return _list_as_csv(who, name, county, when)
    found = index.of_type(name, who.language, county=county, limit=_LISTED, offset=(number - 1) * _LISTED)
    counties, answers = index.values("county", name), _answers(who, found, when)
    who.names.fetch((name, *found, *counties, *filter(None, [county])))
    context = {
        "type": who.names.link(name),
        "all": plural(who.names.link(name), who.language),
        "links": [who.names.link(each) for each in found],
        "answers": {each: answer_in_words(who, answers.get(each, Holds.UNKNOWN)) for each in found if when},
        "county": who.names.link(county) if county else None,
        "counties": sorted(map(who.names.link, counties), key=lambda link: link.text.casefold()),
        "csv": who.with_query("list", {**request.args.to_dict(), "format": "csv"}),
    }
    return page("list.html", who, total=total, number=number, pages=pages, **_dated(who, when), **context)


def _list_as_csv(who: Reader, name: str, county: str | None, when: Moment | None) -> Response:
    """All pages of a list, with members, period and sources of each thing, and whether it was there at `when`."""
    text = query_text("listed-in-county" if county else "listed")
    bindings = {"type": name, **({"county": county} if county else {})}
    query = Query(text, solutions=_CSV, graph=None, bindings=bindings, own=True)
    with who.edition.evaluator.evaluate(query).body as body:
        content = body.read()
    response = Response(_answered(who, content, when) if when else content, mimetype=_CSV)
    response.headers["Content-Disposition"] = "attachment; filename=kommungraf.csv"
    response.vary.update(("Accept", "Accept-Language"))
    return fixed(response, who.edition.etag(request.full_path, _CSV))


def _answered(who: Reader, content: bytes, when: Moment) -> str:
    """The table with two more columns: the moment that is asked for, and whether the thing was there then."""
    heading, *rows = csv.reader(io.StringIO(content.decode(), newline=""))
    place, written = heading.index("thing"), io.StringIO(newline="")
    answers = _answers(who, (row[place] for row in rows), when)
    sheet = csv.writer(written)
    sheet.writerow((*heading, "date", "holds"))
    sheet.writerows((*row, when.text, answers.get(row[place], Holds.UNKNOWN)) for row in rows)
    return written.getvalue()
