"""The interfaces of modules as text, one line for each struct, enum and function, and their comparison.

`move/framework/abi.txt` lists the interfaces of the real framework in this form. Ours must declare nothing that is
not there, byte for byte of each line; what it lacks is listed in `move/framework/LEFT_OUT.md`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from walrus_localnet.move.errors import PackageError
from walrus_localnet.vm.bytecode import DatatypeToken, Function, Module
from walrus_localnet.vm.bytecode.module import Enum, Field, Struct
from walrus_localnet.vm.types import Ability, Reference, Type, Vector

Interface = Mapping[str, frozenset[str]]
"""Module, such as `0x2::coin` -> its lines."""

_ABILITIES = ((Ability.COPY, "copy"), (Ability.DROP, "drop"), (Ability.STORE, "store"), (Ability.KEY, "key"))
_IN_PACKAGE_ONLY = "public(friend) fun"


@dataclass(frozen=True)
class Difference:
    """`extra` is declared by ours alone, `missing` by the real framework alone; both as `module: line`."""

    extra: tuple[str, ...]
    missing: tuple[str, ...]


def compare(ours: Interface, real: Interface) -> Difference:
    """Compares what other packages can see, and the natives, which the VM binds by name."""
    return Difference(extra=tuple(_lines_beyond(ours, real)), missing=tuple(_lines_beyond(real, ours)))


def _lines_beyond(first: Interface, second: Interface) -> Iterator[str]:
    for module in sorted(first):
        for line in sorted(first[module] - second.get(module, frozenset())):
            if not line.startswith(_IN_PACKAGE_ONLY):
                yield f"{module}: {line}"


def parse_interface(text: str) -> Interface:
    """Reads the form of `abi.txt`. Raises `PackageError` for a line outside of any module."""
    found: dict[str, set[str]] = {}
    lines: set[str] | None = None
    for line in text.splitlines():
        if line.startswith("## "):
            lines = found.setdefault(line.split()[1], set())
        elif line.strip() and not line.startswith(("#", "friends:")):
            if lines is None:
                raise PackageError(f"expected a module before {line.strip()!r} in the list of interfaces")
            lines.add(line.strip())
    return {module: frozenset(found_lines) for module, found_lines in found.items()}


def interface_of(modules: Iterable[Module]) -> Interface:
    """The interface modules declare."""
    return {_module(module.address, module.name): frozenset(_declarations(module)) for module in modules}


def _declarations(module: Module) -> Iterator[str]:
    for struct in module.structs:
        yield f"struct {_datatype_head(module, struct.handle)} {{ {_fields(module, struct)} }}"
    for enum in module.enums:
        yield f"enum {_datatype_head(module, enum.handle)} {{ {_variants(module, enum)} }}"
    for function in module.functions:
        if function.visibility != "private" or function.is_entry or function.code is None:
            yield _function(module, function)


def _datatype_head(module: Module, handle: int) -> str:
    datatype = module.datatype_handles[handle]
    parameters = [
        f"{'phantom ' if phantom else ''}T{index}{_constraint(abilities)}"
        for index, (abilities, phantom) in enumerate(datatype.type_parameters)
    ]
    abilities = _ability_names(datatype.abilities)
    has = f" has {', '.join(abilities)}" if abilities else ""
    return f"{module.identifiers[datatype.name]}{_in_angles(parameters)}{has}"


def _fields(module: Module, owner: Struct) -> str:
    return ", ".join(_field(module, field) for field in owner.fields)


def _field(module: Module, field: Field) -> str:
    return f"{module.identifiers[field.name]}: {_type(module, field.type)}"


def _variants(module: Module, enum: Enum) -> str:
    texts = []
    for variant in enum.variants:
        fields = ", ".join(_field(module, field) for field in variant.fields)
        texts.append(module.identifiers[variant.name] + (f"({fields})" if fields else ""))
    return ", ".join(texts)


def _function(module: Module, function: Function) -> str:
    handle = module.function_handles[function.handle]
    words = {"public": ["public"], "friend": ["public(friend)"], "private": []}[function.visibility]
    words += ["entry"] * function.is_entry + ["native"] * (function.code is None) + ["fun"]
    parameters = [f"T{index}{_constraint(abilities)}" for index, abilities in enumerate(handle.type_parameters)]
    arguments = ", ".join(_type(module, type_) for type_ in module.signatures[handle.parameters])
    returns = [_type(module, type_) for type_ in module.signatures[handle.returns]]
    result = "" if not returns else f": {returns[0]}" if len(returns) == 1 else f": ({', '.join(returns)})"
    return f"{' '.join(words)} {module.identifiers[handle.name]}{_in_angles(parameters)}({arguments}){result}"


def _type(module: Module, type_: Type) -> str:
    match type_:
        case DatatypeToken(handle, type_args):
            datatype = module.datatype_handles[handle]
            home = _module(module.module_address(datatype.module), module.module_name(datatype.module))
            arguments = _in_angles([_type(module, argument) for argument in type_args])
            return f"{home}::{module.identifiers[datatype.name]}{arguments}"
        case Vector(element):
            return f"vector<{_type(module, element)}>"
        case Reference(target, mutable):
            return f"{'&mut ' if mutable else '&'}{_type(module, target)}"
        case _:
            return str(type_)


def _module(address: bytes, name: str) -> str:
    return f"0x{int.from_bytes(address):x}::{name}"


def _constraint(abilities: Ability) -> str:
    return f": {'+'.join(_ability_names(abilities))}" if abilities else ""


def _ability_names(abilities: Ability) -> list[str]:
    return [name for ability, name in _ABILITIES if abilities & ability]


def _in_angles(texts: list[str]) -> str:
    return f"<{', '.join(texts)}>" if texts else ""
