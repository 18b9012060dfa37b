"""Where in the project's files a statement stands: file and line, or table, row and column."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from pyoxigraph import Quad

from kommungraf.dataset.inputs import Inputs
from kommungraf.dataset.sources import RdfFile, lines_of
from kommungraf.errors import Place
from kommungraf.tables.tables import TableFile
from kommungraf.validation.findings import Finding, placed

__all__ = ["located"]


def located(findings: Iterable[Finding], inputs: Inputs) -> Iterator[Finding]:
    """Each finding with the place of the statement that comes nearest to it, if any does."""
    found = list(findings)
    wanted = {finding.focus for finding in found if finding.place is None and finding.focus is not None}
    statements = _statements(wanted, inputs) if wanted else {}
    for finding in found:
        near = statements.get(finding.focus or "", ()) if finding.place is None else ()
        nearest = max(near, key=lambda each: _nearness(each[0], finding), default=None)
        yield placed(finding, nearest[1]) if nearest else finding


def _statements(wanted: set[str], inputs: Inputs) -> dict[str, list[tuple[Quad, Place]]]:
    """The statements that name a wanted node, each with its place; a file that names none isn't read by line."""
    statements: defaultdict[str, list[tuple[Quad, Place]]] = defaultdict(list)
    for quad, place in _all(wanted, inputs):
        for node in _nodes(quad) & wanted:
            statements[node].append((quad, place))
    return statements


def _all(wanted: set[str], inputs: Inputs) -> Iterator[tuple[Quad, Place]]:
    for file in (*inputs.data, *inputs.ontology, *inputs.shapes, *inputs.ontology_shapes):
        if any(not wanted.isdisjoint(_nodes(quad)) for quad in file.quads):
            yield from _file_places(file)
    for table in inputs.tables:
        yield from _table_places(table)


def _nodes(quad: Quad) -> set[str]:
    return {str(quad.subject), str(quad.object), str(quad.graph_name)}


def _file_places(file: RdfFile) -> Iterator[tuple[Quad, Place]]:
    return ((quad, Place(file.name, line)) for line, quad in lines_of(file.path))


def _table_places(table: TableFile) -> Iterator[tuple[Quad, Place]]:
    return ((cell.quad, Place(table.name, cell.row, cell.column or None)) for cell in table.cells)


def _nearness(quad: Quad, finding: Finding) -> int:
    subject, predicate = str(quad.subject) == finding.focus, str(quad.predicate) == finding.path
    value = finding.value is not None and str(quad.object) == finding.value
    return 8 * (subject and predicate and value) + 4 * (subject and predicate) + 2 * subject + value
