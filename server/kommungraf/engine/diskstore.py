"""The on-disk store of a release: made beside its dumps when a server first needs it, then only read.

`python -m kommungraf.diskstore <release folder>` makes it. That is a process of its own, for the memory that
loading takes, and the threads that the engine starts, are to be gone when it is done.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pyoxigraph import RdfFormat, Store, parse

from kommungraf.engine.confinement import die_with_parent
from kommungraf.errors import ReleaseError

__all__ = ["main", "prepared"]

_STORE: Final = "store"
_ASIDE: Final = ".store-"
#: Bytes of N-Quads that are loaded at once; the engine holds about ten times as much meanwhile.
_CHUNK: Final = 16 << 20


def prepared(release: Path) -> Path:
    """The on-disk store of the release in the folder `release`, made now where there is none that opens."""
    done = subprocess.run(  # noqa: S603  our own module
        (sys.executable, "-m", "kommungraf.engine.diskstore", str(release), str(os.getpid())),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        told = done.stderr.decode(errors="replace").strip().split("\n")[-1] or f"status {done.returncode}"
        raise ReleaseError(
            f"The on-disk store of {release} can't be made ({told}). Make room or let this user write there, "
            "or raise the limit memory_quads."
        )
    return release / _STORE


def main(arguments: list[str]) -> None:
    """Make the store of a release folder, in one step at the end, unless there is one that opens."""
    release, parent = Path(arguments[0]), int(arguments[1])
    die_with_parent(parent)
    try:
        with _locked(release):
            if not _opens(release / _STORE):
                _make(release)
    except (OSError, RuntimeError, SyntaxError, ValueError) as error:
        sys.exit(str(error))


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other servers of the same release from making its store at the same time."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _opens(path: Path) -> bool:
    """Whether there is a store that this version of the engine reads."""
    try:
        return path.is_dir() and bool(Store.read_only(str(path)).query("ASK {}"))
    except (OSError, RuntimeError):
        return False


def _make(release: Path) -> None:
    for left in release.glob(f"{_ASIDE}*"):  # whoever was making it was killed: the lock is ours
        shutil.rmtree(left)
    aside = Path(tempfile.mkdtemp(prefix=_ASIDE, dir=release))
    try:
        _load(aside, release / "dataset.nq")
        aside.chmod(0o755)
        if (release / _STORE).exists():
            (release / _STORE).rename(aside.with_name(f"{aside.name}-old"))
        aside.rename(release / _STORE)
    finally:
        for left in release.glob(f"{_ASIDE}*"):
            shutil.rmtree(left)


def _load(folder: Path, dump: Path) -> None:
    """Load `dump` by chunks; a bulk load renames blank nodes, so quads that may have one go by another way."""
    store = Store(str(folder))
    with dump.open("rb") as stream:
        while lines := stream.readlines(_CHUNK):
            plain = b"".join(line for line in lines if b"_:" not in line)
            others = b"".join(line for line in lines if b"_:" in line)
            store.bulk_load(plain, format=RdfFormat.N_QUADS, lenient=True)
            store.bulk_extend(parse(others, format=RdfFormat.N_QUADS, lenient=True))
    store.optimize()
    store.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
