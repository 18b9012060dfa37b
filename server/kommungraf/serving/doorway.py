"""What stands at the door while a release is being opened: alive, not ready, and then out of the way."""

import asyncio
import json
from collections.abc import Callable
from threading import Thread
from typing import TYPE_CHECKING, Final

from kommungraf.errors import NotYetOpen
from kommungraf.http.problems import PROBLEM_JSON, problem_of
from kommungraf.serving.gateway import Gateway

if TYPE_CHECKING:
    from granian._granian import RSGIHTTPProtocol as HTTPProtocol
    from granian.rsgi import Scope

__all__ = ["Doorway"]

_ALIVE: Final = json.dumps({"status": "ok"}).encode()
_HEALTH: Final = "/health"


class Doorway:
    """An RSGI application that becomes what `opened` returns; `opened` runs in a thread and may take its time."""

    def __init__(self, opened: Callable[[], Gateway]) -> None:
        self._opened = opened
        self._gateway: Gateway | None = None
        Thread(target=self._open, name="opening", daemon=True).start()

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Called by granian when every request has been answered."""
        if self._gateway is not None:
            self._gateway.__rsgi_del__(loop)

    async def __rsgi__(self, scope: "Scope", protocol: "HTTPProtocol") -> None:
        """Answer one request."""
        if self._gateway is not None:
            await self._gateway.__rsgi__(scope, protocol)
            return
        status, headers, body = _meanwhile(scope.path)
        protocol.response_bytes(status, headers, b"" if scope.method == "HEAD" else body)

    def _open(self) -> None:
        self._gateway = self._opened()


def _meanwhile(path: str) -> tuple[int, list[tuple[str, str]], bytes]:
    """The process lives, and everything else has to wait."""
    if path == _HEALTH:
        return 200, _headers("application/json", _ALIVE), _ALIVE
    problem = problem_of(NotYetOpen())
    body = problem.as_json().encode()
    return problem.status, [*_headers(PROBLEM_JSON, body), *problem.headers.items()], body


def _headers(media_type: str, body: bytes) -> list[tuple[str, str]]:
    return [("Content-Type", media_type), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
