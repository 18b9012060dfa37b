"""One thing that an operator may set: what it is called, what it may be, and how people write its value."""

import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, Final

from kommungraf.errors import Place, SettingFault

__all__ = ["EXPECTED", "Kind", "Setting", "read_value", "setting", "settings_of", "shown"]

#: The key of a field's metadata.
_DECLARED: Final = "setting"
_UNITS: Final = {
    "": 1,
    "B": 1,
    "kB": 10**3,
    "KiB": 1 << 10,
    "MB": 10**6,
    "MiB": 1 << 20,
    "GB": 10**9,
    "GiB": 1 << 30,
    "TB": 10**12,
    "TiB": 1 << 40,
}
_SIZE: Final = re.compile(rf"(\d{{1,15}}(?:\.\d{{1,6}})?)\s*({'|'.join(filter(None, _UNITS))}|)", re.ASCII)
_BINARY: Final = ("TiB", "GiB", "MiB", "KiB")


class Kind(StrEnum):
    """What a setting's value is, and what stands for it in a line of help."""

    SECONDS = "SECONDS"
    SIZE = "SIZE"
    COUNT = "NUMBER"
    TEXT = "TEXT"
    TEXTS = "TEXT…"
    NETWORKS = "NETWORK…"
    CHOICE = "CHOICE"
    PATH = "PATH"
    FOLDER = "FOLDER"
    IRI = "IRI"


#: What is told of a value that is none, by kind.
EXPECTED: Final[Mapping[Kind, str]] = {
    Kind.SECONDS: "{name} is a number of seconds from {least} to {most}, not {given}.",
    Kind.SIZE: "{name} is a size such as “512 MiB”, from {least} to {most}, not {given}.",
    Kind.COUNT: "{name} is a whole number from {least} to {most}, not {given}.",
    Kind.TEXT: "{name} is a text, not {given}.",
    Kind.TEXTS: "{name} is a list of texts, not {given}.",
    Kind.NETWORKS: "{name} is a list of addresses or networks such as “10.0.0.0/8”, not {given}.",
    Kind.CHOICE: "{name} is one of {choices}, not {given}.",
    Kind.PATH: "{name} is a path, not {given}.",
    Kind.FOLDER: "{name} is a folder that exists, not {given}.",
    Kind.IRI: "{name} is an absolute IRI such as “https://example.org/”, not {given}.",
}
_BOUNDED: Final = frozenset({Kind.SECONDS, Kind.SIZE, Kind.COUNT})


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: `field` names it in Python, `name` everywhere else; sizes are bytes, `help` is a message id."""

    field: str
    name: str
    kind: Kind
    default: Any
    help: str
    least: float
    most: float
    choices: tuple[str, ...]

    @property
    def is_list(self) -> bool:
        """Whether it has any number of values."""
        return self.kind in {Kind.TEXTS, Kind.NETWORKS}

    @property
    def flag(self) -> str:
        """Its name on the command line."""
        return f"--{self.name}"

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return "KOMMUNGRAF_" + self.name.upper().replace("-", "_")

    @property
    def bounds(self) -> str:
        """What its value is held to, as people write it; nothing for a text."""
        if self.kind in _BOUNDED:
            return f"{shown(self, self.least)} to {shown(self, self.most)}"
        return " | ".join(self.choices)


def setting(  # noqa: PLR0913  a declaration, read as a sentence
    default: Any,
    kind: Kind,
    help_text: str,
    *,
    name: str | None = None,
    least: float | None = None,
    most: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """The field of a dataclass that declares a setting; a number must have bounds."""
    if kind in _BOUNDED and (least is None or most is None):
        raise TypeError(f"A setting of kind {kind} needs bounds.")
    declared = (kind, help_text, name, least or 0, most or 0, choices)
    return field(default=default, metadata={_DECLARED: declared})


def settings_of(section: type) -> tuple[Setting, ...]:
    """The settings that the dataclass `section` declares, in its order."""
    return tuple(
        Setting(
            each.name, name or each.name.replace("_", "-"), kind, each.default, help_text, least, most, choices
        )
        for each in fields(section)
        if _DECLARED in each.metadata
        for kind, help_text, name, least, most, choices in [each.metadata[_DECLARED]]
    )


def read_value(declared: Setting, given: object, place: Place, *, folder: Path) -> Any:
    """The value that `given`, a text or what TOML makes of one, stands for; raises SettingFault.

    A relative path is one below `folder`.
    """
    try:
        value = _READERS[declared.kind](given)
        if declared.kind in {Kind.PATH, Kind.FOLDER}:
            value = folder / value
        fits = _fits(declared, value)
    except (TypeError, ValueError, OverflowError) as error:
        raise _fault(declared, given, place) from error
    if not fits:
        raise _fault(declared, given, place)
    return value


def _fits(declared: Setting, value: Any) -> bool:
    """Whether a value of the right type is within the bounds; NaN is in none."""
    if declared.kind in _BOUNDED:
        return bool(declared.least <= value <= declared.most)
    if declared.kind is Kind.FOLDER:
        return bool(value.is_dir())
    return not declared.choices or value in declared.choices


def _fault(declared: Setting, given: object, place: Place) -> SettingFault:
    return SettingFault(
        EXPECTED[declared.kind],
        place,
        name=declared.name,
        least=shown(declared, declared.least),
        most=shown(declared, declared.most),
        choices=", ".join(declared.choices),
        given=json.dumps(given, ensure_ascii=False, default=str),
    )


def shown(declared: Setting, value: Any) -> str:
    """A value as people write it, without quotes."""
    match declared.kind:
        case Kind.SIZE:
            unit = next((unit for unit in _BINARY if value >= _UNITS[unit] and not value % _UNITS[unit]), "B")
            return f"{int(value) // _UNITS[unit]} {unit}"
        case Kind.SECONDS:
            return f"{value:g}"
        case Kind.TEXTS | Kind.NETWORKS:
            return " ".join(map(str, value or ()))
    return "" if value is None else str(value)


def _seconds(given: object) -> float:
    return float(_number(given))


def _count(given: object) -> int:
    if isinstance(given, float):
        raise TypeError(given)
    return int(_number(given))


def _size(given: object) -> int:
    if not isinstance(given, str):
        return _count(given)
    found = _SIZE.fullmatch(given.strip())
    if found is None:
        raise ValueError(given)
    return round(float(found[1]) * _UNITS[found[2]])


def _number(given: object) -> int | float | str:
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        raise TypeError(given)
    return given


def _text(given: object) -> str:
    if not isinstance(given, str) or not given or "\0" in given:
        raise TypeError(given)
    return given


def _texts(given: object) -> tuple[str, ...]:
    if isinstance(given, str):
        return tuple(given.split())
    if not isinstance(given, list | tuple):
        raise TypeError(given)
    return tuple(_text(each) for each in given)


def _networks(given: object) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in _texts(given))


def _path(given: object) -> Path:
    return Path(_text(given))


def _iri(given: object) -> str:
    from pyoxigraph import NamedNode  # noqa: PLC0415 - only where an IRI is given

    return NamedNode(_text(given)).value


_READERS: Final[Mapping[Kind, Callable[[object], Any]]] = {
    Kind.SECONDS: _seconds,
    Kind.SIZE: _size,
    Kind.COUNT: _count,
    Kind.TEXT: _text,
    Kind.TEXTS: _texts,
    Kind.NETWORKS: _networks,
    Kind.CHOICE: _text,
    Kind.PATH: _path,
    Kind.FOLDER: _path,
    Kind.IRI: _iri,
}
