"""The changes from release to release as a reader of a language is told them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kommungraf.editions.changes import Change
from kommungraf.rendering.plurals import plural
from kommungraf.rendering.site import Reader
from kommungraf.resources.links import Link
from kommungraf.resources.wording import number_in_words

__all__ = ["Step", "Tally", "steps"]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many things of a class came or went."""

    link: Link
    number: str


@dataclass(frozen=True, slots=True)
class Step:
    """A change, named."""

    change: Change
    came: tuple[Tally, ...]
    went: tuple[Tally, ...]
    new: tuple[Link, ...]
    gone: tuple[str, ...]


def steps(who: Reader, found: Iterable[Change]) -> list[Step]:
    """The changes with names for what came; what went is named by its IRI, as nothing is known of it any more."""
    shown = list(found)
    names = {name for each in shown for name in (*each.came, *each.went, *each.new)}
    who.names.fetch(names)
    return [
        Step(
            each,
            _tallies(who, each.came),
            _tallies(who, each.went),
            tuple(map(who.names.link, each.new)),
            each.gone,
        )
        for each in shown
    ]


def _tallies(who: Reader, counts: Mapping[str, int]) -> tuple[Tally, ...]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(
        Tally(plural(who.names.link(name), who.language, count), number_in_words(count, who.language))
        for name, count in ordered
    )
