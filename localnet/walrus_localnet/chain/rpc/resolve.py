"""Transactions to simulate, from messages: as bytes, or in structure with parts left to the server.

A structured transaction may name an object by its id alone, and give a value as JSON. How it is used as an input
then follows from what the object is now and from the commands that use it (source: sui_localnet.md §1.5, §2).
"""

from __future__ import annotations

from walrus_localnet.chain.errors import NotOffered
from walrus_localnet.chain.ledger import Ledger
from walrus_localnet.chain.objects import reference_of, version_of
from walrus_localnet.chain.rpc.expirations import parse_expiration
from walrus_localnet.chain.rpc.literals import literal_bytes
from walrus_localnet.chain.rpc.messages import rpc
from walrus_localnet.chain.rpc.programs import parse_command, parse_reference
from walrus_localnet.chain.rpc.signed import signed_data
from walrus_localnet.chain.rpc.usage import Usage, usages
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import (
    AddressOwner,
    CallArg,
    Command,
    ConsensusAddressOwner,
    GasData,
    ImmutableOwner,
    Object,
    ProgrammableTransaction,
    SharedOwner,
    TransactionDataV1,
    format_address,
    parse_address,
    parse_digest,
)
from walrus_sui.errors import BcsError

_INPUT = rpc.InputInputKind
ZERO = bytes(32)


def draft_data(message: rpc.Transaction | None, ledger: Ledger) -> TransactionDataV1:
    """A transaction to simulate; of what it pays, what it leaves out is 0 or empty. Raises `BcsError`, and
    `NotOffered` for what no transaction can have here."""
    if message is not None and message.bcs is not None and message.bcs.value:
        return signed_data(message)
    if message is None or message.kind is None or message.kind.programmable_transaction is None:
        raise BcsError("expected a programmable transaction, got none")
    program = message.kind.programmable_transaction
    commands = tuple(map(parse_command, program.commands))
    inputs = _parse_inputs(program.inputs, commands, ledger)
    sender = parse_address(message.sender) if message.sender else ZERO
    gas = _gas(message.gas_payment, sender)
    return TransactionDataV1(
        ProgrammableTransaction(inputs, commands), sender, gas, parse_expiration(message.expiration)
    )


def _gas(message: rpc.GasPayment | None, sender: bytes) -> GasData:
    if message is None:
        return GasData((), sender, 0, 0)
    owner = parse_address(message.owner) if message.owner else sender
    return GasData(tuple(map(parse_reference, message.objects)), owner, message.price or 0, message.budget or 0)


def _parse_inputs(messages: list[rpc.Input], commands: tuple[Command, ...], ledger: Ledger) -> tuple[CallArg, ...]:
    complete = [_parse_complete(message) for message in messages]
    if all(argument is not None for argument in complete):
        return tuple(argument for argument in complete if argument is not None)
    used = usages(ledger.machine, commands, len(messages))
    pairs = zip(complete, messages, used, strict=True)
    return tuple(argument or _complete(message, usage, ledger) for argument, message, usage in pairs)


def _parse_complete(message: rpc.Input) -> CallArg | None:
    """An input that says all there is to say, None for one that leaves something to the server."""
    if message.kind == _INPUT.PURE or message.pure is not None:
        return sui.Pure(message.pure or b"")
    if message.literal is not None:
        return None
    if message.kind == _INPUT.FUNDS_WITHDRAWAL or message.funds_withdrawal is not None:
        raise NotOffered("withdrawals from address balances")
    if not message.object_id:
        raise BcsError("expected a pure value, a literal or an object id as input, got none of them")
    if message.kind == _INPUT.SHARED and message.version is not None:
        mutable = message.mutability == rpc.InputMutability.MUTABLE or bool(message.mutable)
        return sui.ObjectInput(sui.SharedObject(parse_address(message.object_id), message.version, int(mutable)))
    if message.version is None or not message.digest:
        return None
    if message.kind == _INPUT.RECEIVING:
        return sui.ObjectInput(sui.Receiving(parse_reference(message)))
    if message.kind == _INPUT.IMMUTABLE_OR_OWNED:
        return sui.ObjectInput(sui.ImmOrOwnedObject(parse_reference(message)))
    return None


def _complete(message: rpc.Input, usage: Usage, ledger: Ledger) -> CallArg:
    if message.literal is not None:
        return sui.Pure(literal_bytes(message.literal, usage.types))
    return _look_up(message, usage, ledger)


def _look_up(message: rpc.Input, usage: Usage, ledger: Ledger) -> CallArg:
    """An object as it is now, used as the commands use it. Raises `BcsError` if it cannot be an input."""
    object_id = parse_address(message.object_id or "")
    found = ledger.store.latest(object_id)
    if found is None:
        raise BcsError(f"expected object {format_address(object_id)}, got none")
    _check_given(message, found)
    if usage.received:
        return sui.ObjectInput(sui.Receiving(reference_of(found)))
    if isinstance(found.owner, SharedOwner | ConsensusAddressOwner):
        return sui.ObjectInput(sui.SharedObject(object_id, _begin(found.owner), int(usage.mutable)))
    if not isinstance(found.owner, AddressOwner | ImmutableOwner):
        raise BcsError(f"expected an object that can be an input, got the child {format_address(object_id)}")
    return sui.ObjectInput(sui.ImmOrOwnedObject(reference_of(found)))


def _begin(owner: SharedOwner | ConsensusAddressOwner) -> int:
    return owner.initial_version if isinstance(owner, SharedOwner) else owner.start_version


def _check_given(message: rpc.Input, found: Object) -> None:
    """A version or digest that is given must be that of the object now; for a shared one it is where it began."""
    if isinstance(found.owner, SharedOwner | ConsensusAddressOwner):
        return
    if message.version not in (None, version_of(found)):
        raise BcsError(f"expected version {version_of(found)} of {message.object_id}, got {message.version}")
    if message.digest and parse_digest(message.digest) != found.digest():
        raise BcsError(f"expected the digest of {message.object_id} as it is now, got {message.digest}")
