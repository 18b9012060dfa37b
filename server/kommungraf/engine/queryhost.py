"""The process that opens a release's store once and forks query workers from it, which share its memory.

`python -m kommungraf.queryhost <descriptor> <store> <limits as JSON>`: the descriptor is a socket on which
the web process asks. The host ends when the web process closes it, and with the host end its workers. It is
single-threaded, as a process that forks must be, and does nothing but fork, reap and answer.
"""

import errno
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
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NoReturn

from pyoxigraph import RdfFormat, Store

from kommungraf.engine.confinement import confine, die_with_parent, forbid_sockets
from kommungraf.engine.wire import Message, receive, send
from kommungraf.engine.worker import serve
from kommungraf.settings.limits import Limits

__all__ = ["main"]

_ERRORS: Final = 2
_WORKER_SOCKET: Final = 3
_LOG: Final = 4
_GLANCE: Final = 0.05


def main(arguments: list[str]) -> None:
    """Load, say so, and answer until the web process is gone."""
    control = socket.socket(fileno=int(arguments[0]))
    with suppress(BrokenPipeError, ConnectionResetError):  # the web process is gone, whatever it asked for last
        _host(control, Path(arguments[1]), Limits(**json.loads(arguments[2])))


def _host(control: socket.socket, source: Path, limits: Limits) -> None:
    try:
        store = None if source.is_dir() else _loaded(source)
    except (OSError, SyntaxError, ValueError) as error:
        send(control, Message({"error": str(error)}))
        return
    tempfile.gettempdir()  # found out once, here: a worker may not open the files that finding it needs
    gc.collect()
    gc.freeze()  # the collector would touch, and so copy, every page that the workers share
    send(control, Message({"quads": None if store is None else len(store)}))
    dying = _Dying(limits.workers)
    while (request := dying.reaped_until(control)) is not None:
        if "end" in request.fields:
            send(control, Message(_ended(request.fields["end"])))
        elif "dismiss" in request.fields:
            dying.add(request.fields["dismiss"])
            send(control, Message({}))
        else:
            _spawn(control, source if store is None else store, limits)


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


def _spawn(control: socket.socket, store: Store | Path, limits: Limits) -> None:
    """Fork a worker and pass the web process's end of its socket on."""
    ours, theirs = socket.socketpair()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        die_with_parent(parent)
        _work(ours, store, limits)
    ours.close()
    send(control, Message({"pid": pid}, descriptor=theirs.fileno()))
    theirs.close()


def _work(connection: socket.socket, store: Store | Path, limits: Limits) -> NoReturn:
    """The life of a worker: no descriptor but its own socket and standard streams, no network, limits, queries."""
    status = 1
    try:
        _keep_only(connection.detach())
        # A store on disk opens its files as it needs them, so nothing but the filter keeps it from the network.
        first_free = None if isinstance(store, Path) else _LOG + 1
        if not forbid_sockets() and first_free is None:
            raise OSError(errno.ENOSYS, "this machine has no filter for system calls, which a store on disk needs")
        opened = Store.read_only(str(store)) if isinstance(store, Path) else store
        confine(memory_bytes=limits.memory_bytes, result_bytes=limits.result_bytes, first_free=first_free)
        serve(socket.socket(fileno=_WORKER_SOCKET), opened, limits=limits, first_free=first_free)
        status = 0
    finally:
        if status:
            traceback.print_exc(file=os.fdopen(_LOG, "w"))
        os._exit(status)  # nothing of the host that was forked along may run


def _keep_only(connection: int) -> None:
    """Close every descriptor but the worker's socket and a log, which isn't standard error.

    The engine's allocator writes to standard error when it fails, as greedy queries make it do at will.
    """
    os.dup2(connection, _WORKER_SOCKET)
    os.dup2(_ERRORS, _LOG)
    os.dup2(os.open(os.devnull, os.O_WRONLY), _ERRORS)
    os.closerange(_LOG + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


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
