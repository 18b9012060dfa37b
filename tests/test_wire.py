import os
import socket
import threading
from collections.abc import Iterator

import pytest

from kommungraf.engine.wire import Message, receive, send

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


@pytest.mark.parametrize("size", [0, 1, 1 << 16, 1 << 21])
def test_what_is_sent_arrives(pair: Pair, size: int) -> None:
    message = Message({"text": "ö" * (size // 2), "none": None}, b"\x00" * size)
    sender = threading.Thread(target=send, args=(pair[0], message))
    sender.start()
    assert receive(pair[1]) == message
    sender.join()


def test_a_descriptor_travels_along(pair: Pair) -> None:
    reading, writing = os.pipe()
    send(pair[0], Message({"x": 1}, descriptor=reading))
    os.close(reading)
    received = receive(pair[1])
    assert received is not None
    assert received.descriptor is not None
    os.write(writing, b"through")
    assert os.read(received.descriptor, 100) == b"through"
    os.close(writing)
    os.close(received.descriptor)


@pytest.mark.parametrize("sent", [b"", b"\x00\x00", b"\x00\x00\x00\x05\x00\x00\x00\x00{}"])
def test_an_end_before_the_message_is_none(pair: Pair, sent: bytes) -> None:
    pair[0].sendall(sent)
    pair[0].shutdown(socket.SHUT_WR)
    assert receive(pair[1]) is None
