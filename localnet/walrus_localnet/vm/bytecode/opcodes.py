"""The instruction set (move_bytecode.md: Opcodes)."""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import NamedTuple


class Op(IntEnum):
    """Every instruction Sui accepts, by its opcode byte."""

    POP = 0x01
    RET = 0x02
    BR_TRUE = 0x03
    BR_FALSE = 0x04
    BRANCH = 0x05
    LD_U64 = 0x06
    LD_CONST = 0x07
    LD_TRUE = 0x08
    LD_FALSE = 0x09
    COPY_LOC = 0x0A
    MOVE_LOC = 0x0B
    ST_LOC = 0x0C
    MUT_BORROW_LOC = 0x0D
    IMM_BORROW_LOC = 0x0E
    MUT_BORROW_FIELD = 0x0F
    IMM_BORROW_FIELD = 0x10
    CALL = 0x11
    PACK = 0x12
    UNPACK = 0x13
    READ_REF = 0x14
    WRITE_REF = 0x15
    ADD = 0x16
    SUB = 0x17
    MUL = 0x18
    MOD = 0x19
    DIV = 0x1A
    BIT_OR = 0x1B
    BIT_AND = 0x1C
    XOR = 0x1D
    OR = 0x1E
    AND = 0x1F
    NOT = 0x20
    EQ = 0x21
    NEQ = 0x22
    LT = 0x23
    GT = 0x24
    LE = 0x25
    GE = 0x26
    ABORT = 0x27
    NOP = 0x28
    FREEZE_REF = 0x2E
    SHL = 0x2F
    SHR = 0x30
    LD_U8 = 0x31
    LD_U128 = 0x32
    CAST_U8 = 0x33
    CAST_U64 = 0x34
    CAST_U128 = 0x35
    MUT_BORROW_FIELD_GENERIC = 0x36
    IMM_BORROW_FIELD_GENERIC = 0x37
    CALL_GENERIC = 0x38
    PACK_GENERIC = 0x39
    UNPACK_GENERIC = 0x3A
    VEC_PACK = 0x40
    VEC_LEN = 0x41
    VEC_IMM_BORROW = 0x42
    VEC_MUT_BORROW = 0x43
    VEC_PUSH_BACK = 0x44
    VEC_POP_BACK = 0x45
    VEC_UNPACK = 0x46
    VEC_SWAP = 0x47
    LD_U16 = 0x48
    LD_U32 = 0x49
    LD_U256 = 0x4A
    CAST_U16 = 0x4B
    CAST_U32 = 0x4C
    CAST_U256 = 0x4D
    PACK_VARIANT = 0x4E
    PACK_VARIANT_GENERIC = 0x4F
    UNPACK_VARIANT = 0x50
    UNPACK_VARIANT_IMM_REF = 0x51
    UNPACK_VARIANT_MUT_REF = 0x52
    UNPACK_VARIANT_GENERIC = 0x53
    UNPACK_VARIANT_GENERIC_IMM_REF = 0x54
    UNPACK_VARIANT_GENERIC_MUT_REF = 0x55
    VARIANT_SWITCH = 0x56


class Instruction(NamedTuple):
    """An instruction with its operand: a literal, a table index, a local or a code offset; 0 if it has none.
    `elements` is the number of elements of VEC_PACK and VEC_UNPACK."""

    op: Op
    operand: int = 0
    elements: int = 0


class Operand(Enum):
    """What follows the opcode byte. The members from LOCAL on are unsigned LEB128 indices."""

    NONE = "none"
    U8 = 1
    U16 = 2
    U32 = 4
    U64 = 8
    U128 = 16
    U256 = 32
    ELEMENTS = "signature and element count"
    LOCAL = "local"
    OFFSET = "code offset"
    JUMP_TABLE = "jump table"
    CONSTANT = "constant"
    FIELD = "field handle"
    FIELD_INSTANCE = "field instantiation"
    FUNCTION = "function handle"
    FUNCTION_INSTANCE = "function instantiation"
    STRUCT = "struct definition"
    STRUCT_INSTANCE = "struct instantiation"
    VARIANT = "variant handle"
    VARIANT_INSTANCE = "variant instantiation handle"
    SIGNATURE = "signature"


_OPERANDS: dict[Operand, tuple[Op, ...]] = {
    Operand.U8: (Op.LD_U8,),
    Operand.U16: (Op.LD_U16,),
    Operand.U32: (Op.LD_U32,),
    Operand.U64: (Op.LD_U64,),
    Operand.U128: (Op.LD_U128,),
    Operand.U256: (Op.LD_U256,),
    Operand.ELEMENTS: (Op.VEC_PACK, Op.VEC_UNPACK),
    Operand.LOCAL: (Op.COPY_LOC, Op.MOVE_LOC, Op.ST_LOC, Op.MUT_BORROW_LOC, Op.IMM_BORROW_LOC),
    Operand.OFFSET: (Op.BR_TRUE, Op.BR_FALSE, Op.BRANCH),
    Operand.JUMP_TABLE: (Op.VARIANT_SWITCH,),
    Operand.CONSTANT: (Op.LD_CONST,),
    Operand.FIELD: (Op.MUT_BORROW_FIELD, Op.IMM_BORROW_FIELD),
    Operand.FIELD_INSTANCE: (Op.MUT_BORROW_FIELD_GENERIC, Op.IMM_BORROW_FIELD_GENERIC),
    Operand.FUNCTION: (Op.CALL,),
    Operand.FUNCTION_INSTANCE: (Op.CALL_GENERIC,),
    Operand.STRUCT: (Op.PACK, Op.UNPACK),
    Operand.STRUCT_INSTANCE: (Op.PACK_GENERIC, Op.UNPACK_GENERIC),
    Operand.VARIANT: (
        Op.PACK_VARIANT,
        Op.UNPACK_VARIANT,
        Op.UNPACK_VARIANT_IMM_REF,
        Op.UNPACK_VARIANT_MUT_REF,
    ),
    Operand.VARIANT_INSTANCE: (
        Op.PACK_VARIANT_GENERIC,
        Op.UNPACK_VARIANT_GENERIC,
        Op.UNPACK_VARIANT_GENERIC_IMM_REF,
        Op.UNPACK_VARIANT_GENERIC_MUT_REF,
    ),
    Operand.SIGNATURE: (
        Op.VEC_LEN,
        Op.VEC_IMM_BORROW,
        Op.VEC_MUT_BORROW,
        Op.VEC_PUSH_BACK,
        Op.VEC_POP_BACK,
        Op.VEC_SWAP,
    ),
}

OPERAND_OF: dict[Op, Operand] = dict.fromkeys(Op, Operand.NONE) | {
    op: operand for operand, ops in _OPERANDS.items() for op in ops
}
"""The kind of operand of each instruction."""

JUMPS = frozenset({Op.BR_TRUE, Op.BR_FALSE, Op.BRANCH, Op.VARIANT_SWITCH})
"""Instructions that name where execution goes on."""
ENDS = frozenset({Op.RET, Op.ABORT, Op.BRANCH, Op.VARIANT_SWITCH})
"""Instructions after which execution never goes on at the next one."""
