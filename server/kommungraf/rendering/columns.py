"""The columns of the site's lists: each name means the same in every list, and says of what type its cells are."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kommungraf.errors import Phrase
from kommungraf.rendering.site import Reader
from kommungraf.texts import LANGUAGES

__all__ = ["COLUMNS", "Cell", "Column"]

#: A cell of a list: several values where its column has them, and None where there is none.
Cell = str | tuple[str, ...] | None

_TEXTS: Final = "; "
_IRIS: Final = " "
_FLAG: Final = {"base": "boolean", "format": "yes|no"}
_IN_JSON: Final[Mapping[Any, Callable[[Any], Any]]] = {"integer": int, "decimal": json.loads}
_ANSWER: Final = {"base": "string", "format": "yes|no|unknown"}

_TIE: Final = {
    "cooperation": Phrase("The cooperation that ties the two"),
    "membership": Phrase("The membership of the thing"),
    "partner": Phrase("The other member"),
    "partner_membership": Phrase("The membership of the other"),
}
_STATED: Final = {
    "subject": Phrase("What the statement is about"),
    "property": Phrase("The property"),
    "source": Phrase("The source"),
    "qualifier": Phrase("How the source qualifies the number"),
}
_COUNTED: Final = {
    "year": Phrase("The year, at its end"),
    "certain": Phrase("How many for sure"),
    "possible": Phrase("How many more, perhaps"),
    "came": Phrase("How many came"),
    "went": Phrase("How many went"),
    "row": Phrase("The number of the row that the claim rests on"),
}
_FIGURES: Final = {
    "number": Phrase("The number"),
    "least": Phrase("At least"),
    "most": Phrase("At most"),
}
_BOUNDS: Final = {
    "earliest_start": Phrase("The first day on which the other can have come"),
    "latest_start": Phrase("The last day on which the other can have come"),
    "earliest_end": Phrase("The first day on which the other can have left"),
    "latest_end": Phrase("The last day on which the other can have left"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what it means, the CSV on the Web datatype of its values, and what stands between several in a cell."""

    name: str
    meaning: str
    datatype: Any = "string"
    separator: str = ""
    lang: str = ""

    def described(self, who: Reader) -> dict[str, Any]:
        """The column as the metadata of CSV on the Web tell of it."""
        optional = {"separator": self.separator, "lang": self.lang}
        return {
            "name": self.name,
            "titles": self.name,
            "dc:description": who.text(self.meaning),
            "datatype": self.datatype,
            **{name: value for name, value in optional.items() if value},
        }

    def in_json(self, cell: Cell) -> Any:
        """A cell as JSON has it: texts, lists of texts, true and false."""
        if self.separator:
            return [cell] if isinstance(cell, str) and cell else list(cell or ())
        if self.datatype in (_FLAG, "boolean") and cell:
            return cell in {"yes", "true"}
        if isinstance(self.datatype, str) and self.datatype in _IN_JSON and cell:
            return _IN_JSON[self.datatype](cell)
        return cell or None

    def parted(self, text: str) -> Cell:
        """The values of a cell that is written as text."""
        return tuple(text.split(self.separator)) if self.separator and text else text

    def in_csv(self, cell: Cell) -> str | None:
        """A cell as text."""
        return self.separator.join(cell) if isinstance(cell, tuple) else cell


def _named(name: str, meaning: Phrase, *, separator: str = "") -> tuple[Column, ...]:
    return tuple(Column(f"{name}_{tongue}", meaning, separator=separator, lang=tongue) for tongue in LANGUAGES)


_ALL: Final = (
    Column("about", Phrase("What it is about"), "anyURI", _IRIS),
    Column("about_names", Phrase("The names of what it is about"), separator=_TEXTS),
    Column("check", Phrase("What to check: a name that stays the same")),
    Column("claim", Phrase("The claim, which is a named graph"), "anyURI"),
    *(Column(name, meaning, "anyURI") for name, meaning in _TIE.items()),
    *_named("cooperation", Phrase("The name of the cooperation")),
    *_named("partner", Phrase("The name of the other member")),
    *(Column(f"partner_{name}", meaning, "date") for name, meaning in _BOUNDS.items()),
    Column("partner_ongoing", Phrase("Whether the other’s membership is said to go on"), "boolean"),
    Column("conflict", Phrase("The disagreement"), "anyURI"),
    Column("date", Phrase("The date: of what is asked, of the claim, or of the page")),
    Column("filled_by", Phrase("Claims that fill the gap"), "anyURI", _IRIS),
    Column("filled_by_names", Phrase("The names of claims that fill the gap"), separator=_TEXTS),
    *(Column(name, meaning, "anyURI") for name, meaning in _STATED.items()),
    *(Column(name, meaning, "integer") for name, meaning in _COUNTED.items()),
    *(Column(name, meaning, "decimal") for name, meaning in _FIGURES.items()),
    Column("before", Phrase("What was there before"), "anyURI", _IRIS),
    Column("after", Phrase("What came after"), "anyURI", _IRIS),
    Column("edition", Phrase("The edition")),
    Column("earlier", Phrase("The edition before it")),
    Column("value", Phrase("The value: an IRI or a text")),
    Column("wording", Phrase("In the words of the source")),
    Column("words", Phrase("The words that the claim rests on")),
    Column("heading", Phrase("What to check, in words")),
    Column("held", Phrase("Whether it is held to be true here"), _FLAG),
    Column("holds", Phrase("Whether it held on the date, as far as the sources tell"), _ANSWER),
    Column("iri", Phrase("What the row is of"), "anyURI"),
    Column("kind", Phrase("Its class, or the kind of disagreement"), "anyURI"),
    Column("kind_name", Phrase("The kind, in words")),
    Column("members", Phrase("The names of members or participants, in Swedish"), separator=_TEXTS, lang="sv"),
    Column("name", Phrase("The name, in the language of the list")),
    *_named("name", Phrase("The name")),
    Column("period", Phrase("When, in EDTF")),
    Column("reason", Phrase("Why it is not known"), "anyURI", _IRIS),
    Column("reason_names", Phrase("Why it is not known, in words"), separator=_TEXTS),
    Column("says", Phrase("What is said, in words"), separator=_TEXTS),
    Column("source_names", Phrase("The names of the sources"), separator=_TEXTS),
    Column("sources", Phrase("The sources"), "anyURI", _IRIS),
    Column("status", Phrase("The status of the claim"), "anyURI"),
    Column("status_name", Phrase("The status of the claim, in words")),
    Column("table", Phrase("Which table around the thing it is")),
    Column("thing", Phrase("The thing that is listed, or around which the list is"), "anyURI"),
    Column("through", Phrase("The membership or activity that ties the two"), "anyURI"),
    Column("type", Phrase("The class of what is listed"), "anyURI"),
    Column("why", Phrase("Why, in words")),
    Column("with", Phrase("Who else is in it"), "anyURI", _IRIS),
    *_named("with", Phrase("The names of who else is in it"), separator=_TEXTS),
)
#: Every column, by its name.
COLUMNS: Final = {column.name: column for column in _ALL}
