"""Lists as CSV (RFC 4180) for spreadsheet programs, in which no cell is taken for a formula."""

import csv
import io
from collections.abc import Iterable
from typing import Final

__all__ = ["DELIMITERS", "spreadsheet"]

#: What may stand between cells, by its name in an address.
DELIMITERS: Final = {"comma": ",", "semicolon": ";"}
_MARK: Final = "\ufeff"
_BEGINS_A_FORMULA: Final = ("=", "+", "-", "@", "\t")


def spreadsheet(heading: Iterable[str], rows: Iterable[Iterable[object]], *, delimiter: str = ",") -> str:
    """The rows below their heading; None is an empty cell, and a text that begins like a formula gets an apostrophe.

    With semicolons the text begins with the mark by which Excel knows UTF-8: a Swedish Excel splits no cells at commas.
    """
    written = io.StringIO(newline="")
    written.write(_MARK if delimiter == ";" else "")
    lines = csv.writer(written, delimiter=delimiter)
    lines.writerow(heading)
    lines.writerows(map(_safe, row) for row in rows)
    return written.getvalue()


def _safe(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_BEGINS_A_FORMULA) else cell
