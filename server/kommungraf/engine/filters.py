"""Filters of system calls that keep a process from the network, or leave it sockets that another process makes.

A filter can't see the address that a process connects to, so one that let it open sockets would let it reach any
host. `delegate_sockets` lets it open none either: socket(2) waits for whoever holds the listener, who puts one end of
a pair of its own in place of the socket (seccomp_unotify(2)), and connect(2) does nothing and says that it did. So
the process talks to that one and to nobody else, whatever address it believes in.

A filter binds the thread that sets it and those that it starts from then on.
"""

import ctypes
import errno
import fcntl
import os
import platform
import socket
import struct
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

__all__ = ["delegate_sockets", "delegated_socket", "forbid_sockets"]

_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_SET_SECCOMP: Final = 22
_MODE_FILTER: Final = 2
_SET_MODE_FILTER: Final = 1
_NEW_LISTENER: Final = 1 << 3
_ALLOW: Final = 0x7FFF0000
_NOTIFY: Final = 0x7FC00000
#: With an error number; with none, the call does nothing and succeeds.
_ANSWER: Final = 0x00050000
_REFUSE: Final = _ANSWER | errno.EACCES
_SUCCEED: Final = _ANSWER
#: Instructions of classic BPF, and where struct seccomp_data holds what they look at.
_LOAD, _AND, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
_NUMBER, _ARCHITECTURE, _DOMAIN, _KIND = 0, 4, 16, 24
#: From this number on x86-64 has the same calls once more, for x32.
_X32: Final = 0x40000000
_KIND_BITS: Final = 0xF
#: Requests of ioctl(2), and the structures of <linux/seccomp.h>.
_RECEIVE, _ADD_DESCRIPTOR = 0xC0502100, 0x40182103
_NOTIFICATION: Final = 80
_ADDED: Final = struct.Struct("=QIIII")
_AND_ANSWER: Final = 1 << 1

_Instruction = tuple[int, int, int, int]


class _Machine(NamedTuple):
    """The audit architecture of a kind of machine and its numbers of system calls."""

    architecture: int
    socket: int
    connect: int
    bind: int
    listen: int
    setsockopt: int
    seccomp: int
    io_uring_setup: int = 425


_MACHINES: Final[Mapping[str, _Machine]] = {
    "x86_64": _Machine(0xC000003E, 41, 42, 49, 50, 54, 317),
    "aarch64": _Machine(0xC00000B7, 198, 203, 200, 201, 208, 277),
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def forbid_sockets() -> bool:
    """Make socket(2) fail in this process for good; False on a machine that the filter doesn't know."""
    machine = _MACHINES.get(platform.machine())
    if machine is None:
        return False
    return _install(machine, _returns({machine.socket: _REFUSE}), 0) >= 0


def delegate_sockets() -> int:
    """Leave this process no sockets but those that are put in place by whoever reads the descriptor that is returned.

    Raises OSError where the kernel can't do that, or lets nobody do it here.
    """
    machine = _MACHINES.get(platform.machine())
    if machine is None:
        raise OSError(errno.ENOSYS, f"there is no filter for {platform.machine()}")
    listener = _install(machine, _delegation(machine), _NEW_LISTENER)
    if listener < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return listener


def delegated_socket(listener: int) -> socket.socket:
    """Our end of a pair whose other end a waiting process gets as its socket; raises OSError where it has ended."""
    notification = bytearray(_NOTIFICATION)
    fcntl.ioctl(listener, _RECEIVE, notification)
    (which,) = struct.unpack_from("=Q", notification)
    ours, theirs = socket.socketpair()
    with theirs:
        try:
            added = _ADDED.pack(which, _AND_ANSWER, theirs.fileno(), 0, os.O_CLOEXEC)
            fcntl.ioctl(listener, _ADD_DESCRIPTOR, added)
        except BaseException:
            ours.close()
            raise
    return ours


def _install(machine: _Machine, calls: Iterator[_Instruction], flags: int) -> int:
    """Set the filter for this thread: a descriptor or 0, or -1 and the error number of ctypes."""
    filtered = b"".join(
        struct.pack("=HBBI", *each) for each in (*_preamble(machine), *calls, (_RETURN, 0, 0, _ALLOW))
    )
    program = _Program(len(filtered) // 8, ctypes.cast(ctypes.c_char_p(filtered), ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if not flags:  # prctl(2) may be there where seccomp(2) isn't
        return int(libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program)))
    return int(libc.syscall(machine.seccomp, _SET_MODE_FILTER, flags, ctypes.byref(program)))


def _preamble(machine: _Machine) -> Iterator[_Instruction]:
    """Refuse the calls of every other architecture, and io_uring, which opens sockets without socket(2)."""
    yield (_LOAD, 0, 0, _ARCHITECTURE)
    yield (_EQUAL, 1, 0, machine.architecture)
    yield (_RETURN, 0, 0, _REFUSE)
    yield (_LOAD, 0, 0, _NUMBER)
    yield (_AT_LEAST, 0, 1, _X32)
    yield (_RETURN, 0, 0, _REFUSE)
    yield from _returns({machine.io_uring_setup: _REFUSE})


def _returns(answers: Mapping[int, int]) -> Iterator[_Instruction]:
    """What is answered to some calls; the number of the call is loaded."""
    for number, answer in answers.items():
        yield (_EQUAL, 0, 1, number)
        yield (_RETURN, 0, 0, answer)


def _delegation(machine: _Machine) -> Iterator[_Instruction]:
    """Ask the listener for stream sockets of IPv4, and believe the process that it has set up what it gets."""
    yield from _returns({machine.connect: _SUCCEED, machine.setsockopt: _SUCCEED})
    yield from _returns({machine.bind: _REFUSE, machine.listen: _REFUSE})
    yield (_EQUAL, 0, 7, machine.socket)
    yield (_LOAD, 0, 0, _DOMAIN)
    yield (_EQUAL, 0, 4, socket.AF_INET)
    yield (_LOAD, 0, 0, _KIND)
    yield (_AND, 0, 0, _KIND_BITS)
    yield (_EQUAL, 0, 1, socket.SOCK_STREAM)
    yield (_RETURN, 0, 0, _NOTIFY)
    yield (_RETURN, 0, 0, _REFUSE)
