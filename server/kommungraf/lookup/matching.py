"""Names as others write them, matched with the things of a release: candidates with a score, and never a guess."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Final

from kommungraf.editions.search import EVIDENCE, LOCALITY, Hit, Index, Narrowing
from kommungraf.texts import folded

__all__ = ["Candidate", "Wanted", "candidates"]

#: The properties by which candidates can be told apart: the facets of the places.
_FACETS: Final = ("county", "country")
_LOOKED_AT: Final = 40
_MISMATCH: Final = 0.6
_WHOLE: Final = 100.0
_LEAST: Final = 50.0
_LONGEST: Final = 80
#: What a name counts for without what is added to it; and where that begins.
_BARE: Final = 0.95
_ADDED: Final = re.compile(r"[(,]")
_AND: Final = re.compile(r" (?:and|och|&) ")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A name to match: `types` are classes of which the thing must have one, `properties` names or IRIs by facet."""

    text: str
    types: tuple[str, ...] = ()
    properties: tuple[tuple[str, tuple[str, ...]], ...] = ()
    limit: int = 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """A thing that may be meant; `score` is 100 where a name is the same without case and accents, and 95 at most for a locality's name.

    `certain` says that it is the only one of that score and that no property speaks against it.
    """

    iri: str
    type: str
    score: float
    certain: bool = False


def candidates(index: Index, wanted: Wanted, *, start: str, language: str) -> tuple[Candidate, ...]:
    """The things whose IRIs begin with `start` that may be meant, the best first."""
    found = _scored(index, wanted, language)
    # “Kuressaare (Saaremaa)”: what is added in brackets or behind a comma is left out, and then nothing is certain.
    if (bare := _ADDED.split(wanted.text)[0].strip()) and bare != wanted.text.strip():
        for iri, (type_, score) in _scored(index, replace(wanted, text=bare), language).items():
            found[iri] = max((type_, score * _BARE), found.get(iri, ("", 0)), key=lambda each: each[1])
    if (named := _identified(index, wanted, start)) is not None:
        found[named] = (index.type(named) or "", _WHOLE)
    agreeing = _agreement(index, wanted, [each for each in found if each.startswith(start)])
    kept = [
        Candidate(iri, found[iri][0], round(found[iri][1] * share, 1))
        for iri, share in agreeing.items()
        if found[iri][1] * share >= _LEAST
    ]
    best = sorted(kept, key=lambda each: (-each.score, index.kind(each.iri) != "municipality", each.iri))[
        : wanted.limit
    ]
    whole = [each for each in kept if each.score == _WHOLE]
    if len(whole) != 1:
        return tuple(best)
    return tuple(Candidate(each.iri, each.type, each.score, each.score == _WHOLE) for each in best)


def _identified(index: Index, wanted: Wanted, start: str) -> str | None:
    """The thing whose IRI, or what follows `start` in it, is what was written."""
    written = wanted.text.strip()
    named = written if written.startswith(start) else start + written
    return named if len(named) > len(start) and index.exists(named) else None


def _scored(index: Index, wanted: Wanted, language: str) -> dict[str, tuple[str, float]]:
    """The class and score of everything whose name is like the one that is wanted; of no claim or page unless of its class."""
    written = folded(wanted.text.strip())[:_LONGEST]
    found: dict[str, tuple[str, float]] = {}
    for type_ in wanted.types or (None,):
        hits = index.search(wanted.text, language, within=Narrowing(type=type_), limit=_LOOKED_AT).hits
        near = index.alike(wanted.text, type_=type_, limit=_LOOKED_AT)
        passed = () if type_ else EVIDENCE
        scores = [
            *((hit.iri, hit.type, _likeness(written, hit)) for hit in hits if hit.kind not in passed),
            *((each.iri, each.type, each.score * _WHOLE) for each in near if each.kind not in passed),
        ]
        for iri, kind, score in scores:
            if iri not in found or found[iri][1] < score:
                found[iri] = (kind or "", score)
    return found


def _likeness(written: str, hit: Hit) -> float:
    found = SequenceMatcher(None, written, folded(hit.match.text)[:_LONGEST], autojunk=False).ratio() * _WHOLE
    return found * LOCALITY if hit.locality else found


def _agreement(index: Index, wanted: Wanted, iris: Iterable[str]) -> dict[str, float]:
    """What share of its score each thing keeps: each property that speaks against it takes some."""
    asked = [(name, values) for name, values in wanted.properties if name in _FACETS and values]
    shares = dict.fromkeys(iris, 1.0)
    facets = index.facets_of(shares) if asked else {}
    names = _names(index, facets)
    for iri in shares:
        for name, values in asked:
            own = facets.get(iri, {}).get(name, frozenset())
            known = {each for value in own for each in (value, *names.get(value, ()))}
            if not known & {each if "://" in each else _plain(each) for each in values}:
                shares[iri] *= _MISMATCH
    return shares


def _names(index: Index, facets: Mapping[str, Mapping[str, frozenset[str]]]) -> dict[str, frozenset[str]]:
    """Every recorded name, and the key, of each county and country that occurs."""
    values = {value for found in facets.values() for each in found.values() for value in each}
    return {
        value: frozenset({folded(value.rpartition("/")[2])} | {_plain(each) for each in index.spelt(value)})
        for value in values
    }


def _plain(name: str) -> str:
    """A name of a place by which others are told apart: “Bosnia & Herzegovina” and “Bosnia and Herzegovina” are one."""
    return _AND.sub("&", folded(name).strip())
