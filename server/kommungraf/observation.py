"""What is done with a request after it was answered: a line in the log and the counts, in a thread apart."""

import time
from collections import deque
from collections.abc import Callable
from itertools import count
from threading import Event, Thread
from typing import Final

from kommungraf.accesslog import anonymised, line_of
from kommungraf.gateway import Finished
from kommungraf.hosting import Hosting
from kommungraf.metrics import Metrics

__all__ = ["Observer"]

_PAUSE_SECONDS: Final = 0.1
#: What is done at once: the event loop waits for as long as Python is busy here.
_FEW: Final = 64
_BREATH_SECONDS: Final = 0.0005
#: What may wait to be counted; more would be memory taken for nothing but the log.
_MOST: Final = 100_000


class Observer:
    """Takes requests from the event loop, at the price of putting them into a queue."""

    def __init__(self, hosting: Hosting, metrics: Metrics, write: Callable[[str], object]) -> None:
        self._hosting = hosting
        self._metrics = metrics
        self._write = write
        self._waiting: deque[tuple[float, Finished]] = deque()
        self._stopped = Event()
        self._run = f"{time.time_ns() // 1_000_000:x}"
        self._numbers = count(1)
        self._thread = Thread(target=self._work, name="observer", daemon=True)
        self._thread.start()

    def observe(self, finished: Finished) -> None:
        """Take one request; it never waits and never raises."""
        if len(self._waiting) < _MOST:
            self._waiting.append((time.time(), finished))
        else:
            self._metrics.lost += 1

    def close(self) -> None:
        """Write what is still waiting, and end."""
        self._stopped.set()
        self._thread.join()
        while self._flush():
            continue

    def _work(self) -> None:
        while not self._stopped.wait(_PAUSE_SECONDS):
            while self._flush() and not self._stopped.wait(_BREATH_SECONDS):
                continue

    def _flush(self) -> bool:
        """Count and log a few; whether there are more."""
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), _FEW))]
        self._metrics.count(finished for _, finished in batch)
        if batch and self._hosting.access_log != "off":
            self._log(batch)
        return bool(self._waiting)

    def _log(self, batch: list[tuple[float, Finished]]) -> None:
        """Write a line each; a log that can't be written, as on a full disk, must not stop the counting."""
        try:
            self._write("".join(self._line(moment, finished) for moment, finished in batch))
        except OSError:
            self._metrics.lines_lost += len(batch)

    def _line(self, moment: float, finished: Finished) -> str:
        number = finished.notes.get("id") or f"{self._run}-{next(self._numbers):x}"
        client = anonymised(finished.client, self._hosting.client_address)
        line = line_of(self._hosting.access_log, finished, moment=moment, number=number, client=client)
        return f"{line}\n"
