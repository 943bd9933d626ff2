"""A small object runtime and package source: enough world for the sample programs to live in."""

from __future__ import annotations

import importlib.util
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from walrus_localnet.move.artifacts import built_package
from walrus_localnet.vm import (
    BOOL,
    U8,
    Datatype,
    Machine,
    Meter,
    NativeAbort,
    Package,
    Primitive,
    Reference,
    Type,
    Value,
    Vector,
    substitute,
)
from walrus_localnet.vm.bytecode import read_module, with_self_address
from walrus_localnet.vm.machine import EngineName
from walrus_localnet.vm.runtime import (
    FIELD_ALREADY_EXISTS,
    FIELD_DOES_NOT_EXIST,
    FIELD_TYPE_MISMATCH,
    UNABLE_TO_RECEIVE_OBJECT,
)
from walrus_sui.bcs.sui import blake2b256


def address(number: int) -> bytes:
    return number.to_bytes(32, "big")


class Packages:
    """A package source in memory, where original and storage ids are the same unless told."""

    def __init__(self) -> None:
        self._known: dict[bytes, Package] = {}

    def package(self, storage_id: bytes) -> Package | None:
        return self._known.get(storage_id)

    def ids(self) -> tuple[bytes, ...]:
        return tuple(self._known)

    def add(self, package: Package) -> Package:
        self._known[package.storage_id] = package
        return package

    def add_modules(self, modules: list[bytes], *dependencies: bytes) -> bytes:
        """A first version with these modules; its id is the modules' address."""
        read = [read_module(data) for data in modules]
        identity = read[0].address
        named = {module.name: data for module, data in zip(read, modules, strict=True)}
        self.add(Package(identity, identity, 1, named, {dependency: dependency for dependency in dependencies}))
        return identity


@dataclass
class World:
    """An object runtime that keeps live values and remembers what happened."""

    sender: bytes = address(0xA11CE)
    digest: bytes = b"\x07" * 32
    epoch: int = 3
    epoch_timestamp_ms: int = 1_700_000_000_000
    reference_gas_price: int = 1000
    gas_price: int = 1001
    gas_budget: int = 5_000_000
    sponsor: bytes | None = None
    ids_created: int = 0
    new_ids: list[bytes] = field(default_factory=list)
    deleted: list[bytes] = field(default_factory=list)
    owned: list[tuple[Datatype, Value, bytes]] = field(default_factory=list)
    shared: list[tuple[Datatype, Value]] = field(default_factory=list)
    frozen: list[tuple[Datatype, Value]] = field(default_factory=list)
    party: list[tuple[Datatype, Value, int, list[bytes], list[int]]] = field(default_factory=list)
    inbox: dict[bytes, tuple[Datatype, Value]] = field(default_factory=dict)
    events: list[tuple[Datatype, Value]] = field(default_factory=list)
    children: dict[tuple[bytes, bytes], tuple[Datatype, Value]] = field(default_factory=dict)

    def fresh_id(self) -> bytes:
        identity = blake2b256(b"\xf1", self.digest, self.ids_created.to_bytes(8, "little"))
        self.ids_created += 1
        self.new_ids.append(identity)
        return identity

    def record_new_uid(self, object_id: bytes) -> None:
        self.new_ids.append(object_id)

    def delete_uid(self, object_id: bytes) -> None:
        self.deleted.append(object_id)

    def transfer(self, type_: Datatype, value: Value, recipient: bytes) -> None:
        self.owned.append((type_, value, recipient))

    def share(self, type_: Datatype, value: Value) -> None:
        self.shared.append((type_, value))

    def freeze(self, type_: Datatype, value: Value) -> None:
        self.frozen.append((type_, value))

    def transfer_to_party(
        self, type_: Datatype, value: Value, default: int, addresses: list[bytes], permissions: list[int]
    ) -> None:
        self.party.append((type_, value, default, addresses, permissions))

    def receive(self, parent: bytes, object_id: bytes, version: int, type_: Datatype) -> Value:
        if object_id not in self.inbox:
            raise NativeAbort(UNABLE_TO_RECEIVE_OBJECT)
        return self.inbox.pop(object_id)[1]

    def has_child(self, parent: bytes, child: bytes) -> bool:
        return (parent, child) in self.children

    def has_child_with_type(self, parent: bytes, child: bytes, type_: Datatype) -> bool:
        return self.has_child(parent, child) and self.children[parent, child][0] == type_

    def add_child(self, parent: bytes, child: bytes, type_: Datatype, value: Value) -> None:
        if (parent, child) in self.children:
            raise NativeAbort(FIELD_ALREADY_EXISTS)
        self.children[parent, child] = (type_, value)

    def borrow_child(self, parent: bytes, child: bytes, type_: Datatype, mutable: bool) -> Value:
        if (parent, child) not in self.children:
            raise NativeAbort(FIELD_DOES_NOT_EXIST)
        found, value = self.children[parent, child]
        if found != type_:
            raise NativeAbort(FIELD_TYPE_MISMATCH)
        return value

    def remove_child(self, parent: bytes, child: bytes, type_: Datatype) -> Value:
        value = self.borrow_child(parent, child, type_, True)
        del self.children[parent, child]
        return value

    def emit(self, type_: Datatype, value: Value) -> None:
        self.events.append((type_, value))


SAMPLES = address(0x5A)


def sample_modules() -> list[bytes]:
    """The sample package, published at `SAMPLES`."""
    folder = Path(__file__).parent / "samples" / "build"
    return [with_self_address(path.read_bytes(), SAMPLES) for path in sorted(folder.glob("*.mv"))]


@cache
def usual_packages() -> tuple[Package, Package, Package]:
    """The standard library, the framework and the samples."""
    packages = Packages()
    std = packages.add_modules(list(built_package("MoveStdlib").modules))
    sui = packages.add_modules(list(built_package("Sui").modules), std)
    samples = packages.add_modules(sample_modules(), std, sui)
    found = (packages.package(identity) for identity in (std, sui, samples))
    first, second, third = (package for package in found if package is not None)
    return first, second, third


class Sandbox:
    """The framework and the sample package, one world, and short calls."""

    def __init__(self, engine: EngineName = "generated") -> None:
        self.packages = Packages()
        self.std, self.sui, self.samples = (self.packages.add(package).storage_id for package in usual_packages())
        self.machine = Machine(self.packages, engine)
        self.world = World()
        self.meter = Meter(10**9)

    def call(self, name: str, *arguments: Value, type_args: Sequence[Type] = (), gas: int = 10**9) -> list[Value]:
        """Run `module::function` of the samples; `meter` is what it used."""
        return self.call_in(self.samples, name, *arguments, type_args=type_args, gas=gas)

    def call_in(
        self, package: bytes, name: str, *arguments: Value, type_args: Sequence[Type] = (), gas: int = 10**9
    ) -> list[Value]:
        module, function = name.split("::")
        self.meter = Meter(gas)
        return self.machine.call(package, module, function, type_args, arguments, self.world, self.meter)

    def type(self, name: str, *type_args: Type) -> Datatype:
        """A datatype of the samples by `module::name`."""
        return Datatype(self.samples, *name.split("::"), type_args)

    @property
    def context(self) -> Value:
        """A `TxContext` value."""
        world = self.world
        return [world.sender, bytearray(world.digest), world.epoch, world.epoch_timestamp_ms, world.ids_created]


@pytest.fixture
def packages() -> Packages:
    return Packages()


@pytest.fixture(scope="session", params=["generated", "interpreted"])
def engine(request: pytest.FixtureRequest) -> EngineName:
    """Both engines, one after the other."""
    name: EngineName = request.param
    return name


@pytest.fixture(scope="session")
def shared_sandbox(engine: EngineName) -> Sandbox:
    """For programs that leave no trace in the world."""
    return Sandbox(engine)


@pytest.fixture
def sandbox(engine: EngineName) -> Sandbox:
    return Sandbox(engine)


@pytest.fixture(scope="session")
def sandbox_class() -> type[Sandbox]:
    return Sandbox


@pytest.fixture(scope="session")
def published() -> Sandbox:
    """Packages to look at and verify against, where no engine matters."""
    return Sandbox()


@pytest.fixture(scope="session")
def assembler() -> ModuleType:
    """Writes modules."""
    return _beside("assembler")


@pytest.fixture(scope="session")
def damage() -> ModuleType:
    """Damages code at random."""
    return _beside("damage")


@pytest.fixture(scope="session")
def borrowing() -> ModuleType:
    """Writes random code that borrows."""
    return _beside("borrowing")


def _beside(name: str) -> ModuleType:
    """A module beside this file."""
    spec = importlib.util.spec_from_file_location(f"vm_{name}", Path(__file__).parent / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


class RandomValues:
    """Random values of any type."""

    def __init__(self, machine: Machine, chance: random.Random) -> None:
        self.machine = machine
        self.chance = chance

    def of(self, type_: Type) -> Value:
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

    def datatype(self, type_: Datatype) -> Value:
        info = self.machine.datatype(type_.package, type_.module, type_.name)
        if info.variants is None:
            return [self.of(substitute(field.type, type_.type_args)) for field in info.fields]
        tag = self.chance.randrange(len(info.variants))
        fields = info.variants[tag].fields
        return [tag, *(self.of(substitute(field.type, type_.type_args)) for field in fields)]

    def argument(self, type_: Type) -> Value:
        """A value, or a reference to one in a cell of its own."""
        if isinstance(type_, Reference):
            return Machine.borrow([self.of(type_.target)], type_.target, type_.mutable)
        return self.of(type_)


@pytest.fixture(scope="session")
def random_values() -> type[RandomValues]:
    return RandomValues


@pytest.fixture
def values(published: Sandbox, assembler: ModuleType) -> Any:
    """The sample module `values`, to be extended."""
    return _beside("bench").Bench(published, assembler, "values")


@pytest.fixture
def objects(published: Sandbox, assembler: ModuleType) -> Any:
    """The sample module `objects`, to be extended."""
    return _beside("bench").Bench(published, assembler, "objects")
