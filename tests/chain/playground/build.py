"""Compiles this package, its second version and `rules` into modules beside the sources; needs the compiler."""

from __future__ import annotations

from pathlib import Path

from walrus_localnet.move.compiler import Compiler
from walrus_localnet.move.framework import framework_directory
from walrus_localnet.move.package import Package
from walrus_localnet.vm.bytecode import read_module

HERE = Path(__file__).parent


def main() -> None:
    compiler = Compiler()
    for folder in (HERE, HERE / "second", HERE.parent / "rules"):
        package = Package.load(folder, framework_directory())
        for data in compiler.compile(package).modules:
            (folder / f"{read_module(data).name}.mv").write_bytes(data)


if __name__ == "__main__":
    main()
