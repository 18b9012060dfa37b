"""What holds for one run of the command: flags before the environment, before a TOML file, before the defaults."""

import difflib
import json
import os
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from kommungraf.errors import Place, SettingFault
from kommungraf.settings.hosting import CREDENTIALS, Engines, Federated, Hosting
from kommungraf.settings.limits import Limits
from kommungraf.settings.options import Kind, Setting, read_value, setting, settings_of, shown

__all__ = [
    "CONFIG_VARIABLE",
    "SECTIONS",
    "Configuration",
    "Folders",
    "Origin",
    "as_toml",
    "configuration",
    "from_flags",
]

CONFIG_VARIABLE: Final = "KOMMUNGRAF_CONFIG"
_FILE: Final = Path("kommungraf.toml")
_PREFIX: Final = "KOMMUNGRAF_"
_PLACE: Final = re.compile(r"(.*) \(at line (\d+), column (\d+)\)")
_MOST_BYTES: Final = 1 << 20

Section = TypeVar("Section")


@dataclass(frozen=True, slots=True)
class Folders:
    """What a dataset is made from and where its releases are; None is the project's own."""

    data: Path | None = setting(None, Kind.FOLDER, "The folder of RDF files and tables.")
    ontology: Path | None = setting(None, Kind.FOLDER, "The folder of the ontology and its rules.")
    shapes: Path | None = setting(None, Kind.FOLDER, "The folder of the SHACL shapes.")
    questions: Path | None = setting(None, Kind.FOLDER, "The folder of the competency questions.")
    base_iri: str | None = setting(None, Kind.IRI, "The IRI that the things' IRIs begin with.")
    releases: Path = setting(Path("build/releases"), Kind.PATH, "Where releases are kept.")


#: Every setting there is, by what it is about.
SECTIONS: Final[tuple[type, ...]] = (Folders, Hosting, Engines, Federated, Limits)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from: the flag or the variable by name, or the line of a file; nowhere for a default."""

    place: Place | None = None
    by_flag: bool = False

    def __str__(self) -> str:
        return "" if self.place is None else str(self.place)


@dataclass(frozen=True, slots=True)
class Configuration:
    """Every setting with its value and the origin of that; `idle` are variables of the environment that set nothing."""

    values: Mapping[Setting, tuple[Any, Origin]]
    idle: tuple[str, ...] = ()

    def section(self, kind: type[Section]) -> Section:
        """The settings that `kind` declares."""
        return kind(**{declared.field: self.values[declared][0] for declared in settings_of(kind)})

    def flagged(self) -> frozenset[str]:
        """The names of the settings that flags set."""
        return frozenset(declared.name for declared, (_, origin) in self.values.items() if origin.by_flag)


def configuration(
    flags: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
    *,
    file: Path | None = None,
    sections: Sequence[type] = SECTIONS,
) -> Configuration:
    """The settings that hold; `flags` by field, `file` in the place of kommungraf.toml. Raises SettingFault."""
    flags, environ = flags or {}, os.environ if environ is None else environ
    declared = [each for section in sections for each in settings_of(section)]
    written = _written(_chosen_file(file, environ), [each.name for each in declared])
    values = {each: _chosen(each, flags.get(each.field), environ, written) for each in declared}
    known = {CONFIG_VARIABLE, *CREDENTIALS, *(each.variable for each in declared)}
    return Configuration(
        values, tuple(sorted(name for name in environ if name.startswith(_PREFIX) and name not in known))
    )


def from_flags(kind: type[Section], flags: Mapping[str, object]) -> Section:
    """A section that flags alone set; those that aren't settings are left at their defaults. Raises SettingFault."""
    values = {each: _chosen(each, flags.get(each.field), {}, None) for each in settings_of(kind)}
    return Configuration(values).section(kind)


def as_toml(effective: Configuration) -> str:
    """The settings as a file that sets the same, each with where it comes from."""
    return "".join(f"{_line(declared, *chosen)}\n" for declared, chosen in effective.values.items())


def _line(declared: Setting, value: Any, origin: Origin) -> str:
    if value is None:
        return f"# {declared.name} ="
    written: Any = value if declared.kind in {Kind.SECONDS, Kind.COUNT} else shown(declared, value)
    if declared.is_list:
        written = list(map(str, value))
    line = f"{declared.name} = {json.dumps(written, ensure_ascii=False)}"
    return f"{line}  # {origin}" if str(origin) else line


@dataclass(frozen=True, slots=True)
class _File:
    """What a TOML file sets, and the line of each name."""

    path: Path
    values: Mapping[str, object]
    lines: Mapping[str, int]

    def place(self, name: str) -> Place:
        return Place(str(self.path), self.lines.get(name))


def _chosen(declared: Setting, flag: object, environ: Mapping[str, str], file: _File | None) -> tuple[Any, Origin]:
    here = Path()
    if flag is not None and flag != ():
        origin = Origin(Place(declared.flag), by_flag=True)
        return read_value(declared, flag, Place(declared.flag), folder=here), origin
    if text := environ.get(declared.variable):
        place = Place(declared.variable)
        return read_value(declared, text, place, folder=here), Origin(place)
    if file is not None and declared.name in file.values:
        place = file.place(declared.name)
        return read_value(declared, file.values[declared.name], place, folder=file.path.parent), Origin(place)
    return declared.default, Origin()


def _chosen_file(file: Path | None, environ: Mapping[str, str]) -> Path | None:
    if file is not None:
        return file
    if named := environ.get(CONFIG_VARIABLE):
        return Path(named)
    return _FILE if _FILE.is_file() else None


def _written(path: Path | None, names: Iterable[str]) -> _File | None:
    if path is None:
        return None
    text = _text(path)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _no_toml(path, str(error)) from error
    written = _File(path, values, _lines(text, values))
    for name in sorted(set(values) - set(names), key=lambda name: written.lines.get(name, 0)):
        raise _unknown(name, list(names), written.place(name))
    return written


def _no_toml(path: Path, message: str) -> SettingFault:
    found = _PLACE.fullmatch(message)
    place = Place(str(path), int(found[2]), int(found[3])) if found else Place(str(path))
    return SettingFault("The file isn't TOML: {reason}.", place, reason=found[1] if found else message)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise SettingFault("The file is larger than 1 MiB, which no configuration is.", Place(str(path)))
        return content.decode("utf-8")
    except OSError as error:
        raise SettingFault(
            "The file can't be read ({reason}).", Place(str(path)), reason=error.strerror
        ) from error
    except UnicodeDecodeError as error:
        raise SettingFault("The file isn't UTF-8. Save it with that encoding.", Place(str(path))) from error


def _lines(text: str, names: Iterable[str]) -> dict[str, int]:
    """The line on which each name first stands as a key or as a table's name; tomllib doesn't tell."""
    found: dict[str, int] = {}
    keys = {name: re.compile(rf"""\s*\[{{0,2}}\s*["']?{re.escape(name)}["']?\s*[=.\]]""") for name in names}
    for number, line in enumerate(text.splitlines(), 1):
        for name, key in keys.items():
            if name not in found and key.match(line):
                found[name] = number
    return found


def _unknown(name: str, names: list[str], place: Place) -> SettingFault:
    near = difflib.get_close_matches(name.replace("_", "-"), names, 1)
    if near:
        return SettingFault(
            "There is no setting “{name}”. Perhaps “{near}” is meant.", place, name=name, near=near[0]
        )
    return SettingFault("There is no setting “{name}”. `kommungraf config` lists them all.", place, name=name)
