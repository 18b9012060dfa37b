"""Above a size pySHACL judges suspects only; it must report just what it reports of the whole graph."""

import random
import tracemalloc
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import pytest
from pyoxigraph import Quad, RdfFormat, parse

from kommungraf.dataset.dataset import sorted_lines
from kommungraf.dataset.inputs import read_inputs
from kommungraf.dataset.project import own_project
from kommungraf.quads.spool import Lines
from kommungraf.validation.findings import Finding
from kommungraf.validation.shapes import Shape, read_shapes
from kommungraf.validation.suspects import Suspicion, View
from kommungraf.validation.triples import TYPE
from kommungraf.validation.validation import view_findings
from kommungraf.vocab import BASE, PREFIXES
from own_content import own_content

CASES = Path(__file__).parent / "shapes"
HEADER = (
    "".join(f"@prefix {prefix}: <{name}> .\n" for prefix, name in PREFIXES.items()) + "@prefix ex: <urn:ex:> .\n"
)
WHOLE = 10**9


@pytest.fixture(scope="module")
def shapes() -> list[Quad]:
    return [quad for file in read_inputs(own_project()).shapes for quad in file.quads]


def results(lines: Iterable[bytes], shapes: list[Quad], plain: int) -> Counter[tuple[object, ...]]:
    return Counter(map(result, view_findings(sorted(set(lines)), shapes, plain=plain)))


def result(found: Finding) -> tuple[object, ...]:
    return found.severity, found.shape, found.focus, found.path, found.value, tuple(found.messages.items())


def turtle(text: str) -> list[Quad]:
    return list(parse(HEADER + text, RdfFormat.TURTLE))


SURROUNDINGS = CASES / "surroundings.ttl"


def lines_of(*files: Path) -> list[bytes]:
    return [
        line
        for file in files
        for line in sorted_lines(parse(file.read_bytes(), RdfFormat.TURTLE, rename_blank_nodes=True))
    ]


def test_all_errors_that_the_shapes_know_are_reported_alike(shapes: list[Quad]) -> None:
    files = sorted(CASES.glob("*/*.ttl"))
    lines = [*lines_of(SURROUNDINGS), *(line for file in files for line in (*renamed(file), *lines_of(file)))]
    alone = results(lines, shapes, WHOLE)
    assert results(lines, shapes, 0) == alone
    named = {f"<{BASE}shape/{file.parent.name}-{file.stem}>" for file in files if file.stem != "valid"}
    assert len(named - {shape for _, shape, *_ in alone}) < len(named) / 20


def renamed(file: Path) -> Iterator[bytes]:
    """The file's triples with its own things named after it, so that files don't mend each other's errors."""
    known = {line.split(b" ", 1)[0] for line in lines_of(SURROUNDINGS)}
    for line in lines_of(file):
        terms = [other_name(term, file, known) for term in line[:-3].split(b" ", 2)]
        yield b"%s %s %s .\n" % tuple(terms)


def other_name(term: bytes, file: Path, known: set[bytes]) -> bytes:
    own = term.startswith(f"<{BASE}id/".encode()) and term not in known
    return term[:-1] + f"-{file.parent.name}-{file.stem}>".encode() if own else term


def test_random_errors_in_the_dataset_are_reported_alike(shapes: list[Quad]) -> None:
    lines = changed(changed(list(own_content().dataset.held_lines), random.Random(1)), random.Random(2))
    alone = results(lines, shapes, WHOLE)
    assert len(alone) > 100
    assert results(lines, shapes, 0) == alone


def changed(lines: list[bytes], chance: random.Random) -> list[bytes]:
    """Lines left out, and objects exchanged with those of other lines."""
    found = list(lines)
    for _ in range(400):
        found.pop(chance.randrange(len(found)))
        one, other = (found[chance.randrange(len(found))].split(b" ", 2) for _ in range(2))
        found.append(b" ".join((one[0], one[1], other[2])))
    return found


def test_stretches_of_few_lines_and_a_short_memory_change_no_result(
    monkeypatch: pytest.MonkeyPatch, shapes: list[Quad]
) -> None:
    lines = changed(list(own_content().dataset.held_lines), random.Random(3))
    at_once = results(lines, shapes, 0)
    monkeypatch.setattr("kommungraf.validation.triples._STRETCH", 300)
    monkeypatch.setattr("kommungraf.validation.triples._LATELY", 5)
    monkeypatch.setattr("kommungraf.validation.suspects._LATELY", 1)
    assert at_once
    assert results(lines, shapes, 0) == at_once


MEMORY = {"validation.triples._STRETCH": 500, "validation.triples._LATELY": 500, "quads.spool._BLOCK": 640}


def test_memory_of_a_check_does_not_grow_with_the_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, number in MEMORY.items():
        monkeypatch.setattr(f"kommungraf.{name}", number)
    shape = turtle(
        "ex:Shape a sh:NodeShape ; sh:targetClass ex:Thing ; sh:property [ sh:path ex:q ; sh:class ex:Thing ] ."
    )
    few, many = (peak(read_shapes(shape), number) for number in (10_000, 30_000))
    assert many < 1.2 * few


def peak(shapes: tuple[Shape, ...], number: int) -> int:
    """The most memory that looking for suspects among so many things takes, each of which leads to another far off."""
    linked = (f"<urn:ex:{n:06}> <urn:ex:q> <urn:ex:{n * 7919 % number:06}> .\n".encode() for n in range(number))
    typed = (f"<urn:ex:{n:06}> {TYPE} <urn:ex:Thing> .\n".encode() for n in range(number))
    lines = Lines(chain(linked, typed))
    tracemalloc.start()
    try:
        assert list(View(lines, shapes).suspicions()) == []
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_many_suspects_are_judged_in_parts_that_stay_small() -> None:
    shape = read_shapes(turtle("ex:Shape a sh:NodeShape ; sh:targetClass ex:Thing ."))[0]
    suspicion = Suspicion(shape, frozenset(f"<urn:ex:{number}>" for number in range(20_000)))
    parts = [part.nodes for part in suspicion.parts()]
    assert sum(map(len, parts)) == 20_000
    assert frozenset().union(*parts) == suspicion.nodes
    assert max(map(len, parts)) < 200


def test_valid_data_have_no_suspects(shapes: list[Quad]) -> None:
    lines = sorted(set(lines_of(SURROUNDINGS, CASES / "MunicipalityShape" / "valid.ttl")))
    assert list(View(lines, read_shapes(shapes)).suspicions()) == []


DATA = """
ex:a a ex:Thing ; ex:p "1"^^xsd:integer , "01"^^xsd:integer , "x"@EN , "y"@en ; ex:q ex:b ; ex:n 5 ; ex:d "2020-01-01"^^xsd:date .
ex:b a ex:Part ; ex:p "1.50"^^xsd:decimal , "1.5"^^xsd:decimal ; ex:q ex:c ; ex:n "5.0"^^xsd:decimal ; ex:d "2020-01-01"^^xsd:dateTime .
ex:c a ex:Part , ex:Thing ; ex:q ex:a ; ex:n "many" ; ex:d "20-01-2001"^^xsd:date ; ex:t "two\\nlines" .
ex:Part rdfs:subClassOf ex:Thing .
[] a ex:Thing ; ex:p 7 ; ex:q [ ex:n 1 ] ; ex:t "x" .
"""
#: Name of the case, and what the shape says beside its target.
CONSTRAINTS = {
    "equal in value": "sh:property [ sh:path ex:p ; sh:maxCount 1 ]",
    "value of another form": 'sh:property [ sh:path ex:p ; sh:hasValue "01"^^xsd:integer ]',
    "list of values": "sh:property [ sh:path ex:n ; sh:in ( 5 ) ]",
    "language once": "sh:property [ sh:path ex:p ; sh:uniqueLang true ]",
    "languages": 'sh:property [ sh:path ex:p ; sh:languageIn ( "en" ) ]',
    "number and decimal": "sh:property [ sh:path ex:n ; sh:minInclusive 5 ; sh:maxExclusive 6.5 ]",
    "dates": 'sh:property [ sh:path ex:d ; sh:minInclusive "2020-01-01"^^xsd:date ; sh:datatype xsd:date ]',
    "pair": "sh:property [ sh:path ex:n ; sh:lessThan ex:p ]",
    "closed": "sh:closed true ; sh:ignoredProperties ( rdf:type )",
    "one of": "sh:xone ( [ sh:class ex:Part ] [ sh:property [ sh:path ex:n ; sh:minCount 1 ] ] )",
    "switched off": "sh:deactivated true ; sh:class ex:Nothing",
    "flags": 'sh:property [ sh:path ex:t ; sh:pattern "TWO" ; sh:flags "i" ]',
    "pattern over lines": 'sh:property [ sh:path ex:t ; sh:pattern "^two.lines$" ]',
    "circle": "sh:property [ sh:path [ sh:oneOrMorePath ex:q ] ; sh:maxCount 2 ; sh:class ex:Thing ]",
    "zero or more": "sh:property [ sh:path [ sh:zeroOrMorePath ex:q ] ; sh:class ex:Thing ]",
    "zero or one": "sh:property [ sh:path [ sh:zeroOrOnePath ex:q ] ; sh:maxCount 1 ]",
    "inverse of a sequence": "sh:property [ sh:path [ sh:inversePath ( ex:q ex:q ) ] ; sh:maxCount 0 ]",
    "nested results": "sh:property [ sh:path ex:q ; sh:property [ sh:path ex:n ; sh:datatype xsd:integer ] ]",
    "nested warning": "sh:not [ sh:severity sh:Warning ; sh:property [ sh:path ex:n ; sh:datatype xsd:integer ] ]",
    "at most so many": "sh:property [ sh:path ex:q ; sh:qualifiedValueShape [ sh:class ex:Part ] ; sh:qualifiedMaxCount 0 ]",
    "blank nodes": "sh:nodeKind sh:IRI",
    "query": 'sh:sparql [ sh:message "no" ; sh:select "SELECT $this ?value WHERE { $this <urn:ex:q> ?x . ?x <urn:ex:n> ?value }" ]',
    "query with a path": 'sh:sparql [ sh:message "no" ; sh:select "SELECT $this WHERE { $this <urn:ex:q>/<urn:ex:q> ?x }" ]',
    "query for what is not": (
        'sh:sparql [ sh:message "no" ; sh:select "SELECT $this WHERE { $this <urn:ex:q> ?x . '
        'FILTER NOT EXISTS { ?x <urn:ex:n> ?n . FILTER (?n = 5) } OPTIONAL { ?y <urn:ex:q> $this } }" ]'
    ),
    "query of any property": 'sh:sparql [ sh:message "no" ; sh:select "SELECT $this WHERE { $this <urn:ex:q> ?x . ?x ?any 5 }" ]',
    "query that counts": (
        'sh:sparql [ sh:message "no" ; sh:select "SELECT $this WHERE { $this <urn:ex:p> ?x . '
        '{ SELECT (COUNT(?n) AS ?all) WHERE { ?s <urn:ex:n> ?n } } FILTER (?all > 2) }" ]'
    ),
}


@pytest.mark.parametrize("constraint", CONSTRAINTS.values(), ids=CONSTRAINTS)
@pytest.mark.parametrize("stretch", [1, 50_000])
def test_each_construct_is_understood_or_left_to_pyshacl(
    monkeypatch: pytest.MonkeyPatch, constraint: str, stretch: int
) -> None:
    monkeypatch.setattr("kommungraf.validation.triples._STRETCH", stretch)
    lines = sorted_lines(turtle(DATA))
    shapes = turtle(
        f"ex:Shape a sh:NodeShape ; sh:targetClass ex:Thing ; sh:targetSubjectsOf ex:q ; {constraint} ."
    )
    assert results(lines, shapes, 0) == results(lines, shapes, WHOLE)


@pytest.mark.parametrize(
    "target", ["sh:targetNode ex:a , ex:gone", "sh:targetObjectsOf ex:q", "sh:targetSubjectsOf ex:t"]
)
def test_each_kind_of_target_finds_its_nodes(target: str) -> None:
    lines = sorted_lines(turtle(DATA))
    shapes = turtle(f"ex:Shape a sh:NodeShape ; {target} ; sh:class ex:Part .")
    alone = results(lines, shapes, WHOLE)
    assert alone
    assert results(lines, shapes, 0) == alone


def test_shape_that_is_its_own_target_class_is_left_to_pyshacl() -> None:
    lines = sorted_lines(turtle(DATA))
    shapes = turtle("ex:Thing a rdfs:Class , sh:NodeShape ; sh:property [ sh:path ex:t ; sh:minCount 1 ] .")
    alone = results(lines, shapes, WHOLE)
    assert alone
    assert results(lines, shapes, 0) == alone
    assert [shape.node for shape in View(lines, read_shapes(shapes)).unknown] == ["<urn:ex:Thing>"]
