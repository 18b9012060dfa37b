"""RDF files as people keep them: reading with the place of each error, and finding the line of a statement."""

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyoxigraph import Quad, RdfFormat, Triple, parse

from kommungraf.errors import EmptyInput, Place, SyntaxFault
from kommungraf.formats import RDF, by_suffix
from kommungraf.tables.sheets import SUFFIXES

__all__ = ["RdfFile", "lines_of", "rdf_files", "rdf_reader", "read_rdf"]

#: Of files of so many bytes in all the statements are kept in memory, where they take three times as many.
_LARGE: Final = 64 << 20
_UTF8_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class RdfFile:
    """One parsed file: `name` is how people know it, `quads` its statements in document order.

    Those of a large file, or of one among very many, are read from it again each time, with other labels of blank nodes.
    """

    path: Path
    name: str
    quads: Iterable[Quad]


def rdf_files(folder: Path) -> list[Path]:
    """The RDF files in and below `folder`, in the order of their names; hidden files are left out."""
    suffixes = {form.suffix for form in RDF}
    found = (path for path in folder.rglob("*") if path.suffix[1:] in suffixes and path.is_file())
    return sorted(path for path in found if not any(part.startswith(".") for part in path.parts[-2:]))


def rdf_reader() -> Callable[[Path, str], RdfFile]:
    """What reads one file after the other, and keeps the statements of as many as there is room for."""
    room = _LARGE

    def read(path: Path, name: str) -> RdfFile:
        nonlocal room
        found = read_rdf(path, name, room)
        if isinstance(found.quads, tuple):
            room -= _size(path)
        return found

    return read


def read_rdf(path: Path, name: str, room: int | None = None) -> RdfFile:
    """The file's statements; raises SyntaxFault with line and column, or EmptyInput where it can't be read.

    They are kept where the file has no more bytes than there is `room`.
    """
    form = _format(path, name)
    try:
        if _size(path) > (_LARGE if room is None else room):
            _expect_utf8(path, name)
            found = RdfFile(path, name, _Streamed(path, form))
        else:
            parsed = parse(_content(path, name), form, base_iri=path.resolve().as_uri(), rename_blank_nodes=True)
            found = RdfFile(path, name, tuple(parsed))
        _expect_no_triple_terms(found)
    except SyntaxError as error:
        raise _fault(error, Place(name, error.lineno, error.offset)) from error
    else:
        return found


def _expect_no_triple_terms(file: RdfFile) -> None:
    """Raises SyntaxFault where there is one, having read the whole file."""
    said = next((quad.subject for quad in file.quads if isinstance(quad.object, Triple)), None)
    if said is not None:
        raise SyntaxFault(
            "{subject} has a triple term (RDF 1.2), which shapes can't check and JSON-LD can't hold. Put the statements that "
            "something is said of into a named graph, and say it of the graph.",
            Place(file.name),
            subject=said,
        )


@dataclass(frozen=True, slots=True)
class _Streamed:
    """The statements of a file that is too large to be kept in memory."""

    path: Path
    form: RdfFormat

    def __iter__(self) -> Iterator[Quad]:
        with self.path.open("rb") as stream:
            stream.seek(len(_UTF8_BOM) if stream.read(len(_UTF8_BOM)) == _UTF8_BOM else 0)
            base = self.path.resolve().as_uri()
            yield from parse(stream, self.form, base_iri=base, rename_blank_nodes=True)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _format(path: Path, name: str) -> RdfFormat:
    form = by_suffix(path.suffix[1:])
    if form is None:
        known = ", ".join((*(f".{each.suffix}" for each in RDF), *SUFFIXES))
        ending = path.suffix or "(none)"
        raise SyntaxFault(
            "The ending {ending} isn't known; use one of {known}.", Place(name), ending=ending, known=known
        )
    return form.rdf


def _content(path: Path, name: str) -> bytes:
    try:
        content = path.read_bytes().removeprefix(_UTF8_BOM)
    except OSError as error:
        raise EmptyInput("The file can't be read: {reason}.", Place(name), reason=error.strerror) from error
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        raise _not_utf8(content[error.start], Place(name, line, column)) from error
    return content


def _expect_utf8(path: Path, name: str) -> None:
    """Raises SyntaxFault where a large file isn't UTF-8."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                raise _not_utf8(line[error.start], Place(name, number, error.start + 1)) from error


def _not_utf8(byte: int, place: Place) -> SyntaxFault:
    message = "The file isn't UTF-8 (byte 0x{byte}). Save it with the encoding UTF-8."
    return SyntaxFault(message, place, byte=f"{byte:02X}")


def _fault(error: SyntaxError, place: Place) -> SyntaxFault:
    _, _, reason = str(error.msg).partition(": ")
    text = (reason or str(error.msg)).rstrip(".")
    if "prefix" in text:
        return SyntaxFault("{reason}. Declare it with @prefix at the top of the file.", place, reason=text)
    if "nexpected end" in text:
        return SyntaxFault("The file seems to be cut off: {reason}.", place, reason=text)
    return SyntaxFault("The file doesn't parse: {reason}.", place, reason=text)


class _Lines(io.BytesIO):
    """A stream that hands the parser one line at a time, so that the line of each statement is known.

    A line that is longer than what the parser asks for comes in parts: more than that would abort the process.
    """

    number = 0
    _is_begun = False

    def read(self, size: int | None = -1, /) -> bytes:
        part = self.readline(size)
        self.number += bool(part) and not self._is_begun
        self._is_begun = bool(part) and not part.endswith(b"\n")
        return part


def lines_of(path: Path) -> Iterator[tuple[int, Quad]]:
    """Each statement of a file that parses, with the number of the line on which it is complete."""
    stream = _Lines(path.read_bytes().removeprefix(_UTF8_BOM))
    form = by_suffix(path.suffix[1:])
    for quad in parse(stream, form.rdf if form else None, base_iri=path.resolve().as_uri()):
        yield stream.number, quad
