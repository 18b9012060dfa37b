"""Which profile a request asks for, and what a document of each profile holds."""

import json
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from pyoxigraph import DefaultGraph, Quad, RdfFormat, parse
from werkzeug import Request
from werkzeug.test import Client, EnvironBuilder, TestResponse

from kommungraf.errors import NotAcceptable
from kommungraf.http.cache import ResponseCache
from kommungraf.resources.profiles import CLAIMS, HELD, Profile, asked_profile
from kommungraf.vocab import BASE
from serving_client import client_of
from serving_release import ALMHULT, CLAIM

PATH = "/doc/municipality/se-0765"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    with client_of(tmp_path_factory.mktemp("releases")) as made:
        yield made


def asking(header: str | None = None, query: str = "") -> Request:
    headers = {} if header is None else {"Accept-Profile": header}
    return Request(EnvironBuilder(query_string=query, headers=headers).get_environ())


@pytest.mark.parametrize(
    ("header", "query", "expected"),
    [
        pytest.param(None, "", None, id="nothing"),
        pytest.param("", "", None, id="empty header"),
        pytest.param(f"<{HELD.iri}>", "", HELD, id="header"),
        pytest.param(f"<urn:x:y>, <{CLAIMS.iri}>;q=0.1", "", CLAIMS, id="the one that we have"),
        pytest.param(f"<{HELD.iri}>;q=0.2, <{CLAIMS.iri}>;q=0.8", "", CLAIMS, id="q-values"),
        pytest.param(f"<{HELD.iri}>", "_profile=claims", CLAIMS, id="the query string goes first"),
        pytest.param(None, f"_profile={CLAIMS.iri}", CLAIMS, id="IRI in the query string"),
    ],
)
def test_request_asks_for_a_profile(header: str | None, query: str, expected: Profile | None) -> None:
    assert asked_profile(asking(header, query)) == expected


@pytest.mark.parametrize(("header", "query"), [("<urn:x:y>", ""), (None, "_profile=x"), (f"<{HELD.iri}>;q=0", "")])
def test_profile_that_isnt_ours_is_refused_with_those_that_are(header: str | None, query: str) -> None:
    with pytest.raises(NotAcceptable) as raised:
        asked_profile(asking(header, query))
    assert raised.value.offers == (HELD.iri, CLAIMS.iri)


def got(client: FlaskClient, path: str, accept: str = "*/*", **headers: str) -> TestResponse:
    return client.get(path, headers={"Accept": accept, **headers})


def graphs(response: TestResponse) -> set[str]:
    quads: Iterator[Quad] = parse(response.data, RdfFormat.from_media_type(response.mimetype))
    return {"" if quad.graph_name == DefaultGraph() else quad.graph_name.value for quad in quads}


@pytest.mark.parametrize("accept", ["text/turtle", "application/ld+json", "application/n-triples"])
def test_graph_formats_say_that_they_hold_the_held_view(client: FlaskClient, accept: str) -> None:
    response = got(client, PATH, accept)
    assert response.headers["Content-Profile"] == f"<{HELD.iri}>"
    assert f'<{HELD.iri}>; rel="profile"' in ", ".join(response.headers.getlist("Link"))
    assert "Accept-Profile" in response.vary
    assert graphs(response) == {""}


@pytest.mark.parametrize("accept", ["application/trig", "application/n-quads", "text/html"])
def test_formats_that_can_show_claims_say_that_they_do(client: FlaskClient, accept: str) -> None:
    response = got(client, PATH, accept)
    assert response.headers["Content-Profile"] == f"<{CLAIMS.iri}>"
    if accept != "text/html":
        assert graphs(response) == {"", CLAIM}


@pytest.mark.parametrize("accept", ["application/trig", "application/n-quads", "application/ld+json"])
def test_profile_is_chosen_apart_from_the_format(client: FlaskClient, accept: str) -> None:
    held = got(client, PATH, accept, **{"Accept-Profile": f"<{HELD.iri}>"})
    claims = got(client, PATH, accept, **{"Accept-Profile": f"<{CLAIMS.iri}>"})
    assert (held.mimetype, graphs(held)) == (accept, {""})
    assert (claims.mimetype, graphs(claims)) == (accept, {"", CLAIM})
    assert held.headers["ETag"] != claims.headers["ETag"]
    by_query = got(client, f"{PATH}?_profile=claims", accept)
    assert by_query.data == claims.data


def test_profile_without_a_format_comes_in_its_best(client: FlaskClient) -> None:
    assert got(client, f"{PATH}?_profile=claims").mimetype == "application/trig"
    assert got(client, f"{PATH}?_profile=held").mimetype == "text/turtle"


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        (f"{PATH}?_profile=claims", "text/turtle"),
        (f"{PATH}.ttl?_profile=claims", "*/*"),
        (f"{PATH}?_profile=held", "text/html"),
        (f"{PATH}?_profile=other", "*/*"),
    ],
)
def test_what_a_profile_doesnt_have_is_406(client: FlaskClient, path: str, accept: str) -> None:
    response = got(client, path, accept)
    assert response.status_code == 406


@pytest.mark.parametrize("accept", ["text/turtle", "application/ld+json", "application/rdf+xml"])
def test_list_names_every_representation_with_its_profile(client: FlaskClient, accept: str) -> None:
    response = got(client, f"{PATH}?_profile=alt", accept)
    assert response.mimetype == accept
    said: dict[str, dict[str, str]] = {}
    for quad in parse(response.data, RdfFormat.from_media_type(accept)):
        subject = quad.subject.value
        if subject != ALMHULT:
            said.setdefault(subject, {})[quad.predicate.value.rpartition("/")[2]] = quad.object.value
    assert len(said) == 10
    for address, about in said.items():
        path = address.removeprefix(BASE.rstrip("/"))
        found = got(client, path)
        assert found.mimetype == about["format"]
        assert found.headers["Content-Profile"] == f"<{about['conformsTo']}>"


def test_request_for_a_profile_goes_past_the_cache(client: FlaskClient) -> None:
    cache = ResponseCache(client.application, lambda: "hash")
    plain, asked = Client(cache), {"Accept-Profile": f"<{CLAIMS.iri}>", "Accept": "application/ld+json"}
    plain.get(PATH, headers={"Accept": "application/ld+json"})
    kept = cache.size
    assert kept > 0
    response = plain.get(PATH, headers=asked)
    assert any("@graph" in each for each in json.loads(response.data))
    assert cache.size == kept
