"""The Reconciliation Service API 0.2, as a client such as OpenRefine speaks it."""

import csv
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from flask.testing import FlaskClient

from kommungraf.texts import folded
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


def test_a_name_without_a_class_means_no_page_that_is_called_so(client: FlaskClient) -> None:
    plain = asked(client, {"q": {"query": "JB Marks"}})["q"]["result"]
    assert plain[0]["id"] == "municipality/za-nw405"
    assert not [each for each in plain if each["id"].startswith("source/")]
    page = asked(client, {"q": {"query": "JB Marks", "type": "Source"}})["q"]["result"]
    assert page[0]["id"].startswith("source/")
    manifest = client.get("/reconcile").json or {}
    assert "Claim" not in {each["id"] for each in manifest["defaultTypes"]}


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


def is_named(each: Any) -> bool:
    """Whether it is what the API's description takes for a type, a property or a thing: an id and a name, neither empty."""
    return all(isinstance(each.get(key), str) and each[key] for key in ("id", "name"))


def is_candidate(each: Any) -> bool:
    numeric = isinstance(each["score"], (int, float)) and not isinstance(each["score"], bool)
    return is_named(each) and all(map(is_named, each["type"])) and numeric and isinstance(each["match"], bool)


def is_cell(cell: Any) -> bool:
    if set(cell) == {"id", "name"}:
        return is_named(cell)
    return [type(value) for value in cell.values()] == [{"str": str, "float": float}[key] for key in cell]


def test_manifest_is_of_the_described_form(client: FlaskClient) -> None:
    manifest = client.get("/reconcile").json or {}
    for space in ("identifierSpace", "schemaSpace"):
        assert urlsplit(manifest[space]).scheme == "https"
    assert all(map(is_named, manifest["defaultTypes"]))
    assert len({each["id"] for each in manifest["defaultTypes"]}) == len(manifest["defaultTypes"])
    assert "{{id}}" in manifest["view"]["url"]
    assert "{{id}}" in manifest["preview"]["url"]
    assert {type(manifest["preview"][size]) for size in ("width", "height")} == {int}
    places = [*manifest["suggest"].values(), manifest["extend"]["propose_properties"]]
    assert {urlsplit(each["service_url"] + each["service_path"]).netloc for each in places} == {"localhost"}


@pytest.mark.parametrize(
    ("tongue", "named", "kind"),
    [
        pytest.param("sv", "Kommun", "Län", id="Swedish"),
        pytest.param("en", "Municipality", "County", id="English"),
    ],
)
def test_what_the_manifest_leads_to_speaks_the_language_in_which_it_was_asked(
    client: FlaskClient, tongue: str, named: str, kind: str
) -> None:
    other = {"Accept-Language": {"sv": "en", "en": "sv"}[tongue]}
    manifest = client.get(f"/reconcile?lang={tongue}").json or {}
    preview = client.get(manifest["preview"]["url"].replace("{{id}}", "municipality/se-0765"), headers=other)
    assert f'<p class="kind">{named}</p>' in preview.text
    assert f"/doc/municipality/se-0765?lang={tongue}" in preview.text
    places = {**manifest["suggest"], "properties": manifest["extend"]["propose_properties"]}
    addresses = {name: each["service_url"] + each["service_path"] for name, each in places.items()}
    types = client.get(f"{addresses['type']}&prefix={quote(kind)}", headers=other).json or {}
    assert kind in {each["name"] for each in types["result"]}
    assert {parse_qs(urlsplit(each).query)["lang"][0] for each in addresses.values()} == {tongue}


def test_batch_of_the_announced_size_is_answered_by_get_and_post_in_the_described_form(
    client: FlaskClient,
) -> None:
    names = ("Älmhult", "vaxjo", "Kaunas", "Vänortssamarbetet", "Zanzibar")
    size = (client.get("/reconcile").json or {})["batchSize"]
    batch = {f"q{number}": {"query": names[number % len(names)]} for number in range(size)}
    posted = asked(client, batch)
    assert set(posted) == set(batch)
    for answer in posted.values():
        assert all(map(is_candidate, answer["result"]))
        scores = [each["score"] for each in answer["result"]]
        assert scores == sorted(scores, reverse=True)
    assert client.get("/reconcile", query_string={"queries": json.dumps(batch)}).json == posted


@pytest.mark.parametrize("name", ["municipality/se-0765", f"{BASE}id/municipality/se-0765"])
def test_identifier_finds_what_it_identifies(client: FlaskClient, name: str) -> None:
    best = asked(client, {"q": {"query": name}})["q"]["result"][0]
    assert (best["id"], best["match"]) == ("municipality/se-0765", True)


def test_identifier_that_is_escaped_as_the_description_asks_leads_to_page_and_preview(client: FlaskClient) -> None:
    manifest = client.get("/reconcile").json or {}
    for template in (manifest["view"]["url"], manifest["preview"]["url"]):
        address = template.replace("{{id}}", quote("municipality/se-0765", safe=""))
        assert "Älmhults kommun" in client.get(address, headers={"Accept": "text/html"}).text


def test_suggestions_and_proposals_are_of_the_described_form(client: FlaskClient) -> None:
    for what, prefix in (("entity", "väx"), ("type", "k"), ("property", "l")):
        answer = client.get(f"/reconcile/suggest/{what}", query_string={"prefix": prefix, "lang": "sv"}).json or {}
        assert answer["result"]
        assert all(map(is_named, answer["result"]))
        assert all(is_named(kind) for each in answer["result"] for kind in each.get("notable", ()))
    proposal = client.get("/reconcile/properties?type=Municipality&limit=3").json or {}
    assert (proposal["type"], proposal["limit"], len(proposal["properties"])) == ("Municipality", 3, 3)
    assert all(map(is_named, proposal["properties"]))


def test_extension_by_every_property_is_of_the_described_form(client: FlaskClient) -> None:
    proposed = (client.get("/reconcile/properties?type=Municipality").json or {})["properties"]
    ids = ["municipality/se-0765", "partnership/se-almhult-vaxjo-za-jb-marks"]
    wanted = {"ids": ids, "properties": [{"id": each["id"]} for each in proposed]}
    answer = client.post("/reconcile", data={"extend": json.dumps(wanted)}).json or {}
    assert answer["meta"] == proposed
    assert list(answer["rows"]) == ids
    for row in answer["rows"].values():
        assert list(row) == [each["id"] for each in proposed]
        assert all(is_cell(cell) for cells in row.values() for cell in cells)


def test_names_that_begin_with_the_prefix_stand_before_those_that_are_spelt_alike(client: FlaskClient) -> None:
    answer = client.get("/reconcile/suggest/entity?prefix=alm&lang=sv").json or {}
    names = [each["name"] for each in answer["result"]]
    begun = [any(folded(word).startswith("alm") for word in re.findall(r"\w+", name)) for name in names]
    assert begun == sorted(begun, reverse=True)
    assert begun.count(True) > 1


def test_matched_county_can_be_given_by_its_id(client: FlaskClient) -> None:
    query = {
        "query": "Växjö",
        "type": "Municipality",
        "properties": [{"pid": "county", "v": {"id": "county/se-07"}}],
    }
    assert asked(client, {"q": query})["q"]["result"][0]["match"] is True


def test_every_query_that_the_description_takes_is_taken(client: FlaskClient) -> None:
    values: list[object] = [
        "Kronobergs län",
        7,
        7.5,
        True,
        {"id": "county/se-07", "name": "Kronoberg"},
        ["a", {"id": "b"}],
    ]
    queries: dict[str, object] = {
        f"v{number}": {"query": "Växjö", "properties": [{"pid": "county", "v": value}]}
        for number, value in enumerate(values)
    }
    queries |= {f"s{strict}": {"query": "Växjö", "type_strict": strict} for strict in ("any", "should", "all")}
    queries |= {
        "types": {"query": "Växjö", "type": ["Municipality", "Place"], "limit": 2.0},
        "no text": {"properties": [{"pid": "county", "v": {"id": "county/se-07"}}]},
    }
    answers = asked(client, queries)
    assert set(answers) == set(queries)
    assert all(is_candidate(each) for answer in answers.values() for each in answer["result"])
    assert len(answers["types"]["result"]) <= 2


def test_twin_towns_as_sources_write_them_are_found_and_never_taken_for_another(client: FlaskClient) -> None:
    with (Path(__file__).parents[1] / "data/tables/twin-towns.csv").open(encoding="utf-8", newline="") as stream:
        meant: dict[str, set[str]] = {}
        for row in csv.DictReader(stream):
            meant.setdefault(row["som skrivet"], set()).add(row["vänort"])
    names, certain = sorted(name for name in meant if name), 0
    for start in range(0, len(names), 50):
        answers = asked(client, {name: {"query": name} for name in names[start : start + 50]})
        for name, answer in answers.items():
            found = {each["id"].rpartition("/")[2]: each["match"] for each in answer["result"]}
            assert meant[name] & set(found), name
            assert {key for key, match in found.items() if match} <= meant[name], name
            certain += any(found.values())
    assert certain > 0.95 * len(names)


def test_candidates_of_one_name_are_told_apart_and_municipalities_come_first(client: FlaskClient) -> None:
    answer = client.post("/reconcile?lang=en", data={"queries": '{"q": {"query": "Kalmar"}}'}).json or {}
    first, second = answer["q"]["result"][:2]
    assert (first["id"], first["description"]) == ("municipality/se-0880", "Kalmar County, Sweden")
    assert (second["id"], second["description"]) == ("county/se-08", "Sweden")
    assert not first["match"]


def test_name_of_a_locality_is_a_candidate_for_a_person_to_confirm(client: FlaskClient) -> None:
    best = asked(client, {"q": {"query": "Gothenburg", "type": "Municipality"}})["q"]["result"][0]
    assert (best["id"], best["score"], best["match"]) == ("municipality/se-1480", 95.0, False)


def test_what_is_added_to_a_name_is_left_out(client: FlaskClient) -> None:
    query = {"query": "Nakskov (Lolland)", "properties": [{"pid": "country", "v": "Danmark"}]}
    best = asked(client, {"q": query})["q"]["result"][0]
    assert (best["id"], best["match"]) == ("place/dk-nakskov", False)


def test_ampersand_is_a_word_of_a_country_s_name(client: FlaskClient) -> None:
    query = {"query": "Zenica", "properties": [{"pid": "country", "v": "Bosnia and Herzegovina"}]}
    assert asked(client, {"q": query})["q"]["result"][0]["match"] is True


def test_null_character_is_no_part_of_a_name(client: FlaskClient) -> None:
    assert asked(client, {"q": {"query": "Kalmar\0"}})["q"]["result"][0]["id"] == "municipality/se-0880"


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


@pytest.mark.parametrize(
    ("what", "id_"),
    [("entity", "municipality/se-0765"), ("type", "Municipality"), ("property", "county")],
)
def test_identifier_is_suggested_for_itself(client: FlaskClient, what: str, id_: str) -> None:
    answer = client.get(f"/reconcile/suggest/{what}", query_string={"prefix": id_, "lang": "sv"}).json or {}
    assert [each["id"] for each in answer["result"]][:1] == [id_]


def test_cursor_leads_to_suggestions_that_were_not_shown_before(client: FlaskClient) -> None:
    def suggested(cursor: str) -> list[str]:
        asked = {"prefix": "Göteborg", "lang": "sv", "cursor": cursor}
        answer = client.get("/reconcile/suggest/entity", query_string=asked).json or {}
        return [each["id"] for each in answer["result"]]

    whole = [id_ for start in ("", "10", "20") for id_ in suggested(start)]
    assert len(whole) == len(set(whole)) > 20
    assert suggested("3") == whole[3:13]
    assert suggested("1000") == []
    types = client.get("/reconcile/suggest/type?prefix=k&lang=sv").json or {}
    others = client.get("/reconcile/suggest/type?prefix=k&lang=sv&cursor=1").json or {}
    assert others["result"] == types["result"][1:]


@pytest.mark.parametrize("cursor", ["-1", "x", "1001"])
def test_cursor_that_is_none_is_refused(client: FlaskClient, cursor: str) -> None:
    answer = client.get("/reconcile/suggest/entity", query_string={"prefix": "a", "cursor": cursor})
    assert answer.status_code == 400


def test_preview_may_stand_in_a_frame_and_leads_to_the_page(client: FlaskClient) -> None:
    response = client.get("/reconcile/preview?id=municipality/se-0765&lang=sv")
    assert "Älmhults kommun" in response.text
    assert "Kronobergs län, Sverige" in response.text
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
        pytest.param({"queries": '{"q": {"query": "\\ud800"}}'}, "half a character", id="half a character"),
        pytest.param(
            {"queries": '{"\\udfff": {"query": "a"}}'}, "half a character", id="half a character as a key"
        ),
        pytest.param({"extend": '{"ids": "a", "properties": []}'}, "ids", id="ids that are no list"),
        pytest.param({"extend": '{"ids": ["a b"], "properties": []}'}, "no id", id="an id that is none"),
    ],
)
def test_fault_in_a_request_is_said(client: FlaskClient, data: dict[str, str], words: str) -> None:
    response = client.post("/reconcile", data=data, headers={"Accept": "application/json"})
    assert response.status_code == 400
    assert words in (response.json or {})["detail"]
