"""A table as the pen writes it: rows of cells with what they rest on, and the axis of the bars of time in them."""

from collections.abc import Sequence
from typing import Protocol

from kommungraf.releases.moments import Bounds, Holds
from kommungraf.resources.views import Behind, Value

__all__ = ["Axis", "Bar", "Cell", "Table"]


class Bar(Protocol):
    """A bar of time, in percent of its axis."""

    @property
    def start(self) -> float:
        """Where it may begin."""

    @property
    def sure_start(self) -> float:
        """Where it has begun for sure."""

    @property
    def sure_end(self) -> float:
        """Where it has not ended for sure."""

    @property
    def end(self) -> float:
        """Where it has ended for sure."""


class Axis(Protocol):
    """The years that the bars of a table span."""

    @property
    def first(self) -> int:
        """The first year."""

    @property
    def last(self) -> int:
        """The last year."""

    @property
    def ticks(self) -> tuple[tuple[int, float], ...]:
        """Years with their places in percent."""

    def bar(self, bounds: Bounds) -> Bar | None:
        """The bar of what has such bounds, or None where nothing is known of them."""


class Cell(Protocol):
    """A cell of a table."""

    @property
    def values(self) -> tuple[Value, ...]:
        """What it shows."""

    @property
    def behind(self) -> tuple[Behind, ...]:
        """What that rests on."""

    @property
    def more(self) -> int:
        """How many values are left out."""

    @property
    def bounds(self) -> Bounds | None:
        """The days that bound its period."""

    @property
    def answer(self) -> Holds | None:
        """Whether what its row tells held at the moment that is asked for."""

    @property
    def seen(self) -> int:
        """How many values are seen at once; 0 means all."""


class Table(Protocol):
    """A table with what its columns are called."""

    @property
    def caption(self) -> str:
        """What it tells."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The headings of its columns."""

    @property
    def rows(self) -> Sequence[Sequence[Cell]]:
        """Its rows, each with a cell for each column."""

    @property
    def axis(self) -> Axis | None:
        """The axis of the bars in it, if it has any."""

    @property
    def compact(self) -> bool:
        """Whether it is narrow enough to stay a table on a telephone."""
