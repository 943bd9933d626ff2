"""The compiled packages that the chain's tests and its example publish are what their sources say."""

from __future__ import annotations

from pathlib import Path

import pytest

from walrus_localnet.move.compiler import Compiler
from walrus_localnet.move.framework import framework_directory
from walrus_localnet.move.package import Package
from walrus_localnet.vm.bytecode import read_module

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "tests/chain/playground": "tests/chain/playground",
    "tests/chain/playground/second": "tests/chain/playground/second",
    "tests/chain/rules": "tests/chain/rules",
    "localnet/example": "localnet/example/build/Guestbook",
}


@pytest.mark.peer
@pytest.mark.parametrize("folder", PACKAGES)
def test_the_modules_are_of_these_sources(compiler: Compiler, folder: str) -> None:
    compiled = compiler.compile(Package.load(ROOT / folder, framework_directory())).modules
    found = {path.stem: path.read_bytes() for path in (ROOT / PACKAGES[folder]).glob("*.mv")}
    assert {read_module(data).name: data for data in compiled} == found
