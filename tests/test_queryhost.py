import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from kommungraf.engine.wire import Message, receive, send
from kommungraf.engine.workers import Host, Reserve, Worker
from kommungraf.errors import ReleaseError
from kommungraf.settings.limits import Limits
from serving_process import all_gone
from serving_release import write_release
from waiting import PATIENCE, comes_true

REQUEST = Message(
    {
        "text": "ASK {}",
        "boolean": "application/sparql-results+json",
        "base_iri": None,
        "bindings": {},
        "default_graphs": [],
        "named_graphs": [],
    }
)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    started = Host(write_release(tmp_path) / "dataset.nq", Limits(seconds=60))
    yield started
    started.close()


def spawned(host: Host) -> Worker:
    worker = host.spawn()
    assert worker is not None
    return worker


def gone_soon(pid: int) -> bool:
    return all_gone([pid])


def test_worker_answers_until_its_socket_closes(host: Host) -> None:
    worker = spawned(host)
    for _ in range(3):
        assert worker.send(REQUEST)
        reply = worker.receive()
        assert reply is not None
        assert reply.body == b'{"head":{},"boolean":true}'
    worker.connection.close()
    assert gone_soon(worker.pid)
    assert host.end(worker) == {"exit": 0}


def test_the_way_a_worker_ended_is_told(host: Host) -> None:
    worker = spawned(host)
    os.kill(worker.pid, signal.SIGABRT)
    assert gone_soon(worker.pid)
    assert worker.is_gone()
    assert host.end(worker) == {"signal": signal.SIGABRT}


def test_a_worker_of_another_host_is_unknown(host: Host) -> None:
    worker = spawned(host)
    host.end(worker)
    assert host.end(worker) == {"unknown": True}


def test_closing_the_host_ends_all(host: Host) -> None:
    workers = [spawned(host) for _ in range(3)]
    host.close()
    assert all(gone_soon(worker.pid) for worker in workers)
    for worker in workers:
        worker.connection.close()


def test_a_killed_host_takes_its_workers_along(host: Host) -> None:
    worker = spawned(host)
    parent = int(Path(f"/proc/{worker.pid}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(parent, signal.SIGKILL)
    assert gone_soon(worker.pid)
    assert host.spawn() is None
    worker.connection.close()


def test_a_worker_holds_only_its_socket_and_standard_streams(host: Host) -> None:
    worker = spawned(host)
    assert worker.send(REQUEST)
    assert worker.receive() is not None
    assert {path.name for path in Path(f"/proc/{worker.pid}/fd").iterdir()} == {"0", "1", "2", "3", "4"}
    worker.connection.close()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"<http://e/a> <http://e/p> ", id="truncated"),
        pytest.param(b'<http://e/a> <http://e/p> "\xff" .\n', id="not-utf-8"),
    ],
)
def test_a_store_that_cannot_be_loaded_is_a_clear_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "dataset.nq").write_bytes(content)
    with pytest.raises(ReleaseError, match="can't be opened"):
        Host(tmp_path / "dataset.nq", Limits())


def test_a_missing_store_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="can't be opened"):
        Host(tmp_path / "dataset.nq", Limits())


def test_a_dismissed_worker_dies_and_is_reaped_without_being_waited_for(host: Host) -> None:
    workers = [host.spawn() for _ in range(3)]
    for worker in workers:
        assert worker is not None
        host.dismiss(worker)
    gone = [Path(f"/proc/{worker.pid}") for worker in workers if worker is not None]
    assert comes_true(lambda: not any(path.exists() for path in gone))
    another = host.spawn()
    assert another is not None
    another.connection.close()


def by_itself(dataset: Path) -> tuple[socket.socket, "subprocess.Popen[bytes]"]:
    """A host as the server starts it, once it is ready, whose standard error can be read."""
    ours, theirs = socket.socketpair()
    arguments = (str(theirs.fileno()), str(dataset), json.dumps(asdict(Limits())), "[]")
    command = (sys.executable, "-m", "kommungraf.engine.queryhost", *arguments)
    with theirs:
        host = subprocess.Popen(command, pass_fds=(theirs.fileno(),), stderr=subprocess.PIPE)
    assert receive(ours) is not None
    return ours, host


def test_a_worker_whose_client_left_says_nothing(tmp_path: Path) -> None:
    control, host = by_itself(write_release(tmp_path) / "dataset.nq")
    send(control, Message({"spawn": True}))
    reply = receive(control)
    assert reply is not None
    worker = Worker(reply.fields["pid"], socket.socket(fileno=reply.descriptor))
    os.kill(worker.pid, signal.SIGSTOP)
    assert worker.send(REQUEST)
    worker.hang_up()
    worker.connection.close()
    os.kill(worker.pid, signal.SIGCONT)
    assert gone_soon(worker.pid)
    control.close()
    assert host.communicate(timeout=PATIENCE)[1] == b""


def test_a_host_whose_server_is_gone_says_nothing(tmp_path: Path) -> None:
    control, host = by_itself(write_release(tmp_path) / "dataset.nq")
    host.send_signal(signal.SIGSTOP)
    send(control, Message({"spawn": True}))
    control.close()
    host.send_signal(signal.SIGCONT)
    assert host.communicate(timeout=PATIENCE)[1] == b""
    assert host.returncode == 0


def fresh_from(host: Host) -> Callable[[], Worker]:
    return lambda: spawned(host)


def taken(reserve: Reserve) -> Worker:
    """The next worker that is ready."""
    found: list[Worker] = []

    def is_taken() -> bool:
        worker = reserve.take()
        found.extend(() if worker is None else (worker,))
        return worker is not None

    assert comes_true(is_taken)
    return found[0]


def test_a_reserve_makes_a_worker_for_each_that_is_taken(host: Host) -> None:
    reserve = Reserve(fresh_from(host), 1)
    workers = [taken(reserve) for _ in range(3)]
    assert len({worker.pid for worker in workers}) == 3
    for worker in workers:
        assert worker.send(REQUEST)
        assert worker.receive() is not None
        worker.connection.close()
    reserve.close()


def test_a_reserve_gives_no_worker_that_has_ended(host: Host) -> None:
    made: list[Worker] = []

    def fresh() -> Worker:
        made.append(spawned(host))
        return made[-1]

    reserve = Reserve(fresh, 1)
    first = taken(reserve)
    assert comes_true(lambda: len(made) == 2)
    os.kill(made[1].pid, signal.SIGKILL)
    assert gone_soon(made[1].pid)
    second = taken(reserve)
    assert second.pid not in {first.pid, made[1].pid}
    for worker in (first, second):
        worker.connection.close()
    reserve.close()


def test_a_closed_reserve_leaves_no_worker(host: Host) -> None:
    made: list[int] = []

    def fresh() -> Worker:
        worker = spawned(host)
        made.append(worker.pid)
        return worker

    reserve = Reserve(fresh, 2)
    assert comes_true(lambda: len(made) == 2)
    reserve.close()
    assert all(gone_soon(pid) for pid in made)


def test_a_reserve_goes_on_after_no_worker_could_be_made(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kommungraf.engine.workers._BREATH", 0.01)
    faults = [ReleaseError("none"), ReleaseError("none")]

    def fresh() -> Worker:
        if faults:
            raise faults.pop()
        return spawned(host)

    reserve = Reserve(fresh, 1)
    taken(reserve).connection.close()
    reserve.close()


def memory_of(pid: int, field: str) -> int:
    """A field of a process's memory map as a whole, in kB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:"))


def faults_of(pid: int) -> int:
    """How many pages the kernel has given to a process or copied for it (proc_pid_stat(5), minflt)."""
    return int(Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[7])


def has_huge_pages() -> bool:
    setting = Path("/sys/kernel/mm/transparent_hugepage/enabled")
    name, _, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").partition(" ")
    is_new = name == "glibc" and tuple(map(int, version.split("."))) >= (2, 35)
    return is_new and setting.exists() and "[madvise]" in setting.read_text("ascii")


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Statements of many blank nodes, of which the parser gives each name back when it is done."""
    file = tmp_path_factory.mktemp("larger") / "dataset.nq"
    with file.open("w", encoding="ascii") as sink:
        sink.writelines(
            f"_:node{number} <https://example.org/is> _:node{number // 2} .\n" for number in range(100_000)
        )
    return file


@pytest.fixture
def larger(dump: Path) -> Iterator[Host]:
    started = Host(dump, Limits(seconds=60))
    yield started
    started.close()


@pytest.mark.skipif(
    not has_huge_pages(), reason="this kernel or its C library gives no huge pages to those who ask"
)
def test_the_store_lies_in_huge_pages(larger: Host) -> None:
    assert memory_of(larger.pid, "AnonHugePages") > memory_of(larger.pid, "Anonymous") / 2


@pytest.mark.skipif(
    not has_huge_pages(), reason="this kernel or its C library gives no huge pages to those who ask"
)
def test_what_the_operator_tells_glibc_counts(dump: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLIBC_TUNABLES", "glibc.malloc.hugetlb=0")
    host = Host(dump, Limits(seconds=60))
    assert memory_of(host.pid, "AnonHugePages") < memory_of(host.pid, "Anonymous") / 2
    host.close()


def test_a_worker_copies_few_pages_for_its_first_query(larger: Host) -> None:
    worker = spawned(larger)
    media_type = "application/sparql-results+json"
    asked = {**REQUEST.fields, "text": "SELECT * { ?s ?p ?o } LIMIT 300", "solutions": media_type}
    before = faults_of(worker.pid)
    assert worker.send(Message(asked))
    reply = worker.receive()
    assert reply is not None
    assert reply.fields["size"] > 10_000
    assert faults_of(worker.pid) - before < 3000
    larger.dismiss(worker)
