"""Whom readers write to, and that an example of an address is never offered to them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kommungraf.editions.contacts import is_reserved
from kommungraf.vocab import BASE
from own_release import page
from serving_client import client_of
from serving_process import running

EXAMPLE, REAL = "mailto:a@municipality.example", "mailto:kommunen@w3id.org"


def described(*addresses: str) -> str:
    """A dataset that says to write to these addresses."""
    said = " ; ".join(f"<http://www.w3.org/2006/vcard/ns#hasEmail> <{each}>" for each in addresses)
    contact = f"<{BASE}id/contact/c>"
    return f"<{BASE}dataset/> <http://www.w3.org/ns/dcat#contactPoint> {contact} .\n{contact} {said} .\n"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    with client_of(tmp_path_factory.mktemp("releases"), described(EXAMPLE, REAL)) as found:
        yield found


@pytest.mark.parametrize(
    ("address", "reserved"),
    [
        pytest.param("mailto:a@b.example", True, id="example"),
        pytest.param("mailto:A@EXAMPLE.com", True, id="example of a domain"),
        pytest.param("https://www.example.org/contact", True, id="page"),
        pytest.param("mailto:a@b.invalid", True, id="invalid"),
        pytest.param("mailto:a@example.se", False, id="a name like it"),
        pytest.param("mailto:example.com@w3id.org", False, id="before the sign"),
        pytest.param("https://w3id.org/example.com", False, id="path"),
    ],
)
def test_address_at_a_name_kept_for_examples_reaches_nobody(address: str, reserved: bool) -> None:
    assert is_reserved(address) is reserved


def test_statement_of_accessibility_offers_the_address_that_reaches_somebody(client: FlaskClient) -> None:
    text = page(client, "/accessibility", "en")
    assert f'<a href="{REAL}">kommunen@w3id.org</a>' in text
    assert EXAMPLE not in text
    assert "hasn’t yet said at which address" not in text


def test_server_says_once_that_readers_have_nobody_to_write_to(tmp_path: Path) -> None:
    with running(tmp_path, trig=described(EXAMPLE)) as server:
        assert server.process.stdout is not None
        told = server.process.stdout.readline()
        assert EXAMPLE.removeprefix("mailto:") in told
        assert "vcard:hasEmail" in told
