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


def basic_blocks(code: Code) -> tuple[Block, ...]:
    """The code cut after every jump and before every place one leads to, whether any path leads there or not."""
    starts = sorted(_leaders(code))
    ends = [*starts[1:], len(code.instructions)]
    return tuple(Block(start, end, _successors(code, end)) for start, end in zip(starts, ends, strict=True))


def blocks_of(code: Code) -> dict[int, Block]:
    """The blocks that some path leads to, by their start, in code order.

    A basic block that only the one before it leads to, with nowhere else to go, is part of that one.
    """
    basic = basic_blocks(code)
    entered = Counter(successor for block in basic for successor in block.successors)
    blocks: dict[int, Block] = {}
    last = Block(0, 0, ())
    for block in basic:
        is_continued = last.successors == (block.start,) and entered[block.start] == 1
        last = Block(last.start, block.end, block.successors) if is_continued else block
        blocks[last.start] = last
    return {start: blocks[start] for start in sorted(_reached(blocks))}


def _reached(blocks: dict[int, Block]) -> set[int]:
    found, waiting = {0}, [0]
    while waiting:
        for successor in blocks[waiting.pop()].successors:
            if successor not in found:
                found.add(successor)
                waiting.append(successor)
    return found


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
