import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Store

from kommungraf.engine import diskstore
from kommungraf.engine.diskstore import prepared
from kommungraf.engine.engine import Query
from kommungraf.engine.evaluator import Evaluator
from kommungraf.errors import ReleaseError
from kommungraf.releases.manifest import verified
from kommungraf.settings.limits import Limits
from serving_release import write_release

TSV = "text/tab-separated-values"
LIMITS = Limits(memory_quads=0)


def inodes(folder: Path) -> set[int]:
    return {path.stat().st_ino for path in folder.iterdir()}


def test_the_store_holds_what_the_dump_holds(tmp_path: Path) -> None:
    release = write_release(tmp_path)
    assert len(Store.read_only(str(prepared(release)))) == verified(release).quads


def test_the_store_is_made_once(tmp_path: Path) -> None:
    release = write_release(tmp_path)
    made = inodes(prepared(release))
    assert inodes(prepared(release)) == made


def test_a_store_that_does_not_open_is_made_again(tmp_path: Path) -> None:
    release = write_release(tmp_path)
    store = prepared(release)
    (store / "CURRENT").write_text("damaged")
    assert len(Store.read_only(str(prepared(release)))) == verified(release).quads
    assert [path.name for path in release.glob(".store-*")] == []


def test_what_a_killed_server_left_is_cleared_away(tmp_path: Path) -> None:
    release = write_release(tmp_path)
    (release / ".store-left").mkdir()
    prepared(release)
    assert not (release / ".store-left").exists()


def test_a_blank_node_of_several_chunks_stays_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diskstore, "_CHUNK", 1)
    lines = [
        '_:b <http://e/p> "1" .',
        '<http://e/x> <http://e/p> "_:b" .',
        "<http://e/s> <http://e/p> _:b <http://e/g> .",
    ]
    (tmp_path / "dataset.nq").write_text("\n".join(lines) + "\n")
    diskstore.main([str(tmp_path), str(os.getppid())])
    quads = list(Store.read_only(str(tmp_path / "store")))
    nodes = {node for quad in quads for node in (quad.subject, quad.object) if isinstance(node, BlankNode)}
    assert (len(quads), len(nodes)) == (3, 1)


def test_a_dump_that_does_not_parse_is_a_clear_error_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "dataset.nq").write_text("<http://e/a> <http://e/p> ")
    with pytest.raises(ReleaseError, match="can't be made"):
        prepared(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["dataset.nq"]


def test_two_servers_may_want_the_store_at_once(tmp_path: Path) -> None:
    release = write_release(tmp_path)
    command = (sys.executable, "-m", "kommungraf.engine.diskstore", str(release), str(os.getpid()))
    started = [subprocess.Popen(command) for _ in range(3)]
    assert [process.wait() for process in started] == [0, 0, 0]
    assert len(Store.read_only(str(release / "store"))) == verified(release).quads


def statuses(process: str) -> list[str]:
    """What the kernel tells of the threads of `process`, as far as they haven't ended by the time."""
    found = []
    for thread in Path(f"/proc/{process}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):
            found.append((thread / "status").read_text())
    return found


def test_every_thread_of_a_worker_over_a_store_on_disk_is_kept_from_the_network(tmp_path: Path) -> None:
    evaluator = Evaluator(write_release(tmp_path), LIMITS, quads=1)
    try:
        evaluator.evaluate(Query("ASK { ?s ?p ?o }", solutions="application/sparql-results+json", graph=None))
        host = evaluator._host._process.pid
        workers = Path(f"/proc/{host}/task/{host}/children").read_text().split()
        told = [text for worker in workers for text in statuses(worker)]
    finally:
        evaluator.close()
    assert len(told) >= len(workers) > 0
    assert {line for text in told for line in text.split("\n") if line.startswith("Seccomp:")} == {"Seccomp:\t2"}


def test_the_limit_decides_where_a_release_is_opened(tmp_path: Path) -> None:
    release = write_release(tmp_path)
    quads = verified(release).quads
    for memory_quads, on_disk in ((quads, False), (quads - 1, True)):
        evaluator = Evaluator(release, replace(LIMITS, memory_quads=memory_quads), quads=quads)
        answer = evaluator.evaluate(Query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", solutions=TSV, graph=None))
        evaluator.close()
        with answer.body as body:
            assert body.read() == f"?n\n{verified(release).triples}\n".encode()
        assert (release / "store").exists() == on_disk
