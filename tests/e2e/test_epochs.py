"""A network whose epochs last seconds: the nodes drive it from one to the next while blobs come and go."""

from __future__ import annotations

import asyncio
import os
from itertools import pairwise

import pytest

from walrus_localnet.testbed.localnet import Localnet
from walrus_localnet.testbed.plan import Plan
from walrus_sui.client import WalrusClient
from walrus_sui.config import load_config
from walrus_sui.errors import BlobNotFound

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")]


@pytest.fixture
def hasty_net(tmp_path):
    """Four nodes, forty shards, epochs of eight seconds."""
    localnet = Localnet(tmp_path / "net")
    asyncio.run(localnet.up(Plan(nodes=4, shards=40, epoch_duration=8000)))
    yield localnet
    asyncio.run(localnet.discard())


async def test_blobs_are_stored_and_read_while_epochs_pass(hasty_net):
    async with WalrusClient(load_config(hasty_net.layout.client_config)) as client:
        first = (await client.network()).epoch
        lasting = await client.store(b"for long", epochs=50, deletable=False)
        fleeting = await client.store(b"for one epoch", epochs=1, deletable=False)
        certified = [lasting.blob.certified_epoch]
        while (await client.network()).epoch < first + 3:
            data = os.urandom(100_000)
            stored = await client.store(data, epochs=3)
            assert await client.read(stored.blob_id) == data
            assert await client.read(lasting.blob_id) == b"for long"
            certified.append(stored.blob.certified_epoch)
        assert all(later >= earlier for earlier, later in pairwise(certified))
        assert len(set(certified)) >= 3
        with pytest.raises(BlobNotFound):
            await client.read(fleeting.blob_id)
