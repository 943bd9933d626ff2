"""What arithmetic, comparisons and logic write.

Integers are Python's, so every result that may leave its type is compared with the largest value of that type.
"""

from __future__ import annotations

from walrus_localnet.vm.bytecode.opcodes import Instruction
from walrus_localnet.vm.generator.block import BlockWriter, Rule
from walrus_localnet.vm.generator.expressions import Expr
from walrus_localnet.vm.operand_rules import CASTS
from walrus_localnet.vm.typed_code import largest
from walrus_localnet.vm.types import Reference, Type, is_container


def checked(operator: str, message: str) -> Rule:
    """Addition and multiplication, which may pass the largest value."""

    def rule(block: BlockWriter, instruction: Instruction) -> None:
        limit = largest(block.typed.operand(block.offset))
        right, left = block.pop(), block.pop()
        result = block.temporary(f"{left.text}{operator}{right.text}")
        block.fail_if(f"{result}>{limit}", message)
        block.stack.append(Expr(result))

    return rule


def subtract(block: BlockWriter, instruction: Instruction) -> None:
    right, left = block.pop(), block.pop()
    result = block.temporary(f"{left.text}-{right.text}")
    block.fail_if(f"{result}<0", "a subtraction below zero")
    block.stack.append(Expr(result))


def divide(operator: str) -> Rule:
    def rule(block: BlockWriter, instruction: Instruction) -> None:
        right, left = block.pop(), block.pop()
        if not right.text.isdecimal() or right.text == "0":
            right = block.simple(right)
            block.fail_if(f"not {right.text}", "a division by zero")
        block.push(f"({left.text}{operator}{right.text})", left, right)

    return rule


def binary(operator: str) -> Rule:
    """An operation on two values that cannot fail."""

    def rule(block: BlockWriter, instruction: Instruction) -> None:
        right, left = block.pop(), block.pop()
        block.push(f"({left.text}{operator}{right.text})", left, right)

    return rule


def shift(operator: str) -> Rule:
    def rule(block: BlockWriter, instruction: Instruction) -> None:
        limit = largest(block.typed.operand(block.offset, 1))
        bits, value = block.pop(), block.pop()
        width = limit.bit_length()
        if width < 256 and not (bits.text.isdecimal() and int(bits.text) < width):
            bits = block.simple(bits)
            block.fail_if(f"{bits.text}>={width}", f"a shift of {width} bits by as many or more")
        mask = f"&{limit}" if operator == "<<" else ""
        block.push(f"({value.text}{operator}{bits.text}{mask})", value, bits)

    return rule


def cast(block: BlockWriter, instruction: Instruction) -> None:
    limit = largest(CASTS[instruction.op])
    if largest(block.typed.operand(block.offset)) <= limit:
        return
    value = block.pop_simple()
    block.fail_if(f"{value.text}>{limit}", f"a cast of a number above {limit}")
    block.stack.append(value)


def negate(block: BlockWriter, instruction: Instruction) -> None:
    value = block.pop()
    block.push(f"(not {value.text})", value)


def equality(operator: str) -> Rule:
    def rule(block: BlockWriter, instruction: Instruction) -> None:
        compared = block.typed.compared(block.offset)
        is_reference = isinstance(block.typed.operand(block.offset), Reference)
        right, left = block.pop(), block.pop()
        if is_container(compared):
            _compare_containers(block, operator, left, right, compared)
        elif is_reference:
            left, right = (part if part.slot else block.simple(part) for part in (left, right))
            block.push(f"({left.target}{operator}{right.target})", left, right, memory=True)
        else:
            block.push(f"({left.text}{operator}{right.text})", left, right)

    return rule


def _compare_containers(block: BlockWriter, operator: str, left: Expr, right: Expr, type_: Type) -> None:
    measure = block.typed.layouts.of(type_).measure
    if measure is not None:
        right = block.simple(right)
        block.charge(f"{block.names.bind('q', measure)}({right.text})")
    block.push_name(f"{left.text}{operator}{right.text}")
