"""One call into the machine while it runs, and what all calls share."""

from __future__ import annotations

from dataclasses import dataclass

from walrus_localnet.vm.abilities import Abilities
from walrus_localnet.vm.errors import Location
from walrus_localnet.vm.flow import Flow, check_flow
from walrus_localnet.vm.layouts import Layouts
from walrus_localnet.vm.linker import LinkedFunction, Linker
from walrus_localnet.vm.packages import PackageSource
from walrus_localnet.vm.runtime import Meter, ObjectRuntime

MAX_CALL_DEPTH = 1024


class Knowledge:
    """What is derived from published packages once and then kept."""

    def __init__(self, source: PackageSource) -> None:
        self.linker = Linker(source)
        self.abilities = Abilities(self.linker)
        self.layouts = Layouts(self.linker)
        self._flows: dict[LinkedFunction, Flow] = {}

    def flow(self, function: LinkedFunction) -> Flow:
        """The checked stack types of a function with code. Raises `VerificationError` or `LinkError`."""
        found = self._flows.get(function)
        if found is None:
            code = function.definition.code
            assert code is not None
            found = self._flows[function] = check_flow(function, code, self.abilities)
        return found


@dataclass(slots=True)
class Execution:
    """The state of one call that does not belong to any frame."""

    knowledge: Knowledge
    runtime: ObjectRuntime
    meter: Meter


def location(function: LinkedFunction, instruction: int) -> Location:
    package = function.module.package.package
    return Location(
        package.storage_id,
        package.original_id,
        function.module.module.name,
        function.index,
        function.name,
        instruction,
    )
