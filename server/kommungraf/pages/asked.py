"""The competency questions of a release, as a reader of a language asks them."""

import json
from dataclasses import dataclass

from kommungraf.rendering.site import Reader

__all__ = ["Asked", "asked"]

_FILE = "questions.json"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with its query; `expected` is the answer that was worked out by hand, as SPARQL results in TSV."""

    slug: str
    text: str
    query: str
    expected: str


def asked(who: Reader) -> tuple[Asked, ...]:
    """All questions of the release that `who` reads, in their own order."""
    content = json.loads((who.edition.folder / _FILE).read_text("utf-8"))
    return tuple(Asked(each["slug"], each[who.language], each["query"], each["expected"]) for each in content)
