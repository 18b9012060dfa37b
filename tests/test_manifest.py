import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from kommungraf.errors import ReleaseError
from kommungraf.releases.manifest import MANIFEST, FileEntry, Manifest, read_manifest, resolve_current, verified

CONTENT = b"<urn:a> <urn:b> <urn:c> .\n"


def release(folder: Path) -> Manifest:
    digest = hashlib.sha256(CONTENT).hexdigest()
    entry = FileEntry("held.nt", "application/n-triples", len(CONTENT), digest, "held")
    manifest = Manifest("1", "0" * 64, "urn:", {"sv": "Prov"}, None, None, 1, 1, 0, (entry,))
    (folder / "held.nt").write_bytes(CONTENT)
    (folder / MANIFEST).write_text(manifest.to_json(), "utf-8")
    return manifest


def test_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = release(tmp_path)
    assert verified(tmp_path) == written
    assert read_manifest(tmp_path).to_json() == written.to_json()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        pytest.param(lambda folder: (folder / "held.nt").write_bytes(CONTENT[:-2]), "held.nt", id="cut-off"),
        pytest.param(lambda folder: (folder / "held.nt").write_bytes(CONTENT.upper()), "held.nt", id="changed"),
        pytest.param(lambda folder: (folder / "held.nt").unlink(), "held.nt", id="missing"),
        pytest.param(lambda folder: (folder / MANIFEST).unlink(), MANIFEST, id="no-manifest"),
        pytest.param(lambda folder: (folder / MANIFEST).write_bytes(b"{"), MANIFEST, id="manifest-cut-off"),
        pytest.param(lambda folder: (folder / MANIFEST).write_bytes(b"{}"), MANIFEST, id="manifest-empty"),
        pytest.param(lambda folder: (folder / MANIFEST).write_bytes(b"[]"), MANIFEST, id="manifest-list"),
        pytest.param(lambda folder: (folder / MANIFEST).write_bytes(b"\xe5"), MANIFEST, id="manifest-latin-1"),
    ],
)
def test_damage_is_told_with_the_file_and_the_remedy(
    tmp_path: Path, damage: Callable[[Path], object], words: str
) -> None:
    release(tmp_path)
    damage(tmp_path)
    with pytest.raises(ReleaseError) as error:
        verified(tmp_path)
    assert words in str(error.value)
    assert "kommungraf build" in str(error.value)


def test_no_current_release_is_told(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="no current release"):
        resolve_current(tmp_path)
    (tmp_path / "current").symlink_to("gone")
    with pytest.raises(ReleaseError, match="no current release"):
        resolve_current(tmp_path)
