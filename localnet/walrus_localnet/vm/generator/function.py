"""The Python source of one function instance."""

from __future__ import annotations

from walrus_localnet.vm.blocks import Block
from walrus_localnet.vm.bytecode.opcodes import Op
from walrus_localnet.vm.generator.block import BlockWriter, Written
from walrus_localnet.vm.generator.dispatch import dispatched
from walrus_localnet.vm.generator.names import Names
from walrus_localnet.vm.generator.rules import RULES, Callee, write_call
from walrus_localnet.vm.generator.structure import Structurer, TooComplexError
from walrus_localnet.vm.typed_code import TypedCode
from walrus_localnet.vm.types import Reference, is_container

_BORROWS = (Op.MUT_BORROW_LOC, Op.IMM_BORROW_LOC)


def source_of(name: str, typed: TypedCode, names: Names, callee: Callee) -> str:
    """A function `name(x, d, l0, l1, …)` of the execution, the depth of calls so far and the Move arguments."""
    cells = _cells(typed)
    written = {
        start: _write(BlockWriter(typed, names, cells, block), block, callee)
        for start, block in typed.flow.blocks.items()
    }
    parameters = range(len(typed.function.parameters))
    head = [f"def {name}({','.join(['x', 'd', *(f'l{index}' for index in parameters)])}):", " m=x.meter"]
    head += [f" l{index}=[l{index}]" for index in sorted(cells) if index in parameters]
    try:
        body = Structurer(typed.code, written).structured()
    except TooComplexError:
        body = dispatched(typed.code, written)
    return "\n".join([*head, *body, ""])


def _cells(typed: TypedCode) -> frozenset[int]:
    borrowed = {instruction.operand for instruction in typed.code.instructions if instruction.op in _BORROWS}
    return frozenset(
        index
        for index in borrowed
        if not is_container(type_ := typed.local(index)) and not isinstance(type_, Reference)
    )


def _write(writer: BlockWriter, block: Block, callee: Callee) -> Written:
    writer.charge(str(block.end - block.start))
    for instruction in writer.instructions():
        if instruction.op in (Op.CALL, Op.CALL_GENERIC):
            write_call(writer, instruction, callee)
        elif instruction.op in (Op.BR_TRUE, Op.BR_FALSE):
            writer.written.choice = writer.pop().text
        elif instruction.op is Op.VARIANT_SWITCH:
            value = writer.pop()
            writer.written.choice = writer.temporary(f"{value.text}[0]")
        else:
            RULES[instruction.op](writer, instruction)
    return writer.written
