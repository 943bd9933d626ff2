"""What a package must keep to be published."""

from __future__ import annotations

from walrus_localnet.vm.errors import VerificationError
from walrus_localnet.vm.execution import Knowledge
from walrus_localnet.vm.linker import LinkedModule
from walrus_localnet.vm.packages import Package, PackageSource

SYSTEM_PACKAGES = frozenset(number.to_bytes(32, "big") for number in (1, 2, 3))
"""Only these may declare natives."""


class _With:
    """A source that also knows one package that is not published yet."""

    def __init__(self, source: PackageSource, package: Package) -> None:
        self._source = source
        self._package = package

    def package(self, storage_id: bytes) -> Package | None:
        return self._package if storage_id == self._package.storage_id else self._source.package(storage_id)


def verify_package(source: PackageSource, package: Package) -> None:
    """Raises `MalformedModule`, `VerificationError` or `LinkError`."""
    if not package.modules:
        raise VerificationError("a package without modules")
    knowledge = Knowledge(_With(source, package))
    linked = knowledge.linker.root(package.storage_id)
    for name in package.modules:
        _verify_module(knowledge, linked.module(name))


def _verify_module(knowledge: Knowledge, linked: LinkedModule) -> None:
    for index in range(len(linked.module.datatype_handles)):
        linked.check_datatype(index)
    for index in range(len(linked.module.function_handles)):
        linked.called(index)
    for function in linked.functions:
        if function.definition.code is not None:
            knowledge.flow(function)
        elif linked.package.package.original_id not in SYSTEM_PACKAGES:
            raise VerificationError(f"{function} is native outside of the framework")
