import pytest
from pyoxigraph import Literal, NamedNode

from kommungraf.resources.wording import bytes_in_words, literal_in_words, period_in_words, quantity_in_words
from kommungraf.vocab import EDTF, PREFIXES


@pytest.mark.parametrize(
    ("edtf", "swedish", "english"),
    [
        ("2005/..", "sedan 2005", "since 2005"),
        ("2018-22/..", "sedan sommaren 2018", "since summer 2018"),
        ("2019-01/2021-12", "januari 2019 – december 2021", "January 2019 – December 2021"),
        ("2016-08-03", "3 augusti 2016", "3 August 2016"),
        ("2018", "2018", "2018"),
        ("201X", "2010-talet", "the 2010s"),
        ("2005~", "omkring 2005", "about 2005"),
        ("2005?", "2005 (osäkert)", "2005 (uncertain)"),
        ("../2019", "till 2019", "until 2019"),
        ("2018/", "från 2018, slutet okänt", "from 2018, end unknown"),
        ("2018-13", "2018-13", "2018-13"),
        ("2018-02-30", "2018-02-30", "2018-02-30"),
        ("[2005,2006]/..", "[2005,2006]/..", "[2005,2006]/.."),
        ("/", "/", "/"),
        ("", "", ""),
    ],
)
def test_period_reads_as_people_write_it(edtf: str, swedish: str, english: str) -> None:
    assert period_in_words(edtf, "sv") == swedish
    assert period_in_words(edtf, "en") == english


@pytest.mark.parametrize(
    ("sizes", "qualifier", "swedish", "english"),
    [
        (("5012", None, None), None, "5\xa0012", "5,012"),
        (("5000", None, None), "Approximately", "omkring 5\xa0000", "about 5,000"),
        (("450000", None, None), "Nearly", "nästan 450\xa0000", "nearly 450,000"),
        (("35", None, None), "JustOver", "drygt 35", "just over 35"),
        ((None, "20", None), None, "minst 20", "at least 20"),
        ((None, "1000001", None), "MoreThan", "mer än 1\xa0000\xa0000", "more than 1,000,000"),
        ((None, None, "12"), None, "högst 12", "at most 12"),
        ((None, None, "11"), "FewerThan", "färre än 12", "fewer than 12"),
        ((None, "20", "30"), None, "20–30", "20–30"),
        ((None, "many", None), "MoreThan", "mer än many", "more than many"),
    ],
)
def test_number_is_told_as_its_source_qualifies_it(
    sizes: tuple[str | None, str | None, str | None], qualifier: str | None, swedish: str, english: str
) -> None:
    concept = PREFIXES["kg"] + qualifier if qualifier else None
    assert quantity_in_words(*sizes, concept, "sv") == swedish
    assert quantity_in_words(*sizes, concept, "en") == english


@pytest.mark.parametrize(
    ("text", "datatype", "swedish", "english"),
    [
        ("35000", "integer", "35\xa0000", "35,000"),
        ("16.62150", "decimal", "16,6215", "16.6215"),
        ("twelve", "integer", "twelve", "twelve"),
        ("NaN", "double", "NaN", "NaN"),
        ("INF", "double", "INF", "INF"),
        ("true", "boolean", "ja", "yes"),
        ("0", "boolean", "nej", "no"),
        ("2024-06-02", "date", "2 juni 2024", "2 June 2024"),
        ("2024-06-02Z", "date", "2024-06-02Z", "2024-06-02Z"),
        ("0765", "string", "0765", "0765"),
    ],
)
def test_literal_reads_in_both_languages(text: str, datatype: str, swedish: str, english: str) -> None:
    literal = Literal(text, datatype=NamedNode(PREFIXES["xsd"] + datatype))
    assert literal_in_words(literal, "sv") == swedish
    assert literal_in_words(literal, "en") == english


def test_period_is_told_by_its_datatype() -> None:
    assert literal_in_words(Literal("2005/..", datatype=NamedNode(EDTF)), "en") == "since 2005"
    assert literal_in_words(Literal("2005/.."), "en") == "2005/.."


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1234, "1,2 kB"),
        (123_456, "123 kB"),
        (2_500_000, "2,5 MB"),
        (512 << 20, "537 MB"),
    ],
)
def test_size_is_said_in_a_handy_unit(size: int, words: str) -> None:
    assert bytes_in_words(size, "sv") == words
