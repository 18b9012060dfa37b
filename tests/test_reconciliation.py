"""The Reconciliation Service API 0.2, as a client such as OpenRefine speaks it."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from kommungraf.vocab import BASE


def asked(client: FlaskClient, queries: object) -> Any:
    response = client.post("/reconcile", data={"queries": json.dumps(queries)})
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    return response.json


def test_manifest_says_what_the_service_is(client: FlaskClient) -> None:
    manifest = client.get("/reconcile?lang=sv", base_url="http://graph.example").json or {}
    assert "0.2" in manifest["versions"]
    assert manifest["identifierSpace"] == f"{BASE}id/"
    assert manifest["view"]["url"] == "http://graph.example/doc/{{id}}"
    assert {"id": "Municipality", "name": "Kommun"} in manifest["defaultTypes"]
    assert set(manifest["suggest"]) == {"entity", "property", "type"}


def test_batch_answers_each_query_under_its_key(client: FlaskClient) -> None:
    queries = {"q0": {"query": "Älmhult"}, "q1": {"query": "Elmhullt", "limit": 2}, "q2": {"query": "Zanzibar"}}
    answer = asked(client, queries)
    assert set(answer) == {"q0", "q1", "q2"}
    best = answer["q0"]["result"][0]
    assert best["id"] == "municipality/se-0765"
    assert best["match"] is True
    assert best["type"][0]["id"] == "Municipality"
    assert [each["match"] for each in answer["q1"]["result"]] == [False]
    assert answer["q2"] == {"result": []}


def test_matched_county_can_be_given_by_its_id(client: FlaskClient) -> None:
    query = {
        "query": "Växjö",
        "type": "Municipality",
        "properties": [{"pid": "county", "v": {"id": "county/se-07"}}],
    }
    assert asked(client, {"q": query})["q"]["result"][0]["match"] is True


def test_view_of_a_candidate_is_its_page(client: FlaskClient) -> None:
    [best] = asked(client, {"q": {"query": "Växjö kommun", "type": "Municipality", "limit": 1}})["q"]["result"]
    assert client.get(f"/doc/{best['id']}", headers={"Accept": "text/html"}).status_code == 200


def test_columns_are_filled_by_extension(client: FlaskClient) -> None:
    wanted = {
        "ids": ["municipality/se-0765", "no/such"],
        "properties": [{"id": "code"}, {"id": "county"}, {"id": "latitude"}, {"id": "x"}],
    }
    answer = client.post("/reconcile?lang=sv", data={"extend": json.dumps(wanted)}).json or {}
    assert [each["id"] for each in answer["meta"]] == ["code", "county", "latitude"]
    cells = answer["rows"]["municipality/se-0765"]
    assert cells["code"] == [{"str": "0765"}]
    assert cells["county"] == [{"id": "county/se-07", "name": "Kronobergs län"}]
    assert 56 < cells["latitude"][0]["float"] < 57
    assert answer["rows"]["no/such"] == {"code": [], "county": [], "latitude": []}


@pytest.mark.parametrize(
    ("what", "prefix", "expected"),
    [
        ("entity", "Älmh", "municipality/se-0765"),
        ("type", "komm", "Municipality"),
        ("property", "lä", "county"),
    ],
)
def test_suggestions_begin_with_the_prefix(client: FlaskClient, what: str, prefix: str, expected: str) -> None:
    answer = client.get(f"/reconcile/suggest/{what}", query_string={"prefix": prefix, "lang": "sv"}).json or {}
    assert expected in [each["id"] for each in answer["result"]]


def test_preview_may_stand_in_a_frame_and_leads_to_the_page(client: FlaskClient) -> None:
    response = client.get("/reconcile/preview?id=municipality/se-0765&lang=sv")
    assert "Älmhults kommun" in response.text
    assert "frame-ancestors *" in response.headers["Content-Security-Policy"]
    assert client.get("/reconcile/preview?id=no/such").status_code == 404


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param({"queries": "{"}, "no JSON", id="no JSON"),
        pytest.param({"queries": "[1]"}, "no JSON object", id="a list"),
        pytest.param({"queries": '{"q": 1}'}, "The query q", id="a number for a query"),
        pytest.param({"queries": '{"q": {"query": 1}}'}, "The query q", id="a number for a text"),
        pytest.param({"queries": '{"q": {"query": "a", "type": [1]}}'}, "query q", id="a number for a type"),
        pytest.param(
            {"queries": '{"q": {"query": "a", "properties": [{"v": 1}]}}'}, "pid", id="a property of none"
        ),
        pytest.param(
            {"queries": json.dumps({str(n): {"query": "a"} for n in range(51)})}, "at most 50", id="too many"
        ),
        pytest.param({"queries": "[" * 100_000}, "no JSON", id="nested deeply"),
        pytest.param({"extend": '{"ids": "a", "properties": []}'}, "ids", id="ids that are no list"),
        pytest.param({"extend": '{"ids": ["a b"], "properties": []}'}, "no id", id="an id that is none"),
    ],
)
def test_fault_in_a_request_is_said(client: FlaskClient, data: dict[str, str], words: str) -> None:
    response = client.post("/reconcile", data=data, headers={"Accept": "application/json"})
    assert response.status_code == 400
    assert words in (response.json or {})["detail"]
