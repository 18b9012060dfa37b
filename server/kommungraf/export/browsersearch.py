"""The names of a release as files that a script in a browser searches: sorted by word, each of bounded size."""

import json
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from kommungraf.editions.edition import Edition
from kommungraf.editions.search import Label
from kommungraf.export.placement import place_of
from kommungraf.quads.spool import Lines
from kommungraf.resources.links import path_of
from kommungraf.texts import folded

__all__ = ["write_names"]

#: How many lines a file has at most; one of our own is 165 bytes on average, before compression.
_LINES: Final = 1000
_BATCH: Final = 500
#: How many words are compared by their spelling, which are 2 MB before compression.
_MOST_SPELT: Final = 200_000
_MOST_WORDS: Final = 12
_WORD: Final = re.compile(r"\w+")


def write_names(edition: Edition, language: str, folder: Path) -> None:
    """Files `0.json`, `1.json` … of names by word in `language`, and `index.json` with the first word of each.

    `words.json` has every word, for finding those that are spelt much like what was written.
    """
    folder.mkdir(parents=True)
    lines = iter(Lines(_lines(edition, language)))
    firsts: list[str] = []
    words: dict[str, None] = {}
    while found := [json.loads(line) for line in islice(lines, _LINES)]:
        _write(folder / f"{len(firsts)}.json", found)
        firsts.append(found[0][0])
        words |= dict.fromkeys(islice((row[0] for row in found), _MOST_SPELT - len(words)))
    _write(folder / "index.json", firsts)
    _write(folder / "words.json", list(words))


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")


def _lines(edition: Edition, language: str) -> Iterator[bytes]:
    """A line for each word of each name: the word, the name, its page, its class, and what it is called where that is another name."""
    classes = edition.index.labels(edition.index.types(), language)
    offset = 0
    while names := edition.index.things(limit=_BATCH, offset=offset):
        offset += len(names)
        preferred = edition.index.labels(names, language)
        for iri, text in edition.index.names(names):
            row = _row(edition, iri, text, preferred.get(iri), language)
            kind = classes.get(edition.index.type(iri) or "")
            yield from _by_word(text, [*row[:2], kind.text if kind else "", row[2]])


def _row(edition: Edition, iri: str, text: str, called: Label | None, language: str) -> list[str]:
    place = place_of(f"/{path_of(iri, edition.base_iri)}", language)
    return [text, place.href if place else "", called.text if called and called.text != text else ""]


def _by_word(text: str, row: list[str]) -> Iterator[bytes]:
    for word in dict.fromkeys(_WORD.findall(folded(text))[:_MOST_WORDS]):
        yield json.dumps([word, *row], ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
