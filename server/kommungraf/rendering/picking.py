"""Rows around a thing picked by what a request says: a kind, a country, a county, whether they hold, and words of their names."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask import request

from kommungraf.editions.neighbours import Between
from kommungraf.editions.tenures import spans
from kommungraf.releases.moments import NOTHING_KNOWN, Holds, Moment, moment
from kommungraf.rendering.asof import answer_in_words, edition_day
from kommungraf.rendering.site import Reader
from kommungraf.texts import folded

__all__ = ["Choice", "Picked", "Picker", "picked"]

_KIND: Final = "kind"
_HOLDS: Final = "holds"
_WORDS: Final = "q"
_PLACES: Final = ("country", "county")


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of which so many rows are; `lang` is that of its text."""

    value: str
    text: str
    lang: str
    count: int
    taken: bool


@dataclass(frozen=True, slots=True)
class Picker:
    """A field of the form by which rows are picked."""

    name: str
    title: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Picked:
    """The rows that a request asks for, of how many (`total`), and by what they can be picked.

    `kinds` are the classes of what rows are about, `holds` tells of each row whether it holds as of the day.
    """

    rows: tuple[Between, ...]
    total: int
    pickers: tuple[Picker, ...]
    words: str
    kinds: Mapping[str, str]
    holds: Mapping[str, Holds]

    @property
    def narrowed(self) -> bool:
        """Whether the request asks for some rows only."""
        return bool(self.words) or any(each.taken for picker in self.pickers for each in picker.choices)


def picked(
    who: Reader, rows: Sequence[Between], *, others: Mapping[str, Sequence[str]], when: Moment | None
) -> Picked:
    """The rows that the request asks for; words are looked for in the names of what a row is about and of `others` in it."""
    index, abouts = who.edition.index, {each.about for each in rows}
    kinds, facets = index.types_of(abouts), index.facets_of(abouts)
    holds = _holds(who, rows, when)
    values: dict[str, dict[str, frozenset[str]]] = {
        _KIND: {name: frozenset({kind}) for name, kind in kinds.items()},
        **{place: {name: found.get(place, frozenset()) for name, found in facets.items()} for place in _PLACES},
    }
    told = {name: {each.iri: of.get(each.about, frozenset()) for each in rows} for name, of in values.items()}
    told[_HOLDS] = {name: frozenset({answer.value}) for name, answer in holds.items()}
    asked = {name: request.args.get(name, "").strip() for name in told}
    words = request.args.get(_WORDS, "").strip()
    kept = [
        each for each in rows if all(not value or value in told[name][each.iri] for name, value in asked.items())
    ]
    if words:
        kept = list(_with_words(who, kept, others, words))
    pickers = tuple(_pickers(who, told, asked, now=when is None))
    return Picked(tuple(kept), len(rows), pickers, words, kinds, holds)


def _holds(who: Reader, rows: Iterable[Between], when: Moment | None) -> dict[str, Holds]:
    """Whether each row holds at the moment that is asked for, or else on the day of the edition."""
    names, day = [each.iri for each in rows], edition_day(who)
    known = spans(who.edition.index, names)
    then = when or (moment(day.isoformat()) if day else None)
    return {name: known.get(name, NOTHING_KNOWN).hold(then) if then else Holds.UNKNOWN for name in names}


def _with_words(
    who: Reader, rows: Iterable[Between], others: Mapping[str, Sequence[str]], words: str
) -> Iterator[Between]:
    wanted = folded(words).split()
    found = list(rows)
    who.names.fetch(name for each in found for name in (each.about, *others.get(each.about, ())))
    for each in found:
        names = (who.names.link(name).text for name in (each.about, *others.get(each.about, ())))
        text = folded(" ".join(names))
        if all(word in text for word in wanted):
            yield each


def _pickers(
    who: Reader, told: Mapping[str, Mapping[str, frozenset[str]]], asked: Mapping[str, str], *, now: bool
) -> Iterator[Picker]:
    """The fields whose values tell rows apart."""
    text = who.text
    titles = {
        _KIND: text("Kind"),
        "country": text("Country"),
        "county": text("County"),
        _HOLDS: text("Goes on") if now else text("Held then"),
    }
    for name, title in titles.items():
        counts = Counter(value for values in told[name].values() for value in values)
        if asked[name] and asked[name] not in counts:
            counts[asked[name]] = 0
        telling = {value: n for value, n in counts.items() if n < len(told[name]) or value == asked[name]}
        if telling:
            yield Picker(name, title, tuple(_choices(who, name, telling, taken=asked[name])))


def _choices(who: Reader, name: str, counts: Mapping[str, int], *, taken: str) -> Iterator[Choice]:
    """The values by name; whether a row holds as yes, no and can't be told."""
    if name == _HOLDS:
        for answer in (Holds.YES, Holds.NO, Holds.UNKNOWN):
            if answer.value in counts:
                words = answer_in_words(who, answer)
                yield Choice(answer.value, words, who.language, counts[answer.value], answer.value == taken)
        return
    who.names.fetch(counts)
    links = [who.names.link(value) for value in counts]
    for link in sorted(links, key=lambda each: (each.text.casefold(), each.iri)):
        yield Choice(link.iri, link.text, link.lang, counts[link.iri], link.iri == taken)
