"""The two engines against each other: every function of the framework and the samples, with random arguments.

Results, what happened to arguments and world, gas, and failures with their places must be the same.
"""

from __future__ import annotations

import copy
import random

import pytest

from walrus_localnet.vm import (
    ADDRESS,
    BOOL,
    U8,
    U64,
    U128,
    Ability,
    Datatype,
    ExecutionError,
    FunctionInfo,
    Machine,
    Meter,
    Reference,
    Vector,
    is_container,
    substitute,
)
from walrus_localnet.vm.types import Primitive

GAS = 60_000
ROUNDS = 6


class Values:
    """Random values of any type."""

    def __init__(self, machine: Machine, chance: random.Random) -> None:
        self.machine = machine
        self.chance = chance

    def of(self, type_):
        if isinstance(type_, Vector):
            elements = [self.of(type_.element) for _ in range(self.chance.choice([0, 1, 2, 3, 8, 32]))]
            return bytearray(elements) if type_.element is U8 else elements
        if isinstance(type_, Datatype):
            return self.datatype(type_)
        assert isinstance(type_, Primitive)
        if type_ is BOOL:
            return self.chance.random() < 0.5
        if not type_.bits:
            return self.chance.choice([bytes(32), bytes(31) + b"\x07", self.chance.randbytes(32)])
        edges = [0, 1, 2, 3, 7, 8, 63, 64, 2 ** (type_.bits - 1), 2**type_.bits - 1]
        if self.chance.random() < 0.6:
            return self.chance.choice(edges) % 2**type_.bits
        return self.chance.getrandbits(self.chance.randint(1, type_.bits))

    def datatype(self, type_):
        info = self.machine.datatype(type_.package, type_.module, type_.name)
        if info.variants is None:
            return [self.of(substitute(field.type, type_.type_args)) for field in info.fields]
        tag = self.chance.randrange(len(info.variants))
        fields = info.variants[tag].fields
        return [tag, *(self.of(substitute(field.type, type_.type_args)) for field in fields)]

    def argument(self, type_):
        """A value, or a reference to one in a cell of its own."""
        if isinstance(type_, Reference):
            return Machine.borrow([self.of(type_.target)], type_.target, type_.mutable)
        return self.of(type_)


def type_arguments(sandbox, info: FunctionInfo, chance: random.Random):
    """Concrete types with the abilities a function asks for."""
    coin = Datatype(sandbox.sui, "coin", "Coin", (Datatype(sandbox.sui, "sui", "SUI"),))
    some = [U8, U64, U128, BOOL, ADDRESS, Vector(U8), Vector(Vector(U64)), sandbox.type("values::Line")]
    some += [sandbox.type("values::Shape"), sandbox.type("values::Box", U64), coin]
    fitting = []
    for needed in info.type_parameters:
        choice = [type_ for type_ in some if not needed & ~sandbox.machine.abilities(type_)]
        if not choice:
            return None
        fitting.append(chance.choice(choice))
    return tuple(fitting)


def outcome(sandbox, package, module, function, type_args, arguments):
    world = copy.deepcopy(sandbox.world)
    meter = Meter(GAS)
    try:
        result = sandbox.machine.call(package, module, function, type_args, arguments, world, meter)
        failure = None
    except ExecutionError as error:
        result, failure = None, (type(error), error.location, getattr(error, "abort_code", None))
    return {"result": result, "failure": failure, "arguments": arguments, "gas": meter.used, "world": world}


@pytest.fixture(scope="module")
def both(sandbox_class):
    return sandbox_class("generated"), sandbox_class("interpreted")


@pytest.mark.parametrize("name", ["std", "sui", "samples"])
def test_every_function(both, name):
    generated, interpreted = both
    package = getattr(generated, name)
    chance = random.Random(20)
    values = Values(generated.machine, chance)
    compared = succeeded = 0
    for module in generated.packages.package(package).modules:
        for info in generated.machine.functions(package, module):
            for _ in range(ROUNDS):
                type_args = type_arguments(generated, info, chance)
                if type_args is None:
                    break
                arguments = [values.argument(substitute(type_, type_args)) for type_ in info.parameters]
                call = (package, module, info.name, type_args)
                one = outcome(generated, *call, copy.deepcopy(arguments))
                other = outcome(interpreted, *call, copy.deepcopy(arguments))
                assert one == other, (module, info.name, type_args, arguments)
                compared += 1
                succeeded += one["failure"] is None
    assert succeeded > compared // 3
    assert compared > {"std": 900, "sui": 2000, "samples": 500}[name]


def test_the_random_values_fit_their_types(both):
    machine = both[0].machine
    values = Values(machine, random.Random(5))
    for name in ("values::Line", "values::Shape", "objects::Thing"):
        type_ = both[0].type(name)
        for _ in range(20):
            value = values.of(type_)
            assert machine.from_bytes(type_, machine.to_bytes(type_, value)) == value
            assert is_container(type_)
    assert machine.abilities(both[0].type("objects::Thing")) & Ability.KEY
