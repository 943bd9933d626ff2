"""What a new version of a package may change (source: sui_localnet.md §1.6, §4.3; policies of `sui::package`)."""

from __future__ import annotations

from walrus_localnet.vm import DatatypeInfo, FunctionInfo, Machine
from walrus_sui.bcs.sui import MovePackage

COMPATIBLE, ADDITIVE, DEPENDENCIES_ONLY = 0, 128, 192
"""Policies: bodies and non-public functions may change; nothing that exists may; only dependencies may."""
POLICIES = (COMPATIBLE, ADDITIVE, DEPENDENCIES_ONLY)


def is_compatible(machine: Machine, before: MovePackage, after: MovePackage, policy: int) -> bool:
    """Whether `after` may replace `before`. Both must be known to the machine.

    Datatypes stay as they are, and so do signatures: of public functions, or of all when nothing may change.
    Bodies of functions are not compared.
    """
    if policy == DEPENDENCIES_ONLY:
        return dict(before.modules) == dict(after.modules)
    if not before.modules.keys() <= after.modules.keys():
        return False
    old, new = before.object_id, after.object_id
    return all(
        _same_datatypes(machine.datatypes(old, module), machine.datatypes(new, module))
        and _same_functions(machine.functions(old, module), machine.functions(new, module), policy)
        for module in before.modules
    )


def _same_datatypes(before: tuple[DatatypeInfo, ...], after: tuple[DatatypeInfo, ...]) -> bool:
    now = {info.name: info for info in after}
    return all(now.get(info.name) == info for info in before)


def _same_functions(before: tuple[FunctionInfo, ...], after: tuple[FunctionInfo, ...], policy: int) -> bool:
    now = {info.name: info for info in after}
    kept = (info for info in before if policy != COMPATIBLE or info.visibility == "public")
    return all(_same_signature(info, now.get(info.name)) for info in kept)


def _same_signature(before: FunctionInfo, after: FunctionInfo | None) -> bool:
    """A function may become an entry function, not cease to be one of its callers' kind."""
    return after is not None and (
        before.visibility == after.visibility
        and before.type_parameters == after.type_parameters
        and before.parameters == after.parameters
        and before.returns == after.returns
    )
