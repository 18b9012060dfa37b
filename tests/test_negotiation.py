import pytest
from werkzeug import Request
from werkzeug.test import EnvironBuilder

from kommungraf.errors import NotAcceptable
from kommungraf.http.negotiation import chosen, language, required

OFFERS = ("text/turtle", "application/ld+json", "application/n-triples", "text/html")
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def asking(accept: str | None = None, *, query: str = "", languages: str | None = None) -> Request:
    headers = {"Accept": accept, "Accept-Language": languages}
    kept = {name: value for name, value in headers.items() if value is not None}
    return Request(EnvironBuilder(query_string=query, headers=kept).get_environ())


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        pytest.param(None, "text/turtle", id="absent"),
        pytest.param("", "text/turtle", id="empty"),
        pytest.param("*/*", "text/turtle", id="anything"),
        pytest.param(BROWSER, "text/html", id="browser"),
        pytest.param("text/turtle;charset=utf-8", "text/turtle", id="charset"),
        pytest.param(
            'application/ld+json;profile="http://www.w3.org/ns/json-ld#expanded"', OFFERS[1], id="profile"
        ),
        pytest.param("application/n-triples;q=0.9, text/turtle;q=0.8", "application/n-triples", id="quality"),
        pytest.param("text/turtle;q=0, */*", "application/ld+json", id="exclusion"),
        pytest.param("text/turtle;q=0, text/*;q=0.5", "text/html", id="exclusion from a wildcard"),
        pytest.param("application/*", "application/ld+json", id="wildcard"),
        pytest.param("text/turtle;q=0.1, text/*", "text/html", id="the special counts before the wildcard"),
        pytest.param("TEXT/HTML", "text/html", id="case"),
        pytest.param("image/png", None, id="nothing fits"),
        pytest.param("*/*;q=0", None, id="nothing is wanted"),
        pytest.param("image/png, */*;q=0.1", "text/turtle", id="rather this than nothing"),
    ],
)
def test_accept_header_chooses(accept: str | None, expected: str | None) -> None:
    assert chosen(asking(accept), OFFERS) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ttl", "text/turtle"),
        ("turtle", "text/turtle"),
        ("n3", "text/turtle"),
        ("json-ld", "application/ld+json"),
        ("application/ld%2Bjson", "application/ld+json"),
        ("application/ld+json", "application/ld+json"),
        ("rdf%2Bxml", None),
        ("json", "application/ld+json"),
        ("application/n-triples", "application/n-triples"),
        ("html", "text/html"),
        ("rdf", None),
        ("pdf", None),
    ],
)
def test_format_parameter_goes_before_the_header(name: str, expected: str | None) -> None:
    assert chosen(asking(BROWSER, query=f"format={name}"), OFFERS) == expected


def test_nothing_acceptable_lists_the_offers() -> None:
    with pytest.raises(NotAcceptable) as raised:
        required(asking("image/png"), OFFERS)
    assert raised.value.offers == OFFERS


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "sv"),
        ("", "sv"),
        ("en", "en"),
        ("en-GB, sv;q=0.5", "en"),
        ("de, fr", "sv"),
        ("*", "sv"),
        ("sv-FI", "sv"),
    ],
)
def test_language_follows_the_reader(header: str | None, expected: str) -> None:
    assert language(asking(languages=header)) == expected
