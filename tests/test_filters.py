import ctypes
import errno
import os
import platform
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress

import pytest

from kommungraf.engine import filters
from kommungraf.engine.filters import delegate_sockets, delegated_socket, forbid_sockets
from kommungraf.engine.wire import Message, receive, send

KINDS = [
    pytest.param(socket.AF_INET, socket.SOCK_STREAM, id="tcp"),
    pytest.param(socket.AF_INET, socket.SOCK_DGRAM, id="udp"),
    pytest.param(socket.AF_INET, socket.SOCK_RAW, id="raw"),
    pytest.param(socket.AF_INET6, socket.SOCK_STREAM, id="tcp-over-ipv6"),
    pytest.param(socket.AF_INET6, socket.SOCK_DGRAM, id="udp-over-ipv6"),
    pytest.param(socket.AF_UNIX, socket.SOCK_STREAM, id="unix"),
    pytest.param(socket.AF_NETLINK, socket.SOCK_RAW, id="netlink"),
]
IO_URING_SETUP = 425


class Child:
    """A process that is forked to do `work` on its end of a pair of sockets; its status says what `work` gave."""

    def __init__(self, work: Callable[[socket.socket], int]) -> None:
        self.connection, theirs = socket.socketpair()
        self._pid = os.fork()
        if self._pid == 0:
            status = 255
            with suppress(BaseException):
                status = work(theirs)
            os._exit(status)
        theirs.close()

    def status(self) -> int:
        self.connection.close()
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])


def error_of(call: Callable[[], object]) -> int:
    """The number of the error that a call ends in; 0 where it doesn't."""
    try:
        call()
    except OSError as error:
        return error.errno or 0
    return 0


def handed_over(connection: socket.socket) -> None:
    """Filter this process and give away what its sockets come by."""
    listener = delegate_sockets()
    send(connection, Message({}, descriptor=listener))
    os.close(listener)


def listener_of(child: Child) -> int:
    message = receive(child.connection)
    assert message is not None
    assert message.descriptor is not None
    return message.descriptor


@pytest.mark.parametrize(("family", "kind"), KINDS)
def test_a_filtered_process_opens_no_socket(family: int, kind: int) -> None:
    def work(_connection: socket.socket) -> int:
        assert forbid_sockets()
        return error_of(lambda: socket.socket(family, kind))

    assert Child(work).status() == errno.EACCES


@pytest.mark.parametrize(("family", "kind"), KINDS[1:])
def test_a_process_whose_sockets_are_handed_over_gets_none_of_another_kind(family: int, kind: int) -> None:
    def work(connection: socket.socket) -> int:
        handed_over(connection)
        return error_of(lambda: socket.socket(family, kind))

    assert Child(work).status() == errno.EACCES


@pytest.mark.parametrize("by", [forbid_sockets, delegate_sockets])
def test_io_uring_is_no_way_around_a_filter(by: Callable[[], object]) -> None:
    def work(_connection: socket.socket) -> int:
        by()
        libc = ctypes.CDLL(None, use_errno=True)
        parameters = ctypes.create_string_buffer(120)
        assert libc.syscall(IO_URING_SETUP, 1, parameters) < 0
        return ctypes.get_errno()

    assert Child(work).status() == errno.EACCES


@pytest.mark.skipif(platform.machine() != "x86_64", reason="only x86-64 has calls of x32")
@pytest.mark.parametrize("by", [forbid_sockets, delegate_sockets])
def test_calls_of_x32_are_no_way_around_a_filter(by: Callable[[], object]) -> None:
    def work(_connection: socket.socket) -> int:
        by()
        libc = ctypes.CDLL(None, use_errno=True)
        assert libc.syscall(0x40000000 + 41, socket.AF_INET, socket.SOCK_STREAM, 0) < 0
        return ctypes.get_errno()

    assert Child(work).status() == errno.EACCES


def test_a_connection_ends_at_whoever_hands_over_the_socket_whatever_its_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)

        def work(connection: socket.socket) -> int:
            handed_over(connection)
            with socket.create_connection(listening.getsockname()) as opened:
                opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                opened.sendall(b"a question")
                return 0 if opened.recv(100) == b"an answer" else 1

        child = Child(work)
        with delegated_socket(listener_of(child)) as ours:
            assert ours.recv(100) == b"a question"
            ours.sendall(b"an answer")
            assert child.status() == 0
        with pytest.raises(TimeoutError):
            listening.accept()


def test_such_a_process_listens_nowhere() -> None:
    def work(connection: socket.socket) -> int:
        handed_over(connection)
        with socket.socket() as opened:
            refused = {error_of(lambda: opened.bind(("127.0.0.1", 0))), error_of(opened.listen)}
            return 0 if refused == {errno.EACCES} else 1

    child = Child(work)
    with delegated_socket(listener_of(child)):
        assert child.status() == 0


def test_a_process_that_ended_while_it_waited_is_told() -> None:
    def work(connection: socket.socket) -> int:
        handed_over(connection)
        return 0

    child = Child(work)
    listener = listener_of(child)
    assert child.status() == 0
    with pytest.raises(OSError, match=os.strerror(errno.ENOENT)):
        delegated_socket(listener)
    os.close(listener)


def test_where_the_kernel_has_no_such_filter_that_is_an_error() -> None:
    def work(_connection: socket.socket) -> int:
        machine = filters._MACHINES[platform.machine()]
        assert filters._install(machine, filters._returns({machine.seccomp: filters._REFUSE}), 0) == 0
        return error_of(delegate_sockets)

    assert Child(work).status() == errno.EACCES


def test_threads_of_a_filtered_process_are_filtered_as_well() -> None:
    program = (
        "import socket, threading\nfrom kommungraf.engine.filters import forbid_sockets\nforbid_sockets()\nfound = []\n"
        "def work():\n    try: socket.socket()\n    except OSError as error: found.append(error.errno)\n"
        "thread = threading.Thread(target=work); thread.start(); thread.join(); print(found)"
    )
    done = subprocess.run((sys.executable, "-c", program), capture_output=True, text=True, check=True)
    assert done.stdout == f"[{errno.EACCES}]\n"
