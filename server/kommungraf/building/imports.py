"""Lists made by others: each row that can be read becomes a claim, and every other is set aside with the reason."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, Final

from pyoxigraph import RdfFormat, parse, serialize

from kommungraf.errors import EmptyInput, InputError, OutputFault, Place, TableFault
from kommungraf.quads.collector import seldom
from kommungraf.tables.csvw import Table, read_table
from kommungraf.tables.kinds import FOLDER, kind_of
from kommungraf.tables.names import Names
from kommungraf.tables.sheets import delimiter
from kommungraf.tables.tablerows import MARK_HEADINGS, Heading, Reading, readings
from kommungraf.tables.tables import Making, Seen, claimed
from kommungraf.texts import translations
from kommungraf.validation.findings import worded

__all__ = ["Import", "Tally", "declaration", "import_list"]

_MOST_SHOWN: Final = 20
#: For encodings that lack our marks.
_PLAINER: Final = str.maketrans({"“": '"', "”": '"', "’": "'", "–": "-", "…": "..."})
_LISTS: Final = "lists"


@dataclass(frozen=True, slots=True)
class Import:
    """What to import: a list, its declaration, what is known already, and where the two outcomes go."""

    path: Path
    table: Table
    names: Names
    target: Path
    rejected: Path
    language: str


@dataclass(slots=True)
class Tally:
    """What became of the rows: those `read` are those `taken` and those set `aside`; the first faults to show."""

    read: int = 0
    taken: int = 0
    aside: int = 0
    faults: list[InputError] = field(default_factory=list)

    def summary(self, target: Path, rejected: Path, language: str) -> str:
        """What became of the rows, in a sentence or two."""
        text = translations(language).gettext
        told = text("Rows read: {read}. Taken: {taken}, into {target}.")
        told += " " + text("Set aside: {aside}, with the reasons, in {rejected}.") if self.aside else ""
        values = {"target": target, "rejected": rejected}
        return told.format(read=self.read, taken=self.taken, aside=self.aside, **values)


def declaration(kind: str, folders: tuple[Path, ...]) -> Table:
    """The declaration of a list: a file of metadata, or the name of one that kommungraf or the project has."""
    path = Path(kind)
    if path.suffix == ".json":
        return read_table(path, kind)
    own = sorted(each for folder in folders for each in folder.rglob(f"{FOLDER}/{kind}.json"))
    if own:
        return read_table(own[0], own[0].name)
    with as_file(files("kommungraf") / FOLDER / _LISTS) as lists:
        if (built_in := lists / f"{kind}.json").is_file():
            return read_table(built_in, built_in.name)
        known = ", ".join(sorted(each.stem for each in lists.glob("*.json")))
    try:
        return kind_of(path, folders)
    except TableFault as fault:
        message = (
            "No list is declared by this name. Write a declaration (docs/imports.md), or use one of: {known}."
        )
        raise EmptyInput(message, Place(kind), known=known) from fault


def import_list(job: Import) -> Tally:
    """Writes the claims of a list to one file and the rows set aside to another; both replace those of last time."""
    seldom()
    tally = Tally()
    with _written(job.target) as target, _written(job.rejected) as aside:
        rejected = _Rejected(job, aside)
        if job.table.origin:
            serialize(parse(job.table.origin, RdfFormat.JSON_LD), target, RdfFormat.N_QUADS)
        for reading, faults in _rows(job, target, tally.faults.append):
            tally.read += 1
            tally.taken += not faults
            tally.aside += bool(faults)
            if faults:
                rejected.add(reading, faults)
                tally.faults.extend(faults[: max(0, _MOST_SHOWN - len(tally.faults))])
        rejected.close()
    if not tally.aside:
        job.rejected.unlink()
    return tally


def _rows(
    job: Import, target: BinaryIO, report: Callable[[InputError], None]
) -> Iterator[tuple[Reading, tuple[InputError, ...]]]:
    """Each row with what is wrong with it; the statements of the others are written."""
    making = Making.of(job.path, job.path.name, job.table, job.names, Seen())
    for reading in readings(job.path, job.path.name, job.table, job.names, report):
        faults = list(reading.faults)
        if reading.row:
            cells = claimed(making, reading.row, faults.append)
            serialize((cell.quad for cell in cells), target, RdfFormat.N_QUADS)
        yield reading, tuple(faults)


@contextmanager
def _written(path: Path) -> Iterator[BinaryIO]:
    """A file that takes its place when it is whole; raises OutputFault where it can't be written."""
    aside = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with aside.open("wb") as stream:
            yield stream
        aside.replace(path)
    except OSError as error:
        raise OutputFault(
            "The file can't be written: {reason}.", Place(str(path)), reason=error.strerror
        ) from error
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)


class _Rejected:
    """The rows set aside, as the list writes them, each with what is wrong with it in a last column."""

    def __init__(self, job: Import, stream: BinaryIO) -> None:
        dialect = job.table.dialect
        is_workbook = job.path.suffix.lower() == ".xlsx"
        self._separator = "," if is_workbook else dialect.delimiter or delimiter(job.path, job.path.name)
        self._quote, self._language, self._encoding = dialect.quote, job.language, dialect.encoding
        self._stream = TextIOWrapper(
            stream, encoding=dialect.encoding, errors="surrogateescape", newline="", write_through=True
        )
        self._has_heading = False

    def add(self, reading: Reading, faults: Iterable[InputError]) -> None:
        """One more row."""
        heading = reading.heading
        if heading.cells and not self._has_heading:
            self._write(heading, heading.cells, MARK_HEADINGS[self._language])
            self._has_heading = True
        reason = " | ".join(_told(each, self._language) for each in faults)
        self._write(heading, reading.sheet.cells, _writable(reason, self._encoding))

    def close(self) -> None:
        """Nothing more follows."""
        self._stream.detach()

    def _write(self, heading: Heading, cells: Sequence[str], mark: str) -> None:
        marks = {index for index, cell in enumerate(heading.cells) if cell in MARK_HEADINGS.values()}
        kept = [cell for index, cell in enumerate(cells) if index not in marks]
        kept += [""] * (len(heading.columns) - len(marks) - len(kept))
        if self._quote:
            csv.writer(self._stream, delimiter=self._separator, quotechar=self._quote).writerow([*kept, mark])
        else:
            self._stream.write(self._separator.join([*kept, mark.replace(self._separator, " ")]) + "\n")


def _writable(text: str, encoding: str) -> str:
    """The text in the letters that an encoding has; a list in ISO 8859-1 has no typographic quotes."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_PLAINER).encode(encoding, "replace").decode(encoding)
    return text


def _told(fault: InputError, language: str) -> str:
    """A fault with its row and column in the list."""
    place = ":".join(str(part) for part in (fault.place.line, fault.place.column) if part is not None)
    return f"{place}: {worded(fault, language)}"
