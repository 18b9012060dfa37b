"""What changed from one release to the next, as far as earlier releases are still kept beside the current one."""

import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import quote

from kommungraf.errors import ReleaseError
from kommungraf.releases.manifest import MANIFEST, Manifest, read_manifest

__all__ = ["Change", "changes"]

_MOST_RELEASES: Final = 10
_MOST_NAMED: Final = 50
_INDEX: Final = "index.sqlite"
_NEW: Final = "SELECT iri, type FROM main.thing WHERE iri NOT IN (SELECT iri FROM old.thing) ORDER BY iri"
_GONE: Final = "SELECT iri, type FROM old.thing WHERE iri NOT IN (SELECT iri FROM main.thing) ORDER BY iri"
_RESIZED: Final = (
    "SELECT COUNT(*) FROM main.graph AS new JOIN old.graph AS former USING (iri) WHERE new.quads <> former.quads"
)


@dataclass(frozen=True, slots=True)
class Change:
    """A release and what is new in it: how many things of each class came and went, and the first of them.

    `earlier` is None for the oldest release that is kept. `resized` counts the named graphs that hold more or fewer
    statements than before.
    """

    release: Manifest
    earlier: Manifest | None
    came: Mapping[str, int]
    went: Mapping[str, int]
    new: tuple[str, ...]
    gone: tuple[str, ...]
    resized: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing came, went or was resized."""
        return not (self.came or self.went or self.resized)


@lru_cache(maxsize=4)
def changes(current: Path) -> tuple[Change, ...]:
    """The changes up to the release in the folder `current`, the newest first."""
    kept = _kept(current)
    pairs = zip(kept, [*kept[1:], None], strict=True)
    return tuple(_change(newer, older) for newer, older in pairs)


def _kept(current: Path) -> list[Path]:
    """The current release and those made before it that can be read, the newest first."""
    made = {each.parent: each.stat().st_mtime_ns for each in current.parent.glob(f"*/{MANIFEST}")}
    made = {folder: time for folder, time in made.items() if not folder.is_symlink()}
    last = made.get(current, 0)
    earlier = sorted((each for each in made if made[each] < last), key=lambda each: made[each], reverse=True)
    return [current, *filter(_is_readable, earlier)][:_MOST_RELEASES]


def _is_readable(folder: Path) -> bool:
    try:
        read_manifest(folder)
        with closing(_opened(folder)) as connection:
            connection.execute("SELECT iri, type FROM thing LIMIT 1")
            connection.execute("SELECT iri, quads FROM graph LIMIT 1")
    except (ReleaseError, sqlite3.Error):
        return False
    return True


def _change(newer: Path, older: Path | None) -> Change:
    if older is None:
        return Change(read_manifest(newer), None, {}, {}, (), (), 0)
    with closing(_opened(newer)) as connection:
        connection.execute("ATTACH ? AS old", (_address(older),))
        new, gone = connection.execute(_NEW).fetchall(), connection.execute(_GONE).fetchall()
        resized = connection.execute(_RESIZED).fetchone()[0]
    return Change(
        release=read_manifest(newer),
        earlier=read_manifest(older),
        came=Counter(kind for _, kind in new if kind),
        went=Counter(kind for _, kind in gone if kind),
        new=tuple(iri for iri, kind in new if kind)[:_MOST_NAMED],
        gone=tuple(iri for iri, kind in gone if kind)[:_MOST_NAMED],
        resized=resized,
    )


def _opened(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(_address(folder), uri=True)


def _address(folder: Path) -> str:
    return f"file:{quote(str(folder / _INDEX))}?mode=ro&immutable=1"
