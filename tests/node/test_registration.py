"""Registering a node: once, whatever happens in between; and a node that the chain knows otherwise than it is."""

from __future__ import annotations

import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio

from tests.sui_chain.world import World, candidates
from walrus_node import operator
from walrus_node.chain.registered import compare_registration
from walrus_node.config import NodeConfig
from walrus_node.keys import generate_protocol_key, load_network_public_key, load_protocol_key
from walrus_sui.chain.types import StorageNodeInfo
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


def info_of(config: NodeConfig, key: SecretKey) -> StorageNodeInfo:
    return StorageNodeInfo(
        "one",
        bytes(32),
        config.network_address,
        key.public_key.uncompressed,
        None,
        load_network_public_key(config.network_key_pair.path),
        bytes(32),
    )


async def test_a_node_as_it_is_registered_is_not_complained_of(
    made: Made, caplog: pytest.LogCaptureFixture
) -> None:
    config = NodeConfig.load(made.path)
    key = load_protocol_key(config.protocol_key_pair.path)
    compare_registration(config, info_of(config, key), bytes(key.public_key))
    rotating = replace(info_of(config, SecretKey(5)), next_epoch_public_key=key.public_key.uncompressed)
    compare_registration(config, rotating, bytes(key.public_key))
    assert caplog.text == ""


async def test_a_node_with_another_protocol_key_does_not_start(made: Made) -> None:
    config = NodeConfig.load(made.path)
    with pytest.raises(ConfigError, match=r"expected the protocol key .* that node one is registered with"):
        compare_registration(config, info_of(config, SecretKey(5)), bytes(SecretKey(6).public_key))


async def test_clients_that_would_look_elsewhere_are_warned_of(
    made: Made, caplog: pytest.LogCaptureFixture
) -> None:
    made.path.write_text(made.path.read_text().replace("disable_tls: true", "disable_tls: false"))
    config, key = NodeConfig.load(made.path), SecretKey(5)
    moved = replace(info_of(config, key), network_address="elsewhere:1", network_public_key=bytes(33))
    compare_registration(config, moved, bytes(key.public_key))
    assert "clients look for this node at elsewhere:1" in caplog.text
    assert "the network key registered on chain is another one" in caplog.text
