"""Control flow of any shape: random graphs of blocks run the same in both engines.

The generator writes `if` and `while` where it can and a dispatch loop where it cannot; the interpreter just jumps.
Most of these graphs have loops with two ways in and would not pass the verifier.
"""

from __future__ import annotations

import random

import pytest

from walrus_localnet.vm import U64, Machine, Meter, OutOfGas, Package
from walrus_localnet.vm.bytecode import Instruction, Op, read_module
from walrus_localnet.vm.execution import Knowledge
from walrus_localnet.vm.generator import Generator

INPUTS = (0, 1, 2**64 - 1, 0x5555555555555555, 0x123456789ABCDEF0)


def random_code(chance: random.Random, blocks: int) -> tuple[Instruction, ...]:
    """A function of one u64: each block mixes its number into an accumulator, counts, and goes somewhere.

    Local 0 is the accumulator and the source of decisions, local 1 the count of blocks entered.
    """
    bodies = [body(number, chance) for number in range(blocks)]
    starts, offset = [], 2
    for number, (instructions, kind) in enumerate(bodies):
        starts.append(offset)
        last = number == blocks - 1
        offset += len(instructions) + {"end": 2, "jump": 1, "branch": 7 if last else 6}[kind]
    code = [Instruction(Op.LD_U64, 0), Instruction(Op.ST_LOC, 1)]
    for number, (instructions, kind) in enumerate(bodies):
        code += instructions
        targets = [chance.choice(starts) for _ in range(2)]
        if kind == "end":
            code += [Instruction(Op.MOVE_LOC, 0), Instruction(Op.RET)]
        elif kind == "jump":
            code.append(Instruction(Op.BRANCH, targets[0]))
        else:
            code += decision(chance, targets[0])
            if number == blocks - 1:
                code.append(Instruction(Op.BRANCH, targets[1]))
    return tuple(code)


def body(number: int, chance: random.Random) -> tuple[list[Instruction], str]:
    """Mix, count, and return once the fuel is used up."""
    mix = [(Op.MOVE_LOC, 0), (Op.LD_U8, 7), (Op.SHR, 0), (Op.LD_U64, 0x9E3779B97F4A7C15 ^ number * 0x1234567)]
    mix += [(Op.XOR, 0), (Op.ST_LOC, 0)]
    count = [(Op.MOVE_LOC, 1), (Op.LD_U64, 1), (Op.ADD, 0), (Op.ST_LOC, 1)]
    kind = chance.choices(["end", "jump", "branch"], [1, 3, 6])[0]
    return [Instruction(*part) for part in mix + count], kind


def decision(chance: random.Random, target: int) -> list[Instruction]:
    """Jump if a bit of the accumulator is set, or not."""
    op = chance.choice([Op.BR_TRUE, Op.BR_FALSE])
    bit = 1 << chance.randrange(40)
    parts = [(Op.COPY_LOC, 0), (Op.LD_U64, bit), (Op.BIT_AND, 0), (Op.LD_U64, 0), (Op.GT, 0), (op, target)]
    return [Instruction(*part) for part in parts]


class Source:
    """The framework and one package with one module."""

    def __init__(self, published, data):
        self.published = published
        whole = published.packages.package(published.samples)
        self.only = Package(whole.storage_id, whole.original_id, 1, {"values": data}, whole.linkage)

    def package(self, storage_id):
        if storage_id == self.only.storage_id:
            return self.only
        return self.published.packages.package(storage_id)


def assembled(published, assembler, code):
    module = read_module(published.packages.package(published.samples).modules["values"])
    data = assembler.Assembler(module).function(code, parameters=[U64], returns=[U64], locals_=[U64])
    return Source(published, data)


def run(source, engine, value, world):

    meter = Meter(3_000)
    machine = Machine(source, engine)
    try:
        result = machine.call(source.only.storage_id, "values", "added", (), [value], world, meter)
    except OutOfGas as error:
        result = error.location
    return result, meter.used


@pytest.mark.parametrize("blocks", [1, 2, 3, 4, 6, 9, 14, 25])
def test_random_graphs(published, assembler, blocks):
    chance = random.Random(blocks)
    for _ in range(15):
        source = assembled(published, assembler, random_code(chance, blocks))
        for value in INPUTS:
            one = run(source, "generated", value, published.world)
            assert one == run(source, "interpreted", value, published.world)


def text_of(published, assembler, code):
    knowledge = Knowledge(assembled(published, assembler, code))
    function = knowledge.linker.root(published.samples).module("values").function("added")
    return Generator(knowledge).source(function, ())


def test_a_loop_with_two_ways_in_is_dispatched(published, assembler):
    code = assembler.code_of(
        (Op.COPY_LOC, 0), (Op.LD_U64, 1), Op.GT, (Op.BR_TRUE, 8),
        (Op.MOVE_LOC, 0), (Op.LD_U64, 1), Op.BIT_OR, (Op.ST_LOC, 0),
        (Op.MOVE_LOC, 0), (Op.LD_U64, 2), Op.DIV, (Op.ST_LOC, 0),
        (Op.COPY_LOC, 0), (Op.LD_U64, 5), Op.GT, (Op.BR_TRUE, 4),
        (Op.MOVE_LOC, 0), Op.RET,
    )  # fmt: skip
    assert "pc=" in text_of(published, assembler, code)
    source = assembled(published, assembler, code)
    for value in (0, 1, 2, 9, 1000, 2**64 - 1):
        one = run(source, "generated", value, published.world)
        assert one == run(source, "interpreted", value, published.world)


def test_source_loops_become_python_loops(published):
    knowledge = Knowledge(published.packages)
    linked = knowledge.linker.root(published.samples)
    generator = Generator(knowledge)
    functions = [
        function for module in ("control", "values", "bench") for function in linked.module(module).functions
    ]
    plain = [function for function in functions if not function.type_parameters]
    dispatched = {function.name for function in plain if "pc=" in generator.source(function, ())}
    assert len(plain) > 40
    # only the one that leaves two loops at once
    assert dispatched == {"nested"}


def test_very_long_code_still_compiles(published, assembler):
    """More blocks in a row than Python could nest."""
    step = [(Op.COPY_LOC, 0), (Op.LD_U64, 3), Op.GT, (Op.BR_FALSE, 0), (Op.MOVE_LOC, 0), (Op.LD_U64, 1), Op.XOR]
    code = []
    for _ in range(300):
        following = len(code) + len(step) + 1
        code += [*step[:3], (Op.BR_FALSE, following), *step[4:], (Op.ST_LOC, 0)]
    source = assembled(published, assembler, assembler.code_of(*code, (Op.MOVE_LOC, 0), Op.RET))
    published.machine.verify(source.only)
    for value in (0, 3, 4, 1000):
        one = run(source, "generated", value, published.world)
        assert one == run(source, "interpreted", value, published.world)
