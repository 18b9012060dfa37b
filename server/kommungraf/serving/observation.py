"""What is done with a request after it was answered: it is counted, and a line of the log is written in a thread apart."""

import logging
import time
from collections import deque
from collections.abc import Callable
from itertools import count
from threading import Event, Thread
from typing import Final

from kommungraf.serving.accesslog import anonymised, line_of
from kommungraf.serving.gateway import Finished
from kommungraf.serving.metrics import Metrics
from kommungraf.settings.hosting import Hosting

__all__ = ["Observer"]

_LOG: Final = logging.getLogger(__name__)
_PAUSE_SECONDS: Final = 0.1
#: Lines that may wait to be written; more would be memory taken for nothing but the log.
_MOST: Final = 100_000


class Observer:
    """Takes requests from the event loop, at the price of a few additions and of making up a line."""

    def __init__(self, hosting: Hosting, metrics: Metrics, write: Callable[[str], object]) -> None:
        self._hosting = hosting
        self._metrics = metrics
        self._write = write
        self._lines: deque[str] = deque()
        self._stopped = Event()
        self._losing = False
        self._run = f"{time.time_ns() // 1_000_000:x}"
        self._numbers = count(1)
        self._thread = Thread(target=self._work, name="observer", daemon=True)
        self._thread.start()

    def observe(self, finished: Finished) -> None:
        """Take one request; it never waits and never raises."""
        self._metrics.count(finished)
        if self._hosting.access_log == "off":
            return
        if len(self._lines) < _MOST:
            self._lines.append(self._line(finished))
        else:
            self._metrics.lose(1)

    def close(self) -> None:
        """Write what is still waiting, and end."""
        self._stopped.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._stopped.wait(_PAUSE_SECONDS):
            self._flush()
        self._flush()

    def _flush(self) -> None:
        """Write what waits; a log that can't be written, as on a full disk, must not stop the counting."""
        lines = [self._lines.popleft() for _ in range(len(self._lines))]
        if not lines:
            return
        try:
            self._write("".join(lines))
        except OSError as error:
            self._metrics.lose(len(lines))
            if not self._losing:  # told once, and not ten times a second
                _LOG.error("The access log can't be written, and its lines are lost until it can: %s", error)
            self._losing = True
        else:
            self._losing = False

    def _line(self, finished: Finished) -> str:
        number = finished.notes.get("id") or f"{self._run}-{next(self._numbers):x}"
        client = anonymised(finished.client, self._hosting.client_address)
        line = line_of(self._hosting.access_log, finished, moment=time.time(), number=number, client=client)
        return f"{line}\n"
