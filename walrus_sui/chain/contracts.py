"""The Walrus contracts: everything read of them and called on them."""

from __future__ import annotations

from walrus_sui.chain.epoch_calls import EpochCalls
from walrus_sui.chain.node_calls import NodeCalls
from walrus_sui.chain.resource_calls import ResourceCalls
from walrus_sui.chain.shared_blob_calls import SharedBlobCalls
from walrus_sui.chain.staking_calls import StakingCalls
from walrus_sui.chain.storage_calls import StorageCalls
from walrus_sui.chain.storage_pool_calls import StoragePoolCalls


class Contracts(
    StorageCalls, ResourceCalls, SharedBlobCalls, StoragePoolCalls, StakingCalls, NodeCalls, EpochCalls
):
    """One deployment of the contracts.

    contracts = await Contracts.discover(sui, system_object, staking_object)
    (blob,) = await contracts.register_blobs(keypair, [BlobRegistration(blob_id, root_hash, size, epochs=5)])
    """
