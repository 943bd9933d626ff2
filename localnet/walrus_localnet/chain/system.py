"""Transactions of the network itself: clock, randomness, end of an epoch (source: sui_localnet.md §4.2, §4.9)."""

from __future__ import annotations

from dataclasses import replace

from walrus_localnet.chain.effects import build_effects
from walrus_localnet.chain.execution import Executed
from walrus_localnet.chain.limits import PROTOCOL_VERSION
from walrus_localnet.chain.objects import id_of, version_of, with_version
from walrus_localnet.chain.view import View
from walrus_localnet.chain.writes import Writes
from walrus_sui.bcs import U64, Bytes32, Struct, encode
from walrus_sui.bcs.sui import (
    ChangeEpoch,
    ConsensusCommitPrologue,
    GasCostSummary,
    GasData,
    MoveObject,
    NoExpiration,
    Object,
    ObjectRef,
    RandomnessStateUpdate,
    SharedOwner,
    Success,
    TransactionDataV1,
    TransactionKind,
    U64Tag,
)
from walrus_sui.bcs.sui.framework import CLOCK_ID, RANDOM_ID
from walrus_sui.bcs.sui.ids import dynamic_field_id

ZERO = bytes(32)
NO_GAS = GasCostSummary(0, 0, 0, 0)
RANDOM_VERSION = 1
RANDOM_BYTES = 32

SystemStep = tuple[TransactionDataV1, Executed]
"""A system transaction and what it did."""


class RandomState(Struct):
    """`sui::random::Random`: its second field is a `Versioned`, which holds the state as a dynamic field."""

    object_id: Bytes32
    versioned_id: Bytes32
    version: U64


class RandomInner(Struct):
    version: U64
    epoch: U64
    round: U64
    random_bytes: bytes


class RandomField(Struct):
    object_id: Bytes32
    name: U64
    value: RandomInner


def system_transaction(kind: TransactionKind) -> TransactionDataV1:
    """A transaction that nobody signs or pays for."""
    gas = GasData((ObjectRef(ZERO, 0, ZERO),), ZERO, 1, 0)
    return TransactionDataV1(kind, ZERO, gas, NoExpiration())


def tick(view: View, epoch: int, round_: int, timestamp_ms: int) -> SystemStep | None:
    """The prologue of a commit, which moves the Clock; None when it already shows this millisecond."""
    clock = view.latest(CLOCK_ID)
    assert clock is not None
    assert isinstance(clock.data, MoveObject)
    if int.from_bytes(clock.data.contents[32:40], "little") >= timestamp_ms:
        return None
    kind = ConsensusCommitPrologue(epoch, round_, timestamp_ms)
    return _step(kind, epoch, {CLOCK_ID: CLOCK_ID + encode(U64, timestamp_ms)}, [clock])


def renew_randomness(view: View, epoch: int, random_bytes: bytes) -> SystemStep:
    """New randomness in the object 0x8, for the transaction that follows."""
    outer = view.latest(RANDOM_ID)
    assert outer is not None
    assert isinstance(outer.data, MoveObject)
    assert isinstance(outer.owner, SharedOwner)
    field_id = random_field_id(RandomState.from_bytes(outer.data.contents))
    inner = view.latest(field_id)
    assert inner is not None
    assert isinstance(inner.data, MoveObject)
    before = RandomField.from_bytes(inner.data.contents).value
    fresh = not before.random_bytes or before.epoch != epoch
    state = RandomInner(RANDOM_VERSION, epoch, 0 if fresh else before.round + 1, random_bytes)
    kind = RandomnessStateUpdate(epoch, state.round, random_bytes, outer.owner.initial_version)
    contents = {
        RANDOM_ID: outer.data.contents,
        field_id: RandomField(field_id, RANDOM_VERSION, state).to_bytes(),
    }
    return _step(kind, epoch, contents, [outer, inner])


def random_field_id(state: RandomState) -> bytes:
    return dynamic_field_id(state.versioned_id, U64Tag(), encode(U64, state.version))


def end_epoch(epoch: int, rolling: GasCostSummary, timestamp_ms: int) -> SystemStep:
    """The last transaction of `epoch`, with what its transactions have cost. No object changes."""
    kind = ChangeEpoch(
        epoch=epoch + 1,
        protocol_version=PROTOCOL_VERSION,
        storage_charge=rolling.storage_cost,
        computation_charge=rolling.computation_cost,
        storage_rebate=rolling.storage_rebate,
        non_refundable_storage_fee=rolling.non_refundable_storage_fee,
        epoch_start_timestamp_ms=timestamp_ms,
        system_packages=(),
    )
    return _step(kind, epoch, {}, [])


def _step(kind: TransactionKind, epoch: int, contents: dict[bytes, bytes], before: list[Object]) -> SystemStep:
    """A system transaction that gives the objects of `before` new contents."""
    data = system_transaction(kind)
    lamport = 1 + max(map(version_of, before), default=0)
    written = [_changed(obj, contents[id_of(obj)], lamport, data.digest()) for obj in before]
    writes = Writes(objects={id_of(obj): obj for obj in written}, before={id_of(obj): obj for obj in before})
    effects = build_effects(
        digest=data.digest(),
        status=Success(),
        epoch=epoch,
        gas_used=NO_GAS,
        gas_id=None,
        writes=writes,
        read=[],
        events=(),
        dependencies={obj.previous_transaction for obj in before},
        lamport=lamport,
    )
    return data, Executed(effects, (), tuple(written), frozenset())


def _changed(obj: Object, contents: bytes, lamport: int, digest: bytes) -> Object:
    moved = with_version(obj, lamport, digest)
    assert isinstance(moved.data, MoveObject)
    return replace(moved, data=replace(moved.data, contents=contents))
