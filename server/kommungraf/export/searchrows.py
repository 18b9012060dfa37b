"""The lines in which a search in the browser finds things: one for each word of each name and text, for each key and for each place."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, Final, NamedTuple

from kommungraf.editions.edition import Edition
from kommungraf.export.placement import place_of
from kommungraf.export.searchwords import SearchWords, all_words_of, words_of
from kommungraf.lookup.asking import KEY
from kommungraf.resources.links import Names, path_of

__all__ = ["KEY_MARK", "TEXTS", "SearchRows"]

_BATCH: Final = 200
_MOST_WORDS: Final = 40
_MOST_WORDS_OF_TEXT: Final = 200
#: What the last part of an IRI is looked up by, and a place by its number; no word begins so.
KEY_MARK: Final = "~"
_PLACE_MARK: Final = "~~"
#: The tier of texts, and of what isn't found by its words.
TEXTS: Final = 2
_NO_WORDS: Final = 9
_SAID: Final = """
    SELECT rowid, iri, tier, lang, text FROM words WHERE rowid > ? AND (tier = 2) = ? ORDER BY rowid LIMIT ?
"""
_KINDS: Final = "SELECT iri, type, kind FROM thing WHERE iri IN (SELECT value FROM json_each(?))"


class _Thing(NamedTuple):
    """Of a thing its page, the number of its class, what it is called and in which language if in another, its kind, its values."""

    page: str
    type: int
    called: str
    lang: str
    kind: str
    values: list[int]

    def named(self, name: str) -> Any:
        """What it is called where that is another name than this one."""
        if self.called == name:
            return ""
        return [self.called, self.lang] if self.lang else self.called


class _Said(NamedTuple):
    """A name or text with its tier, in how many languages it stands, and 1 where one is the reader's, else the tag of one."""

    text: str
    tier: int
    copies: int
    own: int | str


@dataclass(frozen=True, slots=True)
class SearchRows:
    """The lines of one edition in one language, with the numbers by which a script has the classes and values."""

    edition: Edition
    language: str
    known: SearchWords

    def of_names(self) -> Iterator[bytes]:
        """A line for each word of each name."""
        for said, thing in self._said(texts=False):
            copies = [] if said.copies == 1 else [said.copies]
            called = thing.named(said.text)
            row = [said.text, thing.page, thing.type, called, thing.kind, said.tier, said.own, thing.values]
            for word in dict.fromkeys(words_of(said.text)[:_MOST_WORDS]):
                yield _line([word, *row, *copies])

    def texts(self) -> Iterator[bytes]:
        """A line for each text and thing, to be sorted before it has a number."""
        for said, thing in self._said(texts=True):
            yield _line([*said, *thing])

    @staticmethod
    def of_texts(texts: Iterable[bytes]) -> Iterator[bytes]:
        """A line for each word of each of the sorted `texts`, which it knows by its number; with how often it is there and among how many."""
        for number, (_, same) in enumerate(groupby(map(json.loads, texts), key=itemgetter(0))):
            for fields in same:
                said, thing = _Said(*fields[:4]), _Thing(*fields[4:])
                words = all_words_of(said.text)
                row = [number, thing.page, thing.type, thing.named(""), thing.kind, said.tier, said.own]
                often = Counter(words[:_MOST_WORDS_OF_TEXT])
                for word, times in often.items():
                    yield _line([word, *row, thing.values, said.copies, times, len(words)])

    def of_things(self) -> Iterator[bytes]:
        """A line for the key of each thing, and for each place that it is in."""
        offset, last = 0, len(self.known.places)
        while things := self.edition.index.things(limit=_BATCH, offset=offset):
            offset += len(things)
            for iri, thing in self._things(things).items():
                row = ["", thing.page, thing.type, thing.named(""), thing.kind, _NO_WORDS, 1, thing.values]
                if found := KEY.fullmatch(iri.rpartition("/")[2]):
                    yield _line([KEY_MARK + found["key"], *row])
                for number in (each for each in thing.values if each < last):
                    yield _line([f"{_PLACE_MARK}{number}", *row])

    def _said(self, *, texts: bool) -> Iterator[tuple[_Said, _Thing]]:
        """Each name or text of each thing, once for all languages in which it stands."""
        found = groupby(self._rows(texts=texts), key=itemgetter(1))
        while batch := [(iri, list(rows)) for iri, rows in islice(found, _BATCH)]:
            things = self._things(iri for iri, _ in batch)
            for iri, rows in batch:
                tongues: dict[tuple[str, int], list[str]] = {}
                for _, _, tier, lang, text in rows:
                    tongues.setdefault((text, tier), []).append(lang)
                for (text, tier), langs in tongues.items():
                    own = 1 if self.language in langs else langs[0]
                    yield _Said(text, tier, len(langs), own), things[iri]

    def _rows(self, *, texts: bool) -> Iterator[tuple[Any, ...]]:
        last = 0
        while rows := self.edition.index.rows(_SAID, last, int(texts), _BATCH):
            last = rows[-1][0]
            yield from rows

    def _things(self, wanted: Iterable[str]) -> dict[str, _Thing]:
        edition, language, iris = self.edition, self.language, tuple(wanted)
        names = Names(edition.index, edition.base_iri, language=language)
        names.fetch(iris)
        facets = edition.index.facets_of(iris)
        kinds = {iri: each for iri, *each in edition.index.rows(_KINDS, json.dumps(sorted(set(iris))))}
        things = {}
        for iri in iris:
            place = place_of(f"/{path_of(iri, edition.base_iri)}", language)
            type_, kind = kinds.get(iri, ("", ""))
            values = ((name, each) for name, found in facets.get(iri, {}).items() for each in found)
            numbers = sorted(self.known.values[each] for each in values if each in self.known.values)
            link = names.link(iri)
            lang = link.lang if link.lang != language else ""
            page, number = place.href if place else "", self.known.types.get(type_, -1)
            things[iri] = _Thing(page, number, link.text, lang, kind, numbers)
        return things


def _line(row: list[Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
