"""Packages joined: every handle of a module resolved to what it names (sui_localnet.md §4.3).

A call runs in the linkage of the package it starts in: that package's linkage table decides which version of each
dependency is used, for the dependencies' own calls too. Two roots that choose the same versions for all that a
package needs share its linked form, so the framework is linked (and compiled) once.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache

from walrus_localnet.vm.bytecode import DatatypeToken, Function, Module, read_module
from walrus_localnet.vm.bytecode.module import Enum as EnumDefinition
from walrus_localnet.vm.bytecode.module import Field
from walrus_localnet.vm.bytecode.module import Struct as StructDefinition
from walrus_localnet.vm.declarations import DatatypeInfo, FieldInfo, FunctionInfo, VariantInfo
from walrus_localnet.vm.errors import LinkError
from walrus_localnet.vm.packages import Package, PackageSource
from walrus_localnet.vm.types import Datatype, Reference, Type, Vector
from walrus_sui.bcs.sui import format_address

Links = Mapping[bytes, bytes]
"""Original id to storage id."""

_read = lru_cache(maxsize=1024)(read_module)
"""Machines of one process share what they read: bytes always give the same module."""


class Linker:
    """Loads packages on demand and keeps them."""

    def __init__(self, source: PackageSource) -> None:
        self._source = source
        self._packages: dict[bytes, Package] = {}
        self._modules: dict[tuple[bytes, str], Module] = {}
        self._linked: dict[tuple[bytes, tuple[tuple[bytes, bytes], ...]], LinkedPackage] = {}
        self._datatypes: dict[tuple[bytes, str, str], DatatypeInfo] = {}

    def root(self, storage_id: bytes) -> LinkedPackage:
        """The package as the start of a call, under its own linkage. Raises `LinkError` if it does not exist."""
        return self.linked(self.package(storage_id), {})

    def package(self, storage_id: bytes) -> Package:
        found = self._packages.get(storage_id)
        if found is None:
            found = self._source.package(storage_id)
            if found is None:
                raise LinkError(f"expected a package at {format_address(storage_id)}, found none")
            self._packages[storage_id] = found
        return found

    def linked(self, package: Package, chosen: Links) -> LinkedPackage:
        """The package with its dependencies as `chosen`, or as its own linkage says where that is silent."""
        links = {original: chosen.get(original, storage) for original, storage in package.linkage.items()}
        key = (package.storage_id, tuple(sorted(links.items())))
        found = self._linked.get(key)
        if found is None:
            found = self._linked[key] = LinkedPackage(self, package, links)
        return found

    def module(self, package: Package, name: str) -> Module:
        key = (package.storage_id, name)
        found = self._modules.get(key)
        if found is None:
            data = package.modules.get(name)
            if data is None:
                raise LinkError(f"package {format_address(package.storage_id)} has no module {name}")
            found = _read(data)
            if found.name != name or found.address != package.original_id:
                raise LinkError(
                    f"expected module {format_address(package.original_id)}::{name}, "
                    f"got {format_address(found.address)}::{found.name}"
                )
            self._modules[key] = found
        return found

    def datatype(self, package: bytes, module: str, name: str) -> DatatypeInfo:
        """The declaration of a datatype by its defining id. Raises `LinkError`."""
        key = (package, module, name)
        found = self._datatypes.get(key)
        if found is None:
            found = self._datatypes[key] = self.root(package).module(module).declared(name)
        return found


class LinkedPackage:
    """A package together with the version of each dependency it uses."""

    def __init__(self, linker: Linker, package: Package, links: Links) -> None:
        self.linker = linker
        self.package = package
        self._links = links
        self._modules: dict[str, LinkedModule] = {}

    def module(self, name: str) -> LinkedModule:
        found = self._modules.get(name)
        if found is None:
            found = self._modules[name] = LinkedModule(self, self.linker.module(self.package, name))
        return found

    def dependency(self, original_id: bytes) -> LinkedPackage:
        """The package that answers for an address in this package's code."""
        if original_id == self.package.original_id:
            return self
        storage_id = self._links.get(original_id)
        if storage_id is None:
            raise LinkError(
                f"package {format_address(self.package.storage_id)} uses {format_address(original_id)}, "
                "which its linkage does not name"
            )
        return self.linker.linked(self.linker.package(storage_id), self._links)

    def defining_id(self, module: str, datatype: str) -> bytes:
        return self.package.type_origins.get((module, datatype), self.package.original_id)


class LinkedModule:
    """A module whose indices are resolved to types, datatypes and functions, on demand."""

    def __init__(self, package: LinkedPackage, module: Module) -> None:
        self.package = package
        self.module = module
        self._signatures: dict[int, tuple[Type, ...]] = {}
        self._handles: dict[int, tuple[bytes, str, str]] = {}
        self._called: dict[int, LinkedFunction] = {}
        self._declared: dict[int, DatatypeInfo] = {}

    def __str__(self) -> str:
        return f"{format_address(self.package.package.storage_id)}::{self.module.name}"

    # types ---------------------------------------------------------------------------------------------------
    def signature(self, index: int) -> tuple[Type, ...]:
        found = self._signatures.get(index)
        if found is None:
            found = self._signatures[index] = tuple(map(self.type, self.module.signatures[index]))
        return found

    def type(self, token: Type) -> Type:
        """A module-local type as the run time names it."""
        if isinstance(token, DatatypeToken):
            return self.datatype_type(token.handle, tuple(map(self.type, token.type_args)))
        if isinstance(token, Vector):
            return Vector(self.type(token.element))
        if isinstance(token, Reference):
            return Reference(self.type(token.target), token.mutable)
        return token

    def datatype_type(self, handle: int, type_args: tuple[Type, ...]) -> Datatype:
        return Datatype(*self._identity(handle), type_args)

    def _identity(self, handle: int) -> tuple[bytes, str, str]:
        """Defining id, module and name of a datatype handle."""
        found = self._handles.get(handle)
        if found is None:
            row = self.module.datatype_handles[handle]
            package = self.package.dependency(self.module.module_address(row.module))
            module, name = self.module.module_name(row.module), self.module.identifiers[row.name]
            found = self._handles[handle] = (package.defining_id(module, name), module, name)
        return found

    # datatypes -----------------------------------------------------------------------------------------------
    def declared(self, name: str) -> DatatypeInfo:
        """A datatype of this module by name."""
        for definition in self._definitions:
            if self.module.datatype_name(definition) == name:
                return self.declaration(definition)
        raise LinkError(f"module {self} has no datatype {name}")

    @property
    def _definitions(self) -> tuple[StructDefinition | EnumDefinition, ...]:
        return (*self.module.structs, *self.module.enums)

    def declarations(self) -> tuple[DatatypeInfo, ...]:
        return tuple(map(self.declaration, self._definitions))

    def declaration(self, definition: StructDefinition | EnumDefinition) -> DatatypeInfo:
        found = self._declared.get(definition.handle)
        if found is None:
            found = self._declared[definition.handle] = self._declare(definition)
        return found

    def _declare(self, definition: StructDefinition | EnumDefinition) -> DatatypeInfo:
        handle = self.module.datatype_handles[definition.handle]
        package, module, name = self._identity(definition.handle)
        fields: tuple[FieldInfo, ...] = ()
        variants = None
        if isinstance(definition, StructDefinition):
            fields = self._fields(definition.fields)
        else:
            variants = tuple(
                VariantInfo(self.module.identifiers[variant.name], self._fields(variant.fields))
                for variant in definition.variants
            )
        return DatatypeInfo(package, module, name, handle.abilities, handle.type_parameters, fields, variants)

    def _fields(self, fields: tuple[Field, ...]) -> tuple[FieldInfo, ...]:
        return tuple(FieldInfo(self.module.identifiers[field.name], self.type(field.type)) for field in fields)

    def check_datatype(self, handle: int) -> None:
        """The datatype a handle names exists and is what the handle says. Raises `LinkError`."""
        row = self.module.datatype_handles[handle]
        package = self.package.dependency(self.module.module_address(row.module))
        info = package.module(self.module.module_name(row.module)).declared(self.module.identifiers[row.name])
        if (info.abilities, info.type_parameters) != (row.abilities, row.type_parameters):
            raise LinkError(
                f"module {self} expects other abilities or type parameters of {info.module}::{info.name}"
            )

    # functions -----------------------------------------------------------------------------------------------
    @cached_property
    def functions(self) -> tuple[LinkedFunction, ...]:
        return tuple(LinkedFunction(self, index, row) for index, row in enumerate(self.module.functions))

    @cached_property
    def _by_name(self) -> dict[str, LinkedFunction]:
        return {function.name: function for function in self.functions}

    def function(self, name: str) -> LinkedFunction:
        found = self._by_name.get(name)
        if found is None:
            raise LinkError(f"module {self} has no function {name}")
        return found

    def called(self, handle: int) -> LinkedFunction:
        """The function a handle names, checked to be callable from here. Raises `LinkError`."""
        found = self._called.get(handle)
        if found is None:
            found = self._called[handle] = self._resolve(handle)
        return found

    def _resolve(self, index: int) -> LinkedFunction:
        handle = self.module.function_handles[index]
        name = self.module.identifiers[handle.name]
        package = self.package.dependency(self.module.module_address(handle.module))
        target = package.module(self.module.module_name(handle.module)).function(name)
        expected = (handle.type_parameters, self.signature(handle.parameters), self.signature(handle.returns))
        if expected != (target.type_parameters, target.parameters, target.returns):
            raise LinkError(f"module {self} expects another signature of {target}")
        if not target.is_visible_to(self):
            raise LinkError(f"{target} is {target.definition.visibility} and cannot be called from {self}")
        return target


class LinkedFunction:
    """A function definition in its linked module. Compared by identity."""

    def __init__(self, module: LinkedModule, index: int, definition: Function) -> None:
        self.module = module
        self.index = index
        self.definition = definition
        handle = module.module.function_handles[definition.handle]
        self.name = module.module.identifiers[handle.name]
        self.type_parameters = handle.type_parameters
        self._parameters = handle.parameters
        self._returns = handle.returns

    def __str__(self) -> str:
        return f"{self.module}::{self.name}"

    @cached_property
    def parameters(self) -> tuple[Type, ...]:
        return self.module.signature(self._parameters)

    @cached_property
    def returns(self) -> tuple[Type, ...]:
        return self.module.signature(self._returns)

    @cached_property
    def locals(self) -> tuple[Type, ...]:
        """Types of all locals: parameters first."""
        code = self.definition.code
        return self.parameters if code is None else self.parameters + self.module.signature(code.locals)

    @property
    def info(self) -> FunctionInfo:
        definition = self.definition
        return FunctionInfo(
            self.name,
            definition.visibility,
            definition.is_entry,
            definition.code is None,
            self.type_parameters,
            self.parameters,
            self.returns,
        )

    def is_visible_to(self, caller: LinkedModule) -> bool:
        if caller is self.module or self.definition.visibility == "public":
            return True
        if self.definition.visibility == "private":
            return False
        module = self.module.module
        friends = ((module.addresses[row.address], module.identifiers[row.name]) for row in module.friends)
        return caller.package is self.module.package and (caller.module.address, caller.module.name) in friends
