"""Damaged code: either refused with one of the machine's errors, or harmless.

Instructions of the sample programs are changed at random. What the verifier accepts is run by both engines, which
must agree and never fail in any way a Move program cannot.
"""

from __future__ import annotations

import copy
import dataclasses
import random

import pytest

from walrus_localnet.vm import LinkError, Machine, MalformedModule, Meter, Package, Reference, VerificationError
from walrus_localnet.vm.bytecode import Op, read_module
from walrus_localnet.vm.bytecode.module import Code
from walrus_localnet.vm.bytecode.opcodes import OPERAND_OF, Instruction, Operand
from walrus_localnet.vm.errors import ExecutionError

MODULES = ("values", "control", "arithmetic", "objects")
TRIES = 60


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

    def outcomes(self, arguments, world):
        for engine in ("generated", "interpreted"):
            machine = Machine(Instead(self.published.packages, self.package()), engine)
            yield self.run(machine, copy.deepcopy(arguments), copy.deepcopy(world))

    def run(self, machine, arguments, world):
        meter = Meter(20_000)
        call = (self.published.samples, self.name, self.function, (), arguments, world, meter)
        try:
            result = machine.call(*call)
        except ExecutionError as error:
            result = (type(error), error.location, getattr(error, "abort_code", None))
        return result, arguments, world, meter.used


class Instead:
    """A source with one package replaced."""

    def __init__(self, source, package: Package) -> None:
        self.source = source
        self.replaced = package

    def package(self, storage_id: bytes) -> Package | None:
        return self.replaced if storage_id == self.replaced.storage_id else self.source.package(storage_id)


@pytest.mark.parametrize("seed", range(4))
def test_damaged_code(published, assembler, random_values, seed):
    chance = random.Random(seed)
    values = random_values(published.machine, chance)
    accepted = 0
    for _ in range(TRIES):
        trial = Trial(published, assembler, MODULES[seed % len(MODULES)], chance)
        if not trial.is_accepted():
            continue
        accepted += 1
        info = published.machine.function(published.samples, trial.name, trial.function)
        if info.type_parameters:
            continue
        arguments = [values.argument(type_) for type_ in info.parameters]
        one, other = trial.outcomes(arguments, published.world)
        assert one == other, (trial.name, trial.function, arguments)
        results = one[0] if isinstance(one[0], list) else []
        for type_, value in zip(info.returns, results, strict=bool(results)):
            if not isinstance(type_, Reference):
                published.machine.to_bytes(type_, value)
    assert accepted >= TRIES // 20
