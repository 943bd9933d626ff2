"""Types of the operand stack at every instruction (move_bytecode.md: Opcodes).

One abstract run over a function's code under its own type parameters: each instruction must find operands of the
types and abilities it needs, and where paths join they must bring the same stack. Execution relies on the result;
nothing that has not passed here is ever run.
"""

from __future__ import annotations

from dataclasses import dataclass

from walrus_localnet.vm.abilities import Abilities
from walrus_localnet.vm.blocks import Block, blocks_of
from walrus_localnet.vm.bytecode.module import Code
from walrus_localnet.vm.errors import LinkError
from walrus_localnet.vm.linker import LinkedFunction
from walrus_localnet.vm.operand_rules import MAX_STACK, RULES
from walrus_localnet.vm.operands import Operands
from walrus_localnet.vm.types import Type

MAX_WORK = 2_000_000
"""Values on the stack, summed over all ends of blocks, before a function is refused as too complex."""


@dataclass(frozen=True, slots=True)
class Flow:
    """`heights` is the size of the stack at the start of each block that some path leads to. Of instruction i,
    `top[i]` are the two topmost types it finds (the last on top), `popped[i]` is how many values it takes off and
    `pushed[i]` what it leaves. Types name the function's type parameters."""

    blocks: dict[int, Block]
    heights: dict[int, int]
    top: tuple[tuple[Type, ...], ...]
    popped: tuple[int, ...]
    pushed: tuple[tuple[Type, ...], ...]


def check_flow(function: LinkedFunction, code: Code, abilities: Abilities) -> Flow:
    """Raises `VerificationError` or `LinkError`."""
    run = Operands(function, code, abilities)
    blocks = blocks_of(code)
    size = len(code.instructions)
    top: list[tuple[Type, ...]] = [()] * size
    popped = [0] * size
    pushed: list[tuple[Type, ...]] = [()] * size
    entries: dict[int, tuple[Type, ...]] = {0: ()}
    known: dict[tuple[Type, ...], tuple[Type, ...]] = {}
    waiting, work = [0], 0
    while waiting:
        block = blocks[waiting.pop()]
        run.stack = list(entries[block.start])
        for offset in range(block.start, block.end):
            height, top[offset] = len(run.stack), tuple(run.stack[-2:])
            pushed[offset] = _step(run, offset)
            popped[offset] = height + len(pushed[offset]) - len(run.stack)
        work += len(run.stack)
        if work > MAX_WORK:
            run.fail("too many values wait on the stack between blocks")
        after = tuple(run.stack)
        after = known.setdefault(after, after)
        for successor in block.successors:
            if successor not in entries:
                entries[successor] = after
                waiting.append(successor)
            elif entries[successor] != after:
                run.fail(f"paths to instruction {successor} bring different stacks")
    reached = {start: blocks[start] for start in sorted(entries)}
    heights = {start: len(entries[start]) for start in reached}
    return Flow(reached, heights, tuple(top), tuple(popped), tuple(pushed))


def _step(run: Operands, offset: int) -> tuple[Type, ...]:
    """What the instruction pushes; its operands are off the stack and its results on it afterwards."""
    run.offset = offset
    instruction = run.code.instructions[offset]
    try:
        results = RULES[instruction.op](run, instruction)
    except LinkError as error:
        raise LinkError(f"{error.message} (in {run.function}, instruction {offset})") from error
    run.stack.extend(results)
    if len(run.stack) > MAX_STACK:
        run.fail(f"the stack grows above {MAX_STACK} values")
    return results
