"""Registering a node: once, whatever happens in between; and a node that the chain knows otherwise than it is."""

from __future__ import annotations

import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio
import yaml

from tests.sui_chain.world import World, candidates
from walrus_node import operator
from walrus_node.chain.registered import Registered, coming_commission, require_protocol_key
from walrus_node.config import NodeConfig
from walrus_node.keys import generate_network_key, generate_protocol_key, load_protocol_key
from walrus_sui.chain.types import StorageNodeCap, VotingParams
from walrus_sui.crypto.bls import SecretKey
from walrus_sui.errors import ConfigError

pytestmark = pytest.mark.asyncio(loop_scope="module")

COMMENT = "# our first node\nbalance_check: {}\n"


@dataclass
class Made:
    """A node's folder on a network, and its account with SUI."""

    world: World
    setup: operator.Setup

    @property
    def path(self) -> Path:
        return self.setup.config_path


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world() -> AsyncIterator[World]:
    async with candidates(0, 13) as world:
        yield world


@pytest.fixture
def made(world: World, tmp_path: Path) -> Made:
    setup = operator.setup(
        tmp_path,
        name="one",
        public_host="node.example",
        public_port=9185,
        rpc=world.network.url,
        system_object=world.deployment.system_object,
        staking_object=world.deployment.staking_object,
    )
    world.network.faucet.fund(setup.keypair.address)
    return Made(world, setup)


async def test_the_cap_is_noted_and_nothing_else_changed(made: Made) -> None:
    made.path.write_text(before := COMMENT + made.path.read_text())
    cap = await operator.register(made.world.sui, made.path)
    assert made.path.read_text() == before + f"storage_node_cap: '0x{cap.object_id.hex()}'\n"
    assert NodeConfig.load(made.path).storage_node_cap == cap.object_id
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    with pytest.raises(ConfigError, match="expected a node that is not registered yet"):
        await operator.register(made.world.sui, made.path)


async def test_a_registration_that_was_not_noted_is_taken_up(made: Made) -> None:
    before = made.path.read_text()
    first = await operator.register(made.world.sui, made.path)
    made.path.write_text(before)
    again = await operator.register(made.world.sui, made.path)
    assert again.object_id == first.object_id
    owned = await made.world.contracts.owned_storage_node_caps(made.setup.keypair.address)
    assert [cap.object_id for cap in owned] == [first.object_id]


async def test_another_key_of_the_same_account_is_another_node(made: Made) -> None:
    before = made.path.read_text()
    first = await operator.register(made.world.sui, made.path)
    made.path.write_text(before)
    key = made.setup.config.protocol_key_pair.path
    key.unlink()
    generate_protocol_key(key)
    assert (await operator.register(made.world.sui, made.path)).node_id != first.node_id


# What the chain knows


async def test_a_node_with_another_protocol_key_does_not_start(made: Made) -> None:
    cap = await operator.register(made.world.sui, made.path)
    (pool,) = await made.world.contracts.pools([cap.node_id])
    key = bytes(load_protocol_key(NodeConfig.load(made.path).protocol_key_pair.path).public_key)
    require_protocol_key(pool.node_info, key)
    with pytest.raises(ConfigError, match=r"expected the protocol key .* that node one is registered with"):
        require_protocol_key(pool.node_info, bytes(SecretKey(6).public_key))
    rotating = replace(pool.node_info, next_epoch_public_key=SecretKey(6).public_key.uncompressed)
    require_protocol_key(rotating, bytes(SecretKey(6).public_key))


async def test_what_the_operator_changes_comes_to_the_chain(made: Made, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "walrus_node.chain.registered")
    cap = await operator.register(made.world.sui, made.path)
    await registered(made, cap).update()
    assert caplog.text == "", "what was registered a moment ago needs no change"

    changes = {
        "name": "two",
        "public_host": "elsewhere.example",
        "commission_rate": 250,
        "voting_params": {"storage_price": 1, "write_price": 2, "node_capacity": 3},
        "metadata": {"description": "moved"},
    }
    made.path.write_text(yaml.safe_dump(yaml.safe_load(made.path.read_text()) | changes))
    NodeConfig.load(made.path).network_key_pair.path.unlink()
    network_key = generate_network_key(NodeConfig.load(made.path).network_key_pair.path)
    await registered(made, cap).update()
    (pool,) = await made.world.contracts.pools([cap.node_id])
    info = pool.node_info
    assert (info.name, info.network_address) == ("two", "elsewhere.example:9185")
    assert info.network_public_key == network_key
    assert (await made.world.contracts.node_metadata(info)).description == "moved"
    assert pool.voting_params == VotingParams(1, 2, 3)
    assert coming_commission(pool) == 250

    caplog.clear()
    await registered(made, cap).update()
    assert caplog.text == "", "once is enough, though the commission takes effect later"


def registered(made: Made, cap: StorageNodeCap) -> Registered:
    config = NodeConfig.load(made.path)
    return Registered(made.world.contracts, made.setup.keypair, cap.object_id, cap.node_id, config)
