import json
from collections.abc import Sequence

import pytest
import rdflib
from rdflib.namespace import RDF, SH

from kommungraf.errors import Place
from kommungraf.validation.findings import Finding, Severity
from kommungraf.validation.reports import FORMS, rendered, shacl_report

FINDINGS = (
    Finding(
        Severity.VIOLATION,
        {"sv": "Koden är fel.\nRätta: 100 %", "en": "The code is wrong."},
        Place("data/a,b.ttl", 3),
        "<http://example.org/Shape-code>",
        "<http://example.org/a>",
        "<http://example.org/code>",
        '"76\\n5"^^<http://example.org/Code>',
    ),
    Finding(Severity.WARNING, {"en": "Empty.", "sv": "Tomt."}, Place("t.csv", 2, "namn")),
    Finding(Severity.INFO, {"en": "Nothing to see."}),
)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("sv", ["data/a,b.ttl", "rad 3", "Koden är fel.", "t.csv", "kolumn namn", "Tomt."]),
        ("en", ["data/a,b.ttl", "line 3: violation: The code is wrong.", "row 2, column namn: warning: Empty."]),
    ],
)
def test_text_is_grouped_by_file_with_line_or_row(language: str, words: list[str]) -> None:
    text = rendered("text", FINDINGS, language)
    positions = [text.find(word) for word in words]
    assert -1 not in positions
    assert positions == sorted(positions)


@pytest.mark.parametrize(
    ("findings", "answer"), [(FINDINGS, False), (FINDINGS[1:], True), ((), True)], ids=["fails", "warns", "none"]
)
def test_conforms_is_the_same_in_json_and_in_the_shacl_report(findings: Sequence[Finding], answer: bool) -> None:
    assert json.loads(rendered("json", findings, "en"))["conforms"] is answer
    graph = rdflib.Graph().parse(data=rendered("turtle", findings, "en"), format="turtle")
    report = graph.value(None, RDF.type, SH.ValidationReport)
    assert graph.value(report, SH.conforms).toPython() is answer
    assert len(list(graph.objects(report, SH.result))) == len(findings)


def test_shacl_report_keeps_focus_path_value_and_messages() -> None:
    graph = rdflib.Graph().parse(data=shacl_report(FINDINGS), format="turtle")
    node = graph.value(None, SH.resultSeverity, SH.Violation)
    assert graph.value(node, SH.focusNode) == rdflib.URIRef("http://example.org/a")
    assert graph.value(node, SH.resultPath) == rdflib.URIRef("http://example.org/code")
    assert graph.value(node, SH.value) == rdflib.Literal("76\n5", datatype="http://example.org/Code")
    assert {message.language for message in graph.objects(node, SH.resultMessage)} == {"sv", "en"}


def test_shacl_report_of_the_same_findings_in_another_order_is_the_same() -> None:
    assert shacl_report(FINDINGS) == shacl_report(FINDINGS[::-1])


def test_sarif_has_a_location_for_each_place() -> None:
    log = json.loads(rendered("sarif", FINDINGS, "sv"))
    assert log["version"] == "2.1.0"
    results = log["runs"][0]["results"]
    assert [result["level"] for result in results] == ["error", "warning", "note"]
    location = results[0]["locations"][0]["physicalLocation"]
    assert location == {"artifactLocation": {"uri": "data/a,b.ttl"}, "region": {"startLine": 3}}
    assert "locations" not in results[2]


def test_github_annotation_is_one_line_with_what_must_be_escaped_escaped() -> None:
    lines = rendered("github", FINDINGS, "sv").splitlines()
    assert len(lines) == len(FINDINGS)
    assert lines[0] == (
        "::error file=data/a%2Cb.ttl,line=3::Koden är fel.%0ARätta: 100 %25 <http://example.org/a>"
    )
    assert [line.split()[0] for line in lines] == ["::error", "::warning", "::notice"]


@pytest.mark.parametrize("form", FORMS)
def test_no_finding_is_a_report_too(form: str) -> None:
    assert isinstance(rendered(form, (), "sv"), str)
