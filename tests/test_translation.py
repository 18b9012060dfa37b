import io

import pytest
from pyoxigraph import RdfFormat, parse

from kommungraf.engine.translation import translate

TSV = "text/tab-separated-values"


def solutions(*values: str) -> bytes:
    rows = ",".join(f'{{"x":{value}}}' for value in values)
    return f'{{"head":{{"vars":["x"]}},"results":{{"bindings":[{rows}]}}}}'.encode()


def translated(source: bytes, form: str = "solutions", media_type: str = TSV) -> bytes:
    output = io.BytesIO()
    translate(io.BytesIO(source), output, form=form, media_type=media_type)
    return output.getvalue()


def test_terms_arrive_as_they_are() -> None:
    source = solutions(
        '{"type":"uri","value":"http://e/a"}',
        '{"type":"literal","xml:lang":"sv","value":"å"}',
        '{"type":"bnode","value":"b0"}',
    )
    assert translated(source).decode() == '?x\n<http://e/a>\n"å"@sv\n_:b0\n'


def test_virtuosos_labels_of_blank_nodes_are_read_and_its_texts_left_alone() -> None:
    text = '"type": "bnode", "value": "nodeID://b1"'.replace('"', '\\\\\\"')
    source = solutions(
        '{ "type": "bnode", "value": "nodeID://b1" }', f'{{ "type": "literal", "value": "nodeID://b1 {text}" }}'
    )
    assert translated(source).decode().count("nodeID://") == 2
    assert translated(source).decode().split("\n")[1] == "_:b1"


def test_labels_at_every_place_of_a_large_result_are_read() -> None:
    source = solutions(*(['{"type":"bnode","value":"nodeID://b1"}'] * 20_000))
    assert translated(source).count(b"_:b1\n") == 20_000


@pytest.mark.parametrize(
    ("source", "form"),
    [
        pytest.param(solutions('{"type":"uri","value":"http://e/a"}')[:-4], "solutions", id="cut"),
        pytest.param(b"", "solutions", id="empty"),
        pytest.param(b"<html>", "solutions", id="html"),
        pytest.param(b'{"head":{},"boolean":true}', "solutions", id="boolean"),
        pytest.param(solutions(), "boolean", id="solutions"),
        pytest.param(b"<http://e/a> <http://e/p> ", "triples", id="cut-triples"),
        pytest.param(b"<http://e/a> <http://e/p> <not an iri> .\n", "triples", id="no-iri"),
    ],
)
def test_what_is_no_whole_result_is_refused(source: bytes, form: str) -> None:
    with pytest.raises(SyntaxError):
        translated(
            source, form, "application/n-triples" if form == "triples" else "application/sparql-results+json"
        )


def test_triples_come_in_another_format() -> None:
    source = b'_:b10000\t<http://e/q>\t"\\u00E5"@sv .\n'
    turtle = translated(source, "triples", "text/turtle")
    assert [str(quad.object) for quad in parse(turtle, RdfFormat.TURTLE)] == ['"å"@sv']


@pytest.mark.parametrize(
    ("bindings", "told"), [('{"__ASK_RETVAL":{"type":"literal","value":"1"}}', b"true"), ("", b"false")]
)
def test_virtuosos_other_way_to_answer_ask_is_read(bindings: str, told: bytes) -> None:
    source = f'{{"head":{{"vars":["__ASK_RETVAL"]}},"results":{{"bindings":[{bindings}]}}}}'.encode()
    assert told in translated(source, "boolean", "application/sparql-results+json")
