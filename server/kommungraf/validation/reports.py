"""The report of a check, in the forms that people and programs read."""

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse, serialize

from kommungraf import __version__
from kommungraf.dataset.canonical import canonical_triples
from kommungraf.texts import translations
from kommungraf.validation.findings import Finding, Severity, conforms
from kommungraf.vocab import PREFIXES, iri

__all__ = ["FORMS", "rendered", "shacl_report"]

_A: Final = NamedNode(iri("rdf:type"))
_SARIF_LEVELS: Final = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
#: How many findings of one file the text form prints.
_MOST_LINES: Final = 100
_GITHUB_LEVELS: Final = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def rendered(form: str, findings: Sequence[Finding], language: str) -> str:
    """The findings as one of FORMS; `language` chooses the sentences where a form holds one language only."""
    return FORMS[form](findings, language)


def _text(findings: Sequence[Finding], language: str) -> str:
    blocks = []
    for file, group in groupby(findings, key=lambda finding: finding.place.file if finding.place else ""):
        lines = _lines(list(group), language)
        blocks.append("\n".join([file or translations(language).gettext("(no file)"), *lines]))
    return "\n\n".join([*blocks, _summary(findings, language)]) + "\n"


def _lines(findings: Sequence[Finding], language: str) -> list[str]:
    """The lines of one file; a long list is cut, and says so."""
    lines = [_line(finding, language) for finding in findings[:_MOST_LINES]]
    if more := len(findings) - len(lines):
        text = translations(language).gettext("… and {number} more; --format json lists them all.")
        lines.append("  " + text.format(number=more))
    return lines


def _line(finding: Finding, language: str) -> str:
    gettext = translations(language).gettext
    place = finding.place
    row = gettext("row") if place and place.file.endswith((".csv", ".xlsx")) else gettext("line")
    parts = [f"{row} {place.line}"] if place and place.line else []
    column = gettext("column")
    parts += [f"{column} {place.column}"] if place and place.column else []
    label = gettext("violation") if finding.severity is Severity.VIOLATION else gettext("warning")
    detail = " ".join(filter(None, (finding.focus, finding.value)))
    where = ", ".join(parts) or "–"
    return f"  {where}: {label}: {finding.message(language)}" + (f"\n      {detail}" if detail else "")


def _summary(findings: Sequence[Finding], language: str) -> str:
    violations = sum(finding.severity is Severity.VIOLATION for finding in findings)
    others, ngettext = len(findings) - violations, translations(language).ngettext
    parts = (
        ngettext("{number} violation", "{number} violations", violations).format(number=violations),
        ngettext("{number} warning", "{number} warnings", others).format(number=others),
    )
    return ", ".join(parts) + "."


def _json(findings: Sequence[Finding], _language: str) -> str:
    content = {"conforms": conforms(findings), "findings": [_fields(finding) for finding in findings]}
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _fields(finding: Finding) -> dict[str, Any]:
    place = finding.place
    return {
        "severity": finding.severity.value,
        "messages": dict(finding.messages),
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "shape": finding.shape,
        "focusNode": finding.focus,
        "path": finding.path,
        "value": finding.value,
    }


def _sarif(findings: Sequence[Finding], language: str) -> str:
    driver = {"name": "kommungraf", "version": __version__, "informationUri": PREFIXES["kgs"]}
    run = {"tool": {"driver": driver}, "results": [_sarif_result(finding, language) for finding in findings]}
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2) + "\n"


def _sarif_result(finding: Finding, language: str) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": (finding.shape or "input").strip("<>"),
        "level": _SARIF_LEVELS[finding.severity],
        "message": {"text": finding.message(language)},
    }
    if place := finding.place:
        region = {"startLine": place.line} if place.line else {}
        column = {"startColumn": place.column} if isinstance(place.column, int) else {}
        physical: dict[str, Any] = {"artifactLocation": {"uri": place.file}}
        if region:
            physical["region"] = {**region, **column}
        result["locations"] = [{"physicalLocation": physical}]
    return result


def _github(findings: Sequence[Finding], language: str) -> str:
    return "".join(_annotation(finding, language) for finding in findings)


def _annotation(finding: Finding, language: str) -> str:
    place = finding.place
    fields = [f"file={_escaped(place.file, ':,')}"] if place else []
    fields += [f"line={place.line}"] if place and place.line else []
    text = _escaped(f"{finding.message(language)} {finding.focus or ''}".rstrip())
    return f"::{_GITHUB_LEVELS[finding.severity]} {','.join(fields)}::{text}\n"


def _escaped(text: str, more: str = "") -> str:
    for character in "%\r\n" + more:
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def _turtle(findings: Sequence[Finding], _language: str) -> str:
    return shacl_report(findings).decode("utf-8")


def shacl_report(findings: Sequence[Finding]) -> bytes:
    """The findings as a SHACL validation report in Turtle, the same bytes for the same findings."""
    content = parse(b"".join(canonical_triples(_report_quads(findings))), RdfFormat.N_TRIPLES)
    return serialize(content, format=RdfFormat.TURTLE, prefixes=PREFIXES) or b""


def _report_quads(findings: Sequence[Finding]) -> Iterator[Quad]:
    report = BlankNode("report")
    yield Quad(report, _A, NamedNode(iri("sh:ValidationReport")))
    answer = "true" if conforms(findings) else "false"
    yield Quad(report, NamedNode(iri("sh:conforms")), Literal(answer, datatype=NamedNode(iri("xsd:boolean"))))
    for number, finding in enumerate(findings):
        result = BlankNode(f"result{number}")
        yield Quad(report, NamedNode(iri("sh:result")), result)
        yield from _result_quads(result, finding)


def _result_quads(result: BlankNode, finding: Finding) -> Iterator[Quad]:
    yield Quad(result, _A, NamedNode(iri("sh:ValidationResult")))
    yield Quad(result, NamedNode(iri("sh:resultSeverity")), NamedNode(iri(f"sh:{finding.severity}")))
    for language, message in finding.messages.items():
        yield Quad(result, NamedNode(iri("sh:resultMessage")), Literal(message, language=language))
    terms = {"sh:sourceShape": finding.shape, "sh:focusNode": finding.focus, "sh:resultPath": finding.path}
    for name, text in {**terms, "sh:value": finding.value}.items():
        if text is not None:
            yield Quad(result, NamedNode(iri(name)), _term(text))


def _term(text: str) -> NamedNode | BlankNode | Literal | Triple:
    """The RDF term that an N-Triples term writes."""
    term: NamedNode | BlankNode | Literal | Triple = next(
        parse(f"<urn:s> <urn:p> {text} .", RdfFormat.N_TRIPLES)
    ).object
    return term


#: The forms of a report by name.
FORMS: Final[dict[str, Callable[[Sequence[Finding], str], str]]] = {
    "text": _text,
    "turtle": _turtle,
    "json": _json,
    "sarif": _sarif,
    "github": _github,
}
