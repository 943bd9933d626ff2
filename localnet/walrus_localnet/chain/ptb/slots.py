"""Places that hold values between the commands of a programmable transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from walrus_localnet.vm import Cell, Type, Value
from walrus_sui.bcs.sui import ObjectRef


class Origin(Enum):
    """Where a value came from, which decides what may be done with it."""

    RESULT = "result"
    OWNED = "owned"
    SHARED = "shared"
    READ_ONLY = "read-only"
    GAS = "gas"


@dataclass
class ValueSlot:
    """A Move value; the cell is empty once the value has been moved out."""

    type: Type
    cell: Cell
    origin: Origin = Origin.RESULT

    @property
    def is_empty(self) -> bool:
        return not self.cell


@dataclass
class PureSlot:
    """Bytes of a pure input, which take the type of the parameter they are given for. What a `&mut` parameter made
    of them is kept by type."""

    data: bytes
    borrowed: dict[Type, Cell] = field(default_factory=dict)


@dataclass
class ReceivingSlot:
    """The right to receive an object; the value is made when a call asks for it."""

    reference: ObjectRef
    used: bool = False


Slot = ValueSlot | PureSlot | ReceivingSlot


def copied(value: Value) -> Value:
    """A value of its own, sharing nothing that can change."""
    if isinstance(value, bytearray):
        return bytearray(value)
    if isinstance(value, list):
        return [copied(item) for item in value]
    return value
