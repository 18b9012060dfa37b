"""The limits that a server holds every request to, and publishes."""

from dataclasses import dataclass

from kommungraf.options import Kind, setting

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may cost and how many run at once; times in seconds, sizes in bytes."""

    seconds: float = setting(
        20.0, Kind.SECONDS, "How long a query may run.", name="query-seconds", least=0.05, most=86_400
    )
    memory_bytes: int = setting(
        512 << 20,
        Kind.SIZE,
        "What a query may take of memory, beyond the store.",
        name="query-memory",
        least=16 << 20,
        most=1 << 40,
    )
    result_bytes: int = setting(
        256 << 20, Kind.SIZE, "How large a result may be.", name="result-size", least=64 << 10, most=1 << 40
    )
    workers: int = setting(16, Kind.COUNT, "How many queries are answered at once.", least=1, most=1024)
    queue: int = setting(32, Kind.COUNT, "How many queries may wait for a worker.", least=0, most=4096)
    queue_seconds: float = setting(
        5.0, Kind.SECONDS, "How long a query may wait for a worker.", least=0.01, most=3600
    )
    refusal_seconds: float = setting(
        300.0,
        Kind.SECONDS,
        "How long a query that ran into a limit is refused without another try.",
        least=0,
        most=86_400,
    )
    body_bytes: int = setting(
        1 << 20,
        Kind.SIZE,
        "How large the body of a request may be.",
        name="body-size",
        least=1 << 10,
        most=1 << 30,
    )
    uri_bytes: int = setting(
        32 << 10, Kind.SIZE, "How long the URI of a request may be.", name="uri-size", least=256, most=1 << 20
    )
    header_seconds: float = setting(
        10.0, Kind.SECONDS, "How long the head of a request may take to arrive.", least=0.1, most=3600
    )
    bodies: int = setting(
        64, Kind.COUNT, "How many bodies of requests may be on their way at once.", least=1, most=4096
    )
    memory_quads: int = setting(
        5_000_000,
        Kind.COUNT,
        "Up to how many quads a release is held in memory; a larger one is opened on disk.",
        least=0,
        most=10_000_000_000,
    )
    cache_bytes: int = setting(
        64 << 20,
        Kind.SIZE,
        "How much the cache of finished responses may hold.",
        name="cache-size",
        least=0,
        most=1 << 36,
    )
