"""The HTML of what a page has by the hundred: links, values, triples and what they rest on, each written once for a page.

They are functions and not macros of a template, which take several times as long.
"""

# ruff: noqa: S704  what is marked as HTML here is written here, and every text of the data in it is escaped

import gettext
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final, TypeVar

from markupsafe import Markup, escape

from kommungraf.releases.moments import Bounds
from kommungraf.resources.links import Link
from kommungraf.resources.tabular import Axis, Cell, Table
from kommungraf.resources.views import Behind, Cluster, Fact, Group, Value

__all__ = ["Pen"]

_EDTF: Final = "/EDTF"
#: How many of the things that a statement rests on are seen at once; a single one is never folded away.
_OPEN: Final = 1
#: How many values of one property are seen at once, and how many more there have to be for the rest to be folded away.
_LISTED: Final = 12
_UNLISTED: Final = 6
#: How many rows of a table are seen at once, and how many more there have to be for the rest to be folded away.
_SEEN: Final = 5
_FOLDED: Final = 3
#: From so many rows on a table says once what each of them rests on, if that is no more than so many things.
_REPEATED, _TOLD_ONCE = 3, 2
#: What a text has to hold so that it is another one as HTML.
_SPECIAL: Final = re.compile("[&<>'\"]")
_Row = TypeVar("_Row")
#: A bar is at least so wide, in percent, that it can be seen.
_NARROWEST: Final = 0.8


class _Escaped(dict[str, str]):
    """Texts as HTML: most stand on a page many times."""

    def __missing__(self, text: str) -> str:
        made = self[text] = str(escape(text)) if _SPECIAL.search(text) else text
        return made


class Pen:
    """Writes for one page in the language `lang`, for which it has `translations`."""

    def __init__(self, translations: gettext.NullTranslations) -> None:
        self._translations = translations
        self._escaped = _Escaped()
        self.escaped: Callable[[str], str] = self._escaped.__getitem__
        self._links: dict[int, tuple[Link, str]] = {}
        self._supports: dict[str, str] = {}
        self._ticks: dict[int, str] = {}
        self._explained = False

    def named(self, text: str, language: str, lang: str) -> Markup:
        """A text, marked where it isn't in the language of the page."""
        return Markup(self._named(text, language, lang))

    def link(self, to: Link, lang: str) -> Markup:
        """The name of a thing, as a link where there is something to follow."""
        return Markup(self._linked(to, lang))

    def shown(self, value: Value, lang: str, exact: bool = False) -> Markup:
        """A value; with `exact`, the expression behind a worded period as well, for machines."""
        return Markup(self._noted(value, lang, exact=exact))

    def listed(self, values: Iterable[Value], lang: str) -> Markup:
        """Values, one after the other."""
        return Markup(self._listed(values, lang))

    def rests_on(self, behind: Sequence[Behind], lang: str) -> Markup:
        """What a statement rests on, as a list; where that is much, the first of them say enough at a glance."""
        return Markup(self._rests_on(behind, lang))

    def rows(self, groups: Iterable[Group], lang: str, *, incoming: bool = False) -> Markup:
        """Rows of a table, one for each thing that statements rest on; of `incoming` ones the subjects are shown."""
        return Markup("".join(self._rows(_numbered(groups), lang, incoming=incoming)))

    def facts(
        self, groups: Iterable[Group], caption: str, lang: str, *, incoming: bool = False, whole: bool = False
    ) -> Markup:
        """The same rows as a table; unless it is to be `whole`, the first of them are seen at once.

        Where each of those rests on the same, its caption says so once.
        """
        numbered = list(_numbered(groups))
        shared = () if whole else _shared([group.clusters[number].behind for group, number in numbered])
        told = self._caption(caption, shared, lang)

        def written(part: Sequence[tuple[Group, int]]) -> str:
            rows = "".join(self._rows(part, lang, incoming=incoming, shared=shared))
            head = f"<caption>{told if part[0] == numbered[0] else self._escaped[caption]}</caption>\n"
            return f'<table class="facts">\n{head}<tbody>\n{rows}</tbody>\n</table>'

        return Markup(written(numbered) if whole else self._in_parts(numbered, written))

    def statements(
        self, facts: Sequence[tuple[Link, Fact]], caption: str, lang: str, *, whole: bool = False
    ) -> Markup:
        """A table of statements about several things, each thing named once, and in part as above."""
        gettext = self._translations.gettext
        columns = gettext("Subject"), gettext("Property"), gettext("Value")
        ordered = [each for _, each in sorted(enumerate(facts), key=_by_subject(facts))]
        shared = () if whole else _shared([fact.behind for _, fact in ordered])
        told = self._caption(caption, shared, lang)

        def rows(part: Sequence[tuple[Link, Fact]]) -> Iterator[str]:
            for _, same in groupby(part, lambda each: each[1].subject.term):
                said = list(same)
                subject = self._noted(said[0][1].subject, lang)
                head = f'<th scope="rowgroup" rowspan="{len(said)}">{subject}</th>'
                for name, fact in said:
                    value = self._noted(fact.value, lang, exact=True)
                    value += "" if shared else self._rests_on(fact.behind, lang)
                    yield f'<tr>{head}<td class="property">{self._linked(name, lang)}</td><td>{value}</td></tr>\n'
                    head = ""

        def written(part: Sequence[tuple[Link, Fact]]) -> str:
            head = told if part[0] is ordered[0] else self._escaped[caption]
            return self._table(head, columns, rows(part), kind="list stacked grouped")

        return Markup(written(ordered) if whole else self._in_parts(ordered, written))

    def table(self, table: Table, lang: str, *, whole: bool = True) -> Markup:
        """A table with its bars of time; unless it is to be `whole`, the first rows are seen at once."""

        def written(part: Sequence[Sequence[Cell]]) -> str:
            rows = (self._row_of_cells(table, row, lang) for row in part)
            kind = "list compact" if table.compact else "list stacked"
            return self._table(self._escaped[table.caption], table.columns, rows, kind=kind)

        shown = written(table.rows) if whole else self._in_parts(table.rows, written)
        notes = " ".join((*self._axis_notes(table.axis), *self._support_notes(table.rows)))
        return Markup(shown + (f'\n<p class="note">{notes}</p>' if notes else ""))

    def _in_parts(self, rows: Sequence[_Row], written: Callable[[Sequence[_Row]], str]) -> str:
        """The rows as `written` makes a table of them; where they are many, those after the first fold away."""
        if len(rows) <= _SEEN + _FOLDED:
            return written(rows)
        more = self._more(len(rows) - _SEEN)
        return f'{written(rows[:_SEEN])}\n<details class="more"><summary>{more}</summary>\n{written(rows[_SEEN:])}\n</details>'

    def _more(self, count: int) -> str:
        text = self._translations.ngettext("and %(num)s more", "and %(num)s more", count)
        return self._escaped[text % {"num": count}]

    def _table(
        self, caption: str, columns: Sequence[str], rows: Iterable[str], *, kind: str = "list stacked"
    ) -> str:
        heads = "".join(f'<th scope="col">{self._escaped[column]}</th>' for column in columns)
        head = f"<caption>{caption}</caption>\n<thead><tr>{heads}</tr></thead>"
        return f'<table class="{kind}">\n{head}\n<tbody>\n{"".join(rows)}</tbody>\n</table>'

    def _row_of_cells(self, table: Table, row: Sequence[Cell], lang: str) -> str:
        answer = row[-1].answer
        held = f' class="holds-{answer}"' if answer else ""
        cells = (
            self._cell(cell, table.axis, lang, is_told=is_told)
            for cell, is_told in zip(row, _told_before(row), strict=True)
        )
        return f"<tr{held}>{self._cells(table.columns, cells)}</tr>\n"

    def _cells(self, columns: Sequence[str], cells: Iterable[str]) -> str:
        first, *others = cells
        told = zip(columns[1:], others, strict=True)
        rest = (f'<td data-column="{self._escaped[column]}">{cell}</td>' for column, cell in told)
        return f'<th scope="row">{first}</th>{"".join(rest)}'

    def _cell(self, cell: Cell, axis: Axis | None, lang: str, *, is_told: bool) -> str:
        """A cell; what it rests on is left out where the cells before it say so."""
        more = f' <span class="quiet">{self._more(cell.more)}</span>' if cell.more else ""
        bar = self._bar(axis, cell.bounds) if axis and cell.bounds else ""
        support = "" if is_told else self._rests_on(cell.behind, lang)
        return f"{self._values(cell, lang)}{more}{bar}{support}"

    def _values(self, cell: Cell, lang: str) -> str:
        """The values of a cell; of many the first are seen at once where it says so, and a single one isn't folded away."""
        if not cell.seen or len(cell.values) <= cell.seen + 1:
            return self._listed(cell.values, lang)
        rest = [f"<li>{self._noted(value, lang)}</li>" for value in cell.values[cell.seen :]]
        return self._listed(cell.values[: cell.seen], lang) + self._folded(rest, kind="values")

    def _bar(self, axis: Axis, bounds: Bounds) -> str:
        """A bar of time; the text before it says the same, so it is hidden from those who listen."""
        if (bar := axis.bar(bounds)) is None:
            return ""
        if (ticks := self._ticks.get(id(axis))) is None:
            ticks = "".join(f'<path class="tick" d="M{place} 0V8"/>' for _, place in axis.ticks)
            self._ticks[id(axis)] = ticks
        possible = _rectangle("possible", bar.start, bar.end)
        certain = _rectangle("certain", bar.sure_start, bar.sure_end)
        shape = 'class="span" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"'
        return f"<svg {shape}>{ticks}{possible}{certain}</svg>"

    def _axis_notes(self, axis: Axis | None) -> Iterator[str]:
        if axis is not None:
            gettext = self._translations.gettext
            one = gettext("The bars span the year %(first)s; they are pale where the sources leave the time open.")
            more = gettext(
                "The bars span %(first)s to %(last)s; they are pale where the sources leave the time open."
            )
            text = one if axis.first == axis.last else more
            yield self._escaped[text % {"first": axis.first, "last": axis.last}]

    def _support_notes(self, rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
        """How to read what such rows leave out, once for a page."""
        if not self._explained and any(any(_told_before(row)) for row in rows):
            self._explained = True
            text = "Where a value of a row shows no source, it has the one that stands before it."
            yield self._escaped[self._translations.gettext(text)]

    def _named(self, text: str, language: str, lang: str, direction: str = "") -> str:
        foreign = f' lang="{self._escaped[language]}"' if language and language != lang else ""
        if not foreign and not direction:
            return self._escaped[text]
        turned = f' dir="{direction}"' if direction else ""
        return f"<span{foreign}{turned}>{self._escaped[text]}</span>"

    def _linked(self, to: Link, lang: str) -> str:
        if (made := self._links.get(id(to))) is None:  # which is the link's own as long as it is kept here
            made = self._links[id(to)] = to, self._link(to, lang)
        return made[1]

    def _link(self, to: Link, lang: str) -> str:
        if not to.href:
            return self._named(to.text, to.lang, lang)
        foreign = f' lang="{self._escaped[to.lang]}"' if to.lang and to.lang != lang else ""
        external = "" if to.here else ' rel="external"'
        return f'<a href="{self._escaped[to.href]}"{foreign}{external}>{self._escaped[to.text]}</a>'

    def _noted(self, value: Value, lang: str, *, exact: bool = False) -> str:
        shown = self._shown(value, lang, exact=exact)
        return f'{shown} <span class="quiet">({self._escaped[value.note]})</span>' if value.note else shown

    def _shown(self, value: Value, lang: str, *, exact: bool) -> str:
        if value.link:
            return self._linked(value.link, lang)
        if value.groups:
            rows = "".join(self._rows(_numbered(value.groups), lang, incoming=False))
            return f'<table class="facts inner"><tbody>{rows}</tbody></table>'
        if value.parts:
            inner = " ".join(self._shown(part, lang, exact=True) for part in value.parts)
            return f'<span class="quiet">&lt;&lt;(</span> {inner} <span class="quiet">)&gt;&gt;</span>'
        if value.members:
            return f'<ol class="values">{"".join(self._member(*each, lang) for each in value.members)}</ol>'
        if value.blank:
            unnamed = self._translations.gettext("unnamed node")
            return f'<span class="quiet">{self._escaped[unnamed]}</span>'
        told = value.lang not in {"", "und", lang}
        tag = f' <span class="tag">{self._escaped[value.lang]}</span>' if told else ""
        text = self._named(value.text, value.lang, lang, value.direction)
        worded = exact and value.datatype.endswith(_EDTF) and value.text != value.term
        return f'<data value="{self._escaped[value.term]}">{text}</data>{tag}' if worded else f"{text}{tag}"

    def _member(self, first: Fact, rest: Fact, lang: str) -> str:
        """A member of a list; that others follow isn't shown but said as exactly as the rest."""
        shown = self._noted(first.value, lang, exact=True)
        return f"<li><div {self._triple(first)}>{shown}</div><div {self._triple(rest)} hidden></div></li>"

    def _listed(self, values: Iterable[Value], lang: str) -> str:
        return ", ".join([self._noted(value, lang) for value in values])

    def _caption(self, caption: str, shared: Sequence[Behind], lang: str) -> str:
        """A caption, with what all rests on where that is shared."""
        if not shared:
            return self._escaped[caption]
        sources = " · ".join([self._claim_or_graph(each, lang) for each in shared])
        whence = self._translations.gettext("source of all of it:")
        return f"{self._escaped[caption]} – {self._escaped[whence]} {sources}"

    def _rests_on(self, behind: Sequence[Behind], lang: str) -> str:
        if not behind:
            return ""
        found = [self._support(each, lang) for each in behind]
        seen = _OPEN if len(found) > _OPEN + 1 else len(found)
        more = f"<li>{self._folded(found[seen:])}</li>" if found[seen:] else ""
        return f'<ul class="behind">{"".join(found[:seen])}{more}</ul>'

    def _folded(self, found: Sequence[str], kind: str = "behind") -> str:
        listed = f'<ul class="{kind}">{"".join(found)}</ul>'
        return f'<details class="{kind}"><summary>{self._more(len(found))}</summary>{listed}</details>'

    def _support(self, each: Behind, lang: str) -> str:
        if (made := self._supports.get(each.link.iri)) is None:
            made = self._supports[each.link.iri] = f"<li>{self._claim_or_graph(each, lang)}</li>"
        return made

    def _claim_or_graph(self, each: Behind, lang: str) -> str:
        if each.what == "rule":
            return f"{self._escaped[self._translations.gettext('Derived:')]} {self._linked(each.link, lang)}"
        if each.what != "claim":
            return self._linked(each.link, lang)
        status = each.status
        standing = f' <span class="status">{self._named(status.text, status.lang, lang)}</span>' if status else ""
        claim = f'<a href="{self._escaped[each.link.href or ""]}">{self._words(each, lang)}</a>'
        sayers = ", ".join([self._link(source.sayer, lang) for source in each.sources])
        return f"{sayers}{': ' if each.phrases else ' · '}{claim}{standing}" if sayers else f"{claim}{standing}"

    def _words(self, each: Behind, lang: str) -> str:
        if each.phrases:
            tag = f' lang="{self._escaped[each.lang]}"' if each.lang not in {"", lang} else ""
            return " … ".join(f"<q{tag}>{self._escaped[phrase]}</q>" for phrase in each.phrases)
        if each.row:
            return self._escaped[self._translations.gettext("row %(row)s of our table") % {"row": each.row + 1}]
        return self._escaped[self._translations.gettext("claim")]

    def _rows(
        self,
        numbered: Iterable[tuple[Group, int]],
        lang: str,
        *,
        incoming: bool,
        shared: tuple[Behind, ...] = (),
    ) -> Iterator[str]:
        for group, numbers in groupby(numbered, lambda each: each[0]):
            clusters = [group.clusters[number] for _, number in numbers]
            spanned = f' rowspan="{len(clusters)}"' if len(clusters) > 1 else ""
            heading = f'<th scope="row"{spanned}>{self._linked(group.property, lang)}</th>'
            for cluster in clusters:
                facts = self._facts(cluster, lang, incoming=incoming)
                support = "" if shared else self._rests_on(cluster.behind, lang)
                yield f"<tr>{heading}<td>{facts}{support}</td></tr>\n"
                heading = ""

    def _facts(self, cluster: Cluster, lang: str, *, incoming: bool) -> str:
        values = ((each, each.subject if incoming else each.value) for each in cluster.facts)
        said = [(self._triple(fact), self._noted(value, lang, exact=True)) for fact, value in values]
        if len(said) == 1:
            return f"<div {said[0][0]}>{said[0][1]}</div>"
        listed = [f"<li {triple}>{value}</li>" for triple, value in said]
        seen = _LISTED if len(listed) > _LISTED + _UNLISTED else len(listed)
        shown = f'<ul class="values">{"".join(listed[:seen])}</ul>'
        return shown + self._folded(listed[seen:], kind="values") if listed[seen:] else shown

    def _triple(self, fact: Fact) -> str:
        """The attributes that say the triple exactly, as RDFa would."""
        value, escaped = fact.value, self._escaped
        term = escaped[value.term]
        about = f'about="{escaped[fact.subject.term]}" property="{escaped[fact.property]}"'
        if value.link or value.blank:
            return f'{about} resource="{term}"'
        if value.parts:  # which RDFa has no way to write
            return f'{about} data-triple="{term}"'
        direction = f"--{value.direction}" if value.direction else ""
        of = (
            f'data-lang="{escaped[value.lang]}{direction}"'
            if value.lang
            else f'datatype="{escaped[value.datatype]}"'
        )
        return f'{about} content="{term}" {of}'


def _numbered(groups: Iterable[Group]) -> Iterator[tuple[Group, int]]:
    """Each group with the number of each of its clusters."""
    return ((group, number) for group in groups for number in range(len(group.clusters)))


def _shared(behind: Sequence[tuple[Behind, ...]]) -> tuple[Behind, ...]:
    """What each of some rows rests on, where that is the same and little."""
    first = behind[0] if len(behind) >= _REPEATED else ()
    return first if len(first) <= _TOLD_ONCE and all(each == first for each in behind) else ()


def _told_before(row: Sequence[Cell]) -> Iterator[bool]:
    """For each cell, whether what it rests on is just what the last cell before it that rests on anything does."""
    last: tuple[Behind, ...] = ()
    for cell in row:
        yield bool(cell.behind) and cell.behind == last
        last = cell.behind or last


def _by_subject(facts: Sequence[tuple[Link, Fact]]) -> Callable[[tuple[int, tuple[Link, Fact]]], tuple[int, int]]:
    """The order in which each subject comes first, its statements together."""
    first: dict[str, int] = {}
    for number, (_, fact) in enumerate(facts):
        first.setdefault(fact.subject.term, number)
    return lambda each: (first[each[1][1].subject.term], each[0])


def _rectangle(what: str, start: float, end: float) -> str:
    return f'<rect class="{what}" x="{start}" width="{round(max(end - start, _NARROWEST), 1)}" y="2" height="4"/>'
