"""A generated dataset of the shape of ours, of any size: what a publisher would write, as N-Quads, in bounded memory.

Municipalities come from a register's rows; cooperations, memberships and activities are claims quoted from sources,
each a named graph, with its metadata in the default graph. Everything follows from the seed and the size.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from bench.cooperations import cooperation
from bench.faults import MUNICIPALITY, Faults
from bench.municipalities import Municipalities
from bench.statements import Statements, iri, text, thing, typed
from kommungraf.vocab import BASE

__all__ = ["Size", "generate"]

_STATEMENTS_PER_MUNICIPALITY: Final = 400
_FEWEST: Final = 8


@dataclass(frozen=True, slots=True)
class Size:
    """How much to generate, in statements, and from which seed."""

    statements: int
    seed: int = 1


def generate(size: Size, write: Callable[[str], object], faults: Faults | None = None) -> int:
    """Write at least `size.statements` lines and at most one cooperation more; the number written."""
    written = 0
    for part in _parts(size, faults or Faults()):
        write("".join(part.lines))
        written += len(part.lines)
        if written >= size.statements:
            break
    return written


def _parts(size: Size, faults: Faults) -> Iterator[Statements]:
    municipalities = Municipalities(max(_FEWEST, size.statements // _STATEMENTS_PER_MUNICIPALITY))
    yield _surroundings(municipalities)
    for number in range(municipalities.number):
        random = Random(f"{size.seed} municipality {number}")
        faults.choose(random, MUNICIPALITY)
        yield municipalities.described(number, random, faults)
    number = 0
    while True:
        yield cooperation(number, Random(f"{size.seed} cooperation {number}"), municipalities, faults)
        number += 1


def _surroundings(municipalities: Municipalities) -> Statements:
    """What the parts refer to: the dataset, the register, counties, countries, funder and programme."""
    part = Statements()
    part.add(
        f"<{BASE}dataset/>",
        a=iri("dcat:Dataset"),
        dcterms_title=[text("Genererade samarbeten", "sv"), text("Generated cooperations", "en")],
        dcterms_license="<http://creativecommons.org/publicdomain/zero/1.0/>",
        dcterms_modified=typed("2026-01-01", "xsd:date"),
        owl_versionInfo=text("generated"),
    )
    part.add(
        thing("source", "municipality-register"),
        a=iri("kg:Register"),
        dcterms_title=text("Kommunregister", "sv"),
        schema_url="<https://register.example/>",
    )
    part.add(
        thing("organisation", "se-icld"),
        a=iri("frapo:FundingAgency"),
        skos_prefLabel=[text("ICLD", "sv"), text("ICLD", "en")],
    )
    part.add(
        thing("programme", "municipal-partnership"),
        a=iri("frapo:FundingProgramme"),
        skos_prefLabel=[text("Kommunalt partnerskap", "sv"), text("Municipal partnership", "en")],
        frapo_isFundedBy=thing("organisation", "se-icld"),
    )
    municipalities.surroundings(part)
    return part
