import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kommungraf.editions.edition import Edition, Editions
from kommungraf.errors import ReleaseError
from kommungraf.settings.limits import Limits
from serving_release import TRIG, make_current, write_release
from waiting import comes_true

LIMITS = Limits(seconds=60)


@pytest.fixture
def editions(tmp_path: Path) -> Iterator[Editions]:
    write_release(tmp_path)
    opened = Editions(tmp_path, LIMITS)
    yield opened
    opened.close()


def subjects(edition: Edition) -> int:
    return len(edition.evaluator.select("SELECT DISTINCT ?s { ?s ?p ?o }"))


def another(releases: Path) -> Path:
    more = TRIG + '<http://e/more> <http://e/p> "more" .\n'
    return write_release(releases, more, version="2026-02-02", current=False)


def test_current_release_is_opened(editions: Editions) -> None:
    with editions.current() as edition:
        assert edition.manifest.version == "2026-01-01"
        assert edition.base_iri == "https://w3id.org/kommungraf/"
        assert subjects(edition) == 4


def test_a_new_release_takes_its_place_without_a_mixed_request(editions: Editions, tmp_path: Path) -> None:
    with editions.current() as old:
        make_current(another(tmp_path))
        assert editions.reload()
        with editions.current() as new:
            assert (subjects(old), subjects(new)) == (4, 5)
            assert old.etag("x") != new.etag("x")
    assert old.evaluator._host._process.returncode is not None
    assert not editions.reload()


def test_a_release_that_nobody_uses_is_closed_at_once(editions: Editions, tmp_path: Path) -> None:
    with editions.current() as old:
        pass
    make_current(another(tmp_path))
    editions.reload()
    assert old.evaluator._host._process.returncode is not None


def test_watching_sees_the_new_release(editions: Editions, tmp_path: Path) -> None:
    before = editions.content_hash
    editions.watch(seconds=0.02)
    make_current(another(tmp_path))
    assert comes_true(lambda: editions.content_hash != before)


def test_requests_during_a_reload_all_succeed(editions: Editions, tmp_path: Path) -> None:
    counts: list[int] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            with editions.current() as edition:
                counts.append(subjects(edition))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    folder = another(tmp_path)
    assert comes_true(lambda: 4 in counts)
    make_current(folder)
    assert editions.reload()
    assert comes_true(lambda: 5 in counts)
    stop.set()
    for thread in threads:
        thread.join()
    assert set(counts) == {4, 5}
    with editions.current() as edition:
        assert subjects(edition) == 5


def test_a_corrupt_release_is_left_out_and_its_reason_logged(
    editions: Editions, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = another(tmp_path)
    content = (folder / "held.nt").read_bytes()
    (folder / "held.nt").write_bytes(content[:-5])
    make_current(folder)
    assert not editions.reload()
    assert not editions.reload()
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "held.nt isn't what MANIFEST.json says" in caplog.text
    with editions.current() as edition:
        assert subjects(edition) == 4


def test_a_repaired_release_is_taken(editions: Editions, tmp_path: Path) -> None:
    folder = another(tmp_path)
    shutil.move(folder / "index.sqlite", tmp_path / "kept")
    make_current(folder)
    assert not editions.reload()
    shutil.move(tmp_path / "kept", folder / "index.sqlite")
    assert editions.reload()


def test_a_release_that_vanishes_is_served_on(editions: Editions, tmp_path: Path) -> None:
    (tmp_path / "current").unlink()
    assert not editions.reload()
    with editions.current() as edition:
        assert subjects(edition) == 4


@pytest.mark.parametrize("broken", ["MANIFEST.json", "dataset.nq", "index.sqlite"])
def test_an_incomplete_release_is_a_clear_error(tmp_path: Path, broken: str) -> None:
    (write_release(tmp_path) / broken).unlink()
    with pytest.raises(ReleaseError, match=broken):
        Editions(tmp_path, LIMITS)


def test_an_empty_folder_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="kommungraf build"):
        Editions(tmp_path, LIMITS)
