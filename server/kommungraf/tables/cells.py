"""How the text of a cell becomes values for a column's templates, or a fault that says what to write instead."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from pyoxigraph import Literal, NamedNode

from kommungraf.tables.csvw import Choice, Column, Table, expanded, filled
from kommungraf.tables.dates import When, day, period, point, span
from kommungraf.tables.names import Names, folded
from kommungraf.tables.pictures import pictured
from kommungraf.tables.quantities import quantity
from kommungraf.vocab import EDTF, PREFIXES, iri

__all__ = ["CellFault", "Row", "counted", "literal", "read", "stretch", "tied", "untied"]

Row = dict[str, str]

_ADDRESS: Final = re.compile(r"https?://[^\s/<>\"{}|\\^`]+\.[^\s/<>\"{}|\\^`]+(?:[/?#][^\s<>\"{}|\\^`]*)?")
_TAGGED: Final = re.compile(r"(.+)@([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)", re.DOTALL)
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_DECIMAL_COMMA: Final = re.compile(r"[+-]?[0-9]+,[0-9]+")
_YES: Final = {
    "ja": "true",
    "yes": "true",
    "true": "true",
    "nej": "false",
    "no": "false",
    "false": "false",
    "x": "true",
}
_UNKEYED: Final = re.compile("[^a-z0-9]+")
_XSD: Final = PREFIXES["xsd"]


class CellFault(ValueError):
    """A cell can't be read; `template` is the sentence, with `{names}` for its `values`."""

    def __init__(self, template: str, **values: str) -> None:
        super().__init__(template.format(**values))
        self.template = template
        self.values = values


def read(column: Column, text: str, row: Mapping[str, str], names: Names) -> Row:
    """The variables that a cell gives; raises CellFault or DateFault where it can't be read."""
    meant = column.aliases.get(text, text)
    if column.reads != "thing":
        return _READERS[column.reads](column, meant, row, names)
    written = {f"{column.name}.text": text, f"{column.name}.slug": _slug(text)}
    return written | _thing(column, meant, {**row, **written}, names)


def _text(column: Column, text: str, _row: Mapping[str, str], _names: Names) -> Row:
    plain = _canonical(column, text)
    if column.pattern and not column.pattern.fullmatch(plain):
        raise CellFault("“{text}” doesn't have the form {form}.", text=text, form=column.pattern.pattern)
    return {column.name: plain}


def _canonical(column: Column, text: str) -> str:
    kind = column.datatype.value.removeprefix(_XSD)
    if kind == "boolean":
        return _yes(text)
    if kind in ("decimal", "integer"):
        return _number(text, whole=kind == "integer")
    return text


def _yes(text: str) -> str:
    if (found := _YES.get(folded(text))) is None:
        raise CellFault("“{text}” is neither yes nor no; write ja or nej, yes or no.", text=text)
    return found


def _number(text: str, *, whole: bool = False) -> str:
    plain = text.replace(" ", "").replace("\N{MINUS SIGN}", "-")
    if _DECIMAL_COMMA.fullmatch(plain) and not whole:
        plain = plain.replace(",", ".")
    if not _NUMBER.fullmatch(plain) or (whole and "." in plain):
        message = (
            "“{text}” is not a whole number; write it in digits."
            if whole
            else "“{text}” is not a number; write it in digits, such as 56.88."
        )
        raise CellFault(message, text=text)
    return plain.removeprefix("+")


def _tagged(column: Column, text: str, _row: Mapping[str, str], _names: Names) -> Row:
    """A text that may end in its language: ``Vaasa@fi``."""
    match = _TAGGED.fullmatch(text)
    plain, language = (match[1].strip(), match[2]) if match else (text, column.language or "und")
    return {column.name: plain, f"{column.name}.lang": language}


def _thing(column: Column, text: str, row: Mapping[str, str], names: Names) -> Row:
    within = column.area or (row.get(column.within) if column.within else None)
    found = () if column.within and not within and column.own else names.found(text, column.classes, within)
    if len(found) == 1:
        return _thing_values(column.name, found[0], names) | {f"{column.name}.known": found[0]}
    if column.own and not found:
        return _own_thing(column, column.own, row, names)
    if found:
        candidates = "; ".join(names.described(each) for each in found[:5])
        message = (
            "“{text}” can mean several things: {candidates}. Write the key of the right one (in parentheses)."
        )
        raise CellFault(message, text=text, candidates=candidates)
    raise _unfound(column, text, within, names)


def _own_thing(column: Column, own: str, row: Mapping[str, str], names: Names) -> Row:
    """A thing of the list's own, under the name by which it is known, or else as written."""
    text = row[f"{column.name}.text"]
    thing = filled(own, row)
    if thing is None:
        message = "“{text}” isn't known, and what would tell it from others of its name is missing."
        raise CellFault(message, text=text)
    values = _thing_values(column.name, thing, names)
    for part in (f"{column.name}.short", f"{column.name}.short-en"):
        values[part] = text if values[part] == names.key(thing) else values[part]
    return values | {f"{column.name}.own": names.key(thing)}


@lru_cache(maxsize=16_384)
def _slug(text: str) -> str:
    """The text as part of a key: what letters and digits of ASCII can't say stands as a digest at its end."""
    plain = folded(text)
    ascii_only = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    slug = _UNKEYED.sub("-", ascii_only).strip("-")
    if slug.replace("-", " ") == plain:
        return slug
    return f"{slug or 'x'}-{blake2b(plain.encode(), digest_size=4).hexdigest()}"


def _thing_values(name: str, thing: str, names: Names) -> Row:
    return {
        name: thing,
        f"{name}.key": names.key(thing),
        f"{name}.short": names.label(thing, "sv"),
        f"{name}.short-en": names.label(thing, "en"),
    }


def _unfound(column: Column, text: str, within: str | None, names: Names) -> CellFault:
    elsewhere = names.found(text, column.classes, None) if within else ()
    if elsewhere and within:
        message = "“{text}” isn't known in {area}, but there is {candidates}. Correct the name or the country, or describe the place."
        known = "; ".join(names.described(each) for each in elsewhere[:5])
        area = "/".join(dict.fromkeys((names.label(within, "sv"), names.label(within, "en"))))
        return CellFault(message, text=text, area=area, candidates=known)
    if text.isdecimal() and (shorn := names.found(f"0{text}", column.classes, within)):
        message = "“{text}” isn't known, but 0{text} is: {candidates}. A spreadsheet may have taken the zero. Write the name, or the code in a column with the format text."
        return CellFault(message, text=text, candidates="; ".join(names.described(each) for each in shorn[:5]))
    near = "; ".join(names.described(each) for each in names.suggestions(text, column.classes))
    if near:
        return CellFault(
            "“{text}” isn't known. Did you mean {candidates}? Correct it, or describe it in a table of its own.",
            text=text,
            candidates=near,
        )
    if iri("kg:Source") in column.classes:
        return CellFault(
            "No source is known with the key or address “{text}”. Describe it in a table of sources first.",
            text=text,
        )
    return CellFault(
        "“{text}” isn't known. Write a code, a key or a recorded name, or describe it in a table of its own.",
        text=text,
    )


def _date(column: Column, text: str, _row: Mapping[str, str], _names: Names) -> Row:
    moment = _ordered(column, text)
    return _when(column, moment, point(moment))


def _period(column: Column, text: str, _row: Mapping[str, str], _names: Names) -> Row:
    return _when(column, text, period(text))


def _when(column: Column, text: str, found: When) -> Row:
    return {column.name: found.edtf or "", f"{column.name}.text": text}


def _day(column: Column, text: str, _row: Mapping[str, str], _names: Names) -> Row:
    return {column.name: day(_ordered(column, text))}


def _ordered(column: Column, text: str) -> str:
    """The date in the order of ISO 8601, where the column declares the order in which it is written."""
    if column.picture is None:
        return text
    if (found := pictured(text, column.picture)) is None:
        raise CellFault("“{text}” doesn't have the form {form}.", text=text, form=column.picture)
    return found


def _choice(column: Column, text: str, _row: Mapping[str, str], _names: Names) -> Row:
    plain = folded(text)
    for choice in column.choices:
        if plain in _words(choice):
            words = {f"{column.name}.{language}": titles[0] for language, titles in choice.titles.items()}
            return {column.name: choice.value, f"{column.name}.key": choice.key} | words
    known = ", ".join("/".join(titles[0] for titles in choice.titles.values()) for choice in column.choices)
    raise CellFault("“{text}” isn't one of the values here: {known}.", text=text, known=known)


def _words(choice: Choice) -> set[str]:
    return {folded(choice.key), *(folded(title) for titles in choice.titles.values() for title in titles)}


def _web(column: Column, text: str, _row: Mapping[str, str], _names: Names) -> Row:
    if not _ADDRESS.fullmatch(text):
        raise CellFault("“{text}” is no web address; write it from https:// to its end.", text=text)
    return {column.name: text}


def _property(column: Column, text: str, _row: Mapping[str, str], names: Names) -> Row:
    prefix, colon, local = text.partition(":")
    if colon and prefix in PREFIXES and local:
        return {column.name: iri(text), f"{column.name}.key": local}
    return _thing(column, text, {}, names)


def _value(column: Column, text: str, row: Mapping[str, str], names: Names) -> Row:
    """A value whose kind follows from the range of the property in another column, or from the column `…Type`."""
    ranges = names.ranges(row.get(column.of or "", ""))
    kind = row.get(f"{column.of}Type", "")
    if EDTF in ranges or kind.endswith("EDTF"):
        found = period(text).edtf
        if found is None:
            raise CellFault("“{text}” can't be written as one EDTF expression.", text=text)
        return {column.name: found, f"{column.name}.type": EDTF}
    simple = next((each for each in [kind, *sorted(ranges)] if each.startswith(_XSD)), None)
    if simple:
        return _simple(column, text, simple)
    if kind.endswith("langString") or iri("rdf:langString") in ranges:
        return _tagged(column, text, row, names)
    if ranges or kind:
        return _thing(column, text, row, names)
    raise CellFault(
        "Nothing says what kind of value “{text}” is: fill in the kind of value (text, thing, date, number, yes/no).",
        text=text,
    )


def _simple(column: Column, text: str, datatype: str) -> Row:
    kind = datatype.removeprefix(_XSD)
    if kind == "boolean":
        text = _yes(text)
    elif kind in ("decimal", "integer", "nonNegativeInteger"):
        text = _number(text, whole=kind != "decimal")
    elif kind == "date":
        text = day(text)
    return {column.name: text, f"{column.name}.type": datatype}


def _quantity(column: Column, text: str, _row: Mapping[str, str], _names: Names) -> Row:
    """The number as written, what it says of the true one, and both in words."""
    found = quantity(text)
    if found is None:
        message = "“{text}” is not a whole number; write it in digits, by itself or behind omkring, nästan, drygt, minst, mer än, högst or färre än."
        raise CellFault(message, text=text)
    sizes = {"number": found.number, "least": found.least, "most": found.most}
    return {
        column.name: found.written,
        f"{column.name}.sv": f"{found.sv} {found.written}".strip(),
        f"{column.name}.en": f"{found.en} {found.written}".strip(),
        f"{column.name}.qualifier": iri(f"kg:{found.qualifier}") if found.qualifier else "",
    } | {f"{column.name}.{part}": str(size) for part, size in sizes.items() if size is not None}


_READERS: Final[dict[str, Callable[[Column, str, Mapping[str, str], Names], Row]]] = {
    "text": _text,
    "tagged": _tagged,
    "thing": _thing,
    "date": _date,
    "period": _period,
    "day": _day,
    "choice": _choice,
    "web": _web,
    "property": _property,
    "value": _value,
    "quantity": _quantity,
}


#: The datatypes of cells that are read as dates.
_DATATYPES: Final = {"date": EDTF, "period": EDTF, "day": iri("xsd:date")}


def tied(table: Table, row: Row) -> Row:
    """The variables of the ties: the keys and names of a pair, Sweden's first and then by key, so that both sides
    of a tie name it alike."""
    found: Row = {}
    for tie, columns in table.ties.items():
        if all(row.get(f"{column}.key") for column in columns):
            order = sorted(
                columns, key=lambda column: (not row[f"{column}.key"].startswith("se-"), row[f"{column}.key"])
            )
            found[f"{tie}.key"] = "-".join(row[f"{column}.key"] for column in order)
            for part in ("short", "short-en"):
                found[f"{tie}.{part}"] = "–".join(row[f"{column}.{part}"] for column in order)
    return found


def untied(table: Table, row: Row) -> Iterator[tuple[str, CellFault]]:
    """The last column of each tie whose ends are one and the same thing, and what is wrong with it."""
    for columns in table.ties.values():
        ends = [row[column] for column in columns if row.get(column)]
        if len(ends) > 1 and len(set(ends)) == 1:
            name = row[f"{columns[0]}.short"]
            yield columns[-1], CellFault("“{name}” can't be tied to itself.", name=name)


def stretch(column: Column, row: Mapping[str, str]) -> When | None:
    """The period that an interval column is made of, or None where nothing is said; raises DateFault."""
    interval = column.interval
    if interval is None:
        return None
    start, end, whole = (row.get(f"{name}.text", "") for name in (interval.start, interval.end, interval.whole))
    if whole and (start or end):
        raise CellFault("Write the period in one column or its start and end in two, not both.")
    if whole:
        return period(whole)
    return span(start, end, closed=row.get(interval.state, "") in interval.closed) if start or end else None


def counted(column: Column, row: Mapping[str, str]) -> Iterator[tuple[str, Literal | NamedNode]]:
    """What the cell of a quantity says, by property: the number or its bounds, and how they are qualified."""
    parts = {"number": column.predicate or "", "least": "qudt:lowerBound", "most": "qudt:upperBound"}
    for part, predicate in parts.items():
        if size := row.get(f"{column.name}.{part}"):
            yield iri(predicate), column.literal(size)
    if qualifier := row.get(f"{column.name}.qualifier"):
        yield iri("kg:qualifier"), NamedNode(qualifier)


def literal(column: Column, row: Mapping[str, str]) -> Literal | NamedNode:
    """What a cell that has been read stands for."""
    text = row.get(column.name, "")
    if column.text is not None:
        return _plain_literal(column, expanded(column.text, row) or "", row)
    if language := row.get(f"{column.name}.lang"):
        return Literal(text, language=language)
    if datatype := row.get(f"{column.name}.type") or _DATATYPES.get(column.reads):
        return Literal(text, datatype=NamedNode(datatype))
    return _plain_literal(column, text, row) if column.reads == "text" else NamedNode(text)


def _plain_literal(column: Column, text: str, row: Mapping[str, str]) -> Literal:
    """The language of a text may stand in a column of its own."""
    if column.language and "{" in column.language:
        return Literal(text, language=expanded(column.language, row) or "und")
    return column.literal(text)
