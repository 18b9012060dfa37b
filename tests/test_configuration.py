import re
import tomllib
from pathlib import Path

import pytest

from kommungraf.dataset.project import own_project
from kommungraf.errors import SettingFault
from kommungraf.settings.configuration import SECTIONS, Folders, as_toml, configuration
from kommungraf.settings.hosting import Hosting
from kommungraf.settings.limits import Limits
from kommungraf.settings.options import Kind, Setting, settings_of, shown
from kommungraf.texts import translations
from kommungraf.validation.findings import worded

DOCUMENT = own_project().root / "docs" / "operation.md"
SETTINGS = [declared for section in SECTIONS for declared in settings_of(section)]
OTHER = {
    Kind.TEXT: "else",
    Kind.TEXTS: "a b",
    Kind.NETWORKS: "10.0.0.0/8 ::1/128",
    Kind.IRI: "https://example.org/",
}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "kommungraf.toml"
    path.write_text(text, "utf-8")
    return path


def another(declared: Setting, folder: Path) -> str:
    """A value that isn't the default."""
    if declared.kind is Kind.FOLDER:
        return str(folder)
    if declared.kind is Kind.PATH:
        return str(folder / "else")
    if declared.kind is Kind.CHOICE:
        return next(choice for choice in declared.choices if choice != declared.default)
    if declared.kind in OTHER:
        return OTHER[declared.kind]
    return shown(declared, declared.least if declared.default != declared.least else declared.most)


def test_without_anything_the_defaults_hold() -> None:
    effective = configuration({}, {})
    assert effective.section(Limits) == Limits()
    assert effective.section(Hosting) == Hosting()
    assert effective.section(Folders) == Folders()
    assert effective.flagged() == frozenset()


@pytest.mark.parametrize("declared", SETTINGS, ids=lambda declared: declared.name)
def test_every_setting_is_set_by_flag_variable_and_file(declared: Setting, tmp_path: Path) -> None:
    given = another(declared, tmp_path)
    by_flag = configuration({declared.field: given}, {})
    by_variable = configuration({}, {declared.variable: given})
    by_file = configuration({}, {}, file=write(tmp_path, f'# settings\n{declared.name} = "{given}"\n'))
    value, origin = by_flag.values[declared]
    assert value != declared.default
    assert str(origin) == declared.flag
    assert by_variable.values[declared][0] == value
    assert str(by_variable.values[declared][1]) == declared.variable
    assert by_file.values[declared][0] == (tmp_path / value if declared.kind is Kind.PATH else value)
    assert str(by_file.values[declared][1]) == f"{tmp_path}/kommungraf.toml:2"


def test_flags_come_before_the_environment_before_the_file(tmp_path: Path) -> None:
    file = write(tmp_path, "port = 1\nworkers = 2\nqueue = 3\n")
    effective = configuration({"port": "7"}, {"KOMMUNGRAF_PORT": "8", "KOMMUNGRAF_WORKERS": "9"}, file=file)
    limits = effective.section(Limits)
    assert (effective.section(Hosting).port, limits.workers, limits.queue) == (7, 9, 3)
    assert effective.flagged() == {"port"}


def test_a_file_in_the_working_folder_is_read_and_another_takes_its_place(tmp_path: Path) -> None:
    write(tmp_path, "port = 1\n")
    other = tmp_path / "other.toml"
    other.write_text("port = 2\n")
    assert configuration({}, {}).section(Hosting).port == 1
    assert configuration({}, {"KOMMUNGRAF_CONFIG": str(other)}).section(Hosting).port == 2
    assert configuration({}, {"KOMMUNGRAF_CONFIG": "none"}, file=other).section(Hosting).port == 2


def test_an_empty_variable_sets_nothing() -> None:
    assert configuration({}, {"KOMMUNGRAF_PORT": ""}).section(Hosting).port == 8000


def test_a_variable_without_a_setting_is_told() -> None:
    assert configuration({}, {"KOMMUNGRAF_PROT": "1", "OTHER": "2"}).idle == ("KOMMUNGRAF_PROT",)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        pytest.param("\nprot = 1\n", ":2", "Perhaps “port” is meant", id="misspelt"),
        pytest.param("query_seconds = 1\n", ":1", "Perhaps “query-seconds” is meant", id="underscore"),
        pytest.param("port = 1\n[limits]\nworkers = 2\n", ":2", "no setting “limits”", id="table"),
        pytest.param("port = 1\nworkers = true\n", ":2", "workers is a whole number from", id="type"),
        pytest.param("port = \n", ":1:8", "isn't TOML: Invalid value", id="syntax"),
        pytest.param("port = 1\nport = 2\n", ":2:9", "isn't TOML: Cannot overwrite", id="twice"),
    ],
)
def test_a_fault_in_the_file_is_told_with_its_line(tmp_path: Path, text: str, place: str, words: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(SettingFault) as caught:
        configuration({}, {}, file=file)
    assert str(caught.value.place) == f"{file}{place}"
    assert words in caught.value.message
    assert worded(caught.value, "sv") != caught.value.message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(None, "can't be read", id="missing"),
        pytest.param(b"\xff = 1", "isn't UTF-8", id="encoding"),
        pytest.param(b"#" * (1 << 20) + b"##", "larger than 1 MiB", id="large"),
    ],
)
def test_a_file_that_can_not_be_read_is_told(tmp_path: Path, content: bytes | None, words: str) -> None:
    file = tmp_path / "x.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingFault, match=words) as caught:
        configuration({}, {}, file=file)
    assert worded(caught.value, "sv") != caught.value.message


def test_what_is_printed_sets_the_same(tmp_path: Path) -> None:
    flags = {declared.field: another(declared, tmp_path) for declared in SETTINGS}
    effective = configuration(flags, {})
    again = configuration({}, {}, file=write(tmp_path, as_toml(effective)))
    for section in SECTIONS:
        if section is not Folders:
            assert again.section(section) == effective.section(section)
    assert "port = 0  # --port\n" in as_toml(effective)
    assert set(tomllib.loads(as_toml(effective))) == {declared.name for declared in SETTINGS}


def test_the_document_holds_every_setting_as_it_is_declared() -> None:
    rows = re.findall(r"^\| `[a-z-]+` \|.*\|$", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    assert rows == [row(declared) for declared in SETTINGS]


def row(declared: Setting) -> str:
    bounds = declared.bounds.replace(" | ", ", ")
    cells = (f"`{declared.name}`", shown(declared, declared.default), bounds, declared.help)
    return f"| {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |")


@pytest.mark.parametrize("declared", SETTINGS, ids=lambda declared: declared.name)
def test_every_setting_is_explained_in_swedish(declared: Setting) -> None:
    assert translations("sv").gettext(declared.help) != declared.help
