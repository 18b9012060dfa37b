import math
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

import pytest

from kommungraf.errors import Place, SettingFault
from kommungraf.settings.options import EXPECTED, Kind, Setting, read_value, setting, settings_of, shown
from kommungraf.texts import translations
from kommungraf.validation.findings import worded

PLACE = Place("kommungraf.toml", 3)


@dataclass(frozen=True, slots=True)
class Sample:
    wait_seconds: float = setting(5.0, Kind.SECONDS, "A wait.", least=0.5, most=60)
    room_bytes: int = setting(2 << 20, Kind.SIZE, "A room.", name="room", least=0, most=1 << 30)
    seats: int = setting(4, Kind.COUNT, "Seats.", least=1, most=9)
    title: str = setting("x", Kind.TEXT, "A title.")
    friends: tuple[str, ...] = setting((), Kind.TEXTS, "Friends.")
    near: tuple[IPv4Network, ...] = setting((), Kind.NETWORKS, "Near.")
    form: str = setting("json", Kind.CHOICE, "A form.", choices=("json", "off"))
    place: Path = setting(Path("here"), Kind.PATH, "A place.")
    source: Path | None = setting(None, Kind.FOLDER, "A source.")
    base: str | None = setting(None, Kind.IRI, "A base.")
    unset: int = 3


def named(name: str) -> Setting:
    return next(each for each in settings_of(Sample) if each.name == name)


def read(name: str, given: object, folder: Path = Path()) -> object:
    return read_value(named(name), given, PLACE, folder=folder)


def test_a_field_without_a_declaration_is_no_setting() -> None:
    assert "unset" not in {each.name for each in settings_of(Sample)}
    assert Sample().unset == 3


def test_one_name_makes_flag_and_variable() -> None:
    assert (named("wait-seconds").flag, named("wait-seconds").variable) == (
        "--wait-seconds",
        "KOMMUNGRAF_WAIT_SECONDS",
    )
    assert named("room").field == "room_bytes"


def test_a_number_without_bounds_can_not_be_declared() -> None:
    with pytest.raises(TypeError, match="needs bounds"):
        setting(1, Kind.COUNT, "No bounds.", least=0)


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("wait-seconds", "2.5", 2.5),
        ("wait-seconds", 3, 3.0),
        ("room", "512 MiB", 512 << 20),
        ("room", "1.5KiB", 1536),
        ("room", "2 MB", 2_000_000),
        ("room", "77", 77),
        ("room", 77, 77),
        ("room", 0, 0),
        ("seats", "9", 9),
        ("friends", "a b", ("a", "b")),
        ("friends", ["a", "b c"], ("a", "b c")),
        ("near", "10.0.0.0/8 ::1", (IPv4Network("10.0.0.0/8"), IPv6Network("::1/128"))),
        ("form", "off", "off"),
        ("base", "https://example.org/", "https://example.org/"),
    ],
)
def test_values_are_read_as_people_write_them(name: str, given: object, value: object) -> None:
    assert read(name, given) == value


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("wait-seconds", "0"),
        ("wait-seconds", math.inf),
        ("wait-seconds", math.nan),
        ("wait-seconds", "nan"),
        ("wait-seconds", True),
        ("wait-seconds", "5 s"),
        ("wait-seconds", []),
        ("room", "-1"),
        ("room", -1),
        ("room", "1 M"),
        ("room", "2 TiB"),
        ("room", "unlimited"),
        ("room", "9" * 400),
        ("seats", 3.0),
        ("seats", 0),
        ("seats", False),
        ("title", 3),
        ("title", ""),
        ("friends", 3),
        ("friends", [1]),
        ("near", "10.0.0.1/8"),
        ("near", ["example.org"]),
        ("form", "xml"),
        ("place", 3),
        ("source", "nowhere"),
        ("base", "not absolute"),
    ],
)
def test_what_is_no_value_is_told_with_place_name_and_what_is_expected(name: str, given: object) -> None:
    with pytest.raises(SettingFault) as caught:
        read(name, given)
    assert caught.value.place == PLACE
    assert caught.value.message.startswith(f"{name} is ")
    assert ", not " in caught.value.message


def test_bounds_are_told_as_people_write_them() -> None:
    with pytest.raises(SettingFault, match=r"from 0 B to 1 GiB, not \"2 GiB\""):
        read("room", "2 GiB")
    assert named("wait-seconds").bounds == "0.5 to 60"
    assert named("form").bounds == "json | off"


def test_a_relative_path_is_below_the_folder_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    assert read("source", "data", tmp_path) == tmp_path / "data"
    assert read("place", "/there", tmp_path) == Path("/there")


@pytest.mark.parametrize("size", [0, 1, 1023, 1024, 3 << 20, 1_000_000, 5 << 40])
def test_a_size_that_is_shown_is_read_again(size: int) -> None:
    declared = named("room")
    wide = Setting(declared.field, declared.name, Kind.SIZE, 0, "", 0, 1 << 60, ())
    assert read_value(wide, shown(declared, size), PLACE, folder=Path()) == size


@pytest.mark.parametrize("kind", list(Kind))
def test_every_fault_is_told_in_swedish(kind: Kind) -> None:
    values = dict.fromkeys(("name", "least", "most", "choices", "given"), "?")
    told = worded(SettingFault(EXPECTED[kind], PLACE, **values), "sv")
    assert told != EXPECTED[kind].format(**values)
    assert translations("sv").gettext(EXPECTED[kind]).count("{") == EXPECTED[kind].count("{")
