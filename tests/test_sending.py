import asyncio
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from kommungraf.serving.sending import LEAST, Span, send
from waiting import comes_true

CONTENT = bytes(range(256)) * 4 * 3000


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def sent(
    take: Callable[[int], bytes | None], *, start: int = 0, size: int = len(CONTENT), seconds: float = 60
) -> int:
    """The bytes that were taken by `take`, a reader in a thread that is given the opened descriptor."""

    async def both() -> int:
        loop = asyncio.get_running_loop()
        readers = []

        def respond(path: str) -> None:
            readers.append(loop.run_in_executor(None, lambda: take(os.open(path, os.O_RDONLY))))

        with tempfile.TemporaryFile() as file:
            file.write(CONTENT)
            file.flush()
            taken = await send(respond, Span(file, start, size), seconds=seconds)
        await asyncio.gather(*readers)
        return taken

    return asyncio.run(both())


@pytest.mark.parametrize(("start", "size"), [(0, len(CONTENT)), (1000, LEAST), (77, 1_234_567)])
def test_a_part_of_a_file_arrives_whole(start: int, size: int) -> None:
    arrived = bytearray()

    def take(descriptor: int) -> None:
        with os.fdopen(descriptor, "rb") as file:
            arrived.extend(file.read())

    before = descriptors()
    assert sent(take, start=start, size=size) == size
    assert bytes(arrived) == CONTENT[start : start + size]
    assert comes_true(lambda: descriptors() == before)


def test_a_reader_that_goes_ends_it_at_once() -> None:
    def take(descriptor: int) -> None:
        os.read(descriptor, 100_000)
        os.close(descriptor)

    assert sent(take, seconds=60) < len(CONTENT)


def test_a_reader_that_takes_nothing_is_given_up() -> None:
    opened = []

    def take(descriptor: int) -> None:
        opened.append(descriptor)

    assert sent(take, seconds=0.2) < len(CONTENT)
    os.close(opened[0])


def test_a_file_that_ends_early_is_no_whole_body() -> None:
    def take(descriptor: int) -> None:
        with os.fdopen(descriptor, "rb") as file:
            file.read()

    assert sent(take, size=len(CONTENT) + 1) == len(CONTENT)
