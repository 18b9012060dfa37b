import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

import kommungraf
from kommungraf.texts import translations

PACKAGE = Path(kommungraf.__file__).parent
METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]


def messages() -> list[tuple[str, int, str]]:
    keywords = {
        "_": None,
        "gettext": None,
        "text": None,
        "ngettext": (1, 2),
        "SettingFault": None,
        "_translated": (2,),
    }
    found = extract_from_dir(PACKAGE, METHODS, keywords=keywords)
    return [(file, line, text if isinstance(text, str) else text[0]) for file, line, text, *_ in found if text]


def test_every_message_is_translated_into_swedish() -> None:
    swedish = translations("sv")
    unchanged = {"Start", "Status", "Manifest"}
    missing = [
        (file, line, text)
        for file, line, text in messages()
        if text not in unchanged and swedish.gettext(text) == text and swedish.ngettext(text, text, 2) == text
    ]
    assert missing == []


@pytest.mark.parametrize("number", [1, 2])
def test_placeholders_survive_translation(number: int) -> None:
    swedish = translations("sv")
    for _, _, text in messages():
        translated = swedish.ngettext(text, text, number)
        assert set(re.findall(r"%\(\w+\)s|\{\w+\}", translated)) == set(re.findall(r"%\(\w+\)s|\{\w+\}", text))
