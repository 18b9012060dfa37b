"""Translations of what people read: message ids are English, locale/<language>.po holds the rest."""

import gettext
import io
import os
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

__all__ = ["LANGUAGES", "PLAIN_LETTERS", "folded", "plainly", "spoken", "translations"]

#: Swedish first: it is what a reader without a preference gets.
LANGUAGES: Final = ("sv", "en")
#: Letters that Unicode takes for letters of their own rather than for accented ones, and ß, which casefolding takes apart.
PLAIN_LETTERS: Final = {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"}
_PLAIN: Final = str.maketrans(PLAIN_LETTERS)
_OTHERS: Final = re.compile(f"[{''.join(PLAIN_LETTERS)}]", re.IGNORECASE)


@cache
def translations(language: str) -> gettext.NullTranslations:
    """The translations into `language`, compiled in memory so that no generated file is kept."""
    source = files("kommungraf") / "locale" / f"{language}.po"
    if not source.is_file():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with source.open("rb") as stream:
        write_mo(compiled, read_po(stream, locale=language))
    compiled.seek(0)
    return Translations(compiled)


@contextmanager
def spoken(language: str) -> Iterator[None]:
    """Within the block, Click asks gettext for its own messages in `language`; gettext reads compiled files alone."""
    source = files("kommungraf") / "locale" / "click" / f"{language}.po"
    if not source.is_file():
        yield
        return
    with TemporaryDirectory(prefix="kommungraf-") as folder:
        compiled = Path(folder) / language / "LC_MESSAGES" / "messages.mo"
        compiled.parent.mkdir(parents=True)
        with source.open("rb") as stream, compiled.open("wb") as target:
            write_mo(target, read_po(stream, locale=language))
        gettext.bindtextdomain("messages", folder)
        os.environ["LANGUAGE"] = language
        yield


def folded(text: str) -> str:
    """The text without case and accents, for comparing names: å, ä and a are one letter, and so are ø, ö and o."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def plainly(text: str) -> str:
    """A text with ø, ł and the like as those write it who haven't got these letters, folded; of any other text, nothing."""
    return folded(text) if _OTHERS.search(text) else ""
