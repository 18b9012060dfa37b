"""Numbers as their sources qualify them: what statements say of a number, its bounds and its qualifier, each as one value."""

from collections.abc import Iterable
from typing import Final

from pyoxigraph import Literal, NamedNode

from kommungraf.resources.views import Value
from kommungraf.resources.wording import quantity_in_words
from kommungraf.vocab import iri

__all__ = ["AMOUNTS", "amounts"]

_NUMBER: Final = iri("qudt:numericValue")
_LEAST: Final = iri("qudt:lowerBound")
_MOST: Final = iri("qudt:upperBound")
_QUALIFIER: Final = iri("kg:qualifier")
#: The properties that say together how many there are of something.
AMOUNTS: Final = frozenset((_NUMBER, _LEAST, _MOST, _QUALIFIER))


def amounts(said: Iterable[tuple[str, object]], language: str) -> tuple[Value, ...]:
    """What properties and their values say of how many there are, in words; one of several numbers by the same qualifier."""
    found: dict[str, dict[str, str]] = {name: {} for name in AMOUNTS}
    for name, term in said:
        if name in AMOUNTS and isinstance(term, Literal | NamedNode):
            found[name][term.value] = term.datatype.value if isinstance(term, Literal) else ""
    number, least, most = found[_NUMBER], found[_LEAST], found[_MOST]
    qualifier = next(iter(found[_QUALIFIER])) if len(found[_QUALIFIER]) == 1 else None
    told: list[tuple[str | None, str | None, str | None]] = [(each, None, None) for each in number]
    if len(least) == len(most) == 1:
        told.append((None, next(iter(least)), next(iter(most))))
    else:
        told += [(None, each, None) for each in least]
        told += [(None, None, each) for each in most]
    texts = dict.fromkeys(quantity_in_words(*each, qualifier, language) for each in told)
    datatype = next(iter((number | least | most).values()), "")
    return tuple(Value(text, text=text, datatype=datatype) for text in texts)
