"""The names of a release as files that a script in a browser searches: sorted by word, each of bounded size."""

import json
from collections.abc import Iterable
from itertools import chain, groupby, islice
from pathlib import Path
from typing import Final

from kommungraf.editions.edition import Edition
from kommungraf.export.searchrows import KEY_MARK, TEXTS, SearchRows
from kommungraf.export.searchwords import TEXTS_TOGETHER, search_words
from kommungraf.lookup.searchpages import excerpt
from kommungraf.quads.spool import Lines

__all__ = ["write_names"]

#: How many lines a file has at most; one of our own is 150 bytes on average, before compression.
_LINES: Final = 1000
#: How many words are compared by their spelling, which are 2 MB before compression.
_MOST_SPELT: Final = 200_000
#: Where a line has its word, and its tier.
_WORD, _TIER = 0, 6


def write_names(edition: Edition, language: str, folder: Path) -> None:
    """Files `0.json`, `1.json` … of names by word in `language`, and `index.json` with the first word of each.

    `texts-0.json` and so on have what of a text is shown by its number, `words.json` has every word, for finding those that
    are spelt much like what was written, and `asking.json` what else a search knows. A line is the word, the name or the
    number of the text, its page, the number of its class, what it is called where that is another name (a list with the
    language, where that is another), its kind, its tier, 1 where it is in `language` or else its language, and the numbers of
    its places and of its status. Then comes in how many languages it is the same, if in several or a text; and of a text, how
    often the word is in it and how many words it has.
    """
    folder.mkdir(parents=True)
    known = search_words(edition, language)
    rows = SearchRows(edition, language, known)
    texts = Lines(rows.texts())
    _write_texts(folder, texts)
    lines = iter(Lines(chain(rows.of_names(), rows.of_texts(texts), rows.of_things())))
    firsts: list[str] = []
    words: dict[str, None] = {}
    while found := [json.loads(line) for line in islice(lines, _LINES)]:
        _write(folder / f"{len(firsts)}.json", found)
        firsts.append(found[0][_WORD])
        spelt = (row[_WORD] for row in found if not row[_WORD].startswith(KEY_MARK) and row[_TIER] != TEXTS)
        words |= dict.fromkeys(islice(spelt, _MOST_SPELT - len(words)))
    _write(folder / "index.json", firsts)
    _write(folder / "words.json", list(words))
    _write(folder / "asking.json", known.told)


def _write_texts(folder: Path, texts: Iterable[bytes]) -> None:
    """What is shown of each text, so many in a file."""
    shown = (excerpt(text) for text, _ in groupby(json.loads(line)[0] for line in texts))
    number = 0
    while found := list(islice(shown, TEXTS_TOGETHER)):
        _write(folder / f"texts-{number}.json", found)
        number += 1


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")
