"""SHACL constraints as tests that answer yes, no or “ask pySHACL”, each with what it reads of the triples."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final, Protocol

from kommungraf.validation.paths import Path
from kommungraf.validation.triples import TYPE, Triples, datatype, language, text
from kommungraf.vocab import iri

__all__ = [
    "LISTS",
    "SHAPES",
    "SHAPE_LISTS",
    "TERMS",
    "Answer",
    "Conformable",
    "Constraint",
    "both",
    "qualified",
    "unknown",
]

#: True, False, or None where only pySHACL can say.
Answer = bool | None
#: Whether a focus node's values keep a constraint: triples, focus node, values.
Test = Callable[[Triples, str, Iterable[str]], Answer]

_XSD: Final = iri("xsd:date").removesuffix("date")
_INTEGERS: Final = frozenset(
    _XSD + name for name in ("integer", "nonNegativeInteger", "positiveInteger", "int", "long", "short", "gYear")
) - {_XSD + "gYear"}
_TYPE_PATH: Final = Path("predicate", TYPE)


class Conformable(Protocol):
    """A shape that a constraint refers to."""

    def conforms(self, triples: Triples, node: str) -> Answer:
        """Whether the node conforms to the shape."""
        ...


@dataclass(frozen=True, slots=True)
class Constraint:
    """One constraint: `paths` are read from each value, `pairs` from the focus node, `shapes` hold for each value."""

    test: Test
    paths: tuple[Path, ...] = ()
    pairs: tuple[Path, ...] = ()
    shapes: tuple[Conformable, ...] = ()


def unknown(_triples: Triples, _focus: str, _values: Iterable[str]) -> Answer:
    """The test of a constraint that only pySHACL knows."""
    return None


def both(answers: Iterable[Answer]) -> Answer:
    """Whether all hold, as three-valued logic has it."""
    sure = True
    for answer in answers:
        if answer is False:
            return False
        sure = sure and answer is True
    return True if sure else None


def either(answers: Iterable[Answer]) -> Answer:
    """Whether one holds, as three-valued logic has it."""
    unsure = False
    for answer in answers:
        if answer:
            return True
        unsure = unsure or answer is None
    return None if unsure else False


def opposite(answer: Answer) -> Answer:
    """The other answer; what isn't known stays so."""
    return None if answer is None else not answer


def _each(test: Callable[[str], Answer]) -> Constraint:
    return Constraint(lambda _triples, _focus, values: both(map(test, values)))


def _counted(test: Callable[[int], bool]) -> Constraint:
    return Constraint(lambda _triples, _focus, values: test(len(tuple(values))))


def _min_count(least: str) -> Constraint:
    number = int(text(least))
    return _counted(lambda count: count >= number)


def _max_count(most: str) -> Constraint:
    number = int(text(most))
    return _counted(lambda count: count <= number)


def _class(wanted: str) -> Constraint:
    def is_instance(triples: Triples, node: str) -> bool:
        types = triples.objects(node, TYPE)
        return wanted in types or any(wanted in triples.superclasses(each) for each in types)

    return Constraint(
        lambda triples, _focus, values: all(is_instance(triples, value) for value in values), paths=(_TYPE_PATH,)
    )


def _datatype(wanted: str) -> Constraint:
    name = wanted[1:-1]
    check = _LEXICAL.get(name, None if name.startswith(_XSD) else _any)

    def holds(value: str) -> Answer:
        if datatype(value) != name:
            return False
        return True if check and check(text(value)) else None

    return _each(holds)


def _any(_text: str) -> bool:
    return True


def _is_date(content: str) -> bool:
    try:
        return len(content) == 10 and bool(date.fromisoformat(content))
    except ValueError:
        return False


_LEXICAL: Final[dict[str, Callable[[str], object]]] = {
    _XSD + "string": _any,
    _XSD + "integer": re.compile(r"-?\d+").fullmatch,
    _XSD + "decimal": re.compile(r"-?\d+(\.\d+)?").fullmatch,
    _XSD + "boolean": re.compile("true|false").fullmatch,
    _XSD + "date": _is_date,
}


def _node_kind(kind: str) -> Constraint:
    name = kind[1:-1].rpartition("#")[2]
    starts = {"<": "IRI", "_": "BlankNode", '"': "Literal"}
    return _each(lambda value: starts[value[0]] in name.split("Or"))


def _pattern(pattern: str) -> Constraint:
    matching = re.compile(text(pattern))
    return _each(lambda value: value[0] != "_" and matching.search(text(value)) is not None)


def _min_length(least: str) -> Constraint:
    number = int(text(least))
    return _each(lambda value: value[0] != "_" and len(text(value)) >= number)


def _max_length(most: str) -> Constraint:
    number = int(text(most))
    return _each(lambda value: value[0] != "_" and len(text(value)) <= number)


def _in(members: tuple[str, ...]) -> Constraint:
    return _each(lambda value: value in members)


def _has_value(wanted: str) -> Constraint:
    return Constraint(lambda _triples, _focus, values: wanted in values)


def _language_in(tags: tuple[str, ...]) -> Constraint:
    ranges = {text(tag).lower() for tag in tags}
    return _each(
        lambda value: language(value) in ranges or (None if "-" in language(value) or "*" in ranges else False)
    )


def _unique_language(value: str) -> Constraint:
    def unique(_triples: Triples, _focus: str, values: Iterable[str]) -> Answer:
        tags = [tag for tag in map(language, values) if tag]
        return len(tags) == len(set(tags))

    return Constraint(unique if text(value) == "true" else unknown)


def _paired(test: Callable[[Iterable[str], Iterable[str]], Answer], predicate: str) -> Constraint:
    return Constraint(
        lambda triples, focus, values: test(values, triples.objects(focus, predicate)),
        pairs=(Path("predicate", predicate),),
    )


def _equals(predicate: str) -> Constraint:
    return _paired(lambda values, others: set(values) == set(others), predicate)


def _disjoint(predicate: str) -> Constraint:
    return _paired(lambda values, others: set(values).isdisjoint(others), predicate)


def _ordered(test: Callable[[int], bool]) -> Callable[[str], Constraint]:
    return lambda predicate: _paired(
        lambda values, others: both(_compared(a, b, test) for a in values for b in others), predicate
    )


def _limited(test: Callable[[int], bool]) -> Callable[[str], Constraint]:
    return lambda limit: _each(lambda value: _compared(value, limit, test))


def _compared(one: str, other: str, test: Callable[[int], bool]) -> Answer:
    first, second = _comparable(one), _comparable(other)
    if first is None or second is None or isinstance(first, str) != isinstance(second, str):
        return None
    return test((first > second) - (first < second))  # type: ignore[operator]  # both numbers or both dates


def _comparable(token: str) -> Decimal | str | None:
    """A number, or a date as its text; None for what only rdflib can compare."""
    name = datatype(token)
    if name == _XSD + "date":
        return text(token) if _is_date(text(token)) else None
    if name not in _INTEGERS and name != _XSD + "decimal":
        return None
    try:
        return Decimal(text(token))
    except InvalidOperation:
        return None


def _shaped(shape: Conformable) -> Constraint:
    def holds(triples: Triples, _focus: str, values: Iterable[str]) -> Answer:
        sure = True
        for value in values:
            answer = shape.conforms(triples, value)
            if answer is False:
                return False
            sure = sure and answer is True
        return True if sure else None

    return Constraint(holds, shapes=(shape,))


def _not(shape: Conformable) -> Constraint:
    return Constraint(
        lambda triples, _focus, values: both(opposite(shape.conforms(triples, value)) for value in values),
        shapes=(shape,),
    )


def _or(shapes: tuple[Conformable, ...]) -> Constraint:
    return Constraint(
        lambda triples, _focus, values: both(
            either(shape.conforms(triples, value) for shape in shapes) for value in values
        ),
        shapes=shapes,
    )


def _and(shapes: tuple[Conformable, ...]) -> Constraint:
    return Constraint(
        lambda triples, _focus, values: both(
            both(shape.conforms(triples, value) for shape in shapes) for value in values
        ),
        shapes=shapes,
    )


def qualified(shape: Conformable, least: int | None, most: int | None) -> Constraint:
    """Between `least` and `most` of the values conform to the shape."""

    def holds(triples: Triples, _focus: str, values: Iterable[str]) -> Answer:
        answers = [shape.conforms(triples, value) for value in values]
        sure, possible = answers.count(True), len(answers) - answers.count(False)
        if (least is None or sure >= least) and (most is None or possible <= most):
            return True
        return None

    return Constraint(holds, shapes=(shape,))


#: How each constraint that takes one value is made: of a term, of a list of terms, of a shape or of a list of shapes.
TERMS: Final[dict[str, Callable[[str], Constraint]]] = {
    "minCount": _min_count,
    "maxCount": _max_count,
    "class": _class,
    "datatype": _datatype,
    "nodeKind": _node_kind,
    "pattern": _pattern,
    "minLength": _min_length,
    "maxLength": _max_length,
    "hasValue": _has_value,
    "uniqueLang": _unique_language,
    "equals": _equals,
    "disjoint": _disjoint,
    "lessThan": _ordered(lambda order: order < 0),
    "lessThanOrEquals": _ordered(lambda order: order <= 0),
    "minInclusive": _limited(lambda order: order >= 0),
    "maxInclusive": _limited(lambda order: order <= 0),
    "minExclusive": _limited(lambda order: order > 0),
    "maxExclusive": _limited(lambda order: order < 0),
}
LISTS: Final[dict[str, Callable[[tuple[str, ...]], Constraint]]] = {"in": _in, "languageIn": _language_in}
SHAPES: Final[dict[str, Callable[[Conformable], Constraint]]] = {
    "node": _shaped,
    "property": _shaped,
    "not": _not,
}
SHAPE_LISTS: Final[dict[str, Callable[[tuple[Conformable, ...]], Constraint]]] = {"or": _or, "and": _and}
