"""Ids that Sui derives by hashing (source: sui_localnet.md §4.1)."""

from __future__ import annotations

from walrus_sui.bcs.sui.types import TypeTag, blake2b256


def created_object_id(transaction: bytes, number: int) -> bytes:
    """The id of the object or package that the transaction of this digest creates after `number` others."""
    return blake2b256(b"\xf1", transaction, number.to_bytes(8, "little"))


def dynamic_field_id(parent: bytes, key_type: TypeTag, key: bytes) -> bytes:
    """The id of the field object that hangs under `parent` by the BCS `key`."""
    return blake2b256(b"\xf0", parent, len(key).to_bytes(8, "little"), key, key_type.to_bytes())
