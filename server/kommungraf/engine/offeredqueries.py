"""The queries that lists offer to their readers, the .rq files of offered/, with what a list is about written in.

In such a file `$name` stands for what is asked for by that name, and a line that ends in `#? name` is there only where
it is asked for: each file is a query as it stands. Its first two lines say in Swedish and in English what it asks.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final
from urllib.parse import quote_plus

from pyoxigraph import Literal, NamedNode

from kommungraf.texts import LANGUAGES

__all__ = ["Given", "offered_parameter", "offered_query"]

_CONDITION: Final = re.compile(r"^(.*?) *#\? (\w+)\n", re.MULTILINE)
_NAME: Final = re.compile(r"\$(\w+)")

#: One term, or the IRIs of several.
Given = NamedNode | Literal | Iterable[str]


def offered_query(name: str, language: str, given: Mapping[str, Given]) -> str:
    """The query offered/<name>.rq for what is `given`, with its description in one language."""
    pieces = _pieces(name, language, frozenset(given))
    return "".join(_written(given[each]) if place % 2 else each for place, each in enumerate(pieces))


def offered_parameter(name: str, language: str, given: Mapping[str, Given]) -> str:
    """The same as the value of a parameter in an address: pages have many, so what stays the same is encoded once."""
    pieces = _encoded(name, language, frozenset(given))
    return "".join(quote_plus(_written(given[each])) if place % 2 else each for place, each in enumerate(pieces))


@cache
def _encoded(name: str, language: str, asked: frozenset[str]) -> tuple[str, ...]:
    pieces = enumerate(_pieces(name, language, asked))
    return tuple(each if place % 2 else quote_plus(each) for place, each in pieces)


@cache
def _pieces(name: str, language: str, asked: frozenset[str]) -> tuple[str, ...]:
    """A query for what is `asked`: text and the names of what is written between, in turn."""
    description, body = _parts(name)
    wanted = _CONDITION.sub(lambda line: f"{line[1]}\n" if line[2] in asked else "", body)
    return tuple(_NAME.split(description[language] + wanted))


@cache
def _parts(name: str) -> tuple[Mapping[str, str], str]:
    """What a file says of itself in each language, and its query."""
    text = (files("kommungraf") / "offered" / f"{name}.rq").read_text("utf-8")
    *descriptions, body = text.split("\n", len(LANGUAGES))
    return {tongue: f"{line}\n" for tongue, line in zip(LANGUAGES, descriptions, strict=True)}, body


def _written(given: Given) -> str:
    """Terms as SPARQL writes them: pyoxigraph escapes them and refuses what is no IRI."""
    if isinstance(given, NamedNode | Literal):
        return str(given)
    return ", ".join(str(NamedNode(each)) for each in given)
