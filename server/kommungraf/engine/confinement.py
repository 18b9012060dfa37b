"""What the kernel holds a query worker to: memory, file size, descriptors, priority and life.

pyoxigraph sends a request for every SERVICE that it evaluates and has no switch for it. So a worker can't open a
socket: a filter refuses the system call, and, where nothing else needs a descriptor, `RLIMIT_NOFILE` leaves no
number free for one.
"""

import ctypes
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

__all__ = ["confine", "die_with_parent", "peak_memory", "spare_descriptor"]

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_THP_DISABLE: Final = 41
_NICENESS: Final = 5
_EXPENDABLE: Final = "500"


def die_with_parent(parent: int) -> None:
    """Be killed when the process `parent` ends; it must be single-threaded, for the kernel means its thread."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


def confine(*, memory_bytes: int, result_bytes: int, first_free: int | None) -> None:
    """Limit what this process takes beyond what it has; a file over `result_bytes` fails with EFBIG.

    From the number `first_free` on, which no descriptor has yet, none can be opened; None leaves them free.
    """
    ceiling = _address_space() + memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (ceiling, ceiling))
    resource.setrlimit(resource.RLIMIT_FSIZE, (result_bytes, result_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # What the parent holds in huge pages is shared; of its own a process has small ones, no more than it uses.
    ctypes.CDLL(None).prctl(_PR_SET_THP_DISABLE, 1, 0, 0, 0)
    os.nice(_NICENESS)
    with suppress(OSError):  # where the machine runs out of memory, a query is to end and not the server
        Path("/proc/self/oom_score_adj").write_text(_EXPENDABLE, "ascii")
    _forbid_descriptors(first_free)


def _address_space() -> int:
    """The size of this process's address space in bytes."""
    with open("/proc/self/statm", "rb") as statm:  # noqa: PTH123  a Path costs more than the read
        return int(statm.read().split(b" ", 1)[0]) * resource.getpagesize()


def peak_memory() -> int:
    """The most memory that this process has held at once, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


@contextmanager
def spare_descriptor(first_free: int | None) -> Iterator[None]:
    """Let descriptors be opened within the block, and from `first_free` on none after it; None lets them be."""
    if first_free is None:
        yield
        return
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        yield
    finally:
        _forbid_descriptors(first_free)


def _forbid_descriptors(first_free: int | None) -> None:
    if first_free is not None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (first_free, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
