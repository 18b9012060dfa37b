"""What the columns of a table mean, read from its CSV on the Web metadata (W3C CSVW, the part that we use, and ours)."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode

from kommungraf.errors import Place, SyntaxFault
from kommungraf.tables.dialects import PLAIN, Dialect, dialect
from kommungraf.tables.pictures import pattern as dates_like
from kommungraf.vocab import PREFIXES, iri

__all__ = [
    "METADATA",
    "READINGS",
    "Choice",
    "Column",
    "Interval",
    "Table",
    "expanded",
    "filled",
    "read_table",
    "variables",
]

METADATA: Final = "-metadata.json"
#: How the text of a cell can be understood; docs/tables.md describes each.
READINGS: Final = (
    "text",
    "tagged",
    "thing",
    "date",
    "period",
    "day",
    "choice",
    "web",
    "property",
    "value",
    "quantity",
)

_VARIABLE: Final = re.compile(r"\{([+/]?)([^{}]+)\}")
_STRING: Final = "http://www.w3.org/2001/XMLSchema#string"
# fmt: off
_TABLE: Final = frozenset((
    "@context", "url", "tableSchema", "dialect", "kg:kind", "kg:claim", "kg:short", "kg:alsoCalled", "kg:ties", "kg:accepted",
))
_SCHEMA: Final = frozenset(("aboutUrl", "columns", "primaryKey"))
_COLUMN: Final = frozenset((
    "name", "titles", "aboutUrl", "propertyUrl", "valueUrl", "datatype", "lang", "default", "required", "virtual",
    "separator", "null", "kg:reads", "kg:classes", "kg:within", "kg:choices", "kg:otherwise", "kg:text", "kg:when",
    "kg:interval", "kg:of", "kg:example", "kg:own", "kg:aliases",
))
# fmt: on
_DATATYPE: Final = frozenset(("base", "format"))


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values that a cell may have: the words for it by language, the value itself, and its short key."""

    value: str
    key: str
    titles: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Interval:
    """Which columns a period is made from; `closed` are the values of a choice column that say that it has ended."""

    start: str
    end: str
    whole: str
    state: str
    closed: tuple[str, ...]

    @property
    def last(self) -> str:
        """The column in which a period that can't be is told."""
        return self.end or self.start


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `titles` are the headings it may have by language; a virtual column stands in no file.

    `about`, `predicate`, `value` and `text` are templates (RFC 6570: ``{x}``, ``{+x}``, ``{/x}``); `pattern` is the
    form a cell must have, `picture` the order of its dates; `when` names a column without whose value this one says
    nothing. `nulls` are texts that mean nothing, `aliases` texts to read as others, `own` the template of a thing of
    the list's own, `area` the one place in which its things lie.
    """

    name: str
    titles: Mapping[str, tuple[str, ...]]
    about: str | None
    predicate: str | None
    value: str | None
    text: str | None
    datatype: NamedNode
    language: str | None
    default: str | None
    otherwise: str | None
    required: bool
    virtual: bool
    pattern: re.Pattern[str] | None
    separator: str | None
    reads: str
    classes: tuple[str, ...]
    within: str | None
    choices: tuple[Choice, ...]
    when: str | None
    interval: Interval | None
    of: str | None
    example: Mapping[str, str]
    description: Mapping[str, str]
    own: str | None = None
    nulls: frozenset[str] = frozenset()
    aliases: Mapping[str, str] = field(default_factory=dict)
    area: str | None = None
    picture: str | None = None

    def headings(self) -> Iterator[str]:
        """Every heading by which the column may be known."""
        for titles in self.titles.values():
            yield from titles
        yield self.name

    def heading(self, language: str) -> str:
        """The heading to write for readers of a language."""
        return next(iter(self.titles.get(language, ())), self.name)

    def literal(self, text: str) -> Literal:
        """The literal that a cell with `text` stands for."""
        if self.language:
            return Literal(text, language=self.language)
        return Literal(text, datatype=self.datatype)


@dataclass(frozen=True, slots=True)
class Table:
    """A table's or kind's metadata: each row is a claim named by the template `claim`, taken from `source`.

    Without `claim` the rows are the publisher's own words. `called` are templates of further names of what a row
    describes, `short` of the one for use beside other names; `ties` name pairs of columns without an order.
    `origin` is what the metadata say of the source, as JSON-LD.
    """

    name: str
    url: str | None
    kind: Mapping[str, tuple[str, ...]]
    claim: str | None
    source: str | None
    accepted: bool
    about: str
    columns: tuple[Column, ...]
    short: str | None
    called: tuple[str, ...]
    ties: Mapping[str, tuple[str, ...]]
    title: Mapping[str, str]
    description: Mapping[str, str]
    dialect: Dialect = PLAIN
    origin: str = ""

    def stated(self) -> tuple[Column, ...]:
        """The columns that stand in a file."""
        return tuple(column for column in self.columns if not column.virtual)

    def telling(self) -> tuple[Column, ...]:
        """The columns that say something."""
        return tuple(column for column in self.columns if column.predicate or column.interval)

    def names_things(self) -> bool:
        """Whether its cells name things that other files describe."""
        return any(column.reads in ("thing", "property", "value") for column in self.columns)


@lru_cache(maxsize=4096)
def _parts(template: str) -> tuple[tuple[str, str, str], ...]:
    """The template as (text before, operator, variable), the last with no variable."""
    parts, end = [], 0
    for match in _VARIABLE.finditer(template):
        parts.append((template[end : match.start()], match[1], match[2]))
        end = match.end()
    return (*parts, (template[end:], "", ""))


@lru_cache(maxsize=4096)
def _uri_parts(template: str) -> tuple[tuple[str, str, str], ...]:
    """The parts of a template whose prefix, if it has one of ours, is written out."""
    (text, operator, name), *others = _parts(template)
    return ((iri_or_self(text), operator, name), *others)


_quoted: Final = lru_cache(maxsize=16_384)(partial(quote, safe=""))


def variables(template: str) -> tuple[str, ...]:
    """The names of the variables that a template uses."""
    return tuple(name for _, _, name in _parts(template) if name)


def filled(template: str, row: Mapping[str, str]) -> str | None:
    """The URI that a template gives for a row, or None where a variable that it needs is empty."""
    found = []
    for text, operator, name in _uri_parts(template):
        found.append(text)
        if value := row.get(name) if name else None:
            found.append(value if operator == "+" else ("/" if operator else "") + _quoted(value))
        elif name and operator != "/":
            return None
    return "".join(found)


def expanded(template: str, row: Mapping[str, str]) -> str | None:
    """The plain text that a template gives for a row, or None where a variable that it needs is empty."""
    if not all(row.get(name) for name in variables(template)):
        return None
    return "".join(text + (row[name] if name else "") for text, _, name in _parts(template))


def iri_or_self(text: str) -> str:
    """The IRI of a prefixed name from our table of prefixes; anything else as it is."""
    return iri(text) if text.partition(":")[0] in PREFIXES else text


def read_table(metadata: Path, name: str) -> Table:
    """The table or kind that a metadata file describes; raises SyntaxFault where it isn't metadata that we can use."""
    try:
        fields = json.loads(metadata.read_text("utf-8"))
        fields["tableSchema"]["columns"] = list(_with_parts(fields["tableSchema"]["columns"], metadata.parent))
        return _table(fields, name)
    except UnicodeDecodeError as error:
        raise SyntaxFault("The metadata isn't UTF-8. Save it with the encoding UTF-8.", Place(name)) from error
    except json.JSONDecodeError as error:
        place = Place(name, error.lineno, error.colno)
        raise SyntaxFault("The metadata isn't JSON: {reason}.", place, reason=error.msg) from error
    except OSError as error:
        raise SyntaxFault("The metadata can't be read: {reason}.", Place(name), reason=error.strerror) from error
    except RecursionError as error:
        raise SyntaxFault("The metadata isn't JSON: {reason}.", Place(name), reason="nested too deeply") from error
    except re.error as error:
        message = "The metadata has a format that is no regular expression: {reason}."
        raise SyntaxFault(message, Place(name), reason=error) from error
    except (KeyError, TypeError, AttributeError) as error:
        message = "The metadata lacks {field}, or it has the wrong form; docs/tables.md shows each property."
        raise SyntaxFault(message, Place(name), field=error) from error


def _with_parts(columns: Iterable[Mapping[str, Any]], folder: Path) -> Iterator[Mapping[str, Any]]:
    """The columns, with those that several tables share in place of the name of their part; with no examples where
    `kg:example` is null beside it."""
    for column in columns:
        if (part := column.get("kg:columns")) is None:
            yield column
            continue
        own = folder / "parts" / f"{part}.json"
        shared = own if own.is_file() else files("kommungraf") / "kinds" / "parts" / f"{part}.json"
        dropped = {"kg:example"} if column.get("kg:example", part) is None else set()
        for each in json.loads(shared.read_text("utf-8")):
            yield {key: value for key, value in each.items() if key not in dropped}


def _table(fields: Mapping[str, Any], name: str) -> Table:
    schema = fields["tableSchema"]
    _refuse_unknown(fields, schema, name)
    columns = tuple(_column(column) for column in schema["columns"])
    _refuse_loose_ends(columns, name)
    source = fields.get("dcterms:source")
    return Table(
        name=name,
        url=fields.get("url"),
        kind=_words(fields.get("kg:kind", {})),
        claim=fields["kg:claim"] if source else None,
        source=iri_or_self(source["@id"]) if source else None,
        accepted=fields.get("kg:accepted", False),
        about=schema["aboutUrl"],
        columns=columns,
        short=fields.get("kg:short"),
        called=tuple(fields.get("kg:alsoCalled", ())),
        ties={tie: tuple(names) for tie, names in fields.get("kg:ties", {}).items()},
        dialect=dialect(fields.get("dialect", {})),
        origin=_origin(fields.get("dcterms:source", {})),
        title=_sentences(fields.get("dcterms:title", {})),
        description=_sentences(fields.get("dcterms:description", {})),
    )


def _origin(source: Mapping[str, Any]) -> str:
    """What the metadata say of a source beside its IRI."""
    described = {"@context": PREFIXES, "@type": "kg:Source", **source}
    return json.dumps(described, ensure_ascii=False) if len(source) > 1 else ""


def _refuse_unknown(fields: Mapping[str, Any], schema: Mapping[str, Any], name: str) -> None:
    """A property that we don't read would be a promise that nobody keeps."""
    unknown = [*_unknown(fields, _TABLE), *_unknown(schema, _SCHEMA)]
    for column in schema["columns"]:
        unknown += _unknown(column, _COLUMN)
        datatype = column.get("datatype")
        unknown += _unknown(datatype, _DATATYPE) if isinstance(datatype, dict) else []
        if column.get("kg:reads", "text") not in READINGS:
            unknown.append(f"kg:reads {column['kg:reads']}")
    if unknown:
        message = (
            "The metadata has properties that aren't read: {names}. Remove them, or use those in docs/tables.md."
        )
        raise SyntaxFault(message, Place(name), names=", ".join(dict.fromkeys(unknown)))


def _unknown(fields: Mapping[str, Any], known: frozenset[str]) -> list[str]:
    """Annotations such as ``dcterms:title`` or ``rdfs:comment`` are allowed anywhere (Tabular Metadata §5.8)."""
    notes = ("dcterms:", "rdfs:", "skos:", "schema:")
    return [name for name in fields if name not in known and not name.startswith(notes)]


def _refuse_loose_ends(columns: Iterable[Column], name: str) -> None:
    """Columns that others name must be there."""
    known = {column.name for column in columns}
    for column in columns:
        interval = column.interval
        named = [column.within, (column.when or "").partition(".")[0], column.of, column.otherwise]
        named += [interval.start, interval.end, interval.whole, interval.state] if interval else []
        for missing in (each for each in named if each and each not in known):
            raise SyntaxFault(
                "The column “{name}” names a column that isn't there: {missing}.",
                Place(name),
                name=column.name,
                missing=missing,
            )


def _column(fields: Mapping[str, Any]) -> Column:
    datatype = fields.get("datatype", _STRING)
    base = datatype.get("base", _STRING) if isinstance(datatype, dict) else datatype
    pattern = datatype.get("format") if isinstance(datatype, dict) else None
    interval, within, reads = fields.get("kg:interval"), fields.get("kg:within"), fields.get("kg:reads", "text")
    fixed = ":" in (within or "")
    picture = pattern if reads in ("date", "day") else None
    if picture:
        dates_like(picture)
    return Column(
        name=fields["name"],
        titles=_words(fields.get("titles", {})),
        about=fields.get("aboutUrl"),
        predicate=fields.get("propertyUrl"),
        value=fields.get("valueUrl"),
        text=fields.get("kg:text"),
        datatype=NamedNode(iri_or_self(base)),
        language=fields.get("lang"),
        default=fields.get("default"),
        otherwise=fields.get("kg:otherwise"),
        required=fields.get("required", False),
        virtual=fields.get("virtual", False),
        pattern=re.compile(pattern) if pattern and not picture else None,
        separator=fields.get("separator"),
        reads=reads,
        classes=tuple(iri_or_self(each) for each in fields.get("kg:classes", ())),
        within=None if fixed else within,
        area=iri_or_self(within) if fixed and within else None,
        picture=picture,
        choices=tuple(_choice(each) for each in fields.get("kg:choices", ())),
        when=fields.get("kg:when"),
        interval=_interval(interval) if interval else None,
        of=fields.get("kg:of"),
        own=fields.get("kg:own"),
        nulls=frozenset([nulls] if isinstance(nulls := fields.get("null", ()), str) else nulls),
        aliases=fields.get("kg:aliases", {}),
        example=_sentences(fields.get("kg:example", {})),
        description=_sentences(fields.get("dcterms:description", {})),
    )


def _choice(fields: Mapping[str, Any]) -> Choice:
    value = iri_or_self(fields["value"])
    return Choice(value, fields.get("key", value.rpartition("/")[2]), _words(fields["titles"]))


def _interval(fields: Mapping[str, Any]) -> Interval:
    closed = tuple(iri_or_self(each) for each in fields.get("closed", ()))
    return Interval(
        fields["start"], fields.get("end", ""), fields.get("whole", ""), fields.get("state", ""), closed
    )


def _words(titles: Mapping[str, Any] | str | list[str]) -> dict[str, tuple[str, ...]]:
    """The words by language; those that name none are of both (CSVW's natural language properties)."""
    if not isinstance(titles, Mapping):
        titles = {"sv": titles, "en": titles}
    return {language: (each,) if isinstance(each, str) else tuple(each) for language, each in titles.items()}


def _sentences(texts: Mapping[str, str] | str) -> dict[str, str]:
    return {"sv": texts, "en": texts} if isinstance(texts, str) else dict(texts)
