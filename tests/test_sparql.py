import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, RdfFormat, Store, parse
from werkzeug.test import TestResponse

from kommungraf.engine.engine import Answer
from kommungraf.http.sparql import Pages, blueprint_of
from serving_client import LIMITS, client_of
from serving_release import ALMHULT, CLAIM, OTHER_CLAIM

SELECT = "SELECT ?s WHERE { ?s a <https://w3id.org/kommungraf/def/Municipality> } ORDER BY ?s"
ASK = "ASK { ?s ?p ?o }"
CONSTRUCT = "CONSTRUCT { ?s a ?o } WHERE { ?s a ?o }"
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
JSON = "application/sparql-results+json"
SD = "http://www.w3.org/ns/sparql-service-description#"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    with client_of(tmp_path_factory.mktemp("releases")) as made:
        yield made


def ask(client: FlaskClient, text: str = SELECT, accept: str | None = None, **more: str) -> TestResponse:
    headers = {} if accept is None else {"Accept": accept}
    return client.get("/sparql", query_string={"query": text, **more}, headers=headers)


def count(response: TestResponse) -> int:
    return int(json.loads(response.data)["results"]["bindings"][0]["n"]["value"])


def problem(response: TestResponse) -> str:
    assert response.mimetype == "application/problem+json"
    told = json.loads(response.data)
    assert told["status"] == response.status_code
    assert told["title"]
    return str(told["type"]).rpartition("/")[2]


def test_query_by_get(client: FlaskClient) -> None:
    response = ask(client)
    assert response.status_code == 200
    assert response.mimetype == JSON
    found = [row["s"]["value"] for row in json.loads(response.data)["results"]["bindings"]]
    assert found[0] == ALMHULT


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", "; charset=UTF-8"])
def test_query_by_form_post(client: FlaskClient, charset: str) -> None:
    body = urlencode({"query": 'SELECT ("Växjö" AS ?x) {}'})
    response = client.post("/sparql", data=body, content_type=FORM + charset)
    assert json.loads(response.data)["results"]["bindings"][0]["x"]["value"] == "Växjö"


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", "; charset=UTF-8"])
def test_query_by_direct_post(client: FlaskClient, charset: str) -> None:
    response = client.post("/sparql", data='SELECT ("Växjö" AS ?x) {}'.encode(), content_type=DIRECT + charset)
    assert json.loads(response.data)["results"]["bindings"][0]["x"]["value"] == "Växjö"


@pytest.mark.parametrize(
    ("text", "accept", "media_type"),
    [
        *((SELECT, None, JSON), (SELECT, "", JSON), (SELECT, "*/*", JSON), (SELECT, JSON, JSON)),
        (SELECT, "application/sparql-results+xml", "application/sparql-results+xml"),
        (SELECT, "text/csv", "text/csv"),
        (SELECT, "text/tab-separated-values", "text/tab-separated-values"),
        (SELECT, "text/turtle, application/sparql-results+xml;q=0.3", "application/sparql-results+xml"),
        (SELECT, "application/json", "application/json"),
        (SELECT, f"{JSON};q=0, */*;q=0.1", "application/sparql-results+xml"),
        (ASK, "application/sparql-results+xml", "application/sparql-results+xml"),
        (ASK, "text/csv, application/sparql-results+xml;q=0.5", "application/sparql-results+xml"),
        *((CONSTRUCT, None, "text/turtle"), (CONSTRUCT, "text/turtle", "text/turtle")),
        *(
            (CONSTRUCT, f"application/{kind}", f"application/{kind}")
            for kind in ("n-triples", "rdf+xml", "ld+json")
        ),
        *((CONSTRUCT, f"application/{kind}", f"application/{kind}") for kind in ("trig", "n-quads")),
        (CONSTRUCT, f"{JSON}, application/n-triples;q=0.1", "application/n-triples"),
        (f"DESCRIBE <{ALMHULT}>", "text/turtle;charset=utf-8", "text/turtle"),
    ],
)
def test_each_form_has_the_media_type_that_fits(
    client: FlaskClient, text: str, accept: str | None, media_type: str
) -> None:
    response = ask(client, text, accept)
    assert response.status_code == 200
    assert response.mimetype == media_type
    assert "Accept" in response.vary


@pytest.mark.parametrize(
    ("text", "accept", "offer"),
    [
        pytest.param(SELECT, "text/turtle", JSON, id="solutions"),
        pytest.param(CONSTRUCT, "text/csv", "text/turtle", id="triples"),
        pytest.param(ASK, "text/csv", JSON, id="boolean"),
        pytest.param(SELECT, "image/png", "text/turtle", id="nothing"),
        pytest.param(SELECT, "*/*;q=0", JSON, id="exclusion"),
    ],
)
def test_nothing_acceptable_is_406_with_the_offers(
    client: FlaskClient, text: str, accept: str, offer: str
) -> None:
    response = ask(client, text, accept)
    assert response.status_code == 406
    assert offer in json.loads(response.data)["offers"]


@pytest.mark.parametrize(
    ("name", "media_type"),
    [("json", JSON), ("csv", "text/csv"), ("xml", "application/sparql-results+xml"), ("text/csv", "text/csv")],
)
def test_format_parameter_names_the_media_type(client: FlaskClient, name: str, media_type: str) -> None:
    assert ask(client, SELECT, "text/html", format=name).mimetype == media_type
    body = urlencode({"query": SELECT, "format": name})
    assert client.post("/sparql", data=body, content_type=FORM).mimetype == media_type


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        pytest.param([("default-graph-uri", CLAIM)], 1, id="one"),
        pytest.param([("default-graph-uri", CLAIM), ("default-graph-uri", OTHER_CLAIM)], 2, id="two are merged"),
        pytest.param([("named-graph-uri", CLAIM)], 0, id="named only leaves the default graph empty"),
        pytest.param([("default-graph-uri", "http://127.0.0.1:1/x.ttl")], 0, id="nothing is fetched"),
    ],
)
def test_graphs_of_the_protocol_are_the_dataset(
    client: FlaskClient, parameters: list[tuple[str, str]], expected: int
) -> None:
    encoded = urlencode([("query", COUNT), *parameters])
    assert count(client.get(f"/sparql?{encoded}")) == expected
    assert count(client.post("/sparql", data=encoded, content_type=FORM)) == expected
    address = f"/sparql?{urlencode(parameters)}"
    assert count(client.post(address, data=COUNT, content_type=DIRECT)) == expected


def test_the_protocol_overrides_from(client: FlaskClient) -> None:
    text = f"SELECT ?s FROM <{OTHER_CLAIM}> WHERE {{ ?s ?p ?o }}"
    response = ask(client, text, "text/csv", **{"default-graph-uri": CLAIM})
    assert response.text.split() == ["s", ALMHULT]


def test_relative_iris_resolve_against_the_base_of_the_data(client: FlaskClient) -> None:
    response = ask(client, "SELECT * { <id/municipality/se-0765> a ?type }", "text/csv")
    assert response.text.split() == ["type", "https://w3id.org/kommungraf/def/Municipality"]


@pytest.mark.parametrize(
    ("response", "status", "kind"),
    [
        pytest.param({"query_string": "query=ASK{}&query=ASK{}"}, 400, "bad-request", id="two queries"),
        pytest.param({"query_string": "query=SELEC"}, 400, "query-syntax", id="syntax"),
        pytest.param({"query_string": "query="}, 400, "query-syntax", id="empty query"),
        pytest.param({"query_string": "query=%FF"}, 400, "bad-request", id="not UTF-8"),
        pytest.param({"query_string": "query=CLEAR+ALL"}, 400, "read-only", id="update as query"),
        pytest.param({"query_string": "update=CLEAR+ALL"}, 400, "read-only", id="update by GET"),
        pytest.param({"query_string": "query=ASK{}&default-graph-uri=a+b"}, 400, "bad-request", id="graph IRI"),
        pytest.param({"method": "POST"}, 415, "unsupported-media-type", id="no body"),
        pytest.param({"method": "POST", "data": "ASK{}"}, 415, "unsupported-media-type", id="no type"),
        pytest.param(
            {"method": "POST", "data": "ASK{}", "content_type": "text/plain"},
            415,
            "unsupported-media-type",
            id="type",
        ),
        pytest.param(
            {"method": "POST", "data": {"query": "ASK{}"}, "content_type": "multipart/form-data"},
            *(415, "unsupported-media-type"),
            id="multipart",
        ),
        pytest.param(
            {"method": "POST", "data": "ASK{}".encode("utf-16"), "content_type": f"{DIRECT}; charset=UTF-16"},
            *(415, "unsupported-media-type"),
            id="charset",
        ),
        pytest.param(
            {"method": "POST", "data": b"ASK{}", "content_type": DIRECT, "headers": {"Content-Encoding": "gzip"}},
            *(415, "unsupported-media-type"),
            id="encoding",
        ),
        pytest.param(
            {"method": "POST", "data": b"ASK { ?s ?p '\xff' }", "content_type": DIRECT},
            400,
            "bad-request",
            id="bytes",
        ),
        pytest.param({"method": "POST", "data": "x=1", "content_type": FORM}, 400, "bad-request", id="no query"),
        pytest.param(
            {"method": "POST", "data": "update=CLEAR+ALL", "content_type": FORM},
            400,
            "read-only",
            id="update form",
        ),
        pytest.param(
            {"method": "POST", "data": "CLEAR ALL", "content_type": "application/sparql-update"},
            *(400, "read-only"),
            id="update direct",
        ),
        pytest.param(
            {"method": "POST", "data": "#" * (LIMITS.body_bytes + 1), "content_type": DIRECT},
            *(413, "content-too-large"),
            id="large body",
        ),
        pytest.param({"query_string": f"query={'%23' * LIMITS.uri_bytes}"}, 414, "uri-too-long", id="long URI"),
    ],
)
def test_what_is_no_query_is_a_problem(
    client: FlaskClient, response: dict[str, object], status: int, kind: str
) -> None:
    given = client.open("/sparql", **response)  # type: ignore[arg-type]
    assert given.status_code == status
    assert problem(given) == kind


def test_a_uri_that_is_too_long_is_not_read_for_its_answer(client: FlaskClient) -> None:
    given = client.get("/sparql", query_string=f"format=html&lang=sv&query={'%23' * LIMITS.uri_bytes}")
    assert (given.mimetype, given.headers["Content-Language"]) == ("application/problem+json", "en")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_405_with_those_that_are_allowed(client: FlaskClient, method: str) -> None:
    response = client.open("/sparql", method=method, data="ASK{}", content_type=DIRECT)
    assert response.status_code == 405
    assert {"GET", "HEAD", "OPTIONS", "POST"} <= set(response.headers["Allow"].split(", "))


def test_a_syntax_error_has_line_column_and_a_caret(client: FlaskClient) -> None:
    told = json.loads(ask(client, "SELECT *\nWHERE {\n  ?s ?p ?o\n  FILTR(?o > 3)\n}").data)
    assert (told["line"], told["column"]) == (4, 3)
    assert told["excerpt"] == "  FILTR(?o > 3)\n  ^"


def test_service_is_refused(client: FlaskClient) -> None:
    response = ask(client, "SELECT * { SERVICE SILENT <http://127.0.0.1:1/> { ?s ?p ?o } }")
    assert (response.status_code, problem(response)) == (400, "no-federation")


CROSS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?p ?q ?r }"


@pytest.mark.parametrize(
    ("text", "status", "limit"),
    [
        pytest.param(CROSS.replace("*", "(COUNT(*) AS ?number)"), 503, "time", id="time"),
        pytest.param(CROSS, 503, "result", id="result"),
        pytest.param(f"ASK {'{' * 10_000}{'}' * 10_000}", 400, "nesting", id="nesting"),
    ],
)
def test_a_limit_is_an_error_and_never_half_an_answer(
    client: FlaskClient, tmp_path: Path, text: str, status: int, limit: str
) -> None:
    with client_of(tmp_path, limits=replace(LIMITS, seconds=0.5)) as brief:
        asked = brief if limit == "time" else client
        response = asked.post("/sparql", data=text, content_type=DIRECT)
    assert response.status_code == status
    assert problem(response) == "query-limit"
    assert json.loads(response.data)["limit"] == limit
    assert response.headers.get("Retry-After") == (f"{LIMITS.refusal_seconds:.0f}" if status == 503 else None)


def test_a_long_query_by_post_is_answered(client: FlaskClient) -> None:
    text = f"SELECT (COUNT(*) AS ?n) {{ VALUES ?x {{ {' '.join(map(str, range(100_000)))} }} }}"
    assert count(client.post("/sparql", data=text, content_type=DIRECT)) == 100_000


def test_a_large_answer_is_sent_whole(client: FlaskClient) -> None:
    text = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l } LIMIT 9000"
    with ask(client, text, "text/csv") as response:
        assert response.data.count(b"\r\n") == 9001
        assert len(response.data) > 4 << 20
        assert response.content_length == len(response.data)


def test_head_has_the_headers_of_get(client: FlaskClient) -> None:
    got, headed = (
        client.open("/sparql", method=method, query_string={"query": SELECT}) for method in ("GET", "HEAD")
    )
    assert headed.data == b""
    assert headed.status_code == 200
    assert dict(headed.headers) == dict(got.headers)


def test_the_same_answer_is_304(client: FlaskClient) -> None:
    first = ask(client)
    headers = {"If-None-Match": first.headers["ETag"]}
    again = client.get("/sparql", query_string={"query": SELECT}, headers=headers)
    assert again.status_code == 304
    assert again.data == b""
    assert again.headers["ETag"] == first.headers["ETag"]
    other = client.get("/sparql", query_string={"query": SELECT}, headers={**headers, "Accept": "text/csv"})
    assert other.status_code == 200
    assert other.headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize("accept", ["text/csv", "text/html"])
def test_an_answer_that_changes_is_not_kept(client: FlaskClient, accept: str) -> None:
    parameters = {"query": "SELECT (RAND() AS ?x) {}"}
    response = client.get("/sparql", query_string=parameters, headers={"Accept": accept})
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers
    assert ask(client).headers["Cache-Control"] == "public, no-cache"


def test_any_site_may_read(client: FlaskClient) -> None:
    assert ask(client).headers["Access-Control-Allow-Origin"] == "*"
    assert ask(client, "SELEC").headers["Access-Control-Allow-Origin"] == "*"


def test_preflight_allows_a_direct_post(client: FlaskClient) -> None:
    headers = {
        "Origin": "https://example.org",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    response = client.options("/sparql", headers=headers)
    assert response.status_code == 200
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    assert response.headers["Access-Control-Allow-Headers"] == "content-type"


@pytest.mark.parametrize(
    "accept", ["text/turtle", "application/ld+json", "application/rdf+xml", "application/n-triples"]
)
def test_without_a_query_the_endpoint_describes_itself(client: FlaskClient, accept: str) -> None:
    response = client.get("/sparql", headers={"Accept": accept})
    assert response.mimetype == accept
    store = Store()
    store.extend(parse(response.data, RdfFormat.from_media_type(accept)))
    assert store.query(f"""PREFIX sd: <{SD}> PREFIX void: <http://rdfs.org/ns/void#>
        PREFIX schema: <https://schema.org/> PREFIX hydra: <http://www.w3.org/ns/hydra/core#>
        ASK {{
            FILTER NOT EXISTS {{ ?any sd:feature ?feature }}
            ?service a sd:Service ; sd:endpoint <http://localhost/sparql> ; sd:supportedLanguage sd:SPARQL11Query ;
                sd:resultFormat <http://www.w3.org/ns/formats/SPARQL_Results_JSON> ;
                sd:defaultEntailmentRegime <http://www.w3.org/ns/entailment/Simple> ;
                sd:languageExtension <https://www.w3.org/TR/sparql12-query/> ;
                sd:availableGraphs <http://localhost/rdf-graphs#graphs> ;
                sd:defaultDataset [ sd:defaultGraph [ void:triples 13 ] ; hydra:totalItems 2 ;
                    sd:namedGraph [ sd:name <{CLAIM}> ; sd:graph [ void:triples 1 ] ] ] ;
                schema:additionalProperty [ schema:name "How large a result may be"@en ; schema:maxValue {LIMITS.result_bytes} ]
        }}""")


def test_the_description_names_the_host_that_was_asked(client: FlaskClient) -> None:
    response = client.get("/sparql", headers={"Host": "data.example:8000", "Accept": "application/n-triples"})
    assert b"<http://data.example:8000/sparql>" in response.data
    assert "private" in response.headers["Cache-Control"]


def test_without_a_query_a_browser_gets_the_query_page(client: FlaskClient) -> None:
    response = client.get("/sparql", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert response.mimetype == "text/html"
    assert "<textarea" in response.text


def test_a_browser_gets_its_answer_on_a_page(tmp_path: Path) -> None:
    def page(text: str, answer: Answer) -> str:
        return f"{text}: {answer.form} in {answer.media_type}"

    with client_of(tmp_path) as made:
        app = Flask(__name__)
        app.before_request(made.application.before_request_funcs[None][0])
        app.teardown_request(made.application.teardown_request_funcs[None][0])
        app.register_blueprint(blueprint_of(LIMITS, Pages(lambda: "", page)))
        headers = {"Accept": "text/html,application/xml;q=0.9,*/*;q=0.8"}
        for text, told in ((ASK, f"boolean in {JSON}"), (CONSTRUCT, "triples in application/n-triples")):
            response = app.test_client().get("/sparql", query_string={"query": text}, headers=headers)
            assert response.text == f"{text}: {told}"
        response = app.test_client().get("/sparql", query_string={"query": ASK, "format": "json"}, headers=headers)
        assert response.mimetype == JSON


def test_terms_arrive_exactly(client: FlaskClient) -> None:
    text = (
        'SELECT ("a\\"\\n\\t<&" AS ?a) ("ö"@sv-SE AS ?b) ("01"^^<http://e/d> AS ?c) (<http://e/ö> AS ?d) ?none {}'
    )
    row = json.loads(ask(client, text).data)["results"]["bindings"][0]
    assert row["a"] == {"type": "literal", "value": 'a"\n\t<&'}
    assert row["b"] == {"type": "literal", "value": "ö", "xml:lang": "sv-se"}
    assert row["c"] == {"type": "literal", "value": "01", "datatype": "http://e/d"}
    assert row["d"] == {"type": "uri", "value": "http://e/ö"}
    assert "none" not in row


def test_an_encoded_query_arrives_as_written(client: FlaskClient) -> None:
    text = "SELECT ('a+b c%20&=' AS ?x) {}"
    for encoded in (quote(text, safe=""), quote(text, safe="").replace("%20", "+")):
        found = json.loads(client.get(f"/sparql?query={encoded}").data)
        assert found["results"]["bindings"][0]["x"]["value"] == "a+b c%20&="


def test_graph_of_a_construct_is_that_of_the_store(client: FlaskClient) -> None:
    graphs = []
    for form in (RdfFormat.TURTLE, RdfFormat.RDF_XML, RdfFormat.JSON_LD, RdfFormat.N_TRIPLES):
        body = ask(client, "CONSTRUCT WHERE { ?s ?p ?o }", form.media_type).data
        graphs.append({quad.triple for quad in parse(body, form)})
    assert graphs[0] == graphs[1] == graphs[2] == graphs[3]
    assert NamedNode(ALMHULT) in {triple.subject for triple in graphs[0]}
