"""Waiting for a state, on machines that have other things to do as well."""

import random
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

__all__ = ["PATIENCE", "comes_true", "free_port"]

#: Seconds after which what hasn't happened never will; nothing that works takes a tenth of it on an idle machine.
PATIENCE: Final = 120.0
_GLANCE: Final = 0.01
_LOWEST: Final = 20_000


def comes_true(condition: Callable[[], object], seconds: float = PATIENCE) -> bool:
    """Whether the condition comes to hold."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(_GLANCE)
    return True


def free_port() -> int:
    """A port for a server that must be told one: of those that the kernel gives to nobody who asks for any."""
    first_given = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text("ascii").split()[0])
    while True:
        port = random.randrange(_LOWEST, max(first_given, _LOWEST + 10_000))
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
