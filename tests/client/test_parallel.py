"""Many jobs at once: whose failure is raised, and who is cancelled."""

from __future__ import annotations

import asyncio

import pytest

from walrus_sui.client.parallel import for_each, together
from walrus_sui.errors import InputError


async def fail_at(moment: asyncio.Event) -> None:
    await moment.wait()
    raise InputError("failed")


async def each(moment: asyncio.Event) -> None:
    await for_each([moment, asyncio.Event()], fail_at, at_once=2)


async def all_of(moment: asyncio.Event) -> None:
    await together([fail_at(moment), fail_at(asyncio.Event())])


@pytest.fixture(params=[each, all_of])
def flow(request):
    return request.param


async def test_the_first_failure_ends_the_others_and_comes_as_it_is(flow):
    moment = asyncio.Event()
    moment.set()
    with pytest.raises(InputError):
        await flow(moment)


async def test_who_is_cancelled_in_the_moment_of_a_failure_stays_cancelled(flow):
    moment = asyncio.Event()
    task = asyncio.create_task(flow(moment))
    await asyncio.sleep(0)  # it waits for its jobs,
    await asyncio.sleep(0)  # and they wait for the moment
    moment.set()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
