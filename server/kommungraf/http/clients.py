"""What one client may ask of the server: requests in a window of time, and requests that are worked on at once."""

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Final, TypeAlias

from kommungraf.errors import TooManyRequests
from kommungraf.settings.limits import Limits

__all__ = ["Clients", "Network", "address_of", "client_of", "scheme_of"]

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

#: Clients that are remembered; who is forgotten starts anew.
_MOST: Final = 100_000
#: What one subscriber of IPv6 is given at least.
_SUBSCRIBER: Final = 64


class Clients:
    """Counts requests by client; for the event loop alone."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        #: Whether clients need to be told apart at all.
        self.is_limited = bool(limits.client_requests or limits.client_queries)
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._working: dict[str, int] = {}

    def refusal(self, client: str) -> TooManyRequests | None:
        """Count a request; what it is told where it is one too many."""
        if not self._limits.client_requests:
            return None
        now = time.monotonic()
        end, count = self._windows.get(client, (0.0, 0))
        if now >= end:
            self._windows.pop(client, None)
            end, count = now + self._limits.client_seconds, 0
        self._windows[client] = (end, count + 1)
        if len(self._windows) > _MOST:
            self._windows.popitem(last=False)
        if count < self._limits.client_requests:
            return None
        most, seconds = self._limits.client_requests, self._limits.client_seconds
        return TooManyRequests(
            "A client may make {most} requests in {seconds} s.",
            math.ceil(end - now),
            most=most,
            seconds=f"{seconds:g}",
        )

    @contextmanager
    def working(self, client: str) -> Iterator[None]:
        """A request that is worked on, for the block; raises TooManyRequests."""
        count = self._working.get(client, 0)
        if 0 < self._limits.client_queries <= count:
            raise TooManyRequests(
                "A client may have {most} requests worked on at once.", 1, most=self._limits.client_queries
            )
        self._working[client] = count + 1
        try:
            yield
        finally:
            self._working[client] -= 1
            if not self._working[client]:
                del self._working[client]


def client_of(peer: str, forwarded_for: str | None, proxies: Sequence[Network]) -> str:
    """Who asks, as text; an IPv6 client is its network, and one whose address can't be told is empty."""
    return _client(peer.rpartition(":")[0], forwarded_for if proxies else None, tuple(proxies))


@lru_cache(maxsize=4096)
def _client(host: str, forwarded_for: str | None, proxies: tuple[Network, ...]) -> str:
    """The same few ask again and again, and reading an address takes longer than answering from the cache."""
    client = address_of(f"{host}:0", forwarded_for, proxies)
    return _subscriber(client) if client is not None else ""


def address_of(peer: str, forwarded_for: str | None, proxies: Sequence[Network]) -> Address | None:
    """The peer's address, or, where that is one of our proxies, the last in X-Forwarded-For that is none.

    What stands before that address is what the client says of itself.
    """
    addresses = [part.strip() for part in (forwarded_for or "").split(",")] if proxies else []
    addresses.append(peer.rpartition(":")[0].strip("[]"))
    client = _address(addresses.pop())
    while addresses and client is not None and any(client in network for network in proxies):
        client = _address(addresses.pop()) or client
    return client


def scheme_of(peer: str, own: str, forwarded_proto: str | None, proxies: Sequence[Network]) -> str:
    """How the client asked: `own` is how we were asked, which one of our proxies knows better."""
    told = (forwarded_proto or "").partition(",")[0].strip().lower()
    if told not in {"http", "https"}:
        return own
    address = _address(peer.rpartition(":")[0].strip("[]"))
    return told if address is not None and any(address in network for network in proxies) else own


def _address(text: str) -> Address | None:
    """The address that is written, perhaps with a port, as some proxies write it."""
    bracketed = text.startswith("[")
    bare = text[1:].partition("]")[0] if bracketed else text.partition(":")[0] if text.count(":") == 1 else text
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _subscriber(address: Address) -> str:
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.ip_network((address, _SUBSCRIBER), strict=False))
