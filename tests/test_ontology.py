"""The ontology's terms keep its habits: every shape over them has seen data that fails and data that passes."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pyoxigraph
import pyshacl
import pytest
from rdflib import RDF, SH, SKOS, Graph, Literal, URIRef
from rdflib.term import Node

from kommungraf.vocab import BASE, PREFIXES, iri

ROOT = Path(__file__).parent.parent
ONTOLOGY = ROOT / "ontology"
TERM_SHAPES = ROOT / "shapes" / "ontology"
CASES = ROOT / "tests" / "shapes-ontology"
STORED = ROOT.parent / "shared" / "shapes"

RDF_ENDINGS = {".ttl", ".trig"}
TEXT_ENDINGS = RDF_ENDINGS | {".rq", ".csv", ".json"}
#: The stored file of each foreign vocabulary that can be looked up; the others were not stored.
STORED_VOCABULARIES = {
    "dcat": "vocab/dcat.nq",
    "dcterms": "vocab/dcterms.nq",
    "foaf": "vocab/foaf.nq",
    "frapo": "vocab/frapo.ttl",
    "geo": "vocab/geo.nq",
    "m8g": "cpov-2.1.2/core-public-organisation-ap.voc.ttl",
    "org": "vocab/org.nq",
    "prov": "vocab/prov.nq",
    "skos": "vocab/skos.nq",
}
PREFIX_LINE = re.compile(r"^(?:@prefix|PREFIX)\s+([\w-]*):\s*<([^>]*)>", re.MULTILINE)
STRING = re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"')
OWN_TERM = re.compile(rf"(?<![\w:])kg:([A-Za-z]\w*)|{re.escape(BASE)}def/([A-Za-z]\w*)")


def files(*folders: str, endings: set[str] = RDF_ENDINGS) -> list[Path]:
    """The files of the project's folders with one of the endings, sorted."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*"))
    return sorted(path for path in found if path.suffix in endings and not path.name.startswith("."))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def union(paths: list[Path]) -> Graph:
    graph = Graph()
    for path in paths:
        graph.parse(path, format="turtle")
    return graph


@cache
def term_shapes() -> Graph:
    return union(sorted(TERM_SHAPES.glob("*.ttl")))


def tripped(data: Graph) -> set[Node]:
    """The shapes that the data breaks."""
    _, report, _ = pyshacl.validate(data, shacl_graph=term_shapes(), inference="none")
    assert isinstance(report, Graph)
    return set(report.objects(None, SH.sourceShape))


def constraints() -> set[str]:
    """The local names of the shapes that carry a message, each a constraint of its own."""
    prefix = PREFIXES["kgs"]
    return {str(shape).removeprefix(prefix) for shape in term_shapes().subjects(SH.message)}


def cases(valid: bool) -> list[object]:
    paths = [path for path in sorted(CASES.glob("*/*.ttl")) if (path.stem == "valid") is valid]
    return [pytest.param(path, id=f"{path.parent.name}/{path.stem}") for path in paths]


@cache
def defined_terms() -> frozenset[str]:
    prefix = PREFIXES["kg"]
    typed = map(str, union(files("ontology")).subjects(RDF.type))
    return frozenset(term.removeprefix(prefix) for term in typed if term.startswith(prefix))


@pytest.mark.parametrize("path", cases(valid=False))
def test_a_case_trips_exactly_the_constraint_it_is_named_after(path: Path) -> None:
    slug = path.stem.partition("--")[0]
    assert tripped(union([path])) == {URIRef(f"{PREFIXES['kgs']}{path.parent.name}-{slug}")}


@pytest.mark.parametrize("path", cases(valid=True))
def test_a_valid_case_trips_nothing(path: Path) -> None:
    assert tripped(union([path])) == set()


def test_every_constraint_has_a_case_that_trips_it() -> None:
    named = {f"{path.parent.name}-{path.stem.partition('--')[0]}" for path in CASES.glob("*/*.ttl")}
    assert constraints() == {case for case in named if not case.endswith("-valid")}


def test_every_shape_has_a_valid_case() -> None:
    shapes = {constraint.partition("-")[0] for constraint in constraints()}
    assert shapes == {path.parent.name for path in CASES.glob("*/valid.ttl")}


def test_every_constraint_has_its_message_in_both_languages() -> None:
    shapes = term_shapes()
    for shape in shapes.subjects(SH.message):
        messages = [message for message in shapes.objects(shape, SH.message) if isinstance(message, Literal)]
        assert sorted(str(message.language) for message in messages) == ["en", "sv"], shape


def test_the_ontology_conforms_to_the_shapes_over_its_terms() -> None:
    assert tripped(union(files("ontology"))) == set()


def test_the_shapes_over_the_terms_are_well_formed_shacl() -> None:
    conforms, _, text = pyshacl.validate(Graph(), shacl_graph=term_shapes(), meta_shacl=True)
    assert conforms, text


@pytest.mark.parametrize("folder", ["ontology", "data", "shapes", "questions"])
def test_every_own_term_in_use_is_defined(folder: str) -> None:
    used = {
        (first or second, name(path))
        for path in files(folder, endings=TEXT_ENDINGS)
        for first, second in OWN_TERM.findall(path.read_text("utf-8"))
    }
    assert {use for use in used if use[0] not in defined_terms()} == set()


@pytest.mark.parametrize("kind", ["theme", "role", "scheme"])
def test_every_own_concept_in_use_is_defined(kind: str) -> None:
    prefix = f"{PREFIXES['kgi']}{kind}/"
    defined = {str(subject) for subject in union(files("ontology")).subjects(RDF.type)}
    used = {
        (quad.object.value, name(path))
        for path in files("ontology", "data")
        for quad in pyoxigraph.parse(path=path)
        if isinstance(quad.object, pyoxigraph.NamedNode) and quad.object.value.startswith(prefix)
    }
    assert {use for use in used if use[0] not in defined} == set()


@pytest.mark.skipif(not STORED.is_dir(), reason="the stored vocabularies lie beside the project and aren't here")
@pytest.mark.parametrize("prefix", sorted(STORED_VOCABULARIES))
def test_every_foreign_term_exists_in_its_vocabulary(prefix: str) -> None:
    stored = pyoxigraph.parse(path=STORED / STORED_VOCABULARIES[prefix])
    known = {quad.subject.value for quad in stored if isinstance(quad.subject, pyoxigraph.NamedNode)}
    used = {term for term in foreign_terms() if term.startswith(PREFIXES[prefix])}
    assert used
    assert used - known == set()


def foreign_terms() -> set[str]:
    """The IRIs used in the ontology and its alignments that the project doesn't mint."""
    paths = [ONTOLOGY / "kommungraf.ttl", ONTOLOGY / "alignments.ttl"]
    terms = {
        term.value
        for path in paths
        for quad in pyoxigraph.parse(path=path)
        for term in (quad.subject, quad.predicate, quad.object)
        if isinstance(term, pyoxigraph.NamedNode)
    }
    return {term for term in terms if not term.startswith(BASE)}


def test_each_rule_file_is_described_and_each_description_has_its_derivation() -> None:
    described = {
        str(rule).rpartition("/")[2]
        for rule in union(files("ontology")).subjects(RDF.type, URIRef(iri("kg:Rule")))
    }
    written = {re.sub(r"^\d+-", "", path.stem) for path in (ONTOLOGY / "rules").glob("*.rq")}
    assert described == written | {"period-bounds", "contested-statements", "held-view-policy"}


def test_each_rule_of_disagreement_is_a_kind_and_each_kind_has_its_rule() -> None:
    graph = union(files("ontology"))
    kinds = graph.subjects(SKOS.inScheme, URIRef(iri("kg:conflictKindScheme")))
    assert {str(kind).rpartition("/")[2] for kind in kinds} == {
        path.stem for path in (ONTOLOGY / "conflicts").glob("*.rq")
    }


@pytest.mark.parametrize(
    "path", files("ontology", "data", "shapes", "questions", endings=RDF_ENDINGS | {".rq"}), ids=name
)
def test_prefixes_come_from_the_table_in_alphabetical_order(path: Path) -> None:
    declared = PREFIX_LINE.findall(path.read_text("utf-8"))
    assert {prefix: PREFIXES.get(prefix) for prefix, _ in declared} == dict(declared)
    assert [prefix for prefix, _ in declared] == sorted(prefix for prefix, _ in declared)


@pytest.mark.parametrize("path", files("ontology", "shapes/ontology", "tests/shapes-ontology"), ids=name)
def test_prefixes_that_are_declared_are_used(path: Path) -> None:
    text = STRING.sub('""', path.read_text("utf-8"))
    body = PREFIX_LINE.sub("", text)
    assert [prefix for prefix, _ in PREFIX_LINE.findall(text) if f"{prefix}:" not in body] == []


@pytest.mark.parametrize("path", files("ontology", "data", "shapes"), ids=name)
def test_rdf_files_have_no_base_and_swedish_before_english(path: Path) -> None:
    text = STRING.sub('""', path.read_text("utf-8"))
    assert not re.search(r"^\s*(?:@base|BASE)\b", text, re.MULTILINE)
    objects = [re.findall(r'""@(sv|en)\b', statement) for statement in re.split(r"\s[;.]\s", text)]
    assert [languages for languages in objects if languages != sorted(languages, reverse=True)] == []


@pytest.mark.parametrize("path", files("ontology"), ids=name)
def test_the_ontology_has_no_blank_nodes(path: Path) -> None:
    blank = pyoxigraph.BlankNode
    assert [quad for quad in pyoxigraph.parse(path=path) if blank in (type(quad.subject), type(quad.object))] == []


def test_no_two_terms_share_a_label() -> None:
    ontology = union(files("ontology"))
    labels = [
        label
        for predicate in ("rdfs:label", "skos:prefLabel")
        for label in ontology.objects(None, URIRef(iri(predicate)))
    ]
    assert [label for label, uses in Counter(labels).items() if uses > 1] == []
