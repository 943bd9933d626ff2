"""Our framework on our VM against the real framework on the official VM, on random arguments.

Every public function that takes only values is called directly; structures that live in objects are driven by the
random programs of the `probe` package, whose bytecode both sides run.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from tests.move.oracle import SUI, Answer, OfficialVm, OwnVm, Returned, is_context, substituted
from tests.scale import cases
from walrus_localnet.move.artifacts import built_package
from walrus_localnet.move.framework import framework_directory
from walrus_localnet.move.package import Package
from walrus_localnet.vm import (
    ADDRESS,
    BOOL,
    BYTES,
    U8,
    U64,
    Ability,
    Datatype,
    FunctionInfo,
    Primitive,
    Reference,
    Type,
    TypeParameter,
    Value,
    Vector,
)
from walrus_localnet.vm.bytecode import read_module

if TYPE_CHECKING:
    from walrus_localnet.move.compiler import Compiler

pytestmark = [pytest.mark.oracle, pytest.mark.fuzz]

CASES_EACH = cases(6, 24)
"""Calls of each function, at least one for each of the type arguments."""
PROGRAMS_EACH = cases(40, 280)
"""With the calls more than 2,000 comparisons in the sample."""
PROBE = bytes(31) + b"\xab"
TYPE_ARGUMENTS: tuple[Type, ...] = (U64, U8, BOOL, ADDRESS, BYTES)
NEEDS_AN_INVARIANT = {
    # A heap is only one when it was made by `new`; the probe's `queues` does that.
    ("priority_queue", "pop_max"),
    ("priority_queue", "insert"),
    ("priority_queue", "new"),
}
STAND_IN_MODULES = {"hmac", "ecvrf", "random"}
STAND_INS = {
    # Natives of this package that are not those of a network: HMAC and ECVRF give constants, addresses are read in
    # little-endian order, and events may be numbers. Unit tests hold ours to the official test runner instead.
    ("address", "to_u256"),
    ("address", "from_u256"),
    ("address", "from_bytes"),
    ("object", "id_from_bytes"),
    ("event", "emit"),
}


class Values:
    """Random values of any type without identity, small and extreme ones more often than others."""

    def __init__(self, own: OwnVm, seed: int) -> None:
        self.own = own
        self.random = random.Random(seed)

    def of(self, type_: Type) -> Value:
        match type_:
            case Primitive(name="bool"):
                return self.random.random() < 0.5
            case Primitive(name="address"):
                return self.random.choice((bytes(32), bytes(31) + b"\7", self.random.randbytes(32)))
            case Primitive(bits=bits):
                return self._integer(bits)
            case Vector(element):
                items = [self.of(element) for _ in range(self.random.choice((0, 1, 2, 3, 8, 32, 33, 64)))]
                return bytearray(items) if element == U8 else items
            case Datatype():
                return self._struct(type_)
            case _:
                raise AssertionError(type_)

    def _integer(self, bits: int) -> int:
        if self.random.random() < 0.5:
            edges = (0, 1, 2, 3, 7, 8, 10, 31, 32, 63, 64, 2**bits - 1, 2 ** (bits - 1))
            return int(self.random.choice(edges) % 2**bits)
        return self.random.getrandbits(self.random.randint(1, bits))

    def _struct(self, type_: Datatype) -> Value:
        if (type_.module, type_.name) in (("ascii", "String"), ("string", "String")):
            return [bytearray(self.random.choices(b"ab01 zZ~", k=self.random.randrange(12)))]
        if (type_.module, type_.name) == ("ascii", "Char"):
            return [self.random.randrange(128)]
        if type_.name == "Option":
            return [[self.of(type_.type_args[0])] if self.random.random() < 0.7 else []]
        if type_.name == "BitVector":
            bits = [self.random.random() < 0.5 for _ in range(self.random.randrange(1, 40))]
            return [len(bits), bits]
        info = self.own.machine.datatype(type_.package, type_.module, type_.name)
        return [self.of(substituted(field.type, type_.type_args)) for field in info.fields]

    def can_make(self, type_: Type) -> bool:
        match type_:
            case Reference(target):
                return self.can_make(target)
            case Vector(element):
                return self.can_make(element)
            case Datatype():
                return self._can_make_struct(type_)
            case TypeParameter():
                return True
            case _:
                return True

    def _can_make_struct(self, type_: Datatype) -> bool:
        info = self.own.machine.datatype(type_.package, type_.module, type_.name)
        if (
            info.variants is not None
            or Ability.KEY & info.abilities
            or type_.name in ("UID", "TxContext", "TypeName")
        ):
            return False
        fields_too = all(self.can_make(substituted(field.type, type_.type_args)) for field in info.fields)
        return fields_too and all(map(self.can_make, type_.type_args))


def functions(own: OwnVm, values: Values) -> Iterator[tuple[bytes, str, FunctionInfo]]:
    for name in ("MoveStdlib", "Sui"):
        package = built_package(name)
        for module in map(read_module, package.modules):
            for function in own.machine.functions(package.address, module.name):
                if is_comparable(module.name, function, values):
                    yield package.address, module.name, function


def is_comparable(module: str, function: FunctionInfo, values: Values) -> bool:
    return (
        function.visibility == "public"
        and module not in STAND_IN_MODULES
        and (module, function.name) not in NEEDS_AN_INVARIANT | STAND_INS
        and not (module == "vector" and function.is_native)  # instructions, which are never called
        and bool(function.parameters or function.returns)
        and not any(ability & Ability.KEY for ability in function.type_parameters)
        and not any(isinstance(type_, Reference) for type_ in function.returns)
        and all(is_context(type_) or values.can_make(type_) for type_ in function.parameters)
        and all(isinstance(type_, Reference) or values.can_make(type_) for type_ in function.returns)
        and not any(is_context(type_) for type_ in function.parameters)
    )


def arguments(own: OwnVm, values: Values, types: Sequence[Type]) -> list[bytes]:
    plain = [type_.target if isinstance(type_, Reference) else type_ for type_ in types if not is_context(type_)]
    return [own.machine.to_bytes(type_, values.of(type_)) for type_ in plain]


@pytest.fixture(scope="module")
def sandbox() -> ModuleType:
    found: ModuleType = pytest.importorskip(
        "sui_sandbox", reason="the official VM as a Python package is not installed"
    )
    return found


@pytest.mark.timeout(1200)  # thousands of calls of the official VM
def test_functions_of_values(sandbox: ModuleType) -> None:
    own, official = OwnVm(), OfficialVm(sandbox)
    values = Values(own, seed=7)
    compared: Counter[str] = Counter()
    without_answer: set[str] = set()
    for package, module, function in functions(own, values):
        for index in range(CASES_EACH):
            type_args = [TYPE_ARGUMENTS[index % len(TYPE_ARGUMENTS)] for _ in function.type_parameters]
            types = [substituted(type_, type_args) for type_ in function.parameters]
            given = arguments(own, values, types)
            expected = official.call(package, module, function.name, type_args, given)
            if expected is None:
                without_answer.add(f"{module}::{function.name}")
                break
            ours = own.call(package, module, function.name, type_args, given)
            assert ours == expected, (module, function.name, type_args, [data.hex() for data in given])
            compared[f"{module}::{function.name}"] += 1
    assert sum(compared.values()) >= 250 * CASES_EACH
    assert len(compared) >= 280
    modules = {name.split("::")[0] for name in without_answer}
    assert modules == {"bls12381", "ecdsa_k1", "ecdsa_r1", "ed25519", "hash"}


PROGRAMS = ("tables", "bags", "objects", "fields", "linked_tables", "table_vecs", "maps", "queues")


@pytest.fixture(scope="module")
def probe(compiler: Compiler) -> tuple[bytes, ...]:
    package = Package.load(Path(__file__).parent / "probe", framework_directory())
    return compiler.compile_as(package, PROBE, transform=str).modules


@pytest.fixture(scope="module")
def own(probe: tuple[bytes, ...]) -> OwnVm:
    """Whose calls leave nothing behind."""
    return OwnVm(probe)


def program(rng: random.Random) -> bytes:
    """Pairs of an operation and a small argument; in front its length, as canonical bytes have it."""
    steps = bytes(value for _ in range(rng.randrange(1, 30)) for value in (rng.randrange(256), rng.randrange(6)))
    return bytes([len(steps)]) + steps


def agree(
    own: OwnVm, official: OfficialVm, function: str, type_args: Sequence[Type], given: list[bytes]
) -> Answer:
    expected = official.call(PROBE, "probe", function, type_args, given)
    ours = own.call(PROBE, "probe", function, type_args, given)
    assert ours == expected, (function, [data.hex() for data in given])
    return ours


@pytest.mark.parametrize("function", PROGRAMS)
def test_programs_over_structures(
    function: str, sandbox: ModuleType, probe: tuple[bytes, ...], own: OwnVm
) -> None:
    official = OfficialVm(sandbox, PROBE, probe)
    rng = random.Random(function)
    answers = [agree(own, official, function, (), [program(rng)]) for _ in range(PROGRAMS_EACH)]
    returned = sum(isinstance(answer, Returned) for answer in answers)
    assert returned >= PROGRAMS_EACH // 4
    assert returned < len(answers) or function == "queues"


def cases_of(function: str, rng: random.Random) -> list[bytes]:
    def number() -> bytes:
        return rng.choice((0, 1, 2, 3, 5, 8, rng.getrandbits(64))).to_bytes(8, "little")

    def text() -> bytes:
        data = bytes(rng.choices("abü€ Z\x7f\x00".encode(), k=rng.randrange(10)))
        return bytes([len(data)]) + data

    match function:
        case "coins":
            return [program(rng), number()]
        case "readers":
            data = bytes(rng.choices((0, 1, 2, 3, 128, 255, rng.randrange(256)), k=rng.randrange(100)))
            return [bytes([len(data)]) + data, program(rng)]
        case "versions":
            return [number(), number()]
        case _:
            return [text(), number(), number()]


@pytest.mark.parametrize("function", ["coins", "readers", "texts", "vectors", "versions"])
def test_probes_with_other_arguments(
    function: str, sandbox: ModuleType, probe: tuple[bytes, ...], own: OwnVm
) -> None:
    official = OfficialVm(sandbox, PROBE, probe)
    rng = random.Random(function)
    answers = [agree(own, official, function, (), cases_of(function, rng)) for _ in range(PROGRAMS_EACH)]
    returned = sum(isinstance(answer, Returned) for answer in answers)
    assert 0 < returned < len(answers)


NAMED: tuple[Type, ...] = (
    U8,
    BOOL,
    Vector(Vector(ADDRESS)),
    Datatype(SUI, "sui", "SUI"),
    Datatype(SUI, "coin", "Coin", (Datatype(SUI, "sui", "SUI"),)),
    Datatype(PROBE, "probe", "Thing"),
    Vector(Datatype(SUI, "table", "Table", (U64, BYTES))),
)


@pytest.mark.parametrize("type_", NAMED, ids=str)
def test_names_of_types(type_: Type, sandbox: ModuleType, probe: tuple[bytes, ...], own: OwnVm) -> None:
    official = OfficialVm(sandbox, PROBE, probe)
    assert isinstance(agree(own, official, "names", (type_,), []), Returned)
