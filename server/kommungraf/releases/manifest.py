"""What a release directory holds: the names of its files and the manifest that lists them."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from kommungraf.errors import ReleaseError

__all__ = ["CURRENT", "MANIFEST", "FileEntry", "Manifest", "read_manifest", "resolve_current", "verified"]

MANIFEST: Final = "MANIFEST.json"
CURRENT: Final = "current"
_CHUNK: Final = 1 << 20
#: What the server reads, and nobody else has a use for.
_INTERNAL: Final = frozenset({"index", "questions"})


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file of a release: `bytes` is its size, `sha256` its hex digest, `describes` what it holds."""

    path: str
    media_type: str
    bytes: int
    sha256: str
    describes: str
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """The whole of a release's MANIFEST.json; `quads` counts all graphs, `triples` the default graph."""

    version: str
    content_hash: str
    base_iri: str
    title: dict[str, str]
    license: str | None
    modified: str | None
    quads: int
    triples: int
    graphs: int
    files: tuple[FileEntry, ...]
    publisher: str | None = None

    @property
    def name(self) -> str:
        """The release directory's name."""
        return f"{self.version}-{self.content_hash[:12]}"

    def entry(self, path: str) -> FileEntry | None:
        """The entry of the file `path`, or None."""
        return next((entry for entry in self.files if entry.path == path), None)

    def dumps(self) -> Iterator[FileEntry]:
        """The entries that are RDF dumps of the dataset or of its held view."""
        return (entry for entry in self.files if entry.describes in {"dataset", "held"})

    def offered(self) -> list[FileEntry]:
        """The entries that people and programs are led to, the held view first."""
        found = (each for each in self.files if each.encoding is None and each.describes not in _INTERNAL)
        return sorted(found, key=lambda each: (each.describes != "held", each.describes, each.path))

    def to_json(self) -> str:
        """The manifest's file content, the same for the same manifest."""
        fields = {_camel(key): value for key, value in asdict(self).items()}
        fields["files"] = [{_camel(key): value for key, value in entry.items()} for entry in fields["files"]]
        return json.dumps(fields, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the release in `folder`; raises ReleaseError where it is missing or malformed."""
    try:
        fields: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
        entries = (FileEntry(**{_snake(k): v for k, v in entry.items()}) for entry in fields.pop("files"))
        return Manifest(**{_snake(key): value for key, value in fields.items()}, files=tuple(entries))
    except FileNotFoundError as error:
        raise ReleaseError(f"{folder} is no release: it has no {MANIFEST}. Run `kommungraf build`.") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ReleaseError(f"{folder / MANIFEST} is damaged ({error}). Run `kommungraf build`.") from error


def resolve_current(releases: Path) -> Path:
    """The folder of the current release; raises ReleaseError where there is none."""
    current = releases / CURRENT
    if not current.exists():
        raise ReleaseError(f"There is no current release in {releases}. Run `kommungraf build`.")
    return current.resolve()


def verified(folder: Path) -> Manifest:
    """The manifest of `folder` after every file was compared with it; raises ReleaseError on a difference."""
    manifest = read_manifest(folder)
    for entry in manifest.files:
        _verify(folder / entry.path, entry)
    return manifest


def _verify(path: Path, entry: FileEntry) -> None:
    try:
        intact = path.stat().st_size == entry.bytes and _sha256(path) == entry.sha256
    except OSError as error:
        raise ReleaseError(f"{path} can't be read ({error.strerror}). Run `kommungraf build`.") from error
    if not intact:
        raise ReleaseError(f"{path} isn't what {MANIFEST} says. Delete the release and run `kommungraf build`.")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
