"""Memory as a process keeps it: the collector of reference cycles told to look less often, and what was freed given back to the system."""

import ctypes
import gc
from typing import Final

__all__ = ["PAGES", "STATEMENTS", "give_back", "seldom"]

#: How many new objects are let be, where tables and graphs are read; at 700, as Python has it, looking took a third of that time.
STATEMENTS: Final = 200_000
#: The same in a server: a page makes tens of thousands and hardly a cycle.
PAGES: Final = 50_000


def seldom(uncollected: int = STATEMENTS) -> None:
    """Have the collector look when there are so many new objects, from now on and in this process."""
    gc.set_threshold(uncollected, *gc.get_threshold()[1:])


def give_back() -> None:
    """Has the C library return freed memory to the system, where it can: a store of the engine leaves hundreds of megabytes behind."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)
