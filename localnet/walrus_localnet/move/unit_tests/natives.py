"""Natives only unit tests have; importing this module adds them to the machine's registry.

No published module declares them, so they are out of reach outside of tests (move_toolchain.md §1).
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

from walrus_localnet.move.unit_tests.world import Common, Effects, World
from walrus_localnet.vm import Value
from walrus_localnet.vm.natives.registry import NATIVES, STD, SUI, Native, NativeCall


def world(call: NativeCall) -> World:
    assert isinstance(call.runtime, World), "natives of unit tests only run in the world of a unit test"
    return call.runtime


@NATIVES.native(STD, "unit_test")
def poison(call: NativeCall) -> None:
    """Marks test bytecode; nothing to do."""


@NATIVES.native(STD, "unit_test")
def destroy(call: NativeCall, value: Value) -> None:
    """The value is simply forgotten."""


@NATIVES.native(SUI, "test_utils")
def create_one_time_witness(call: NativeCall) -> Value:
    return [True]


@NATIVES.native(SUI, "random")
def generate_rand_seed_for_testing(call: NativeCall) -> Value:
    """Always the same seed: a test must give the same result every time."""
    return bytearray(32)


# BLS signatures -----------------------------------------------------------------------------------------------
def _unless_unchecked(verify: Native) -> Native:
    """On the official runner BLS signatures pass for anything. Tests are written for that, unless they say that
    they need real ones, and must mean the same here."""

    def verify_or_accept(call: NativeCall, *arguments: Value) -> bool:
        runtime = call.runtime
        if isinstance(runtime, World) and not runtime.checks_bls:
            return True
        return bool(verify(call, *arguments))

    return verify_or_accept


for _name in ("bls12381_min_pk_verify", "bls12381_min_sig_verify"):
    NATIVES.wrap(SUI, "bls12381", _name, _unless_unchecked)


# transaction context -----------------------------------------------------------------------------------------
@NATIVES.native(SUI, "tx_context")
def replace(
    call: NativeCall,
    sender: bytes,
    digest: bytearray,
    epoch: int,
    epoch_timestamp_ms: int,
    ids_created: int,
    reference_gas_price: int,
    gas_price: int,
    gas_budget: int,
    sponsor: list[bytes],
) -> None:
    here = world(call)
    here.sender, here.digest = sender, bytes(digest)
    here.epoch, here.epoch_timestamp_ms, here.ids_created = epoch, epoch_timestamp_ms, ids_created
    here.reference_gas_price, here.gas_price, here.gas_budget = reference_gas_price, gas_price, gas_budget
    here.sponsor = sponsor[0] if sponsor else None


@NATIVES.native(SUI, "tx_context")
def last_created_id(call: NativeCall) -> bytes:
    here = world(call)
    return here.id_at(here.ids_created - 1)


# events ------------------------------------------------------------------------------------------------------
@NATIVES.native(SUI, "event")
def num_events(call: NativeCall) -> int:
    return len(world(call).events)


@NATIVES.native(SUI, "event")
def events_by_type(call: NativeCall) -> Value:
    return [deepcopy(value) for type_, value in world(call).events if type_ == call.type_args[0]]


# test_scenario -----------------------------------------------------------------------------------------------
@NATIVES.native(SUI, "test_scenario")
def end_transaction(call: NativeCall) -> Value:
    return _effects_value(world(call).end_transaction())


@NATIVES.native(SUI, "test_scenario")
def take_from_address_by_id(call: NativeCall, scenario: Value, account: bytes, identity: Value) -> Value:
    return world(call).take(account, identity[0], call.datatype)


@NATIVES.native(SUI, "test_scenario")
def take_immutable_by_id(call: NativeCall, scenario: Value, identity: Value) -> Value:
    return world(call).take(Common.IMMUTABLE, identity[0], call.datatype)


@NATIVES.native(SUI, "test_scenario")
def take_shared_by_id(call: NativeCall, scenario: Value, identity: Value) -> Value:
    return world(call).take(Common.SHARED, identity[0], call.datatype)


@NATIVES.native(SUI, "test_scenario")
def ids_for_address(call: NativeCall, account: bytes) -> Value:
    return [[identity] for identity in world(call).ids(account, call.datatype)]


@NATIVES.native(SUI, "test_scenario")
def most_recent_id_for_address(call: NativeCall, account: bytes) -> Value:
    return _last(world(call).ids(account, call.datatype))


@NATIVES.native(SUI, "test_scenario")
def most_recent_immutable_id(call: NativeCall) -> Value:
    return _last(world(call).ids(Common.IMMUTABLE, call.datatype))


@NATIVES.native(SUI, "test_scenario")
def most_recent_id_shared(call: NativeCall) -> Value:
    return _last(world(call).ids(Common.SHARED, call.datatype))


@NATIVES.native(SUI, "test_scenario")
def was_taken_from_address(call: NativeCall, account: bytes, identity: Value) -> bool:
    return world(call).was_taken(account, identity[0])


@NATIVES.native(SUI, "test_scenario")
def was_taken_immutable(call: NativeCall, identity: Value) -> bool:
    return world(call).was_taken(Common.IMMUTABLE, identity[0])


@NATIVES.native(SUI, "test_scenario")
def was_taken_shared(call: NativeCall, identity: Value) -> bool:
    return world(call).was_taken(Common.SHARED, identity[0])


@NATIVES.native(SUI, "test_scenario")
def allocate_receiving_ticket_for_object(call: NativeCall, identity: Value) -> int:
    return world(call).allocate_ticket(identity[0], call.datatype)


@NATIVES.native(SUI, "test_scenario")
def deallocate_receiving_ticket_for_object(call: NativeCall, identity: Value) -> None:
    world(call).give_ticket_back(identity[0])


def _last(identities: Iterator[bytes]) -> Value:
    """`Option<ID>` of the last one."""
    found = list(identities)
    return [[[found[-1]]] if found else []]


def _effects_value(effects: Effects) -> Value:
    """`TransactionEffects`, field by field; a `VecMap` is a struct around a vector of entries."""
    return [
        _ids(effects.created),
        _ids(effects.written),
        _ids(effects.deleted),
        [[[[identity], account] for identity, account in effects.to_accounts.items()]],
        [[[[identity], [parent]] for identity, parent in effects.to_objects.items()]],
        _ids(effects.shared),
        _ids(effects.frozen),
        effects.events,
    ]


def _ids(identities: list[bytes]) -> Value:
    return [[identity] for identity in identities]
