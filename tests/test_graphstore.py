"""The reading half of the Graph Store Protocol, over a release with more graphs than one page of the list holds."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad, RdfFormat, parse
from werkzeug.test import TestResponse

from kommungraf.formats import RDF, TextFormat
from kommungraf.http.servicedescription import MOST_GRAPHS
from kommungraf.vocab import BASE
from serving_client import client_of
from serving_release import ALMHULT, CLAIM, TRIG

ODD = f"{BASE}id/claim/s/Kuršėnai%2F1"
OUTSIDE = "https://example.org/graph?a=1&b=2"
COUNT = MOST_GRAPHS + 5
MANY = "".join(f"<{BASE}id/claim/many/{number}> {{ <{ALMHULT}> <urn:n> {number} }}\n" for number in range(COUNT))
ODDITIES = f"""
<{ODD}> {{ <urn:a> <urn:b> [ <urn:c> "x"@sv , "x"@sv--ltr ] }}
<{OUTSIDE}> {{ <urn:a> <urn:b> <urn:c> }}
"""
GRAPHS = COUNT + 4
ADDRESS = f"/rdf-graphs?graph={quote(CLAIM, safe='')}"
DIRECT = "/rdf-graphs/id/claim/almhult-635/1"
DEFAULT = "/rdf-graphs?default"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    with client_of(tmp_path_factory.mktemp("releases"), TRIG + MANY + ODDITIES) as made:
        yield made


def got(client: FlaskClient, path: str, accept: str = "application/n-triples") -> TestResponse:
    return client.get(path, headers={"Accept": accept})


def canonical(quads: Iterator[Quad]) -> Dataset:
    found = Dataset(quads)
    found.canonicalize(algorithm=CanonicalizationAlgorithm.RDFC_1_0)
    return found


def graph(response: TestResponse, form: RdfFormat = RdfFormat.N_TRIPLES) -> Dataset:
    assert response.status_code == 200, response.text
    return canonical(parse(response.data, form))


def held(quads: Iterator[Quad], name: str | None) -> Dataset:
    """What the TriG says in one graph, as a default graph."""
    return canonical(
        Quad(quad.subject, quad.predicate, quad.object)
        for quad in quads
        if getattr(quad.graph_name, "value", None) == name
    )


@pytest.mark.parametrize("form", RDF, ids=lambda form: form.suffix)
@pytest.mark.parametrize(
    ("path", "name"),
    [
        pytest.param(ADDRESS, CLAIM, id="indirect"),
        pytest.param(DIRECT, CLAIM, id="direct"),
        pytest.param(DEFAULT, None, id="default"),
        pytest.param(f"/rdf-graphs?graph={quote(ODD, safe='')}", ODD, id="neither ASCII nor without blank nodes"),
        pytest.param(f"/rdf-graphs?graph={quote(OUTSIDE, safe='')}", OUTSIDE, id="outside the base"),
    ],
)
def test_graph_is_got_in_every_format(client: FlaskClient, path: str, name: str | None, form: TextFormat) -> None:
    response = got(client, path, form.media_type)
    assert response.mimetype == form.media_type
    assert "Accept" in response.vary
    assert graph(response, form.rdf) == held(parse(TRIG + MANY + ODDITIES, RdfFormat.TRIG), name)


def test_head_has_the_headers_of_get(client: FlaskClient) -> None:
    for path in (ADDRESS, DIRECT, DEFAULT, "/rdf-graphs"):
        headers = {"Accept": "text/turtle"}
        headed, asked = client.head(path, headers=headers), client.get(path, headers=headers)
        assert headed.status_code == 200
        assert headed.data == b""
        assert dict(headed.headers) == dict(asked.headers)


@pytest.mark.parametrize("path", [ADDRESS, DEFAULT, "/rdf-graphs"])
def test_unchanged_graph_is_304_and_other_formats_have_other_tags(client: FlaskClient, path: str) -> None:
    tags = [got(client, path, form.media_type).headers["ETag"] for form in RDF]
    assert len(set(tags)) == len(RDF)
    response = client.get(path, headers={"Accept": RDF[0].media_type, "If-None-Match": tags[0]})
    assert (response.status_code, response.data) == (304, b"")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/rdf-graphs?graph=https%3A%2F%2Fexample.org%2Fnone", 404),
        (f"/rdf-graphs?graph={quote(ALMHULT, safe='')}", 404),
        ("/rdf-graphs/id/claim/none", 404),
        ("/rdf-graphs?graph=relative", 400),
        ("/rdf-graphs?graph=", 400),
        (f"{ADDRESS}&default", 400),
        (f"{ADDRESS}&graph=https%3A%2F%2Fexample.org%2Fnone", 400),
        ("/rdf-graphs?page=0", 400),
        ("/rdf-graphs?page=3", 404),
    ],
)
def test_what_is_no_graph_is_a_problem(client: FlaskClient, path: str, status: int) -> None:
    response = got(client, path, "application/problem+json, text/turtle")
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"


def test_nothing_acceptable_is_406(client: FlaskClient) -> None:
    for path in (ADDRESS, DIRECT, DEFAULT, "/rdf-graphs"):
        response = got(client, path, "image/png")
        assert response.status_code == 406
        assert response.json is not None
        assert "text/turtle" in response.json["offers"]


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", [ADDRESS, DIRECT, DEFAULT])
def test_writing_is_405_with_what_is_allowed(client: FlaskClient, path: str, method: str) -> None:
    response = client.open(path, method=method, data="<urn:a> <urn:b> <urn:c> .", content_type="text/turtle")
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_format_parameter_names_the_format(client: FlaskClient) -> None:
    assert got(client, f"{ADDRESS}&format=rdf", "text/html").mimetype == "application/rdf+xml"


def described(client: FlaskClient, path: str) -> tuple[set[str], str]:
    """The named graphs that a description lists, and the whole of it."""
    response = got(client, path)
    assert response.status_code == 200
    quads = parse(response.data, RdfFormat.N_TRIPLES)
    return {quad.object.value for quad in quads if quad.predicate.value.endswith("#name")}, response.text


def test_list_of_graphs_comes_in_pages_that_say_so(client: FlaskClient) -> None:
    (first, text), (second, _) = (described(client, f"/rdf-graphs{page}") for page in ("", "?page=2"))
    assert (len(first), len(second), len(first | second)) == (MOST_GRAPHS, GRAPHS - MOST_GRAPHS, GRAPHS)
    assert f'totalItems> "{GRAPHS}"' in text
    assert "/rdf-graphs?page=2> ." in text
    assert got(client, "/rdf-graphs").headers["Link"] == '</rdf-graphs?page=2>; rel="next"'
    assert got(client, "/rdf-graphs?page=2").headers["Link"] == '</rdf-graphs?page=1>; rel="prev"'


def test_service_description_is_bounded_and_says_where_the_rest_is(client: FlaskClient) -> None:
    names, text = described(client, "/sparql")
    assert len(names) == MOST_GRAPHS
    assert f"{MOST_GRAPHS} of {GRAPHS} named graphs" in text
    assert "http://localhost/rdf-graphs" in text


def test_default_graph_has_ranges_and_the_packed_dump(client: FlaskClient) -> None:
    headers = {"Accept": "application/n-quads"}
    part = client.get(DEFAULT, headers={**headers, "Range": "bytes=0-9"})
    assert (part.status_code, len(part.data)) == (206, 10)
    packed = client.get(DEFAULT, headers={**headers, "Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.mimetype == "application/n-quads"
