"""Tables of what refers to a thing: the disagreements in which a claim is a side, and what a funder pays for."""

from collections.abc import Iterable, Iterator

from kommungraf.rendering.panels import Panel, Part
from kommungraf.rendering.site import Reader
from kommungraf.resources.resources import Statement
from kommungraf.resources.views import Views
from kommungraf.vocab import iri

__all__ = ["dispute_panels", "funding_panels"]


def dispute_panels(who: Reader, views: Views, incoming: Iterable[Statement]) -> Iterator[Panel]:
    """The table of the disagreements of which a claim is a side, whether or not others say otherwise of the same."""
    rows = tuple((Part((views.value(each.triple.subject),)),) for each in _by("kg:side", incoming))
    if rows:
        title, caption = (
            who.text("Where sources disagree"),
            who.text("The disagreements in which this claim is a side"),
        )
        yield Panel(title, caption, (who.text("Disagreement"),), rows, key="disputes", compact=True)


def funding_panels(who: Reader, views: Views, incoming: Iterable[Statement]) -> Iterator[Panel]:
    """The table of what a funder pays for."""
    rows = tuple(
        (Part((views.value(each.triple.subject),), views.behind(each.graphs)),)
        for each in _by("frapo:isFundedBy", incoming)
    )
    if rows:
        caption = who.text("What it pays for, and who says so")
        yield Panel(who.text("Funds"), caption, (who.text("What"),), rows, key="funded")


def _by(name: str, incoming: Iterable[Statement]) -> Iterator[Statement]:
    return (each for each in incoming if each.triple.predicate.value == iri(name))
