from __future__ import annotations

from hashlib import blake2b
from pathlib import Path

import pytest

from tests.move.test_package import load, write_package
from walrus_localnet.move.build import build, own_packages, source_tree
from walrus_localnet.move.compiler import Compiler
from walrus_localnet.move.errors import PackageError
from walrus_localnet.move.payload import package_digest, publish_payload
from walrus_localnet.vm.bytecode import read_module

SOURCE = 'module own::m;\npublic fun f(): vector<u8> { sui::hex::encode(b"") }\n'


def test_digest_is_that_of_the_compiler(tmp_path: Path, compiler: Compiler) -> None:
    package = load(
        write_package(tmp_path, '[package]\nname = "own"\nedition = "2024"\n[addresses]\nown = "0x0"\n', SOURCE)
    )
    payload = publish_payload(package, build(package, compiler), {})
    assert payload.digest == compiler.compile(package).digest
    assert payload.dependencies == ((1).to_bytes(32, "big"), (2).to_bytes(32, "big"))


def test_digest_does_not_depend_on_the_order() -> None:
    digests = sorted([blake2b(b"a", digest_size=32).digest(), blake2b(b"b", digest_size=32).digest(), bytes(32)])
    expected = blake2b(b"".join(digests), digest_size=32).digest()
    assert package_digest([b"a", b"b"], [bytes(32)]) == package_digest([b"b", b"a"], [bytes(32)]) == expected


def test_placeholders_become_published_ids(compiler: Compiler) -> None:
    package = own_packages(source_tree())["walrus"]
    built = build(package, compiler)
    wal = bytes(31) + b"\x77"
    payload = publish_payload(package, built, {"wal": wal})
    assert wal in payload.dependencies
    needed = {address for module in payload.modules for address, _ in read_module(module).dependencies}
    assert wal in needed
    assert built.placeholders["wal"] not in needed


def test_unpublished_dependency_without_an_id(compiler: Compiler) -> None:
    package = own_packages(source_tree())["walrus"]
    with pytest.raises(PackageError, match="package wal is not published"):
        publish_payload(package, build(package, compiler), {})
