"""What each instruction writes (move_bytecode.md: Opcodes).

The text must do what the interpreter's steps do, charge the same gas and fail at the same place.
"""

from __future__ import annotations

from collections.abc import Callable

from walrus_localnet.vm.bytecode import read_constant
from walrus_localnet.vm.bytecode.opcodes import Instruction, Op
from walrus_localnet.vm.generator.arithmetic import (
    binary,
    cast,
    checked,
    divide,
    equality,
    negate,
    shift,
    subtract,
)
from walrus_localnet.vm.generator.block import BlockWriter, Rule
from walrus_localnet.vm.generator.expressions import LONGEST, Expr
from walrus_localnet.vm.layouts import Layout
from walrus_localnet.vm.linker import LinkedFunction
from walrus_localnet.vm.operand_rules import CASTS
from walrus_localnet.vm.types import (
    MAX_VECTOR_LENGTH,
    U8,
    VECTOR_FULL,
    Primitive,
    Type,
    Value,
    Vector,
    is_container,
)

Callee = Callable[[LinkedFunction, tuple[Type, ...]], str]
"""The global name of the Python function for an instance of a Move function."""


def _nothing(block: BlockWriter, instruction: Instruction) -> None:
    pass


def _pop(block: BlockWriter, instruction: Instruction) -> None:
    block.pop()


def _literal(block: BlockWriter, instruction: Instruction) -> None:
    block.push(str(instruction.operand))


def _constant(block: BlockWriter, instruction: Instruction) -> None:
    constant = block.typed.function.module.module.constants[instruction.operand]
    value = read_constant(constant)
    if isinstance(constant.type, Primitive):
        block.push(repr(value))
        return
    layout = block.typed.layouts.of(constant.type)
    cost = layout.measure(value) if layout.measure is not None else 0
    if cost:
        block.charge(str(cost))
    fresh = _fresh(value)
    if len(fresh) > LONGEST:
        fresh = f"{block.names.bind('c', layout.copy)}({block.names.bind('k', value)})"
    block.push_name(fresh)


def _fresh(value: Value) -> str:
    """An expression that makes the value anew."""
    if isinstance(value, list):
        return f"[{','.join(map(_fresh, value))}]"
    return repr(value)


# locals ------------------------------------------------------------------------------------------------------
def _read_local(block: BlockWriter, index: int) -> Expr:
    if index in block.cells:
        return Expr(f"l{index}[0]", frozenset({index}), memory=True)
    return Expr(f"l{index}", frozenset({index}))


def _copy_local(block: BlockWriter, instruction: Instruction) -> None:
    type_ = block.typed.local(instruction.operand)
    if is_container(type_):
        _push_copy(block, block.typed.layouts.of(type_), type_, f"l{instruction.operand}")
    else:
        block.stack.append(_read_local(block, instruction.operand))


def _move_local(block: BlockWriter, instruction: Instruction) -> None:
    block.stack.append(_read_local(block, instruction.operand))


def _store_local(block: BlockWriter, instruction: Instruction) -> None:
    index = instruction.operand
    value = block.pop()
    block.settle(local=index)
    block.line(f"l{index}=[{value.value}]" if index in block.cells else f"l{index}={value.value}")


def _borrow_local(block: BlockWriter, instruction: Instruction) -> None:
    index = instruction.operand
    is_cell = index in block.cells
    block.stack.append(Expr(f"l{index}", frozenset({index}), slot="0" if is_cell else None))


def _push_copy(block: BlockWriter, layout: Layout, type_: Type, text: str) -> None:
    """A copy of the container `text` (a name), made and paid for now."""
    if layout.measure is not None:
        block.charge(f"{block.names.bind('q', layout.measure)}({text})")
    is_flat = isinstance(type_, Vector) and not is_container(type_.element)
    block.push_name(f"{text}[:]" if is_flat else f"{block.names.bind('c', layout.copy)}({text})")


# references --------------------------------------------------------------------------------------------------
def _borrow_field(block: BlockWriter, instruction: Instruction) -> None:
    shape = block.typed.shapes.field(instruction)
    _push_part(block, block.pop(), str(shape.index), shape.type)


def _push_part(block: BlockWriter, container: Expr, index: str, type_: Type) -> None:
    """A reference to a field or element of a container."""
    if is_container(type_):
        block.push(f"{container.text}[{index}]", container, memory=True)
    else:
        container = block.simple(container)
        block.stack.append(Expr(container.text, container.locals, slot=index))


def _read(block: BlockWriter, instruction: Instruction) -> None:
    target = block.typed.target(block.offset)
    reference = block.pop()
    if is_container(target):
        reference = block.simple(reference)
        _push_copy(block, block.typed.layouts.of(target), target, reference.text)
    else:
        if reference.slot is None:
            reference = block.simple(reference)
        block.push(reference.target, reference, memory=True)


def _write(block: BlockWriter, instruction: Instruction) -> None:
    target = block.typed.target(block.offset)
    reference, value = block.pop(), block.pop()
    block.settle()
    if is_container(target):
        block.line(f"{reference.text}[:]={value.value}")
        return
    if reference.slot is None:
        reference = block.simple(reference)
    block.line(f"{reference.target}={value.value}")


# structs and variants ----------------------------------------------------------------------------------------
def _values(parts: list[Expr]) -> str:
    return ",".join(part.value for part in parts)


def _pack(block: BlockWriter, instruction: Instruction) -> None:
    parts = block.pop_many(len(block.typed.shapes.struct(instruction).fields))
    block.push_name(f"[{_values(parts)}]")


def _unpack(block: BlockWriter, instruction: Instruction) -> None:
    _push_parts(block, block.pop().value, len(block.typed.shapes.struct(instruction).fields))


def _push_parts(block: BlockWriter, text: str, count: int) -> None:
    if count:
        names = [block.names.temporary() for _ in range(count)]
        block.line(f"{','.join(names)},={text}")
        block.stack.extend(map(Expr, names))


def _pack_variant(block: BlockWriter, instruction: Instruction) -> None:
    shape = block.typed.shapes.variant(instruction)
    parts = block.pop_many(len(shape.fields))
    block.push_name(f"[{','.join([str(shape.tag), *(part.value for part in parts)])}]")


def _unpack_variant(block: BlockWriter, instruction: Instruction) -> None:
    shape = block.typed.shapes.variant(instruction)
    value = block.pop_simple()
    _check_tag(block, value, shape.tag)
    if shape.fields:
        _push_parts(block, f"{value.text}[1:]", len(shape.fields))


def _borrow_variant(block: BlockWriter, instruction: Instruction) -> None:
    shape = block.typed.shapes.variant(instruction)
    value = block.pop_simple()
    _check_tag(block, value, shape.tag)
    for index, type_ in enumerate(shape.fields, 1):
        _push_part(block, value, str(index), type_)


def _check_tag(block: BlockWriter, value: Expr, tag: int) -> None:
    block.fail_if(f"{value.text}[0]!={tag}", f"expected variant {tag}")


# vectors -----------------------------------------------------------------------------------------------------
def _vector_pack(block: BlockWriter, instruction: Instruction) -> None:
    parts = block.pop_many(instruction.elements)
    text = f"[{_values(parts)}]"
    is_bytes = block.typed.element(instruction) is U8
    block.push_name((f"bytearray({text})" if parts else "bytearray()") if is_bytes else text)


def _vector_unpack(block: BlockWriter, instruction: Instruction) -> None:
    vector = block.pop_simple()
    block.fail_if(
        f"len({vector.text})!={instruction.elements}", f"expected a vector of {instruction.elements} elements"
    )
    _push_parts(block, vector.text, instruction.elements)


def _vector_length(block: BlockWriter, instruction: Instruction) -> None:
    vector = block.pop()
    block.push(f"len({vector.text})", vector, memory=True)


def _vector_borrow(block: BlockWriter, instruction: Instruction) -> None:
    index = block.pop_simple()
    vector = block.pop_simple()
    block.fail_if(f"{index.text}>=len({vector.text})", "an index beyond a vector's end")
    element = block.typed.element(instruction)
    if is_container(element):
        block.push(f"{vector.text}[{index.text}]", vector, index, memory=True)
    else:
        block.stack.append(Expr(vector.text, vector.locals | index.locals, slot=index.text))


def _vector_push(block: BlockWriter, instruction: Instruction) -> None:
    element, vector = block.pop(), block.pop_simple()
    block.settle()
    block.fail_if(f"len({vector.text})>={MAX_VECTOR_LENGTH}", VECTOR_FULL)
    block.line(f"{vector.text}.append({element.value})")


def _vector_pop(block: BlockWriter, instruction: Instruction) -> None:
    vector = block.pop_simple()
    block.settle()
    block.fail_if(f"not {vector.text}", "a pop from an empty vector")
    block.push_name(f"{vector.text}.pop()")


def _vector_swap(block: BlockWriter, instruction: Instruction) -> None:
    second, first, vector = block.pop_simple(), block.pop_simple(), block.pop_simple()
    block.settle()
    i, j, v = first.text, second.text, vector.text
    block.fail_if(f"{i}>=len({v}) or {j}>=len({v})", "an index beyond a vector's end")
    block.line(f"{v}[{i}],{v}[{j}]={v}[{j}],{v}[{i}]")


# ends --------------------------------------------------------------------------------------------------------
def _abort(block: BlockWriter, instruction: Instruction) -> None:
    block.line(f"raise {block.names.raiser}.abort({block.offset},{block.pop().text})")


def _return(block: BlockWriter, instruction: Instruction) -> None:
    results = block.pop_many(len(block.stack))
    block.line(f"return {_values(results)}" if results else "return")


def write_call(block: BlockWriter, instruction: Instruction, callee: Callee) -> None:
    """CALL and CALL_GENERIC: several results come as a tuple, one as itself."""
    shape = block.typed.shapes.call(instruction)
    arguments = block.pop_many(len(shape.parameters))
    block.settle()
    if shape.target.definition.code is not None:
        block.line(f"if d>1022: raise {block.names.raiser}.too_deep({block.offset})")
    call = f"{callee(shape.target, shape.type_args)}({','.join(['x', 'd+1', *(a.value for a in arguments)])})"
    if not shape.returns:
        block.line(call)
    elif len(shape.returns) == 1:
        block.push_name(call)
    else:
        _push_parts(block, call, len(shape.returns))


RULES: dict[Op, Rule] = {
    Op.POP: _pop,
    Op.NOP: _nothing,
    Op.FREEZE_REF: _nothing,
    Op.LD_CONST: _constant,
    Op.LD_TRUE: lambda block, instruction: block.push("True"),
    Op.LD_FALSE: lambda block, instruction: block.push("False"),
    Op.COPY_LOC: _copy_local,
    Op.MOVE_LOC: _move_local,
    Op.ST_LOC: _store_local,
    Op.READ_REF: _read,
    Op.WRITE_REF: _write,
    Op.ADD: checked("+", "overflow in an addition"),
    Op.SUB: subtract,
    Op.MUL: checked("*", "overflow in a multiplication"),
    Op.DIV: divide("//"),
    Op.MOD: divide("%"),
    Op.BIT_OR: binary("|"),
    Op.BIT_AND: binary("&"),
    Op.XOR: binary("^"),
    Op.SHL: shift("<<"),
    Op.SHR: shift(">>"),
    Op.OR: binary(" or "),
    Op.AND: binary(" and "),
    Op.NOT: negate,
    Op.EQ: equality("=="),
    Op.NEQ: equality("!="),
    Op.LT: binary("<"),
    Op.GT: binary(">"),
    Op.LE: binary("<="),
    Op.GE: binary(">="),
    Op.VEC_PACK: _vector_pack,
    Op.VEC_UNPACK: _vector_unpack,
    Op.VEC_LEN: _vector_length,
    Op.VEC_PUSH_BACK: _vector_push,
    Op.VEC_POP_BACK: _vector_pop,
    Op.VEC_SWAP: _vector_swap,
    Op.ABORT: _abort,
    Op.RET: _return,
    Op.BRANCH: _nothing,
    **dict.fromkeys((Op.LD_U8, Op.LD_U16, Op.LD_U32, Op.LD_U64, Op.LD_U128, Op.LD_U256), _literal),
    **dict.fromkeys(CASTS, cast),
    **dict.fromkeys((Op.MUT_BORROW_LOC, Op.IMM_BORROW_LOC), _borrow_local),
    **dict.fromkeys((Op.MUT_BORROW_FIELD, Op.IMM_BORROW_FIELD), _borrow_field),
    **dict.fromkeys((Op.MUT_BORROW_FIELD_GENERIC, Op.IMM_BORROW_FIELD_GENERIC), _borrow_field),
    **dict.fromkeys((Op.PACK, Op.PACK_GENERIC), _pack),
    **dict.fromkeys((Op.UNPACK, Op.UNPACK_GENERIC), _unpack),
    **dict.fromkeys((Op.PACK_VARIANT, Op.PACK_VARIANT_GENERIC), _pack_variant),
    **dict.fromkeys((Op.UNPACK_VARIANT, Op.UNPACK_VARIANT_GENERIC), _unpack_variant),
    **dict.fromkeys((Op.UNPACK_VARIANT_IMM_REF, Op.UNPACK_VARIANT_MUT_REF), _borrow_variant),
    **dict.fromkeys((Op.UNPACK_VARIANT_GENERIC_IMM_REF, Op.UNPACK_VARIANT_GENERIC_MUT_REF), _borrow_variant),
    **dict.fromkeys((Op.VEC_IMM_BORROW, Op.VEC_MUT_BORROW), _vector_borrow),
}
"""All instructions but calls and those that choose between successors."""
