"""What the columns of a table mean, read from its CSV on the Web metadata (W3C CSVW, the part that we use)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode

from kommungraf.errors import Place, SyntaxFault
from kommungraf.vocab import PREFIXES, iri

__all__ = ["METADATA", "Column", "Table", "filled", "read_table"]

METADATA: Final = "-metadata.json"
_VARIABLE: Final = re.compile(r"\{([^{}]+)\}")
_STRING: Final = "http://www.w3.org/2001/XMLSchema#string"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `titles` are the headings it may have; a virtual column stands in no file.

    `about`, `value` are URI templates (RFC 6570, level 1); `pattern` is the form a cell must have.
    """

    name: str
    titles: tuple[str, ...]
    about: str | None
    predicate: NamedNode | None
    value: str | None
    datatype: NamedNode
    language: str | None
    default: str | None
    required: bool
    virtual: bool
    pattern: re.Pattern[str] | None

    def literal(self, text: str) -> Literal:
        """The literal that a cell with `text` stands for."""
        if self.language:
            return Literal(text, language=self.language)
        return Literal(text, datatype=self.datatype)


@dataclass(frozen=True, slots=True)
class Table:
    """A table's metadata: each row is a claim named by the template `claim`, taken from `source`."""

    path: Path
    claim: str
    source: str
    about: str
    columns: tuple[Column, ...]


def filled(template: str, row: Mapping[str, str]) -> str | None:
    """The URI that a template gives for a row, or None where a variable that it needs is empty."""
    names = _VARIABLE.findall(template)
    if not all(row.get(name) for name in names):
        return None
    return iri_or_self(_VARIABLE.sub(lambda match: quote(row[match[1]], safe=""), template))


def iri_or_self(text: str) -> str:
    """The IRI of a prefixed name from our table of prefixes; anything else as it is."""
    return iri(text) if text.partition(":")[0] in PREFIXES else text


def read_table(metadata: Path, name: str) -> Table:
    """The table that a metadata file describes; raises SyntaxFault where it isn't metadata that we can use."""
    try:
        fields = json.loads(metadata.read_text("utf-8"))
        schema = fields["tableSchema"]
        return Table(
            path=metadata.parent / fields["url"],
            claim=fields["kg:claim"],
            source=iri_or_self(fields["dcterms:source"]["@id"]),
            about=schema["aboutUrl"],
            columns=tuple(_column(column) for column in schema["columns"]),
        )
    except UnicodeDecodeError as error:
        raise SyntaxFault("The metadata isn't UTF-8. Save it with the encoding UTF-8.", Place(name)) from error
    except json.JSONDecodeError as error:
        place = Place(name, error.lineno, error.colno)
        raise SyntaxFault("The metadata isn't JSON: {reason}.", place, reason=error.msg) from error
    except re.error as error:
        message = "The metadata has a format that is no regular expression: {reason}."
        raise SyntaxFault(message, Place(name), reason=error) from error
    except (KeyError, TypeError) as error:
        message = "The metadata lacks {field}; it needs url, kg:claim, dcterms:source and tableSchema."
        raise SyntaxFault(message, Place(name), field=error) from error


def _column(fields: Mapping[str, Any]) -> Column:
    datatype = fields.get("datatype", _STRING)
    base = datatype.get("base", _STRING) if isinstance(datatype, dict) else datatype
    pattern = datatype.get("format") if isinstance(datatype, dict) else None
    predicate = fields.get("propertyUrl")
    return Column(
        name=fields["name"],
        titles=_titles(fields),
        about=fields.get("aboutUrl"),
        predicate=NamedNode(iri_or_self(predicate)) if predicate else None,
        value=fields.get("valueUrl"),
        datatype=NamedNode(iri_or_self(base)),
        language=fields.get("lang"),
        default=fields.get("default"),
        required=fields.get("required", False),
        virtual=fields.get("virtual", False),
        pattern=re.compile(pattern) if pattern else None,
    )


def _titles(fields: Mapping[str, Any]) -> tuple[str, ...]:
    titles = fields.get("titles", {})
    found = [title for each in titles.values() for title in ([each] if isinstance(each, str) else each)]
    return (*found, fields["name"])
