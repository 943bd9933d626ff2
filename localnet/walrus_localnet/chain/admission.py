"""Whether a transaction may enter the ledger, and everything it may touch (source: sui_localnet.md §4.2, §4.6,
§4.7)."""

from __future__ import annotations

from dataclasses import dataclass

from walrus_localnet.chain import limits
from walrus_localnet.chain.errors import NotOffered, TransactionRejected
from walrus_localnet.chain.objects import coin_balance, id_of, reference_of, type_of, version_of
from walrus_localnet.chain.validity import check_form, check_price
from walrus_localnet.chain.view import View
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import (
    AddressOwner,
    CallArg,
    ConsensusAddressOwner,
    GasCoinType,
    GasData,
    ImmutableOwner,
    MoveObject,
    Object,
    ObjectRef,
    Owner,
    ProgrammableTransaction,
    SharedOwner,
    TransactionDataV1,
    format_address,
)
from walrus_sui.bcs.sui.framework import CLOCK_ID, RANDOM_ID


@dataclass(frozen=True)
class InputObject:
    """An object given to a transaction. Read-only ones are immutable objects and shared ones asked for as such."""

    object: Object
    mutable: bool
    receiving: bool = False


@dataclass(frozen=True)
class Admitted:
    """A transaction all of whose inputs are there in the asked versions. `objects` runs along the inputs, None for
    a pure one; `gas` are the coins that pay, in order."""

    data: TransactionDataV1
    digest: bytes
    program: ProgrammableTransaction
    objects: tuple[InputObject | None, ...]
    gas: tuple[Object, ...]

    @property
    def touched(self) -> list[Object]:
        return [*(given.object for given in self.objects if given is not None), *self.gas]

    @property
    def lamport_version(self) -> int:
        """The version of everything the transaction writes."""
        return 1 + max(version_of(obj) for obj in self.touched)


def admit(
    view: View,
    data: TransactionDataV1,
    gas: tuple[Object, ...] | None = None,
    *,
    checks: bool = True,
) -> Admitted:
    """Raises `TransactionRejected` if anything does not fit. `gas` stands in for payment when one is only
    simulated; without `checks` objects may belong to anyone and gas may cost anything."""
    program = data.kind
    if not isinstance(program, ProgrammableTransaction):
        raise TransactionRejected(f"expected a programmable transaction, got {type(program).__name__}")
    check_form(data, program)
    coins = _gas_coins(view, data) if gas is None else gas
    if checks:
        check_price(data.gas)
    _check_funds(data.gas, coins)
    objects = tuple(_input(view, data.sender if checks else None, argument) for argument in program.inputs)
    _check_distinct(
        [id_of(given.object) for given in objects if given is not None] + [id_of(coin) for coin in coins]
    )
    _check_packages(view, program)
    return Admitted(data, data.digest(), program, objects, coins)


def _gas_coins(view: View, data: TransactionDataV1) -> tuple[Object, ...]:
    payment = data.gas.payment
    if not 1 <= len(payment) <= limits.MAX_GAS_COINS:
        raise TransactionRejected(f"expected 1 to {limits.MAX_GAS_COINS} gas coins, got {len(payment)}")
    return tuple(_gas_coin(view, data.gas.owner, reference) for reference in payment)


def _gas_coin(view: View, owner: bytes, reference: ObjectRef) -> Object:
    coin = _exact(view, reference)
    if not isinstance(coin.data, MoveObject) or not isinstance(coin.data.type, GasCoinType):
        raise TransactionRejected(f"expected a SUI coin to pay gas, got {type_of(coin) or 'a package'}")
    _check_owner(coin, AddressOwner(owner))
    return coin


def _check_funds(gas: GasData, coins: tuple[Object, ...]) -> None:
    balance = sum(coin_balance(coin) or 0 for coin in coins)
    if balance < gas.budget:
        raise TransactionRejected(f"expected gas coins worth the budget of {gas.budget} MIST, got {balance}")


def _input(view: View, sender: bytes | None, argument: CallArg) -> InputObject | None:
    """Without a `sender` it does not matter whose object it is."""
    match argument:
        case sui.Pure():
            return None
        case sui.ObjectInput(sui.ImmOrOwnedObject(reference)):
            return _owned(view, sender, reference)
        case sui.ObjectInput(sui.SharedObject() as shared):
            return _shared(view, sender, shared)
        case sui.ObjectInput(sui.Receiving(reference)):
            return _receiving(view, reference)
        case _:
            raise NotOffered("withdrawals from address balances")


def _owned(view: View, sender: bytes | None, reference: ObjectRef) -> InputObject:
    obj = _exact(view, reference)
    if not isinstance(obj.data, MoveObject):
        raise TransactionRejected(f"expected an object, got the package {format_address(reference.object_id)}")
    if isinstance(obj.owner, ImmutableOwner):
        return InputObject(obj, mutable=False)
    if sender is not None or not isinstance(obj.owner, AddressOwner):
        _check_owner(obj, AddressOwner(sender or bytes(32)))
    return InputObject(obj, mutable=True)


def _shared(view: View, sender: bytes | None, shared: sui.SharedObject) -> InputObject:
    """What is shared, or owned by a party: a party's object is ordered like a shared one, for its owner alone."""
    obj = view.latest(shared.object_id)
    if obj is None:
        raise TransactionRejected(f"expected the shared object {format_address(shared.object_id)}, got none")
    if isinstance(obj.owner, ConsensusAddressOwner):
        _check_owner(obj, ConsensusAddressOwner(shared.initial_version, sender or obj.owner.address))
    else:
        _check_owner(obj, SharedOwner(shared.initial_version))
    if shared.mutability > 1:
        raise TransactionRejected("expected a shared object to be read or written, got non-exclusive writing")
    if shared.object_id in (CLOCK_ID, RANDOM_ID) and shared.mutability:
        raise TransactionRejected("expected the Clock 0x6 and Random 0x8 to be given read-only, got one mutable")
    return InputObject(obj, mutable=bool(shared.mutability))


def _receiving(view: View, reference: ObjectRef) -> InputObject:
    obj = _exact(view, reference)
    if not isinstance(obj.data, MoveObject) or not isinstance(obj.owner, AddressOwner):
        raise TransactionRejected(f"expected an object owned by an address to receive, got {_describe(obj.owner)}")
    return InputObject(obj, mutable=False, receiving=True)


def _exact(view: View, reference: ObjectRef) -> Object:
    obj = view.latest(reference.object_id)
    name = format_address(reference.object_id)
    if obj is None:
        raise TransactionRejected(f"expected object {name}, got none: it does not exist, is deleted or wrapped")
    found = reference_of(obj)
    if found != reference:
        raise TransactionRejected(
            f"expected object {name} as it is now ({_version(found)}), got {_version(reference)}, "
            "which is not available for consumption",
            hint="read the object again and build the transaction anew",
        )
    return obj


def _version(reference: ObjectRef) -> str:
    return f"version {reference.version}, digest {sui.format_digest(reference.digest)}"


def _check_owner(obj: Object, owner: Owner) -> None:
    if obj.owner != owner:
        raise TransactionRejected(
            f"expected object {format_address(id_of(obj))} to be {_describe(owner)}, it is {_describe(obj.owner)}"
        )


def _describe(owner: Owner) -> str:
    match owner:
        case AddressOwner(address):
            return f"owned by {format_address(address)}"
        case sui.ObjectOwner(address):
            return f"a child of {format_address(address)}"
        case SharedOwner(version):
            return f"shared since version {version}"
        case ConsensusAddressOwner(version, address):
            return f"owned by the party {format_address(address)} since version {version}"
        case _:
            return "immutable"


def _check_distinct(ids: list[bytes]) -> None:
    if len(set(ids)) != len(ids):
        twice = next(object_id for object_id in ids if ids.count(object_id) > 1)
        raise TransactionRejected(f"expected every object once, got {format_address(twice)} more than once")


def _check_packages(view: View, program: ProgrammableTransaction) -> None:
    for command in program.commands:
        if isinstance(command, sui.MoveCall) and view.move_package(command.package) is None:
            raise TransactionRejected(f"expected the package {format_address(command.package)}, got none")
