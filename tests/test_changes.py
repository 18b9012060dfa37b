"""Changes between releases that are kept side by side."""

import os
from pathlib import Path

from kommungraf.editions.changes import changes
from kommungraf.vocab import BASE
from serving_release import write_release

PREFIXES = f"""
@prefix kg: <{BASE}def/> .
@prefix kgi: <{BASE}id/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
FIRST = f'{PREFIXES} kgi:a a kg:Place . kgi:b a kg:Place . kgi:g {{ kgi:a skos:prefLabel "A" . }}'
SECOND = f'{PREFIXES} kgi:a a kg:Place . kgi:c a kg:Source . kgi:g {{ kgi:a skos:prefLabel "A", "AA" . }}'


def made(releases: Path, trig: str, version: str, at: int) -> Path:
    folder = write_release(releases, trig, version=version)
    os.utime(folder / "MANIFEST.json", ns=(at, at))
    return folder.resolve()


def test_what_came_went_and_grew_is_told(tmp_path: Path) -> None:
    made(tmp_path, FIRST, "2026-01-01", 1)
    newest, oldest = changes(made(tmp_path, SECOND, "2026-02-01", 2))
    assert newest.release.version == "2026-02-01"
    assert newest.came == {f"{BASE}def/Source": 1}
    assert newest.went == {f"{BASE}def/Place": 1}
    assert (newest.new, newest.gone) == ((f"{BASE}id/c",), (f"{BASE}id/b",))
    assert newest.resized == 1
    assert oldest.earlier is None


def test_release_made_later_is_no_past(tmp_path: Path) -> None:
    first = made(tmp_path, FIRST, "2026-01-01", 1)
    made(tmp_path, SECOND, "2026-02-01", 2)
    [only] = changes(first)
    assert only.release.version == "2026-01-01"


def test_release_that_cant_be_read_is_passed_over(tmp_path: Path) -> None:
    broken = made(tmp_path, FIRST, "2026-01-01", 1)
    (broken / "index.sqlite").write_bytes(b"nothing of the kind")
    [only] = changes(made(tmp_path, SECOND, "2026-02-01", 2))
    assert only.earlier is None


def test_same_content_again_is_no_change(tmp_path: Path) -> None:
    made(tmp_path, FIRST, "2026-01-01", 1)
    newest, _ = changes(made(tmp_path, FIRST, "2026-01-02", 2))
    assert newest.is_empty
