"""Control flow that has no structured form: a loop over a block number, chosen by a binary tree of comparisons."""

from __future__ import annotations

from collections.abc import Mapping

from walrus_localnet.vm.bytecode.module import Code
from walrus_localnet.vm.bytecode.opcodes import Op
from walrus_localnet.vm.generator.block import Written


def dispatched(code: Code, written: Mapping[int, Written]) -> list[str]:
    """The function's body."""
    starts = sorted(written)
    number = {start: index for index, start in enumerate(starts)}

    def tree(low: int, high: int, indent: int) -> list[str]:
        pad = " " * indent
        if high - low == 1:
            block = written[starts[low]]
            return [pad + line for line in (*block.lines, *_goto(code, block, number))]
        middle = (low + high) // 2
        return [
            f"{pad}if pc<{middle}:",
            *tree(low, middle, indent + 1),
            f"{pad}else:",
            *tree(middle, high, indent + 1),
        ]

    return [" pc=0", " while True:", *tree(0, len(starts), 2)]


def _goto(code: Code, written: Written, number: Mapping[int, int]) -> list[str]:
    targets = [number[start] for start in written.block.successors]
    if not targets:
        return []
    if written.choice is None:
        return [f"pc={targets[0]}"]
    last = code.instructions[written.block.end - 1].op
    if last is Op.VARIANT_SWITCH:
        return [f"pc={tuple(targets)}[{written.choice}]"]
    then, otherwise = targets if last is Op.BR_FALSE else targets[::-1]
    return [f"pc={then} if {written.choice} else {otherwise}"]
