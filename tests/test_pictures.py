import pytest

from kommungraf.tables.pictures import pattern, pictured


@pytest.mark.parametrize(
    ("text", "picture", "iso"),
    [
        ("31/12/2018", "dd/MM/yyyy", "2018-12-31"),
        ("1.2.2018", "d.M.yyyy", "2018-02-01"),
        ("12/31/2018", "M/d/yyyy", "2018-12-31"),
        ("20181231", "yyyyMMdd", "2018-12-31"),
        ("2018-12-31T23:59:59.000Z", "yyyy-MM-ddTHH:mm:ss.SSSX", "2018-12-31"),
        ("12/2018", "MM/yyyy", "2018-12"),
        ("2018", "yyyy", "2018"),
    ],
)
def test_date_is_read_in_the_order_of_its_picture_and_no_more_exactly(text: str, picture: str, iso: str) -> None:
    assert pictured(text, picture) == iso


@pytest.mark.parametrize("text", ["2018-12-31", "31.12.2018", "31/13/2018", "1/2/2018", " 31/12/2018"])
def test_date_of_another_form_is_none(text: str) -> None:
    assert pictured(text, "dd/MM/yyyy") is None


@pytest.mark.parametrize("picture", ["dd/MM", "dd/MM/yy", "yyyy/dd", "yyyy-yyyy", "[0-9]+", "QQ yyyy", ""])
def test_picture_that_tells_no_date_is_refused(picture: str) -> None:
    with pytest.raises(KeyError, match="format"):
        pattern(picture)
