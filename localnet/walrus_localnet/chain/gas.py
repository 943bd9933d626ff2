"""What a transaction costs (source: sui_localnet.md §4.7)."""

from __future__ import annotations

import dataclasses

from walrus_localnet.chain.limits import INSTRUCTIONS_PER_UNIT, MAX_INSTRUCTIONS, MIN_GAS_UNITS
from walrus_localnet.chain.objects import storage_size
from walrus_localnet.chain.writes import Writes
from walrus_sui.bcs.sui import GasCostSummary, Object

UNIT_STEP = 1000
"""Computation is charged in whole steps of this many units."""
MIST_PER_BYTE = 7600
"""Storage price: 100 units a byte at 76 MIST a unit."""
REBATE_BASIS_POINTS = 9900
"""The share of a storage deposit that comes back."""


def computation_cost(instructions: int, price: int) -> int:
    """MIST for executed instructions, rounded up to a whole step of computation units.

    Sui's own schedule counts otherwise and changes with the protocol; this one is of its order of magnitude.
    """
    units = instructions // INSTRUCTIONS_PER_UNIT
    return max(MIN_GAS_UNITS, -(-units // UNIT_STEP) * UNIT_STEP) * price


def instruction_limit(budget: int, price: int) -> int:
    """How many instructions `budget` MIST allow."""
    return min(budget // price * INSTRUCTIONS_PER_UNIT, MAX_INSTRUCTIONS)


def charge_storage(writes: Writes) -> dict[bytes, Object]:
    """The written objects, each with the deposit it now carries."""
    return {
        object_id: dataclasses.replace(obj, storage_rebate=storage_size(obj) * MIST_PER_BYTE)
        for object_id, obj in writes.objects.items()
    }


def cost_summary(computation: int, writes: Writes) -> GasCostSummary:
    """`writes` with deposits already charged: deposits of what was there before are returned, less a fee."""
    paid = sum(obj.storage_rebate for obj in writes.objects.values())
    held = sum(obj.storage_rebate for obj in writes.before.values())
    rebate = (held * REBATE_BASIS_POINTS + 5000) // 10_000
    return GasCostSummary(computation, paid, rebate, held - rebate)
