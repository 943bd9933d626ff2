"""The Walrus contracts: everything read of them and called on them."""

from __future__ import annotations

from walrus_sui.chain.contracts.authorization import AuthorizationCalls
from walrus_sui.chain.contracts.bonds import BondCalls
from walrus_sui.chain.contracts.burning import BurnCalls
from walrus_sui.chain.contracts.certificates import CertificateCalls
from walrus_sui.chain.contracts.epochs import EpochCalls
from walrus_sui.chain.contracts.exchange import ExchangeCalls
from walrus_sui.chain.contracts.governance import GovernanceCalls
from walrus_sui.chain.contracts.history import HistoryReads
from walrus_sui.chain.contracts.nodes import NodeCalls
from walrus_sui.chain.contracts.resources import ResourceCalls
from walrus_sui.chain.contracts.shared_blobs import SharedBlobCalls
from walrus_sui.chain.contracts.stake_values import StakeValueReads
from walrus_sui.chain.contracts.staking import StakingCalls
from walrus_sui.chain.contracts.storage import StorageCalls
from walrus_sui.chain.contracts.storage_pools import StoragePoolCalls


class Contracts(
    StorageCalls,
    ResourceCalls,
    SharedBlobCalls,
    BurnCalls,
    StoragePoolCalls,
    CertificateCalls,
    HistoryReads,
    StakingCalls,
    StakeValueReads,
    ExchangeCalls,
    NodeCalls,
    AuthorizationCalls,
    BondCalls,
    EpochCalls,
    GovernanceCalls,
):
    """One deployment of the contracts, found by `Contracts.discover(sui, system_object)`."""
