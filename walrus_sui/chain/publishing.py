"""Publishing and upgrading packages from built modules (source: sui_localnet.md §1.6, §4.1, §4.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from walrus_sui import bcs
from walrus_sui.bcs.sui import blake2b256, format_address, parse_address
from walrus_sui.bcs.sui.framework import FRAMEWORK_SUI
from walrus_sui.chain.client import SuiClient
from walrus_sui.chain.execution import ExecutedTransaction
from walrus_sui.chain.keys import Keypair
from walrus_sui.chain.objects import ChainObject
from walrus_sui.chain.transaction import TransactionBuilder
from walrus_sui.errors import ContractMismatch

FRAMEWORK = {"MoveStdlib": parse_address("0x1"), "Sui": parse_address("0x2")}


COMPATIBLE = 0
"""The widest upgrade policy: everything that keeps public interfaces."""


class UpgradeCap(bcs.Struct):
    """`0x2::package::UpgradeCap`; `package` is the latest version's id."""

    object_id: bcs.Bytes32
    package: bcs.Bytes32
    version: bcs.U64
    policy: bcs.U8


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
class LinkedPackage:
    """A built package as it is sent: placeholders replaced by the ids of what they stand for."""

    modules: tuple[bytes, ...]
    dependencies: tuple[bytes, ...]

    @classmethod
    def of(cls, package: BuiltPackage, published: Mapping[str, bytes]) -> LinkedPackage:
        """`published` gives ids by name, beyond the framework's. Raises `ContractMismatch` if one is missing."""
        ids = {**FRAMEWORK, **published}
        modules = package.modules
        for name, placeholder in package.placeholders.items():
            if not any(placeholder in module for module in modules):
                raise ContractMismatch(f"expected the placeholder of {name} in {package.name}, got none")
            linked = _dependency(package, name, ids)
            modules = tuple(module.replace(placeholder, linked) for module in modules)
        return cls(modules, tuple(_dependency(package, name, ids) for name in package.dependencies))

    @property
    def digest(self) -> bytes:
        """What an upgrade is authorised for: the hash of modules' hashes and dependencies' ids, all sorted."""
        return blake2b256(*sorted([*map(blake2b256, self.modules), *self.dependencies]))


@dataclass(frozen=True)
class Publication:
    """A published package and what its transaction created."""

    package: bytes
    upgrade_cap: bytes
    executed: ExecutedTransaction
    created: tuple[ChainObject, ...]

    def one(self, module: str, name: str) -> ChainObject:
        """The one created object of type `…::module::name`. Raises `ContractMismatch`."""
        return one_of(self.created, module, name)


async def publish(
    sui: SuiClient, keypair: Keypair, package: BuiltPackage, published: Mapping[str, bytes]
) -> Publication:
    """Publish a package; `published` gives the ids of its dependencies by name. The account gets the upgrade cap.

    Raises `ContractMismatch` if a dependency has no id, `TransactionFailed` if the chain refuses the modules.
    """
    linked = LinkedPackage.of(package, published)
    tx = TransactionBuilder()
    cap = tx.publish(linked.modules, linked.dependencies)
    tx.transfer_objects([cap], keypair.address)
    executed = await sui.execute(tx, keypair)
    created = await sui.get_objects(executed.created)
    (package_id,) = executed.published
    cap_id = one_of(created, "package", "UpgradeCap").object_id
    return Publication(package_id, cap_id, executed, created)


async def upgrade(
    sui: SuiClient, keypair: Keypair, upgrade_cap: bytes, package: BuiltPackage, published: Mapping[str, bytes]
) -> bytes:
    """Publish the next version of the package that `upgrade_cap` is for; returns its id.

    Raises as `publish`, and `TransactionFailed` if the new version is not compatible.
    """
    linked = LinkedPackage.of(package, published)
    current = (await sui.get_object(upgrade_cap)).parse(UpgradeCap).package
    tx = TransactionBuilder()
    cap = tx.object(upgrade_cap)
    permission = (cap, tx.pure(bcs.U8, COMPATIBLE), tx.pure(bytes, linked.digest))
    ticket = tx.move_call(FRAMEWORK_SUI, "package", "authorize_upgrade", arguments=permission)
    receipt = tx.upgrade(linked.modules, linked.dependencies, current, ticket)
    tx.move_call(FRAMEWORK_SUI, "package", "commit_upgrade", arguments=(cap, receipt))
    (package_id,) = (await sui.execute(tx, keypair)).published
    return package_id


def _dependency(package: BuiltPackage, name: str, ids: Mapping[str, bytes]) -> bytes:
    found = ids.get(name)
    if found is None:
        raise ContractMismatch(f"expected the id of {name}, which {package.name} depends on, got none")
    return found


def one_of(objects: Sequence[ChainObject], module: str, name: str) -> ChainObject:
    """The one object of type `…::module::name` among these. Raises `ContractMismatch`."""
    found = [item for item in objects if (item.type.module, item.type.name) == (module, name)]
    if len(found) != 1:
        kinds = ", ".join(f"{format_address(item.object_id)}: {item.type}" for item in objects)
        raise ContractMismatch(f"expected one new {module}::{name}, got {len(found)} among {kinds or 'nothing'}")
    return found[0]
