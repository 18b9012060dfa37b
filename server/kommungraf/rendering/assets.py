"""The files that pages use in a browser: ours, and those that Node builds from web/ where it is present."""

import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import Final

__all__ = ["YEAR_SECONDS", "address", "built", "is_asset", "is_named_by_content"]

#: How long a file may be kept whose address changes with its content.
YEAR_SECONDS: Final = 31_536_000
_BUILT: Final = "built"


@cache
def address(name: str) -> str:
    """The path of a file of ours below the root, with a query that changes with the file."""
    content = (files("kommungraf") / "static" / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:8]}"


@cache
def built(name: str) -> str | None:
    """The path below the root of what was built as `name`, or None where nothing was built."""
    found = _manifest().get(name)
    return None if found is None else f"/static/{_BUILT}/{found}"


def is_named_by_content(name: str) -> bool:
    """Whether the static file `name` is one whose content never changes under that name."""
    return name.removeprefix(f"{_BUILT}/") in _manifest().values()


def is_asset(path: str) -> bool:
    """Whether there is such a file below the root."""
    return path in _paths()


@cache
def _paths() -> frozenset[str]:
    static = files("kommungraf") / "static"
    ours = (each.name for each in static.iterdir() if each.is_file())
    return frozenset(f"/static/{name}" for name in (*ours, *(f"{_BUILT}/{name}" for name in _manifest().values())))


@cache
def _manifest() -> dict[str, str]:
    """What web/build.mjs wrote: the file behind each name."""
    path = files("kommungraf") / "static" / _BUILT / "manifest.json"
    if not path.is_file():
        return {}
    names: dict[str, str] = json.loads(path.read_text("utf-8"))
    return names
