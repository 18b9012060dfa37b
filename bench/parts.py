"""One part of a measurement, in a process of its own: `python -m bench.parts NAME FOLDER …`."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Final

from pyoxigraph import RdfFormat, parse, serialize

from kommungraf.quads.spool import Lines
from kommungraf.vocab import PREFIXES

__all__ = ["main"]


def validate(folder: Path, held: str, plain: str) -> None:
    """Checks N-Triples against our shapes; up to `plain` triples by pySHACL alone."""
    from kommungraf.dataset.project import own_project  # noqa: PLC0415 - each part pays for what it uses, and for nothing else
    from kommungraf.dataset.sources import rdf_files, read_rdf  # noqa: PLC0415
    from kommungraf.quads.collector import seldom  # noqa: PLC0415
    from kommungraf.validation.validation import view_findings  # noqa: PLC0415

    seldom()  # as every check has it
    files = rdf_files((own_project().shapes or Path()) / "dataset")
    shapes = [quad for file in files for quad in read_rdf(file, file.name).quads]
    with Path(held).open("rb") as lines:
        found = view_findings(Lines(lines), shapes, plain=int(plain))
        told = sorted(json.dumps(asdict(each), default=str, sort_keys=True) for each in found)
    (folder / f"found-{plain}").write_text("\n".join(told), "utf-8")


def turtle(folder: Path, unsorted: str) -> None:
    """Writes N-Triples in any order as sorted Turtle, the way a build does."""
    with Path(unsorted).open("rb") as lines:
        content = Lines(lines).content()
    serialize(
        parse(content, RdfFormat.N_TRIPLES, lenient=True), folder / "ours.ttl", RdfFormat.TURTLE, prefixes=PREFIXES
    )


def by_rdflib(folder: Path, unsorted: str) -> None:
    """The same with rdflib."""
    import rdflib  # noqa: PLC0415

    rdflib.Graph().parse(unsorted, format="nt").serialize(folder / "rdflib.ttl", format="turtle")


PARTS: Final[dict[str, Callable[..., None]]] = {"validate": validate, "turtle": turtle, "rdflib": by_rdflib}


def main() -> None:
    """Runs the named part."""
    name, folder, *arguments = sys.argv[1:]
    PARTS[name](Path(folder), *arguments)


if __name__ == "__main__":
    main()
