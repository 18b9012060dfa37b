"""Whether XML and CSV that the engine wrote can be read: it writes characters and names that XML doesn't have, and quotes amid a field of CSV."""

from typing import Final
from xml.parsers import expat

__all__ = ["CsvCheck", "XmlCheck", "is_readable_xml"]

_BEFORE_A_FIELD: Final = frozenset(b",\n")
_AFTER_A_FIELD: Final = frozenset(b",\r\n")


class XmlCheck:
    """Follows a document as it is written; raises ValueError once no parser would read it."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate(namespace_separator=" ")

    def feed(self, data: bytes, *, last: bool = False) -> None:
        """Take the next bytes of the document."""
        try:
            self._parser.Parse(data, last)
        except expat.ExpatError as error:
            raise ValueError(str(error)) from error


class CsvCheck:
    """Follows a table as it is written; raises ValueError for a quote that neither begins nor ends a field (RFC 4180 §2).

    The engine quotes the literal within a triple term, and not the field that the term is.
    """

    def __init__(self) -> None:
        self._quoted = False
        self._just_closed = False
        self._last = b"\n"[0]

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the table."""
        first, *others = data.split(b'"')
        self._pass(first)
        for part in others:
            self._turn()
            self._pass(part)

    def _turn(self) -> None:
        """A quote."""
        if not self._quoted and not self._just_closed and self._last not in _BEFORE_A_FIELD:
            raise ValueError("a quote amid a field")
        self._just_closed = self._quoted
        self._quoted = not self._quoted

    def _pass(self, part: bytes) -> None:
        """What stands between two quotes."""
        if not part:
            return
        if self._just_closed and part[0] not in _AFTER_A_FIELD:
            raise ValueError("a field that goes on after its quote")
        self._just_closed = False
        self._last = part[-1]


def is_readable_xml(document: bytes) -> bool:
    """Whether an XML parser reads the whole document."""
    try:
        XmlCheck().feed(document, last=True)
    except ValueError:
        return False
    return True
