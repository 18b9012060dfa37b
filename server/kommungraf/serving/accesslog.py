"""One line for each request: what was asked and answered, by whom as far as the operator wants to know, never a query's text."""

import ipaddress
import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import parse_qsl

from kommungraf.http.notes import fingerprint
from kommungraf.serving.gateway import Finished

__all__ = ["LogFile", "anonymised", "line_of"]

#: What of an address tells a network and no person: as many data protection authorities ask for.
_PREFIXES: Final = {4: 24, 6: 48}
#: The status of a request whose address nobody read.
_TOO_LONG: Final = 414
_ISO: Final = "%Y-%m-%dT%H:%M:%S"
_ESCAPES: Final = {code: f"\\x{code:02x}" for code in (*range(32), 34, 92, 127)}


@lru_cache(maxsize=4096)
def anonymised(client: str, how: str) -> str | None:
    """A client's address as `how` has it: `full`, the `network` that it is in, or nothing for `off`."""
    if how == "off" or not client:
        return None
    if how == "full":
        return client
    address = ipaddress.ip_network(client, strict=False)
    most = _PREFIXES[address.version]
    return str(address.supernet(new_prefix=most) if address.prefixlen > most else address)


def line_of(form: str, finished: Finished, *, moment: float, number: str, client: str | None) -> str:
    """The line, without its end, as `json` or `combined`; `moment` is when the answer was given, `number` its id."""
    return _FORMS[form](finished, moment, number, client)


def _json(finished: Finished, moment: float, number: str, client: str | None) -> str:
    """Written as it is to be: a sixth of the time that a dictionary takes on its way through `json`."""
    asked = _asked_in_json(client, finished.method, finished.path, finished.status, finished.size)
    query, services, problem = _query(finished), finished.notes.get("services"), finished.notes.get("problem")
    line = (
        f'{{"time":"{_moment(moment // 1, _ISO)}.{int(moment % 1 * 1000):03d}Z","id":"{number}",{asked},'
        f'"seconds":{finished.seconds:.6f},"cached":{"true" if finished.kept else "false"}'
    )
    if query is not None:
        line += f',"query":{_quoted(query)}'
    if services is not None:
        line += f',"services":{json.dumps(services, separators=(",", ":"))}'
    if problem is not None:
        line += f',"problem":{_quoted(problem)}'
    return line + "}"


@lru_cache(maxsize=4096)
def _asked_in_json(client: str | None, *asked: str | int) -> str:
    """What requests for the same have in common."""
    method, path, status, size = asked
    return f'"client":{_quoted(client)},"method":{_quoted(method)},"path":{_quoted(path)},"status":{status},"bytes":{size}'


def _combined(finished: Finished, moment: float, _number: str, client: str | None) -> str:
    """Apache's combined format; the referrer and the user agent aren't kept, the query is there by its hash."""
    query = _query(finished)
    path = finished.path if query is None else f"{finished.path}?query={query}"
    asked = f"{finished.method} {path} HTTP/1.1".translate(_ESCAPES)
    when = _moment(moment // 1, "%d/%b/%Y:%H:%M:%S +0000")
    return f'{client or "-"} - - [{when}] "{asked}" {finished.status} {finished.size} "-" "-"'


@lru_cache(maxsize=4096)
def _quoted(text: str | None) -> str:
    """In JSON."""
    return json.dumps(text)


_FORMS: Final[Mapping[str, Callable[[Finished, float, str, str | None], str]]] = {
    "json": _json,
    "combined": _combined,
}


@lru_cache(maxsize=16)
def _moment(second: float, form: str) -> str:
    return datetime.fromtimestamp(second, UTC).strftime(form)


def _query(finished: Finished) -> str | None:
    """The fingerprint of the query: noted by the application, or else told from the address, as for a kept answer."""
    if "query" in finished.notes:
        return str(finished.notes["query"])
    if "query=" not in finished.query_string or finished.path != "/sparql" or finished.status == _TOO_LONG:
        return None
    return _asked(finished.query_string)


@lru_cache(maxsize=256)
def _asked(query_string: str) -> str | None:
    return next((fingerprint(text) for name, text in parse_qsl(query_string) if name == "query"), None)


class LogFile:
    """A file that lines are appended to; where it was moved away or deleted, as logrotate does, it is opened anew."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = _opened(path)

    def write(self, text: str) -> None:
        """Append all of `text` at once; raises OSError, also where there was room for a part, and the next call tries anew."""
        if not self._is_there():
            fresh = _opened(self._path)
            self._file.close()
            self._file = fresh
        _append(self._file.fileno(), text.encode(errors="backslashreplace"))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _is_there(self) -> bool:
        ours = os.fstat(self._file.fileno())
        try:
            named = self._path.stat()
        except FileNotFoundError:
            return False
        return (ours.st_dev, ours.st_ino) == (named.st_dev, named.st_ino)


def _opened(path: Path) -> BinaryIO:
    """Without a buffer, in which lines that had no room would wait and come again."""
    return path.open("ab", buffering=0)


def _append(descriptor: int, data: bytes) -> None:
    """Write all of `data`, or nothing of it: half a line would spoil the one after it."""
    before, left = os.fstat(descriptor).st_size, memoryview(data)
    try:
        while left:
            left = left[os.write(descriptor, left) :]
    except OSError:
        with suppress(OSError):  # where it is no file but a pipe
            if os.fstat(descriptor).st_size == before + len(data) - len(left):  # nobody else wrote meanwhile
                os.ftruncate(descriptor, before)
        raise
