"""Sample modules with things added to them, verified in place of the originals."""

from __future__ import annotations

import dataclasses

from walrus_localnet.vm.bytecode import read_module


class Bench:
    """One sample module with things added to it, verified in place of the original."""

    def __init__(self, sandbox, assembler, name):
        self.sandbox = sandbox
        self.name = name
        original = sandbox.packages.package(sandbox.samples)
        self.modules = dict(original.modules)
        self.package = original
        self.asm = assembler.Assembler(read_module(self.modules[name]))
        self.code = assembler.code_of

    def verify(self, data):
        modules = {**self.modules, self.name: data}
        self.sandbox.machine.verify(dataclasses.replace(self.package, modules=modules))

    def verify_code(self, *instructions, **shape):
        before = self.asm.module
        try:
            self.verify(self.asm.function(self.code(*instructions), **shape))
        finally:
            self.asm.module = before
