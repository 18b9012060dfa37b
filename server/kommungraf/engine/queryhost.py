"""The process that opens a release's store once and forks query workers from it, which share its memory.

`python -m kommungraf.engine.queryhost <descriptor> <store> <limits as JSON> <endpoints as JSON>`: the descriptor is a socket
on which the web process asks, the endpoints are those that may be asked by SERVICE. The host ends when the web process
closes the socket, and with the host end its workers. It is single-threaded, as a process that forks must be, and does
nothing but fork, reap and answer. A worker for a query that asks other endpoints is forked together with a broker.
"""

import errno
import fcntl
import gc
import json
import os
import resource
import select
import signal
import socket
import sys
import tempfile
import traceback
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NoReturn

from pyoxigraph import RdfFormat, Store

from kommungraf.engine.confinement import confine, die_with_parent
from kommungraf.engine.filters import delegate_sockets, forbid_sockets
from kommungraf.engine.services import MOST
from kommungraf.engine.wire import Message, receive, send
from kommungraf.engine.worker import serve
from kommungraf.settings.limits import Limits

__all__ = ["main"]

_ERRORS: Final = 2
_WORKER_SOCKET: Final = 3
_LOG: Final = 4
_BROKER_SOCKET: Final = 5
_OUT_OF_THE_WAY: Final = 16
_GLANCE: Final = 0.05
#: Bytes that Python asks the allocator for and the allocator no kernel; and so often that ten million pieces are sorted.
_LARGE: Final = 60_000
_REQUESTS: Final = 1000


def main(arguments: list[str]) -> None:
    """Load, say so, and answer until the web process is gone."""
    control = socket.socket(fileno=int(arguments[0]))
    with suppress(BrokenPipeError, ConnectionResetError):  # the web process is gone, whatever it asked for last
        _host(control, Path(arguments[1]), Limits(**json.loads(arguments[2])), json.loads(arguments[3]))


def _host(control: socket.socket, source: Path, limits: Limits, allowed: Collection[str]) -> None:
    try:
        store = None if source.is_dir() else _loaded(source)
    except (OSError, SyntaxError, ValueError) as error:
        send(control, Message({"error": str(error)}))
        return
    tempfile.gettempdir()  # found out once, here: a worker may not open the files that finding it needs
    if allowed:
        import_module("kommungraf.engine.broker")  # once, here: every broker is forked from this process

    _put_in_order()
    gc.collect()
    gc.freeze()  # the collector would touch, and so copy, every page that the workers share
    send(control, Message({"quads": None if store is None else len(store)}))
    dying, forge = _Dying(limits.workers), _Forge(control, source if store is None else store, limits)
    while (request := dying.reaped_until(control)) is not None:
        if "end" in request.fields:
            forge.let_go(request.fields["end"], dying)
            send(control, Message(_ended(request.fields["end"])))
        elif "dismiss" in request.fields:
            forge.let_go(request.fields["dismiss"], dying)
            dying.add(request.fields["dismiss"])
            send(control, Message({}))
        else:
            endpoints = request.fields.get("endpoints", {})
            forge.fork({place: iri for place, iri in endpoints.items() if iri in allowed})


class _Dying:
    """Workers that were killed and that nobody waits for.

    A process gives its memory back itself, and where others want the processor, one with the last priority takes
    its time for that. Nobody is kept waiting by it, unless very many are dying.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._pids: list[int] = []

    def add(self, pid: int) -> None:
        """Kill a worker; it may have ended before."""
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            self._pids.append(pid)
        while len(self._pids) > self._most:
            os.waitpid(self._pids.pop(0), 0)

    def reaped_until(self, control: socket.socket) -> Message | None:
        """The next request; until it comes, whoever has died is reaped."""
        while self._pids and not select.select([control], [], [], _GLANCE)[0]:
            self._pids = [pid for pid in self._pids if os.waitpid(pid, os.WNOHANG) == (0, 0)]
        return receive(control)


def _loaded(path: Path) -> Store:
    store = Store()
    store.load(path=path, format=RdfFormat.N_QUADS, lenient=True)
    return store


def _put_in_order() -> None:
    """Have the allocator sort what loading gave back, such as the name of each blank node, here and once.

    glibc does so when somebody asks for a larger piece, ten thousand at a time. Where a worker is the first to ask, it
    copies each page that one of them lies in, and so does every other worker.
    """
    for _ in range(_REQUESTS):
        bytes(_LARGE)


class _Forge:
    """Makes workers, each with a broker beside it where it asks endpoints."""

    def __init__(self, control: socket.socket, store: Store | Path, limits: Limits) -> None:
        self._control = control
        self._store = store
        self._limits = limits
        self._brokers: dict[int, int] = {}

    def fork(self, endpoints: Mapping[str, str]) -> None:
        """Fork a worker and pass the web process's end of its socket on."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            if endpoints:
                pid = self._beside_broker(ours, endpoints)
            else:
                pid = _forked(partial(_work, ours, self._store, self._limits))
            send(self._control, Message({"pid": pid}, descriptor=theirs.fileno()))

    def _beside_broker(self, connection: socket.socket, endpoints: Mapping[str, str]) -> int:
        near, far = socket.socketpair()
        with near, far:
            broker = _forked(partial(_broke, far, endpoints, self._limits))
            worker = _forked(partial(_work, connection, self._store, self._limits, broker=near))
        self._brokers[worker] = broker
        return worker

    def let_go(self, worker: int, dying: _Dying) -> None:
        """End the broker beside a worker that is to end, and with it what it asks."""
        if (broker := self._brokers.pop(worker, None)) is not None:
            dying.add(broker)


def _forked(work: Callable[[], None]) -> int:
    """The number of a new process, which does `work` and ends."""
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        die_with_parent(parent)
        _live(work)
    return pid


def _live(work: Callable[[], None]) -> NoReturn:
    status = 1
    try:
        work()
        status = 0
    finally:
        if status:
            traceback.print_exc(file=os.fdopen(_LOG, "w"))
        os._exit(status)  # nothing of the host that was forked along may run


def _work(
    connection: socket.socket, store: Store | Path, limits: Limits, *, broker: socket.socket | None = None
) -> None:
    """The life of a worker: no descriptor but its own socket and standard streams, no network, limits, queries.

    With a broker beside it, it answers one query, and the sockets that it opens are the broker's.
    """
    _keep_only(connection.detach(), *(() if broker is None else (broker.detach(),)))
    is_filtered = forbid_sockets() if broker is None else _delegated()
    # A store on disk opens its files as it needs them, so nothing but the filter keeps it from the network.
    first_free = None if isinstance(store, Path) else _LOG + 1 + (MOST if broker is not None else 0)
    if not is_filtered and first_free is None:
        raise OSError(errno.ENOSYS, "this machine has no filter for system calls, which a store on disk needs")
    opened = Store.read_only(str(store)) if isinstance(store, Path) else store
    confine(memory_bytes=limits.memory_bytes, result_bytes=limits.result_bytes, first_free=first_free)
    own = socket.socket(fileno=_WORKER_SOCKET)
    serve(own, opened, limits=limits, first_free=first_free, once=broker is not None)


def _delegated() -> bool:
    """Have the broker hand out the sockets of this process from now on; raises OSError where the kernel can't."""
    with socket.socket(fileno=_BROKER_SOCKET) as broker:
        listener = delegate_sockets()
        send(broker, Message({}, descriptor=listener))
    os.close(listener)
    return True


def _broke(worker: socket.socket, endpoints: Mapping[str, str], limits: Limits) -> None:
    """The life of a broker: the network, for the endpoints alone, until its worker has ended."""
    from kommungraf.engine.broker import Broker  # noqa: PLC0415  the host has imported it, where it needs it

    _keep_only(worker.detach())
    with socket.socket(fileno=_WORKER_SOCKET) as own:
        found = receive(own)
        # An answer is written anew, which may make it longer.
        confine(memory_bytes=limits.memory_bytes, result_bytes=2 * limits.result_bytes, first_free=None)
        if found is not None and found.descriptor is not None:
            Broker(found.descriptor, endpoints, limits).serve()


def _keep_only(connection: int, *others: int) -> None:
    """Close every descriptor but the process's socket, a log, which isn't standard error, and `others` after it.

    The engine's allocator writes to standard error when it fails, as greedy queries make it do at will.
    """
    aside = [fcntl.fcntl(each, fcntl.F_DUPFD, _OUT_OF_THE_WAY) for each in others]
    os.dup2(connection, _WORKER_SOCKET)
    os.dup2(_ERRORS, _LOG)
    os.dup2(os.open(os.devnull, os.O_WRONLY), _ERRORS)
    for number, each in enumerate(aside, _LOG + 1):
        os.dup2(each, number)
    os.closerange(_LOG + 1 + len(aside), resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def _ended(pid: int) -> dict[str, Any]:
    """End and reap the worker `pid`: the signal that ended it or its exit status; it may have ended before."""
    try:
        # Only the host reaps, so the number can't be another process's by now; one that is dying keeps its cause.
        os.kill(pid, signal.SIGKILL)
        status = os.waitpid(pid, 0)[1]
    except (ProcessLookupError, ChildProcessError):
        return {"unknown": True}
    if os.WIFSIGNALED(status):
        return {"signal": os.WTERMSIG(status)}
    return {"exit": os.WEXITSTATUS(status)}


if __name__ == "__main__":
    main(sys.argv[1:])
