"""Ids that Sui derives by hashing (source: sui_localnet.md §4.1)."""

from __future__ import annotations

from walrus_sui.bcs.sui import TypeTag, blake2b256


def fresh_id(transaction_digest: bytes, counter: int) -> bytes:
    """The id of the `counter`-th object or package that a transaction creates."""
    return blake2b256(b"\xf1", transaction_digest, counter.to_bytes(8, "little"))


def dynamic_field_id(parent: bytes, key_type: TypeTag, key: bytes) -> bytes:
    """The id of the field that `parent` holds under `key` (BCS bytes)."""
    return blake2b256(b"\xf0", parent, len(key).to_bytes(8, "little"), key, key_type.to_bytes())
