"""Who waits for an answer, so that what was begun for a client ends when it hangs up."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any, Final

__all__ = ["CALLER", "Caller", "caller_of"]

#: The key of a WSGI environment.
CALLER: Final = "kommungraf.caller"


class Caller:
    """One client that waits for one answer; any thread may use it. `services` are the endpoints that are asked for it."""

    def __init__(self) -> None:
        self.services: tuple[str, ...] = ()
        self._lock = Lock()
        self._ends: list[Callable[[], None]] = []
        self._gone = False

    @property
    def is_gone(self) -> bool:
        """Whether nobody waits any more."""
        return self._gone

    def leave(self) -> None:
        """End what was begun for this client, and what will be."""
        with self._lock:
            self._gone = True
            for end in self._ends:
                end()

    @contextmanager
    def on_leaving(self, end: Callable[[], None]) -> Iterator[None]:
        """Have `end` called, from any thread, when the client leaves during the block or has left before.

        `end` must return at once; it isn't called after the block.
        """
        with self._lock:
            self._ends.append(end)
            if self._gone:
                end()
        try:
            yield
        finally:
            with self._lock:
                self._ends.remove(end)


def caller_of(environ: Mapping[str, Any]) -> Caller:
    """The caller of a WSGI request; one that stays where the server doesn't tell."""
    caller = environ.get(CALLER)
    return caller if isinstance(caller, Caller) else Caller()
