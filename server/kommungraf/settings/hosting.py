"""Where a server listens, what it logs, who may read its metrics and whom it asks: beside the limits."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Final, TypeAlias

from kommungraf.settings.options import Kind, setting

__all__ = ["CREDENTIALS", "FEDERATION", "Engines", "Federated", "Hosting", "Networks"]

#: Variables of the environment for who asks an engine: no flag and no file, which others may read.
CREDENTIALS: Final = ("KOMMUNGRAF_STORE_USER", "KOMMUNGRAF_STORE_PASSWORD", "KOMMUNGRAF_STORE_TOKEN")

#: What the list of endpoints is called where it is published, a message id.
FEDERATION: Final = "Endpoints that a query may ask by SERVICE"

Networks: TypeAlias = tuple[IPv4Network | IPv6Network, ...]


@dataclass(frozen=True, slots=True)
class Hosting:
    """The address and the records of a server."""

    host: str = setting("127.0.0.1", Kind.TEXT, "The address to listen on; 0.0.0.0 is every one of the machine.")
    port: int = setting(8000, Kind.COUNT, "The port to listen on; 0 is any free one.", least=0, most=65_535)
    proxies: Networks = setting(
        (),
        Kind.NETWORKS,
        "Reverse proxies in front, whose X-Forwarded-For tells the client's address and whose X-Forwarded-Proto how it asked.",
    )
    access_log: str = setting(
        "json", Kind.CHOICE, "The form of the access log.", choices=("json", "combined", "off")
    )
    access_log_file: Path | None = setting(
        None, Kind.PATH, "The file of the access log; standard error where it isn't set."
    )
    client_address: str = setting(
        "network",
        Kind.CHOICE,
        "What the access log keeps of a client's address: its network (/24, /48 in IPv6), all of it, or nothing.",
        choices=("network", "full", "off"),
    )
    metrics: Networks = setting(
        (ip_network("127.0.0.0/8"), ip_network("::1/128")),
        Kind.NETWORKS,
        "Who may read /metrics; an empty list is nobody.",
    )
    old_after_years: int = setting(
        5,
        Kind.COUNT,
        "After how many years a municipality's page is called old where it is told what to check, counted back from the date of the dataset.",
        least=1,
        most=100,
    )


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


@dataclass(frozen=True, slots=True)
class Federated:
    """The endpoints that queries may ask by SERVICE."""

    service_allow: tuple[str, ...] = setting(
        (),
        Kind.TEXTS,
        "A SPARQL endpoint that a query may ask by SERVICE, written as queries write it; none where it isn't set.",
    )
