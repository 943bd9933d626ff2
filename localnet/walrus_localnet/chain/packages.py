"""Packages as objects: placing modules, naming where types come from, linking (source: sui_localnet.md §4.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from walrus_localnet.chain.errors import PackageError
from walrus_localnet.vm import Package
from walrus_localnet.vm.bytecode import Module, read_module, with_self_address
from walrus_sui.bcs.sui import (
    DatatypeTag,
    MovePackage,
    StructTag,
    TypeOrigin,
    TypeTag,
    UpgradeInfo,
    VectorTag,
    blake2b256,
)

UNPUBLISHED = bytes(32)
"""Self address of modules that have no package yet."""


@lru_cache(maxsize=512)
def parsed(data: bytes) -> Module:
    """A module, read once however many want to look into it. Raises `MalformedModule`."""
    return read_module(data)


def original_id(package: MovePackage) -> bytes:
    """The id of the package's first version, which all versions carry as the self address of their modules."""
    if package.version == 1:
        return package.object_id
    return parsed(next(iter(package.modules.values()))).address


def vm_package(package: MovePackage) -> Package:
    """The package as the machine wants it."""
    return Package(
        storage_id=package.object_id,
        original_id=original_id(package),
        version=package.version,
        modules=package.modules,
        linkage={original: info.upgraded_id for original, info in package.linkage.items()},
        type_origins={(origin.module, origin.datatype): origin.package for origin in package.type_origins},
    )


def place_modules(modules: Iterable[bytes], address: bytes) -> dict[str, bytes]:
    """The modules at their self address, by name, in order of name.

    Raises `MalformedModule` for bytes that are none or have another self address, `PackageError` for equal names.
    """
    placed: dict[str, bytes] = {}
    for data in modules:
        name = parsed(data).name
        if name in placed:
            raise PackageError(f"expected modules of different names, got {name} twice")
        placed[name] = with_self_address(data, address)
    return dict(sorted(placed.items()))


def type_origins(
    modules: dict[str, bytes], package_id: bytes, before: MovePackage | None = None
) -> tuple[TypeOrigin, ...]:
    """Where every datatype was first defined: here, unless a version `before` knows it."""
    known = {(origin.module, origin.datatype): origin.package for origin in before.type_origins} if before else {}
    return tuple(
        TypeOrigin(module, name, known.get((module, name), package_id))
        for module, data in modules.items()
        for name in datatype_names(parsed(data))
    )


def defining_tag(tag: TypeTag, find: Callable[[bytes], MovePackage | None]) -> TypeTag:
    """A type named through any version of its package, by the version that first defined it.

    Types that do not exist stay as they are, to be refused by who uses them.
    """
    if isinstance(tag, VectorTag):
        return VectorTag(defining_tag(tag.element, find))
    if not isinstance(tag, DatatypeTag):
        return tag
    struct, package = tag.struct, find(tag.struct.address)
    origins = () if package is None else package.type_origins
    known = {(origin.module, origin.datatype): origin.package for origin in origins}
    address = known.get((struct.module, struct.name), struct.address)
    arguments = tuple(defining_tag(argument, find) for argument in struct.type_args)
    return DatatypeTag(StructTag(address, struct.module, struct.name, arguments))


def datatype_names(module: Module) -> list[str]:
    """Names of the structs, then the enums that a module declares."""
    handles = [struct.handle for struct in module.structs] + [enum.handle for enum in module.enums]
    return [module.identifiers[module.datatype_handles[handle].name] for handle in handles]


def linkage_of(dependencies: Iterable[MovePackage]) -> dict[bytes, UpgradeInfo]:
    """Which version stands for each original package."""
    return {original_id(package): UpgradeInfo(package.object_id, package.version) for package in dependencies}


def package_digest(modules: Iterable[bytes], dependencies: Iterable[bytes]) -> bytes:
    """What an upgrade ticket commits to: module bytes as sent, and dependency ids, in any order."""
    return blake2b256(*sorted([*map(blake2b256, modules), *dependencies]))
