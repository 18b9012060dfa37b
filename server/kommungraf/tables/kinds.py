"""The kinds of table: which metadata belongs to a file, by a file beside it or by the file's name."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from kommungraf.errors import InputError, Place, TableFault
from kommungraf.tables.csvw import METADATA, Table, read_table
from kommungraf.tables.names import folded
from kommungraf.tables.sheets import SUFFIXES, UNREAD, unread

__all__ = ["Kinds", "kind_of", "read_kinds", "table_files"]

#: The folder, beside or below data, in which a project declares kinds of its own.
FOLDER: Final = "kinds"


@dataclass(frozen=True, slots=True)
class Kinds:
    """The kinds that are known, by each word that a file's name may begin with."""

    by_word: dict[str, Table]

    def named(self, stem: str) -> Table | None:
        """The kind of a file by its name: ``<kind>`` or ``<kind>-<anything>``, in either language."""
        words = _slug(stem).split("-")
        candidates = ("-".join(words[:length]) for length in range(len(words), 0, -1))
        return next((self.by_word[each] for each in candidates if each in self.by_word), None)

    def all(self) -> tuple[Table, ...]:
        """Each kind once, by its English word."""
        return tuple(kind for _, kind in sorted({word(kind): kind for kind in self.by_word.values()}.items()))

    def of_file(self, path: Path, name: str) -> Table:
        """The metadata of a table; raises InputError where its name tells no kind, or a format that isn't read."""
        if path.suffix.lower() in UNREAD:
            raise unread(path, name)
        beside = path.with_name(path.name + METADATA)
        if beside.is_file():
            return read_table(beside, name + METADATA)
        return self.of_name(path, name)

    def of_name(self, path: Path, name: str) -> Table:
        """The kind that a file's name tells; raises TableFault where it tells none."""
        if kind := self.named(path.stem):
            return kind
        known = ", ".join("/".join(titles[0] for titles in kind.kind.values()) for kind in self.all())
        message = "The name of the file doesn't tell what kind of table it is. Begin it with one of: {known}."
        raise TableFault(message, Place(name), known=known)


def word(kind: Table) -> str:
    """The English word for a kind."""
    return next(iter(kind.kind.get("en", ())), kind.name)


def _slug(text: str) -> str:
    plain = folded(text).replace("_", "-").replace(" ", "-")
    return plain.translate(str.maketrans("åäö", "aao"))


def read_kinds(folders: Iterable[Path], faults: list[InputError]) -> Kinds:
    """The kinds of the package, and those that a project declares in a folder `kinds`, which win."""
    by_word: dict[str, Table] = {}
    with as_file(files("kommungraf") / FOLDER) as built_in:
        paths = sorted(built_in.glob("*.json"))
        for folder in folders:
            paths += sorted(path for path in folder.rglob("*.json") if path.parent.name == FOLDER)
        for path in paths:
            try:
                kind = read_table(path, path.name)
            except InputError as fault:
                faults.append(fault)
                continue
            words = [path.stem, *(each for titles in kind.kind.values() for each in titles)]
            by_word.update({_slug(each): kind for each in words})
    return Kinds(by_word)


def kind_of(path: Path, folders: Iterable[Path]) -> Table:
    """The kind that a file's name tells, among those of the package and of `folders`; raises InputError for none."""
    faults: list[InputError] = []
    kinds = read_kinds(folders, faults)
    if faults:
        raise faults[0]
    return kinds.of_name(path, str(path))


def table_files(folder: Path) -> list[Path]:
    """The tables in and below `folder`, also those that metadata promise or that aren't read, in the order of their names."""
    endings = (*SUFFIXES, *UNREAD)
    found = {path for path in folder.rglob("*") if path.suffix.lower() in endings and path.is_file()}
    found |= {path.with_name(path.name.removesuffix(METADATA)) for path in folder.rglob(f"*.csv{METADATA}")}
    return sorted(path for path in found if not path.name.startswith((".", "~$")))
