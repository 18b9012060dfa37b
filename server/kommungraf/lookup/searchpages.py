"""Finding things by name: search with facets, suggestions while one types, and the OpenSearch description."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from jinja2 import Environment
from jinja2.filters import do_truncate

from kommungraf.editions.search import Alike, Hit, Hits, Label, Narrowing
from kommungraf.errors import UnknownResource
from kommungraf.formats import HTML
from kommungraf.http.freshness import fixed
from kommungraf.http.negotiation import asked_moment, page_number, required
from kommungraf.lookup.asking import Meaning, meaning
from kommungraf.lookup.narrowing import Choice, asked_narrowing, blank_facets, facets, kinds, open_at_once
from kommungraf.releases.moments import Moment
from kommungraf.rendering.asof import answer_in_words, answers_at, dated
from kommungraf.rendering.plurals import plural
from kommungraf.rendering.site import Reader, page, reader
from kommungraf.resources.links import Link
from kommungraf.resources.wording import number_in_words

__all__ = ["CLOSE", "FEW_HITS", "HITS", "SUGGESTED", "blueprint", "excerpt"]

blueprint = Blueprint("search", __name__)

#: So many hits are on a page, and so many names are suggested.
HITS: Final = 20
SUGGESTED: Final = 8
#: Up to so many hits, what holds some of the words is shown as well.
FEW_HITS: Final = 3
#: From here on a name that is spelt alike is surely what was meant.
CLOSE: Final = 0.8
#: So many letters are shown of a text that was found.
_MOST_LETTERS: Final = 160
_PLAIN: Final = Environment(autoescape=True)
_JSON: Final = "application/json"
_SUGGESTIONS: Final = "application/x-suggestions+json"
_DESCRIPTION: Final = "application/opensearchdescription+xml"


@dataclass(frozen=True, slots=True)
class Found:
    """One hit of a search, named; `answer` is whether it was there as of the moment that is asked for."""

    link: Link
    hit: Hit | Alike
    type: Link | None
    answer: str = ""

    @property
    def said(self) -> Label | None:
        """What the words stand in, where that isn't what the thing is called here, alone or with what tells it from namesakes."""
        match, called = self.hit.match if isinstance(self.hit, Hit) else None, self.link.text
        if match is None or called == match.text or called.startswith(f"{match.text} ("):
            return None
        return replace(match, text=excerpt(match.text))


@dataclass(frozen=True, slots=True)
class _Near:
    """What comes near where hardly anything holds every word: what holds `some` of them, and names that are spelt `alike`."""

    some: tuple[Hit, ...] = ()
    alike: tuple[Alike, ...] = ()


@dataclass(frozen=True, slots=True)
class _Meant:
    """What the words mean beyond being found: the `things` that they name, and how many there are of what is asked for around them."""

    things: tuple[str, ...] = ()
    asked: Meaning = field(default_factory=Meaning)
    total: int = 0


@blueprint.get("/search")
def search() -> ResponseReturnValue:
    """Names and texts that hold the words of `q`, narrowed by `type`, `county`, `country` and `status`; as of a `date`."""
    who, number, when = reader(), page_number(request), asked_moment(request)
    if who.static:
        return _page_with_script(who)
    words, within = request.args.get("q", "").strip(), asked_narrowing()
    is_page = request.args.get("format") != "json" and required(request, (HTML, _JSON)) == HTML
    find = who.edition.index.counted_search if is_page else who.edition.index.search
    hits = find(words, who.language, within=within, limit=HITS, offset=(number - 1) * HITS)
    if number > 1 and not hits.hits:
        raise UnknownResource(request.full_path)
    near = _near(who, words, within, hits) if words else _Near()
    meant = _meant(who, words, hits) if words and number == 1 and within == Narrowing() else _Meant()
    if meant != _Meant():
        near = replace(near, alike=tuple(each for each in near.alike if each.score >= CLOSE))
    if not is_page:
        return _hits_as_json(who, words, hits, near=(near, meant), when=when)
    pages = max(1, -(-hits.total // HITS))
    context = {
        "meant": _found(who, _known(who, meant.things), when),
        "asked": _asked(who, meant),
        "found": _found(who, hits.hits, when),
        "alike": _found(who, (each for each in near.alike if each.iri not in meant.things), when),
        "some": _found(who, (each for each in near.some if each.iri not in meant.things), when),
        "total": hits.total,
        "lists": () if hits.total or near.alike or near.some or meant != _Meant() else kinds(who),
    }
    choices = facets(who, "search", hits.counts)
    return page(
        "search.html",
        who,
        words=words,
        facets=choices,
        opened=open_at_once(choices),
        number=number,
        pages=pages,
        **dated(who, when),
        **context,
    )


def _page_with_script(who: Reader) -> Response:
    """The page of a site that runs no program, with what a script fills in: rows of choices, and the links to other pages."""
    blank = {"blank": blank_facets(who), "numbered": "?page={}".format}
    return page("search.html", who, words="", lists=kinds(who), number=1, pages=1, **blank)


def excerpt(text: str) -> str:
    """The beginning of a text, as much of it as is shown of a hit."""
    return str(do_truncate(_PLAIN, text, _MOST_LETTERS))


def _near(who: Reader, words: str, within: Narrowing, hits: Hits) -> _Near:
    """Names spelt alike, unless there are hits or values of facets are asked for; where none is close, what holds some of several words."""
    if hits.total:
        enough = hits.total > FEW_HITS or any(each.match.text.casefold() == words.casefold() for each in hits.hits)
        return _Near(() if enough else _partly(who, words, within, hits))
    alike = who.edition.index.alike(words, type_=within.type) if not within.facets else ()
    close = any(each.score >= CLOSE for each in alike)
    return _Near(() if close else _partly(who, words, within, hits), alike)


def _meant(who: Reader, words: str, hits: Hits) -> _Meant:
    """What the words mean, unless it is found at once: things that the first hits aren't, and what there is any of."""
    index, asked = who.edition.index, meaning(who.edition.index, words, who.edition.base_iri)
    first = {each.iri for each in hits.hits[:FEW_HITS]}
    things = () if first.issuperset(asked.things) else asked.things
    if not asked.narrows:
        return _Meant(things)
    type_, chosen = asked.within.type, asked.within.facets
    if asked.words:
        total = index.search(asked.words, who.language, within=asked.within, limit=1).total
    else:
        total = index.count(type_ or "", chosen)
    return _Meant(asked.things, asked, total) if total else _Meant(things)


def _known(who: Reader, things: Iterable[str]) -> list[Alike]:
    index = who.edition.index
    return [Alike(each, index.type(each), index.kind(each), 1) for each in things]


def _asked(who: Reader, meant: _Meant) -> Choice | None:
    """What is asked for as a link: its class, the words and the places, with how many there are."""
    if not meant.total:
        return None
    type_, places = meant.asked.within.type, tuple(meant.asked.within.facets.values())
    who.names.fetch((*places, *((type_,) if type_ else ())))
    named = (plural(who.names.link(type_), who.language).text if type_ else "", meant.asked.words)
    text = ", ".join(each for each in (*named, *(who.names.link(place).text for place in places)) if each)
    words = {"q": meant.asked.words} if meant.asked.words else {}
    wanted = {**words, **({"type": type_} if type_ else {}), **meant.asked.within.facets}
    href = who.with_query("search" if words else "list", wanted)
    link = Link(type_ or places[0], text, "", href, here=True)
    return Choice(link, number_in_words(meant.total, who.language), href, taken=False)


def _partly(who: Reader, words: str, within: Narrowing, hits: Hits) -> tuple[Hit, ...]:
    """What holds some of several words, and not all."""
    if len(words.split()) < 2:
        return ()
    found = who.edition.index.search(words, who.language, within=replace(within, some=True), limit=HITS).hits
    whole = {each.iri for each in hits.hits}
    return tuple(each for each in found if each.iri not in whole)


def _found(who: Reader, hits: Iterable[Hit | Alike], when: Moment | None = None) -> list[Found]:
    shown = list(hits)
    who.names.fetch({name for hit in shown for name in (hit.iri, hit.type) if name})
    answers = answers_at(who, (hit.iri for hit in shown), when)
    return [
        Found(
            who.names.link(hit.iri),
            hit,
            who.names.link(hit.type) if hit.type else None,
            answer_in_words(who, answers[hit.iri]) if hit.iri in answers else "",
        )
        for hit in shown
    ]


def _hits_as_json(
    who: Reader, words: str, hits: Hits, *, near: tuple[_Near, _Meant], when: Moment | None
) -> Response:
    alike, meant = near
    answers = answers_at(who, (hit.iri for hit in (*hits.hits, *alike.some)), when)
    found, partly = (
        [
            {"iri": hit.iri, "text": hit.match.text, "lang": hit.match.lang, "type": hit.type, "kind": hit.kind}
            | ({"holds": answers.get(hit.iri)} if when else {})
            for hit in each
        ]
        for each in (hits.hits, alike.some)
    )
    similar = [
        {"iri": each.iri, "type": each.type, "kind": each.kind, "score": each.score} for each in alike.alike
    ]
    asked = {"date": when.text} if when else {}
    narrowed = meant.asked.within
    wanted = {"q": meant.asked.words, "type": narrowed.type, **narrowed.facets, "total": meant.total}
    content = {
        "query": words,
        **asked,
        "total": hits.total,
        "hits": found,
        "meant": {"things": list(meant.things), "asked": wanted if meant.total else None},
        "some": partly,
        "alike": similar,
    }
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
    index = who.edition.index
    hits = index.search(words, who.language, limit=SUGGESTED).hits
    named = () if hits else meaning(index, words, who.edition.base_iri).things
    found = _found(who, hits or _known(who, named) or index.alike(words, limit=SUGGESTED))
    kinds = [each.type.text if each.type else "" for each in found]
    names = [each.link.text for each in found]
    addresses = [each.link.iri for each in found]
    return _as_json(who, [words, names, kinds, addresses], _SUGGESTIONS)


@blueprint.get("/opensearch.xml")
def description() -> ResponseReturnValue:
    """The OpenSearch description, by which a browser offers this search; it names the host that was asked."""
    who = reader()
    text = render_template(
        "opensearch.xml",
        lang=who.language,
        host=request.host_url,
        title=who.title,
        text=who.text,
        static=who.static,
    )
    response = Response(text, mimetype=_DESCRIPTION)
    response.vary.add("Accept-Language")
    fixed(response, who.edition.etag(request.url, who.language))
    response.cache_control.public, response.cache_control.private = False, True
    return response
