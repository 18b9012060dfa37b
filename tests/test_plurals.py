import pytest

from kommungraf.rendering.plurals import plural
from kommungraf.resources.links import Link
from kommungraf.vocab import iri

TWINNING = Link(iri("kg:Twinning"), "Vänortssamarbete", "sv", "/def/Twinning", here=True)


@pytest.mark.parametrize(
    ("language", "number", "text"),
    [
        pytest.param("sv", 475, "Vänortssamarbeten", id="many in Swedish"),
        pytest.param("en", 475, "Twinnings", id="many in English"),
        pytest.param("sv", None, "Vänortssamarbeten", id="any number"),
        pytest.param("sv", 0, "Vänortssamarbeten", id="none"),
        pytest.param("sv", 1, "Vänortssamarbete", id="one keeps the name of the class"),
    ],
)
def test_class_is_called_by_the_number_of_its_things(language: str, number: int | None, text: str) -> None:
    assert plural(TWINNING, language, number).text == text


def test_class_without_a_known_plural_keeps_its_name() -> None:
    link = Link("https://example.org/Mill", "Mill", "en", None, here=False)
    assert plural(link, "en", 7) == link
