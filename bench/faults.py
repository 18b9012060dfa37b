"""Known SHACL faults for a generated dataset: each breaks one constraint of the shapes once, and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Final

from kommungraf.vocab import BASE

__all__ = ["COOPERATION", "MUNICIPALITY", "Faults"]

#: Constraints that a municipality of the generator can break, and those that a cooperation and its source can.
MUNICIPALITY: Final = ("MunicipalityShape-code-pattern", "LabelShape-one-per-language")
COOPERATION: Final = (
    "ClaimShape-quotation-length",
    "ClaimShape-source-known",
    "CooperationActivityShape-participant-known",
    "MembershipShape-member",
    "MembershipShape-role-known",
    "PeriodShape-readable",
    "SourceShape-address",
    "SourceShape-issued",
)


@dataclass(slots=True)
class Faults:
    """Which part of the dataset gets a fault: `share` of them; every fault made is told to `listed`."""

    share: float = 0.0
    listed: Callable[[str], object] = lambda _: None
    _due: str = field(default="", init=False)

    def choose(self, random: Random, constraints: tuple[str, ...]) -> None:
        """Decide on the fault of the next part, if it gets one."""
        self._due = random.choice(constraints) if self.share and random.random() < self.share else ""

    def due(self, constraint: str, focus: str) -> bool:
        """Whether `focus`, the first that can, is to break `constraint`; it is then listed as having done so."""
        if self._due != constraint:
            return False
        self._due = ""
        self.listed(f"{focus}\t<{BASE}shape/{constraint}>\n")
        return True
