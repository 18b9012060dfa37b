"""The limits that a server holds every request to, and publishes."""

from dataclasses import dataclass

from kommungraf.settings.options import Kind, Setting, setting, settings_of

__all__ = ["Limits", "published"]


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
    uri_bytes: int = setting(  # granian itself takes no URI of 64 KiB or more
        32 << 10, Kind.SIZE, "How long the URI of a request may be.", name="uri-size", least=256, most=63 << 10
    )
    header_seconds: float = setting(
        10.0, Kind.SECONDS, "How long the head of a request may take to arrive.", least=0.1, most=3600
    )
    body_seconds: float = setting(
        10.0, Kind.SECONDS, "How long the body of a request may take to arrive.", least=0.1, most=3600
    )
    bodies_bytes: int = setting(
        64 << 20,
        Kind.SIZE,
        "How large the bodies that are on their way may be together.",
        name="bodies-size",
        least=1 << 10,
        most=1 << 36,
    )
    send_seconds: float = setting(
        60.0,
        Kind.SECONDS,
        "How long a client may take nothing of its answer, or need for a mebibyte of it.",
        least=0.1,
        most=3600,
    )
    connections: int = setting(4096, Kind.COUNT, "How many connections are open at once.", least=1, most=1_000_000)
    client_requests: int = setting(
        0,
        Kind.COUNT,
        "How many requests a client may make in a window of time; 0 is any number.",
        least=0,
        most=1_000_000_000,
    )
    client_seconds: float = setting(
        60.0,
        Kind.SECONDS,
        "How long the window is in which a client's requests are counted.",
        least=0.1,
        most=86_400,
    )
    client_queries: int = setting(
        0,
        Kind.COUNT,
        "How many requests of a client may be worked on at once; 0 is any number.",
        least=0,
        most=1_000_000,
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
    load_seconds: float = setting(
        300.0,
        Kind.SECONDS,
        "How long an engine may take for a part of a release that is pushed.",
        least=1,
        most=86_400,
    )
    labels: int = setting(
        100_000,
        Kind.COUNT,
        "How many names are read from an engine that holds no release, and as many classes.",
        least=0,
        most=10_000_000,
    )
    refresh_seconds: float = setting(
        3600.0,
        Kind.SECONDS,
        "How long what was read from such an engine, and what was kept of its answers, is used.",
        least=1,
        most=604_800,
    )

    @property
    def service_workers(self) -> int:
        """How many queries that ask other endpoints are answered at once, beside those of `workers`."""
        return max(1, self.workers // 4)


def published(limits: Limits) -> tuple[tuple[Setting, float], ...]:
    """Every limit that holds, with its value; those of one client don't hold where they are 0."""
    pairs = ((each, getattr(limits, each.field)) for each in settings_of(Limits))
    off = {"client_requests", "client_seconds"} if not limits.client_requests else set()
    off |= {"client_queries"} if not limits.client_queries else set()
    return tuple((each, value) for each, value in pairs if each.field not in off)
