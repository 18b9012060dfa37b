"""What a search in the browser knows beside the names: how the live search understands words, and the classes and places of a release."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from kommungraf.editions.edition import Edition
from kommungraf.editions.search import BEHIND, EVIDENCE, LOCALITY
from kommungraf.editions.spelling import APART, LEAST_ALIKE, LONGEST_NAME, MEANT
from kommungraf.export.placement import place_of
from kommungraf.lookup.asking import ADDRESS, ASIDE, KEY, MOST_NAMED, SHORT, SURELY
from kommungraf.lookup.plainwords import COUNTRIES, JOINING, KINDS
from kommungraf.lookup.searchpages import CLOSE
from kommungraf.rendering.plurals import plural
from kommungraf.resources.links import Names, path_of
from kommungraf.texts import PLAIN_LETTERS

__all__ = ["FACETS_ASKED", "Places", "SearchWords", "search_words"]

#: By what a question in plain words is narrowed.
FACETS_ASKED: Final = ("county", "country")
_VALUES: Final = "SELECT DISTINCT name, value FROM facet WHERE name IN (?, ?) ORDER BY name, value"
_LISTED: Final = """
    SELECT facet.value, thing.type, COUNT(*) FROM facet JOIN thing USING (iri)
    WHERE facet.name = 'county' AND thing.type <> '' GROUP BY 1, 2
"""
_SIZE: Final = "SELECT COUNT(*) FROM words"
#: How many words a name or text of ours has, by which longer ones count for less.
_USUAL_LENGTH: Final = 4
#: The number of each place, by facet and value.
Places = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class SearchWords:
    """What is `told` to the script, and the numbers by which the lines of names have classes and places."""

    told: dict[str, Any]
    types: dict[str, int]
    places: Places


def search_words(edition: Edition, language: str) -> SearchWords:
    """The declarations of the live search, with the classes and places that there are, named in `language`."""
    values = [(name, value) for name, value in edition.index.rows(_VALUES, *FACETS_ASKED)]
    types = edition.index.types()
    numbers = {name: number for number, name in enumerate(types)}
    places = {each: number for number, each in enumerate(values)}
    told = {
        **_declared(places),
        "size": edition.index.rows(_SIZE)[0][0],
        "length": _USUAL_LENGTH,
        "types": _classes(edition, language, types),
        "places": _places(edition, language, places, numbers),
    }
    return SearchWords(told, numbers, places)


def _declared(places: Places) -> dict[str, Any]:
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
        "countries": {word: codes.get(code, -1) for word, code in COUNTRIES.items()},
    }


def _classes(edition: Edition, language: str, types: Mapping[str, int]) -> list[dict[str, Any]]:
    names = Names(edition.index, edition.base_iri, language=language)
    names.fetch(types)
    found = []
    for name, total in types.items():
        link, href = names.link(name), _listed(language, type=name)
        many = plural(link, language).text
        found.append({"iri": name, "label": link.text, "plural": many, "total": total, "href": href})
    return found


def _places(edition: Edition, language: str, places: Places, types: Mapping[str, int]) -> list[dict[str, Any]]:
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
        found.append({"name": name, "iri": value, "label": names.link(value).text, "href": href, "lists": kept})
    return found


def _listed(language: str, **asked: str) -> str:
    place = place_of(f"/list?{urlencode(asked)}", language)
    return place.href if place else ""
