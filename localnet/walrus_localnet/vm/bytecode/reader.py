"""Bytes to a module: headers, tables, rows (move_bytecode.md).

Any bytes give a `Module` or one `MalformedModule`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from walrus_localnet.vm.bytecode.bounds import check_bounds
from walrus_localnet.vm.bytecode.cursor import Cursor
from walrus_localnet.vm.bytecode.module import (
    Code,
    Constant,
    DatatypeHandle,
    DatatypeToken,
    Enum,
    Field,
    FieldHandle,
    Function,
    FunctionHandle,
    Instantiation,
    JumpTable,
    Module,
    ModuleHandle,
    Struct,
    Variant,
    VariantHandle,
    Visibility,
)
from walrus_localnet.vm.bytecode.opcodes import OPERAND_OF, Instruction, Op, Operand
from walrus_localnet.vm.errors import MalformedModule
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
    Ability,
    Reference,
    Type,
    TypeParameter,
    Vector,
)

Row = TypeVar("Row")

MAGIC = b"\xa1\x1c\xeb\x0b"
VERSIONS = range(5, 8)
SUI_FLAVOUR = 5
MAX_TOKEN_DEPTH = 64
MAX_IDENTIFIER = 128
MAX_VARIANTS = 127
MAX_TYPE_PARAMETERS = 255

_PRIMITIVES: dict[int, Type] = {
    0x01: BOOL,
    0x02: U8,
    0x03: U64,
    0x04: U128,
    0x05: ADDRESS,
    0x0C: SIGNER,
    0x0D: U16,
    0x0E: U32,
    0x0F: U256,
}
_VISIBILITIES: dict[int, Visibility] = {0: "private", 1: "public", 3: "friend"}
_ABILITY_SETS = tuple(Ability(bits) for bits in range(16))
_NATIVE, _ENTRY = 0x2, 0x4
_INSTRUCTIONS = {int(op): (op, OPERAND_OF[op]) for op in Op}


def read_module(data: bytes) -> Module:
    """Raises `MalformedModule` unless `data` is exactly one module with every index in bounds."""
    version, tables, rest = _read_header(data)

    def rows(kind: int, read: Callable[[Cursor], Row]) -> tuple[Row, ...]:
        return _rows(tables.get(kind), read)

    module = Module(
        version=version,
        self_handle=rest.index(),
        module_handles=rows(0x01, _module_handle),
        datatype_handles=rows(0x02, _datatype_handle),
        function_handles=rows(0x03, _function_handle),
        function_instances=rows(0x04, _instantiation),
        signatures=rows(0x05, _signature),
        constants=rows(0x06, _constant),
        identifiers=rows(0x07, _identifier),
        addresses=rows(0x08, lambda cursor: cursor.take(32)),
        structs=rows(0x0A, _struct),
        struct_instances=rows(0x0B, _instantiation),
        functions=rows(0x0C, lambda cursor: _function(cursor, version)),
        field_handles=rows(0x0D, lambda cursor: FieldHandle(cursor.index(), cursor.index())),
        field_instances=rows(0x0E, _instantiation),
        friends=rows(0x0F, _module_handle),
        enums=rows(0x11, _enum),
        enum_instances=rows(0x12, _instantiation),
        variant_handles=rows(0x13, _variant_handle),
        variant_instances=rows(0x14, _variant_handle),
    )
    rest.finish()
    rows(0x10, lambda cursor: (cursor.sized_bytes(), cursor.sized_bytes()))
    check_bounds(module)
    return module


def address_table(data: bytes) -> tuple[int, int]:
    """Where the address table of a module lies in its bytes: start and end offset."""
    _, tables, _ = _read_header(data)
    cursor = tables.get(0x08)
    return (cursor.position, cursor.end) if cursor else (0, 0)


def _read_header(data: bytes) -> tuple[int, dict[int, Cursor], Cursor]:
    """The version, a cursor for each table and one for what follows them."""
    cursor = Cursor(data)
    if cursor.take(4) != MAGIC:
        raise MalformedModule(
            f"expected a Move module (magic {MAGIC.hex()}), got bytes starting {data[:4].hex()!r}"
        )
    version = _version(cursor.little_endian(4))
    headers = [(cursor.byte(), cursor.uleb(), cursor.uleb()) for _ in range(cursor.count(0x20))]
    base = expected = cursor.position
    tables: dict[int, Cursor] = {}
    for kind, offset, size in sorted(headers, key=lambda header: header[1]):
        if not 1 <= kind <= (0x14 if version >= 7 else 0x10) or kind == 0x09 or kind in tables:
            raise MalformedModule(f"table kind {kind:#x} is unknown in version {version} or appears twice")
        if base + offset != expected or not 0 < size <= len(data) - expected:
            raise MalformedModule(f"table {kind:#x} at {offset} of size {size} does not follow the one before it")
        tables[kind] = Cursor(data, expected, expected + size)
        expected += size
    return version, tables, Cursor(data, expected)


def _version(word: int) -> int:
    version, flavour = word & 0xFFFFFF, word >> 24
    if version not in VERSIONS or flavour != (SUI_FLAVOUR if version >= 7 else 0):
        raise MalformedModule(
            f"expected a module of version 5, 6 or 7 (Sui flavour), got version word {word:#010x}"
        )
    return version


def _rows(cursor: Cursor | None, read: Callable[[Cursor], Row]) -> tuple[Row, ...]:
    if cursor is None:
        return ()
    rows = []
    while cursor.position < cursor.end:
        rows.append(read(cursor))
        if len(rows) > 0xFFFF:
            raise MalformedModule("a table has more than 65535 rows")
    return tuple(rows)


def _module_handle(cursor: Cursor) -> ModuleHandle:
    return ModuleHandle(cursor.index(), cursor.index())


def _instantiation(cursor: Cursor) -> Instantiation:
    return Instantiation(cursor.index(), cursor.index())


def _variant_handle(cursor: Cursor) -> VariantHandle:
    return VariantHandle(cursor.index(), cursor.index())


def _abilities(cursor: Cursor) -> Ability:
    bits = cursor.byte()
    if bits >= len(_ABILITY_SETS):
        raise MalformedModule(f"expected an ability set below 16, got {bits}")
    return _ABILITY_SETS[bits]


def _flag(cursor: Cursor) -> bool:
    byte = cursor.byte()
    if byte > 1:
        raise MalformedModule(f"expected a flag of 0 or 1, got {byte}")
    return byte == 1


def _datatype_handle(cursor: Cursor) -> DatatypeHandle:
    module, name, abilities = cursor.index(), cursor.index(), _abilities(cursor)
    count = cursor.count(MAX_TYPE_PARAMETERS)
    return DatatypeHandle(
        module, name, abilities, tuple((_abilities(cursor), _flag(cursor)) for _ in range(count))
    )


def _function_handle(cursor: Cursor) -> FunctionHandle:
    module, name, parameters, returns = (cursor.index() for _ in range(4))
    count = cursor.count(MAX_TYPE_PARAMETERS)
    return FunctionHandle(module, name, parameters, returns, tuple(_abilities(cursor) for _ in range(count)))


def _identifier(cursor: Cursor) -> str:
    raw = cursor.sized_bytes()
    text = raw.decode("ascii", "replace")
    if len(raw) > MAX_IDENTIFIER or not text.isidentifier() or not text.isascii() or text == "_":
        raise MalformedModule(f"expected an identifier of at most {MAX_IDENTIFIER} letters, got {raw[:160]!r}")
    return text


def _signature(cursor: Cursor) -> tuple[Type, ...]:
    return tuple(_token(cursor) for _ in range(cursor.count(0xFF)))


def _token(cursor: Cursor) -> Type:
    """A type at the top of a signature, where alone a reference may stand."""
    if cursor.peek() in (0x06, 0x07):
        mutable = cursor.byte() == 0x07
        return Reference(_value_token(cursor, 1), mutable)
    return _value_token(cursor, 0)


def _value_token(cursor: Cursor, depth: int) -> Type:
    if depth > MAX_TOKEN_DEPTH:
        raise MalformedModule(f"a type is nested deeper than {MAX_TOKEN_DEPTH}")
    kind = cursor.byte()
    if kind in _PRIMITIVES:
        return _PRIMITIVES[kind]
    if kind == 0x08:
        return DatatypeToken(cursor.index(), ())
    if kind == 0x09:
        return TypeParameter(cursor.index())
    if kind == 0x0A:
        return Vector(_value_token(cursor, depth + 1))
    if kind == 0x0B:
        handle, count = cursor.index(), cursor.count(MAX_TYPE_PARAMETERS)
        if not count:
            raise MalformedModule("a generic datatype without type arguments")
        return DatatypeToken(handle, tuple(_value_token(cursor, depth + 1) for _ in range(count)))
    raise MalformedModule(f"expected the type of a value, got token {kind:#x}")


def _constant(cursor: Cursor) -> Constant:
    return Constant(_value_token(cursor, 0), cursor.sized_bytes())


def _fields(cursor: Cursor) -> tuple[Field, ...]:
    return tuple(Field(cursor.index(), _value_token(cursor, 0)) for _ in range(cursor.count(0xFF)))


def _struct(cursor: Cursor) -> Struct:
    handle, flag = cursor.index(), cursor.byte()
    if flag != 2:
        raise MalformedModule(f"expected a struct with declared fields (2), got {flag}")
    return Struct(handle, _fields(cursor))


def _enum(cursor: Cursor) -> Enum:
    handle, flag = cursor.index(), cursor.byte()
    if flag != 2:
        raise MalformedModule(f"expected an enum with declared variants (2), got {flag}")
    return Enum(handle, tuple(Variant(cursor.index(), _fields(cursor)) for _ in range(cursor.count(MAX_VARIANTS))))


def _function(cursor: Cursor, version: int) -> Function:
    handle, visibility, flags = cursor.index(), cursor.byte(), cursor.byte()
    if visibility not in _VISIBILITIES or flags & ~(_NATIVE | _ENTRY):
        raise MalformedModule(f"unknown function visibility {visibility} or flags {flags:#x}")
    if cursor.count(0xFF):
        raise MalformedModule("a function that acquires global storage, which Sui does not have")
    code = None if flags & _NATIVE else _code(cursor, version)
    return Function(handle, _VISIBILITIES[visibility], bool(flags & _ENTRY), code)


def _code(cursor: Cursor, version: int) -> Code:
    locals_ = cursor.index()
    instructions = tuple(_instruction(cursor) for _ in range(cursor.count(0xFFFF)))
    tables = cursor.count(0xFFFF) if version >= 7 else 0
    return Code(locals_, instructions, tuple(_jump_table(cursor) for _ in range(tables)))


def _instruction(cursor: Cursor) -> Instruction:
    byte = cursor.byte()
    if byte not in _INSTRUCTIONS:
        raise MalformedModule(f"expected an instruction, got opcode {byte:#x}")
    op, operand = _INSTRUCTIONS[byte]
    if operand is Operand.NONE:
        return Instruction(op)
    if operand is Operand.ELEMENTS:
        return Instruction(op, cursor.index(), cursor.little_endian(8))
    if isinstance(operand.value, int):
        return Instruction(op, cursor.little_endian(operand.value))
    return Instruction(op, cursor.index())


def _jump_table(cursor: Cursor) -> JumpTable:
    enum, count, flag = cursor.index(), cursor.count(MAX_VARIANTS), cursor.byte()
    if flag != 1:
        raise MalformedModule(f"expected a full jump table (1), got {flag}")
    return JumpTable(enum, tuple(cursor.index() for _ in range(count)))
