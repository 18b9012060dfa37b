"""The limits that a server holds every request to, and publishes."""

from dataclasses import dataclass

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may cost and how many run at once; times in seconds, sizes in bytes.

    `seconds` is how long a query may run and `memory_bytes` what it may take beyond the store; `queue` is how
    many requests may wait for a worker, each for `queue_seconds` at most; a query that ran into a limit is
    refused for `refusal_seconds` without another try; `bodies` is how many request bodies
    may be on their way at once; above `memory_quads` a release is opened on disk.
    """

    seconds: float = 20.0
    memory_bytes: int = 512 << 20
    result_bytes: int = 256 << 20
    workers: int = 16
    queue: int = 32
    queue_seconds: float = 5.0
    refusal_seconds: float = 300.0
    body_bytes: int = 1 << 20
    uri_bytes: int = 32 << 10
    header_seconds: float = 10.0
    bodies: int = 64
    memory_quads: int = 5_000_000
