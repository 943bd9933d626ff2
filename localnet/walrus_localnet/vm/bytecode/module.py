"""A module as its tables say (move_bytecode.md: Tables). Indices are checked when the module is read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from walrus_localnet.vm.bytecode.opcodes import Instruction
from walrus_localnet.vm.types import Ability, Type

Visibility = Literal["private", "public", "friend"]
"""`friend` is what source calls `public(package)`."""


@dataclass(frozen=True, slots=True)
class DatatypeToken(Type):
    """A datatype inside one module's signatures: an index of its datatype handles, applied to arguments."""

    handle: int
    type_args: tuple[Type, ...]


@dataclass(frozen=True, slots=True)
class ModuleHandle:
    address: int
    name: int


@dataclass(frozen=True, slots=True)
class DatatypeHandle:
    module: int
    name: int
    abilities: Ability
    type_parameters: tuple[tuple[Ability, bool], ...]
    """For each parameter the abilities it must have and whether it is phantom."""


@dataclass(frozen=True, slots=True)
class FunctionHandle:
    module: int
    name: int
    parameters: int
    returns: int
    type_parameters: tuple[Ability, ...]


@dataclass(frozen=True, slots=True)
class Instantiation:
    """A generic thing (function handle, struct or enum definition, field handle) with a signature of arguments."""

    generic: int
    signature: int


@dataclass(frozen=True, slots=True)
class Constant:
    type: Type
    data: bytes


@dataclass(frozen=True, slots=True)
class Field:
    name: int
    type: Type


@dataclass(frozen=True, slots=True)
class Struct:
    handle: int
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Variant:
    name: int
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Enum:
    handle: int
    variants: tuple[Variant, ...]


@dataclass(frozen=True, slots=True)
class FieldHandle:
    struct: int
    field: int


@dataclass(frozen=True, slots=True)
class VariantHandle:
    """`enum` is an enum definition, or an enum instantiation in the table of generic ones."""

    enum: int
    tag: int


@dataclass(frozen=True, slots=True)
class JumpTable:
    """For each variant tag of an enum the code offset to go on at."""

    enum: int
    targets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Code:
    locals: int
    instructions: tuple[Instruction, ...]
    jump_tables: tuple[JumpTable, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """`code` is None for a native."""

    handle: int
    visibility: Visibility
    is_entry: bool
    code: Code | None


@dataclass(frozen=True)
class Module:
    version: int
    self_handle: int
    module_handles: tuple[ModuleHandle, ...]
    datatype_handles: tuple[DatatypeHandle, ...]
    function_handles: tuple[FunctionHandle, ...]
    function_instances: tuple[Instantiation, ...]
    signatures: tuple[tuple[Type, ...], ...]
    constants: tuple[Constant, ...]
    identifiers: tuple[str, ...]
    addresses: tuple[bytes, ...]
    structs: tuple[Struct, ...]
    struct_instances: tuple[Instantiation, ...]
    functions: tuple[Function, ...]
    field_handles: tuple[FieldHandle, ...]
    field_instances: tuple[Instantiation, ...]
    friends: tuple[ModuleHandle, ...]
    enums: tuple[Enum, ...]
    enum_instances: tuple[Instantiation, ...]
    variant_handles: tuple[VariantHandle, ...]
    variant_instances: tuple[VariantHandle, ...]

    @cached_property
    def address(self) -> bytes:
        return self.module_address(self.self_handle)

    @cached_property
    def name(self) -> str:
        return self.module_name(self.self_handle)

    def module_address(self, handle: int) -> bytes:
        return self.addresses[self.module_handles[handle].address]

    def module_name(self, handle: int) -> str:
        return self.identifiers[self.module_handles[handle].name]

    def function_name(self, function: Function) -> str:
        return self.identifiers[self.function_handles[function.handle].name]

    def datatype_name(self, definition: Struct | Enum) -> str:
        return self.identifiers[self.datatype_handles[definition.handle].name]

    @cached_property
    def datatype_names(self) -> tuple[str, ...]:
        """Structs, then enums, as declared here."""
        definitions: tuple[Struct | Enum, ...] = (*self.structs, *self.enums)
        return tuple(map(self.datatype_name, definitions))

    @cached_property
    def dependencies(self) -> tuple[tuple[bytes, str], ...]:
        """Address and name of every other module this one refers to."""
        return tuple(
            (self.module_address(index), self.module_name(index))
            for index in range(len(self.module_handles))
            if index != self.self_handle
        )
