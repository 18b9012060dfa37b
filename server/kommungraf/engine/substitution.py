"""IRIs written over the variables of the site's own queries, for engines that take no bindings beside a query.

This reads our own .rq files and nothing that a client sends: there a projection stands between SELECT and WHERE,
and no string or comment holds a bound variable that must stay.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import count
from typing import Final

from pyoxigraph import NamedNode

__all__ = ["substituted"]

_SELECT: Final = re.compile(r"\b(SELECT(?:\s+DISTINCT)?)\s([^{}]*?)(\bWHERE\b)", re.DOTALL)
_GROUP: Final = re.compile(r"\bGROUP BY(?:\s+\?\w+)+")
_ALTERNATIVES: Final = re.compile(r"((?:[\w-]+:[\w-]+\|)+[\w-]+:[\w-]+) (\?\w+)")
_COMMENT: Final = re.compile(r"^\s*#.*$", re.MULTILINE)


def substituted(text: str, bindings: Mapping[str, str], *, for_virtuoso: bool = False) -> str:
    """The query `text` with each variable of `bindings` replaced by its IRI, which the outermost SELECT still gives.

    Virtuoso finds no graph by name beside a default graph that is named too, and loses variables that are bound
    beside an OPTIONAL with alternative paths; for it both are written in another way that means the same.
    """
    text = _COMMENT.sub("", text)
    for name, iri in bindings.items():
        node = str(NamedNode(iri))
        text = _bound(text, name, node)
        if for_virtuoso:
            text = text.replace(f"GRAPH {node}", f"FILTER(?{name}Graph = {node}) GRAPH ?{name}Graph")
    return _ALTERNATIVES.sub(partial(_spelled_out, numbers=count()), text) if for_virtuoso else text


def _spelled_out(found: re.Match[str], numbers: Iterator[int]) -> str:
    """Alternative predicates as a variable that is one of them."""
    link = f"?link{next(numbers)}"
    return f"{link} {found[2]} . FILTER({link} IN ({found[1].replace('|', ', ')}))"


def _bound(text: str, name: str, iri: str) -> str:
    variable = re.compile(rf"[?$]{re.escape(name)}\b")
    first = _SELECT.search(text)
    outermost = first.start() if first else None
    text = _GROUP.sub(lambda found: variable.sub("", found[0]), text)
    text = _SELECT.sub(partial(_projected, variable=variable, name=name, outermost=outermost), text)
    return variable.sub(lambda _: iri, text).replace(f"\0{name}\0", f"({iri} AS ?{name})")


def _projected(found: re.Match[str], variable: re.Pattern[str], name: str, outermost: int | None) -> str:
    """A projection without the variable, or, in the outermost SELECT, with a mark where it is to be given."""
    mark = f"\0{name}\0" if found.start() == outermost else ""
    return f"{found[1]} {variable.sub(mark, found[2])}{found[3]}"
