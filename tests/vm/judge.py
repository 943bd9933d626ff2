"""What becomes of a damaged module: refused with one of the machine's errors, or run by both engines alike."""

from __future__ import annotations

import copy
import dataclasses
import random
import signal
from collections import Counter
from contextlib import contextmanager

from tests.vm.assembler import write_module
from walrus_localnet.move.artifacts import built_package
from walrus_localnet.vm import U64, ExecutionError, LinkError, Machine, Meter, Package, VmError, substitute
from walrus_localnet.vm.bytecode import read_module, with_addresses

SECONDS = 5
"""Processor time one input may take: reading, verifying and running it."""
GAS = 20_000
HOME = b"\x77" * 32
CONTRACTS = ("wal", "walrus", "wal_exchange")
FUNCTIONS = 6
"""Functions of an accepted module that are run."""


@contextmanager
def within(seconds):
    """Fails when the processor works longer, however busy the machine is."""

    def too_long(*_):
        raise TimeoutError(f"more than {seconds} seconds of processor time")

    before = signal.signal(signal.SIGVTALRM, too_long)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


class Instead:
    """A source with one more package."""

    def __init__(self, source, package):
        self.source = source
        self.more = package

    def package(self, storage_id):
        return self.more if storage_id == self.more.storage_id else self.source.package(storage_id)


class Judge:
    """Real modules, each a package of its own, and what becomes of damaged ones."""

    def __init__(self, published, random_values):
        self.packages = published.packages
        self.world = published.world
        self.random_values = random_values
        self.said = Counter()
        for name in CONTRACTS:
            self.publish_contract(name)
        self.linkage = {identity: identity for identity in self.packages.ids()}
        self.modules = [data for data in map(alone, self.everything()) if has_code(data) and self.passes(data)]

    def publish_contract(self, name):
        built = built_package(name)
        moves = {built.address: _published_id(name)}
        moves |= {address: _published_id(other) for other, address in built.placeholders.items()}
        modules = [with_addresses(data, moves) for data in built.modules]
        self.packages.add_modules(modules, *self.packages.ids())

    def everything(self):
        for identity in self.packages.ids():
            yield from self.packages.package(identity).modules.values()

    def package_of(self, data):
        return Package(HOME, HOME, 1, {read_module(data).name: data}, self.linkage)

    def passes(self, data):
        try:
            Machine(self.packages).verify(self.package_of(data))
        except VmError:
            return False
        return True

    def judge(self, data, seed, preferred=frozenset()):
        """Counts how the bytes were judged. Whatever is no error of the machine comes through.

        Of an accepted module the preferred functions are run, and some others."""
        with within(SECONDS):
            try:
                package = self.package_of(data)
                Machine(self.packages).verify(package)
            except VmError as error:
                self.said[type(error).__name__] += 1
                return
            self.said["accepted"] += 1
            self.run(package, random.Random(seed), preferred)

    def run(self, package, chance, preferred):
        source = Instead(self.packages, package)
        one, other = Machine(source, "generated"), Machine(source, "interpreted")
        (name,) = package.modules
        functions = one.functions(HOME, name)
        values = self.random_values(one, chance)
        others = chance.sample(range(len(functions)), min(len(functions), FUNCTIONS))
        for index in sorted({*preferred, *others[len(preferred) :]}):
            info = functions[index]
            type_args = tuple(U64 for _ in info.type_parameters)
            try:
                arguments = [values.argument(substitute(type_, type_args)) for type_ in info.parameters]
            except LinkError:
                continue  # U64 has not the abilities the parameter asks for
            call = (HOME, name, info.name, type_args)
            first, second = self.outcome(one, call, arguments), self.outcome(other, call, arguments)
            assert first == second, (call, arguments)

    def outcome(self, machine, call, arguments):
        arguments, world, meter = copy.deepcopy(arguments), copy.deepcopy(self.world), Meter(GAS)
        try:
            result = machine.call(*call, arguments, world, meter)
            self.said["returned"] += 1
        except (ExecutionError, LinkError) as error:
            result = (type(error), getattr(error, "location", None), getattr(error, "abort_code", None))
            self.said[type(error).__name__] += 1
        return result, arguments, world, meter.used


def _published_id(name):
    return name.encode().ljust(32, b".")


def has_code(data):
    return any(function.code for function in read_module(data).functions)


def alone(data):
    """The module at an address of its own, while what it uses of its former package stays there."""
    module = read_module(data)
    own = module.module_handles[module.self_handle]
    handles = list(module.module_handles)
    handles[module.self_handle] = dataclasses.replace(own, address=len(module.addresses))
    moved = dataclasses.replace(
        module, module_handles=tuple(handles), addresses=(*module.addresses, HOME), friends=()
    )
    return write_module(moved)
