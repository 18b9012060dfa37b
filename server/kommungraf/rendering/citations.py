"""Tables of claims: those that are drawn from a source, those that conflict with one, and the sides of a disagreement."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from pyoxigraph import Triple

from kommungraf.rendering.panels import Panel, Part, linked
from kommungraf.rendering.site import Reader
from kommungraf.resources.amounts import AMOUNTS, amounts
from kommungraf.resources.links import Link
from kommungraf.resources.resources import Claim
from kommungraf.resources.surroundings import Quotation, Rival, Surroundings
from kommungraf.resources.views import Value, Views
from kommungraf.vocab import iri

__all__ = ["claims_panel", "drawn_claim", "quotation_panels", "rival_panels"]

_ACCEPTED: Final = iri("kg:Accepted")
#: How many of the things that a claim is about are seen at once, so that a list of claims can be read on a telephone.
_SEEN: Final = 3


def claims_panel(who: Reader, rows: Iterable[tuple[Part, ...]]) -> Panel:
    """The table of claims that are drawn from a source."""
    columns = (who.text("Claim"), who.text("About"))
    caption = who.text("What is drawn from this source; what bears no mark is accepted")
    return Panel(who.text("Claims"), caption, columns, tuple(rows), key="claims")


def drawn_claim(who: Reader, claim: Link, about: Iterable[str], *, source: Link, status: str) -> tuple[Part, ...]:
    """The row of a claim among those of its `source`, which then needs no naming: marked unless it is accepted."""
    near = claim.text.removeprefix(f"{source.text}, ").removesuffix(f" – {source.text}")
    mark = who.names.link(status).text.lower() if status not in {"", _ACCEPTED} else ""
    named = Value(claim.iri, link=replace(claim, text=near), note=mark)
    return Part((named,)), linked(who, about)._replace(seen=_SEEN)


def quotation_panels(who: Reader, quoted: Iterable[Quotation], *, source: str) -> Iterator[Panel]:
    """The table of the claims that are drawn from a source."""
    rows = tuple(_quotation(who, each, who.names.link(source)) for each in quoted)
    if rows:
        yield claims_panel(who, rows)


def _quotation(who: Reader, each: Quotation, source: Link) -> tuple[Part, ...]:
    claim = _phrased(who, who.names.link(each.iri), each.claim)
    return drawn_claim(who, claim, each.about, source=source, status=each.claim.status if each.claim else "")


def rival_panels(who: Reader, views: Views, around: Surroundings, content: Iterable[Triple]) -> Iterator[Panel]:
    """The table of the claims that conflict with a claim that says `content`, or that are the sides of a disagreement."""
    text, said = who.text, frozenset(content)
    matters = {(triple.subject, triple.predicate) for triple in said}
    rows = tuple(
        _rival(
            who,
            views,
            each,
            [triple for triple in each.triples if triple.predicate.value in around.compared],
        )
        if around.compared
        else _rival(
            who,
            views,
            each,
            [
                triple
                for triple in each.triples
                if triple not in said and (triple.subject, triple.predicate) in matters
            ],
        )
        for each in around.rivals
    )
    if rows and around.compared:
        columns = (text("Claim"), text("What it says"), text("Who says so"), text("Status"))
        yield Panel(text("The sides"), text("What each side says, and who"), columns, rows, key="sides")
    elif rows:
        columns = (text("Claim"), text("What it says instead"), text("Who says so"), text("Status"))
        yield Panel(text("Conflicting claims"), text("What others say of the same"), columns, rows, key="sides")


def _rival(who: Reader, views: Views, each: Rival, found: Iterable[Triple]) -> tuple[Part, ...]:
    claim = _phrased(who, who.names.link(each.claim.iri), each.claim)
    said = [(triple.predicate.value, triple.object) for triple in found]
    others = (views.value(term) for name, term in said if name not in AMOUNTS)
    values = tuple(dict.fromkeys((*amounts(said, who.language), *others))) or (
        Value("", text=who.text("see the claim")),  # which speaks of something else that can't be true as well
    )
    status = Part((views.value_of(each.claim.status),))
    sources = tuple(Value(name, link=who.names.link(name).sayer) for name in each.claim.sources)
    return Part((Value(claim.iri, link=claim),)), Part(values), Part(sources), status


def _phrased(who: Reader, link: Link, claim: Claim | None) -> Link:
    """A claim that has words is shown by them, in their language."""
    if claim is None or not claim.phrases:
        return link
    quoted = " … ".join(who.text("“%(words)s”") % {"words": phrase} for phrase in claim.phrases)
    return replace(link, text=quoted, lang=claim.language)
