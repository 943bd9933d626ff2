"""Publishing packages from built modules, and bringing up the Walrus contracts (contracts.md §4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from walrus_sui import bcs
from walrus_sui.bcs.sui import format_address, parse_address
from walrus_sui.chain.client import SuiClient
from walrus_sui.chain.execution import ExecutedTransaction
from walrus_sui.chain.keys import Keypair
from walrus_sui.chain.objects import CLOCK, ChainObject
from walrus_sui.chain.transaction import TransactionBuilder
from walrus_sui.errors import ContractMismatch

FRAMEWORK = {"MoveStdlib": parse_address("0x1"), "Sui": parse_address("0x2")}


class BuiltPackage(Protocol):
    """Compiled modules in dependency order, at address 0.

    `dependencies` are names; `placeholders` are the 32-byte addresses that stand, in the modules, for dependencies
    that were not published when these were compiled.
    """

    @property
    def name(self) -> str: ...

    @property
    def modules(self) -> tuple[bytes, ...]: ...

    @property
    def dependencies(self) -> tuple[str, ...]: ...

    @property
    def placeholders(self) -> Mapping[str, bytes]: ...


@dataclass(frozen=True)
class Publication:
    """A published package and what its transaction created."""

    package: bytes
    upgrade_cap: bytes
    executed: ExecutedTransaction
    created: tuple[ChainObject, ...]

    def one(self, module: str, name: str) -> ChainObject:
        """The one created object of type `…::module::name`. Raises `ContractMismatch`."""
        return _one(self.created, module, name)


@dataclass(frozen=True)
class NetworkParameters:
    """Of a new Walrus network; durations are milliseconds, storage is sold for up to `max_epochs_ahead`."""

    n_shards: int
    epoch_duration_ms: int
    epoch_zero_duration_ms: int = 0
    max_epochs_ahead: int = 53


@dataclass(frozen=True)
class Deployment:
    """Every id of a fresh deployment. The deployer owns `wal_coin` (the whole supply) and the caps."""

    wal_package: bytes
    walrus_package: bytes
    system_object: bytes
    staking_object: bytes
    treasury: bytes
    upgrade_manager: bytes
    emergency_upgrade_cap: bytes
    wal_coin: bytes
    wal_upgrade_cap: bytes


async def publish(
    sui: SuiClient, keypair: Keypair, package: BuiltPackage, published: Mapping[str, bytes]
) -> Publication:
    """Publish a package; `published` gives the ids of its dependencies by name. The account gets the upgrade cap.

    Raises `ContractMismatch` if a dependency has no id, `TransactionFailed` if the chain refuses the modules.
    """
    ids = {**FRAMEWORK, **published}
    tx = TransactionBuilder()
    cap = tx.publish(
        _linked_modules(package, ids), [_dependency(package, name, ids) for name in package.dependencies]
    )
    tx.transfer_objects([cap], keypair.address)
    executed = await sui.execute(tx, keypair)
    created = await sui.get_objects(executed.created)
    (package_id,) = executed.published
    cap_id = _one(created, "package", "UpgradeCap").object_id
    return Publication(package_id, cap_id, executed, created)


async def deploy(
    sui: SuiClient, keypair: Keypair, wal: BuiltPackage, walrus: BuiltPackage, parameters: NetworkParameters
) -> Deployment:
    """Publish the currency and the contracts, and create a network in epoch 0."""
    currency = await publish(sui, keypair, wal, {})
    contracts = await publish(sui, keypair, walrus, {wal.name: currency.package})
    created = await _initialize(sui, keypair, contracts, parameters)
    return Deployment(
        wal_package=currency.package,
        walrus_package=contracts.package,
        system_object=_one(created, "system", "System").object_id,
        staking_object=_one(created, "staking", "Staking").object_id,
        treasury=currency.one("wal", "ProtectedTreasury").object_id,
        upgrade_manager=_one(created, "upgrade", "UpgradeManager").object_id,
        emergency_upgrade_cap=_one(created, "upgrade", "EmergencyUpgradeCap").object_id,
        wal_coin=currency.one("coin", "Coin").object_id,
        wal_upgrade_cap=currency.upgrade_cap,
    )


async def _initialize(
    sui: SuiClient, keypair: Keypair, contracts: Publication, parameters: NetworkParameters
) -> tuple[ChainObject, ...]:
    tx = TransactionBuilder()
    arguments = (
        tx.object(contracts.one("init", "InitCap").object_id),
        tx.object(contracts.upgrade_cap),
        tx.pure(bcs.U64, parameters.epoch_zero_duration_ms),
        tx.pure(bcs.U64, parameters.epoch_duration_ms),
        tx.pure(bcs.U16, parameters.n_shards),
        tx.pure(bcs.U32, parameters.max_epochs_ahead),
        tx.object(CLOCK),
    )
    emergency_cap = tx.move_call(contracts.package, "init", "initialize_walrus", arguments=arguments)
    tx.transfer_objects([emergency_cap], keypair.address)
    executed = await sui.execute(tx, keypair)
    return await sui.get_objects(executed.created)


def _linked_modules(package: BuiltPackage, ids: Mapping[str, bytes]) -> tuple[bytes, ...]:
    """The modules with every placeholder replaced by the id of what it stands for."""
    modules = package.modules
    for name, placeholder in package.placeholders.items():
        if not any(placeholder in module for module in modules):
            raise ContractMismatch(
                f"expected the placeholder of {name} in the modules of {package.name}, got none"
            )
        linked = _dependency(package, name, ids)
        modules = tuple(module.replace(placeholder, linked) for module in modules)
    return modules


def _dependency(package: BuiltPackage, name: str, ids: Mapping[str, bytes]) -> bytes:
    found = ids.get(name)
    if found is None:
        raise ContractMismatch(f"expected the id of {name}, which {package.name} depends on, got none")
    return found


def _one(objects: Sequence[ChainObject], module: str, name: str) -> ChainObject:
    found = [item for item in objects if (item.type.module, item.type.name) == (module, name)]
    if len(found) != 1:
        kinds = ", ".join(f"{format_address(item.object_id)}: {item.type}" for item in objects)
        raise ContractMismatch(f"expected one new {module}::{name}, got {len(found)} among {kinds or 'nothing'}")
    return found[0]
