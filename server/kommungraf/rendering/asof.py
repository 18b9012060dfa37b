"""What a page says of a moment that its reader asks about: whether the thing was there, and what came before or after it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from kommungraf.editions.tenures import Tie, spans, ties
from kommungraf.releases.moments import NOTHING_KNOWN, Bounds, Holds, Moment
from kommungraf.rendering.site import Reader
from kommungraf.resources.links import Link
from kommungraf.resources.surroundings import Neighbour, Surroundings
from kommungraf.resources.wording import period_in_words

__all__ = [
    "AsOf",
    "Times",
    "answer_in_words",
    "answers_at",
    "as_of",
    "dated",
    "day_in_words",
    "edition_day",
    "times_of",
]

_MOST_TIES: Final = 20_000
_DATED: Final = ("org:member", "org:organization", "kg:partOfCooperation", "kg:participant")


@dataclass(frozen=True, slots=True)
class Times:
    """When what stands around a resource was there, and, where a moment is asked for, with whom it was tied then."""

    spans: Mapping[str, Bounds]
    when: Moment | None = None
    ties: tuple[Tie, ...] = ()

    def hold(self, thing: str) -> Holds:
        """Whether `thing` was there at the moment that is asked for."""
        return self.spans.get(thing, NOTHING_KNOWN).hold(self.when) if self.when else Holds.UNKNOWN

    def partners(self, cooperation: str) -> dict[str, Holds]:
        """Whether each other member was in the cooperation together with the resource then; yes where it once was."""
        found: dict[str, Holds] = {}
        for tie in self.ties if self.when else ():
            if tie.cooperation == cooperation and tie.partner and found.get(tie.partner) is not Holds.YES:
                now = tie.hold(self.when) if self.when else Holds.UNKNOWN
                before = found.get(tie.partner, Holds.NO)
                found[tie.partner] = before if now is Holds.NO else now
        return found


def times_of(who: Reader, resource: str, around: Surroundings, when: Moment | None) -> Times:
    """The times of what stands around `resource`."""
    things = {each.iri for name in _DATED for each in around.by(name)}
    found = spans(who.edition.index, things | {resource})
    tied = ties(who.edition.index, resource, limit=_MOST_TIES) if when and around.by("org:member") else ()
    return Times(found, when, tied)


def edition_day(who: Reader) -> date | None:
    """The day of the edition, up to which it tells anything; None where it has none."""
    try:
        return date.fromisoformat((who.edition.manifest.modified or "")[:10])
    except ValueError:
        return None


def day_in_words(who: Reader, when: Moment) -> str:
    """The moment as the reader writes it."""
    return period_in_words(when.text, who.language)


def answer_in_words(who: Reader, answer: Holds) -> str:
    """The answer as the reader says it."""
    return {
        Holds.YES: who.text("yes"),
        Holds.NO: who.text("no"),
        Holds.UNKNOWN: who.text("can’t be told"),
    }[answer]


def answers_at(who: Reader, iris: Iterable[str], when: Moment | None) -> dict[str, Holds]:
    """Whether each of `iris` of which any bounds are known was there at `when`, if that is asked for."""
    if when is None:
        return {}
    return {name: bounds.hold(when) for name, bounds in spans(who.edition.index, iris).items()}


def dated(who: Reader, when: Moment | None) -> dict[str, str]:
    """What a template says of the moment that is asked for."""
    return {"date": when.text, "day": day_in_words(who, when)} if when else {"date": "", "day": ""}


@dataclass(frozen=True, slots=True)
class Name:
    """A name that was in use at the moment, or of which that can't be told."""

    text: str
    lang: str
    certain: bool


@dataclass(frozen=True, slots=True)
class AsOf:
    """What stands above a page of a moment: a sentence about the thing itself, what was there in its place, and its names then."""

    date: str
    day: str
    sentence: str
    others: tuple[Link, ...]
    names: tuple[Name, ...]
    later: bool


def as_of(who: Reader, resource: str, around: Surroundings, times: Times) -> AsOf | None:
    """What the page of `resource` says of the moment that is asked for, if one is."""
    when = times.when
    if when is None:
        return None
    day = day_in_words(who, when)
    sentence, others = _existence(who, resource, around=around, times=times, day=day)
    edition = edition_day(who)
    names = tuple(_names(who, around, when))
    return AsOf(when.text, day, sentence, others, names, later=edition is not None and when.last > edition)


def _names(who: Reader, around: Surroundings, when: Moment) -> Iterator[Name]:
    """The names that sources give with a time, those that were in use for sure first."""
    known = spans(who.edition.index, (name for name, _ in around.names))
    found: dict[tuple[str, str], bool] = {}
    for name, literal in around.names:
        answer = known.get(name, NOTHING_KNOWN).hold(when)
        if answer is not Holds.NO:
            key = (literal.value, literal.language or "")
            found[key] = found.get(key, False) or answer is Holds.YES
    for (text, lang), certain in sorted(found.items(), key=lambda each: (not each[1], each[0])):
        yield Name(text, lang, certain)


def _existence(
    who: Reader, resource: str, *, around: Surroundings, times: Times, day: str
) -> tuple[str, tuple[Link, ...]]:
    """Whether the resource was there itself; the organisations before or after it where it wasn't surely."""
    answer, when = times.hold(resource), times.when
    if resource not in times.spans or when is None:
        return "", ()
    made, left = around.by("org:resultingOrganization"), around.by("org:originalOrganization")
    bounds = times.spans[resource]
    if not made and not left:
        return _duration(who, answer, day), ()
    if left and bounds.earliest_end is not None and when.last >= bounds.earliest_end:
        return _gone(who, answer, day), _links(who, left, "org:resultingOrganization")
    if made and (bounds.latest_start is None or when.first < bounds.latest_start):
        return _coming(who, answer, day), _links(who, made, "org:originalOrganization")
    return "", ()


def _duration(who: Reader, answer: Holds, day: str) -> str:
    messages = {
        Holds.YES: who.text("As of %(date)s this was going on, by the sources."),
        Holds.NO: who.text("As of %(date)s this was not going on, by the sources."),
        Holds.UNKNOWN: who.text("Whether this was going on as of %(date)s can’t be told from the sources."),
    }
    return messages[answer] % {"date": day}


def _coming(who: Reader, answer: Holds, day: str) -> str:
    if answer is Holds.NO:
        return who.text("As of %(date)s this didn’t exist yet. Before it there were:") % {"date": day}
    return who.text(
        "Whether this existed yet as of %(date)s can’t be told from the sources. Before it there were:"
    ) % {"date": day}


def _gone(who: Reader, answer: Holds, day: str) -> str:
    if answer is Holds.NO:
        return who.text("As of %(date)s this didn’t exist any more. After it came:") % {"date": day}
    return who.text("Whether this still existed as of %(date)s can’t be told from the sources. After it came:") % {
        "date": day
    }


def _links(who: Reader, events: Iterable[Neighbour], side: str) -> tuple[Link, ...]:
    names = sorted({name for each in events for name in each.values(side)})
    who.names.fetch(names)
    return tuple(who.names.link(name) for name in names)
