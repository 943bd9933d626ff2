"""Damaged code: either refused with one of the machine's errors, or harmless.

Instructions of the sample programs are changed at random. What the verifier accepts is run by both engines, which
must agree and never fail in any way a Move program cannot.
"""

from __future__ import annotations

import copy
import random

import pytest

from walrus_localnet.vm import ExecutionError, Machine, Meter, Package, Reference

TRIES = 60


def outcomes(trial, arguments, world):
    for engine in ("generated", "interpreted"):
        machine = Machine(Instead(trial.published.packages, trial.package()), engine)
        yield run(trial, machine, copy.deepcopy(arguments), copy.deepcopy(world))


def run(trial, machine, arguments, world):
    meter = Meter(20_000)
    call = (trial.published.samples, trial.name, trial.function, (), arguments, world, meter)
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
def test_damaged_code(published, assembler, damage, random_values, seed):
    chance = random.Random(seed)
    values = random_values(published.machine, chance)
    accepted = 0
    for _ in range(TRIES):
        trial = damage.Trial(published, assembler, damage.MODULES[seed % len(damage.MODULES)], chance)
        if not trial.is_accepted():
            continue
        accepted += 1
        info = published.machine.function(published.samples, trial.name, trial.function)
        if info.type_parameters:
            continue
        arguments = [values.argument(type_) for type_ in info.parameters]
        one, other = outcomes(trial, arguments, published.world)
        assert one == other, (trial.name, trial.function, arguments)
        results = one[0] if isinstance(one[0], list) else []
        for type_, value in zip(info.returns, results, strict=bool(results)):
            if not isinstance(type_, Reference):
                published.machine.to_bytes(type_, value)
    assert accepted >= TRIES // 20
