"""Whether XML that the engine wrote can be read: it writes characters and property names that XML doesn't have."""

from xml.parsers import expat

__all__ = ["XmlCheck", "is_readable_xml"]


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


def is_readable_xml(document: bytes) -> bool:
    """Whether an XML parser reads the whole document."""
    try:
        XmlCheck().feed(document, last=True)
    except ValueError:
        return False
    return True
