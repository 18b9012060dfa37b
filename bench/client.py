"""The one client of every measurement: HTTP over a kept connection for latencies, wrk for requests a second."""

import re
import socket
import subprocess
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Final

__all__ = ["Client", "Load", "Reply", "free_port", "load"]

_RATE: Final = re.compile(r"Requests/sec:\s+([\d.]+)")
_P99: Final = re.compile(r"99%\s+([\d.]+)(us|ms|s)")
_FAULTS: Final = re.compile(r"(Non-2xx or 3xx responses|Socket errors): (.+)")
_UNITS: Final = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, headers and body of a response, and the seconds from request to last byte."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float


@dataclass(slots=True)
class Client:
    """One connection to a server on loopback, opened again where the server closes it."""

    port: int
    timeout: float = 60.0
    _connection: HTTPConnection | None = field(default=None, init=False)

    def fetch(self, path: str, **headers: str) -> Reply:
        """The response to a GET; raises OSError or HTTPException where there is none."""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        started = time.perf_counter()
        try:
            return self._fetched(path, fields, started)
        except (OSError, HTTPException):
            self.close()
            raise

    def _fetched(self, path: str, fields: dict[str, str], started: float) -> Reply:
        if self._connection is None:
            self._connection = HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
            self._connection.connect()
            self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            started = time.perf_counter()
        self._connection.request("GET", path, headers=fields)
        response = self._connection.getresponse()
        body = response.read()
        seconds = time.perf_counter() - started
        if response.will_close:
            self.close()
        names = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, names, body, seconds)

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk measured: requests a second, and the 99th percentile in milliseconds; `faults` is what went wrong."""

    rate: float
    p99: float
    faults: str


def load(url: str, *headers: str, seconds: int = 3, connections: int = 16) -> Load:
    """Put wrk's load on `url`, one thread, as many connections."""
    fields = [part for header in headers for part in ("-H", header)]
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", *fields, url]
    report = subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds + 30).stdout
    rate, p99, faults = _RATE.search(report), _P99.search(report), _FAULTS.search(report)
    if rate is None or p99 is None:
        raise RuntimeError(f"wrk reported neither rate nor latency:\n{report}")
    return Load(float(rate[1]), float(p99[1]) * _UNITS[p99[2]], faults[0] if faults else "")


def free_port() -> int:
    """A port of loopback that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
