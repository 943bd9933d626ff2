"""Every index of a module points at something of the right shape (move_bytecode.md: Tables, Opcodes).

After this check the tables can be followed without another look at their lengths. It says nothing about types:
that an instruction finds what it needs on the stack is the verifier's matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NoReturn

from walrus_localnet.vm.bytecode.constants import read_constant
from walrus_localnet.vm.bytecode.module import (
    Code,
    DatatypeHandle,
    DatatypeToken,
    Enum,
    Field,
    FunctionHandle,
    Instantiation,
    Module,
    Struct,
)
from walrus_localnet.vm.bytecode.opcodes import ENDS, OPERAND_OF, Instruction, Operand
from walrus_localnet.vm.errors import MalformedModule
from walrus_localnet.vm.types import Reference, Type, TypeParameter, Vector

MAX_LOCALS = 255


_ROWS_OF_THEIR_OWN = {
    "identifiers": "an identifier",
    "addresses": "an address",
    "constants": "a constant",
    "signatures": "a signature",
    "friends": "a friend",
    "module_handles": "a module handle",
    "field_handles": "a field handle",
    "variant_handles": "a variant handle",
    "function_instances": "a function instantiation",
    "struct_instances": "a struct instantiation",
    "field_instances": "a field instantiation",
    "enum_instances": "an enum instantiation",
}
"""Tables in which no row may stand twice, and what a row of them is."""


def check_bounds(module: Module) -> None:
    """Raises `MalformedModule` for an index, arity or count that does not hold."""
    for table, row in _ROWS_OF_THEIR_OWN.items():
        _distinct(getattr(module, table), row)
    _check_handles(module)
    _check_instances(module)
    _check_datatypes(module)
    _check_functions(module)
    for constant in module.constants:
        read_constant(constant)


def _fail(what: str) -> NoReturn:
    raise MalformedModule(f"the module's tables do not fit together: {what}")


def _within(index: int, table: Sequence[object], what: str) -> None:
    if index >= len(table):
        _fail(f"{what} {index} of {len(table)}")


def _distinct(items: Iterable[object], what: str) -> None:
    seen = set()
    for item in items:
        if item in seen:
            _fail(f"{what} appears twice")
        seen.add(item)


def _check_handles(module: Module) -> None:
    _within(module.self_handle, module.module_handles, "self module handle")
    for named in (*module.module_handles, *module.friends):
        _within(named.address, module.addresses, "address")
        _within(named.name, module.identifiers, "identifier")
    handles: tuple[DatatypeHandle | FunctionHandle, ...] = (*module.datatype_handles, *module.function_handles)
    for handle in handles:
        _within(handle.module, module.module_handles, "module handle")
        _within(handle.name, module.identifiers, "identifier")
    for signature in module.signatures:
        for token in signature:
            _check_type(module, token, None)
    for function in module.function_handles:
        for index in (function.parameters, function.returns):
            _within(index, module.signatures, "signature")
            _check_types(module, module.signatures[index], len(function.type_parameters))
    _distinct(((handle.module, handle.name) for handle in module.datatype_handles), "a datatype handle")
    _distinct(((handle.module, handle.name) for handle in module.function_handles), "a function handle")


def _check_type(module: Module, type_: Type, parameters: int | None) -> None:
    """`parameters` is the number of type parameters in scope, None where it is not known yet."""
    if isinstance(type_, Vector):
        _check_type(module, type_.element, parameters)
    elif isinstance(type_, Reference):
        _check_type(module, type_.target, parameters)
    elif isinstance(type_, TypeParameter):
        if parameters is not None and type_.index >= parameters:
            _fail(f"type parameter {type_.index} of {parameters}")
    elif isinstance(type_, DatatypeToken):
        _within(type_.handle, module.datatype_handles, "datatype handle")
        expected = len(module.datatype_handles[type_.handle].type_parameters)
        if len(type_.type_args) != expected:
            _fail(f"{len(type_.type_args)} type arguments for a datatype with {expected} parameters")
        for argument in type_.type_args:
            _check_type(module, argument, parameters)


def _check_types(module: Module, types: Iterable[Type], parameters: int) -> None:
    for type_ in types:
        _check_type(module, type_, parameters)


def _check_instances(module: Module) -> None:
    def struct_arity(index: int) -> int:
        _within(module.structs[index].handle, module.datatype_handles, "datatype handle")
        return len(module.datatype_handles[module.structs[index].handle].type_parameters)

    def enum_arity(index: int) -> int:
        _within(module.enums[index].handle, module.datatype_handles, "datatype handle")
        return len(module.datatype_handles[module.enums[index].handle].type_parameters)

    def function_arity(index: int) -> int:
        return len(module.function_handles[index].type_parameters)

    def field_arity(index: int) -> int:
        return struct_arity(module.field_handles[index].struct)

    for field in module.field_handles:
        _within(field.struct, module.structs, "struct definition")
        _within(field.field, module.structs[field.struct].fields, "field")
    _check_generic(module, module.function_instances, module.function_handles, function_arity)
    _check_generic(module, module.struct_instances, module.structs, struct_arity)
    _check_generic(module, module.field_instances, module.field_handles, field_arity)
    _check_generic(module, module.enum_instances, module.enums, enum_arity)
    for variant in module.variant_handles:
        _within(variant.enum, module.enums, "enum definition")
        _within(variant.tag, module.enums[variant.enum].variants, "variant")
    for variant in module.variant_instances:
        _within(variant.enum, module.enum_instances, "enum instantiation")
        _within(variant.tag, module.enums[module.enum_instances[variant.enum].generic].variants, "variant")


def _check_generic(
    module: Module,
    instances: Iterable[Instantiation],
    table: Sequence[object],
    arity: Callable[[int], int],
) -> None:
    for instance in instances:
        _within(instance.generic, table, "generic definition")
        _within(instance.signature, module.signatures, "signature")
        arguments = module.signatures[instance.signature]
        if len(arguments) != arity(instance.generic) or not arguments:
            _fail(f"{len(arguments)} type arguments for a definition with {arity(instance.generic)} parameters")
        if any(isinstance(argument, Reference) for argument in arguments):
            _fail("a reference as a type argument")


def _check_datatypes(module: Module) -> None:
    definitions: tuple[Struct | Enum, ...] = (*module.structs, *module.enums)
    _distinct((definition.handle for definition in definitions), "a datatype definition")
    for definition in definitions:
        _within(definition.handle, module.datatype_handles, "datatype handle")
        if module.datatype_handles[definition.handle].module != module.self_handle:
            _fail("a definition of another module's datatype")
    declared = {definition.handle for definition in definitions}
    for index, handle in enumerate(module.datatype_handles):
        if handle.module == module.self_handle and index not in declared:
            _fail(f"datatype {module.identifiers[handle.name]} is not defined")
    for struct in module.structs:
        if not struct.fields:
            _fail("a struct without fields")
        _check_fields(module, struct.handle, struct.fields)
    for enum in module.enums:
        if not enum.variants:
            _fail("an enum without variants")
        _distinct((variant.name for variant in enum.variants), "a variant")
        for variant in enum.variants:
            _within(variant.name, module.identifiers, "identifier")
            _check_fields(module, enum.handle, variant.fields)


def _check_fields(module: Module, handle: int, fields: Sequence[Field]) -> None:
    _distinct((field.name for field in fields), "a field")
    for field in fields:
        _within(field.name, module.identifiers, "identifier")
    _check_types(module, (field.type for field in fields), len(module.datatype_handles[handle].type_parameters))


def _check_functions(module: Module) -> None:
    _distinct((function.handle for function in module.functions), "a function definition")
    for function in module.functions:
        _within(function.handle, module.function_handles, "function handle")
        handle = module.function_handles[function.handle]
        if handle.module != module.self_handle:
            _fail("a definition of another module's function")
        if function.code is not None:
            _check_code(module, handle, function.code)
    defined = {function.handle for function in module.functions}
    for index, handle in enumerate(module.function_handles):
        if handle.module == module.self_handle and index not in defined:
            _fail(f"function {module.identifiers[handle.name]} is not defined")


def _check_code(module: Module, handle: FunctionHandle, code: Code) -> None:
    scope = len(handle.type_parameters)
    _within(code.locals, module.signatures, "signature")
    _check_types(module, module.signatures[code.locals], scope)
    locals_ = len(module.signatures[handle.parameters]) + len(module.signatures[code.locals])
    if locals_ > MAX_LOCALS:
        _fail(f"{locals_} locals where at most {MAX_LOCALS} are allowed")
    if not code.instructions or code.instructions[-1].op not in ENDS:
        _fail("a function whose code runs past its end")
    for table in code.jump_tables:
        _within(table.enum, module.enums, "enum definition")
        if len(table.targets) != len(module.enums[table.enum].variants):
            _fail("a jump table that does not name every variant once")
        for target in table.targets:
            _within(target, code.instructions, "code offset")
    limits = _operand_limits(module, code, locals_)
    for instruction in code.instructions:
        _check_instruction(module, limits, instruction, scope)


def _operand_limits(module: Module, code: Code, locals_: int) -> dict[Operand, int]:
    return {
        Operand.LOCAL: locals_,
        Operand.OFFSET: len(code.instructions),
        Operand.JUMP_TABLE: len(code.jump_tables),
        Operand.CONSTANT: len(module.constants),
        Operand.FIELD: len(module.field_handles),
        Operand.FIELD_INSTANCE: len(module.field_instances),
        Operand.FUNCTION: len(module.function_handles),
        Operand.FUNCTION_INSTANCE: len(module.function_instances),
        Operand.STRUCT: len(module.structs),
        Operand.STRUCT_INSTANCE: len(module.struct_instances),
        Operand.VARIANT: len(module.variant_handles),
        Operand.VARIANT_INSTANCE: len(module.variant_instances),
        Operand.SIGNATURE: len(module.signatures),
        Operand.ELEMENTS: len(module.signatures),
    }


def _check_instruction(module: Module, limits: dict[Operand, int], instruction: Instruction, scope: int) -> None:
    operand = OPERAND_OF[instruction.op]
    limit = limits.get(operand)
    if limit is None:
        return
    if instruction.operand >= limit:
        _fail(f"{operand.value} {instruction.operand} of {limit}")
    arguments = _type_arguments(module, operand, instruction.operand)
    if arguments is not None:
        _check_types(module, arguments, scope)
        if operand in (Operand.SIGNATURE, Operand.ELEMENTS) and (
            len(arguments) != 1 or isinstance(arguments[0], Reference)
        ):
            _fail("a vector instruction without exactly one element type")
    elif _is_generic(module, operand, instruction.operand):
        _fail(f"{instruction.op.name} on a generic definition without type arguments")


def _type_arguments(module: Module, operand: Operand, index: int) -> tuple[Type, ...] | None:
    """The type arguments an instruction names, if it is a generic one."""
    if operand in (Operand.SIGNATURE, Operand.ELEMENTS):
        return module.signatures[index]
    if operand is Operand.FUNCTION_INSTANCE:
        return module.signatures[module.function_instances[index].signature]
    if operand is Operand.STRUCT_INSTANCE:
        return module.signatures[module.struct_instances[index].signature]
    if operand is Operand.FIELD_INSTANCE:
        return module.signatures[module.field_instances[index].signature]
    if operand is Operand.VARIANT_INSTANCE:
        return module.signatures[module.enum_instances[module.variant_instances[index].enum].signature]
    return None


def _is_generic(module: Module, operand: Operand, index: int) -> bool:
    if operand is Operand.FUNCTION:
        return bool(module.function_handles[index].type_parameters)
    if operand is Operand.STRUCT:
        handle = module.structs[index].handle
    elif operand is Operand.FIELD:
        handle = module.structs[module.field_handles[index].struct].handle
    elif operand is Operand.VARIANT:
        handle = module.enums[module.variant_handles[index].enum].handle
    else:
        return False
    return bool(module.datatype_handles[handle].type_parameters)
