"""Publishing packages (source: sui_localnet.md §4.3).

Modules come with self address 0x0 and leave with the package's id. The dependencies a transaction names must be
every package the modules rely on, directly or not, in the version they are to be linked with.
"""

from __future__ import annotations

from walrus_localnet.chain.limits import MAX_DEPENDENCIES, MAX_MODULES, MAX_PACKAGE_BYTES
from walrus_localnet.chain.object_runtime import TransactionRuntime
from walrus_localnet.chain.objects import UPGRADE_CAP
from walrus_localnet.chain.ptb.calls import context_value
from walrus_localnet.chain.ptb.failure import CommandFailed
from walrus_localnet.chain.ptb.slots import ValueSlot
from walrus_localnet.chain.view import PackageShelf, View, vm_package
from walrus_localnet.vm import LinkError, Machine, Meter, from_struct_tag
from walrus_localnet.vm.bytecode import read_module, with_self_address
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import MovePackage, TypeOrigin, UpgradeInfo

UNPUBLISHED = bytes(32)
UPGRADE_COMPATIBLE = 0
BYTE_COST = 1
"""Instructions charged for checking one byte of module code."""


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
        self.meter.charge(sum(map(len, modules)) * BYTE_COST)
        package_id = self.runtime.reserve_id()
        package = self._package(package_id, modules, self._linkage(dependencies))
        self.shelf.unpublished[package_id] = package
        self.machine.verify(vm_package(package))
        package = self._with_origins(package)
        self.shelf.unpublished[package_id] = package
        self.published.append(package)
        self._initialise(package)
        cap = [[[self.runtime.fresh_id()]], [package_id], 1, UPGRADE_COMPATIBLE]
        return [ValueSlot(from_struct_tag(UPGRADE_CAP), [cap])]

    def _check_size(self, modules: tuple[bytes, ...]) -> None:
        size = sum(map(len, modules))
        if not 1 <= len(modules) <= MAX_MODULES:
            raise CommandFailed(sui.VmVerificationOrDeserializationError())
        if size > MAX_PACKAGE_BYTES:
            raise CommandFailed(sui.MovePackageTooBig(size, MAX_PACKAGE_BYTES))

    def _package(
        self, package_id: bytes, modules: tuple[bytes, ...], linkage: dict[bytes, UpgradeInfo]
    ) -> MovePackage:
        placed: dict[str, bytes] = {}
        for module in modules:
            parsed = read_module(module)
            if parsed.address != UNPUBLISHED:
                raise CommandFailed(sui.PublishErrorNonZeroAddress())
            if parsed.name in placed:
                raise CommandFailed(sui.VmVerificationOrDeserializationError())
            placed[parsed.name] = with_self_address(module, package_id)
        return MovePackage(package_id, 1, dict(sorted(placed.items())), (), linkage)

    def _with_origins(self, package: MovePackage) -> MovePackage:
        origins = tuple(
            TypeOrigin(module, datatype.name, package.object_id)
            for module in package.modules
            for datatype in self.machine.datatypes(package.object_id, module)
        )
        return MovePackage(package.object_id, package.version, package.modules, origins, package.linkage)

    def _linkage(self, dependencies: tuple[bytes, ...]) -> dict[bytes, UpgradeInfo]:
        if len(dependencies) > MAX_DEPENDENCIES:
            raise CommandFailed(sui.VmVerificationOrDeserializationError())
        packages = [self._dependency(object_id) for object_id in dependencies]
        linkage = {
            vm_package(package).original_id: UpgradeInfo(package.object_id, package.version)
            for package in packages
        }
        for package in packages:
            for original, info in package.linkage.items():
                if original not in linkage:
                    raise CommandFailed(sui.PublishUpgradeMissingDependency())
                if linkage[original].upgraded_version < info.upgraded_version:
                    raise CommandFailed(sui.PublishUpgradeDependencyDowngrade())
        return linkage

    def _dependency(self, object_id: bytes) -> MovePackage:
        found = self.shelf.unpublished.get(object_id) or self.view.move_package(object_id)
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
            witness = self.machine.one_time_witness(package.object_id, module)
            context = context_value(self.runtime)
            values = [context] if witness is None or len(info.parameters) == 1 else [[True], context]
            self.runtime.caller = (package.object_id, module)
            self.machine.call(package.object_id, module, "init", (), values, self.runtime, self.meter)
