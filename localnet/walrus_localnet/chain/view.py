"""The state a transaction starts from: the store, with what the same commit has already written laid over it."""

from __future__ import annotations

from walrus_localnet.chain.objects import id_of
from walrus_localnet.chain.packages import vm_package
from walrus_localnet.chain.store import Store
from walrus_localnet.vm import Package
from walrus_sui.bcs.sui import MovePackage, Object


class View:
    """Live objects by id. `apply` lays changes over it; the store itself is not touched."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._over: dict[bytes, Object | None] = {}

    def latest(self, object_id: bytes) -> Object | None:
        if object_id in self._over:
            return self._over[object_id]
        return self.store.latest(object_id)

    def apply(self, written: tuple[Object, ...], removed: frozenset[bytes] = frozenset()) -> None:
        for object_id in removed:
            self._over[object_id] = None
        for obj in written:
            self._over[id_of(obj)] = obj

    def move_package(self, object_id: bytes) -> MovePackage | None:
        found = self.latest(object_id)
        return found.data if found is not None and isinstance(found.data, MovePackage) else None


class PackageShelf:
    """The machine's source of packages: those of the store, and those a running transaction is publishing."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.unpublished: dict[bytes, MovePackage] = {}

    def package(self, storage_id: bytes) -> Package | None:
        found = self.unpublished.get(storage_id)
        if found is None:
            obj = self.store.latest(storage_id)
            found = obj.data if obj is not None and isinstance(obj.data, MovePackage) else None
        return None if found is None else vm_package(found)
