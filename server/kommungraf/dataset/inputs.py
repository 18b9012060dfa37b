"""Everything that a project's files say, file by file, with the faults found on the way."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, TypeVar

from pyoxigraph import NamedNode, Quad

from kommungraf.dataset.project import Project
from kommungraf.dataset.sources import RdfFile, rdf_files, rdf_reader, read_rdf
from kommungraf.errors import EmptyInput, InputError, Place
from kommungraf.tables.csvw import Table
from kommungraf.tables.kinds import Kinds, read_kinds, table_files
from kommungraf.tables.names import Names
from kommungraf.tables.sheets import SUFFIXES, UNREAD
from kommungraf.tables.tables import (
    Seen,
    TableFile,
    read_table_file,
    record_names,
    record_other_names,
    record_tie_names,
)
from kommungraf.vocab import iri

__all__ = ["Inputs", "known_names", "read_inputs"]

File = TypeVar("File")

_TERMS: Final = iri("kg:")
_TABLE_FILE: Final = iri("kg:tableFile")
_FIRST: Final = 1000
_NO_ONTOLOGY: Final = (
    "These shapes judge data by the terms of an ontology, and none is given. "
    "Give its folder with --ontology, or leave out --shapes."
)


@dataclass(frozen=True, slots=True)
class Inputs:
    """The parsed files of each folder; `faults` holds every error, so that a person can mend all in one go."""

    data: tuple[RdfFile, ...]
    tables: tuple[TableFile, ...]
    ontology: tuple[RdfFile, ...]
    shapes: tuple[RdfFile, ...]
    ontology_shapes: tuple[RdfFile, ...]
    catalogue_shapes: tuple[RdfFile, ...]
    faults: tuple[InputError, ...]

    def quads(self) -> Iterator[Quad]:
        """The statements of data/, as the files have them."""
        for file in self.data:
            yield from file.quads
        for table in self.tables:
            yield from (cell.quad for cell in table.cells)


def read_inputs(project: Project) -> Inputs:
    """Reads every file of the project; raises EmptyInput where there is nothing to publish."""
    faults: list[InputError] = []
    shown = project.shown
    sheets, others = _sorted_out(project.data)
    data = tuple(_read(_members(others, rdf_files, shown), rdf_reader(), shown, faults))
    ontology = _folder(project.ontology, project, faults)
    tables = _tables(list(_members(sheets, table_files, shown)), (*data, *ontology), project, faults)
    if not (data or tables or faults):
        names = ", ".join(shown(path) for path in project.data) or "no folder or file"
        raise EmptyInput("There is nothing to publish. Put RDF files or tables here.", Place(names))
    shapes = project.shapes
    over_data = _folder(_dataset_shapes(shapes), project, faults)
    if shapes and not ontology and _lean_on_terms(over_data, data):
        raise EmptyInput(_NO_ONTOLOGY, Place(shown(shapes)))
    return Inputs(
        data=data,
        tables=tables,
        ontology=ontology,
        shapes=over_data,
        ontology_shapes=_folder(shapes / "ontology" if shapes else None, project, faults),
        catalogue_shapes=_folder(shapes / "catalogue" if shapes else None, project, faults),
        faults=tuple(faults),
    )


def _lean_on_terms(shapes: Iterable[RdfFile], data: Iterable[RdfFile]) -> bool:
    """Whether the shapes name terms of kommungraf's while nothing in the data describes any of them."""
    named = any(_is_term(quad.object) for file in shapes for quad in file.quads)
    return named and not any(_is_term(quad.subject) for file in data for quad in file.quads)


def _is_term(term: object) -> bool:
    return isinstance(term, NamedNode) and term.value.startswith(_TERMS)


def _sorted_out(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """Where tables are looked for, and where RDF files are: in folders, both."""
    sheets = [path for path in paths if path.is_dir() or path.suffix.lower() in (*SUFFIXES, *UNREAD)]
    return sheets, [path for path in paths if path.is_dir() or path not in sheets]


def _tables(
    paths: list[Path], rdf: Iterable[RdfFile], project: Project, faults: list[InputError]
) -> tuple[TableFile, ...]:
    """The tables; names are noted first, those of RDF files before those of tables, so that no order of files matters."""
    if not paths:
        return ()
    kinds = read_kinds([path for path in (*project.known, *project.data) if path.is_dir()], faults)
    known = dict(_kinds_of(paths, kinds, project, faults))
    names, seen = Names(project.base_iri), Seen()
    if any(kind.names_things() for kind in known.values()):
        _record(names, [*rdf, *_others(project)], known | _other_tables(project, kinds, paths), printed=True)
    tables = tuple(
        _read(
            known, lambda path, name: read_table_file(path, name, known[path], names, seen), project.shown, faults
        )
    )
    faults.extend(fault for table in tables for fault in table.faults)
    return tables


def _record(names: Names, rdf: Iterable[RdfFile], tables: Mapping[Path, Table], *, printed: bool) -> None:
    for file in rdf:
        names.record(file.quads, yields=_is_imported(file))
    names.settle()
    for path, kind in tables.items():
        record_names(path, kind, names)
    names.settle()
    for path, kind in tables.items():
        record_other_names(path, kind, names, printed=printed)
    names.settle()
    for path, kind in tables.items():
        record_tie_names(path, kind, names)
    names.open()


def _is_imported(file: RdfFile) -> bool:
    """Whether the file holds claims made of a list's rows, as an import writes them: the first says its file."""
    return any(quad.predicate.value == _TABLE_FILE for quad in islice(file.quads, _FIRST))


def known_names(project: Project, besides: Path, also: Iterable[Path], *, printed: bool = False) -> Names:
    """What the project's files call things, but those in the folder `besides`, and what the files of `also` do.

    Names that a source prints of what it speaks of are names in tables (`printed`), and none in the lists of others, where they may
    mean another thing.
    """
    names = Names(project.base_iri)
    kinds = read_kinds([path for path in project.known if path.is_dir()], [])
    ontology = rdf_files(project.ontology) if project.ontology and project.ontology.is_dir() else []
    outside = [path for path in _members(project.known, rdf_files, project.shown) if not _lies(path, besides)]
    further = _members(also, rdf_files, project.shown)
    rdf = _read([*outside, *ontology, *further], read_rdf, project.shown, [])
    tables = {path: kind for path, kind in _other_tables(project, kinds, ()).items() if not _lies(path, besides)}
    _record(names, rdf, tables, printed=printed)
    return names


def _lies(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _others(project: Project) -> Iterator[RdfFile]:
    """RDF files that are known but not published; their faults are told where they are."""
    yield from _read(_members(project.known, rdf_files, project.shown), read_rdf, project.shown, [])


def _other_tables(project: Project, kinds: Kinds, paths: Iterable[Path]) -> dict[Path, Table]:
    published = {path.resolve() for path in paths}
    found = (
        path for path in _members(project.known, table_files, project.shown) if path.resolve() not in published
    )
    return dict(_kinds_of(found, kinds, project, []))


def _kinds_of(
    paths: Iterable[Path], kinds: Kinds, project: Project, faults: list[InputError]
) -> Iterator[tuple[Path, Table]]:
    for path in paths:
        try:
            yield path, kinds.of_file(path, project.shown(path))
        except InputError as fault:
            faults.append(fault)


def _dataset_shapes(shapes: Path | None) -> Path | None:
    """A shapes folder without our three parts holds shapes over the dataset alone."""
    if shapes is None:
        return None
    return shapes / "dataset" if (shapes / "dataset").is_dir() else shapes


def _members(
    paths: Iterable[Path], within: Callable[[Path], list[Path]], shown: Callable[[Path], str]
) -> Iterator[Path]:
    for path in paths:
        if not path.exists():
            raise EmptyInput("There is no such file or folder.", Place(shown(path)))
        yield from within(path) if path.is_dir() else [path]


def _read(
    paths: Iterable[Path],
    read: Callable[[Path, str], File],
    shown: Callable[[Path], str],
    faults: list[InputError],
) -> Iterator[File]:
    for path in paths:
        try:
            yield read(path, shown(path))
        except InputError as fault:
            faults.append(fault)


def _folder(folder: Path | None, project: Project, faults: list[InputError]) -> tuple[RdfFile, ...]:
    if folder is None or not folder.is_dir():
        return ()
    return tuple(_read(rdf_files(folder), read_rdf, project.shown, faults))
