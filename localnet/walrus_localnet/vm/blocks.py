"""Code as basic blocks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from walrus_localnet.vm.bytecode.module import Code
from walrus_localnet.vm.bytecode.opcodes import ENDS, JUMPS, Op


@dataclass(frozen=True, slots=True)
class Block:
    """Instructions `start` to `end` (exclusive), and the starts of the blocks that may follow: for a conditional
    branch the next block, then the target; for a variant switch the targets by tag."""

    start: int
    end: int
    successors: tuple[int, ...]


def blocks_of(code: Code) -> dict[int, Block]:
    """All blocks by their start, in code order.

    A block that only the one before it leads to, with nowhere else to go, is part of that one.
    """
    starts = sorted(_leaders(code))
    ends = [*starts[1:], len(code.instructions)]
    blocks: dict[int, Block] = {}
    entered = Counter({0: 1})
    for end in ends:
        entered.update(_successors(code, end))
    last = Block(0, 0, ())
    for start, end in zip(starts, ends, strict=True):
        is_continued = last.successors == (start,) and entered[start] == 1
        last = Block(last.start if is_continued else start, end, _successors(code, end))
        blocks[last.start] = last
    return blocks


def _leaders(code: Code) -> set[int]:
    found = {0}
    for offset, instruction in enumerate(code.instructions):
        if instruction.op is Op.VARIANT_SWITCH:
            found.update(code.jump_tables[instruction.operand].targets)
        elif instruction.op in JUMPS:
            found.add(instruction.operand)
        if (instruction.op in JUMPS or instruction.op in ENDS) and offset + 1 < len(code.instructions):
            found.add(offset + 1)
    return found


def _successors(code: Code, end: int) -> tuple[int, ...]:
    last = code.instructions[end - 1]
    if last.op is Op.VARIANT_SWITCH:
        return code.jump_tables[last.operand].targets
    if last.op is Op.BRANCH:
        return (last.operand,)
    if last.op in JUMPS:
        return (end, last.operand)
    return () if last.op in ENDS else (end,)
