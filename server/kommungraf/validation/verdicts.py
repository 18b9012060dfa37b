"""Verdicts that were given before, by a digest of all that they follow from, so that only what changed is judged again."""

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from kommungraf.validation.findings import Finding, Severity

__all__ = ["Verdicts"]

_JUDGES: Final = ("pyshacl", "rdflib", "pyoxigraph")


class Verdicts:
    """The findings of earlier runs in a JSON file; without a path, or where the file can't be read, there are none."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._known = _read(path) if path else {}
        self._used: dict[str, list[Finding]] = {}
        self._basis = _basis()

    def of(self, matter: Iterable[bytes], judge: Callable[[], Iterable[Finding]]) -> list[Finding]:
        """The findings about a matter, which says all that they depend on; `judge` is asked where it is new."""
        digest = hashlib.sha256(self._basis)
        for part in matter:
            digest.update(len(part).to_bytes(8) + part)
        key = digest.hexdigest()
        found = self._known[key] if key in self._known else list(judge())
        self._used[key] = found
        return found

    def save(self) -> None:
        """Keeps the verdicts that were asked for, and no others; where the folder can't be written, none."""
        if self._path is None:
            return
        content = {key: [_fields(finding) for finding in found] for key, found in self._used.items()}
        aside = self._path.with_suffix(f".{os.getpid()}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            aside.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
            aside.replace(self._path)
        except OSError:
            return


def _basis() -> bytes:
    """A digest of who judges: the versions of the libraries, and our own modules, whose version stays while they are edited."""
    digest = hashlib.sha256(" ".join(map(version, _JUDGES)).encode())
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.digest()


def _fields(finding: Finding) -> dict[str, Any]:
    return {name: value for name, value in asdict(finding).items() if name != "place"}


def _read(path: Path) -> dict[str, list[Finding]]:
    try:
        content = json.loads(path.read_text("utf-8"))
        return {key: [_finding(fields) for fields in found] for key, found in content.items()}
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
        return {}


def _finding(fields: dict[str, Any]) -> Finding:
    return Finding(**{**fields, "severity": Severity(fields["severity"])})
