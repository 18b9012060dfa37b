"""A release of generated data, made once a size and kept: what our server reads, and the files that peers load."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from bench import cooperations, generator, municipalities
from bench.generator import Size, generate
from kommungraf.building import release
from kommungraf.building.release import Content, publish
from kommungraf.dataset import dataset
from kommungraf.dataset.dataset import assembled, stated
from kommungraf.dataset.inputs import read_inputs
from kommungraf.dataset.project import own_project
from kommungraf.releases import index, spans
from kommungraf.releases.manifest import Manifest, read_manifest, resolve_current

__all__ = ["Prepared", "prepared"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A release of generated data, current in the folder `releases`."""

    releases: Path

    @property
    def folder(self) -> Path:
        """The release's folder."""
        return resolve_current(self.releases)

    @property
    def manifest(self) -> Manifest:
        """What the release holds."""
        return read_manifest(self.folder)

    @property
    def dataset(self) -> Path:
        """All quads: the held view in the default graph, claims and derivations in theirs."""
        return self.folder / "dataset.nq"


def _makers() -> str:
    """A digest of the code that makes a release, so that none is used that other code made."""
    digest = hashlib.blake2b(digest_size=4)
    for module in (cooperations, generator, municipalities, dataset, index, release, spans):
        digest.update(Path(module.__file__ or "").read_bytes())
    return digest.hexdigest()


def prepared(size: Size, folder: Path) -> Prepared:
    """The release of generated data of this size, under `folder`; it conforms, as a test shows, and isn't validated."""
    releases = folder / f"generated-{size.statements}-{size.seed}-{_makers()}"
    if not (releases / "current").exists():
        releases.mkdir(parents=True, exist_ok=True)
        source = releases / "generated.nq"
        with source.open("w", encoding="utf-8") as sink:
            generate(size, sink.write)
        project = replace(own_project(), data=(source,))
        dataset = assembled(stated(read_inputs(project), project), project)
        publish(Content(lambda: dataset, tuple, ()), releases, lambda _: None)
    return Prepared(releases)
