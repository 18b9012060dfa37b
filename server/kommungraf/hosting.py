"""Where a server listens: what an operator decides about it beside the limits."""

from dataclasses import dataclass
from typing import Final

from kommungraf.options import Kind, setting

__all__ = ["CREDENTIALS", "Engines", "Hosting"]

#: Variables of the environment for who asks an engine: no flag and no file, which others may read.
CREDENTIALS: Final = ("KOMMUNGRAF_STORE_USER", "KOMMUNGRAF_STORE_PASSWORD", "KOMMUNGRAF_STORE_TOKEN")


@dataclass(frozen=True, slots=True)
class Hosting:
    """The address of a server; port 0 is any free one."""

    host: str = setting("127.0.0.1", Kind.TEXT, "The address to listen on; 0.0.0.0 is every one of the machine.")
    port: int = setting(8000, Kind.COUNT, "The port to listen on; 0 is any free one.", least=0, most=65_535)


@dataclass(frozen=True, slots=True)
class Engines:
    """The SPARQL engines that answer in our workers' place."""

    store: tuple[str, ...] = setting(
        (),
        Kind.TEXTS,
        "The SPARQL endpoint of an engine that answers the queries; several where releases take turns.",
    )
    store_content: str = setting(
        "release",
        Kind.CHOICE,
        "What the engine holds: a release that was pushed to it, or anything else, whose names are then read from it.",
        choices=("release", "anything"),
    )
    default_graph: str | None = setting(
        None,
        Kind.IRI,
        "The named graph that stands for the default graph in an engine that has none, as Virtuoso.",
    )
