"""Finding what belongs to a deployment from what is known of it: objects by the transactions that made them.

The System object is made and shared in one transaction with Staking and the managers (contracts.md §4), the
treasury with the currency. A full node that has pruned these transactions cannot tell; then ids have to be given.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from walrus_sui.bcs.sui import Created, ObjectWrite, SharedOwner, StructTag, TransactionEffectsV2, format_address
from walrus_sui.chain.client import SuiClient
from walrus_sui.chain.objects import ChainObject
from walrus_sui.errors import BcsError, ContractMismatch, ObjectNotFound

SYSTEM = ("system", "System")
COMPANIONS = {
    "staking_object": ("staking", "Staking"),
    "upgrade_manager": ("upgrade", "UpgradeManager"),
    "slashing_manager": ("slashing", "SlashingManager"),
}
"""What is made with the System object: module and name, by the name its id goes by."""


def check_type(found: ChainObject, package: bytes, kind: tuple[str, str]) -> None:
    """Raises `ContractMismatch` unless an object is of type `package::module::name`."""
    if found.type != StructTag(package, *kind, ()):
        raise ContractMismatch(
            f"expected a {'::'.join(kind)} object at {format_address(found.object_id)}, got a {found.type}",
            hint="check system_object and staking_object",
        )


async def find_companion(sui: SuiClient, system: ChainObject, role: str) -> bytes:
    """The id of one of `COMPANIONS`, found through the transaction that made `system`.

    Raises `ContractMismatch` if the full node no longer keeps that transaction, or it made no such object.
    """
    kind = StructTag(system.type.address, *COMPANIONS[role], ())
    try:
        effects = await sui.transaction_effects(await _maker(sui, system))
    except ObjectNotFound as error:
        raise ContractMismatch(
            f"expected the transaction that created {format_address(system.object_id)}, got none",
            hint=f"pass {role}, or use a full node that keeps older transactions",
        ) from error
    for found in await sui.get_objects(_shared_by(effects)):
        if found.type == kind:
            return found.object_id
    raise ContractMismatch(
        f"expected a {kind.module}::{kind.name} made with {format_address(system.object_id)}, got none",
        hint=f"pass {role}",
    )


async def find_treasury(sui: SuiClient, wal: StructTag) -> bytes:
    """The shared treasury of the currency. Raises `ContractMismatch`."""
    currency = await sui.get_package(wal.address)
    try:
        effects = await sui.transaction_effects(currency.previous_transaction)
    except ObjectNotFound as error:
        raise ContractMismatch(
            f"expected the transaction that published {wal}, got none",
            hint="name the treasury's object id, or use a full node that keeps older transactions",
        ) from error
    for found in await sui.get_objects(_shared_by(effects)):
        if (found.type.address, found.type.name) == (wal.address, "ProtectedTreasury"):
            return found.object_id
    raise ContractMismatch(f"expected a treasury made with {wal}, got none")


async def find_wal_type(sui: SuiClient, package: bytes) -> StructTag:
    """The currency: staking takes a `Coin` of it as its second parameter (contracts.md §6.1)."""
    parameters: tuple[Any, ...] = await sui.function_parameters(package, "staking", "stake_with_pool")
    try:
        return StructTag.parse(parameters[1].body.type_parameter_instantiation[0].type_name)
    except (IndexError, AttributeError, BcsError) as error:
        raise ContractMismatch(
            "expected staking::stake_with_pool to take a coin, got another signature"
        ) from error


async def _maker(sui: SuiClient, shared: ChainObject) -> bytes:
    """The digest of the transaction that shared an object: its version then is part of its owner for good."""
    if not isinstance(shared.owner, SharedOwner):
        raise ContractMismatch(f"expected {format_address(shared.object_id)} to be shared, got {shared.owner}")
    first = await sui.get_object(shared.object_id, version=shared.owner.initial_version)
    return first.previous_transaction


def _shared_by(effects: TransactionEffectsV2) -> Iterable[bytes]:
    return [
        change.object_id
        for change in effects.changed_objects
        if isinstance(change.id_operation, Created)
        and isinstance(change.after, ObjectWrite)
        and isinstance(change.after.owner, SharedOwner)
    ]
