"""Epochs that last seconds, while owners store, read, extend and delete, and nodes and the chain die: nothing that
was paid for is lost, nothing is kept that was not, and every node ends with just what it should hold."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest

from tests.e2e.endurance import SETTLE_SECONDS, Belonging, Fate, Owner, faults_on_disks, owner, together_until
from tests.scale import cases
from walrus_localnet.testbed.localnet import Localnet
from walrus_localnet.testbed.plan import Plan
from walrus_sui.client import WalrusClient
from walrus_sui.config import load_config
from walrus_sui.errors import BlobNotFound
from walrus_sui.storage.status import NonexistentStatus

pytestmark = [pytest.mark.e2e, pytest.mark.crash, pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")]

EPOCH_MS = cases(8_000, 20_000)
EPOCHS = cases(2, 24)
OWNERS = cases(2, 6)
SEED = 7


@pytest.fixture
def hasty_net(tmp_path) -> Iterator[Localnet]:
    """Nodes and shards few enough for the machine, and short epochs."""
    localnet = Localnet(tmp_path / "net")
    plan = Plan(nodes=cases(4, 13), shards=cases(40, 130), epoch_duration=EPOCH_MS)
    asyncio.run(localnet.up(plan))
    yield localnet
    asyncio.run(localnet.discard())


async def test_nothing_is_lost_and_nothing_kept_in_vain_while_epochs_pass(hasty_net: Localnet) -> None:
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(WalrusClient(load_config(hasty_net.layout.client_config)))
        owners = [await stack.enter_async_context(owner(hasty_net, SEED + number)) for number in range(OWNERS)]
        fate = Fate(hasty_net, client, random.Random(SEED))
        await together_until(troubles(fate), [each.live() for each in owners])
        await fate.next_epoch()
        await fate.healed()
        for each in owners:
            await each.recollect()  # what they were about to do when they stopped may have been done
        await all_is_as_owners_know_it(client, owners)
        await disks_agree(hasty_net, client, fate)


async def troubles(fate: Fate) -> None:
    """Four epochs, again and again. At the end of the first as many nodes die as may, and the chain crashes; in
    the next two stake moves, and few die, who stay away from the one to the other."""
    absent: list[str] = []
    for number in range(EPOCHS):
        part = number % 4
        if part in (1, 2):
            await fate.move_stake()
        await fate.last_second()
        killed = [] if absent else await fate.kill(most=2 if part else 4)
        if part == 0:
            await fate.crash_chain()
        await fate.next_epoch()
        if part == 1:
            absent = killed
            continue
        await fate.revive([*absent, *killed])
        absent = []
        await fate.healed()
    await fate.revive(absent)


async def all_is_as_owners_know_it(client: WalrusClient, owners: list[Owner]) -> None:
    """Read by someone else than who stored it."""
    for each in owners:
        assert each.done
        for item in [*each.belongings, *each.gone]:
            await is_as_known(client, item, is_gone=item in each.gone)


async def is_as_known(client: WalrusClient, item: Belonging, *, is_gone: bool) -> None:
    epoch = (await client.network()).epoch
    if not is_gone and epoch < item.end_epoch:
        try:
            assert await client.read(item.blob_id) == item.data
        except BlobNotFound:
            assert (await client.network()).epoch >= item.end_epoch
        return
    with pytest.raises(BlobNotFound):
        await client.read(item.blob_id)
    assert isinstance(await client.status(item.blob_id), NonexistentStatus)


async def disks_agree(net: Localnet, client: WalrusClient, fate: Fate) -> None:
    """Once work of the epoch is done, within that epoch or one of the next."""
    faults: dict[str, list[str]] = {}
    try:
        async with asyncio.timeout(SETTLE_SECONDS):
            while True:
                await fate.healed()
                before = await client.network()
                faults = await faults_on_disks(net, before)
                after = await client.network()
                if not faults and after.epoch == before.epoch:
                    return
                await asyncio.sleep(0.3)
    except TimeoutError:
        pytest.fail(f"disks did not come to agree: { {name: found[:5] for name, found in faults.items()} }")
