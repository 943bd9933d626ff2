"""Waiting for what other processes, nodes and threads will have done, with a bound no machine is too slow for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

SECONDS = 120.0
"""What is wrong takes this long to show; what is right takes no longer than it needs."""
_PAUSE = 0.02


async def in_time(awaited: Awaitable[T], seconds: float = SECONDS) -> T:
    """What something gives that wakes whoever waits for it."""
    async with asyncio.timeout(seconds):
        return await awaited


async def eventually(
    check: Callable[[], Awaitable[bool]],
    unless: asyncio.Task[None] | None = None,
    *,
    seconds: float = SECONDS,
) -> None:
    """Wait until `check` holds; it asks over a socket, where no event wakes. Raises what ended `unless`."""
    deadline = time.monotonic() + seconds
    while not await check():
        if unless is not None and unless.done():
            unless.result()
        if time.monotonic() > deadline:
            raise TimeoutError(f"expected {check} to hold within {seconds:g} s")
        await asyncio.sleep(_PAUSE)


def until(check: Callable[[], bool], *, seconds: float = SECONDS, pause: float = _PAUSE) -> None:
    """The same for tests without an event loop."""
    deadline = time.monotonic() + seconds
    while not check():
        if time.monotonic() > deadline:
            raise TimeoutError(f"expected {check} to hold within {seconds:g} s")
        time.sleep(pause)
