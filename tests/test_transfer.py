import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from engines import Server
from kommungraf.editions import transfer
from kommungraf.editions.pointer import POINTER, pointer
from kommungraf.editions.transfer import push, targets
from kommungraf.engine.endpoint import Credentials, endpoint
from kommungraf.engine.remote import RemoteEvaluator
from kommungraf.errors import EngineFailed, TransferRefused
from serving_release import TRIG, write_release
from two_engines import LIMITS, OTHER, emptied, pushed, target, two_engines


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Server, Server]]:
    with two_engines() as pair:
        yield pair


@pytest.fixture(autouse=True)
def _empty(servers: tuple[Server, Server]) -> None:
    for server in servers:
        emptied(server)


def loaded(server: Server, data: str) -> None:
    request = urllib.request.Request(
        f"{server.graphs}?default", data.encode(), {"Content-Type": "text/turtle"}, method="PUT"
    )
    urllib.request.urlopen(request).close()


def all_quads(server: Server) -> set[str]:
    with urllib.request.urlopen(
        urllib.request.Request(server.graphs, headers={"Accept": "application/n-quads"})
    ) as answer:
        return {str(quad) for quad in parse(answer.read(), RdfFormat.N_QUADS) if POINTER not in str(quad)}


def hash_at(server: Server) -> str | None:
    engine = RemoteEvaluator(endpoint(server.query, Credentials()), LIMITS)
    try:
        found = pointer(engine)
    finally:
        engine.close()
    return found and found.content_hash


def test_an_engine_holds_the_release_after_a_push(servers: tuple[Server, Server], tmp_path: Path) -> None:
    release = write_release(tmp_path)
    assert pushed(release, servers[0]) == servers[0].query
    assert all_quads(servers[0]) == {str(quad) for quad in parse(path=release / "dataset.nq")}
    assert str(hash_at(servers[0])).startswith(release.name[-12:])


def test_many_small_requests_load_the_same(
    servers: tuple[Server, Server], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "_CHUNK", 1)
    release = write_release(
        tmp_path, TRIG + '<http://e/a> <http://e/p> [ <http://e/q> "1" ] , [ <http://e/q> "1", "2" ] .'
    )
    pushed(release, servers[0])
    assert len(all_quads(servers[0])) == len(list(parse(path=release / "dataset.nq")))


def test_a_push_again_writes_nothing(servers: tuple[Server, Server], tmp_path: Path) -> None:
    release = write_release(tmp_path)
    pushed(release, servers[0])
    steps: list[str] = []
    push(release, [target(servers[0])], LIMITS, steps.append)
    assert steps == ["counting"]


def test_releases_take_turns_between_two_engines(servers: tuple[Server, Server], tmp_path: Path) -> None:
    releases = [
        write_release(tmp_path, trig, version=f"2026-01-0{day}")
        for day, trig in ((1, TRIG), (2, OTHER), (3, TRIG))
    ]
    places = [pushed(release, *servers) for release in releases]
    assert places == [servers[0].query, servers[1].query, servers[0].query]
    assert all_quads(servers[0]) == {str(quad) for quad in parse(path=releases[2] / "dataset.nq")}


def test_what_an_older_release_had_and_this_one_has_not_is_removed(
    servers: tuple[Server, Server], tmp_path: Path
) -> None:
    pushed(write_release(tmp_path, OTHER), servers[0])
    release = write_release(tmp_path, version="2026-01-02")
    pushed(release, servers[0], in_place=True)
    assert all_quads(servers[0]) == {str(quad) for quad in parse(path=release / "dataset.nq")}


def test_a_lone_engine_that_is_read_is_not_written_over(servers: tuple[Server, Server], tmp_path: Path) -> None:
    old = write_release(tmp_path, OTHER)
    pushed(old, servers[0])
    with pytest.raises(TransferRefused, match="--in-place"):
        pushed(write_release(tmp_path, version="2026-01-02"), servers[0])
    assert all_quads(servers[0]) == {str(quad) for quad in parse(path=old / "dataset.nq")}


def test_somebody_elses_default_graph_is_not_written_over(servers: tuple[Server, Server], tmp_path: Path) -> None:
    loaded(servers[0], '<http://e/a> <http://e/p> "theirs" .')
    with pytest.raises(TransferRefused, match="no push put there"):
        pushed(write_release(tmp_path), servers[0])
    assert len(all_quads(servers[0])) == 1


def test_an_interrupted_push_points_at_nothing_and_can_be_done_again(
    servers: tuple[Server, Server], tmp_path: Path
) -> None:
    old = write_release(tmp_path)
    pushed(old, *servers)
    release = write_release(tmp_path, OTHER, version="2026-01-02")

    def interrupted(step: str) -> None:
        if "/" in step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        push(release, [target(server) for server in servers], LIMITS, interrupted)
    assert str(hash_at(servers[0])).startswith(old.name[-12:])
    assert hash_at(servers[1]) is None
    assert pushed(release, *servers) == servers[1].query
    assert all_quads(servers[1]) == {str(quad) for quad in parse(path=release / "dataset.nq")}


def test_a_wrong_count_is_told_and_nothing_points_at_it(servers: tuple[Server, Server], tmp_path: Path) -> None:
    # The engine holds numbers by value, so these two statements are one to it.
    release = write_release(tmp_path, TRIG + "<http://e/a> <http://e/p> 1.0 , 1.00 .")
    with pytest.raises(TransferRefused, match=r"1 graphs \(the default graph: 14 of 15\)"):
        pushed(release, servers[0])
    assert hash_at(servers[0]) is None


def test_a_release_that_somebody_changed_in_the_engine_is_told_and_loaded_again_in_place(
    servers: tuple[Server, Server], tmp_path: Path
) -> None:
    release = write_release(tmp_path)
    pushed(release, servers[0])
    loaded(servers[0], '<http://e/a> <http://e/p> "theirs" .')
    with pytest.raises(
        TransferRefused, match=r"the default graph: 1 of .*servers read them as they are.*--in-place"
    ):
        pushed(release, servers[0])
    assert pushed(release, servers[0], in_place=True) == servers[0].query
    assert all_quads(servers[0]) == {str(quad) for quad in parse(path=release / "dataset.nq")}
    assert str(hash_at(servers[0])).startswith(release.name[-12:])


def test_an_engine_that_is_not_there_is_told(tmp_path: Path) -> None:
    gone = Server("http://127.0.0.1:1/query", "http://127.0.0.1:1/store")
    with pytest.raises(EngineFailed, match="can't be reached"):
        pushed(write_release(tmp_path), gone)


def test_a_wrong_graph_store_is_told(servers: tuple[Server, Server], tmp_path: Path) -> None:
    wrong = Server(servers[0].query, servers[0].query.replace("/query", "/nowhere"))
    with pytest.raises(EngineFailed, match=r"PUT of .*404.*Check the address"):
        pushed(write_release(tmp_path), wrong)


def test_graph_stores_are_told_or_follow_from_oxigraphs_address() -> None:
    assert [each.graphs.url for each in targets(["http://e/query"], [], None)] == ["http://e/store"]
    assert [each.graphs.url for each in targets(["http://e/sparql"], ["http://e/data"], None)] == ["http://e/data"]
    for urls, stores in (([], []), (["http://e/sparql"], []), (["http://e/query"], ["http://e/1", "http://e/2"])):
        with pytest.raises(TransferRefused):
            targets(urls, stores, None)
