"""Empty tables to fill in: the heading of a kind, with what each column means, an example and the values to choose from."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from kommungraf.tables.csvw import Column, Table
from kommungraf.tables.names import Names, folded
from kommungraf.tables.newfiles import write_new
from kommungraf.texts import translations
from kommungraf.vocab import iri

__all__ = ["write_blank"]

_HELP: Final = {"sv": "Hjälp", "en": "Help"}
_LISTS: Final = {"sv": "Listor", "en": "Lists"}
_YES_NO: Final = {"sv": ("ja", "nej"), "en": ("yes", "no")}
#: Spreadsheet programs of a country open CSV with the separator of its numbers in mind.
_DELIMITER: Final = {"sv": ";", "en": ","}
_WIDEST: Final = 40
#: More things than this are quicker typed than found in a list.
_MOST_OFFERED: Final = 2000
_SOURCE: Final = iri("kg:Source")
#: Concepts are of many schemes, and nothing says which of them a column means.
_CONCEPT: Final = iri("skos:Concept")


def write_blank(kind: Table, path: Path, language: str, names: Names | None = None) -> None:
    """Writes an empty table of a kind; raises OutputFault where the file is there already or can't be written.

    A workbook offers the things that `names` know, where there aren't too many.
    """
    is_workbook = path.suffix.lower() == ".xlsx"
    write_new(path, _workbook(kind, language, names) if is_workbook else _csv(kind, language))


def _csv(kind: Table, language: str) -> bytes:
    """Rows that start with # are for people; the byte order mark tells Excel that it is UTF-8."""
    columns = kind.stated()
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=_DELIMITER[language])
    writer.writerow([column.heading(language) for column in columns])
    writer.writerow(_comment([_explained(column, language) for column in columns]))
    writer.writerow(_comment([column.example.get(language, "") for column in columns]))
    return text.getvalue().encode("utf-8-sig")


def _comment(cells: list[str]) -> list[str]:
    return [f"# {cells[0]}", *cells[1:]]


def _explained(column: Column, language: str) -> str:
    gettext = translations(language).gettext
    parts = [gettext("Required.") if column.required else "", column.description.get(language, "")]
    values = ", ".join(_values(column, language))
    return " ".join(filter(None, [*parts, f"({values})" if values else ""]))


def _values(column: Column, language: str) -> tuple[str, ...]:
    """The values from which one chooses, in the words of a language."""
    if column.datatype.value.endswith("#boolean"):
        return _YES_NO[language]
    return tuple(choice.titles[language][0] for choice in column.choices)


def _workbook(kind: Table, language: str, names: Names | None) -> bytes:
    from openpyxl import Workbook  # noqa: PLC0415 - only this command needs it

    book = Workbook()
    table: Any = book.active
    table.title = kind.title.get(language, "")[:31] or kind.name
    _heading(table, kind, language)
    _help_sheet(book.create_sheet(_HELP[language]), kind, language)
    offers = {column.name: tuple(_offered(column, language, names)) for column in kind.stated()}
    _choices(book.create_sheet(_LISTS[language]), table, kind, offers, language)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _offered(column: Column, language: str, names: Names | None) -> Iterable[str]:
    """What a column offers to choose from: its values, or the things that it may name, as they are to be written."""
    if column.reads != "thing" or names is None or column.separator or not column.classes:
        return _values(column, language)
    things = names.members(set(column.classes) - {_CONCEPT}, _MOST_OFFERED + 1)
    if len(things) > _MOST_OFFERED:
        return ()
    written = {_written(each, column, language, names) for each in things}
    return sorted(filter(None, written), key=lambda text: (folded(text), text))


def _written(thing: str, column: Column, language: str, names: Names) -> str:
    """The name or the key by which a cell surely means the thing; empty where there is none."""
    called = () if _SOURCE in column.classes else (names.label(thing, language),)
    texts = (*called, names.key(thing), names.path(thing))
    return next((text for text in texts if names.found(text, column.classes, None) == (thing,)), "")


def _heading(table: Any, kind: Table, language: str) -> None:
    """The heading; every column is text, so that a code keeps its zeros and a date the precision with which it is written."""
    from openpyxl.styles import Font, PatternFill  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    for number, column in enumerate(kind.stated(), start=1):
        cell = table.cell(1, number, column.heading(language))
        cell.font = Font(bold=True)
        if column.required:
            cell.fill = PatternFill("solid", fgColor="FFF2CC")
        dimension = table.column_dimensions[get_column_letter(number)]
        dimension.number_format = "@"
        dimension.width = min(_WIDEST, max(12, len(column.heading(language)) + 4))
    table.freeze_panes = "A2"


def _help_sheet(sheet: Any, kind: Table, language: str) -> None:
    for row in _help_rows(kind, language):
        sheet.append(row)
    for letter, width in zip("ABCDE", (28, 12, 90, 60, 28), strict=True):
        sheet.column_dimensions[letter].width = width


def _help_rows(kind: Table, language: str) -> Iterator[list[str]]:
    gettext = translations(language).gettext
    yield [kind.description.get(language, "")]
    yield [gettext("Column"), gettext("Required"), gettext("Meaning"), gettext("Values"), gettext("Example")]
    for column in kind.stated():
        required = gettext("yes") if column.required else ""
        values = ", ".join(_values(column, language))
        meaning, example = column.description.get(language, ""), column.example.get(language, "")
        yield [column.heading(language), required, meaning, values, example]


def _choices(lists: Any, table: Any, kind: Table, offers: Mapping[str, tuple[str, ...]], language: str) -> None:
    """Drop-down lists from a hidden sheet; other words that the kind knows may be typed after a question."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415

    lists.sheet_state, place = "hidden", 0
    for number, column in enumerate(kind.stated(), start=1):
        if not (values := offers[column.name]):
            continue
        place += 1
        for row, value in enumerate((column.heading(language), *values), start=1):
            lists.cell(row, place, value)
        letter, own = get_column_letter(place), get_column_letter(number)
        source = f"'{lists.title}'!${letter}$2:${letter}${len(values) + 1}"
        rule = DataValidation(
            "list", formula1=source, allow_blank=True, errorStyle="warning", showErrorMessage=True
        )
        rule.add(f"{own}2:{own}1048576")
        table.add_data_validation(rule)
