"""What a search in plain words means: the things that it names, and the kind of things around or in them that it asks for."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from kommungraf.editions.search import EVIDENCE, Index, Narrowing
from kommungraf.lookup.plainwords import COUNTRIES, JOINING, KINDS
from kommungraf.texts import folded

__all__ = ["ADDRESS", "ASIDE", "KEY", "MOST_NAMED", "SHORT", "SURELY", "Meaning", "meaning"]

_WORD: Final = re.compile(r"\w+(?:-\w+)*")
_MOST_WORDS: Final = 12
#: So many words are looked up as names, alone and together.
MOST_NAMED: Final = 4
#: What of an address is no word.
ADDRESS: Final = re.compile(r"https?://|\bwww\.|\.(?:se|com|eu|nu|org|html?)\b", re.IGNORECASE)
#: From here on a misspelt name is taken for the name that is spelt nearly so.
SURELY: Final = 0.85
_MOST_THINGS: Final = 4
#: A key as it stands in an IRI, alone or behind its kind and whatever address that is pasted with it.
KEY: Final = re.compile(r"(?:^|/)(?:(?P<kind>[a-z-]+)/)?(?P<key>[a-z]{2}-[a-z0-9-]+)(?:\.[a-z]+)?(?:[?#].*)?$")
_PLACES: Final = {"/id/county/": "county", "/authority/country/": "country"}
_COUNTRY: Final = (
    "SELECT DISTINCT name, value FROM facet WHERE name = 'country' AND SUBSTR(value, -12) = '/country/' || ?"
)
_ENDING: Final = (
    "SELECT iri FROM thing WHERE iri > ? AND iri < ? AND SUBSTR(iri, -LENGTH(?)) = ? ORDER BY iri LIMIT 4"
)
#: What a misspelt name isn't taken for: what data are described with, and what is said of things.
ASIDE: Final = ("", "def", "shape", "rule", *EVIDENCE)
SHORT: Final = 3
#: Words that are no part of a name.
_LEADING: Final = frozenset((*KINDS, *JOINING, *COUNTRIES))
#: A name and what is called so.
_Part = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Meaning:
    """The `things` that are named; and `words` within a class and values of facets, where a kind of things is asked for."""

    things: tuple[str, ...] = ()
    words: str = ""
    within: Narrowing = field(default_factory=Narrowing)

    @property
    def narrows(self) -> bool:
        """Whether there is more to look at than the things: those of a kind, or those in a place."""
        return bool(self.within.type or (self.words and self.within.facets))


def meaning(index: Index, text: str, base_iri: str) -> Meaning:
    """What `text` means, as far as its words are names, keys and words for kinds of things; nothing where they aren't."""
    if pasted := _keyed(index, text, base_iri):
        return Meaning(pasted)
    words = _WORD.findall(ADDRESS.sub(" ", text))[:_MOST_WORDS]
    plain = [folded(word) for word in words]
    kinds = list(dict.fromkeys(KINDS[word] for word in plain if word in KINDS))
    parts = _parts(index, [word for word, each in zip(words, plain, strict=True) if each not in _LEADING])
    if not parts and not _LEADING.issuperset(plain):
        return Meaning()
    return _meant(index, parts, kinds, _country(index, plain))


def _keyed(index: Index, text: str, base_iri: str) -> tuple[str, ...]:
    found = KEY.search(text.strip().casefold())
    if not found:
        return ()
    start, end = f"{base_iri}id/{found['kind'] or ''}", f"/{found['key']}"
    return tuple(iri for (iri,) in index.rows(_ENDING, start, f"{start}\x7f", end, end))


def _country(index: Index, words: Sequence[str]) -> dict[str, str]:
    """The country that an adjective names, as the facet has it."""
    code = next((COUNTRIES[word] for word in words if word in COUNTRIES), "")
    return dict(index.rows(_COUNTRY, code))


def _parts(index: Index, words: Sequence[str]) -> list[_Part]:
    """What all the words name together, or what each of two parts of them names; nothing where a part is no name."""
    for cut in (len(words), *range(1, len(words))) if len(words) <= MOST_NAMED else ():
        names = [" ".join(part) for part in (words[:cut], words[cut:]) if part]
        found = [part for name in names if (part := _named(index, name))]
        if len(found) == len(names):
            return found
    return []


def _named(index: Index, name: str) -> _Part | None:
    """What is called so; else what is called so without the s of a genitive; else what is spelt nearly so."""
    for form in _forms(name):
        if found := index.called(form):
            return form, found[:_MOST_THINGS]
    near = [each for each in index.alike(name, limit=6) if each.score >= SURELY and each.kind not in ASIDE]
    best = max(near, key=lambda each: (each.score, each.kind == "municipality"), default=None)
    if best is None:
        return None
    names = [text for text in index.spelt(best.iri) if text.isalpha()]
    return min(names, key=lambda each: (len(each), each), default=name), (best.iri,)


def _forms(name: str) -> Iterator[str]:
    yield name
    if name.endswith("s") and len(name) > SHORT:
        yield name.removesuffix("s")


def _meant(index: Index, parts: Sequence[_Part], kinds: Sequence[str], facets: dict[str, str]) -> Meaning:
    """The things of the parts; a kind that none of them is of is looked for around them, or in them where they are places."""
    things = [each for _, found in parts for each in found]
    types = {each: index.type(each) for each in things}
    wanted = next((kind for kind in kinds if kind not in types.values()), None)
    if own := [each for each in things if types[each] in kinds]:
        things = own
    words = []
    for name, found in parts:
        facet = _facet(next((each for each in found if each in things), ""))
        if facet and (wanted or len(parts) > 1) and facet not in facets:
            facets[facet] = next(each for each in found if each in things)
        else:
            words.append(name)
    return Meaning(tuple(dict.fromkeys(things)), " ".join(words), Narrowing(wanted, facets))


def _facet(iri: str) -> str:
    return next((name for mark, name in _PLACES.items() if mark in iri), "")
