"""How large a module may be: the numbers Sui's protocol sets for publishing.

They also bound the verifier's own recursion and memory.
"""

from __future__ import annotations

from walrus_localnet.vm.blocks import blocks_of
from walrus_localnet.vm.bytecode import Module
from walrus_localnet.vm.errors import VerificationError

MAX_FUNCTIONS = 1000
MAX_DATATYPES = 200
MAX_FIELDS = 32
MAX_PARAMETERS = 128
MAX_TYPE_PARAMETERS = 32
MAX_BLOCKS = 1024


def check_limits(module: Module) -> None:
    """Raises `VerificationError`."""
    _limit(len(module.functions), MAX_FUNCTIONS, "functions", module.name)
    _limit(len(module.structs) + len(module.enums), MAX_DATATYPES, "datatypes", module.name)
    for struct in module.structs:
        _limit(len(struct.fields), MAX_FIELDS, "fields", f"{module.name}::{module.datatype_name(struct)}")
    for enum in module.enums:
        for variant in enum.variants:
            _limit(len(variant.fields), MAX_FIELDS, "fields", f"{module.name}::{module.datatype_name(enum)}")
    for datatype in module.datatype_handles:
        name = module.identifiers[datatype.name]
        _limit(len(datatype.type_parameters), MAX_TYPE_PARAMETERS, "type parameters", f"{module.name}::{name}")
    for handle in module.function_handles:
        name = f"{module.name}::{module.identifiers[handle.name]}"
        _limit(len(handle.type_parameters), MAX_TYPE_PARAMETERS, "type parameters", name)
        _limit(len(module.signatures[handle.parameters]), MAX_PARAMETERS, "parameters", name)
    for function in module.functions:
        if function.code is not None:
            name = f"{module.name}::{module.function_name(function)}"
            _limit(len(blocks_of(function.code)), MAX_BLOCKS, "blocks", name)


def _limit(count: int, limit: int, what: str, where: str) -> None:
    if count > limit:
        raise VerificationError(f"{where} has {count} {what}, more than {limit}")
