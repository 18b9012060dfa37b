"""The collector of reference cycles, told to look less often: a build's statements and a page's parts are many and hold no cycles."""

import gc
from typing import Final

__all__ = ["PAGES", "STATEMENTS", "seldom"]

#: How many new objects are let be, where tables and graphs are read; at 700, as Python has it, looking took a third of that time.
STATEMENTS: Final = 200_000
#: The same in a server: a page makes tens of thousands and hardly a cycle.
PAGES: Final = 50_000


def seldom(uncollected: int = STATEMENTS) -> None:
    """Have the collector look when there are so many new objects, from now on and in this process."""
    gc.set_threshold(uncollected, *gc.get_threshold()[1:])
