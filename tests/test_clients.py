from ipaddress import ip_network

import pytest

from kommungraf.errors import TooManyRequests
from kommungraf.http import clients
from kommungraf.http.clients import Clients, client_of
from kommungraf.settings.limits import Limits

PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "client"),
    [
        pytest.param("192.0.2.1:5000", None, "192.0.2.1", id="direct"),
        pytest.param("192.0.2.1:5000", "198.51.100.7", "192.0.2.1", id="no proxy of ours may say who asks"),
        pytest.param("10.1.2.3:5000", "198.51.100.7", "198.51.100.7", id="proxy"),
        pytest.param("10.1.2.3:5000", "203.0.113.9, 198.51.100.7", "198.51.100.7", id="what the client says"),
        pytest.param("10.1.2.3:5000", "198.51.100.7, 10.9.9.9", "198.51.100.7", id="two proxies"),
        pytest.param("10.1.2.3:5000", None, "10.1.2.3", id="the proxy itself"),
        pytest.param("10.1.2.3:5000", "unknown", "10.1.2.3", id="no address"),
        pytest.param("[2001:db8:1:2:3::4]:5000", None, "2001:db8:1:2::/64", id="network of a subscriber"),
        pytest.param("[::ffff:192.0.2.1]:5000", None, "192.0.2.1", id="mapped"),
        pytest.param("[fd00::1]:5000", "2001:db8::1", "2001:db8::/64", id="proxy by IPv6"),
        pytest.param(
            "10.1.2.3:5000", "198.51.100.7:6000", "198.51.100.7", id="with a port, as some proxies tell it"
        ),
        pytest.param("10.1.2.3:5000", "[2001:db8::1]:6000", "2001:db8::/64", id="IPv6 with a port"),
        pytest.param("10.1.2.3:5000", "[2001:db8::1", "2001:db8::/64", id="half a bracket"),
        pytest.param("10.1.2.3:5000", "1:2:3", "10.1.2.3", id="no address with colons"),
    ],
)
def test_a_client_is_known_by_its_address(peer: str, forwarded_for: str | None, client: str) -> None:
    assert client_of(peer, forwarded_for, PROXIES) == client


def test_without_proxies_nobody_is_believed() -> None:
    assert client_of("10.1.2.3:5000", "198.51.100.7", ()) == "10.1.2.3"


def test_one_request_too_many_is_told_how_long_to_wait() -> None:
    counted = Clients(Limits(client_requests=2, client_seconds=30))
    assert [counted.refusal("a") for _ in range(2)] == [None, None]
    refusal = counted.refusal("a")
    assert refusal is not None
    assert 0 < refusal.retry_after <= 30
    assert counted.refusal("b") is None


def test_a_window_ends() -> None:
    counted = Clients(Limits(client_requests=1, client_seconds=0))
    assert [counted.refusal("a") for _ in range(3)] == [None, None, None]


def test_clients_are_forgotten_before_they_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "_MOST", 10)
    counted = Clients(Limits(client_requests=1))
    assert counted.refusal("first") is None
    for number in range(10):
        counted.refusal(str(number))
    assert counted.refusal("first") is None


def test_only_so_many_are_worked_on_at_once() -> None:
    counted = Clients(Limits(client_queries=1))
    with (
        counted.working("a"),
        counted.working("b"),
        pytest.raises(TooManyRequests, match="1 requests"),
        counted.working("a"),
    ):
        pass
    with counted.working("a"):
        pass


def test_clients_are_told_apart_only_where_there_is_a_limit() -> None:
    assert not Clients(Limits()).is_limited
    assert Clients(Limits(client_queries=1)).is_limited
