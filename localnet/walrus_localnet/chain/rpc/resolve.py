"""Transactions from messages: as signed bytes, or in structure with parts left to the server (sui_localnet.md
§1.5, §2)."""

from __future__ import annotations

from walrus_localnet.chain.ledger import Ledger
from walrus_localnet.chain.objects import reference_of
from walrus_localnet.chain.rpc.messages import rpc
from walrus_localnet.chain.rpc.programs import parse_command, parse_reference
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import (
    CallArg,
    Expiration,
    GasData,
    ImmutableOwner,
    NoExpiration,
    ProgrammableTransaction,
    SharedOwner,
    TransactionData,
    TransactionDataV1,
    format_address,
    parse_address,
)
from walrus_sui.errors import BcsError

_INPUT = rpc.InputInputKind
ZERO = bytes(32)


def signed_data(message: rpc.Transaction | None) -> TransactionDataV1:
    """The exact bytes that were signed. Raises `BcsError`."""
    if message is None or message.bcs is None or not message.bcs.value:
        raise BcsError("expected the BCS of a transaction, got none")
    data = TransactionData.from_bytes(message.bcs.value)
    assert isinstance(data, TransactionDataV1)
    return data


def draft_data(message: rpc.Transaction | None, ledger: Ledger) -> TransactionDataV1:
    """A transaction to simulate; what it leaves out is 0 or empty. Raises `BcsError`."""
    if message is not None and message.bcs is not None and message.bcs.value:
        return signed_data(message)
    if message is None or message.kind is None or message.kind.programmable_transaction is None:
        raise BcsError("expected a programmable transaction, got none")
    program = message.kind.programmable_transaction
    commands = tuple(map(parse_command, program.commands))
    inputs = tuple(_parse_input(item, ledger) for item in program.inputs)
    sender = parse_address(message.sender) if message.sender else ZERO
    return TransactionDataV1(
        ProgrammableTransaction(inputs, commands), sender, _gas(message.gas_payment, sender), _expiration(message)
    )


def _gas(message: rpc.GasPayment | None, sender: bytes) -> GasData:
    if message is None:
        return GasData((), sender, 0, 0)
    owner = parse_address(message.owner) if message.owner else sender
    return GasData(tuple(map(parse_reference, message.objects)), owner, message.price or 0, message.budget or 0)


def _expiration(message: rpc.Transaction) -> Expiration:
    given = message.expiration
    if given is not None and given.kind == rpc.TransactionExpirationTransactionExpirationKind.EPOCH:
        return sui.ExpiresAfterEpoch(given.epoch or 0)
    return NoExpiration()


def _parse_input(message: rpc.Input, ledger: Ledger) -> CallArg:
    if message.kind == _INPUT.PURE or message.pure is not None:
        return sui.Pure(message.pure or b"")
    if not message.object_id:
        raise BcsError("expected a pure value or an object id as input, got neither")
    if message.kind == _INPUT.SHARED and message.version is not None:
        mutable = message.mutability == rpc.InputMutability.MUTABLE or bool(message.mutable)
        return sui.ObjectInput(sui.SharedObject(parse_address(message.object_id), message.version, int(mutable)))
    if message.kind == _INPUT.RECEIVING and message.digest:
        return sui.ObjectInput(sui.Receiving(parse_reference(message)))
    if message.version is not None and message.digest:
        return sui.ObjectInput(sui.ImmOrOwnedObject(parse_reference(message)))
    return _look_up(message, ledger)


def _look_up(message: rpc.Input, ledger: Ledger) -> CallArg:
    """An object named by its id alone: as it is now."""
    object_id = parse_address(message.object_id or "")
    found = ledger.store.latest(object_id)
    if found is None:
        raise BcsError(f"expected object {format_address(object_id)}, got none")
    if isinstance(found.owner, SharedOwner):
        return sui.ObjectInput(sui.SharedObject(object_id, found.owner.initial_version, 1))
    if not isinstance(found.owner, sui.AddressOwner | ImmutableOwner):
        raise BcsError(f"expected an object that can be an input, got the child {format_address(object_id)}")
    return sui.ObjectInput(sui.ImmOrOwnedObject(reference_of(found)))
