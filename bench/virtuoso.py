"""Virtuoso for measurements: a database of its own under the build folder, filled by its bulk loader."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

from pyoxigraph import DefaultGraph, RdfFormat, parse, serialize

from bench.prepared import Prepared
from bench.processes import Unavailable

__all__ = ["HELD", "bulk_loaded", "configured"]

#: The graph that stands for the default graph, as Virtuoso has none of its own.
HELD: Final = "urn:x-kommungraf:held"
_BUFFERS: Final = 170_000
_SECONDS: Final = 340
_LOADED: Final = "loaded"


def configured(place: Path, port: int, sql: int) -> Path:
    """The configuration of a database in `place`, with the memory that Virtuoso advises for 2 GB."""
    place.mkdir(parents=True, exist_ok=True)
    for left in place.glob("*.lck"):
        left.unlink()
    path = place / "virtuoso.ini"
    path.write_text(
        f"""[Database]
DatabaseFile = {place}/virtuoso.db
ErrorLogFile = {place}/virtuoso.log
LockFile = {place}/virtuoso.lck
TransactionFile = {place}/virtuoso.trx
xa_persistent_file = {place}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {place}/temporary.db
TransactionFile = {place}/temporary.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DirsAllowed = {place}
NumberOfBuffers = {_BUFFERS}
MaxDirtyBuffers = {_BUFFERS * 3 // 4}
ThreadsPerQuery = 2
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerRoot = {place}
ServerThreads = 20
MaxKeepAlives = 20
[SPARQL]
ResultSetMaxRows = 1000000
DefaultQuery = ASK {{}}
""",
        "utf-8",
    )
    return path


def bulk_loaded(place: Path, sql: int, data: Prepared) -> None:
    """Load the release, unless this was done before; raises Unavailable where the loader reports a fault."""
    if (place / _LOADED).exists():
        return
    shutil.copy(data.folder / "held.nt", place / "held.nt")
    with data.dataset.open("rb") as quads:
        named = (quad for quad in parse(quads, RdfFormat.N_QUADS) if quad.graph_name != DefaultGraph())
        serialize(named, place / "named.nq", RdfFormat.N_QUADS)
    statements = (
        f"ld_dir('{place}', 'held.nt', '{HELD}');",
        f"ld_dir('{place}', 'named.nq', '{HELD}:unnamed');",
        "rdf_loader_run();",
        "checkpoint;",
        "select coalesce(ll_error, 'loaded') from DB.DBA.load_list;",
    )
    told = _asked(sql, " ".join(statements))
    if told.count("\nloaded") != 2:
        raise Unavailable(f"Virtuoso's loader says: {told[-500:]}")
    (place / _LOADED).touch()


def _asked(sql: int, statements: str) -> str:
    program = shutil.which("isql-vt") or "isql-vt"
    command = [program, f"127.0.0.1:{sql}", "dba", "dba", "BANNER=OFF", f"exec={statements}"]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=_SECONDS).stdout
