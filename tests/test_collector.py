"""The collector of reference cycles lets the many values of a build be."""

import gc
from collections.abc import Iterator

import pytest

from kommungraf.quads.collector import seldom


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
