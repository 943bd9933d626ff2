"""Publishing and upgrading packages (source: sui_localnet.md §1.6, §4.3).

Modules come with self address 0x0 and leave with the package's id; those of an upgrade with the id of the first
version. The dependencies a transaction names must be every package the modules rely on, directly or not, in the
version they are to be linked with.
"""

from __future__ import annotations

from walrus_localnet.chain.errors import PackageError
from walrus_localnet.chain.limits import MAX_DEPENDENCIES, MAX_MODULES, MAX_PACKAGE_BYTES
from walrus_localnet.chain.object_runtime import TransactionRuntime
from walrus_localnet.chain.objects import UPGRADE_CAP
from walrus_localnet.chain.packages import (
    UNPUBLISHED,
    linkage_of,
    original_id,
    package_digest,
    parsed,
    place_modules,
    type_origins,
    vm_package,
)
from walrus_localnet.chain.ptb.calls import context_value
from walrus_localnet.chain.ptb.failure import CommandFailed
from walrus_localnet.chain.ptb.slots import ValueSlot
from walrus_localnet.chain.upgrades import COMPATIBLE, POLICIES, is_compatible
from walrus_localnet.chain.view import PackageShelf, View
from walrus_localnet.vm import Datatype, LinkError, Machine, Meter, Value, from_struct_tag
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import MovePackage, UpgradeInfo
from walrus_sui.bcs.sui.framework import FRAMEWORK_SUI

BYTE_COST = 1
"""Instructions charged for checking one byte of module code."""
UPGRADE_TICKET = Datatype(FRAMEWORK_SUI, "package", "UpgradeTicket")
UPGRADE_RECEIPT = Datatype(FRAMEWORK_SUI, "package", "UpgradeReceipt")


class Publisher:
    """Turns module bytes into packages of the running transaction; `published` are those that came to be."""

    def __init__(
        self, machine: Machine, view: View, shelf: PackageShelf, runtime: TransactionRuntime, meter: Meter
    ) -> None:
        self.machine = machine
        self.view = view
        self.shelf = shelf
        self.runtime = runtime
        self.meter = meter
        self.published: list[MovePackage] = []

    def publish(self, modules: tuple[bytes, ...], dependencies: tuple[bytes, ...]) -> list[ValueSlot]:
        """Check, place and initialise a package; the result is its `UpgradeCap`."""
        self._check_size(modules)
        package_id = self.runtime.reserve_id()
        placed = self._place(modules, package_id)
        origins = type_origins(placed, package_id)
        package = MovePackage(package_id, 1, placed, origins, self._linkage(dependencies))
        self._accept(package)
        self._initialise(package)
        cap = [[[self.runtime.fresh_id()]], [package_id], 1, COMPATIBLE]
        return [ValueSlot(from_struct_tag(UPGRADE_CAP), [cap])]

    def upgrade(
        self, modules: tuple[bytes, ...], dependencies: tuple[bytes, ...], current: bytes, ticket: Value
    ) -> list[ValueSlot]:
        """Place a new version of the package `current`, as a ticket allows; the result is the `UpgradeReceipt`."""
        (cap,), (ticketed,), policy, digest = ticket
        before = self._upgradable(current)
        if ticketed != current:
            raise _refused(sui.PackageIdDoesNotMatch(current, ticketed))
        if bytes(digest) != package_digest(modules, dependencies):
            raise _refused(sui.DigestDoesNotMatch(package_digest(modules, dependencies)))
        if policy not in POLICIES:
            raise _refused(sui.UnknownUpgradePolicy(policy))
        self._check_size(modules)
        package_id, original = self.runtime.reserve_id(), original_id(before)
        placed = self._place(modules, original)
        origins = type_origins(placed, package_id, before)
        linkage = self._linkage(dependencies)
        package = MovePackage(package_id, before.version + 1, placed, origins, linkage)
        if original in linkage:
            raise CommandFailed(sui.InvalidLinkage())
        self._accept(package)
        if not is_compatible(self.machine, before, package, policy):
            raise _refused(sui.IncompatibleUpgrade())
        return [ValueSlot(UPGRADE_RECEIPT, [[[cap], [package_id]]])]

    def _upgradable(self, current: bytes) -> MovePackage:
        found = self.view.latest(current)
        if found is None:
            raise _refused(sui.UnableToFetchPackage(current))
        if not isinstance(found.data, MovePackage):
            raise _refused(sui.NotAPackage(current))
        return found.data

    def _check_size(self, modules: tuple[bytes, ...]) -> None:
        size = sum(map(len, modules))
        if not 1 <= len(modules) <= MAX_MODULES:
            raise CommandFailed(sui.VmVerificationOrDeserializationError())
        if size > MAX_PACKAGE_BYTES:
            raise CommandFailed(sui.MovePackageTooBig(size, MAX_PACKAGE_BYTES))
        self.meter.charge(size * BYTE_COST)

    def _place(self, modules: tuple[bytes, ...], address: bytes) -> dict[str, bytes]:
        if any(parsed(data).address != UNPUBLISHED for data in modules):
            raise CommandFailed(sui.PublishErrorNonZeroAddress())
        try:
            return place_modules(modules, address)
        except PackageError as error:
            raise CommandFailed(sui.VmVerificationOrDeserializationError()) from error

    def _accept(self, package: MovePackage) -> None:
        """Make the package known to the machine, if it is sound."""
        self.machine.verify(vm_package(package))
        self.shelf.unpublished[package.object_id] = package
        self.published.append(package)

    def _linkage(self, dependencies: tuple[bytes, ...]) -> dict[bytes, UpgradeInfo]:
        if len(dependencies) > MAX_DEPENDENCIES:
            raise CommandFailed(sui.VmVerificationOrDeserializationError())
        packages = [self._dependency(object_id) for object_id in dependencies]
        linkage = linkage_of(packages)
        for package in packages:
            for original, info in package.linkage.items():
                if original not in linkage:
                    raise CommandFailed(sui.PublishUpgradeMissingDependency())
                if linkage[original].upgraded_version < info.upgraded_version:
                    raise CommandFailed(sui.PublishUpgradeDependencyDowngrade())
        return linkage

    def _dependency(self, object_id: bytes) -> MovePackage:
        found = self.view.move_package(object_id)
        if found is None:
            raise CommandFailed(sui.PublishUpgradeMissingDependency())
        return found

    def _initialise(self, package: MovePackage) -> None:
        """Run every module's `init`, with a one-time witness where it asks for one."""
        for module in package.modules:
            try:
                info = self.machine.function(package.object_id, module, "init")
            except LinkError:
                continue
            context = context_value(self.runtime)
            values = [context] if len(info.parameters) == 1 else [[True], context]
            self.runtime.caller = (package.object_id, module)
            self.machine.call(package.object_id, module, "init", (), values, self.runtime, self.meter)


def _refused(kind: sui.UpgradeErrorKind) -> CommandFailed:
    return CommandFailed(sui.PackageUpgradeError(kind))
