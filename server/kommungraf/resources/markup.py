"""The HTML of what a page has by the hundred: links, values, triples and what they rest on, each written once for a page.

They are functions and not macros of a template, which take several times as long.
"""

# ruff: noqa: S704  what is marked as HTML here is written here, and every text of the data in it is escaped

import gettext
from collections.abc import Iterable, Sequence
from typing import Final

from markupsafe import Markup, escape

from kommungraf.resources.links import Link
from kommungraf.resources.views import Behind, Cluster, Fact, Group, Value

__all__ = ["Pen"]

_EDTF: Final = "/EDTF"
#: How many of the things that a statement rests on are seen at once; a single one is never folded away.
_OPEN: Final = 2


class Pen:
    """Writes for one page in the language `lang`, for which it has `translations`."""

    def __init__(self, translations: gettext.NullTranslations) -> None:
        self._translations = translations
        self._links: dict[tuple[Link, str], Markup] = {}
        self._supports: dict[str, str] = {}

    def named(self, text: str, language: str, lang: str) -> Markup:
        """A text, marked where it isn't in the language of the page."""
        if language and language != lang:
            return Markup(f'<span lang="{escape(language)}">{escape(text)}</span>')
        return escape(text)

    def link(self, to: Link, lang: str) -> Markup:
        """The name of a thing, as a link where there is something to follow."""
        if (made := self._links.get((to, lang))) is None:
            made = self._links[to, lang] = self._link(to, lang)
        return made

    def _link(self, to: Link, lang: str) -> Markup:
        if not to.href:
            return self.named(to.text, to.lang, lang)
        foreign = f' lang="{escape(to.lang)}"' if to.lang and to.lang != lang else ""
        external = "" if to.here else ' rel="external"'
        return Markup(f'<a href="{escape(to.href)}"{foreign}{external}>{escape(to.text)}</a>')

    def shown(self, value: Value, lang: str, exact: bool = False) -> Markup:
        """A value; with `exact`, the expression behind a worded period as well."""
        note = f' <span class="quiet">({escape(value.note)})</span>' if value.note else ""
        return Markup(f"{self._shown(value, lang, exact)}{note}")

    def _shown(self, value: Value, lang: str, exact: bool) -> Markup:
        if value.link:
            return self.link(value.link, lang)
        if value.groups:
            return Markup(f'<table class="facts inner"><tbody>{self.rows(value.groups, lang)}</tbody></table>')
        if value.blank:
            unnamed = self._translations.gettext("unnamed node")
            return Markup(f'<span class="quiet">{escape(unnamed)}</span>')
        tag = f' <span class="tag">{escape(value.lang)}</span>' if value.lang and value.lang != lang else ""
        worded = exact and value.datatype.endswith(_EDTF) and value.text != value.term
        code = f' <code class="quiet">{escape(value.term)}</code>' if worded else ""
        return Markup(f"{self.named(value.text, value.lang, lang)}{tag}{code}")

    def listed(self, values: Iterable[Value], lang: str) -> Markup:
        """Values, one after the other."""
        return Markup(", ".join(self.shown(value, lang) for value in values))

    def rests_on(self, behind: Sequence[Behind], lang: str) -> Markup:
        """What a statement rests on, as a list; where that is much, the first of them say enough at a glance."""
        if not behind:
            return Markup()
        found = [self._support(each, lang) for each in behind]
        seen = _OPEN if len(found) > _OPEN + 1 else _OPEN + 1
        listed = f'<ul class="behind">{"".join(found[:seen])}</ul>'
        return Markup(listed + self._folded(found[seen:]) if found[seen:] else listed)

    def _folded(self, found: Sequence[str]) -> str:
        more = self._translations.ngettext("and %(num)s more", "and %(num)s more", len(found)) % {
            "num": len(found)
        }
        listed = f'<ul class="behind">{"".join(found)}</ul>'
        return f'<details class="behind"><summary>{escape(more)}</summary>{listed}</details>'

    def _support(self, each: Behind, lang: str) -> str:
        if (made := self._supports.get(each.link.iri)) is None:
            made = self._supports[each.link.iri] = f"<li>{self._claim_or_graph(each, lang)}</li>"
        return made

    def _claim_or_graph(self, each: Behind, lang: str) -> str:
        if each.what == "rule":
            return f"{escape(self._translations.gettext('Derived:'))} {self.link(each.link, lang)}"
        if each.what != "claim":
            return self.link(each.link, lang)
        sources = "".join(f" · {self.link(source, lang)}" for source in each.sources)
        status = each.status
        standing = f' <span class="status">{self.named(status.text, status.lang, lang)}</span>' if status else ""
        return f'<a href="{escape(each.link.href or "")}">{self._words(each)}</a>{sources}{standing}'

    def _words(self, each: Behind) -> str:
        if each.phrases:
            return " … ".join(f"<q>{escape(phrase)}</q>" for phrase in each.phrases)
        if each.row:
            return str(escape(self._translations.gettext("row %(row)s") % {"row": each.row + 1}))
        return str(escape(self._translations.gettext("claim")))

    def rows(self, groups: Iterable[Group], lang: str, *, incoming: bool = False) -> Markup:
        """Rows of a table, one for each thing that statements rest on; of `incoming` ones the subjects are shown."""
        rows = ((group, number) for group in groups for number in range(len(group.clusters)))
        return Markup("".join(self._row(group, number, lang=lang, incoming=incoming) for group, number in rows))

    def _row(self, group: Group, number: int, *, lang: str, incoming: bool) -> str:
        cluster, span = group.clusters[number], len(group.clusters)
        spanned = f' rowspan="{span}"' if span > 1 else ""
        heading = f'<th scope="row"{spanned}>{self.link(group.property, lang)}</th>' if number == 0 else ""
        facts, behind = self._facts(cluster, lang, incoming=incoming), self.rests_on(cluster.behind, lang)
        return f"<tr>{heading}<td>{facts}{behind}</td></tr>\n"

    def _facts(self, cluster: Cluster, lang: str, *, incoming: bool) -> str:
        values = ((each, each.subject if incoming else each.value) for each in cluster.facts)
        said = [(_triple(fact), self.shown(value, lang, exact=True)) for fact, value in values]
        if len(said) == 1:
            return f"<div {said[0][0]}>{said[0][1]}</div>"
        return f'<ul class="values">{"".join(f"<li {triple}>{value}</li>" for triple, value in said)}</ul>'


def _triple(fact: Fact) -> str:
    """The attributes that say the triple exactly, as RDFa would."""
    value, term = fact.value, escape(fact.value.term)
    about = f'about="{escape(fact.subject.term)}" property="{escape(fact.property)}"'
    if value.link or value.blank:
        return f'{about} resource="{term}"'
    of = f'data-lang="{escape(value.lang)}"' if value.lang else f'datatype="{escape(value.datatype)}"'
    return f'{about} content="{term}" {of}'
