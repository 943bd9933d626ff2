"""The official Move machine agrees: the sample programs run there with random arguments.

What our machine makes of each call is written down as a Move unit test (the result's bytes, or the expected
failure and its module), and the official runner decides. Curve arithmetic is left out: that runner only pretends.
"""

from __future__ import annotations

import copy
import random
import shutil
from pathlib import Path

import pytest

from walrus_localnet.move.compiler import Compiler
from walrus_localnet.move.errors import CompilerUnavailable
from walrus_localnet.move.framework import framework_directory
from walrus_localnet.move.package import Package
from walrus_localnet.vm import ADDRESS, BOOL, U8, MoveAbort, Primitive, PrimitiveError, Reference, Vector

SAMPLES = Path(__file__).parent / "samples"
MODULES = ("arithmetic", "control", "values", "natives")
ROUNDS = 6
INDEX_OUT_OF_BOUNDS, POP_OF_EMPTY = 1, 2
"""How the official machine numbers vector errors."""
LEFT_OUT = {"control::forever", "control::named_abort", "control::depth", "control::fibonacci"} | {
    f"natives::{name}" for name in ("min_pk", "min_sig", "g1_add", "g1_sub", "g1_sum", "g1_uncompressed")
}
"""Endless, an error code that names a source line, calls whose random arguments make them run for ages, curves."""


def literal(type_, value):
    """A value as Move source."""
    if isinstance(type_, Vector):
        if type_.element is U8:
            return f'x"{bytes(value).hex()}"'
        return f"vector[{', '.join(literal(type_.element, item) for item in value)}]"
    if type_ is BOOL:
        return str(value).lower()
    return f"@0x{value.hex()}" if type_ is ADDRESS else f"{value}{type_}"


def is_plain(type_):
    return isinstance(type_, Primitive) or (isinstance(type_, Vector) and is_plain(type_.element))


def plain_functions(sandbox):
    for module in MODULES:
        for info in sandbox.machine.functions(sandbox.samples, module):
            fits = info.visibility == "public" and not info.type_parameters
            fits = fits and all(map(is_plain, info.parameters)) and len(info.returns) == 1
            if fits and not isinstance(info.returns[0], Reference) and f"{module}::{info.name}" not in LEFT_OUT:
                yield module, info


def located(sandbox, error):
    names = {sandbox.std: "std", sandbox.sui: "sui", sandbox.samples: "samples"}
    return f"location = {names[error.location.package]}::{error.location.module}"


def move_test(sandbox, number, module, info, arguments):
    """One Move unit test that expects what our machine does."""
    call = f"samples::{module}::{info.name}({', '.join(map(literal, info.parameters, arguments))})"
    name = f"fun t{number}_{info.name}()"
    try:
        (result,) = sandbox.call(f"{module}::{info.name}", *copy.deepcopy(arguments), gas=10**6)
    except MoveAbort as abort:
        place = located(sandbox, abort)
        return f"#[test, expected_failure(abort_code = {abort.abort_code}, {place})]\n{name} {{ {call}; }}"
    except PrimitiveError as error:
        kind = "arithmetic_error"
        if "vector" in error.message:
            kind = (
                f"vector_error, minor_status = {POP_OF_EMPTY if 'pop' in error.message else INDEX_OUT_OF_BOUNDS}"
            )
        place = located(sandbox, error)
        return f"#[test, expected_failure({kind}, {place})]\n{name} {{ {call}; }}"
    data = sandbox.machine.to_bytes(info.returns[0], result)
    return f'#[test]\n{name} {{ assert!(std::bcs::to_bytes(&{call}) == x"{data.hex()}"); }}'


@pytest.mark.peer
def test_the_official_machine_agrees(published, random_values, tmp_path):
    try:
        compiler = Compiler()
    except CompilerUnavailable as unavailable:
        pytest.skip(str(unavailable))
    chance = random.Random(11)
    values = random_values(published.machine, chance)
    tests = []
    for module, info in plain_functions(published):
        for _ in range(ROUNDS if info.parameters else 1):
            arguments = [small(type_, values.of(type_), module) for type_ in info.parameters]
            tests.append(move_test(published, len(tests), module, info, arguments))
    package = tmp_path / "samples"
    shutil.copytree(SAMPLES / "sources", package / "sources")
    shutil.copy(SAMPLES / "Move.toml", package)
    (package / "tests").mkdir()
    body = "\n\n".join(tests)
    (package / "tests" / "generated.move").write_text(
        f"#[test_only, allow(unused_trailing_semi)]\nmodule samples::generated;\n\n{body}\n"
    )
    report = compiler.test(Package.load(package, framework_directory()))
    assert len(report.results) == len(tests) > 300
    assert report.passed, report.text[-4000:]
    assert sum("expected_failure" in test for test in tests) > 50


def small(type_, value, module):
    """Counts of rounds stay small; operands of arithmetic may be anything."""
    return value % 40 if module != "arithmetic" and isinstance(type_, Primitive) and type_.bits > 8 else value
