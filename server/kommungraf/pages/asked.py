"""The competency questions of a release, as a reader of a language asks them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kommungraf.pages.results import Table
from kommungraf.rendering.site import Reader
from kommungraf.resources.views import Value

__all__ = ["Asked", "asked"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with its query; `expected` is the answer that was worked out by hand, as SPARQL results in TSV.

    `columns` are the headings of its answer by variable, `values` the words for plain texts in it.
    """

    slug: str
    text: str
    query: str
    expected: str
    columns: Mapping[str, str]
    values: Mapping[str, str]

    def worded(self, table: Table) -> Table:
        """The answer to it with what people read in place of variables and codes."""
        rows = tuple(tuple(self._value(value) for value in row) for row in table.rows)
        return replace(table, columns=tuple(self.columns.get(name, name) for name in table.columns), rows=rows)

    def _value(self, value: Value | None) -> Value | None:
        if value is None or value.link or value.lang or value.term not in self.values:
            return value
        return value._replace(text=self.values[value.term])


def asked(who: Reader) -> tuple[Asked, ...]:
    """All questions of the release that `who` reads, in their own order."""
    return tuple(
        Asked(
            slug=each["slug"],
            text=each[who.language],
            query=each["query"],
            expected=each["expected"],
            columns=_in_words(each.get("columns", {}), who.language),
            values=_in_words(each.get("values", {}), who.language),
        )
        for each in who.edition.questions
    )


def _in_words(wordings: Mapping[str, Mapping[str, str]], language: str) -> dict[str, str]:
    return {name: wording[language] for name, wording in wordings.items()}
