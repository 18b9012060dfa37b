"""What a page of names can be narrowed by: each kind, county, country and status with how many there are, as a link."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from flask import request

from kommungraf.editions.search import Narrowing
from kommungraf.rendering.plurals import plural
from kommungraf.rendering.site import Reader
from kommungraf.resources.links import Link
from kommungraf.resources.wording import number_in_words

__all__ = [
    "FACETS",
    "FEW",
    "MOST_VALUES",
    "Choice",
    "Facet",
    "asked_narrowing",
    "blank_facets",
    "facets",
    "kinds",
    "open_at_once",
]

FACETS: Final = ("county", "country", "status")
#: So many values of a facet are shown; the rest is folded away.
MOST_VALUES: Final = 24
#: So many choices don't push what was found off a small screen.
FEW: Final = 12


@dataclass(frozen=True, slots=True)
class Choice:
    """A value by which a page can be narrowed: how many things have it, and the address with or without it.

    `ours` says of a class that the dataset is about such things.
    """

    link: Link
    count: str
    href: str
    taken: bool
    removable: bool = True
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """A row of choices, called `key` in addresses; `rest` are those that are rare, by name."""

    key: str
    title: str
    choices: tuple[Choice, ...]
    rest: tuple[Choice, ...] = ()


def asked_narrowing() -> Narrowing:
    """What the request asks for by `type`, `county`, `country` and `status`."""
    chosen = {name: request.args[name] for name in FACETS if request.args.get(name)}
    return Narrowing(request.args.get("type") or None, chosen)


def kinds(who: Reader) -> list[Choice]:
    """The list of each class, the dataset's own classes first: what it is about rather than what it is made of."""
    types = who.edition.index.types()
    who.names.fetch(types)
    ordered = sorted(types.items(), key=lambda each: not each[0].startswith(who.edition.base_iri))
    choices = ((name, _choice(who, name, count, href=_listed(who, name))) for name, count in ordered)
    return [replace(each, ours=name.startswith(who.edition.base_iri)) for name, each in choices]


def _choice(who: Reader, name: str, count: int, *, href: str, taken: bool = False) -> Choice:
    link = plural(who.names.link(name), who.language, count)
    return Choice(link, number_in_words(count, who.language), href, taken)


def _listed(who: Reader, name: str) -> str:
    return who.with_query("list", {"type": name})


def facets(who: Reader, path: str, counts: Mapping[str, Mapping[str, int]], *, needed: str = "") -> list[Facet]:
    """The rows of choices for the page at `path`, in which there are so many things with each value of each facet.

    The page can't do without a value of the facet `needed`.
    """
    titles = _titles(who)
    counts = {name: _with_taken(name, counts.get(name, {})) for name in titles}
    who.names.fetch({value for found in counts.values() for value in found})
    if needed == "type":  # which is chosen already, and long
        titles["type"] = titles.pop("type")
    rows = (
        _facet(name, title, _choices(who, path, name, counts=counts[name], needed=name == needed))
        for name, title in titles.items()
    )
    return [row for row in rows if len(row.choices) > 1 or any(each.taken for each in row.choices)]


def _with_taken(name: str, counts: Mapping[str, int]) -> Mapping[str, int]:
    """The counts of a facet's values, with that which was asked for also where there is nothing with it: it can be dropped."""
    asked = request.args.get(name)
    return {**counts, asked: 0} if asked and asked not in counts else counts


def blank_facets(who: Reader) -> list[Facet]:
    """Every row, with a choice of each sort that has neither name nor number, for a script to fill in."""
    choice = Choice(Link("", "", "", "?", here=True), "", "?", taken=False)
    both = (choice, replace(choice, taken=True))
    return [Facet(name, title, both, both) for name, title in _titles(who).items()]


def _titles(who: Reader) -> dict[str, str]:
    return {
        "type": who.text("Kind"),
        "county": who.text("County"),
        "country": who.text("Country"),
        "status": who.text("Status"),
    }


def _facet(name: str, title: str, choices: Sequence[Choice]) -> Facet:
    """The commonest choices, and what is chosen; counties by name, as are those that stand folded away."""
    common = [each for rank, each in enumerate(choices) if rank < MOST_VALUES or each.taken]
    rest = [each for each in choices[MOST_VALUES:] if not each.taken]
    by_name = partial(sorted, key=lambda each: each.link.text.casefold())
    return Facet(name, title, tuple(by_name(common) if name == "county" else common), tuple(by_name(rest)))


def open_at_once(rows: Iterable[Facet]) -> bool:
    """Whether the choices are so few that they don't push what was found off a small screen."""
    return sum(len(row.choices) for row in rows) <= FEW


def _choices(who: Reader, path: str, name: str, *, counts: Mapping[str, int], needed: bool) -> tuple[Choice, ...]:
    """The values, the commonest first."""
    asked = {key: value for key, value in request.args.items() if key not in {"page", "format", "lang"} and value}
    kept = {key: each for key, each in asked.items() if key != name}
    choices = []
    for value, count in counts.items():
        taken = asked.get(name) == value
        href = who.with_query(path, kept if taken and not needed else {**kept, name: value})
        choices.append(replace(_choice(who, value, count, href=href, taken=taken), removable=not needed))
    return tuple(choices)
