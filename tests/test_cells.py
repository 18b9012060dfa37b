import re
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode

from kommungraf.tables.cells import CellFault, literal, read, stretch, tied
from kommungraf.tables.csvw import Choice, Column, Interval, Table
from kommungraf.tables.names import Names
from kommungraf.vocab import EDTF, iri

XSD = "http://www.w3.org/2001/XMLSchema#"


def column(name: str = "x", **changes: Any) -> Column:
    values: dict[str, Any] = {
        **dict.fromkeys(("about", "predicate", "value", "text", "language", "default", "otherwise", "pattern")),
        **dict.fromkeys(("separator", "within", "when", "interval", "of")),
        "titles": {},
        "required": False,
        "virtual": False,
        "reads": "text",
        "classes": (),
        "choices": (),
        "example": {},
        "description": {},
        "datatype": NamedNode(XSD + "string"),
    }
    return Column(name=name, **(values | changes))


def typed(name: str, **changes: Any) -> Column:
    return column(datatype=NamedNode(XSD + name), **changes)


@pytest.mark.parametrize(
    ("cell", "text", "value"),
    [
        pytest.param(column(), "a b", "a b", id="text"),
        pytest.param(typed("boolean"), "Ja", "true", id="yes"),
        pytest.param(typed("boolean"), "no", "false", id="no"),
        pytest.param(typed("decimal"), "56,88", "56.88", id="decimal-comma"),
        pytest.param(typed("decimal"), "\N{MINUS SIGN}12.5", "-12.5", id="minus"),
        pytest.param(typed("integer"), "1 200", "1200", id="thousands"),
        pytest.param(column(reads="web"), "https://www.vaxjo.se/a?b=c", "https://www.vaxjo.se/a?b=c", id="web"),
        pytest.param(column(reads="date"), "sommaren 2018", "2018-22", id="date"),
        pytest.param(column(reads="day"), "12 juni 2018", "2018-06-12", id="day"),
    ],
)
def test_cell_is_read_by_its_column(cell: Column, text: str, value: str) -> None:
    assert read(cell, text, {}, Names())["x"] == value


@pytest.mark.parametrize(
    ("cell", "text", "words"),
    [
        pytest.param(column(pattern=re.compile("[0-9]{4}")), "765", "doesn't have the form", id="pattern"),
        pytest.param(typed("boolean"), "kanske", "neither yes nor no", id="boolean"),
        pytest.param(typed("integer"), "1.5", "not a whole number", id="whole"),
        pytest.param(typed("decimal"), "1.234,5", "not a number", id="two-marks"),
        pytest.param(typed("decimal"), "norr", "not a number", id="word"),
        pytest.param(column(reads="web"), "www.vaxjo.se", "no web address", id="half-address"),
        pytest.param(column(reads="web"), "javascript:alert(1)", "no web address", id="script"),
        pytest.param(column(reads="thing"), "Växjö", "isn't known", id="thing"),
        pytest.param(column(reads="thing", classes=(iri("kg:Source"),)), "x", "No source is known", id="source"),
        pytest.param(column(reads="value", of="p"), "x", "what kind of value", id="value"),
        pytest.param(column(reads="quantity"), "flera hundra", "by itself or behind omkring", id="quantity"),
    ],
)
def test_cell_that_cannot_be_read_says_what_to_write(cell: Column, text: str, words: str) -> None:
    with pytest.raises(CellFault, match=words):
        read(cell, text, {}, Names())


def test_choice_is_read_in_any_of_its_words() -> None:
    choice = Choice("kg:Ended", "ended", {"sv": ("upphörd", "avslutad"), "en": ("ended",)})
    cell = column(reads="choice", choices=(choice,))
    for text in ("Upphörd", "avslutad", "ENDED"):
        found = {"x": "kg:Ended", "x.key": "ended", "x.sv": "upphörd", "x.en": "ended"}
        assert read(cell, text, {}, Names()) == found
    with pytest.raises(CellFault, match="upphörd/ended"):
        read(cell, "slut", {}, Names())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Vaasa@fi", Literal("Vaasa", language="fi")),
        ("Vasa", Literal("Vasa", language="und")),
        ("a@b.se", Literal("a@b.se", language="und")),
    ],
)
def test_text_may_end_in_its_language(text: str, value: Literal) -> None:
    cell = column(reads="tagged")
    assert literal(cell, read(cell, text, {}, Names())) == value


def test_language_may_stand_in_another_column() -> None:
    assert literal(column(language="{lang}"), {"x": "Plan", "lang": "en"}) == Literal("Plan", language="en")


def test_ambiguous_name_is_told_with_its_candidates() -> None:
    names = Names()
    for key in ("de-frankfurt-main", "de-frankfurt-oder"):
        names.say((iri(f"kgi:place/{key}"), iri("rdf:type"), iri("kg:Place"), ""))
        names.say((iri(f"kgi:place/{key}"), iri("skos:prefLabel"), "Frankfurt", "sv"))
    with pytest.raises(
        CellFault, match=r"Frankfurt \(place/de-frankfurt-main\); Frankfurt \(place/de-frankfurt-oder\)"
    ):
        read(column(reads="thing"), "Frankfurt", {}, names)


def test_code_whose_zero_a_spreadsheet_took_is_told_with_what_it_may_be_and_never_taken() -> None:
    names = Names()
    for predicate, value in (
        ("rdf:type", "kg:Municipality"),
        ("skos:notation", "0780"),
        ("skos:prefLabel", "Växjö"),
    ):
        names.say((iri("kgi:municipality/se-0780"), iri(predicate), iri(value) if ":" in value else value, "sv"))
    names.open()
    with pytest.raises(CellFault, match=r"but 0780 is: Växjö \(municipality/se-0780\)\. A spreadsheet may"):
        read(column(reads="thing"), "780", {}, names)


def test_country_that_is_wrong_is_told_with_what_is_there() -> None:
    names = Names()
    names.say((iri("kgi:place/lt-kaunas"), iri("rdf:type"), iri("kg:Place"), ""))
    with pytest.raises(CellFault, match="isn't known in NOR, but there is lt-kaunas"):
        read(column(reads="thing", within="land"), "lt-kaunas", {"land": "http://c/NOR"}, names)


@pytest.mark.parametrize(
    ("first", "second", "key"),
    [
        ("se-0780", "lt-kaunas", "se-0780-lt-kaunas"),
        ("lt-kaunas", "se-0780", "se-0780-lt-kaunas"),
        ("se-2", "se-1", "se-1-se-2"),
    ],
)
def test_tie_has_one_key_from_either_side(first: str, second: str, key: str) -> None:
    table = Table("t", None, {}, None, None, False, "", (), None, (), {"tie": ("a", "b")}, {}, {})
    row = {
        f"{name}.{part}": value
        for name, value in (("a", first), ("b", second))
        for part in ("key", "short", "short-en")
    }
    assert tied(table, row)["tie.key"] == key


PERIOD = column("time", interval=Interval("since", "ended", "period", "state", ("kg:Ended",)))


@pytest.mark.parametrize(
    ("row", "edtf"),
    [
        pytest.param({"since.text": "2005"}, "2005/..", id="goes-on"),
        pytest.param({"since.text": "2005", "state": "kg:Ended"}, "2005/", id="ended"),
        pytest.param({"ended.text": "2010"}, "/2010", id="end-alone"),
        pytest.param({"period.text": "2005–2010"}, "2005/2010", id="whole"),
        pytest.param({"state": "kg:Ended"}, None, id="no-date"),
    ],
)
def test_period_is_made_of_its_columns(row: dict[str, str], edtf: str | None) -> None:
    found = stretch(PERIOD, row)
    assert (found.edtf if found else None) == edtf


def test_period_stands_in_one_column_or_in_two() -> None:
    with pytest.raises(CellFault, match="not both"):
        stretch(PERIOD, {"period.text": "2005–2010", "since.text": "2005"})


def test_date_keeps_its_datatype() -> None:
    assert literal(column(reads="date"), {"x": "2018-22"}) == Literal("2018-22", datatype=NamedNode(EDTF))
