"""When the chain is asked anew. Epochs are an hour long and began at second 1,000 of the chain's time."""

from __future__ import annotations

import asyncio

import pytest

from walrus_sui.chain.types import (
    EpochChangeDone,
    EpochChangeSync,
    NextParamsSelected,
    StakingInnerV1,
    Table,
)
from walrus_sui.client.network.snapshot import Network
from walrus_sui.client.network.view import NetworkView, lifetime
from walrus_sui.storage import Committee

BEGAN, LENGTH = 1_000, 3_600


def network(state, epoch=7) -> Network:
    staking = StakingInnerV1(
        n_shards=39,
        epoch_duration=LENGTH * 1000,
        first_epoch_start=0,
        pools=Table(bytes(32), 0),
        epoch=epoch,
        active_set=bytes(32),
        next_committee=None,
        committee={},
        previous_committee={},
        next_epoch_params=None,
        epoch_state=state,
        next_epoch_public_keys=bytes(32),
    )
    return Network(system=None, staking=staking, committee=Committee(epoch, 39, ()), previous=None)


class Chain:
    """Counts its readings; each is a new object. `gate` holds them up."""

    def __init__(self, state=None):
        self.state = state or EpochChangeDone(BEGAN * 1000)
        self.epoch = 7
        self.readings = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.now = 0.0
        self.view = NetworkView(self.read, clock=lambda: self.now, date=lambda: BEGAN + self.now)

    async def read(self) -> Network:
        await self.gate.wait()
        self.readings += 1
        return network(self.state, self.epoch)


@pytest.mark.parametrize(
    ("state", "date", "seconds"),
    [
        (EpochChangeDone(BEGAN * 1000), BEGAN, 60),
        (NextParamsSelected(BEGAN * 1000), BEGAN + LENGTH - 61, 60),
        (NextParamsSelected(BEGAN * 1000), BEGAN + LENGTH - 30, 30),
        (NextParamsSelected(BEGAN * 1000), BEGAN + LENGTH + 500, 1),
        (EpochChangeSync(13), BEGAN, 1),
    ],
    ids=["new", "a minute before its end", "half a minute before", "overdue", "changing"],
)
def test_a_reading_holds_until_the_epoch_can_end(state, date, seconds):
    assert lifetime(network(state), date) == seconds


async def test_the_chain_is_asked_once_while_its_answer_holds():
    chain = Chain()
    first = await chain.view.known()
    chain.now = 59.9
    assert await chain.view.known() is first
    chain.now = 60
    assert await chain.view.known() is not first
    assert chain.readings == 2


async def test_what_failed_is_read_again_but_once_for_all_who_failed_with_it():
    chain = Chain()
    stale = await chain.view.known()
    chain.gate.clear()
    asking = [asyncio.create_task(chain.view.newer(stale)) for _ in range(3)]
    await asyncio.sleep(0)
    chain.gate.set()
    one, *others = await asyncio.gather(*asking)
    assert one is not stale
    assert all(other is one for other in others)
    assert chain.readings == 2


async def test_what_failed_is_not_answered_with_a_reading_of_the_same_epoch_from_before():
    chain = Chain()
    used = await chain.view.known()
    since = await chain.view.latest()
    assert await chain.view.newer(used) is not since
    assert chain.readings == 3


async def test_what_failed_is_answered_with_what_somebody_read_of_the_next_epoch():
    chain = Chain()
    used = await chain.view.known()
    chain.epoch = 8
    since = await chain.view.latest()
    assert await chain.view.newer(used) is since
    assert chain.readings == 2


async def test_who_asks_for_the_latest_gets_a_reading_begun_after_that():
    chain = Chain()
    known = await chain.view.known()
    assert await chain.view.latest() is not known


async def test_a_failed_reading_leaves_the_next_to_try_again():
    chain = Chain()
    chain.gate.clear()
    waiting = asyncio.create_task(chain.view.known())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    chain.gate.set()
    assert (await chain.view.known()).epoch == 7
