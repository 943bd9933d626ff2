"""What can be told of a transaction without looking at any object: its form, price and time (source:
sui_localnet.md §4.2, §4.7; what Sui checks of user input)."""

from __future__ import annotations

from collections.abc import Iterable

from walrus_localnet.chain import limits
from walrus_localnet.chain.errors import NotOffered, TransactionRejected
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import (
    Command,
    DatatypeTag,
    Expiration,
    GasData,
    ProgrammableTransaction,
    TransactionDataV1,
    TypeTag,
    VectorTag,
    format_digest,
)
from walrus_sui.bcs.sui.framework import RANDOM_ID


def check_form(data: TransactionDataV1, program: ProgrammableTransaction) -> None:
    """Raises `TransactionRejected` for what is too large, or a command with nothing to do."""
    _check_size("bytes", len(data.to_bytes()), limits.MAX_TRANSACTION_BYTES)
    objects = sum(isinstance(argument, sui.ObjectInput) for argument in program.inputs) + len(data.gas.payment)
    _check_size("input objects", objects, limits.MAX_INPUT_OBJECTS)
    _check_size("commands", len(program.commands), limits.MAX_COMMANDS)
    publishing = sum(isinstance(command, sui.Publish | sui.Upgrade) for command in program.commands)
    _check_size("packages to publish", publishing, limits.MAX_PUBLISHED)
    if not program.commands:
        raise TransactionRejected("expected at least one command, got none")
    for argument in program.inputs:
        if isinstance(argument, sui.Pure):
            _check_below("bytes of a pure input", len(argument.value), limits.PURE_BYTES_END)
    for position, command in enumerate(program.commands):
        _check_command(command, position)
    _check_randomness(program)


def check_price(gas: GasData) -> None:
    """Raises `TransactionRejected` for a price or budget out of bounds."""
    if not limits.REFERENCE_GAS_PRICE <= gas.price <= limits.MAX_GAS_PRICE:
        raise TransactionRejected(
            f"expected a gas price of {limits.REFERENCE_GAS_PRICE} to {limits.MAX_GAS_PRICE} MIST, got {gas.price}"
        )
    least = limits.MIN_GAS_UNITS * gas.price
    if not least <= gas.budget <= limits.MAX_BUDGET:
        raise TransactionRejected(
            f"expected a gas budget of {least} to {limits.MAX_BUDGET} MIST, got {gas.budget}"
        )


def check_expiration(expiration: Expiration, now: int, chain: bytes) -> None:
    """Raises `TransactionRejected` unless a transaction may run in epoch `now` of the chain of this id."""
    match expiration:
        case sui.NoExpiration():
            return
        case sui.ExpiresAfterEpoch(epoch):
            if epoch < now:
                raise TransactionRejected(f"expected an expiration of epoch {now} or later, got {epoch}")
        case sui.ValidDuring():
            _check_valid_during(expiration, now, chain)
        case _:
            raise NotOffered("expirations other than epochs")


def _check_valid_during(expiration: sui.ValidDuring, now: int, chain: bytes) -> None:
    if expiration.min_timestamp_ms is not None or expiration.max_timestamp_ms is not None:
        raise NotOffered("expirations by timestamp")
    first, last = expiration.min_epoch, expiration.max_epoch
    if first is None or last is None or not first <= last <= first + 1:
        raise TransactionRejected(
            f"expected a validity of one epoch, or of two that follow, got {first} to {last}"
        )
    if not first <= now <= last:
        raise TransactionRejected(f"expected a validity that includes epoch {now}, got {first} to {last}")
    if expiration.chain != chain:
        given = format_digest(expiration.chain)
        raise TransactionRejected(
            f"expected a transaction for the chain {format_digest(chain)}, got one for {given}"
        )


def _check_size(what: str, count: int, limit: int) -> None:
    if count > limit:
        raise TransactionRejected(f"expected at most {limit} {what}, got {count}")


def _check_below(what: str, count: int, end: int) -> None:
    if count >= end:
        raise TransactionRejected(f"expected fewer than {end} {what}, got {count}")


def _check_command(command: Command, position: int) -> None:
    match command:
        case sui.MoveCall(type_args=type_args, arguments=arguments):
            _check_types(type_args)
            _check_below("arguments of a command", len(arguments), limits.ARGUMENTS_END)
        case sui.MakeMoveVec(element, elements):
            _check_types(() if element is None else (element,))
            _check_items(elements, position, may_be_none=element is not None)
        case sui.TransferObjects(items, _) | sui.SplitCoins(_, items) | sui.MergeCoins(_, items):
            _check_items(items, position)
        case sui.Publish(modules, _) | sui.Upgrade(modules, _, _, _):
            _check_items(modules, position)
        case _:
            return


def _check_items(items: tuple[object, ...], position: int, *, may_be_none: bool = False) -> None:
    if not items and not may_be_none:
        raise TransactionRejected(f"expected command {position} to have something to work on, got nothing")
    _check_below("arguments of a command", len(items), limits.ARGUMENTS_END)


def _check_types(tags: Iterable[TypeTag]) -> None:
    """Types in types count as well, which limits their depth, too."""
    count, pending = 0, list(tags)
    while pending:
        tag = pending.pop()
        count += 1
        _check_below("type arguments of a command", count, limits.TYPE_ARGUMENTS_END)
        if isinstance(tag, VectorTag):
            pending.append(tag.element)
        elif isinstance(tag, DatatypeTag):
            pending += tag.struct.type_args


def uses_randomness(program: ProgrammableTransaction) -> bool:
    """Whether the object 0x8 is an input."""
    return bool(_random_inputs(program))


def _random_inputs(program: ProgrammableTransaction) -> set[int]:
    return {
        index
        for index, argument in enumerate(program.inputs)
        if isinstance(argument, sui.ObjectInput)
        and isinstance(argument.object, sui.SharedObject)
        and argument.object.object_id == RANDOM_ID
    }


def _check_randomness(program: ProgrammableTransaction) -> None:
    """Who has seen randomness may do no more than hand over what came of it, lest a bad outcome be undone."""
    random, seen = _random_inputs(program), False
    for command in program.commands:
        if seen and not isinstance(command, sui.TransferObjects | sui.MergeCoins):
            raise TransactionRejected(
                f"expected only transfers and merges after a call that uses Random, got {type(command).__name__}"
            )
        if isinstance(command, sui.MoveCall):
            seen |= any(isinstance(a, sui.Input) and a.index in random for a in command.arguments)
