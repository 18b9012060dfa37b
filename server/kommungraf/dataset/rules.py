"""The derivations of the build: SPARQL CONSTRUCT files, and the bounds of each period."""

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad, QueryTriples, RdfFormat, Store

from kommungraf.errors import Place, SyntaxFault
from kommungraf.quads.graphs import chunks, in_graph, parsed
from kommungraf.quads.querying import added
from kommungraf.quads.spool import Lines
from kommungraf.quads.tokens import text
from kommungraf.tables.periods import bounds, dated
from kommungraf.vocab import EDTF, iri

__all__ = ["BOUNDS", "Rule", "apply_rules", "period_bounds", "read_rules", "unreadable_periods"]

#: The name of the derivation that has no CONSTRUCT file, as EDTF can't be computed in SPARQL.
BOUNDS: Final = "period-bounds"

_EDTF: Final = NamedNode(EDTF)
_PERIOD: Final = NamedNode(iri("kg:period"))
_DATE: Final = NamedNode(iri("xsd:date"))
_PERIOD_TOKEN: Final = str(_PERIOD).encode()
_ORDER: Final = re.compile(r"^\d+-")


@dataclass(frozen=True, slots=True)
class Rule:
    """One CONSTRUCT query; `name` is the file's without its number and ending."""

    name: str
    query: str
    file: str


def read_rules(folder: Path | None, shown: Callable[[Path], str] = Path.as_posix) -> tuple[Rule, ...]:
    """The rules of a folder in the order of their file names; none where there is no folder.

    `shown` gives the name by which people know a file.
    """
    paths = sorted(folder.glob("*.rq")) if folder and folder.is_dir() else []
    return tuple(_rule(path, shown(path)) for path in paths)


def _rule(path: Path, file: str) -> Rule:
    try:
        return Rule(_ORDER.sub("", path.stem), path.read_text("utf-8"), file)
    except UnicodeDecodeError as error:
        raise SyntaxFault("The rule isn't UTF-8; save it in that encoding.", Place(file)) from error


def apply_rules(store: Store, rules: Iterable[Rule], rule_iri: str) -> Iterator[bytes]:
    """What each rule adds to the store's default graph, as N-Quads lines of the graph `rule_iri` + its name.

    A rule sees what the rules before it added; what is held already isn't derived again.
    """
    for rule in rules:
        graph = NamedNode(rule_iri + rule.name)
        for lines in chunks(_constructed(store, rule)):
            derived = [line for line, quad in zip(lines, parsed(lines), strict=True) if quad not in store]
            added(store, derived)
            yield from in_graph(derived, graph)


def _constructed(store: Store, rule: Rule) -> Lines:
    try:
        answer = store.query(rule.query)
    except SyntaxError as error:
        place = Place(rule.file, error.lineno, error.offset)
        raise SyntaxFault("The rule doesn't parse: {reason}.", place, reason=error.msg) from error
    if not isinstance(answer, QueryTriples):
        raise SyntaxFault("The rule is no CONSTRUCT query.", Place(rule.file))
    with tempfile.TemporaryFile(prefix="kommungraf-") as found:
        answer.serialize(found, RdfFormat.N_TRIPLES)
        found.seek(0)
        return Lines(found)


def period_bounds(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The four bounds of each EDTF period that can be read; both are N-Triples lines."""
    for line in lines:
        if _PERIOD_TOKEN in line:
            subject, predicate, value = line.split(b" ", 2)
            if predicate == _PERIOD_TOKEN:
                yield from (subject + said for said in _said_of(value[:-3]))


@lru_cache(maxsize=4096)
def _said_of(period: bytes) -> tuple[bytes, ...]:
    """What follows from a period, as N-Triples without their subject."""
    token = period.decode()
    if not token.endswith(f"^^{_EDTF}"):
        return ()
    try:
        found = dated(bounds(text(token)))
    except ValueError:
        return ()
    return tuple(f' <{predicate}> "{day.isoformat()}"^^{_DATE} .\n'.encode() for predicate, day in found)


def unreadable_periods(quads: Iterable[Quad]) -> Iterator[tuple[Quad, str, ValueError]]:
    """The statements whose EDTF period can't be read, each with the period and the reason."""
    for quad, period in _periods(quads):
        try:
            bounds(period)
        except ValueError as error:
            yield quad, period, error


def _periods(quads: Iterable[Quad]) -> Iterator[tuple[Quad, str]]:
    for quad in quads:
        value = quad.object
        if quad.predicate == _PERIOD and isinstance(value, Literal) and value.datatype == _EDTF:
            yield quad, value.value
