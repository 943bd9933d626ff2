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
    Meter,
    Vector,
    is_container,
    substitute,
)

GAS = 60_000
ROUNDS = 3


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
def test_every_function(both, random_values, name):
    generated, interpreted = both
    package = getattr(generated, name)
    chance = random.Random(20)
    values = random_values(generated.machine, chance)
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
    assert compared > {"std": 450, "sui": 1000, "samples": 250}[name]


def test_the_random_values_fit_their_types(both, random_values):
    machine = both[0].machine
    values = random_values(machine, random.Random(5))
    for name in ("values::Line", "values::Shape", "objects::Thing"):
        type_ = both[0].type(name)
        for _ in range(20):
            value = values.of(type_)
            assert machine.from_bytes(type_, machine.to_bytes(type_, value)) == value
            assert is_container(type_)
    assert machine.abilities(both[0].type("objects::Thing")) & Ability.KEY
