"""Every constraint of the shapes is seen to fail on the file that names it, and to pass on valid data."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from pyshacl import validate
from rdflib import OWL, RDF, SH, SKOS, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from kommungraf.vocab import BASE, PREFIXES

PROJECT = Path(__file__).parent.parent
SHAPES = PROJECT / "shapes"
KG = Namespace(PREFIXES["kg"])
KGS = Namespace(PREFIXES["kgs"])
SUITES = {"dataset": PROJECT / "tests" / "shapes", "catalogue": PROJECT / "tests" / "shapes-catalogue"}


@cache
def shapes_of(suite: str) -> Graph:
    graph = Graph()
    for file in sorted((SHAPES / suite).glob("*.ttl")):
        graph.parse(file)
    return graph


@cache
def surroundings(suite: str) -> bytes:
    """What the cases of a suite refer to: each case is read together with it."""
    return (SUITES[suite] / "surroundings.ttl").read_bytes()


def source_shapes(suite: str, case: Path | None) -> set[Node]:
    data = Graph().parse(surroundings(suite), format="turtle")
    if case is not None:
        data.parse(case)
    _, report, _ = validate(data, shacl_graph=shapes_of(suite), inference="none")
    return {
        shape for result in report.objects(None, SH.result) for shape in report.objects(result, SH.sourceShape)
    }


def constraints(suite: str) -> set[Node]:
    """The shapes that a report can name: those with a message. Conditions and node shapes only hold others."""
    return set(shapes_of(suite).subjects(SH.message, None))


def cases(suite: str, valid: bool) -> Iterator[object]:
    for file in sorted(SUITES[suite].glob("*/*.ttl")):
        if (file.stem == "valid") == valid:
            yield pytest.param(suite, file, id=f"{suite}-{file.parent.name}-{file.stem}")


def all_cases(valid: bool) -> list[object]:
    return [case for suite in SUITES for case in cases(suite, valid)]


def constraint_of(case: Path) -> URIRef:
    return KGS[f"{case.parent.name}-{case.stem}"]


@pytest.mark.parametrize(("suite", "case"), all_cases(valid=False))
def test_case_trips_exactly_the_constraint_it_is_named_after(suite: str, case: Path) -> None:
    assert source_shapes(suite, case) == {constraint_of(case)}


@pytest.mark.parametrize(("suite", "case"), all_cases(valid=True))
def test_valid_case_trips_nothing(suite: str, case: Path) -> None:
    assert source_shapes(suite, case) == set()


@pytest.mark.parametrize("suite", SUITES)
def test_surroundings_alone_trip_nothing(suite: str) -> None:
    assert source_shapes(suite, None) == set()


@pytest.mark.parametrize("suite", SUITES)
def test_each_constraint_has_a_case_and_each_case_a_constraint(suite: str) -> None:
    named = {constraint_of(file) for file in SUITES[suite].glob("*/*.ttl") if file.stem != "valid"}
    assert named == constraints(suite)


@pytest.mark.parametrize("suite", SUITES)
def test_each_shape_has_a_valid_case(suite: str) -> None:
    folders = {folder.name for folder in SUITES[suite].iterdir() if folder.is_dir()}
    without = {name for name in folders if not (SUITES[suite] / name / "valid.ttl").is_file()}
    assert without == set()


@pytest.mark.parametrize("suite", SUITES)
def test_each_message_is_a_sentence_in_swedish_and_english(suite: str) -> None:
    graph = shapes_of(suite)
    for constraint in constraints(suite):
        messages = {message.language: str(message) for message in graph.objects(constraint, SH.message)}
        assert set(messages) == {"sv", "en"}, constraint
        assert all(text[0] in "{" + text[0].upper() and text.endswith(".") for text in messages.values()), (
            constraint
        )


@pytest.mark.parametrize("suite", SUITES)
def test_each_constraint_states_its_severity_and_is_an_iri(suite: str) -> None:
    graph = shapes_of(suite)
    for constraint in constraints(suite):
        assert isinstance(constraint, URIRef)
        assert graph.value(constraint, SH.severity, any=False) in {SH.Violation, SH.Warning}, constraint


@pytest.mark.parametrize("suite", SUITES)
def test_each_constraint_is_reached_from_a_target(suite: str) -> None:
    graph = shapes_of(suite)
    targets = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode)
    targeted = {shape for target in targets for shape in graph.subjects(target, None)}
    held = {shape for holder in targeted for shape in graph.objects(holder, SH.property)}
    assert constraints(suite) <= targeted | held


@pytest.mark.parametrize("suite", SUITES)
def test_each_node_shape_of_a_class_is_labelled_in_swedish_and_english(suite: str) -> None:
    graph = shapes_of(suite)
    for folder in (folder for folder in SUITES[suite].iterdir() if folder.is_dir()):
        labels = graph.objects(KGS[folder.name], URIRef(f"{PREFIXES['rdfs']}label"))
        assert {label.language for label in labels} == {"sv", "en"}, folder.name


@pytest.mark.parametrize("suite", SUITES)
def test_each_shape_with_an_iri_has_a_name_of_its_own_in_swedish_and_english(suite: str) -> None:
    graph, label = shapes_of(suite), URIRef(f"{PREFIXES['rdfs']}label")
    kinds = (SH.NodeShape, SH.PropertyShape, SH.SPARQLConstraint, SH.PrefixDeclaration)
    named = [each for kind in kinds for each in graph.subjects(RDF.type, kind) if isinstance(each, URIRef)]
    assert [each for each in named if {text.language for text in graph.objects(each, label)} != {"sv", "en"}] == []
    names = [text for each in named for text in graph.objects(each, label) if text.language == "en"]
    assert [name for name, number in Counter(names).items() if number > 1] == []


def test_declared_prefixes_are_those_of_the_vocabulary_table() -> None:
    graph = shapes_of("dataset")
    declared = {
        str(graph.value(prefix, SH.prefix)): str(graph.value(prefix, SH.namespace))
        for prefix in graph.objects(URIRef(f"{BASE}shape/"), SH.declare)
    }
    assert declared.items() <= PREFIXES.items()
    assert URIRef(f"{BASE}shape/") in set(graph.subjects(RDF.type, OWL.Ontology))


@pytest.mark.parametrize(
    ("constraint", "scheme"),
    [
        pytest.param("ClaimShape-status-in-scheme", "claimStatus", id="claim status"),
        pytest.param("KnowledgeGapShape-reason-in-scheme", "gapReasonScheme", id="gap reason"),
    ],
)
def test_closed_list_of_a_shape_is_the_scheme_of_the_ontology(constraint: str, scheme: str) -> None:
    graph = shapes_of("dataset")
    ontology = Graph()
    for file in sorted((PROJECT / "ontology" / "schemes").glob("*.ttl")):
        ontology.parse(file)
    listed = graph.value(KGS[constraint], SH["in"])
    assert listed is not None
    assert set(Collection(graph, listed)) == set(ontology.subjects(SKOS.inScheme, KG[scheme]))
