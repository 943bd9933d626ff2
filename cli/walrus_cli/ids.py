"""Ids on the command line."""

from __future__ import annotations

from collections.abc import Iterable

from walrus_sui.errors import BcsError, InputError


def object_id(text: str) -> bytes:
    """A Sui object id or address as 32 bytes. Raises `InputError`."""
    from walrus_sui.bcs.sui import parse_address

    try:
        return parse_address(text)
    except BcsError:
        raise InputError(f"expected an object id, 0x and up to 64 hex digits, got {text!r}") from None


def object_ids(texts: Iterable[str]) -> list[bytes]:
    """Several ids, each kept once, in order. Raises `InputError`."""
    return list(dict.fromkeys(map(object_id, texts)))
