"""What many pages of a release have in common: made once and remembered, within a bound, for as long as the release is open."""

from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar

__all__ = ["Memory"]

_MOST: Final = 256
_MOST_ENTRIES: Final = 20_000
_Made = TypeVar("_Made")


class Memory:
    """Remembers by key; any thread may use it. Where it is full it forgets all, which costs less than an order."""

    def __init__(self, most: int = _MOST, most_entries: int = _MOST_ENTRIES) -> None:
        self._most = most
        self._most_entries = most_entries
        self._made: dict[Hashable, Any] = {}

    def once(self, key: Hashable, make: Callable[[], _Made]) -> _Made:
        """What `make` made for `key` when it was asked for first."""
        if key not in self._made:
            if len(self._made) >= self._most:
                self._made.clear()
            self._made[key] = made = make()
            return made
        try:
            return self._made[key]  # type: ignore[no-any-return]  # what is kept under a key has the type of its maker
        except KeyError:  # forgotten in between
            return make()

    def entries(self, key: Hashable) -> dict[str, Any]:
        """A mapping of texts that is kept under `key`, with room for some more; whoever holds a full one keeps what it has."""
        found: dict[str, Any] = self.once(key, dict)
        if len(found) >= self._most_entries:
            self._made[key] = found = {}
        return found
