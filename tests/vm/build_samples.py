"""Compile the sample package of these tests: `python tests/vm/build_samples.py` (needs the official compiler)."""

from __future__ import annotations

from pathlib import Path

from walrus_localnet.move.compiler import Compiler
from walrus_localnet.move.framework import framework_directory
from walrus_localnet.move.package import Package
from walrus_localnet.vm.bytecode import read_module

SAMPLES = Path(__file__).parent / "samples"


def compile_samples() -> dict[str, bytes]:
    """Module bytes by name."""
    compiled = Compiler().compile(Package.load(SAMPLES, framework_directory()))
    return {read_module(data).name: data for data in compiled.modules}


if __name__ == "__main__":
    folder = SAMPLES / "build"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.mv"):
        old.unlink()
    for name, data in compile_samples().items():
        (folder / f"{name}.mv").write_bytes(data)
