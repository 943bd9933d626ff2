"""What a transaction leaves of the coins it pays from, where that can be told beforehand."""

from __future__ import annotations

from collections import Counter

from walrus_sui.bcs.sui import (
    CallArg,
    ImmOrOwnedObject,
    Input,
    ObjectInput,
    ProgrammableTransaction,
    Pure,
    SplitCoins,
)
from walrus_sui.chain.transaction import arguments_of


def split_off(program: ProgrammableTransaction) -> dict[bytes, int]:
    """By coin, the sum of what is split off; only of owned coins that nothing else is done with."""
    amounts: Counter[int] = Counter()
    others: set[int] = set()
    for command in program.commands:
        used = {argument.index for argument in arguments_of(command) if isinstance(argument, Input)}
        if isinstance(command, SplitCoins) and isinstance(command.coin, Input):
            values = [_amount(argument, program.inputs) for argument in command.amounts]
            known = [value for value in values if value is not None]
            if len(known) == len(values):
                amounts[command.coin.index] += sum(known)
                used.discard(command.coin.index)
        others |= used
    found = ((program.inputs[index], amount) for index, amount in amounts.items() if index not in others)
    return {coin_id: amount for entry, amount in found if (coin_id := _owned(entry)) is not None}


def _amount(argument: object, inputs: tuple[CallArg, ...]) -> int | None:
    entry = inputs[argument.index] if isinstance(argument, Input) else None
    return int.from_bytes(entry.value, "little") if isinstance(entry, Pure) else None


def _owned(entry: CallArg) -> bytes | None:
    if isinstance(entry, ObjectInput) and isinstance(entry.object, ImmOrOwnedObject):
        return entry.object.reference.object_id
    return None
