"""The node as the chain knows it, and keeping that up to date with the configuration (protocol.md §3.7).

The operator changes `walrus-node.yaml` and starts the node again: what the chain says otherwise is set anew there,
by the node's own account.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from walrus_node.config import NodeConfig
from walrus_node.keys import load_network_public_key
from walrus_sui.chain import Contracts, Keypair, NodeMetadata
from walrus_sui.chain.types import StakingPool, StorageNodeInfo
from walrus_sui.crypto.curve import compress_g1
from walrus_sui.errors import ChainError, ConfigError

T = TypeVar("T")
log = logging.getLogger(__name__)

_RETRY_SECONDS = 30.0


def require_protocol_key(info: StorageNodeInfo, protocol_key: bytes) -> None:
    """Raises `ConfigError` unless the key is the one that the chain expects of the node, in this epoch or the
    next."""
    expected = {info.compressed_public_key}
    if info.next_epoch_public_key is not None:
        expected.add(compress_g1(info.next_epoch_public_key))
    if protocol_key not in expected:
        raise ConfigError(
            f"expected the protocol key {info.compressed_public_key.hex()} that node {info.name} is registered "
            f"with, got {protocol_key.hex()}",
            hint="check protocol_key_pair and storage_node_cap: they belong to one node",
        )


class Registered:
    """Brings what the operator changed to the chain, now and then."""

    def __init__(
        self, contracts: Contracts, keypair: Keypair, cap: bytes, node_id: bytes, config: NodeConfig
    ) -> None:
        self._contracts = contracts
        self._keypair = keypair
        self._cap = cap
        self._node_id = node_id
        self._config = config

    async def run(self) -> None:
        """Look at once, and then now and again, for ever."""
        settings = self._config.config_synchronizer
        while True:
            pause = settings.interval_secs
            try:
                if settings.enabled:
                    await self.update()
            except ChainError as error:
                log.warning("could not bring the configuration to the chain, trying again: %s", error)
                pause = _RETRY_SECONDS
            await asyncio.sleep(pause)

    async def update(self) -> None:
        """Set on chain what differs there. Raises `ChainError`."""
        (pool,) = await self._contracts.pools([self._node_id])
        await self._update_identity(pool.node_info)
        await self._update_terms(pool)

    async def _update_identity(self, info: StorageNodeInfo) -> None:
        config, contracts = self._config, self._contracts
        metadata = NodeMetadata(**config.metadata.model_dump())
        key = load_network_public_key(config.network_key_pair.path)
        await self._set("name", info.name, config.name, contracts.set_name)
        await self._set(
            "network address", info.network_address, config.network_address, contracts.set_network_address
        )
        await self._set("network key", info.network_public_key, key, contracts.set_network_public_key)
        await self._set("metadata", await contracts.node_metadata(info), metadata, contracts.set_node_metadata)

    async def _update_terms(self, pool: StakingPool) -> None:
        votes, wanted, contracts = pool.voting_params, self._config.voting_params, self._contracts
        await self._set(
            "storage_price", votes.storage_price, wanted.storage_price, contracts.set_storage_price_vote
        )
        await self._set("write_price", votes.write_price, wanted.write_price, contracts.set_write_price_vote)
        await self._set(
            "node_capacity", votes.node_capacity, wanted.node_capacity, contracts.set_node_capacity_vote
        )
        await self._set(
            "commission_rate", coming_commission(pool), self._config.commission_rate, contracts.set_next_commission
        )

    async def _set(
        self, setting: str, there: T, here: T, call: Callable[[Keypair, bytes, T], Awaitable[object]]
    ) -> None:
        if there != here:
            log.info("%s is %s on chain, setting it to %s", setting, there, here)
            await call(self._keypair, self._cap, here)


def coming_commission(pool: StakingPool) -> int:
    """The commission rate once every change that was asked for has taken effect."""
    pending = pool.pending_commission_rate
    return pending[max(pending)] if pending else pool.commission_rate
