"""The names of a release as files that a script in a browser searches: sorted by word, each of bounded size."""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from kommungraf.editions.edition import Edition
from kommungraf.export.placement import place_of
from kommungraf.export.searchwords import FACETS_ASKED, Places, search_words
from kommungraf.lookup.asking import KEY
from kommungraf.quads.spool import Lines
from kommungraf.resources.links import Names, path_of
from kommungraf.texts import folded

__all__ = ["write_names"]

#: How many lines a file has at most; one of our own is 150 bytes on average, before compression.
_LINES: Final = 1000
_BATCH: Final = 500
#: How many words are compared by their spelling, which are 2 MB before compression.
_MOST_SPELT: Final = 200_000
_MOST_WORDS: Final = 12
#: Texts are found by their words and aren't shown.
_MOST_WORDS_OF_TEXT: Final = 40
_WORD: Final = re.compile(r"\w+")
#: What the last part of an IRI is looked up by, and a place by its number; no word begins so.
_KEY_MARK: Final = "~"
_PLACE_MARK: Final = "~~"
#: The tier of texts, and of what isn't found by its words.
_TEXTS: Final = 2
_NO_WORDS: Final = 9
_NAMES: Final = "SELECT rowid, iri, tier, lang, text FROM words WHERE rowid > ? ORDER BY rowid LIMIT ?"
_KINDS: Final = "SELECT iri, type, kind FROM thing WHERE iri IN (SELECT value FROM json_each(?))"
#: A name, its tier, and whether it is one in the reader's language.
_Name = tuple[str, int, bool]


def write_names(edition: Edition, language: str, folder: Path) -> None:
    """Files `0.json`, `1.json` … of names by word in `language`, and `index.json` with the first word of each.

    `words.json` has every word, for finding those that are spelt much like what was written, and `asking.json` what else a
    search knows. A line is the word, the name (none of a text), its page, the number of its class, what it is called where that
    is another name, its kind, its tier, 1 where it is in `language`, and the numbers of its places.
    """
    folder.mkdir(parents=True)
    known = search_words(edition, language)
    lines = iter(Lines(_lines(edition, language, known.types, known.places)))
    firsts: list[str] = []
    words: dict[str, None] = {}
    while found := [json.loads(line) for line in islice(lines, _LINES)]:
        _write(folder / f"{len(firsts)}.json", found)
        firsts.append(found[0][0])
        spelt = (row[0] for row in found if not row[0].startswith(_KEY_MARK) and row[6] != _TEXTS)
        words |= dict.fromkeys(islice(spelt, _MOST_SPELT - len(words)))
    _write(folder / "index.json", firsts)
    _write(folder / "words.json", list(words))
    _write(folder / "asking.json", known.told)


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")


def _lines(edition: Edition, language: str, types: dict[str, int], places: Places) -> Iterator[bytes]:
    """A line for each word of each name and text that the index has, then for each key and for each place of a thing."""
    last = 0
    while rows := edition.index.rows(_NAMES, last, _BATCH):
        last = rows[-1][0]
        names: dict[str, dict[tuple[str, int], bool]] = {}
        for _, iri, tier, lang, text in rows:
            kept = names.setdefault(iri, {})
            kept[text, tier] = kept.get((text, tier), False) or lang.partition("-")[0] in {"", language}
        told = _told(edition, language, names, types, places)
        for iri, found in names.items():
            for (text, tier), own in found.items():
                yield from _by_word((text, tier, own), told[iri])
    offset = 0
    while things := edition.index.things(limit=_BATCH, offset=offset):
        offset += len(things)
        told = _told(edition, language, things, types, places)
        for iri in things:
            yield from _by_key_and_place(iri, told[iri])


def _told(
    edition: Edition, language: str, things: Iterable[str], types: dict[str, int], places: Places
) -> dict[str, list[Any]]:
    """Of each thing its page, the number of its class, what it is called, its kind and its places."""
    wanted = tuple(things)
    names = Names(edition.index, edition.base_iri, language=language)
    names.fetch(wanted)
    facets = edition.index.facets_of(wanted)
    kinds = {iri: each for iri, *each in edition.index.rows(_KINDS, json.dumps(sorted(set(wanted))))}
    found: dict[str, list[Any]] = {}
    for iri in wanted:
        place = place_of(f"/{path_of(iri, edition.base_iri)}", language)
        type_, kind = kinds.get(iri, ("", ""))
        values = ((name, value) for name in FACETS_ASKED for value in facets.get(iri, {}).get(name, ()))
        numbers = sorted(places[each] for each in values)
        called = names.link(iri).text
        found[iri] = [place.href if place else "", types.get(type_, -1), called, kind, numbers]
    return found


def _by_word(name: _Name, told: list[Any]) -> Iterator[bytes]:
    text, tier, own = name
    page, type_, called, kind, places = told
    is_text = tier == _TEXTS
    shown, other = ("" if is_text else text), (called if is_text or called != text else "")
    words = _WORD.findall(folded(text))[: _MOST_WORDS_OF_TEXT if is_text else _MOST_WORDS]
    for word in dict.fromkeys(words):
        yield _line([word, shown, page, type_, other, kind, tier, int(own), places])


def _by_key_and_place(iri: str, told: list[Any]) -> Iterator[bytes]:
    page, type_, called, kind, places = told
    row = ["", page, type_, called, kind, _NO_WORDS, 1, places]
    if found := KEY.fullmatch(iri.rpartition("/")[2]):
        yield _line([_KEY_MARK + found["key"], *row])
    for number in places:
        yield _line([f"{_PLACE_MARK}{number}", *row])


def _line(row: list[Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
