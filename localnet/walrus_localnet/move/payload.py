"""What a publish transaction carries: module bytes, the ids of the packages they need, and their digest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from walrus_localnet.move.artifacts import BuiltPackage
from walrus_localnet.move.errors import PackageError
from walrus_localnet.move.package import ZERO, Package
from walrus_localnet.vm.bytecode import with_addresses
from walrus_sui.bcs.sui import blake2b256


@dataclass(frozen=True)
class PublishPayload:
    """Modules at 0x0, dependencies first; `dependencies` are storage ids; `digest` is 32 bytes."""

    modules: tuple[bytes, ...]
    dependencies: tuple[bytes, ...]
    digest: bytes


def publish_payload(package: Package, built: BuiltPackage, published: Mapping[str, bytes]) -> PublishPayload:
    """The payload of a package, given the ids of those dependencies whose manifests name none.

    Raises `PackageError` when an id is missing.
    """
    ids = {needed.name: published.get(needed.name, needed.published_at) for needed in package.dependencies}
    replaced = {built.address: ZERO}
    for name, address in built.placeholders.items():
        replaced[address] = _known(ids, name)
    dependencies = tuple(_known(ids, name) for name in built.dependencies)
    modules = tuple(with_addresses(module, replaced) for module in built.modules)
    return PublishPayload(modules, dependencies, package_digest(modules, dependencies))


def _known(ids: Mapping[str, bytes | None], name: str) -> bytes:
    found = ids.get(name)
    if found is None:
        raise PackageError(
            f"the package {name} is not published anywhere this manifest names",
            hint=f"give its id: --published {name}=0x…",
        )
    return found


def package_digest(modules: Iterable[bytes], dependencies: Iterable[bytes]) -> bytes:
    """The digest of a package: that of the sorted digests of its modules and ids of its dependencies.

    An upgrade is authorised for one digest (sui_localnet.md §4.3).
    """
    return blake2b256(*sorted([*(blake2b256(module) for module in modules), *dependencies]))
