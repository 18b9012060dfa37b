"""The exchanges of the W3C's SPARQL 1.1 Protocol tests, by their names, written out over graphs of our own.

The update tests ask an endpoint to write. This one only reads, so each is here as what it refuses to do.
"""

import json
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, parse
from werkzeug.test import TestResponse

from serving_client import client_of

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
ONE, TWO, THREE = (f"https://example.org/data{number}.rdf" for number in (1, 2, 3))
TRIG = "\n".join(f"<{name}> {{ <{name}> a <http://xmlns.com/foaf/0.1/Document> }}" for name in (ONE, TWO, THREE))
BOTH = f"ASK {{ <{ONE}> a ?type . <{TWO}> a ?type }}"
IN_GRAPHS = f"GRAPH ?g1 {{ <{ONE}> a ?type }} GRAPH ?g2 {{ <{TWO}> a ?type }}"
CLEAR = "CLEAR ALL"
BOOLEANS = {"application/sparql-results+json", "application/sparql-results+xml"}
TABLES = BOOLEANS | {"text/csv", "text/tab-separated-values"}
GRAPHS = {"text/turtle", "application/rdf+xml", "application/n-triples"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    with client_of(tmp_path_factory.mktemp("releases"), TRIG) as made:
        yield made


def address(*graphs: tuple[str, str], query: str | None = None) -> str:
    parameters = [*graphs] if query is None else [("query", query), *graphs]
    return f"/sparql/?{urlencode(parameters, quote_via=quote)}"


def default(*names: str) -> list[tuple[str, str]]:
    return [("default-graph-uri", name) for name in names]


def named(*names: str) -> list[tuple[str, str]]:
    return [("named-graph-uri", name) for name in names]


@pytest.mark.parametrize(
    ("path", "body", "content_type", "expected"),
    [
        pytest.param(address(*default(ONE), query="ASK {}"), None, None, True, id="query_get"),
        pytest.param(address(*default(ONE)), "query=ASK%20%7B%7D", FORM, True, id="query_post_form"),
        pytest.param(address(*default(ONE)), "ASK {}", QUERY, True, id="query_post_direct"),
        pytest.param(
            address(*default(ONE, TWO), query=BOTH), None, None, True, id="query_dataset_default_graphs_get"
        ),
        pytest.param(address(*default(ONE), query=BOTH), None, None, False, id="query_dataset_default_graph_get"),
        pytest.param(address(*default(ONE, TWO)), BOTH, QUERY, True, id="query_dataset_default_graphs_post"),
        pytest.param(address(*default(TWO)), BOTH, QUERY, False, id="query_dataset_default_graph_post"),
        pytest.param(
            address(*named(ONE, TWO), query=f"ASK {{ {IN_GRAPHS} }}"),
            *(None, None, True),
            id="query_dataset_named_graphs_get",
        ),
        pytest.param(
            address(*named(ONE, TWO)), f"ASK {{ {IN_GRAPHS} }}", QUERY, True, id="query_dataset_named_graphs_post"
        ),
        pytest.param(
            address(*named(ONE)), f"ASK {{ {IN_GRAPHS} }}", QUERY, False, id="query_dataset_named_graph_post"
        ),
        pytest.param(
            address(*default(THREE), *named(ONE, TWO)),
            *(f"ASK {{ <{THREE}> a ?type {IN_GRAPHS} }}", QUERY, True),
            id="query_dataset_full",
        ),
        pytest.param(
            address(*named(ONE, TWO)),
            *(f"ASK FROM <{THREE}> {{ {IN_GRAPHS} }}", QUERY, True),
            id="query_multiple_dataset",
        ),
        pytest.param(
            address(*named(ONE, TWO)),
            *(f"ASK FROM <{THREE}> {{ <{THREE}> a ?type {IN_GRAPHS} }}", QUERY, False),
            id="query_multiple_dataset overrides FROM",
        ),
        pytest.param(
            address(*default(ONE)),
            *(urlencode([("query", BOTH), *default(TWO)]), FORM, True),
            id="a form's own graphs join those of the URI",
        ),
    ],
)
def test_a_query_gets_its_boolean(
    client: FlaskClient, path: str, body: str | None, content_type: str | None, expected: bool
) -> None:
    response = client.open(path, method="GET" if body is None else "POST", data=body, content_type=content_type)
    assert response.status_code == 200
    assert response.mimetype in BOOLEANS
    assert json.loads(response.data)["boolean"] is expected


@pytest.mark.parametrize(
    ("text", "media_types"),
    [
        pytest.param("SELECT (1 AS ?value) {}", TABLES, id="query_content_type_select"),
        pytest.param("ASK {}", BOOLEANS, id="query_content_type_ask"),
        pytest.param("DESCRIBE <http://example.org/>", GRAPHS, id="query_content_type_describe"),
        pytest.param("CONSTRUCT { <s> <p> 1 } WHERE {}", GRAPHS, id="query_content_type_construct"),
    ],
)
def test_a_query_gets_a_media_type_of_its_form(client: FlaskClient, text: str, media_types: set[str]) -> None:
    response = client.post(address(*default(ONE)), data=text, content_type=QUERY)
    assert response.status_code == 200
    assert response.mimetype in media_types


def test_update_base_uri_is_that_of_the_data_for_queries_too(client: FlaskClient) -> None:
    response = client.post(
        "/sparql/", data="CONSTRUCT { <s> <p> 1 } WHERE {}", content_type=QUERY, headers={"Accept": "text/turtle"}
    )
    assert [quad.subject.value for quad in parse(response.data, RdfFormat.TURTLE)] == [
        "https://w3id.org/kommungraf/s"
    ]


def refused(response: TestResponse, status: int) -> None:
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
    assert json.loads(response.data)["detail"]


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param({"method": "PUT", "path": address(query="ASK {}")}, 405, id="bad_query_method"),
        pytest.param(
            {"path": "/sparql/?query=ASK%20%7B%7D&query=SELECT%20%2A%20%7B%7D"}, 400, id="bad_multiple_queries"
        ),
        pytest.param(
            {"method": "POST", "path": "/sparql/", "data": "ASK {}", "content_type": "text/plain"},
            415,
            id="bad_query_wrong_media_type",
        ),
        pytest.param(
            {"method": "POST", "path": "/sparql/", "data": "query=ASK%20%7B%7D"},
            415,
            id="bad_query_missing_form_type",
        ),
        pytest.param(
            {"method": "POST", "path": "/sparql/", "data": "ASK {}"}, 415, id="bad_query_missing_direct_type"
        ),
        pytest.param(
            {
                "method": "POST",
                "path": "/sparql/",
                "data": "ASK {}".encode("utf-16"),
                "content_type": f"{QUERY}; charset=UTF-16",
            },
            415,
            id="bad_query_non_utf8",
        ),
        pytest.param({"path": address(query="ASK { ?s ?p")}, 400, id="bad_query_syntax"),
        pytest.param(
            {"method": "POST", "path": address(query="ASK {}"), "data": "query=ASK%7B%7D", "content_type": FORM},
            400,
            id="bad_multiple_queries across URI and body",
        ),
    ],
)
def test_what_is_no_query_is_refused(client: FlaskClient, request_: dict[str, str], status: int) -> None:
    refused(client.open(**request_), status)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param({"path": "/sparql/?update=CLEAR%20ALL"}, 400, id="bad_update_get"),
        pytest.param({"data": "update=CLEAR%20ALL", "content_type": FORM}, 400, id="update_post_form"),
        pytest.param({"data": CLEAR, "content_type": UPDATE}, 400, id="update_post_direct"),
        pytest.param(
            {"data": "update=CLEAR%20NAMED&update=CLEAR%20ALL", "content_type": FORM},
            400,
            id="bad_multiple_updates",
        ),
        pytest.param({"data": CLEAR, "content_type": "text/plain"}, 415, id="bad_update_wrong_media_type"),
        pytest.param({"data": "update=CLEAR%20ALL"}, 415, id="bad_update_missing_form_type"),
        pytest.param(
            {"data": b"CLEAR \xff", "content_type": f"{UPDATE}; charset=UTF-16"}, 400, id="bad_update_non_utf8"
        ),
        pytest.param({"data": "CLEAR XYZ", "content_type": UPDATE}, 400, id="bad_update_syntax"),
        *(
            pytest.param(
                {"path": f"/sparql/?{urlencode([(name, ONE)])}", "data": CLEAR, "content_type": UPDATE},
                400,
                id=test,
            )
            for name, test in (
                ("using-graph-uri", "update_dataset_default_graph"),
                ("using-named-graph-uri", "update_dataset_named_graphs"),
            )
        ),
        pytest.param({"data": CLEAR, "content_type": QUERY}, 400, id="an update where a query belongs"),
    ],
)
def test_an_update_is_refused_and_changes_nothing(
    client: FlaskClient, request_: dict[str, str], status: int
) -> None:
    method = "POST" if "data" in request_ else "GET"
    refused(client.open(**{"path": "/sparql/", "method": method, **request_}), status)  # type: ignore[arg-type]
    assert json.loads(client.get(address(*default(ONE, TWO), query=BOTH)).data)["boolean"]
