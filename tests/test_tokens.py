import pytest

from kommungraf.quads.tokens import datatype, language, text
from kommungraf.vocab import iri


@pytest.mark.parametrize(
    ("token", "says", "tag", "kind"),
    [
        pytest.param("<http://e/a>", "http://e/a", "", "", id="iri"),
        pytest.param('"a@b"', "a@b", "", iri("xsd:string"), id="plain"),
        pytest.param('"å \\"b\\" \\u00E5\\n"@sv', 'å "b" å\n', "sv", iri("rdf:langString"), id="tagged"),
        pytest.param('"a--b"@ar--rtl', "a--b", "ar", iri("rdf:langString"), id="tagged with a direction"),
        pytest.param(f'"1"^^<{iri("xsd:integer")}>', "1", "", iri("xsd:integer"), id="typed"),
    ],
)
def test_a_token_is_read(token: str, says: str, tag: str, kind: str) -> None:
    assert (text(token), language(token), datatype(token)) == (says, tag, kind)
