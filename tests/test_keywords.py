import socket

import pytest

from kommungraf.engine import keywords


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://e/> { ?s ?p ?o } }",
        "SELECT * { service silent ?e { ?s ?p ?o } }",
        "PREFIX q: <http://e/> SELECT * { SERVICE q:x {} }",
        "PREFIX : <http://e/> SELECT * { SERVICE:x {} }",
        "SELECT * { FILTER(?a<?b)SERVICE#>\n?e {} }",
    ],
)
def test_the_keyword_is_told(text: str) -> None:
    assert keywords.asks_for_service(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p ?o }",
        "SELECT ?service ?sqervice { ?service ?sqervice ?o }",
        'SELECT * { ?s ?p "SERVICE <http://e/> {}" , """SERVICE""" , \'service\'@service }',
        "SELECT * { ?s <http://e/sparql> 'x'@service }",
        "SELECT * { ?s <http://e/SERVICE> ?o } # SERVICE",
        "PREFIX service: <http://e/> SELECT * { ?s service:service _:service }",
        "SELECT * { SERVICE nonsense }",
        "not a query with a SERVICE",
    ],
)
def test_the_word_alone_is_no_keyword(text: str) -> None:
    assert not keywords.asks_for_service(text)


@pytest.mark.parametrize("form", ["SELECT *", "ASK", "CONSTRUCT { ?s ?p ?o }", "DESCRIBE ?qq ?s"])
def test_nothing_is_evaluated_to_tell(form: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        assert keywords.asks_for_service(f"{form} {{ SERVICE <{address}> {{ ?s ?p ?o }} }}")
        with pytest.raises(TimeoutError):
            listener.accept()


@pytest.mark.parametrize("call", ["NOW()", "rand()", "UUID()", "StrUUID()", "BNODE()", 'BNODE("x")'])
def test_functions_that_change_are_told(call: str) -> None:
    assert keywords.is_volatile(f"SELECT ({call} AS ?x) {{}}")


@pytest.mark.parametrize(
    ("text", "update"),
    [
        ("INSERT DATA { <http://e/s> <http://e/p> 1 }", True),
        ("DELETE WHERE { ?s ?p ?o } ; CLEAR ALL", True),
        ("PREFIX e: <http://e/> LOAD e:x", True),
        ("PREFIX e: <http://e/>", False),
        ("", False),
        ("SELECT * { ?s ?p }", False),
        ("INSERT { nonsense", False),
    ],
)
def test_an_update_is_told_from_a_query_that_is_wrong(text: str, update: bool) -> None:
    assert keywords.is_update(text) is update
