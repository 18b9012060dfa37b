"""Lists as CSV (RFC 4180) for spreadsheet programs, in which no cell is taken for a formula."""

import csv
import io
from collections.abc import Iterable
from typing import Final

__all__ = ["spreadsheet"]

_BEGINS_A_FORMULA: Final = ("=", "+", "-", "@", "\t")


def spreadsheet(heading: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """The rows below their heading; None is an empty cell, and a text that begins like a formula gets an apostrophe."""
    written = io.StringIO(newline="")
    lines = csv.writer(written)
    lines.writerow(heading)
    lines.writerows(map(_safe, row) for row in rows)
    return written.getvalue()


def _safe(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_BEGINS_A_FORMULA) else cell
