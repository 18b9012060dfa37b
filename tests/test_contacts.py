"""Whom readers write to, and that an example of an address is never offered to them."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from flask.testing import FlaskClient

from kommungraf.editions.contacts import is_reserved
from kommungraf.vocab import BASE
from own_release import page
from serving_client import client_of
from serving_process import running

TOWN = f"{BASE}id/municipality/se-0001"
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


WORDS = "vänort <sedan> 1990 & framåt"
CLAIM = (
    f"<{BASE}id/claim/s/1> <http://www.w3.org/ns/prov#wasQuotedFrom> <{BASE}id/source/s> ; "
    f"<{BASE}def/status> <{BASE}def/Accepted> ; <http://www.w3.org/ns/oa#hasSelector> "
    f'[ <http://www.w3.org/ns/oa#exact> "{WORDS}" ] .\n'
    f"GRAPH <{BASE}id/claim/s/1> {{ <{TOWN}> a <{BASE}def/Municipality> }}\n<{TOWN}> a <{BASE}def/Municipality> .\n"
)


def reports(client: FlaskClient, path: str, language: str, words: str) -> list[str]:
    text = page(client, path, language)
    # A page of which nothing is known asks for it at its top, too.
    return list(dict.fromkeys(html.unescape(each) for each in re.findall(rf'<a href="([^"]+)">{words}</a>', text)))


def letter(href: str) -> dict[str, str]:
    """The parts of a letter (RFC 6068), in which a plus sign is a plus sign."""
    parts = (part.partition("=") for part in urlsplit(href).query.split("&"))
    return {name: unquote(value) for name, _, value in parts}


@pytest.mark.parametrize(
    ("language", "words", "asked"),
    [("sv", "Rapportera ett fel", "Vad som är fel:"), ("en", "Report an error", "What is wrong:")],
)
def test_page_of_a_thing_leads_to_a_letter_that_says_of_what_it_is(
    tmp_path: Path, language: str, words: str, asked: str
) -> None:
    with client_of(tmp_path, described(EXAMPLE, REAL) + CLAIM) as client:
        [href] = reports(client, "/doc/municipality/se-0001", language, words)
        [of_claim] = reports(client, "/doc/claim/s/1", language, words)
    assert href.startswith(f"{REAL}?")
    body = letter(href)["body"].split("\r\n")
    assert TOWN in body[0]
    assert asked in body
    assert f"{WORDS} · {BASE}id/source/s" in letter(of_claim)["body"]


def test_contact_on_the_web_is_led_to_as_it_is(tmp_path: Path) -> None:
    with client_of(tmp_path, described("https://w3id.org/kontakt") + CLAIM) as client:
        assert reports(client, "/doc/municipality/se-0001", "en", "Report an error") == [
            "https://w3id.org/kontakt"
        ]


@pytest.mark.parametrize("addresses", [(), (EXAMPLE,)])
def test_where_nobody_is_reached_the_page_leads_to_what_is_known_to_be_wrong(
    tmp_path: Path, addresses: tuple[str, ...]
) -> None:
    with client_of(tmp_path, (described(*addresses) if addresses else "") + CLAIM) as client:
        known = "Errors and gaps that are known"
        assert reports(client, "/doc/municipality/se-0001", "en", known) == ["/check/se-0001"]
        assert reports(client, "/doc/claim/s/1", "en", known) == ["/conflicts"]
        assert reports(client, "/doc/claim/s/1?lang=sv", "sv", "Fel och luckor som är kända") == [
            "/conflicts?lang=sv"
        ]
        assert "mailto:" not in page(client, "/doc/claim/s/1", "en")
