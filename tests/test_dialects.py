import pytest

from kommungraf.tables.dialects import PLAIN, Dialect, dialect


def test_without_a_description_a_list_is_as_programs_write_tables() -> None:
    assert dialect({}) == PLAIN
    assert dialect({"encoding": "UTF-8"}) == PLAIN


def test_a_list_may_have_another_delimiter_encoding_and_no_heading_quotes_or_comments() -> None:
    fields = {
        "delimiter": "|",
        "encoding": "windows-1252",
        "header": False,
        "quoteChar": None,
        "commentPrefix": None,
    }
    assert dialect(fields) == Dialect("|", "cp1252", "", "", heading=False)


@pytest.mark.parametrize(
    "fields",
    [{"skipRows": 2}, {"encoding": "klingon"}, {"delimiter": "||"}, {"quoteChar": "''"}],
    ids=["property-that-nobody-reads", "unknown-encoding", "two-delimiters", "two-quotes"],
)
def test_what_cannot_be_kept_is_refused_by_name(fields: dict[str, object]) -> None:
    with pytest.raises(KeyError, match="dialect"):
        dialect(fields)
