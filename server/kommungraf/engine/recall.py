"""An engine whose latest lookups are remembered, for whoever asks the same of a release several times in a row."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pyoxigraph import NamedNode

from kommungraf.engine.engine import Answer, Engine, Query, Workload

__all__ = ["Recall"]


class Recall:
    """As `engine`, but so many answers to the site's own SELECTs as are `kept` aren't asked for again; a release never changes."""

    def __init__(self, engine: Engine, kept: int) -> None:
        self._engine = engine
        self._select = lru_cache(kept)(self._asked)

    def evaluate(self, query: Query) -> Answer:
        """The whole answer to `query`, which is asked for each time."""
        return self._engine.evaluate(query)

    def select(self, text: str, **bindings: NamedNode | str) -> list[Mapping[str, Any]]:
        """The solutions of the site's own SELECT; the list is the caller's, the mappings in it aren't."""
        return list(self._select(text, tuple(sorted(bindings.items(), key=lambda each: each[0]))))

    def _asked(self, text: str, bindings: tuple[tuple[str, NamedNode | str], ...]) -> list[Mapping[str, Any]]:
        return self._engine.select(text, **dict(bindings))

    def workload(self) -> Workload:
        """What the workers are doing for it."""
        return self._engine.workload()

    def close(self) -> None:
        """Give back what the engine holds, and what is remembered."""
        self._select.cache_clear()
        self._engine.close()
