"""Changing the addresses inside module bytes (sui_localnet.md §4.3).

Addresses have fixed width in a table of their own, so nothing else moves.
"""

from __future__ import annotations

from collections.abc import Mapping

from walrus_localnet.vm.bytecode.reader import address_table, read_module
from walrus_localnet.vm.errors import MalformedModule

ZERO = bytes(32)


def with_addresses(data: bytes, replacements: Mapping[bytes, bytes]) -> bytes:
    """The module with each address that is a key replaced by its value. Address constants in code stay.

    Raises `MalformedModule` if `data` is not a module, or if two of its addresses became one.
    """
    start, end = address_table(data)
    old = [data[offset : offset + 32] for offset in range(start, end, 32)]
    new = [replacements.get(address, address) for address in old]
    if any(len(address) != 32 for address in new) or len(set(new)) != len(new):
        raise MalformedModule("expected distinct 32-byte addresses after replacement")
    return data[:start] + b"".join(new) + data[end:]


def with_self_address(data: bytes, address: bytes) -> bytes:
    """A module compiled at 0x0, published at `address`: its own address and those of its package's other modules.

    Raises `MalformedModule` if its self address is not 0x0.
    """
    module = read_module(data)
    if module.address != ZERO:
        raise MalformedModule(f"expected module {module.name} at address 0x0, got 0x{module.address.hex()}")
    return with_addresses(data, {ZERO: address})
