import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

import kommungraf
from kommungraf.engine.outcomes import EXCEEDED, REFUSED_SERVICES, UNANSWERED
from kommungraf.settings.hosting import FEDERATION
from kommungraf.texts import translations

PACKAGE = Path(kommungraf.__file__).parent
#: Errors that are made of their message.
REQUEST_ERRORS = "BadRequest EngineFailed QueryFailed QueryRefused QuerySyntaxError TooManyRequests UnsupportedMediaType __init__".split()  # noqa: SIM905
METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]


def messages() -> list[tuple[str, int, str]]:
    keywords = {
        "_": None,
        "gettext": None,
        "text": None,
        "ngettext": (1, 2),
        "SettingFault": None,
        "Phrase": None,
        "_translated": (2,),
        **dict.fromkeys(REQUEST_ERRORS),
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


#: The modules whose every sentence is told to people who keep tables.
TOLD = "blanksheets cells csvw dates kinds markedcopies newfiles sheets tablerows tables workbooks".split()  # noqa: SIM905
SENTENCE = re.compile(r"(?s)\S+ .{10,}\.")


def sentences(module: str) -> Iterator[str]:
    (path,) = PACKAGE.rglob(f"{module}.py")
    tree = ast.parse(path.read_text("utf-8"))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docstrings)
    return (node.value for node in constants if isinstance(node.value, str) and SENTENCE.fullmatch(node.value))


@pytest.mark.parametrize("module", TOLD)
def test_every_sentence_about_a_table_is_translated_with_its_placeholders(module: str) -> None:
    swedish = translations("sv")
    found = {text: swedish.gettext(text) for text in sentences(module)}
    assert [text for text, translated in found.items() if text == translated] == []
    for text, translated in found.items():
        assert set(re.findall(r"\{\w+\}", translated)) <= set(re.findall(r"\{\w+\}", text))


def test_what_a_query_is_told_of_its_limits_is_translated() -> None:
    swedish = translations("sv")
    told = (FEDERATION, *EXCEEDED.values(), *REFUSED_SERVICES.values(), *UNANSWERED.values())
    assert [text for text in told if swedish.gettext(text) == text] == []
