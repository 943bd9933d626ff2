"""Natives of 0x2 that reach the object runtime (move_toolchain.md §4, sui_localnet.md §4.1)."""

from __future__ import annotations

from functools import lru_cache

from walrus_localnet.vm.errors import NativeAbort
from walrus_localnet.vm.natives.registry import NATIVES, STD, SUI, NativeCall
from walrus_localnet.vm.types import BOOL, U8, Datatype, Type, Value, to_tag
from walrus_sui.bcs.sui import blake2b256

ADDRESS_PARSE_ERROR = 0

# addresses ---------------------------------------------------------------------------------------------------


@NATIVES.native(SUI, "address")
def to_u256(call: NativeCall, address: bytes) -> int:
    return int.from_bytes(address, "big")


@NATIVES.native(SUI, "address")
def from_u256(call: NativeCall, number: int) -> bytes:
    return number.to_bytes(32, "big")


@NATIVES.native(SUI, "address")
def from_bytes(call: NativeCall, data: bytearray) -> bytes:
    if len(data) != 32:
        raise NativeAbort(ADDRESS_PARSE_ERROR)
    return bytes(data)


# objects and their ids ---------------------------------------------------------------------------------------
def object_id(value: Value) -> bytes:
    """The id of an object: its first field is `UID { id: ID { bytes } }`."""
    identity = value[0][0][0]
    assert isinstance(identity, bytes)
    return identity


@NATIVES.native(SUI, "object")
def borrow_uid(call: NativeCall, value: Value) -> Value:
    return value[0]


@NATIVES.native(SUI, "object")
def delete_impl(call: NativeCall, identity: bytes) -> None:
    call.runtime.delete_uid(identity)


@NATIVES.native(SUI, "object")
def record_new_uid(call: NativeCall, identity: bytes) -> None:
    call.runtime.record_new_uid(identity)


# transaction context -----------------------------------------------------------------------------------------
@NATIVES.native(SUI, "tx_context")
def native_sender(call: NativeCall) -> bytes:
    return call.runtime.sender


@NATIVES.native(SUI, "tx_context")
def native_epoch(call: NativeCall) -> int:
    return call.runtime.epoch


@NATIVES.native(SUI, "tx_context")
def native_epoch_timestamp_ms(call: NativeCall) -> int:
    return call.runtime.epoch_timestamp_ms


@NATIVES.native(SUI, "tx_context")
def fresh_id(call: NativeCall) -> bytes:
    return call.runtime.fresh_id()


@NATIVES.native(SUI, "tx_context")
def native_rgp(call: NativeCall) -> int:
    return call.runtime.reference_gas_price


@NATIVES.native(SUI, "tx_context")
def native_gas_price(call: NativeCall) -> int:
    return call.runtime.gas_price


@NATIVES.native(SUI, "tx_context")
def native_gas_budget(call: NativeCall) -> int:
    return call.runtime.gas_budget


@NATIVES.native(SUI, "tx_context")
def native_ids_created(call: NativeCall) -> int:
    return call.runtime.ids_created


@NATIVES.native(SUI, "tx_context")
def native_sponsor(call: NativeCall) -> list[bytes]:
    """`vector<address>` with at most one element."""
    sponsor = call.runtime.sponsor
    return [] if sponsor is None else [sponsor]


@NATIVES.native(SUI, "tx_context")
def derive_id(call: NativeCall, digest: bytearray, ids_created: int) -> bytes:
    return blake2b256(b"\xf1", bytes(digest), ids_created.to_bytes(8, "little"))


@NATIVES.native(SUI, "types")
def is_one_time_witness(call: NativeCall, reference: Value) -> bool:
    """A type named like its module in capitals whose only field is a bool (move_toolchain.md §1)."""
    type_ = call.type_args[0]
    if not isinstance(type_, Datatype) or type_.type_args or type_.name != type_.module.upper():
        return False
    info = call.execution.knowledge.linker.datatype(type_.package, type_.module, type_.name)
    return info.variants is None and [field.type for field in info.fields] == [BOOL]


# dynamic fields ----------------------------------------------------------------------------------------------
@NATIVES.native(SUI, "dynamic_field")
def hash_type_and_key(call: NativeCall, parent: bytes, key: Value) -> bytes:
    key_bytes = bytearray()
    call.layout(call.type_args[0]).write(key, key_bytes)
    call.charge_bytes(len(key_bytes))
    tag = _tag_bytes(call.type_args[0])
    return blake2b256(b"\xf0", parent, len(key_bytes).to_bytes(8, "little"), bytes(key_bytes), tag)


@lru_cache(maxsize=4096)
def _tag_bytes(type_: Type) -> bytes:
    """Every access to a dynamic field asks for this, mostly for the same few types."""
    return to_tag(type_).to_bytes()


@NATIVES.native(SUI, "dynamic_field")
def add_child_object(call: NativeCall, parent: bytes, child: Value) -> None:
    call.runtime.add_child(parent, object_id(child), call.datatype, child)


@NATIVES.native(SUI, "dynamic_field")
def borrow_child_object(call: NativeCall, uid: Value, identity: bytes) -> Value:
    return call.runtime.borrow_child(uid[0][0], identity, call.datatype, False)


@NATIVES.native(SUI, "dynamic_field")
def borrow_child_object_mut(call: NativeCall, uid: Value, identity: bytes) -> Value:
    return call.runtime.borrow_child(uid[0][0], identity, call.datatype, True)


@NATIVES.native(SUI, "dynamic_field")
def remove_child_object(call: NativeCall, parent: bytes, identity: bytes) -> Value:
    return call.runtime.remove_child(parent, identity, call.datatype)


@NATIVES.native(SUI, "dynamic_field")
def has_child_object(call: NativeCall, parent: bytes, identity: bytes) -> bool:
    return call.runtime.has_child(parent, identity)


@NATIVES.native(SUI, "dynamic_field")
def has_child_object_with_ty(call: NativeCall, parent: bytes, identity: bytes) -> bool:
    return call.runtime.has_child_with_type(parent, identity, call.datatype)


@NATIVES.native(SUI, "config")
def read_setting_impl(call: NativeCall, config: bytes, setting: bytes, epoch: int) -> Value:
    """The value a setting has in `epoch`, as an option.

    Type arguments are the field's type, `Setting<V>`, `SettingData<V>` and `V`. The newer value holds after the
    epoch it was written in, the older one until then.
    """
    field_type, value_type = call.datatype, call.type_args[3]
    option = call.layout(Datatype(STD, "option", "Option", (value_type,)))
    nothing = [bytearray() if value_type is U8 else []]
    if not call.runtime.has_child_with_type(config, setting, field_type):
        return nothing
    _, _, ((data,),) = call.runtime.borrow_child(config, setting, field_type, False)
    if not data:
        return nothing
    written, newer, older = data[0]
    return option.copy(newer if epoch > written else older)


# transfer and events -----------------------------------------------------------------------------------------
@NATIVES.native(SUI, "transfer")
def transfer_impl(call: NativeCall, value: Value, recipient: bytes) -> None:
    call.runtime.transfer(call.datatype, value, recipient)


@NATIVES.native(SUI, "transfer")
def share_object_impl(call: NativeCall, value: Value) -> None:
    call.runtime.share(call.datatype, value)


@NATIVES.native(SUI, "transfer")
def freeze_object_impl(call: NativeCall, value: Value) -> None:
    call.runtime.freeze(call.datatype, value)


@NATIVES.native(SUI, "transfer")
def party_transfer_impl(
    call: NativeCall, value: Value, default: int, addresses: list[bytes], permissions: list[int]
) -> None:
    call.runtime.transfer_to_party(call.datatype, value, default, addresses, permissions)


@NATIVES.native(SUI, "transfer")
def receive_impl(call: NativeCall, parent: bytes, identity: Value, version: int) -> Value:
    return call.runtime.receive(parent, identity[0], version, call.datatype)


@NATIVES.native(SUI, "event")
def emit(call: NativeCall, event: Value) -> None:
    call.runtime.emit(call.datatype, event)
