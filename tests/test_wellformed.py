import pytest

from kommungraf.engine.wellformed import CsvCheck, XmlCheck, is_readable_xml


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


def follow(table: str, size: int) -> None:
    check = CsvCheck()
    for start in range(0, len(table), size):
        check.feed(table[start : start + size].encode())


@pytest.mark.parametrize(
    "table",
    [
        pytest.param('x,y\r\n"a,b",c\r\n,"d"\r\n', id="quoted fields"),
        pytest.param('x\r\n""""\r\n\r\n""""""\r\n"a"""\r\n""","\r\n', id="quotes within them"),
        pytest.param('x\r\n"a\nb\r"\r\n', id="ends of lines within them"),
        pytest.param("x\r\n\r\n", id="none"),
    ],
)
def test_sound_csv_passes_in_pieces_of_any_size(table: str) -> None:
    for size in range(1, len(table) + 1):
        follow(table, size)


@pytest.mark.parametrize(
    "table",
    [
        pytest.param('x\r\nhttp://e/a http://e/b "c,d"\r\n', id="a quote amid a field"),
        pytest.param('x\r\n"a" b\r\n', id="more after the quote"),
    ],
)
def test_csv_with_quotes_amid_a_field_is_noticed_in_pieces_of_any_size(table: str) -> None:
    for size in range(1, len(table) + 1):
        with pytest.raises(ValueError, match="quote"):
            follow(table, size)
