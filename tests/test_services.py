import re

import pytest
from pyoxigraph import Store

from kommungraf.engine.keywords import asks_for_service
from kommungraf.engine.services import MOST, Fault, ServiceFault, federated, told_fault

ONE, OTHER, BASE_ONE = (
    "https://127.0.0.1:1/sparql",
    "https://127.0.0.2:1/sparql?x=1",
    "http://127.0.0.8:1/sparql",
)
ALLOWED = (ONE, OTHER, BASE_ONE)
BASE = "http://127.0.0.8:1/"


@pytest.mark.parametrize(
    ("text", "endpoints"),
    [
        pytest.param(f"SELECT * {{ SERVICE <{ONE}> {{ ?s ?p ?o }} }}", [ONE], id="plain"),
        pytest.param(f"SELECT * {{ service\tsilent\n<{ONE}>{{ ?s ?p ?o }} }}", [ONE], id="silent"),
        pytest.param(
            f"SELECT * {{ SERVICE <{ONE}> {{ ?s ?p ?o }} SERVICE <{OTHER}> {{}} }}", [ONE, OTHER], id="two"
        ),
        pytest.param(
            f"SELECT * {{ SERVICE <{ONE}> {{ SERVICE <{OTHER}> {{}} }} }}", [ONE, OTHER], id="one-within-another"
        ),
        pytest.param(f"SELECT * {{ SERVICE#> {{\nSILENT# <x>\n<{ONE}># {{\n{{}} }}", [ONE], id="comments"),
        pytest.param(
            "PREFIX e: <https://127.0.0.1:1/> SELECT * { SERVICE e:sparql { ?s e:p ?o } }",
            [ONE],
            id="prefixed-name",
        ),
        pytest.param(f"PREFIX : <{ONE}> SELECT * {{ SERVICE :{{ ?s ?p ?o }} }}", [ONE], id="empty-prefix"),
        pytest.param(
            "PREFIX service: <https://127.0.0.1:1/> SELECT ?service { SERVICE service:sparql { ?service a service:service } }",
            [ONE],
            id="prefix-of-that-name",
        ),
        pytest.param(
            "PREFIX silent: <https://127.0.0.1:1/> SELECT * { SERVICE silent:sparql {} }",
            [ONE],
            id="prefix-called-silent",
        ),
        pytest.param("SELECT * { SERVICE <sparql> { ?s ?p ?o } }", [BASE_ONE], id="relative"),
        pytest.param(
            "BASE <https://127.0.0.1:1/a/> PREFIX e: <x> SELECT * { SERVICE <../sparql> { ?s ?p ?o } }",
            [ONE],
            id="relative-to-its-own-base",
        ),
        pytest.param(
            "# BASE <https://127.0.0.1:1/>\nSELECT * { SERVICE <sparql> {} }", [BASE_ONE], id="base-in-a-comment"
        ),
        pytest.param(
            'VERSION "1.2" BASE <https://127.0.0.1:1/> SELECT * { SERVICE <sparql> {} }',
            [ONE],
            id="version-before-the-base",
        ),
        pytest.param(r"SELECT * { SERVICE <https://\u003127.0.0.1:1/sparql> { } }", [ONE], id="escape-in-the-iri"),
        pytest.param(
            f"SELECT * {{ FILTER('\"' != '') SERVICE <{ONE}> {{}} FILTER('\"' != '') }}",
            [ONE],
            id="between-quotes",
        ),
        pytest.param(
            f"SELECT * {{ FILTER(?a<?b)SERVICE <{ONE}> {{}} FILTER(?c>?d) }}", [ONE], id="looks-like-an-iri"
        ),
        pytest.param(f"SELECT * {{ ?s ?p true.SERVICE <{ONE}> {{}} }}", [ONE], id="after-a-full-stop"),
        pytest.param(
            f"""PREFIX service: <http://e/> SELECT ?service ?a_service {{ SERVICE <{ONE}> {{ ?service ?p "SERVICE <http://127.0.0.9:1/> {{}}" ;
            ?z 'x'@service , <http://127.0.0.9:1/service> , \"\"\"service <http://y/> {{\"\"\" , service:service , service:x\\-service , _:service }} }} # SERVICE <http://z/>""",
            [ONE],
            id="the-word-everywhere",
        ),
        pytest.param(
            f"SELECT * {{ FILTER NOT EXISTS {{ {{ SELECT * {{ OPTIONAL {{ GRAPH ?g {{ SERVICE <{ONE}> {{}} }} }} }} }} }} }}",
            [ONE],
            id="deep-within",
        ),
    ],
)
def test_the_endpoints_of_a_query_are_told_and_replaced(text: str, endpoints: list[str]) -> None:
    found = federated(text, BASE, ALLOWED)
    assert sorted(found.endpoints.values()) == sorted(endpoints)
    assert len(found.endpoints) == len(set(endpoints))
    assert not any(place in text for place in found.endpoints)
    assert asked_by(found.text) == set(found.endpoints)


def asked_by(text: str) -> set[str]:
    """The IRIs that the query asks: with GRAPH in place of SERVICE before them it is legal and asks nobody."""
    graphs = re.sub(
        r"SERVICE\s*(#[^\n]*\n)?\s*(SILENT)?\s*(#[^\n]*\n)?\s*(?=<http://127.0.0.1/)",
        "GRAPH ",
        text,
        flags=re.IGNORECASE,
    )
    assert not asks_for_service(graphs)
    Store().query(graphs, base_iri=BASE)
    return set(re.findall("GRAPH <(.*?)>", graphs))


@pytest.mark.parametrize(
    ("text", "why", "iri"),
    [
        pytest.param("SELECT * { SERVICE <http://127.0.0.9:1/> { ?s ?p ?o } }", "unlisted", "http://127.0.0.9:1/", id="plain"),
        pytest.param("SELECT * { SERVICE SILENT <http://127.0.0.9:1/> {} }", "unlisted", "http://127.0.0.9:1/", id="silent"),
        pytest.param(
            f"SELECT * {{ SERVICE <{ONE}> {{ SERVICE SILENT <http://127.0.0.9:1/> {{}} }} }}", "unlisted", "http://127.0.0.9:1/", id="within-a-listed-one"
        ),
        pytest.param(
            f"SELECT * {{ SERVICE <{ONE}> {{}} OPTIONAL {{ SERVICE <http://127.0.0.9:1/> {{}} }} }}", "unlisted", "http://127.0.0.9:1/", id="beside-it"
        ),
        pytest.param("PREFIX e: <http://127.0.0.9:1/> SELECT * { SERVICE e:sparql {} }", "unlisted", "http://127.0.0.9:1/sparql", id="prefixed-name"),
        pytest.param("SELECT * { SERVICE <other> {} }", "unlisted", f"{BASE}other", id="relative"),
        pytest.param("BASE <http://127.0.0.9:1/> SELECT * { SERVICE <sparql> {} }", "unlisted", "http://127.0.0.9:1/sparql", id="relative-to-its-own-base"),
        pytest.param(
            "BASE <http://127.0.0.8:1/> BASE <http://127.0.0.9:1/> SELECT * { SERVICE <sparql> {} }", "unlisted", "http://127.0.0.9:1/sparql", id="last-base"
        ),
        pytest.param(r"SELECT * { SERVICE <http://\u003127.0.0.9:1/> {} }", "unlisted", "http://127.0.0.9:1/", id="escape-in-the-iri"),
        pytest.param("SELECT * { SERVICE <https://127.0.0.1:1/./sparql> {} }", "unlisted", "https://127.0.0.1:1/./sparql", id="dots"),
        pytest.param("SELECT * { SERVICE <HTTPS://127.0.0.1:1/sparql> {} }", "unlisted", "HTTPS://127.0.0.1:1/sparql", id="capitals"),
        pytest.param("SELECT * { SERVICE <https://127.0.0.1:0001/sparql> {} }", "unlisted", "https://127.0.0.1:0001/sparql", id="port"),
        pytest.param("SELECT * { SERVICE <https://127.0.0.1:1/sparql#> {} }", "unlisted", "https://127.0.0.1:1/sparql#", id="fragment"),
        pytest.param("SELECT * { SERVICE <https://u@127.0.0.1:1/sparql> {} }", "unlisted", "https://u@127.0.0.1:1/sparql", id="user"),
        pytest.param("SELECT * { SERVICE <file:///etc/passwd> {} }", "unlisted", "file:///etc/passwd", id="file"),
        pytest.param("SELECT * { VALUES ?e { <http://127.0.0.9:1/> } SERVICE ?e {} }", "variable", None, id="variable"),
        pytest.param(f"SELECT * {{ BIND(<{ONE}> AS ?e) SERVICE SILENT$e {{}} }}", "variable", None, id="variable-of-a-listed-one"),
        pytest.param(f"SELECT * {{ SERVICE <{ONE}> {{ SERVICE ?e {{}} }} }}", "variable", None, id="variable-within"),
        pytest.param(f"SELECT * {{ SERVICESILENT<{ONE}> {{}} }}", "unread", None, id="joined-after"),
        pytest.param(f"SELECT * {{ ?s ?p 1SERVICE <{ONE}> {{}} }}", "unread", None, id="joined-before"),
        pytest.param(f"PREFIX : <{ONE}> SELECT * {{ SERVICE:{{}} }}", "unread", None, id="joined-with-a-colon"),
        pytest.param(f"SELECT * {{ {f'SERVICE <{ONE}> {{}} ' * (MOST + 1)} }}", "many", None, id="too-many"),
        pytest.param(f"SELECT * {{ SERVICE <{ONE}> {{}} }} # {'service ' * 1000}", "many", None, id="too-many-words"),
    ],
)  # fmt: skip
def test_a_query_that_asks_what_it_may_not_is_refused(text: str, why: str, iri: str | None) -> None:
    assert asks_for_service(text)
    with pytest.raises(ServiceFault) as raised:
        federated(text, BASE, ALLOWED)
    assert (raised.value.why, raised.value.iri) == (why, iri)


def test_two_queries_ask_by_other_names() -> None:
    text = f"SELECT * {{ SERVICE <{ONE}> {{}} }}"
    assert federated(text, BASE, ALLOWED).endpoints.keys() != federated(text, BASE, ALLOWED).endpoints.keys()


def test_a_fault_is_read_in_what_the_engine_repeats_of_it() -> None:
    fault = Fault(ONE, "status", "404")
    message = f"Error 502 Bad Gateway returned by http://127.0.0.1/x with payload:\n{fault.payload().decode()}"
    assert told_fault(message) == fault


@pytest.mark.parametrize(
    "message",
    ["", "Error 502 with payload:\n", "with payload:\n[1]", 'x with payload:\n{"a": 1}', "with payload:\nno JSON"],
)
def test_other_messages_tell_no_fault(message: str) -> None:
    assert told_fault(message) is None
