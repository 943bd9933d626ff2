"""Modules written back to bytes, and functions added to them: for code no compiler would make."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from walrus_localnet.vm.bytecode import DatatypeToken, Instruction, Module, Op
from walrus_localnet.vm.bytecode.module import (
    Code,
    Enum,
    Field,
    Function,
    FunctionHandle,
    Instantiation,
    JumpTable,
    Struct,
)
from walrus_localnet.vm.bytecode.opcodes import OPERAND_OF, Operand
from walrus_localnet.vm.types import (
    ADDRESS,
    BOOL,
    SIGNER,
    U8,
    U16,
    U32,
    U64,
    U128,
    U256,
    Reference,
    Type,
    TypeParameter,
    Vector,
)
from walrus_sui.bcs import uleb

Row = TypeVar("Row")
_PRIMITIVES = {BOOL: 1, U8: 2, U64: 3, U128: 4, ADDRESS: 5, SIGNER: 12, U16: 13, U32: 14, U256: 15}
_VISIBILITIES = {"private": 0, "public": 1, "friend": 3}


def write_module(module: Module) -> bytes:
    """The bytes of a version 7 module, tables in the order the compiler uses."""
    tables: list[tuple[int, bytes]] = [
        (0x01, _rows(module.module_handles, lambda row: uleb(row.address) + uleb(row.name))),
        (0x02, _rows(module.datatype_handles, _datatype_handle)),
        (0x03, _rows(module.function_handles, _function_handle)),
        (0x04, _rows(module.function_instances, _instance)),
        (0x05, _rows(module.signatures, lambda row: uleb(len(row)) + b"".join(map(_token, row)))),
        (0x07, _rows(module.identifiers, lambda row: _sized(row.encode()))),
        (0x08, b"".join(module.addresses)),
        (0x06, _rows(module.constants, lambda row: _token(row.type) + _sized(row.data))),
        (0x0A, _rows(module.structs, _struct)),
        (0x0B, _rows(module.struct_instances, _instance)),
        (0x0C, _rows(module.functions, _function)),
        (0x0D, _rows(module.field_handles, lambda row: uleb(row.struct) + uleb(row.field))),
        (0x0E, _rows(module.field_instances, _instance)),
        (0x0F, _rows(module.friends, lambda row: uleb(row.address) + uleb(row.name))),
        (0x11, _rows(module.enums, _enum)),
        (0x12, _rows(module.enum_instances, _instance)),
        (0x13, _rows(module.variant_handles, lambda row: uleb(row.enum) + uleb(row.tag))),
        (0x14, _rows(module.variant_instances, lambda row: uleb(row.enum) + uleb(row.tag))),
    ]
    tables = [(kind, data) for kind, data in tables if data]
    head, offset = bytearray.fromhex("a11ceb0b07000005") + uleb(len(tables)), 0
    for kind, data in tables:
        head += bytes([kind]) + uleb(offset) + uleb(len(data))
        offset += len(data)
    return bytes(head) + b"".join(data for _, data in tables) + uleb(module.self_handle)


def _rows(rows: Iterable[Row], write: Callable[[Row], bytes]) -> bytes:
    return b"".join(map(write, rows))


def _sized(data: bytes) -> bytes:
    return uleb(len(data)) + data


def _instance(row: Instantiation) -> bytes:
    return uleb(row.generic) + uleb(row.signature)


def _datatype_handle(row) -> bytes:
    parameters = b"".join(bytes([constraint, phantom]) for constraint, phantom in row.type_parameters)
    head = uleb(row.module) + uleb(row.name) + bytes([row.abilities])
    return head + uleb(len(row.type_parameters)) + parameters


def _function_handle(row: FunctionHandle) -> bytes:
    head = b"".join(map(uleb, (row.module, row.name, row.parameters, row.returns)))
    return head + _sized(bytes(row.type_parameters))


def _token(type_: Type) -> bytes:
    if isinstance(type_, Reference):
        return bytes([7 if type_.mutable else 6]) + _token(type_.target)
    if isinstance(type_, Vector):
        return b"\x0a" + _token(type_.element)
    if isinstance(type_, TypeParameter):
        return b"\x09" + uleb(type_.index)
    if isinstance(type_, DatatypeToken):
        if not type_.type_args:
            return b"\x08" + uleb(type_.handle)
        return b"\x0b" + uleb(type_.handle) + uleb(len(type_.type_args)) + b"".join(map(_token, type_.type_args))
    return bytes([_PRIMITIVES[type_]])


def _fields(fields: Sequence[Field]) -> bytes:
    return uleb(len(fields)) + b"".join(uleb(field.name) + _token(field.type) for field in fields)


def _struct(row: Struct) -> bytes:
    return uleb(row.handle) + b"\x02" + _fields(row.fields)


def _enum(row: Enum) -> bytes:
    variants = b"".join(uleb(variant.name) + _fields(variant.fields) for variant in row.variants)
    return uleb(row.handle) + b"\x02" + uleb(len(row.variants)) + variants


def _function(row: Function) -> bytes:
    flags = (4 if row.is_entry else 0) | (2 if row.code is None else 0)
    head = uleb(row.handle) + bytes([_VISIBILITIES[row.visibility], flags, 0])
    return head if row.code is None else head + _code(row.code)


def _code(code: Code) -> bytes:
    instructions = b"".join(map(_instruction, code.instructions))
    tables = b"".join(map(_jump_table, code.jump_tables))
    return uleb(code.locals) + uleb(len(code.instructions)) + instructions + uleb(len(code.jump_tables)) + tables


def _jump_table(row: JumpTable) -> bytes:
    return uleb(row.enum) + uleb(len(row.targets)) + b"\x01" + b"".join(map(uleb, row.targets))


def _instruction(instruction: Instruction) -> bytes:
    op, operand = bytes([instruction.op]), OPERAND_OF[instruction.op]
    if operand is Operand.NONE:
        return op
    if operand is Operand.ELEMENTS:
        return op + uleb(instruction.operand) + instruction.elements.to_bytes(8, "little")
    if isinstance(operand.value, int):
        return op + instruction.operand.to_bytes(operand.value, "little")
    return op + uleb(instruction.operand)


def code_of(*instructions: Op | tuple[Op, int] | tuple[Op, int, int]) -> tuple[Instruction, ...]:
    """Instructions from opcodes with or without operands."""
    parts = ((part,) if isinstance(part, Op) else part for part in instructions)
    return tuple(Instruction(*part) for part in parts)


class Assembler:
    """A module being extended."""

    def __init__(self, module: Module) -> None:
        self.module = module

    def handle(self, datatype: str) -> int:
        """The handle of a datatype by name."""
        names = [self.module.identifiers[row.name] for row in self.module.datatype_handles]
        return names.index(datatype)

    def token(self, datatype: str, *type_args: Type) -> DatatypeToken:
        return DatatypeToken(self.handle(datatype), type_args)

    def struct(self, name: str) -> int:
        return [self.module.datatype_name(row) for row in self.module.structs].index(name)

    def field(self, struct: str, field: int) -> int:
        """A field handle, added if there is none."""
        rows = self.module.field_handles
        wanted = dataclasses.replace(rows[0], struct=self.struct(struct), field=field)
        return self._index("field_handles", wanted)

    def signature(self, *types: Type) -> int:
        return self._index("signatures", tuple(types))

    def identifier(self, name: str) -> int:
        return self._index("identifiers", name)

    def called(self, name: str) -> int:
        """The handle of a function by name."""
        names = [self.module.identifiers[row.name] for row in self.module.function_handles]
        return names.index(name)

    def _index(self, table: str, row: object) -> int:
        rows = getattr(self.module, table)
        if row not in rows:
            self.module = dataclasses.replace(self.module, **{table: (*rows, row)})
        return rows.index(row) if row in rows else len(rows)

    def function(self, instructions: Sequence[Instruction], **shape: Any) -> bytes:
        """The module's bytes with one more function (see `add`)."""
        self.add(instructions, **shape)
        return write_module(self.module)

    def add(
        self,
        instructions: Sequence[Instruction],
        *,
        parameters: Sequence[Type] = (),
        returns: Sequence[Type] = (),
        locals_: Sequence[Type] = (),
        type_parameters: Sequence[int] = (),
        name: str = "added",
        visibility: str = "public",
        is_entry: bool = False,
        jump_tables: Sequence[JumpTable] = (),
    ) -> None:
        """One more function."""
        handle = FunctionHandle(
            self.module.self_handle,
            self.identifier(name),
            self.signature(*parameters),
            self.signature(*returns),
            tuple(type_parameters),
        )
        code = Code(self.signature(*locals_), tuple(instructions), tuple(jump_tables))
        function = Function(len(self.module.function_handles), visibility, is_entry, code)
        self.module = dataclasses.replace(
            self.module,
            function_handles=(*self.module.function_handles, handle),
            functions=(*self.module.functions, function),
        )
