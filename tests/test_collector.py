"""The collector of reference cycles lets the many values of a build be, and what a store took goes back to the system."""

import ctypes
import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from kommungraf.quads.collector import give_back, seldom


@pytest.fixture
def threshold() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


@pytest.mark.usefixtures("threshold")
def test_many_values_are_made_without_a_look_for_cycles() -> None:
    gc.collect()
    seldom()
    before = [each["collections"] for each in gc.get_stats()]
    kept = [[number] for number in range(100_000)]
    assert ([each["collections"] for each in gc.get_stats()], len(kept)) == (before, 100_000)


def anonymous() -> int:
    """The memory of this process that is not mapped from files, in kB."""
    status = Path("/proc/self/status").read_text("utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon"))


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="the C library can't give memory back")
def test_what_a_store_left_behind_is_given_back() -> None:
    store = Store()
    store.bulk_extend(
        Quad(NamedNode(f"urn:x:{number}"), NamedNode("urn:p"), Literal(f"a text of its own, {number}"))
        for number in range(100_000)
    )
    del store
    left = anonymous()
    give_back()
    assert anonymous() < left - 10_000
