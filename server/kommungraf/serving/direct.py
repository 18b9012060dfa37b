"""Plain queries answered without the application: on the event loop, by a worker that is free at once.

Entering the application takes longer than looking something up. What is said here is what the application would
say, which a test holds it to; whatever isn't a plain query, or goes wrong, is left to it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, BinaryIO, Final
from urllib.parse import unquote_plus

from werkzeug.utils import get_content_type

from kommungraf.editions.edition import Edition, Editions
from kommungraf.engine.callers import Caller
from kommungraf.engine.engine import Answer
from kommungraf.engine.evaluator import Evaluator, Turn
from kommungraf.http.cache import LARGEST_WHOLE, Kept, ResponseCache
from kommungraf.http.envelope import OPEN_TO_ALL, numbered
from kommungraf.http.sparql import plain_query, plain_type, tag_of

__all__ = ["Direct"]

_PATH: Final = "/sparql"
_QUERY: Final = "query="
#: Longer ones are for the application to judge.
_LONGEST: Final = 4096
#: Seconds for which the event loop waits for a query itself; a thread waits for what takes longer.
_PATIENCE: Final = 0.01
#: Larger answers are read and packed in a thread.
_SMALL: Final = 16 << 10
#: Headers that ask for something else than a whole answer in a format.
_PARTICULAR: Final = frozenset({"range", "if-range", "if-match", "if-none-match", "accept-profile"})

#: Has work done in a thread; raises ClientLeft where the client didn't wait for it.
InThread = Callable[[Callable[[], Any], Caller], Awaitable[Any]]
#: Status, headers and body, which is a file where it is long.
Response = tuple[str, list[tuple[str, str]], bytes | BinaryIO]


class Direct:
    """Answers that need no application; `cache` keeps them, as it keeps the application's."""

    def __init__(self, editions: Editions, cache: ResponseCache) -> None:
        self._editions = editions
        self.cache = cache

    async def answered(
        self, target: tuple[str, str], fields: Mapping[str, str], notes: dict[str, Any], in_thread: InThread
    ) -> Response | None:
        """The response to a GET, or None where the application is to give it; raises a RequestError.

        `notes` are for the operator's records, as the application's are.
        """
        text = _plain_text(target, fields)
        if text is None:
            return None
        accept = fields.get("accept", "")
        with self._editions.current() as edition:
            query, evaluator = plain_query(text, accept, edition), edition.evaluator
            if query is None or not isinstance(evaluator, Evaluator):
                return None
            turn = evaluator.begun(query)
            if turn is None:
                return None
            try:
                answer = await _finished(evaluator, turn, in_thread)
            finally:
                if query.caller.services:
                    notes["services"] = query.caller.services
            headers = _headers(answer, plain_type(answer, accept), tag_of(query, edition))
            if answer.volatile:
                notes["id"] = numbered()
                headers.append(("X-Request-Id", notes["id"]))
            if answer.size > LARGEST_WHOLE:
                return "200 OK", headers, answer.body
            whole = partial(self._whole, edition, target, fields, answer=answer, headers=headers)
            if answer.size > _SMALL:
                found: Kept = await in_thread(whole, query.caller)
                return found
            return whole()

    def _whole(
        self,
        edition: Edition,
        target: tuple[str, str],
        fields: Mapping[str, str],
        *,
        answer: Answer,
        headers: list[tuple[str, str]],
    ) -> Kept:
        with answer.body as body:
            content = body.read()
        return self.cache.keep(edition.manifest.content_hash, target, fields, ("200 OK", headers, content))


def _plain_text(target: tuple[str, str], fields: Mapping[str, str]) -> str | None:
    """The query of a request that is nothing but a query."""
    path, parameters = target
    if path != _PATH or not parameters.startswith(_QUERY) or "&" in parameters or len(parameters) > _LONGEST:
        return None
    if not _PARTICULAR.isdisjoint(fields):
        return None
    try:
        return unquote_plus(parameters[len(_QUERY) :], errors="strict")
    except UnicodeDecodeError:
        return None


async def _finished(evaluator: Evaluator, turn: Turn, in_thread: InThread) -> Answer:
    """The answer to a query that was begun."""
    reply = None
    if await _readable(turn.worker.connection.fileno()):
        heard = evaluator.heard(turn)
        if isinstance(heard, Answer):
            return heard
        reply = heard
    answer: Answer = await in_thread(partial(evaluator.finished, turn, reply), turn.query.caller)
    return answer


async def _readable(descriptor: int) -> bool:
    """Whether there is something to read before patience ends."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[bool] = loop.create_future()
    timer = loop.call_later(_PATIENCE, _settle, ready, False)
    loop.add_reader(descriptor, _settle, ready, True)
    try:
        return await ready
    finally:
        timer.cancel()
        loop.remove_reader(descriptor)


def _settle(ready: "asyncio.Future[bool]", value: bool) -> None:
    if not ready.done():
        ready.set_result(value)


def _headers(answer: Answer, media_type: str, tag: str) -> list[tuple[str, str]]:
    kind = get_content_type(media_type, "utf-8")
    headers = [("Content-Type", kind), ("Content-Length", str(answer.size)), ("Vary", "Accept")]
    if answer.volatile:
        headers.append(("Cache-Control", "no-store"))
    else:
        headers += [("ETag", f'W/"{tag}"'), ("Cache-Control", "public, no-cache")]
    return [*headers, *OPEN_TO_ALL]
