"""Types of the operand stack at every instruction (move_bytecode.md: Opcodes).

One abstract run over each basic block under the function's own type parameters: each instruction must find
operands of the types and abilities it needs. The stack is empty where blocks begin and end.
Execution relies on the result; nothing that has not passed here is ever run.
"""

from __future__ import annotations

from dataclasses import dataclass

from walrus_localnet.vm.abilities import Abilities
from walrus_localnet.vm.blocks import Block, basic_blocks, blocks_of
from walrus_localnet.vm.bytecode.module import Code
from walrus_localnet.vm.errors import LinkError
from walrus_localnet.vm.linker import LinkedFunction
from walrus_localnet.vm.operand_rules import MAX_STACK, RULES
from walrus_localnet.vm.operands import Operands
from walrus_localnet.vm.types import Type


@dataclass(frozen=True, slots=True)
class Flow:
    """`blocks` are those some path leads to. Of instruction i, `top[i]` are the two topmost types it finds (the
    last on top), `popped[i]` is how many values it takes off and `pushed[i]` what it leaves. Types name the
    function's type parameters."""

    blocks: dict[int, Block]
    top: tuple[tuple[Type, ...], ...]
    popped: tuple[int, ...]
    pushed: tuple[tuple[Type, ...], ...]


def check_flow(function: LinkedFunction, code: Code, abilities: Abilities) -> Flow:
    """Raises `VerificationError` or `LinkError`."""
    run = Operands(function, code, abilities)
    top: list[tuple[Type, ...]] = []
    popped: list[int] = []
    pushed: list[tuple[Type, ...]] = []
    for block in basic_blocks(code):
        for offset in range(block.start, block.end):
            height = len(run.stack)
            top.append(tuple(run.stack[-2:]))
            pushed.append(_step(run, offset))
            popped.append(height + len(pushed[-1]) - len(run.stack))
        if run.stack:
            run.fail(f"{len(run.stack)} values stay on the stack at the end of a block")
    return Flow(blocks_of(code), tuple(top), tuple(popped), tuple(pushed))


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
