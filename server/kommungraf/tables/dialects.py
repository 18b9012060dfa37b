"""How a list is written: its delimiter, encoding, quotes, comments and heading (the dialect of CSV on the Web)."""

import codecs
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["PLAIN", "Dialect", "dialect"]

_PROPERTIES: Final = frozenset(("commentPrefix", "delimiter", "encoding", "header", "quoteChar"))


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the rows of a file are written; without a `delimiter` it is told from the heading.

    An empty `quote` or `comment` means that the list has none; without a `heading` the columns stand as declared.
    """

    delimiter: str | None = None
    encoding: str = "utf-8-sig"
    quote: str = '"'
    comment: str = "#"
    heading: bool = True


#: As people's programs write tables.
PLAIN: Final = Dialect()


def dialect(fields: Mapping[str, Any]) -> Dialect:
    """The dialect that a `dialect` description declares; raises KeyError with the property that can't be used."""
    unknown = sorted(fields.keys() - _PROPERTIES)
    if unknown:
        raise KeyError(f"dialect {unknown[0]}")
    found = Dialect(
        delimiter=fields.get("delimiter"),
        encoding=_encoding(fields.get("encoding", PLAIN.encoding)),
        quote=fields.get("quoteChar", PLAIN.quote) or "",
        comment=fields.get("commentPrefix", PLAIN.comment) or "",
        heading=fields.get("header", PLAIN.heading),
    )
    if len(found.delimiter or ",") != 1 or len(found.quote) > 1:
        raise KeyError("dialect delimiter, quoteChar")
    return found


def _encoding(name: str) -> str:
    try:
        known = codecs.lookup(name).name
    except LookupError as error:
        raise KeyError(f"dialect encoding {name}") from error
    return PLAIN.encoding if known == "utf-8" else known
