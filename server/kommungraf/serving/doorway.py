"""What stands at the door while a release is being opened: alive, not ready, and then out of the way."""

import asyncio
import json
from collections.abc import Callable
from threading import Thread
from typing import TYPE_CHECKING, Final

from kommungraf.errors import NotYetOpen
from kommungraf.serving.gateway import Gateway, environ_of, joined, refusal

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
        protocol.response_bytes(*_meanwhile(scope))

    def _open(self) -> None:
        self._gateway = self._opened()


def _meanwhile(scope: "Scope") -> tuple[int, list[tuple[str, str]], bytes]:
    """The process lives, and everything else has to wait."""
    if scope.path != _HEALTH:
        return refusal(NotYetOpen(), environ_of(scope, joined(scope.headers.items()), {}))
    length = ("Content-Length", str(len(_ALIVE)))
    headers = [("Content-Type", "application/json"), length, ("Cache-Control", "no-store")]
    return 200, headers, b"" if scope.method == "HEAD" else _ALIVE
