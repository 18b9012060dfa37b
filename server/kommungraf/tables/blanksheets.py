"""Empty tables to fill in: the heading of a kind, with what each column means, an example and the values to choose from."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from kommungraf.tables.csvw import Column, Table
from kommungraf.tables.newfiles import write_new
from kommungraf.texts import translations

__all__ = ["write_blank"]

_HELP: Final = {"sv": "Hjälp", "en": "Help"}
_LISTS: Final = {"sv": "Listor", "en": "Lists"}
_YES_NO: Final = {"sv": ("ja", "nej"), "en": ("yes", "no")}
#: Spreadsheet programs of a country open CSV with the separator of its numbers in mind.
_DELIMITER: Final = {"sv": ";", "en": ","}
_WIDEST: Final = 40


def write_blank(kind: Table, path: Path, language: str) -> None:
    """Writes an empty table of a kind; raises OutputFault where the file is there already or can't be written."""
    write_new(path, _workbook(kind, language) if path.suffix.lower() == ".xlsx" else _csv(kind, language))


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


def _workbook(kind: Table, language: str) -> bytes:
    from openpyxl import Workbook  # noqa: PLC0415 - only this command needs it

    book = Workbook()
    table: Any = book.active
    table.title = kind.title.get(language, "")[:31] or kind.name
    _heading(table, kind, language)
    _help_sheet(book.create_sheet(_HELP[language]), kind, language)
    _choices(book, table, kind, language)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


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


def _choices(book: Any, table: Any, kind: Table, language: str) -> None:
    """Drop-down lists; other words that the kind knows may be typed after a question."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415

    lists = book.create_sheet(_LISTS[language])
    for number, column in enumerate(kind.stated(), start=1):
        if not (values := _values(column, language)):
            continue
        place = lists.max_column + 1 if lists.max_row > 1 else 1
        for row, value in enumerate((column.heading(language), *values), start=1):
            lists.cell(row, place, value)
        letter, own = get_column_letter(place), get_column_letter(number)
        source = f"'{lists.title}'!${letter}$2:${letter}${len(values) + 1}"
        rule = DataValidation(
            "list", formula1=source, allow_blank=True, errorStyle="warning", showErrorMessage=True
        )
        rule.add(f"{own}2:{own}1048576")
        table.add_data_validation(rule)
