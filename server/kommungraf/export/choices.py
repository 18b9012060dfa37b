"""A decision about a request, from which the rules of web servers are written, and how they weigh what its headers say."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

__all__ = [
    "COLON",
    "GROUP",
    "SLASH",
    "Choice",
    "best",
    "formats",
    "language_weights",
    "weight",
    "weights",
    "written",
]

#: What may be escaped in an IRI that is a parameter's value.
SLASH: Final = "(?:/|%2[Ff])"
COLON: Final = "(?::|%3[Aa])"
#: How a group of an expression begins.
GROUP: Final = "(?<v>"


@dataclass(frozen=True, slots=True)
class Choice:
    """A value found by the first regular expression that matches `source`.

    In `source` and in values, ``<name>`` stands for a part of the request (accept, languages, profiles, path, or a parameter) or
    for another choice, and in values ``<v>`` for what the group ``(?<v>…)`` of the expression matched, ``<v2>`` for ``(?<v2>…)``.
    The number of a group is its place, and at most 9.
    Not every server fills the names of other choices into the value of an expression that is more than a word.
    """

    name: str
    source: str
    default: str
    rules: tuple[tuple[str, str], ...]


def weights(media_type: str) -> Iterator[tuple[str, str]]:
    """The weight of a media type in an Accept header, with a mark of how exact the range is, the most exact first."""
    exact, any_ = re.escape(media_type), re.escape(media_type.partition("/")[0])
    for range_, mark in ((exact, "x"), (rf"{any_}/\*", "w"), (r"\*/\*", "w")):
        yield weight(range_, mark)


def weight(range_: str, mark: str) -> tuple[str, str]:
    """That of one range of a header."""
    # No part looks ahead: Caddy's expressions (RE2) can't.
    parameters = rf"(?:;\s*(?:q={GROUP}[\d.]+)|[^,;]*)\s*)*"
    return rf"(?i)(?:^|,)\s*{range_}\s*{parameters}(?:[,;]|$)", f"<v>!{mark}"


def language_weights(language: str) -> Iterator[tuple[str, str]]:
    """The weight of a language, with all that are kinds of it, in an Accept-Language header."""
    parameters = rf"(?:;\s*q={GROUP}[\d.]+))?\s*(?:,|$)"
    yield rf"(?i)(?:^|,)\s*{language}(?:-[a-z0-9-]+)?\s*{parameters}", "<v>!x"
    yield rf"(?:^|,)\s*\*\s*{parameters}", "<v>!w"


def best(name: str, options: Iterable[str], *, default: str, whole: bool) -> Choice:
    """The option of the highest weight, then of the most exact range, then the first; `whole` with its weight and mark."""
    rules = (
        (rf" {GROUP}\w+={level}!{mark}) " if whole else rf" {GROUP}\w+)={level}!{mark} ", "<v>")
        for level in _levels()
        for mark in "xw"
    )
    source = "".join(f" {each}=<kg_{each}>" for each in options) + " "
    return Choice(name, source, default, tuple(rules))


def formats(offers: Mapping[str, str], accepted: str, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What the parameter `format` names, which goes before what the header says."""
    yield "^$", accepted
    for suffix, media_type in offers.items():
        yield f"^{suffix}$", suffix
        yield written(media_type), suffix
    yield from ((f"^{name}$", suffix) for name, suffix in names.items())


def written(media_type: str) -> str:
    """A media type as the value of a parameter; Caddy decodes that, and a plus sign that isn't escaped is then a space."""
    escaped = re.escape(media_type).replace("/", "(?:/|%2F)").replace(r"\+", r"(?:\+|%2B| )")
    return f"(?i)^{escaped}$"


def _levels() -> Iterator[str]:
    """Every weight from the highest, in hundredths, as a regular expression; a weight that isn't written is 1."""
    yield r"(?:1(?:\.0*)?)?"
    for hundredths in range(99, 0, -1):
        tenths, rest = divmod(hundredths, 10)
        yield rf"0?\.{tenths}" + (rf"{rest}\d*" if rest else r"(?:0\d*)?")
    yield r"0?\.00[1-9]"
