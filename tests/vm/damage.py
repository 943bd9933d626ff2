"""Sample programs with instructions changed at random."""

from __future__ import annotations

import dataclasses
import random

from walrus_localnet.vm import LinkError, MalformedModule, Package, VerificationError
from walrus_localnet.vm.bytecode import Op, read_module
from walrus_localnet.vm.bytecode.module import Code
from walrus_localnet.vm.bytecode.opcodes import OPERAND_OF, Instruction, Operand

MODULES = ("values", "control", "arithmetic", "objects")


def damaged(code: Code, chance: random.Random) -> Code:
    """The same code with up to three instructions changed, moved, doubled or left out."""
    instructions = list(code.instructions)
    for _ in range(chance.choice([1, 1, 2, 3])):
        position = chance.randrange(len(instructions))
        kind = chance.randrange(6)
        if kind == 0:
            instructions[position] = random_instruction(chance)
        elif kind == 1:
            old = instructions[position]
            same = [op for op in Op if OPERAND_OF[op] is OPERAND_OF[old.op]]
            instructions[position] = old._replace(op=chance.choice(same))
        elif kind == 2:
            instructions[position] = instructions[position]._replace(operand=chance.randrange(8))
        elif kind == 3 and len(instructions) > 1:
            del instructions[position]
        elif kind == 4:
            instructions.insert(position, instructions[chance.randrange(len(instructions))])
        else:
            other = chance.randrange(len(instructions))
            instructions[position], instructions[other] = instructions[other], instructions[position]
    return dataclasses.replace(code, instructions=tuple(instructions))


def random_instruction(chance: random.Random) -> Instruction:
    op = chance.choice(list(Op))
    elements = chance.randrange(4) if OPERAND_OF[op] is Operand.ELEMENTS else 0
    return Instruction(op, chance.randrange(6), elements)


class Trial:
    """One sample module damaged in one function."""

    def __init__(self, published, assembler, name: str, chance: random.Random) -> None:
        self.published = published
        module = read_module(published.packages.package(published.samples).modules[name])
        index = chance.choice([i for i, function in enumerate(module.functions) if function.code])
        changed = dataclasses.replace(module.functions[index], code=damaged(module.functions[index].code, chance))
        functions = (*module.functions[:index], changed, *module.functions[index + 1 :])
        self.name = name
        self.function = module.function_name(changed)
        self.data = assembler.write_module(dataclasses.replace(module, functions=functions))

    def package(self) -> Package:
        whole = self.published.packages.package(self.published.samples)
        return dataclasses.replace(whole, modules={self.name: self.data})

    def is_accepted(self) -> bool:
        try:
            self.published.machine.verify(self.package())
        except (MalformedModule, VerificationError, LinkError):
            return False
        return True
