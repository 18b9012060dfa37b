"""Messages between the web process, the query host and its workers: JSON, bytes and a descriptor over a socket."""

import json
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["Message", "receive", "send"]

_HEAD: Final = struct.Struct(">II")
_FIRST_READ: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its JSON `fields`, its `body` and, where one was passed, an open `descriptor`."""

    fields: Mapping[str, Any]
    body: bytes = b""
    descriptor: int | None = None


def send(connection: socket.socket, message: Message) -> None:
    """Send `message`; its descriptor stays open here."""
    fields = json.dumps(message.fields).encode()
    data = _HEAD.pack(len(fields), len(message.body)) + fields + message.body
    if message.descriptor is None:
        connection.sendall(data)
        return
    sent = socket.send_fds(connection, [data], [message.descriptor])
    connection.sendall(data[sent:])


def receive(connection: socket.socket) -> Message | None:
    """The next message, or None where the other side has closed; the peer sends nothing before it is answered."""
    data, descriptors, _, _ = socket.recv_fds(connection, _FIRST_READ, 1)
    received = bytearray(data)
    if not _read_until(connection, received, _HEAD.size):
        return None
    fields_size, body_size = _HEAD.unpack_from(received)
    end = _HEAD.size + fields_size
    if not _read_until(connection, received, end + body_size):
        return None
    fields = json.loads(received[_HEAD.size : end])
    return Message(fields, bytes(received[end : end + body_size]), descriptors[0] if descriptors else None)


def _read_until(connection: socket.socket, received: bytearray, size: int) -> bool:
    while len(received) < size:
        data = connection.recv(size - len(received))
        if not data:
            return False
        received += data
    return True
