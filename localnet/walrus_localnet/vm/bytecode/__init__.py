"""The binary format of Move modules (move_bytecode.md)."""

from walrus_localnet.vm.bytecode.constants import read_constant
from walrus_localnet.vm.bytecode.module import DatatypeToken, Function, Module
from walrus_localnet.vm.bytecode.opcodes import Instruction, Op
from walrus_localnet.vm.bytecode.reader import read_module
from walrus_localnet.vm.bytecode.rewrite import with_addresses, with_self_address

__all__ = [
    "DatatypeToken",
    "Function",
    "Instruction",
    "Module",
    "Op",
    "read_constant",
    "read_module",
    "with_addresses",
    "with_self_address",
]
