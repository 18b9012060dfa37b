import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from kommungraf.errors import BadRequest, BodyTimeout, Overloaded
from kommungraf.serving.bodies import Bodies
from kommungraf.settings.limits import Limits

LIMITS = Limits(body_bytes=100, bodies_bytes=150, body_seconds=60)


async def arriving(*chunks: bytes, stalls: bool = False) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
    if stalls:
        await asyncio.sleep(60)


def read(*chunks: bytes, length: int | None = None) -> bytes:
    return asyncio.run(Bodies(LIMITS).read(arriving(*chunks), length))


def test_a_body_is_read_whole() -> None:
    assert read(b"ASK", b" {}", b"", length=6) == read(b"ASK", b" {}", b"") == b"ASK {}"


def test_a_body_that_says_that_it_is_too_large_is_not_read() -> None:
    assert read(b"x" * 101, b"", length=101) == b""


def test_a_large_body_without_a_length_is_read_no_further_than_shows_it() -> None:
    assert len(read(*[b"x" * 60] * 50)) == 120


@pytest.mark.parametrize(
    "arrived",
    [
        pytest.param({"chunks": (b"ASK", b""), "length": 6}, id="before its length"),
        pytest.param({"chunks": (b"ASK", b"", b"")}, id="by a fault"),
    ],
)
def test_a_body_that_ends_early_is_no_body(arrived: dict[str, object]) -> None:
    with pytest.raises(BadRequest, match="The body"):
        read(*arrived.pop("chunks"), **arrived)  # type: ignore[misc, arg-type]


def test_a_body_that_takes_too_long_is_given_up() -> None:
    brief = Bodies(replace(LIMITS, body_seconds=0.1))
    with pytest.raises(BodyTimeout, match=r"within 0\.1 s"):
        asyncio.run(brief.read(arriving(b"ASK", stalls=True), None))


def test_what_all_bodies_hold_together_is_bounded_and_given_back() -> None:
    async def crowd() -> list[object]:
        bodies = Bodies(LIMITS)
        slow = [asyncio.create_task(bodies.read(arriving(b"x" * 70, stalls=True), None)) for _ in range(2)]
        await asyncio.sleep(0)  # both read what has arrived
        refused = await asyncio.gather(bodies.read(arriving(b"x" * 70, b""), None), return_exceptions=True)
        for task in slow:
            task.cancel()
        await asyncio.wait(slow)
        return [*refused, await bodies.read(arriving(b"x" * 70, b""), None)]

    refused, later = asyncio.run(crowd())
    assert isinstance(refused, Overloaded)
    assert later == b"x" * 70
