"""The folders and files that a dataset is made from."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kommungraf.vocab import BASE

__all__ = ["Project", "own_project"]

_PACKAGE: Final = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Project:
    """What to publish: `data` holds folders and files; None where the publisher has no such folder.

    `known` are folders whose things may be named in tables, but which aren't published.
    """

    data: tuple[Path, ...]
    known: tuple[Path, ...] = ()
    ontology: Path | None = None
    shapes: Path | None = None
    questions: Path | None = None
    base_iri: str = BASE
    root: Path = Path()

    def shown(self, path: Path) -> str:
        """The name of `path` as a person of this project writes it."""
        try:
            return path.resolve().relative_to(self.root.resolve()).as_posix()
        except ValueError:
            return path.as_posix()


def own_project() -> Project:
    """kommungraf's own dataset: in a checkout its folders, in an installed package those of the wheel."""
    bundle = _PACKAGE / "bundle"
    root = bundle if bundle.is_dir() else _PACKAGE.parents[1]
    return Project(
        data=(root / "data",),
        ontology=root / "ontology",
        shapes=root / "shapes",
        questions=root / "questions",
        root=root,
    )
