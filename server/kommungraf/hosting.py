"""Where a server listens: what an operator decides about it beside the limits."""

from dataclasses import dataclass

from kommungraf.options import Kind, setting

__all__ = ["Hosting"]


@dataclass(frozen=True, slots=True)
class Hosting:
    """The address of a server; port 0 is any free one."""

    host: str = setting("127.0.0.1", Kind.TEXT, "The address to listen on; 0.0.0.0 is every one of the machine.")
    port: int = setting(8000, Kind.COUNT, "The port to listen on; 0 is any free one.", least=0, most=65_535)
