"""What a search in the browser knows beside the names: how the live search understands words, and the classes and places of a release."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from kommungraf.editions.edition import Edition
from kommungraf.editions.search import BEHIND, EVIDENCE, LOCALITY
from kommungraf.editions.spelling import APART, LEAST_ALIKE, LONGEST_NAME, MEANT
from kommungraf.export.placement import place_of
from kommungraf.lookup.asking import ADDRESS, ASIDE, KEY, MOST_NAMED, SHORT, SURELY
from kommungraf.lookup.narrowing import FACETS, FEW, MOST_VALUES
from kommungraf.lookup.plainwords import COUNTRIES, JOINING, KINDS
from kommungraf.lookup.searchpages import CLOSE, FEW_HITS, HITS, SUGGESTED
from kommungraf.rendering.plurals import plural
from kommungraf.resources.links import Link, Names, path_of
from kommungraf.texts import PLAIN_LETTERS, folded

__all__ = ["TEXTS_TOGETHER", "SearchWords", "all_words_of", "search_words", "words_of"]

#: By what a question in plain words is narrowed.
_PLACES: Final = ("county", "country")
#: So many texts are in one file.
TEXTS_TOGETHER: Final = 200
#: What the index takes for a word.
_WORD: Final = re.compile(r"[^\W_]+")
_VALUES: Final = "SELECT DISTINCT name, value FROM facet ORDER BY name, value"
_LISTED: Final = """
    SELECT facet.value, thing.type, COUNT(*) FROM facet JOIN thing USING (iri)
    WHERE facet.name = 'county' AND thing.type <> '' GROUP BY 1, 2
"""
_TEXTS: Final = "SELECT rowid, text FROM words WHERE rowid > ? ORDER BY rowid LIMIT 1000"
#: The number of each value, by facet and value.
_Values = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class SearchWords:
    """What is `told` to the script, and the numbers by which the lines of names have classes, places and standings."""

    told: dict[str, Any]
    types: dict[str, int]
    places: _Values
    values: _Values


def words_of(text: str) -> list[str]:
    """The words of a name or text, without case and accents."""
    return _WORD.findall(folded(text))


def all_words_of(text: str) -> list[str]:
    """The same, and before them, where there are letters such as ø and ł, its words with these, as the index has both."""
    lower = text.lower()
    if not any(letter in lower for letter in PLAIN_LETTERS):
        return words_of(text)
    apart = unicodedata.normalize("NFKD", lower)
    return [*_WORD.findall("".join(each for each in apart if not unicodedata.combining(each))), *words_of(text)]


def search_words(edition: Edition, language: str) -> SearchWords:
    """The declarations of the live search, with the classes, places and standings that there are, named in `language`."""
    values = edition.index.rows(_VALUES)
    types = edition.index.types()
    numbers = {name: number for number, name in enumerate(types)}
    places = {each: number for number, each in enumerate(each for each in values if each[0] in _PLACES)}
    others = (each for each in values if each[0] not in _PLACES and each[0] in FACETS)
    standings = {each: number for number, each in enumerate(others, len(places))}
    size, length = _size(edition)
    told = {
        **_declared(places),
        "size": size,
        "length": length,
        "types": _classes(edition, language, types),
        "places": _places(edition, language, places, numbers),
        "standings": _standings(edition, language, standings),
    }
    return SearchWords(told, numbers, places, {**places, **standings})


def _size(edition: Edition) -> tuple[int, float]:
    """How many names and texts there are, and how many words one has on average, by which longer ones count for less."""
    last, size, words = 0, 0, 0
    while rows := edition.index.rows(_TEXTS, last):
        last, size = rows[-1][0], size + len(rows)
        words += sum(len(all_words_of(text)) for _, text in rows)
    return size, words / size if size else 1


def _declared(places: _Values) -> dict[str, Any]:
    codes = {value.rpartition("/")[2]: number for (name, value), number in places.items() if name == "country"}
    return {
        "letters": PLAIN_LETTERS,
        "apart": APART,
        "longest": LONGEST_NAME,
        "least": LEAST_ALIKE,
        "meant": MEANT,
        "surely": SURELY,
        "close": CLOSE,
        "locality": LOCALITY,
        "behind": BEHIND,
        "short": SHORT,
        "mostNamed": MOST_NAMED,
        "evidence": EVIDENCE,
        "aside": ASIDE,
        "key": KEY.pattern.replace("(?P<", "(?<"),
        "address": ADDRESS.pattern,
        "kinds": dict(KINDS),
        "joining": sorted(JOINING),
        "facets": FACETS,
        "few": FEW,
        "mostValues": MOST_VALUES,
        "fewHits": FEW_HITS,
        "hits": HITS,
        "suggested": SUGGESTED,
        "texts": TEXTS_TOGETHER,
        "countries": {word: codes.get(code, -1) for word, code in COUNTRIES.items()},
    }


def _classes(edition: Edition, language: str, types: Mapping[str, int]) -> list[dict[str, Any]]:
    names = Names(edition.index, edition.base_iri, language=language)
    names.fetch(types)
    found = []
    for name, total in types.items():
        link, href = names.link(name), _listed(language, type=name)
        many = plural(link, language)
        named = {**_labelled(link, language), "plural": many.text}
        found.append({"iri": name, **named, "total": total, "href": href})
    return found


def _places(edition: Edition, language: str, places: _Values, types: Mapping[str, int]) -> list[dict[str, Any]]:
    """Each place with its page, and of counties the lists that there are of what people ask for: how many, and where."""
    names = Names(edition.index, edition.base_iri, language=language)
    names.fetch(value for _, value in places)
    lists: dict[str, dict[int, tuple[int, str]]] = {}
    for county, type_, total in edition.index.rows(_LISTED):
        if type_ in KINDS.values():
            lists.setdefault(county, {})[types[type_]] = (total, _listed(language, type=type_, county=county))
    found = []
    for name, value in places:
        page = place_of(f"/{path_of(value, edition.base_iri)}", language)
        href = page.href if page else ""
        kept = lists.get(value, {}) if name == "county" else {}
        label = _labelled(names.link(value), language)
        found.append({"name": name, "iri": value, **label, "href": href, "lists": kept})
    return found


def _standings(edition: Edition, language: str, standings: _Values) -> list[dict[str, str]]:
    names = Names(edition.index, edition.base_iri, language=language)
    names.fetch(value for _, value in standings)
    return [{"name": name, "iri": value, **_labelled(names.link(value), language)} for name, value in standings]


def _labelled(link: Link, language: str) -> dict[str, str]:
    """What something is called, and in which language, if in another."""
    return {"label": link.text, **({"lang": link.lang} if link.lang not in {"", language} else {})}


def _listed(language: str, **asked: str) -> str:
    place = place_of(f"/list?{urlencode(asked)}", language)
    return place.href if place else ""
