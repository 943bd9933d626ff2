"""What modules declare: signatures of functions and layouts of datatypes."""

from __future__ import annotations

from dataclasses import dataclass

from walrus_localnet.vm.bytecode.module import Visibility
from walrus_localnet.vm.types import Ability, Type


@dataclass(frozen=True)
class FunctionInfo:
    """The signature of a function. `type_parameters` are the abilities each type argument must have; parameter and
    return types name them as `TypeParameter`."""

    name: str
    visibility: Visibility
    is_entry: bool
    is_native: bool
    type_parameters: tuple[Ability, ...]
    parameters: tuple[Type, ...]
    returns: tuple[Type, ...]


@dataclass(frozen=True)
class FieldInfo:
    name: str
    type: Type


@dataclass(frozen=True)
class VariantInfo:
    name: str
    fields: tuple[FieldInfo, ...]


@dataclass(frozen=True)
class DatatypeInfo:
    """The declaration of a struct (`fields`) or an enum (`variants`, else None).

    `package` is the storage id of the version that first declared it. Each type parameter is the abilities it must
    have and whether it is phantom; `abilities` are the declared ones.
    """

    package: bytes
    module: str
    name: str
    abilities: Ability
    type_parameters: tuple[tuple[Ability, bool], ...]
    fields: tuple[FieldInfo, ...]
    variants: tuple[VariantInfo, ...] | None
