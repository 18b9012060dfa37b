"""Ties that sources mention and that aren't held to be true: the table of what is said of a thing beside its cooperations."""

from collections.abc import Iterator

from kommungraf.rendering.panels import Panel, Part
from kommungraf.rendering.site import Reader
from kommungraf.resources.resources import Document
from kommungraf.resources.surroundings import Surroundings
from kommungraf.resources.views import Views
from kommungraf.vocab import iri

__all__ = ["mentioned_panels"]


def mentioned_panels(who: Reader, views: Views, document: Document, around: Surroundings) -> Iterator[Panel]:
    """The table of the cooperations that sources tie the resource to and that it isn't held to be in, if there are any."""
    held = {name for each in around.by("org:member") for name in each.values("org:organization")}
    said: dict[str, set[str]] = {}
    for each in document.unheld:
        whole = document.wholes.get(str(getattr(each.triple.subject, "value", "")))
        if each.triple.predicate.value == iri("org:member") and whole and whole not in held:
            said.setdefault(whole, set()).update(each.graphs)
    named = sorted(said.items(), key=lambda each: (who.names.link(each[0]).text.casefold(), each[0]))
    if named:
        rows = tuple((Part((views.value_of(whole),), views.behind(sorted(graphs))),) for whole, graphs in named)
        caption = who.text("What sources mention and is not held to be true here; the mark says why")
        yield Panel(who.text("Also mentioned"), caption, (who.text("Cooperation"),), rows, key="mentioned")
