"""What the operand of an instruction names: structs, variants, fields and calls with their types filled in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from walrus_localnet.vm.bytecode.module import Field
from walrus_localnet.vm.bytecode.opcodes import Instruction, Op
from walrus_localnet.vm.linker import LinkedFunction, LinkedModule
from walrus_localnet.vm.types import Datatype, Type, substitute


@dataclass(frozen=True, slots=True)
class StructShape:
    type: Datatype
    fields: tuple[Type, ...]


@dataclass(frozen=True, slots=True)
class VariantShape:
    type: Datatype
    tag: int
    fields: tuple[Type, ...]


@dataclass(frozen=True, slots=True)
class FieldShape:
    owner: Datatype
    index: int
    type: Type


@dataclass(frozen=True, slots=True)
class CallShape:
    target: LinkedFunction
    type_args: tuple[Type, ...]
    parameters: tuple[Type, ...]
    returns: tuple[Type, ...]


class Shapes:
    """Reads operands of one module's code. `type_args` fill the type parameters of the function that holds the
    code; without them the types keep naming those."""

    def __init__(self, module: LinkedModule, type_args: Sequence[Type] | None = None) -> None:
        self._linked = module
        self._module = module.module
        self._type_args = type_args

    def struct(self, instruction: Instruction) -> StructShape:
        """Of PACK, UNPACK and their generic forms."""
        if instruction.op in (Op.PACK, Op.UNPACK):
            return self._struct(instruction.operand, ())
        instance = self._module.struct_instances[instruction.operand]
        return self._struct(instance.generic, self._arguments(instance.signature))

    def _struct(self, index: int, arguments: tuple[Type, ...]) -> StructShape:
        definition = self._module.structs[index]
        type_ = self._linked.datatype_type(definition.handle, arguments)
        return StructShape(type_, self._fields(definition.fields, arguments))

    def field(self, instruction: Instruction) -> FieldShape:
        """Of the four field borrows."""
        index = instruction.operand
        arguments: tuple[Type, ...] = ()
        if instruction.op in (Op.MUT_BORROW_FIELD_GENERIC, Op.IMM_BORROW_FIELD_GENERIC):
            instance = self._module.field_instances[index]
            index, arguments = instance.generic, self._arguments(instance.signature)
        handle = self._module.field_handles[index]
        struct = self._struct(handle.struct, arguments)
        return FieldShape(struct.type, handle.field, struct.fields[handle.field])

    def variant(self, instruction: Instruction) -> VariantShape:
        """Of the eight variant instructions other than the switch."""
        if instruction.op in (
            Op.PACK_VARIANT,
            Op.UNPACK_VARIANT,
            Op.UNPACK_VARIANT_IMM_REF,
            Op.UNPACK_VARIANT_MUT_REF,
        ):
            handle = self._module.variant_handles[instruction.operand]
            return self._variant(handle.enum, handle.tag, ())
        handle = self._module.variant_instances[instruction.operand]
        instance = self._module.enum_instances[handle.enum]
        return self._variant(instance.generic, handle.tag, self._arguments(instance.signature))

    def _variant(self, index: int, tag: int, arguments: tuple[Type, ...]) -> VariantShape:
        definition = self._module.enums[index]
        type_ = self._linked.datatype_type(definition.handle, arguments)
        return VariantShape(type_, tag, self._fields(definition.variants[tag].fields, arguments))

    def is_enum(self, type_: Type, index: int) -> bool:
        """Whether the type is the enum of that definition, with whatever arguments."""
        if not isinstance(type_, Datatype):
            return False
        return type_ == self._linked.datatype_type(self._module.enums[index].handle, type_.type_args)

    def call(self, instruction: Instruction) -> CallShape:
        """Of CALL and CALL_GENERIC."""
        handle = instruction.operand
        arguments: tuple[Type, ...] = ()
        if instruction.op is Op.CALL_GENERIC:
            instance = self._module.function_instances[instruction.operand]
            handle, arguments = instance.generic, self._arguments(instance.signature)
        target = self._linked.called(handle)
        parameters, returns = target.parameters, target.returns
        if arguments:
            parameters = tuple(substitute(type_, arguments) for type_ in parameters)
            returns = tuple(substitute(type_, arguments) for type_ in returns)
        return CallShape(target, arguments, parameters, returns)

    def _arguments(self, signature: int) -> tuple[Type, ...]:
        arguments = self._linked.signature(signature)
        if self._type_args is None:
            return arguments
        return tuple(substitute(argument, self._type_args) for argument in arguments)

    def _fields(self, fields: Sequence[Field], arguments: tuple[Type, ...]) -> tuple[Type, ...]:
        types = (self._linked.type(field.type) for field in fields)
        return tuple(substitute(type_, arguments) if arguments else type_ for type_ in types)
