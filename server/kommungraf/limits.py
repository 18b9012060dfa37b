"""The limits that a server holds every request to, and publishes."""

from dataclasses import dataclass

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may cost and how many run at once; times in seconds, sizes in bytes.

    `memory_bytes` is what a query may take beyond the store; `queue` is how many requests may wait for a
    worker, each for `queue_seconds` at most; above `memory_quads` a release is opened on disk.
    """

    seconds: float = 20.0
    memory_bytes: int = 1 << 30
    result_bytes: int = 256 << 20
    workers: int = 2
    queue: int = 64
    queue_seconds: float = 5.0
    body_bytes: int = 1 << 20
    uri_bytes: int = 32 << 10
    memory_quads: int = 5_000_000
