"""What each instruction takes from the operand stack and leaves there (move_bytecode.md: Opcodes).

A rule takes its operands off the stack, checks their types and abilities, and returns the types it pushes.
"""

from __future__ import annotations

from collections.abc import Callable

from walrus_localnet.vm.bytecode.opcodes import Instruction, Op
from walrus_localnet.vm.operands import Operands
from walrus_localnet.vm.shapes import StructShape, VariantShape
from walrus_localnet.vm.types import (
    BOOL,
    U8,
    U16,
    U32,
    U64,
    U128,
    U256,
    Ability,
    Reference,
    Type,
    Vector,
)

MAX_STACK = 1024

_LITERALS = {
    Op.LD_U8: U8,
    Op.LD_U16: U16,
    Op.LD_U32: U32,
    Op.LD_U64: U64,
    Op.LD_U128: U128,
    Op.LD_U256: U256,
    Op.LD_TRUE: BOOL,
    Op.LD_FALSE: BOOL,
}
CASTS = {
    Op.CAST_U8: U8,
    Op.CAST_U16: U16,
    Op.CAST_U32: U32,
    Op.CAST_U64: U64,
    Op.CAST_U128: U128,
    Op.CAST_U256: U256,
}


Rule = Callable[[Operands, Instruction], tuple[Type, ...]]


def _pop(run: Operands, _: Instruction) -> tuple[Type, ...]:
    run.need(run.pop(), Ability.DROP)
    return ()


def _ret(run: Operands, _: Instruction) -> tuple[Type, ...]:
    if tuple(run.stack) != run.function.returns:
        run.fail(f"expected exactly the return values, got {', '.join(map(str, run.stack))}")
    run.stack.clear()
    return ()


def _nothing(run: Operands, _: Instruction) -> tuple[Type, ...]:
    return ()


def _condition(run: Operands, _: Instruction) -> tuple[Type, ...]:
    run.expect(BOOL)
    return ()


def _abort(run: Operands, _: Instruction) -> tuple[Type, ...]:
    run.expect(U64)
    return ()


def _literal(run: Operands, instruction: Instruction) -> tuple[Type, ...]:
    return (_LITERALS[instruction.op],)


def _constant(run: Operands, instruction: Instruction) -> tuple[Type, ...]:
    return (run.function.module.module.constants[instruction.operand].type,)


def _copy_local(run: Operands, instruction: Instruction) -> tuple[Type, ...]:
    type_ = run.function.locals[instruction.operand]
    run.need(type_, Ability.COPY)
    return (type_,)


def _move_local(run: Operands, instruction: Instruction) -> tuple[Type, ...]:
    return (run.function.locals[instruction.operand],)


def _store_local(run: Operands, instruction: Instruction) -> tuple[Type, ...]:
    run.expect(run.function.locals[instruction.operand])
    return ()


def _borrow_local(run: Operands, instruction: Instruction) -> tuple[Type, ...]:
    type_ = run.function.locals[instruction.operand]
    if isinstance(type_, Reference):
        run.fail("a reference to a reference")
    return (Reference(type_, instruction.op is Op.MUT_BORROW_LOC),)


def _borrow_field(run: Operands, instruction: Instruction) -> tuple[Type, ...]:
    mutable = instruction.op in (Op.MUT_BORROW_FIELD, Op.MUT_BORROW_FIELD_GENERIC)
    shape = run.shapes.field(instruction)
    run.pop_reference_to(shape.owner, mutable=mutable)
    return (Reference(shape.type, mutable),)


def _call(run: Operands, instruction: Instruction) -> tuple[Type, ...]:
    shape = run.shapes.call(instruction)
    run.abilities.check_arguments(
        shape.target.type_parameters, shape.type_args, run.function.type_parameters, str(shape.target)
    )
    run.expect(*shape.parameters)
    return shape.returns


def _struct_shape(run: Operands, instruction: Instruction) -> StructShape:
    shape = run.shapes.struct(instruction)
    run.abilities.of(shape.type, run.function.type_parameters)
    return shape


def _pack(run: Operands, instruction: Instruction) -> tuple[Type, ...]:
    shape = _struct_shape(run, instruction)
    run.expect(*shape.fields)
    return (shape.type,)


def _unpack(run: Operands, instruction: Instruction) -> tuple[Type, ...]:
    shape = _struct_shape(run, instruction)
    run.expect(shape.type)
    return shape.fields


def _variant_shape(run: Operands, instruction: Instruction) -> VariantShape:
    shape = run.shapes.variant(instruction)
    run.abilities.of(shape.type, run.function.type_parameters)
    return shape


def _pack_variant(run: Operands, instruction: Instruction) -> tuple[Type, ...]:
    shape = _variant_shape(run, instruction)
    run.expect(*shape.fields)
    return (shape.type,)


def _unpack_variant(run: Operands, instruction: Instruction) -> tuple[Type, ...]:
    shape = _variant_shape(run, instruction)
    run.expect(shape.type)
    return shape.fields


def _unpack_variant_reference(run: Operands, instruction: Instruction) -> tuple[Type, ...]:
    mutable = instruction.op in (Op.UNPACK_VARIANT_MUT_REF, Op.UNPACK_VARIANT_GENERIC_MUT_REF)
    shape = _variant_shape(run, instruction)
    run.pop_reference_to(shape.type, mutable=mutable)
    return tuple(Reference(field, mutable) for field in shape.fields)


def _variant_switch(run: Operands, instruction: Instruction) -> tuple[Type, ...]:
    target = run.pop_reference()
    if not run.shapes.is_enum(target, run.code.jump_tables[instruction.operand].enum):
        run.fail(f"a jump table of another enum than {target}")
    return ()


def _read_reference(run: Operands, _: Instruction) -> tuple[Type, ...]:
    target = run.pop_reference()
    run.need(target, Ability.COPY)
    return (target,)


def _write_reference(run: Operands, _: Instruction) -> tuple[Type, ...]:
    target = run.pop_reference(mutable=True)
    run.need(target, Ability.DROP)
    run.expect(target)
    return ()


def _freeze(run: Operands, _: Instruction) -> tuple[Type, ...]:
    return (Reference(run.pop_reference(mutable=True), False),)


def _arithmetic(run: Operands, _: Instruction) -> tuple[Type, ...]:
    return (run.pop_integers(),)


def _shift(run: Operands, _: Instruction) -> tuple[Type, ...]:
    run.expect(U8)
    return (run.pop_integer(),)


def _cast(run: Operands, instruction: Instruction) -> tuple[Type, ...]:
    run.pop_integer()
    return (CASTS[instruction.op],)


def _compare(run: Operands, _: Instruction) -> tuple[Type, ...]:
    run.pop_integers()
    return (BOOL,)


def _equal(run: Operands, _: Instruction) -> tuple[Type, ...]:
    type_ = run.pop()
    run.expect(type_)
    run.need(type_, Ability.DROP)
    return (BOOL,)


def _logic(run: Operands, _: Instruction) -> tuple[Type, ...]:
    run.expect(BOOL, BOOL)
    return (BOOL,)


def _not(run: Operands, _: Instruction) -> tuple[Type, ...]:
    run.expect(BOOL)
    return (BOOL,)


def _element(run: Operands, instruction: Instruction) -> Type:
    return run.function.module.signature(instruction.operand)[0]


def _vector_pack(run: Operands, instruction: Instruction) -> tuple[Type, ...]:
    element = _element(run, instruction)
    if instruction.elements > len(run.stack):
        run.fail(f"a vector of {instruction.elements} elements from {len(run.stack)} values")
    run.expect(*[element] * instruction.elements)
    return (Vector(element),)


def _vector_unpack(run: Operands, instruction: Instruction) -> tuple[Type, ...]:
    if instruction.elements > MAX_STACK:
        run.fail(f"a vector unpacked into {instruction.elements} values")
    element = _element(run, instruction)
    run.expect(Vector(element))
    return (element,) * instruction.elements


def _vector_length(run: Operands, instruction: Instruction) -> tuple[Type, ...]:
    run.pop_reference_to(Vector(_element(run, instruction)))
    return (U64,)


def _vector_borrow(run: Operands, instruction: Instruction) -> tuple[Type, ...]:
    mutable = instruction.op is Op.VEC_MUT_BORROW
    element = _element(run, instruction)
    run.expect(U64)
    run.pop_reference_to(Vector(element), mutable=mutable)
    return (Reference(element, mutable),)


def _vector_push(run: Operands, instruction: Instruction) -> tuple[Type, ...]:
    element = _element(run, instruction)
    run.expect(element)
    run.pop_reference_to(Vector(element), mutable=True)
    return ()


def _vector_pop(run: Operands, instruction: Instruction) -> tuple[Type, ...]:
    element = _element(run, instruction)
    run.pop_reference_to(Vector(element), mutable=True)
    return (element,)


def _vector_swap(run: Operands, instruction: Instruction) -> tuple[Type, ...]:
    run.expect(U64, U64)
    run.pop_reference_to(Vector(_element(run, instruction)), mutable=True)
    return ()


RULES: dict[Op, Rule] = {
    Op.POP: _pop,
    Op.RET: _ret,
    Op.NOP: _nothing,
    Op.BRANCH: _nothing,
    Op.BR_TRUE: _condition,
    Op.BR_FALSE: _condition,
    Op.ABORT: _abort,
    Op.LD_CONST: _constant,
    Op.COPY_LOC: _copy_local,
    Op.MOVE_LOC: _move_local,
    Op.ST_LOC: _store_local,
    Op.NOT: _not,
    Op.READ_REF: _read_reference,
    Op.WRITE_REF: _write_reference,
    Op.FREEZE_REF: _freeze,
    Op.VARIANT_SWITCH: _variant_switch,
    Op.VEC_PACK: _vector_pack,
    Op.VEC_UNPACK: _vector_unpack,
    Op.VEC_LEN: _vector_length,
    Op.VEC_PUSH_BACK: _vector_push,
    Op.VEC_POP_BACK: _vector_pop,
    Op.VEC_SWAP: _vector_swap,
    **dict.fromkeys(_LITERALS, _literal),
    **dict.fromkeys(CASTS, _cast),
    **dict.fromkeys((Op.MUT_BORROW_LOC, Op.IMM_BORROW_LOC), _borrow_local),
    **dict.fromkeys((Op.MUT_BORROW_FIELD, Op.IMM_BORROW_FIELD), _borrow_field),
    **dict.fromkeys((Op.MUT_BORROW_FIELD_GENERIC, Op.IMM_BORROW_FIELD_GENERIC), _borrow_field),
    **dict.fromkeys((Op.CALL, Op.CALL_GENERIC), _call),
    **dict.fromkeys((Op.PACK, Op.PACK_GENERIC), _pack),
    **dict.fromkeys((Op.UNPACK, Op.UNPACK_GENERIC), _unpack),
    **dict.fromkeys((Op.PACK_VARIANT, Op.PACK_VARIANT_GENERIC), _pack_variant),
    **dict.fromkeys((Op.UNPACK_VARIANT, Op.UNPACK_VARIANT_GENERIC), _unpack_variant),
    **dict.fromkeys((Op.UNPACK_VARIANT_IMM_REF, Op.UNPACK_VARIANT_MUT_REF), _unpack_variant_reference),
    **dict.fromkeys(
        (Op.UNPACK_VARIANT_GENERIC_IMM_REF, Op.UNPACK_VARIANT_GENERIC_MUT_REF), _unpack_variant_reference
    ),
    **dict.fromkeys((Op.ADD, Op.SUB, Op.MUL, Op.MOD, Op.DIV, Op.BIT_OR, Op.BIT_AND, Op.XOR), _arithmetic),
    **dict.fromkeys((Op.SHL, Op.SHR), _shift),
    **dict.fromkeys((Op.LT, Op.GT, Op.LE, Op.GE), _compare),
    **dict.fromkeys((Op.EQ, Op.NEQ), _equal),
    **dict.fromkeys((Op.OR, Op.AND), _logic),
    **dict.fromkeys((Op.VEC_IMM_BORROW, Op.VEC_MUT_BORROW), _vector_borrow),
}
