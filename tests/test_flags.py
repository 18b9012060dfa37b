import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import click
import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from kommungraf.cli import cli
from kommungraf.settings.configuration import SECTIONS
from kommungraf.settings.flags import asked_language
from kommungraf.settings.options import settings_of
from kommungraf.texts import translations
from waiting import PATIENCE

CLICK = Path(click.__file__).parent
#: What Click says of a command line; the rest of it asks questions, opens editors or talks to programmers.
SPOKEN = ("exceptions.py", "formatting.py", "parser.py")


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    plain = {
        name: value for name, value in os.environ.items() if not name.startswith(("LANG", "LC_", "KOMMUNGRAF_"))
    }
    command = [sys.executable, "-m", "kommungraf.cli", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE, check=False, env={**plain, **environ}
    )


def commands() -> Iterator[tuple[str, click.Command]]:
    yield "kommungraf", cli
    yield from cli.commands.items()


@pytest.mark.parametrize("name", ["serve", "config"])
def test_a_command_that_serves_has_a_flag_for_every_setting(name: str) -> None:
    flags = {flag for parameter in cli.commands[name].params for flag in parameter.opts}
    assert {declared.flag for section in SECTIONS for declared in settings_of(section)} <= flags


@pytest.mark.parametrize(("name", "command"), list(commands()), ids=str)
def test_help_is_translated(name: str, command: click.Command) -> None:
    swedish = translations("sv")
    texts = [
        command.help,
        *(parameter.help for parameter in command.params if isinstance(parameter, click.Option)),
    ]
    unheard = {"Show the version and exit."}  # Click's own
    assert [text for text in texts if text not in unheard and swedish.gettext(text or "") == text] == []


def test_every_word_of_click_to_a_user_is_translated() -> None:
    source = files("kommungraf") / "locale" / "click" / "sv.po"
    with source.open("rb") as stream:
        known = {message.id if isinstance(message.id, str) else message.id[0] for message in read_po(stream)}
    keywords = {"_": None, "ngettext": (1, 2)}
    found = [
        text for file in SPOKEN for _, text, *_ in extract_from_file("python", CLICK / file, keywords=keywords)
    ]
    programmers = {"Invalid start character for option ({option})"}
    assert {text if isinstance(text, str) else text[0] for text in found} - programmers - known == set()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(("chek",), "Kommandot 'chek' finns inte. Menas 'check'?", id="command"),
        pytest.param(("check", "--fromat", "x"), "Flaggan '--fromat' finns inte.", id="option"),
        pytest.param(("check", "none.ttl"), "”none.ttl” finns inte.", id="file"),
        pytest.param(("check", "--format", "x"), "'x' är inte någon av 'text'", id="choice"),
        pytest.param(("serve", "--port", "x"), "--port: port ska vara ett heltal från 0 till 65535", id="setting"),
        pytest.param(("serve", "--port"), "Flaggan '--port' behöver ett värde.", id="no-value"),
        pytest.param(("build", "--data", "none"), "--data: data ska vara en katalog som finns", id="folder"),
    ],
)
def test_wrong_usage_is_told_in_swedish(arguments: tuple[str, ...], words: str) -> None:
    answer = run(*arguments, LANG="sv_SE.UTF-8")
    assert answer.returncode == 2
    assert words in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_language_asked_for_comes_before_that_of_the_machine() -> None:
    assert "Flaggan '--x' finns inte" in run("check", "--x", "--lang", "sv", LANG="en_GB.UTF-8").stderr
    assert "No such option '--x'" in run("check", "--x", "--lang=en", LANG="sv_SE.UTF-8").stderr
    assert "No such option '--x'" in run("check", "--x").stderr
    assert "Användning:" in run("check", "--help", LANG="sv_SE.UTF-8").stdout


def test_a_language_that_is_none_is_told() -> None:
    assert asked_language(["--lang", "fi"]) is None
    assert "'fi' is not one of 'sv', 'en'." in run("check", "--lang", "fi").stderr


def test_config_prints_each_setting_with_its_origin(tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text("queue = 5\n")
    answer = run("config", "--config", str(tmp_path / "my.toml"), "--port=81", KOMMUNGRAF_WORKERS="3")
    assert answer.returncode == 0
    assert "port = 81  # --port\n" in answer.stdout
    assert "workers = 3  # KOMMUNGRAF_WORKERS\n" in answer.stdout
    assert f"queue = 5  # {tmp_path}/my.toml:1\n" in answer.stdout


def test_a_variable_that_sets_nothing_is_told() -> None:
    answer = run("config", KOMMUNGRAF_PROT="81")
    assert "KOMMUNGRAF_PROT: There is no such setting" in answer.stderr
    assert answer.returncode == 0
