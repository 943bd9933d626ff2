"""What a package must keep to be published.

In this order, so that each check can rely on the ones before it: modules read, within limits and linked;
definitions make sense; no circles; operand types fit (`flow`); locals hold values; references are safe; Sui's own
rules.
"""

from __future__ import annotations

from walrus_localnet.vm.errors import VerificationError
from walrus_localnet.vm.execution import Knowledge
from walrus_localnet.vm.linker import LinkedFunction, LinkedModule
from walrus_localnet.vm.packages import Package, PackageSource
from walrus_localnet.vm.verifier.cycles import check_instantiations, check_loops, check_modules
from walrus_localnet.vm.verifier.definitions import check_definitions
from walrus_localnet.vm.verifier.identity import IdentityChecker
from walrus_localnet.vm.verifier.limits import check_limits
from walrus_localnet.vm.verifier.locals import LocalsChecker
from walrus_localnet.vm.verifier.references import ReferenceChecker
from walrus_localnet.vm.verifier.sui import SYSTEM_PACKAGES, check_objects, check_sui_rules


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
    modules = [linked.module(name) for name in package.modules]
    for module in modules:
        check_limits(module.module)
    check_modules({module.module.name: module.module for module in modules})
    for module in modules:
        _verify_module(knowledge, module)


def _verify_module(knowledge: Knowledge, linked: LinkedModule) -> None:
    check_definitions(knowledge, linked)
    check_objects(linked)
    check_instantiations(linked)
    for function in linked.functions:
        _verify_function(knowledge, function)
    check_sui_rules(knowledge, linked)


def _verify_function(knowledge: Knowledge, function: LinkedFunction) -> None:
    code = function.definition.code
    if code is not None:
        check_loops(function)
        LocalsChecker(function, code, knowledge).check()
        ReferenceChecker(function, code, knowledge).check()
        IdentityChecker(function, code, knowledge).check()
    elif function.module.package.package.original_id not in SYSTEM_PACKAGES:
        raise VerificationError(f"{function} is native outside of the framework")


__all__ = ["verify_package"]
