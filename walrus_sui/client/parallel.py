"""Running many small jobs of one flow at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

T = TypeVar("T")
Item = TypeVar("Item")


async def for_each(items: Iterable[Item], job: Callable[[Item], Awaitable[None]], *, at_once: int) -> None:
    """Run `job` on every item, `at_once` at a time. The first failure ends the others and is raised as it is."""
    queue = iter(items)

    async def work() -> None:
        for item in queue:
            await job(item)

    await together(work() for _ in range(at_once))


async def together(jobs: Iterable[Coroutine[Any, Any, T]]) -> tuple[T, ...]:
    """The results of all `jobs`, run at once. The first failure ends the others and is raised as it is.

    Whoever is cancelled in the moment of a failure is cancelled: a TaskGroup tells of the failure alone before
    Python 3.13.
    """
    tasks = [asyncio.create_task(job) for job in jobs]
    if not tasks:
        return ()
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        await cancel(tasks)
    for task in tasks:
        if task in done and not task.cancelled() and (error := task.exception()) is not None:
            raise error
    return tuple(task.result() for task in tasks)


@asynccontextmanager
async def running(jobs: dict[T, Coroutine[Any, Any, Item]]) -> AsyncIterator[dict[asyncio.Task[Item], T]]:
    """All `jobs` as tasks, each with the key it came under; those still running on leaving are cancelled."""
    tasks = {asyncio.create_task(job): key for key, job in jobs.items()}
    try:
        yield tasks
    finally:
        await cancel(tasks)


async def cancel(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel `tasks` and wait until they are gone; what they would have raised no longer matters."""
    doomed = list(tasks)
    for task in doomed:
        task.cancel()
    await asyncio.gather(*doomed, return_exceptions=True)


@asynccontextmanager
async def lent(slots: asyncio.Semaphore, seconds: float) -> AsyncIterator[None]:
    """One of `slots` for what happens inside, `seconds` long at most: what hangs must not hold up others."""
    await slots.acquire()
    held = True

    def give_back() -> None:
        nonlocal held
        if held:
            held = False
            slots.release()

    expiry = asyncio.get_running_loop().call_later(seconds, give_back)
    try:
        yield
    finally:
        expiry.cancel()
        give_back()
