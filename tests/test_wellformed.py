import pytest

from kommungraf.engine.wellformed import XmlCheck, is_readable_xml


@pytest.mark.parametrize(
    ("document", "readable"),
    [
        pytest.param("<a xmlns='urn:x'><ö/>&#13;</a>", True, id="sound"),
        pytest.param("<a>\x01</a>", False, id="a character that XML lacks"),
        pytest.param("<a xmlns:p='urn:x/'><p:>x</p:></a>", False, id="a name that is only a namespace"),
        pytest.param("<a xmlns:p='urn:x/'><p:1>x</p:1></a>", False, id="a name that begins with a digit"),
        pytest.param("<a>", False, id="half a document"),
    ],
)
def test_xml_is_readable_or_not(document: str, readable: bool) -> None:
    assert is_readable_xml(document.encode()) is readable


def test_document_is_followed_piece_by_piece() -> None:
    check = XmlCheck()
    check.feed("<a>ö".encode()[:-1])
    check.feed("ö".encode()[-1:])
    with pytest.raises(ValueError, match="not well-formed"):
        check.feed(b"\x02")
