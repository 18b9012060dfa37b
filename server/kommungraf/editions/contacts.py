"""Whom a release says can be written to, and whether that address can reach anybody."""

from typing import Final
from urllib.parse import urlsplit

from pyoxigraph import NamedNode

from kommungraf.editions.edition import Edition
from kommungraf.engine.ownqueries import query_text

__all__ = ["contacts", "is_reserved"]

_REACHABLE: Final = frozenset({"http", "https", "mailto"})
#: Names that no host on the internet has (RFC 2606, RFC 6761).
_RESERVED: Final = frozenset(
    {"example", "example.com", "example.net", "example.org", "invalid", "localhost", "test"}
)


def contacts(edition: Edition) -> tuple[str, ...]:
    """The addresses at which whoever answers for the dataset is reached, by mail or on the web; asked of a release once."""
    return edition.memory.once(contacts, lambda: _contacts(edition))


def _contacts(edition: Edition) -> tuple[str, ...]:
    subject = NamedNode(f"{edition.base_iri}dataset/")
    rows = edition.evaluator.select(query_text("contact"), this=subject)
    addresses = (row["address"].value for row in rows if isinstance(row["address"], NamedNode))
    return tuple(each for each in addresses if urlsplit(each).scheme in _REACHABLE)


def is_reserved(address: str) -> bool:
    """Whether it is at a name kept for examples, where nobody reads what is sent."""
    parts = urlsplit(address)
    labels = (parts.hostname or parts.path.rpartition("@")[2]).rstrip(".").lower().split(".")
    return any(".".join(labels[-count:]) in _RESERVED for count in (1, 2))
