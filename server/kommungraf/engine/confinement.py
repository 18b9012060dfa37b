"""What the kernel holds a query worker to: memory, file size, descriptors, priority, life, and no network.

pyoxigraph sends a request for every SERVICE that it evaluates and has no switch for it. So a worker can't
open a socket at all: a seccomp filter refuses the system call, and, where nothing else needs a descriptor,
`RLIMIT_NOFILE` leaves no number free for one. A filter binds the thread that sets it and those that it starts
from then on, so it comes before a store is opened on disk, which starts threads.
"""

import ctypes
import os
import platform
import resource
import signal
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

__all__ = ["confine", "die_with_parent", "forbid_sockets", "peak_memory", "spare_descriptor"]

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_SECCOMP: Final = 22
_PR_SET_NO_NEW_PRIVS: Final = 38
_SECCOMP_MODE_FILTER: Final = 2
#: Audit architecture and number of socket(2) of the machines that the filter is written for.
_SOCKET_CALL: Final = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
_NICENESS: Final = 5
_EXPENDABLE: Final = "500"


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


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


def forbid_sockets() -> bool:
    """Make socket(2) fail in this process for good; False on a machine that the filter doesn't know."""
    call = _SOCKET_CALL.get(platform.machine())
    if call is None:
        return False
    filtered = _socket_filter(*call)
    program = _Program(len(filtered) // 8, ctypes.cast(ctypes.c_char_p(filtered), ctypes.c_void_p))
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program)) == 0)


def _socket_filter(architecture: int, number: int) -> bytes:
    """The filter as classic BPF: EACCES for socket(2), and for every call of another architecture."""
    load, equal, answer = 0x20, 0x15, 0x06
    allow, refuse = 0x7FFF0000, 0x00050000 | 13
    program = (
        (load, 0, 0, 4),  # seccomp_data.arch
        (equal, 0, 3, architecture),
        (load, 0, 0, 0),  # seccomp_data.nr
        (equal, 1, 0, number),
        (answer, 0, 0, allow),
        (answer, 0, 0, refuse),
    )
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)


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
