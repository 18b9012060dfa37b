"""What an officer of a municipality should check: one-sided ties, disagreements, missing starts, weak support, missing sources, old pages and gaps."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from pyoxigraph import Literal, NamedNode, Quad

from kommungraf.engine.ownqueries import query_text
from kommungraf.rendering.site import Reader
from kommungraf.resources.links import Link
from kommungraf.resources.wording import quantity_in_words
from kommungraf.review.disagreements import Matter, matters
from kommungraf.vocab import iri

__all__ = ["Check", "Checks", "checks", "oldest", "report"]

_MATTERS: Final = 500
#: How engines write that something is so.
_TRUE: Final = frozenset({"true", "1"})
_MOST_SOURCES: Final = 8

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at: why, what it is, and the sources that it rests on; `day` is a page's own date.

    Of a disagreement, `told` is what its sides say, each once with who says so, and `conflict` leads to them.
    """

    why: str
    thing: Link
    sources: tuple[Link, ...]
    day: str = ""
    told: tuple[tuple[Link | None, str], ...] = ()
    conflict: Link | None = None


class Group(NamedTuple):
    """What there is to check of one sort: its heading, what to do about it, and a name that stays the same."""

    heading: str
    advice: str
    checks: tuple[Check, ...]
    name: str


@dataclass(frozen=True, slots=True)
class Checks:
    """All that a municipality should look at, group by group, each with its heading and what to do about it."""

    municipality: Link
    groups: tuple[Group, ...]


def checks(who: Reader, municipality: str, years: int) -> Checks:
    """What the municipality with the key should check, as of the date of the dataset."""
    this = NamedNode(f"{who.edition.base_iri}id/municipality/{municipality}")
    rows = list(who.edition.evaluator.select(query_text("checks"), this=this))
    who.names.fetch(
        {this.value, *(term.value for row in rows for term in row.values() if isinstance(term, NamedNode))}
    )
    parts: dict[str, list[Row]] = {}
    for row in rows:
        parts.setdefault(row["part"].value, []).append(row)
    found = matters(who, "", municipality, size=_MATTERS)
    return Checks(who.names.link(this.value), tuple(_groups(who, parts, found, years=years)))


def _groups(
    who: Reader, parts: Mapping[str, list[Row]], matters: Iterable[Matter], *, years: int
) -> Iterator[Group]:
    text = who.text
    old, undated = _pages(who, parts.get("page", []), years=years)
    found = (
        *_reciprocity(who, parts),
        Group(
            text("Sources that disagree"),
            text("Correct the page that is wrong, or say on your own page which holds."),
            tuple(map(_matter, matters)),
            "disagreement",
        ),
        *_unsupported(who, parts),
        Group(
            text("Old pages"),
            text("Your pages that are older than %(years)s years. Look through them and date them anew.")
            % {"years": years},
            old,
            "old-page",
        ),
        Group(
            text("Pages without a date"),
            text("A page without a date can't be weighed against a newer one. Date it."),
            undated,
            "page-without-date",
        ),
        Group(
            text("Fewer twin towns known than counted"),
            text("A source counts more than are held by name. Name them all on your page, or correct the number."),
            _uncounted(who, parts),
            "fewer-known-than-counted",
        ),
        Group(
            text("Recorded gaps"),
            text("What a source announces and does not give."),
            _listed(who, parts.get("gap", [])),
            "gap",
        ),
    )
    return (each for each in found if each.checks)


def _unsupported(who: Reader, parts: Mapping[str, list[Row]]) -> tuple[Group, ...]:
    """What the municipality takes part in, as far as too little is said of it."""
    text = who.text
    return (
        Group(
            text("Named by weak sources alone"),
            text("Confirm them on a page of your own, or leave them."),
            _listed(who, parts.get("weak", [])),
            "weakly-supported",
        ),
        Group(
            text("Without a source that can be read"),
            text("No source with an address names them. Give the address of one that does, or remove them."),
            _listed(who, parts.get("unsourced", [])),
            "without-readable-source",
        ),
        Group(
            text("Without a start"),
            text("No source that is held says when the cooperation began. Say it on your page."),
            _listed(who, parts.get("start", [])),
            "without-start",
        ),
        Group(
            text("Projects without a time"),
            text("No source that is held says when the project ran. Say it on your page."),
            _listed(who, parts.get("when", [])),
            "project-without-time",
        ),
    )


def _matter(each: Matter) -> Check:
    sources = tuple(source for side in each.sides for source in side.behind.sources)[:_MOST_SOURCES]
    return Check(each.kind.text, each.subject, sources, told=each.told, conflict=each.conflict)


def _reciprocity(who: Reader, parts: Mapping[str, list[Row]]) -> Iterator[Group]:
    """The twin towns that stand on one side's own pages alone, as far as pages of the two sides were read."""
    text, own = who.text, {row["thing"].value for row in parts.get("own", ())}
    yield Group(
        text("Twin towns that only others name"),
        text(
            "The municipality's own pages that were read name other twin towns, and not these. Name them there, or tell the others that they have ended."
        )
        if own
        else text(
            "No page of the municipality's own that names twin towns has been read. Name them on one, and record it as a source."
        ),
        _listed(who, (row for row in parts.get("named", ()) if row["thing"].value not in own)),
        "named-by-others",
    )
    yield Group(
        text("Twin towns whose own page is silent"),
        text(
            "The municipality names them, and they name twin towns on a page of their own that was read, but not this one. That they don't say it is no denial: ask them."
        ),
        _silent(who, (row for row in parts.get("silent", ()) if row["thing"].value in own)),
        "not-named-by-the-other",
    )


def _silent(who: Reader, rows: Iterable[Row]) -> tuple[Check, ...]:
    """The ties that no page of the other side's own names, with those of its pages that name other twin towns."""
    found, named = dict[tuple[str, str], dict[str, None]](), set[tuple[str, str]]()
    for row in rows:
        tie = row["thing"].value, row["other"].value
        found.setdefault(tie, {})[row["source"].value] = None
        if row["named"].value in _TRUE:
            named.add(tie)
    pages = {tie: map(who.names.link, sources) for tie, sources in found.items() if tie not in named}
    told = who.text("%(name)s: the own page doesn't name the tie")
    return tuple(
        Check(told % {"name": who.names.link(other).text}, who.names.link(thing), tuple(sources))
        for (thing, other), sources in pages.items()
    )


def _uncounted(who: Reader, parts: Mapping[str, list[Row]]) -> tuple[Check, ...]:
    """The statements that count more twin towns than are held as going on."""
    known, found = len(parts.get("tie", ())), []
    for row in parts.get("count", ()):
        stated, least, qualifier = (
            row[name].value if name in row else None for name in ("stated", "least", "qualifier")
        )
        if float(stated or least or 0) > known:
            counted = quantity_in_words(stated, least, None, qualifier, who.language)
            told = who.text("%(stated)s counted, %(known)s known") % {"stated": counted, "known": known}
            found.append(Check(told, who.names.link(row["thing"].value), (who.names.link(row["source"].value),)))
    return tuple(found)


def _listed(who: Reader, rows: Iterable[Row]) -> tuple[Check, ...]:
    sources: dict[str, list[Link]] = {}
    for row in rows:
        links = sources.setdefault(row["thing"].value, [])
        if "source" in row:
            links.append(who.names.link(row["source"].value))
    return tuple(Check("", who.names.link(thing), tuple(dict.fromkeys(links))) for thing, links in sources.items())


def oldest(who: Reader, years: int) -> str:
    """The day before which a page is older than `years`, counted back from the date of the dataset."""
    modified = who.edition.manifest.modified or "0000"
    return f"{max(0, int(modified[:4]) - years):04}{modified[4:10]}"


def _pages(who: Reader, rows: Iterable[Row], *, years: int) -> tuple[tuple[Check, ...], tuple[Check, ...]]:
    """The municipality's pages that are older than `years`, and those without a date."""
    limit = oldest(who, years)
    dated = [(row["day"].value if "day" in row else "", who.names.link(row["thing"].value)) for row in rows]
    old = sorted(
        ((day, link) for day, link in dated if day and day < limit), key=lambda each: (each[0], each[1].iri)
    )
    undated = sorted((link for day, link in dated if not day), key=lambda link: link.iri)
    return tuple(Check("", link, (), day) for day, link in old), tuple(Check("", link, ()) for link in undated)


def report(found: Checks, language: str) -> Iterator[Quad]:
    """The checks as a SHACL validation report: a warning for each thing, with its sources as the values."""
    name, kind, result = NamedNode(found.municipality.iri + "#checks"), iri("rdf:type"), iri("sh:ValidationResult")
    yield Quad(name, NamedNode(kind), NamedNode(iri("sh:ValidationReport")))
    yield Quad(name, NamedNode(iri("sh:conforms")), Literal(not found.groups))
    number = 0
    for heading, _, each, _ in found.groups:
        for check in each:
            number += 1
            node = NamedNode(f"{name.value}-{number}")
            yield Quad(name, NamedNode(iri("sh:result")), node)
            yield Quad(node, NamedNode(kind), NamedNode(result))
            yield Quad(node, NamedNode(iri("sh:focusNode")), NamedNode(check.thing.iri))
            yield Quad(node, NamedNode(iri("sh:resultSeverity")), NamedNode(iri("sh:Warning")))
            message = f"{heading}: {check.why}" if check.why else heading
            yield Quad(node, NamedNode(iri("sh:resultMessage")), Literal(message, language=language))
            for source in check.sources:
                yield Quad(node, NamedNode(iri("dcterms:source")), NamedNode(source.iri))
