"""Where in the project's files a statement stands: file and line, or table, row and column."""

from collections import defaultdict
from collections.abc import Iterator

from pyoxigraph import Quad

from kommungraf.errors import Place
from kommungraf.findings import Finding, placed
from kommungraf.inputs import Inputs
from kommungraf.sources import RdfFile, lines_of
from kommungraf.tables import TableFile

__all__ = ["Origins"]


class Origins:
    """Finds places lazily: files are read again by line only for subjects that a finding names."""

    def __init__(self, inputs: Inputs) -> None:
        self._files = (*inputs.data, *inputs.ontology, *inputs.shapes, *inputs.ontology_shapes)
        self._tables = inputs.tables
        self._statements: dict[str, list[tuple[Quad, Place]]] | None = None

    def located(self, finding: Finding) -> Finding:
        """The finding with the place of the statement that comes nearest to it, if any does."""
        if finding.place is not None or finding.focus is None:
            return finding
        statements = self._by_node().get(finding.focus, ())
        nearest = max(statements, key=lambda found: _nearness(found[0], finding), default=None)
        return placed(finding, nearest[1]) if nearest else finding

    def _by_node(self) -> dict[str, list[tuple[Quad, Place]]]:
        if self._statements is None:
            statements: defaultdict[str, list[tuple[Quad, Place]]] = defaultdict(list)
            for quad, place in self._all():
                for node in {str(quad.subject), str(quad.object), str(quad.graph_name)}:
                    statements[node].append((quad, place))
            self._statements = dict(statements)
        return self._statements

    def _all(self) -> Iterator[tuple[Quad, Place]]:
        for file in self._files:
            yield from _file_places(file)
        for table in self._tables:
            yield from _table_places(table)


def _file_places(file: RdfFile) -> Iterator[tuple[Quad, Place]]:
    return ((quad, Place(file.name, line)) for line, quad in lines_of(file.path))


def _table_places(table: TableFile) -> Iterator[tuple[Quad, Place]]:
    return ((cell.quad, Place(table.name, cell.row, cell.column or None)) for cell in table.cells)


def _nearness(quad: Quad, finding: Finding) -> int:
    subject, predicate = str(quad.subject) == finding.focus, str(quad.predicate) == finding.path
    value = finding.value is not None and str(quad.object) == finding.value
    return 8 * (subject and predicate and value) + 4 * (subject and predicate) + 2 * subject + value
