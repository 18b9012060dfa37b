"""Which queries behind a thing's page find anything, asked of a release's index."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from kommungraf.editions.search import Index
from kommungraf.releases.aspects import SAYS

__all__ = ["Aspects", "aspects"]

_ASPECTS: Final = """
    SELECT iri, name FROM aspect WHERE iri IN (SELECT value FROM json_each(:iris))
    UNION ALL SELECT iri, 'graph' FROM graph WHERE iri = :thing
"""


@dataclass(frozen=True, slots=True)
class Aspects:
    """What there is to ask of a thing beside what the held view says of it, and which things around it are `contested`.

    Of those, named graphs say something that isn't held.
    """

    names: frozenset[str]
    contested: frozenset[str]


def aspects(index: Index, thing: str, others: Iterable[str]) -> Aspects:
    """The aspects of `thing`, and which of `others` are contested."""
    around = set(others)
    rows = index.rows(_ASPECTS, {"iris": json.dumps(sorted({thing, *around})), "thing": thing})
    own = frozenset(name for iri, name in rows if iri == thing)
    return Aspects(own, frozenset(iri for iri, name in rows if name == SAYS and iri in around))
