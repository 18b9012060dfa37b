"""Translations of what people read: message ids are English, locale/<language>.po holds the rest."""

import gettext
import io
from functools import cache
from importlib.resources import files
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

__all__ = ["LANGUAGES", "translations"]

#: Swedish first: it is what a reader without a preference gets.
LANGUAGES: Final = ("sv", "en")


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
