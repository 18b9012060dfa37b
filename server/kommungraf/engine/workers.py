"""The web process's side of the query host: starting it, having workers forked, asking them, ending them."""

import json
import os
import select
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock, Semaphore, Thread
from typing import Any, Final

from kommungraf.engine.wire import Message, receive, send
from kommungraf.errors import ReleaseError
from kommungraf.settings.limits import Limits

__all__ = ["Host", "Reserve", "Worker"]

#: What a worker's own deadline, which the kernel keeps, is given before this process ends the worker itself.
_GRACE: Final = 2.0
_FAREWELL: Final = 5.0
_BREATH: Final = 1.0
_LAST: Final = 19
#: Made of a process's number, this is the identifier of its clock (clock_getcpuclockid(3)).
_OF_A_PROCESS: Final = 2
#: The store in pages of 2 MiB, where glibc and the kernel have them: a fork copies an entry for each page, and a worker
#: that ends gives each of them back. What the operator tells glibc comes after it, and counts.
_TUNABLES: Final = "GLIBC_TUNABLES"
_HUGE_PAGES: Final = "glibc.malloc.hugetlb=1"


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker process and the socket on which it takes one query at a time."""

    pid: int
    connection: socket.socket

    def is_gone(self) -> bool:
        """Whether the process has ended while it was idle, when it has nothing to say but that."""
        return self.answers_within(0)

    def send(self, request: Message) -> bool:
        """Put a query to the worker; False where it has ended."""
        try:
            send(self.connection, request)
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    def answers_within(self, seconds: float) -> bool:
        """Whether there is a reply, or the end of the worker, within this time."""
        poll = select.poll()
        poll.register(self.connection, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def seconds_used(self) -> float:
        """The processor time that the worker has had in its life; 0 where it has ended."""
        try:
            return time.clock_gettime((~self.pid << 3) | _OF_A_PROCESS)
        except OSError:
            return 0.0

    def receive(self) -> Message | None:
        """The reply, or None where the worker ended without one; raises TimeoutError where it should have."""
        try:
            return receive(self.connection)
        except ConnectionResetError:
            return None

    def hang_up(self) -> None:
        """Have `receive` return None at once, in whichever thread it waits; the worker is then to be ended."""
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def yield_to_others(self) -> None:
        """Give the worker the processor time that nobody else wants; it can't have more again."""
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.pid, _LAST)


class Host:
    """A running query host; any thread may use it."""

    def __init__(self, source: Path, limits: Limits, services: Sequence[str] = ()) -> None:
        self.is_gone = False
        self._lock = Lock()
        self._timeout = limits.seconds + _GRACE
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = _started(theirs, source, limits, services)
        try:
            self._await_store(source)
        except BaseException:
            self.close()
            raise

    def _await_store(self, source: Path) -> None:
        ready = receive(self._control)
        if ready is None or "error" in ready.fields:
            reason = "the query host ended" if ready is None else ready.fields["error"]
            raise ReleaseError(
                f"{source} can't be opened ({reason}). Delete the release and run `kommungraf build`."
            )

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def spawn(self, endpoints: Mapping[str, str] | None = None) -> Worker | None:
        """A new worker, or None where the host is gone.

        With `endpoints`, which its query names by other IRIs, it has a broker beside it and answers that query alone.
        """
        reply = self._asked({"spawn": True, "endpoints": endpoints or {}})
        if reply is None or reply.descriptor is None:
            return None
        connection = socket.socket(fileno=reply.descriptor)
        connection.settimeout(self._timeout)
        return Worker(reply.fields["pid"], connection)

    def dismiss(self, worker: Worker) -> None:
        """Kill a worker, without waiting until it is dead."""
        worker.connection.close()
        self._asked({"dismiss": worker.pid})

    def end(self, worker: Worker) -> Mapping[str, Any]:
        """End a worker that may have ended before, and wait for that: its `signal`, its `exit` status, or nothing that is known."""
        worker.connection.close()
        reply = self._asked({"end": worker.pid})
        return {} if reply is None else reply.fields

    def _asked(self, request: Mapping[str, Any]) -> Message | None:
        reply = None
        with suppress(OSError), self._lock:
            send(self._control, Message(request))
            reply = receive(self._control)
        self.is_gone = reply is None
        return reply

    def close(self) -> None:
        """End the host, and with it its workers."""
        self._control.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_FAREWELL)
            return
        self._process.kill()
        self._process.wait()


class Reserve:
    """Workers that are ready before anybody needs one, made by `fresh` in a thread of their own; any thread may use it."""

    def __init__(self, fresh: Callable[[], Worker], size: int) -> None:
        self._fresh = fresh
        self._ready: deque[Worker] = deque()
        self._wanted = Semaphore(size)
        self._closed = False
        self._thread = Thread(target=self._work, name="reserve", daemon=True)
        self._thread.start()

    def take(self) -> Worker | None:
        """A worker, for which another is then made; None where none is ready."""
        while self._ready:
            with suppress(IndexError):  # where another thread was faster
                worker = self._ready.popleft()
                self._wanted.release()
                if not worker.is_gone():
                    return worker
                worker.connection.close()
        return None

    def _work(self) -> None:
        while self._wanted.acquire() and not self._closed:
            try:
                self._ready.append(self._fresh())
            except ReleaseError:  # told to whoever needs a worker next
                self._wanted.release()
                time.sleep(_BREATH)

    def close(self) -> None:
        """Make no more, and give up those that are ready."""
        self._closed = True
        self._wanted.release()
        self._thread.join()
        for worker in self._ready:
            worker.connection.close()


def _started(
    control: socket.socket, source: Path, limits: Limits, services: Sequence[str]
) -> subprocess.Popen[bytes]:
    # Not tied to its parent by PR_SET_PDEATHSIG: that means the thread that started it, and a server's threads
    # come and go. The host ends when its socket closes, which the kernel does however this process ends.
    arguments = (str(control.fileno()), str(source), json.dumps(asdict(limits)), json.dumps(list(services)))
    return subprocess.Popen(  # noqa: S603  our own module
        (sys.executable, "-m", "kommungraf.engine.queryhost", *arguments),
        stdin=subprocess.DEVNULL,
        pass_fds=(control.fileno(),),
        env={**os.environ, _TUNABLES: ":".join(filter(None, (_HUGE_PAGES, os.environ.get(_TUNABLES))))},
        # Ctrl-C at the terminal is for the server, which then closes the host. And where the kernel shares processors
        # out by session first (sched(7), autogroup), workers take no more than their half from the web process.
        start_new_session=True,
    )
