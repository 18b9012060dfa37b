"""What a check finds: a severity, a sentence in each language, and the place to mend."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from kommungraf.errors import InputError, Place, TableNotice, VisitFault
from kommungraf.texts import LANGUAGES, translations

__all__ = ["Finding", "Severity", "conforms", "from_error", "ordered", "placed", "worded"]


class Severity(StrEnum):
    """How grave a finding is, by SHACL's names; a violation stops a release."""

    VIOLATION = "Violation"
    WARNING = "Warning"
    INFO = "Info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend: `messages` maps a language tag to a sentence; IRIs and values are as N-Triples write them."""

    severity: Severity
    messages: Mapping[str, str]
    place: Place | None = None
    shape: str | None = None
    focus: str | None = None
    path: str | None = None
    value: str | None = None

    def message(self, language: str) -> str:
        """The sentence in `language`, or else in English, or else in any language."""
        return self.messages.get(language) or self.messages.get("en") or next(iter(self.messages.values()))


def conforms(findings: Iterable[Finding]) -> bool:
    """Whether nothing among the findings stops a release."""
    return all(finding.severity is not Severity.VIOLATION for finding in findings)


def from_error(error: InputError) -> Finding:
    """What a faulty input amounts to, in each language: a violation, or a warning where it is a notice."""
    severity = Severity.WARNING if isinstance(error, TableNotice) else Severity.VIOLATION
    return Finding(severity, {language: worded(error, language) for language in LANGUAGES}, error.place)


def worded(error: InputError | VisitFault, language: str) -> str:
    """The sentence of an error in a language."""
    template = translations(language).gettext(error.template)
    return template.format(**error.values) if error.values else template


def placed(finding: Finding, place: Place | None) -> Finding:
    """The same finding with the place where it is to be mended."""
    return replace(finding, place=place)


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings by file, line and shape, so that two runs print the same."""
    return tuple(sorted(findings, key=_order))


def _order(finding: Finding) -> tuple[str, int, str, str, str, str]:
    place = finding.place or Place("")
    texts = (finding.shape or "", finding.focus or "", finding.value or "", finding.message("en"))
    return (place.file, place.line or 0, *texts)
