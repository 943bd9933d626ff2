"""Events of stake, rewards and penalties, emitted by the module `staking_events`. Amounts are FROST.

The official contracts do not have this module; these events tell operators, stakers and auditors what happened.
"""

from __future__ import annotations

from walrus_sui.bcs import U8, U16, U32, U64, Bytes32
from walrus_sui.chain.events.base import WalrusEvent
from walrus_sui.chain.types import Authorized


class StakingEvent(WalrusEvent):
    move_module = "staking_events"


class NodeRegistered(StakingEvent):
    """A node applied; `capability_id` is its cap, `commission_rate` in basis points."""

    move_name = "NodeRegistered"
    epoch: U32
    node_id: Bytes32
    capability_id: Bytes32
    commission_rate: U16


class Staked(StakingEvent):
    """WAL was staked; it earns from `activation_epoch` on."""

    move_name = "Staked"
    epoch: U32
    node_id: Bytes32
    staked_wal_id: Bytes32
    amount: U64
    activation_epoch: U32


class StakeWithdrawalRequested(StakingEvent):
    """A stake will be paid out from `withdraw_epoch` on."""

    move_name = "StakeWithdrawalRequested"
    epoch: U32
    node_id: Bytes32
    staked_wal_id: Bytes32
    amount: U64
    withdraw_epoch: U32


class StakeWithdrawn(StakingEvent):
    """A stake of `principal` was paid out with `payout`."""

    move_name = "StakeWithdrawn"
    epoch: U32
    node_id: Bytes32
    staked_wal_id: Bytes32
    principal: U64
    payout: U64


class CommissionRateChanged(StakingEvent):
    """A commission in basis points holds from `effective_epoch` on."""

    move_name = "CommissionRateChanged"
    epoch: U32
    node_id: Bytes32
    commission_rate: U16
    effective_epoch: U32


class CommissionReceiverChanged(StakingEvent):
    """The right to collect a node's commission went to `receiver`."""

    move_name = "CommissionReceiverChanged"
    epoch: U32
    node_id: Bytes32
    receiver: Authorized


class GovernanceAuthorizedChanged(StakingEvent):
    """The right to vote for a node went to `authorized`."""

    move_name = "GovernanceAuthorizedChanged"
    epoch: U32
    node_id: Bytes32
    authorized: Authorized


class CommissionCollected(StakingEvent):
    move_name = "CommissionCollected"
    epoch: U32
    node_id: Bytes32
    amount: U64


class CommissionAdded(StakingEvent):
    """Someone gave a node commission."""

    move_name = "CommissionAdded"
    epoch: U32
    node_id: Bytes32
    amount: U64


class RewardPaid(StakingEvent):
    """A member's reward of the ended epoch, of which `commission` is its operator's."""

    move_name = "RewardPaid"
    epoch: U32
    node_id: Bytes32
    reward: U64
    commission: U64


class BondDeposited(StakingEvent):
    """The operator's bond grew by `amount` to `bond`."""

    move_name = "BondDeposited"
    epoch: U32
    node_id: Bytes32
    amount: U64
    bond: U64


class BondWithdrawalRequested(StakingEvent):
    """Part of the bond will be paid out from `withdraw_epoch` on."""

    move_name = "BondWithdrawalRequested"
    epoch: U32
    node_id: Bytes32
    amount: U64
    withdraw_epoch: U32


class BondWithdrawn(StakingEvent):
    move_name = "BondWithdrawn"
    epoch: U32
    node_id: Bytes32
    amount: U64


class VoteCast(StakingEvent):
    """A node's votes: prices in FROST per MiB, capacity in bytes."""

    move_name = "VoteCast"
    epoch: U32
    node_id: Bytes32
    storage_price: U64
    write_price: U64
    node_capacity: U64


class EpochSyncForced(StakingEvent):
    """The epoch change was completed without a quorum of reports; `missing` did not report in time."""

    move_name = "EpochSyncForced"
    epoch: U32
    reported_weight: U16
    missing: tuple[Bytes32, ...]


class UpgradeVoteCast(StakingEvent):
    """A node voted for an upgrade; `voting_weight` is the weight of all votes so far."""

    move_name = "UpgradeVoteCast"
    epoch: U32
    node_id: Bytes32
    package_digest: bytes
    voting_weight: U16


class SlashingVoteCast(StakingEvent):
    """A node voted to slash another; `voting_weight` is the weight of all votes so far."""

    move_name = "SlashingVoteCast"
    epoch: U32
    voter_node_id: Bytes32
    candidate_node_id: Bytes32
    voting_weight: U16


class Slashed(StakingEvent):
    """What a node lost of its commission, its bond and the stake with it."""

    move_name = "Slashed"
    epoch: U32
    node_id: Bytes32
    reason: U8
    commission: U64
    bond: U64
    stake: U64
