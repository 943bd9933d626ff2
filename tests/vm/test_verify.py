"""Packages checked before they are published."""

from __future__ import annotations

from pathlib import Path

import pytest

from walrus_localnet.move.artifacts import built_package
from walrus_localnet.move.compiler import Compiler
from walrus_localnet.move.errors import CompilerUnavailable
from walrus_localnet.move.framework import framework_directory
from walrus_localnet.move.package import Package as SourcePackage
from walrus_localnet.vm import LinkError, MalformedModule, Package, VerificationError
from walrus_localnet.vm.bytecode import read_module, with_addresses, with_self_address


@pytest.fixture
def engine():
    """Packages are verified before any engine runs them: one is enough."""
    return "generated"


def publishable(sandbox, identity, modules, linkage=None):
    linkage = {sandbox.std: sandbox.std, sandbox.sui: sandbox.sui} if linkage is None else linkage
    return Package(identity, identity, 1, {read_module(data).name: data for data in modules}, linkage)


def test_the_projects_packages_verify(sandbox):
    wal, walrus = b"\x11" * 32, b"\x22" * 32
    for identity in (sandbox.std, sandbox.sui, sandbox.samples):
        package = sandbox.packages.package(identity)
        assert package is not None
        sandbox.machine.verify(package)
    package = publishable(sandbox, wal, [with_self_address(data, wal) for data in built_package("wal").modules])
    sandbox.machine.verify(package)
    sandbox.packages.add(package)
    replacements = {bytes(32): walrus, built_package("walrus").placeholders["wal"]: wal}
    modules = [with_addresses(data, replacements) for data in built_package("walrus").modules]
    linkage = {identity: identity for identity in (sandbox.std, sandbox.sui, wal)}
    sandbox.machine.verify(publishable(sandbox, walrus, modules, linkage))


def test_an_empty_package_is_refused(sandbox):
    with pytest.raises(VerificationError, match="without modules"):
        sandbox.machine.verify(publishable(sandbox, b"\x11" * 32, []))


def test_garbage_is_refused(sandbox):
    with pytest.raises(MalformedModule):
        sandbox.machine.verify(Package(b"\x11" * 32, b"\x11" * 32, 1, {"x": b"garbage"}, {}))


def test_a_missing_dependency_is_refused(sandbox):
    identity = b"\x11" * 32
    modules = [with_self_address(data, identity) for data in built_package("wal").modules]
    with pytest.raises(LinkError, match="linkage does not name"):
        sandbox.machine.verify(publishable(sandbox, identity, modules, linkage={}))


def test_a_module_under_another_name_or_address_is_refused(sandbox):
    identity = b"\x11" * 32
    data = with_self_address(built_package("wal").modules[0], identity)
    with pytest.raises(LinkError, match="expected module"):
        sandbox.machine.verify(Package(identity, identity, 1, {"other": data}, {}))
    with pytest.raises(LinkError, match="expected module"):
        sandbox.machine.verify(publishable(sandbox, b"\x12" * 32, [data]))


def test_natives_belong_to_the_framework(sandbox):
    std = [data for data in built_package("MoveStdlib").modules if read_module(data).name == "hash"]
    identity = b"\x11" * 32
    moved = [with_addresses(data, {sandbox.std: identity}) for data in std]
    with pytest.raises(VerificationError, match="native outside"):
        sandbox.machine.verify(publishable(sandbox, identity, moved))


def test_the_compiled_samples_are_those_of_their_sources(sandbox):
    try:
        compiler = Compiler()
    except CompilerUnavailable as unavailable:
        pytest.skip(str(unavailable))
    samples = Path(__file__).parent / "samples"
    compiled = compiler.compile(SourcePackage.load(samples, framework_directory()))
    for data in compiled.modules:
        assert (samples / "build" / f"{read_module(data).name}.mv").read_bytes() == data
