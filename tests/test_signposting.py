"""Typed links in headers and as link sets."""

import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from kommungraf.resources.profiles import HELD
from kommungraf.resources.signposting import Target, header, linkset, representations
from serving_client import client_of
from serving_release import ALMHULT, CLAIM, PUBLISHER

LINKS = (
    Target("https://example.org/a", "cite-as"),
    Target("/doc/a.ttl", "describedby", "text/turtle", HELD.iri),
    Target("/doc/a.nt", "describedby", "application/n-triples"),
)
ADDRESS = f"/linkset?iri={quote(ALMHULT, safe='')}"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    with client_of(tmp_path_factory.mktemp("releases")) as made:
        yield made


def test_links_make_one_header() -> None:
    assert header(LINKS) == (
        '<https://example.org/a>; rel="cite-as", '
        f'</doc/a.ttl>; rel="describedby"; type="text/turtle"; formats="{HELD.iri}", '
        '</doc/a.nt>; rel="describedby"; type="application/n-triples"'
    )


def test_link_set_has_the_links_there_and_back() -> None:
    told = json.loads(linkset(LINKS, anchor="/doc/a", media_type="application/linkset+json"))
    assert told == {
        "linkset": [
            {
                "anchor": "/doc/a",
                "cite-as": [{"href": "https://example.org/a"}],
                "describedby": [
                    {"href": "/doc/a.ttl", "type": "text/turtle", "formats": [HELD.iri]},
                    {"href": "/doc/a.nt", "type": "application/n-triples"},
                ],
            },
            {"anchor": "/doc/a.ttl", "describes": [{"href": "/doc/a"}]},
            {"anchor": "/doc/a.nt", "describes": [{"href": "/doc/a"}]},
        ]
    }
    text = linkset(LINKS, anchor="/doc/a", media_type="application/linkset").splitlines()
    assert text[0] == '<https://example.org/a>; rel="cite-as"; anchor="/doc/a",'
    assert text[-1] == '</doc/a>; rel="describes"; anchor="/doc/a.nt"'


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/doc/a", "/doc/a.jsonld?_profile=claims"),
        ("/def/", "/def/?format=jsonld&_profile=claims"),
        ("/describe?iri=x", "/describe?iri=x&format=jsonld&_profile=claims"),
    ],
)
def test_address_of_a_representation_fits_that_of_its_document(address: str, expected: str) -> None:
    assert expected in {href for href, _, _ in representations(address, profiled=True)}


@pytest.mark.parametrize("media_type", ["application/linkset+json", "application/linkset"])
def test_link_set_is_negotiated(client: FlaskClient, media_type: str) -> None:
    response = client.get(ADDRESS, headers={"Accept": media_type})
    assert response.headers["Content-Type"] == media_type
    assert PUBLISHER in response.text
    tag = response.headers["ETag"]
    assert client.get(ADDRESS, headers={"Accept": media_type, "If-None-Match": tag}).status_code == 304


def test_link_set_says_what_the_header_of_the_document_says(client: FlaskClient) -> None:
    told = json.loads(client.get(ADDRESS).data)["linkset"][0]
    head = client.head("/doc/municipality/se-0765", headers={"Accept": "text/turtle"}).headers.getlist("Link")[0]
    for rel in ("cite-as", "describedby", "type", "license", "author", "collection", "alternate"):
        assert {each["href"] for each in told[rel]} == {
            part.partition(">")[0].lstrip(" <") for part in head.split(", <") if f'rel="{rel}"' in part
        }


def test_link_set_of_a_claim_has_its_graph_as_item(client: FlaskClient) -> None:
    told = json.loads(client.get(f"/linkset?iri={quote(CLAIM, safe='')}").data)["linkset"][0]
    assert [each["href"] for each in told["item"]] == [f"/rdf-graphs?graph={quote(CLAIM, safe='')}"]


@pytest.mark.parametrize(("path", "status"), [("/linkset", 404), ("/linkset?iri=urn:none", 404)])
def test_link_set_of_nothing_is_404(client: FlaskClient, path: str, status: int) -> None:
    assert client.get(path).status_code == status


def test_link_set_that_isnt_acceptable_is_406(client: FlaskClient) -> None:
    assert client.get(ADDRESS, headers={"Accept": "text/turtle"}).status_code == 406
