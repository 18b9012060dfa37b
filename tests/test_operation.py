import json
from ipaddress import ip_network
from pathlib import Path

import pytest

from kommungraf.app import Settings, create_app
from kommungraf.editions.edition import Editions
from kommungraf.http.operation import Recording
from kommungraf.settings.hosting import Hosting
from serving_client import LIMITS
from serving_release import write_release

PROXY = (ip_network("10.0.0.0/8"),)


@pytest.mark.parametrize(
    ("readers", "proxies", "peer", "forwarded", "may"),
    [
        pytest.param(Hosting().metrics, (), "127.0.0.1", None, True, id="loopback"),
        pytest.param(Hosting().metrics, (), "::1", None, True, id="loopback-6"),
        pytest.param(Hosting().metrics, (), "198.51.100.7", None, False, id="elsewhere"),
        pytest.param(Hosting().metrics, (), "127.0.0.1", "198.51.100.7", False, id="unknown-proxy"),
        pytest.param(Hosting().metrics, (), "127.0.0.1", "127.0.0.1", False, id="pretends"),
        pytest.param(Hosting().metrics, PROXY, "10.0.0.1", "198.51.100.7", False, id="by-proxy"),
        pytest.param(PROXY, PROXY, "10.0.0.1", "198.51.100.7, 10.2.3.4", False, id="pretends-before"),
        pytest.param(
            (ip_network("198.51.100.0/24"),), PROXY, "10.0.0.1", "198.51.100.7", True, id="reader-by-proxy"
        ),
        pytest.param((), (), "127.0.0.1", None, False, id="nobody"),
        pytest.param(Hosting().metrics, (), "unix", None, False, id="no-address"),
    ],
)
def test_metrics_are_for_those_who_may_read_them(
    readers: tuple[object, ...], proxies: tuple[object, ...], peer: str, forwarded: str | None, may: bool
) -> None:
    assert Recording(None, readers, proxies).is_for(peer, forwarded) is may


def test_metrics_are_put_out_and_never_kept(tmp_path: Path) -> None:
    write_release(tmp_path)
    editions = Editions(tmp_path, LIMITS)
    try:
        client = create_app(editions, Settings(LIMITS, recording=Recording(lambda: b"# counted\n"))).test_client()
        response = client.get("/metrics")
        assert (response.status_code, response.data) == (200, b"# counted\n")
        assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        assert response.headers["Cache-Control"] == "no-store"
        refused = client.get("/metrics", headers={"X-Forwarded-For": "198.51.100.7"})
        assert refused.status_code == 403
        assert "The setting `metrics`" in json.loads(refused.data)["detail"]
        assert create_app(editions, Settings(LIMITS)).test_client().get("/metrics").status_code == 404
    finally:
        editions.close()


def test_an_answer_for_one_request_alone_has_a_number(tmp_path: Path) -> None:
    write_release(tmp_path)
    editions = Editions(tmp_path, LIMITS)
    try:
        client = create_app(editions, Settings(LIMITS)).test_client()
        numbers = {client.get("/sparql?query=x").headers["X-Request-Id"] for _ in range(2)}
        assert len(numbers) == 2
        assert "X-Request-Id" not in client.get("/sparql?query=ASK%20%7B%7D").headers
    finally:
        editions.close()
