"""From checked code to segments of steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from walrus_localnet.vm.blocks import Block
from walrus_localnet.vm.bytecode import read_constant
from walrus_localnet.vm.bytecode.opcodes import Instruction, Op
from walrus_localnet.vm.execution import Knowledge
from walrus_localnet.vm.interpreter import exits, specials, steps
from walrus_localnet.vm.interpreter.program import Exit, Instance, Segment, Special, Step
from walrus_localnet.vm.linker import LinkedFunction
from walrus_localnet.vm.operand_rules import CASTS
from walrus_localnet.vm.typed_code import TypedCode, largest
from walrus_localnet.vm.types import BYTES, Reference, Type, is_container

InstanceOf = Callable[[LinkedFunction, tuple[Type, ...]], Instance]


class Translator:
    """Translates one instance."""

    def __init__(self, instance: Instance, knowledge: Knowledge, instance_of: InstanceOf) -> None:
        self.typed = TypedCode(instance.function, instance.type_args, knowledge)
        self.instance_of = instance_of
        self.blocks = self.typed.flow.blocks
        self.heads = {
            start: Segment(block.end - start, start, exits.go_on) for start, block in self.blocks.items()
        }

    def translate(self) -> Segment:
        """The segment execution starts with."""
        for start, block in self.blocks.items():
            self._block(self.heads[start], block)
        return self.heads[0]

    def _block(self, segment: Segment, block: Block) -> None:
        for offset in range(block.start, block.end):
            instruction = self.typed.code.instructions[offset]
            if instruction.op in _EXITS and offset == block.end - 1:
                self._exit(segment, instruction, offset, block)
                return
            translated = _RULES[instruction.op](self, instruction, offset)
            if isinstance(translated, Ending):
                segment.exit, segment.operand, segment.offset = translated.exit, translated.operand, offset
                segment.next = Segment(0, offset, exits.go_on)
                segment = segment.next
            else:
                step, operand = translated
                segment.steps.append((step, operand, offset))
        segment.next = self.heads[block.successors[0]]

    def _exit(self, segment: Segment, instruction: Instruction, offset: int, block: Block) -> None:
        segment.exit, segment.offset = _EXITS[instruction.op], offset
        if instruction.op is Op.VARIANT_SWITCH:
            segment.operand = [self.heads[target] for target in block.successors]
        elif block.successors:
            segment.next = self.heads[block.successors[0]]
            segment.operand = self.heads[block.successors[-1]]


class Ending:
    """A translation that ends the segment."""

    def __init__(self, exit_: Exit, operand: Any) -> None:
        self.exit = exit_
        self.operand = operand


def _special(special: Special, operand: Any) -> Ending:
    return Ending(exits.special, (special, operand))


Translation = tuple[Step, Any] | Ending
Rule = Callable[[Translator, Instruction, int], Translation]


def _fixed(step: Step) -> Rule:
    return lambda run, instruction, offset: (step, None)


def _constant(run: Translator, instruction: Instruction, offset: int) -> Translation:
    constant = run.typed.function.module.module.constants[instruction.operand]
    value = read_constant(constant)
    if not is_container(constant.type):
        return steps.push, value
    layout = run.typed.layouts.of(constant.type)
    if layout.measure is not None and layout.measure(value):
        return _special(specials.push_metered, (layout, value))
    return steps.push_copy, (layout.copy, value)


def _copy_local(run: Translator, instruction: Instruction, offset: int) -> Translation:
    type_ = run.typed.local(instruction.operand)
    if not is_container(type_):
        return steps.load, instruction.operand
    layout = run.typed.layouts.of(type_)
    if layout.measure is not None:
        return _special(specials.copy_metered_local, (instruction.operand, layout))
    return steps.copy_local, (instruction.operand, layout.copy)


def _borrow_local(run: Translator, instruction: Instruction, offset: int) -> Translation:
    step = steps.load if is_container(run.typed.local(instruction.operand)) else steps.borrow_local
    return step, instruction.operand


def _borrow_field(run: Translator, instruction: Instruction, offset: int) -> Translation:
    shape = run.typed.shapes.field(instruction)
    return steps.borrow_container_field if is_container(shape.type) else steps.borrow_primitive_field, shape.index


def _call(run: Translator, instruction: Instruction, offset: int) -> Translation:
    shape = run.typed.shapes.call(instruction)
    instance = run.instance_of(shape.target, shape.type_args)
    if instance.native is not None:
        return _special(specials.call_native, instance)
    return Ending(exits.call, instance)


def _pack(run: Translator, instruction: Instruction, offset: int) -> Translation:
    return steps.pack, len(run.typed.shapes.struct(instruction).fields)


def _pack_variant(run: Translator, instruction: Instruction, offset: int) -> Translation:
    shape = run.typed.shapes.variant(instruction)
    return steps.pack_variant, (shape.tag, len(shape.fields))


def _unpack_variant(run: Translator, instruction: Instruction, offset: int) -> Translation:
    return steps.unpack_variant, run.typed.shapes.variant(instruction).tag


def _borrow_variant(run: Translator, instruction: Instruction, offset: int) -> Translation:
    shape = run.typed.shapes.variant(instruction)
    return steps.borrow_variant, (shape.tag, tuple(map(is_container, shape.fields)))


def _read(run: Translator, instruction: Instruction, offset: int) -> Translation:
    target = run.typed.target(offset)
    if not is_container(target):
        return steps.read_primitive, None
    layout = run.typed.layouts.of(target)
    if layout.measure is not None:
        return _special(specials.read_metered, layout)
    return steps.read_container, layout.copy


def _write(run: Translator, instruction: Instruction, offset: int) -> Translation:
    return steps.write_container if is_container(run.typed.target(offset)) else steps.write_primitive, None


def _arithmetic(step: Step) -> Rule:
    return lambda run, instruction, offset: (step, largest(run.typed.operand(offset)))


def _shift(step: Step) -> Rule:
    return lambda run, instruction, offset: (step, largest(run.typed.operand(offset, 1)))


def _cast(run: Translator, instruction: Instruction, offset: int) -> Translation:
    return steps.cast, largest(CASTS[instruction.op])


def _equality(value_step: Step, reference_step: Step, metered: Special) -> Rule:
    def rule(run: Translator, instruction: Instruction, offset: int) -> Translation:
        compared = run.typed.compared(offset)
        if not is_container(compared):
            is_reference = isinstance(run.typed.operand(offset), Reference)
            return reference_step if is_reference else value_step, None
        measure = run.typed.layouts.of(compared).measure
        return (value_step, None) if measure is None else _special(metered, measure)

    return rule


def _vector_pack(run: Translator, instruction: Instruction, offset: int) -> Translation:
    is_bytes = run.typed.element(instruction) == BYTES.element
    return steps.pack_bytes if is_bytes else steps.pack, instruction.elements


def _vector_unpack(run: Translator, instruction: Instruction, offset: int) -> Translation:
    return steps.unpack_vector, instruction.elements


def _vector_borrow(run: Translator, instruction: Instruction, offset: int) -> Translation:
    if is_container(run.typed.element(instruction)):
        return steps.borrow_container_element, None
    return steps.borrow_primitive_element, None


_EXITS = {
    Op.BRANCH: exits.go_on,
    Op.BR_TRUE: exits.if_true,
    Op.BR_FALSE: exits.if_false,
    Op.VARIANT_SWITCH: exits.switch,
    Op.RET: exits.leave,
    Op.ABORT: exits.abort,
}

_RULES: dict[Op, Rule] = {
    Op.POP: _fixed(steps.pop),
    Op.NOP: _fixed(steps.nothing),
    Op.BRANCH: _fixed(steps.nothing),
    Op.LD_CONST: _constant,
    Op.LD_TRUE: lambda run, instruction, offset: (steps.push, True),
    Op.LD_FALSE: lambda run, instruction, offset: (steps.push, False),
    Op.COPY_LOC: _copy_local,
    Op.MOVE_LOC: lambda run, instruction, offset: (steps.load, instruction.operand),
    Op.ST_LOC: lambda run, instruction, offset: (steps.store, instruction.operand),
    Op.READ_REF: _read,
    Op.WRITE_REF: _write,
    Op.FREEZE_REF: _fixed(steps.nothing),
    Op.ADD: _arithmetic(steps.add),
    Op.SUB: _arithmetic(steps.subtract),
    Op.MUL: _arithmetic(steps.multiply),
    Op.DIV: _arithmetic(steps.divide),
    Op.MOD: _arithmetic(steps.modulo),
    Op.BIT_OR: _arithmetic(steps.bit_or),
    Op.BIT_AND: _arithmetic(steps.bit_and),
    Op.XOR: _arithmetic(steps.xor),
    Op.SHL: _shift(steps.shift_left),
    Op.SHR: _shift(steps.shift_right),
    Op.OR: _fixed(steps.logical_or),
    Op.AND: _fixed(steps.logical_and),
    Op.NOT: _fixed(steps.logical_not),
    Op.EQ: _equality(steps.equal, steps.equal_targets, specials.equal_metered),
    Op.NEQ: _equality(steps.not_equal, steps.not_equal_targets, specials.not_equal_metered),
    Op.LT: _fixed(steps.less),
    Op.GT: _fixed(steps.greater),
    Op.LE: _fixed(steps.less_or_equal),
    Op.GE: _fixed(steps.greater_or_equal),
    Op.VEC_PACK: _vector_pack,
    Op.VEC_UNPACK: _vector_unpack,
    Op.VEC_LEN: _fixed(steps.vector_length),
    Op.VEC_PUSH_BACK: _fixed(steps.push_back),
    Op.VEC_POP_BACK: _fixed(steps.pop_back),
    Op.VEC_SWAP: _fixed(steps.swap),
    **dict.fromkeys(
        (Op.LD_U8, Op.LD_U16, Op.LD_U32, Op.LD_U64, Op.LD_U128, Op.LD_U256),
        lambda run, instruction, offset: (steps.push, instruction.operand),
    ),
    **dict.fromkeys(CASTS, _cast),
    **dict.fromkeys((Op.MUT_BORROW_LOC, Op.IMM_BORROW_LOC), _borrow_local),
    **dict.fromkeys((Op.MUT_BORROW_FIELD, Op.IMM_BORROW_FIELD), _borrow_field),
    **dict.fromkeys((Op.MUT_BORROW_FIELD_GENERIC, Op.IMM_BORROW_FIELD_GENERIC), _borrow_field),
    **dict.fromkeys((Op.CALL, Op.CALL_GENERIC), _call),
    **dict.fromkeys((Op.PACK, Op.PACK_GENERIC), _pack),
    **dict.fromkeys((Op.UNPACK, Op.UNPACK_GENERIC), _fixed(steps.unpack)),
    **dict.fromkeys((Op.PACK_VARIANT, Op.PACK_VARIANT_GENERIC), _pack_variant),
    **dict.fromkeys((Op.UNPACK_VARIANT, Op.UNPACK_VARIANT_GENERIC), _unpack_variant),
    **dict.fromkeys((Op.UNPACK_VARIANT_IMM_REF, Op.UNPACK_VARIANT_MUT_REF), _borrow_variant),
    **dict.fromkeys((Op.UNPACK_VARIANT_GENERIC_IMM_REF, Op.UNPACK_VARIANT_GENERIC_MUT_REF), _borrow_variant),
    **dict.fromkeys((Op.VEC_IMM_BORROW, Op.VEC_MUT_BORROW), _vector_borrow),
}
