"""Which of an account's own objects a blob is stored on (protocol.md §4.1, contracts.md §1.7).

Pure: told what the account has, it says what to do. A registration or blob of the same id and persistence comes
first, then unused storage that is large and long enough, then what must be bought.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from walrus_sui.chain import Prices
from walrus_sui.chain.types import Blob, Storage
from walrus_sui.client.storing.stored import Operation, ResourceUse


@dataclass(frozen=True, slots=True)
class Wanted:
    """One blob to be stored until `end_epoch` (exclusive), `encoded_length` bytes of storage."""

    blob_id: bytes
    encoded_length: int
    end_epoch: int
    deletable: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """`operation` on `blob`, a registration of the account, or on `storage`, an id. `None`: nothing is to do."""

    operation: Operation | None
    blob: Blob | None = None
    storage: bytes | None = None

    @property
    def registers(self) -> bool:
        return self.blob is None

    @property
    def extends(self) -> bool:
        return self.operation is not None and self.blob is not None and self.operation.epochs > 0

    @property
    def certifies(self) -> bool:
        return self.blob is None or self.blob.certified_epoch is None

    def cost(self, prices: Prices) -> int:
        """FROST at `prices`."""
        if self.operation is None:
            return 0
        size = self.operation.encoded_length
        bought = prices.storage_cost(size, self.operation.epochs)
        return bought + (prices.write_cost(size) if self.registers else 0)


class Resources:
    """What an account has in `epoch`; what one blob is given, the next is not."""

    def __init__(self, epoch: int, blobs: Iterable[Blob] = (), storages: Iterable[Storage] = ()) -> None:
        self._epoch = epoch
        self._blobs = [blob for blob in blobs if blob.storage.end_epoch > epoch]
        self._storages = [item for item in storages if item.start_epoch <= epoch < item.end_epoch]
        self._room = {item.object_id: item.storage_size for item in self._storages}

    def plan(self, wanted: Wanted) -> Plan:
        blob = self._registered(wanted)
        if blob is not None:
            return _on_registration(blob, wanted)
        storage = self._storage(wanted)
        if storage is not None:
            return Plan(Operation(ResourceUse.STORAGE, wanted.encoded_length), storage=storage)
        epochs = wanted.end_epoch - self._epoch
        return Plan(Operation(ResourceUse.NEW, wanted.encoded_length, epochs))

    def _registered(self, wanted: Wanted) -> Blob | None:
        """The account's own, certified rather than not, long rather than short."""
        own = (
            blob
            for blob in self._blobs
            if (blob.blob_id, blob.deletable) == (wanted.blob_id, wanted.deletable)
            and blob.storage.storage_size >= wanted.encoded_length
        )
        return max(own, key=lambda blob: (blob.certified_epoch is not None, blob.storage.end_epoch), default=None)

    def _storage(self, wanted: Wanted) -> bytes | None:
        """The smallest that suffices, and of those the one that ends first."""
        fitting = (
            item
            for item in self._storages
            if item.end_epoch >= wanted.end_epoch and self._room[item.object_id] >= wanted.encoded_length
        )
        chosen = min(fitting, key=lambda item: (self._room[item.object_id], item.end_epoch), default=None)
        if chosen is None:
            return None
        self._room[chosen.object_id] -= wanted.encoded_length
        return chosen.object_id


def _on_registration(blob: Blob, wanted: Wanted) -> Plan:
    missing = max(0, wanted.end_epoch - blob.storage.end_epoch)
    size = blob.storage.storage_size
    if blob.certified_epoch is not None:
        return Plan(Operation(ResourceUse.BLOB_EXTENDED, size, missing) if missing else None, blob)
    if missing:
        return Plan(Operation(ResourceUse.REGISTRATION_EXTENDED, size, missing), blob)
    return Plan(Operation(ResourceUse.REGISTRATION, size), blob)
