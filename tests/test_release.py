import hashlib
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad, RdfFormat, parse

from kommungraf.building.release import publish
from kommungraf.errors import InvalidDataset, ReleaseError
from kommungraf.releases.manifest import resolve_current, verified
from kommungraf.validation.findings import Finding, Severity
from own_content import own_content, silent

BUILD = [sys.executable, "-m", "kommungraf.cli", "build", "--releases"]
#: A build that is killed when it is about to read, write, sync or rename the file of a name.
KILLED = """
import os, signal, sys
from kommungraf.cli import main

def kill(event, arguments):
    if event in {"open", "os.rename", "sqlite3.connect"} and str(arguments[0]).endswith(f"/{name}"):
        os.kill(os.getpid(), signal.SIGKILL)

name = sys.argv.pop(1)
sys.addaudithook(kill)
main()
"""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(own_content(), tmp_path_factory.mktemp("releases"), silent)


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def canonical(path: Path, form: RdfFormat) -> set[Quad]:
    graph = Dataset(parse(path=str(path), format=form))
    graph.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return set(graph)


def test_two_builds_in_two_processes_are_byte_identical(release: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "LC_ALL": "C", "TZ": "Asia/Tokyo"}
    subprocess.run([*BUILD, str(tmp_path)], check=True, env=environment, stdout=subprocess.DEVNULL)
    assert digests(resolve_current(tmp_path)) == digests(release)


def test_manifest_agrees_with_every_file(release: Path) -> None:
    manifest = verified(release)
    assert {entry.path for entry in manifest.files} | {"MANIFEST.json"} == {
        path.name for path in release.iterdir()
    }
    assert release.name == manifest.name


def test_damaged_file_is_told(release: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(release, copy)
    with (copy / "held.nt").open("ab") as stream:
        stream.write(b"\n")
    with pytest.raises(ReleaseError, match=r"held\.nt"):
        verified(copy)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        pytest.param("held.ttl", RdfFormat.TURTLE, id="turtle"),
        pytest.param("held.jsonld", RdfFormat.JSON_LD, id="json-ld"),
        pytest.param("held.rdf", RdfFormat.RDF_XML, id="rdf-xml"),
    ],
)
def test_dumps_of_the_held_view_are_one_graph(release: Path, name: str, form: RdfFormat) -> None:
    assert canonical(release / name, form) == canonical(release / "held.nt", RdfFormat.N_TRIPLES)


def test_dumps_of_the_dataset_are_one_dataset(release: Path) -> None:
    assert canonical(release / "dataset.trig", RdfFormat.TRIG) == canonical(
        release / "dataset.nq", RdfFormat.N_QUADS
    )


@pytest.mark.parametrize("worth", [1, 1 << 40], ids=["while-dumps-are-written", "before-anything-is-written"])
def test_violation_makes_no_release_and_leaves_the_previous(
    release: Path, worth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kommungraf.building.release._WORTH_PROCESSES", worth)
    broken = replace(own_content(), judge=lambda: [Finding(Severity.VIOLATION, {"en": "Broken."})])
    with pytest.raises(InvalidDataset):
        publish(broken, release.parent, silent)
    assert resolve_current(release.parent) == release
    assert not list(release.parent.glob(".aside-*"))
    verified(release)


@pytest.mark.parametrize(
    "reached", ["held.ttl", "dataset.trig.gz", "index.sqlite", "catalogue.ttl", "MANIFEST.json", ".current"]
)
def test_build_that_is_killed_leaves_the_previous_release(tmp_path: Path, reached: str) -> None:
    releases, data = tmp_path / "releases", tmp_path / "data.ttl"
    building = (str(data), "--releases", str(releases))
    data.write_text("<http://example.org/a> <http://example.org/b> 1 .", "utf-8")
    subprocess.run([*BUILD[:-1], *building], check=True, stdout=subprocess.DEVNULL)
    previous = resolve_current(releases)
    data.write_text("<http://example.org/a> <http://example.org/b> 2 .", "utf-8")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, reached, "build", *building], stdout=subprocess.DEVNULL, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert resolve_current(releases) == previous
    verified(previous)
    subprocess.run([*BUILD[:-1], *building], check=True, stdout=subprocess.DEVNULL)
    assert resolve_current(releases) != previous
    assert not list(releases.glob(".aside-*"))
    verified(resolve_current(releases))


def test_damaged_current_release_is_replaced(release: Path, tmp_path: Path) -> None:
    target = tmp_path / release.name
    shutil.copytree(release, target)
    (target / "held.nt").write_bytes(b"")
    assert publish(own_content(), tmp_path, silent) == target
    verified(target)
    assert not list(tmp_path.glob(".aside-*"))
