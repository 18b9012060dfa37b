"""What is examined of a site and what was found: passed, failed or not offered, in the reader's words."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from kommungraf.doctor.visits import Visitor
from kommungraf.errors import VisitFault
from kommungraf.texts import translations

__all__ = [
    "Check",
    "Outcome",
    "Site",
    "Verdict",
    "absent",
    "as_json",
    "as_text",
    "examined",
    "failed",
    "passed",
    "summary",
]


class Outcome(StrEnum):
    """How a check ended; what a site doesn't offer is no fault."""

    PASSED = "passed"
    FAILED = "failed"
    ABSENT = "not offered"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one check found at one address; `template` is a message id with `{names}` for its `values`."""

    outcome: Outcome
    template: str
    url: str
    values: Mapping[str, Any]

    def told(self, language: str) -> str:
        """The sentence in a language; `what`, where it has one, is a message id too."""
        gettext = translations(language).gettext
        values = {**self.values, "what": gettext(self.values.get("what", "-"))}
        return gettext(self.template).format(**values)


@dataclass(frozen=True, slots=True)
class Site:
    """What is known of a site before it is examined: IRIs that begin with `base_iri` are answered below its address."""

    visitor: Visitor
    base_iri: str
    endpoint: str
    documents: tuple[str, ...] = ()
    withdrawn: tuple[tuple[str, str | None], ...] = ()

    def address(self, iri: str) -> str:
        """Where the site answers for an IRI."""
        if iri.startswith(self.base_iri):
            return self.visitor.site + iri[len(self.base_iri) :].replace(" ", "%20")
        return iri


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to examine, with the standard that asks for it."""

    slug: str
    standard: str
    verdicts: Callable[[Site], Iterator[Verdict]]


def passed(template: str, url: str, **values: object) -> Verdict:
    """As it should be."""
    return Verdict(Outcome.PASSED, template, url, {"url": url, **values})


def failed(template: str, url: str, **values: object) -> Verdict:
    """Against the standard, or against what the site says of itself."""
    return Verdict(Outcome.FAILED, template, url, {"url": url, **values})


def absent(template: str, url: str, **values: object) -> Verdict:
    """Something that a site may leave out."""
    return Verdict(Outcome.ABSENT, template, url, {"url": url, **values})


def examined(site: Site, checks: Sequence[Check]) -> Iterator[tuple[Check, Verdict]]:
    """Every verdict in turn; a check that gets no answer fails, and the next one is tried."""
    for check in checks:
        try:
            for verdict in check.verdicts(site):
                yield check, verdict
        except VisitFault as fault:
            yield check, Verdict(Outcome.FAILED, fault.template, fault.url, fault.values)


_MARKS: Final[Mapping[Outcome, str]] = {Outcome.PASSED: "pass", Outcome.FAILED: "FAIL", Outcome.ABSENT: "none"}


def as_text(check: Check, verdict: Verdict, language: str) -> str:
    """A verdict as a line."""
    mark = translations(language).gettext(_MARKS[verdict.outcome])
    return f"{mark:<6} {check.slug}: {verdict.told(language)} ({check.standard})"


def summary(found: Sequence[tuple[Check, Verdict]], language: str) -> str:
    """How many checks ended in which way, in one line."""
    numbers = {
        outcome.name.lower(): sum(verdict.outcome is outcome for _, verdict in found) for outcome in Outcome
    }
    template = translations(language).gettext("{passed} passed, {failed} failed, {absent} not offered.")
    return template.format(**numbers)


def as_json(site: str, found: Sequence[tuple[Check, Verdict]], language: str) -> str:
    """All verdicts for programs."""
    rows = [
        {
            "check": check.slug,
            "standard": check.standard,
            "outcome": verdict.outcome.value,
            "url": verdict.url,
            "message": verdict.told(language),
        }
        for check, verdict in found
    ]
    counts = {outcome.value: sum(row["outcome"] == outcome.value for row in rows) for outcome in Outcome}
    return json.dumps({"site": site, "counts": counts, "verdicts": rows}, ensure_ascii=False, indent=2)
