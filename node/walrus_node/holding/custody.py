"""What the node hands out and vouches for (protocol.md §2.6).

A confirmation is signed only over what was read back whole and is on disk. Methods block and may take
milliseconds: they belong on a worker thread, and may run at the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from walrus_node.database import blob_info
from walrus_node.database.store import Store
from walrus_node.holding.duty import Duty
from walrus_node.refusal import Refusal
from walrus_sui.crypto.bls import SecretKey
from walrus_sui.crypto.messages import Deletable, Permanent, SignedMessage, StorageConfirmation
from walrus_sui.redstuff import Axis, BlobId, BlobMetadata, SliverData, pair_of_shard, shard_of_pair
from walrus_sui.storage import BlobStatus, Bundle, BundledSliver, Reason, Status

_CACHED_METADATA = 64
"""Parsed metadata at hand: a blob's slivers arrive together, and parsing costs more than checking a sliver."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What the node lacks of a blob: its metadata, and slivers by pair and axis."""

    metadata: bool
    slivers: list[tuple[int, Axis]]

    @property
    def is_nothing(self) -> bool:
        return not self.metadata and not self.slivers


class Custody:
    """The node's blobs under the current duty, which `duty` asks for anew at every request."""

    def __init__(self, store: Store, key: SecretKey, duty: Callable[[], Duty]) -> None:
        self._store = store
        self._key = key
        self._ask_duty = duty
        self.parse_metadata = lru_cache(_CACHED_METADATA)(BlobMetadata.from_bytes)

    @property
    def duty(self) -> Duty:
        return self._ask_duty()

    # For everyone: refuses what is not registered, not this node's or not here

    def metadata(self, blob_id: BlobId) -> bytes:
        """The BCS of BlobMetadataWithId."""
        self.require_registered(blob_id, Reason.METADATA_NOT_FOUND, Status.NOT_FOUND)
        return bytes(blob_id) + self._stored_metadata(blob_id, Status.NOT_FOUND)

    def sliver(self, blob_id: BlobId, pair: int, axis: Axis) -> bytes:
        """The BCS of SliverData."""
        shard = self.shard_of(blob_id, pair, self.duty.readable)
        self.require_registered(blob_id, Reason.SLIVER_NOT_FOUND)
        sliver = self._store.sliver(bytes(blob_id), shard, axis)
        if sliver is None:
            raise Refusal(Reason.SLIVER_NOT_FOUND, f"the {axis.value} sliver of pair {pair} is not stored here")
        return sliver

    def bundle(self, blob_id: BlobId, places: Iterable[tuple[int, Axis]], *, metadata: bool, limit: int) -> Bundle:
        """What is here of the metadata and of slivers by pair and axis: at most `limit` bytes, or one part."""
        places = list(places)
        for pair, _ in places:
            self.check_pair(pair)
        self.require_registered(blob_id, Reason.SLIVER_NOT_FOUND)
        known = self._store.metadata(bytes(blob_id)) if metadata else None
        return Bundle(known, tuple(self._slivers_up_to(blob_id, places, limit - len(known or b""))))

    def _slivers_up_to(
        self, blob_id: BlobId, places: Iterable[tuple[int, Axis]], limit: int
    ) -> Iterator[BundledSliver]:
        duty, size = self.duty, 0
        for pair, axis in places:
            shard = shard_of_pair(blob_id, pair, duty.n_shards)
            sliver = self._store.sliver(bytes(blob_id), shard, axis) if shard in duty.readable else None
            if sliver is None:
                continue
            part = BundledSliver(pair, axis, sliver)
            if size and size + part.size > limit:
                return
            size += part.size
            yield part

    def confirm(self, blob_id: BlobId, persistence: Permanent | Deletable) -> SignedMessage:
        """The node's word that its part of the blob is stored, in the current epoch."""
        duty = self.duty
        self.require_registered(blob_id)
        if isinstance(persistence, Deletable):
            self._require_object(blob_id, persistence.object_id, duty.epoch)
        self._require_complete(blob_id, duty)
        self._store.sync()
        return SignedMessage.sign(StorageConfirmation(bytes(blob_id), persistence), duty.epoch, self._key)

    def status(self, blob_id: BlobId) -> BlobStatus:
        return blob_info.status(self._store.blob_info(bytes(blob_id)), self.duty.epoch)

    # For the rest of the node

    def missing(self, blob_id: BlobId) -> Missing:
        """What of the blob is not here, or not intact, for the shards owned now."""
        duty = self.duty
        slivers = [
            (pair_of_shard(blob_id, shard, duty.n_shards), axis)
            for shard in sorted(duty.shards)
            for axis in Axis
            if self._store.sliver(bytes(blob_id), shard, axis) is None
        ]
        return Missing(self._store.metadata(bytes(blob_id)) is None, slivers)

    def known_metadata(self, blob_id: BlobId) -> BlobMetadata | None:
        """The blob's metadata if it is stored here."""
        found = self._store.metadata(bytes(blob_id))
        return None if found is None else self.parse_metadata(found)

    def required_metadata(self, blob_id: BlobId) -> BlobMetadata:
        """The blob's metadata, perhaps from memory. Raises `Refusal` if it is not stored here."""
        found = self._store.metadata_at_hand(bytes(blob_id))
        if found is None:
            raise _no_metadata(blob_id, Status.FAILED_PRECONDITION)
        return self.parse_metadata(found)

    def known_sliver(self, blob_id: BlobId, pair: int, axis: Axis) -> SliverData | None:
        """A sliver if it is stored here, whatever the blob's state."""
        found = self._store.sliver(bytes(blob_id), shard_of_pair(blob_id, pair, self.duty.n_shards), axis)
        return None if found is None else SliverData.from_bytes(found)

    def readable_slivers(self, blob_id: BlobId, axis: Axis) -> list[SliverData]:
        """The slivers that are here of the shards that are read from this node, whatever the blob's state."""
        duty = self.duty
        pairs = (pair_of_shard(blob_id, shard, duty.n_shards) for shard in sorted(duty.readable))
        found = (self.known_sliver(blob_id, pair, axis) for pair in pairs)
        return [sliver for sliver in found if sliver is not None]

    def can_read_pair(self, blob_id: BlobId, pair: int) -> bool:
        """Whether the pair lies on a shard that is read from this node."""
        return shard_of_pair(blob_id, pair, self.duty.n_shards) in self.duty.readable

    def require_registered(
        self, blob_id: BlobId, reason: Reason = Reason.NOT_REGISTERED, status: Status | None = None
    ) -> None:
        """Raises `Refusal` for a blob without a live object."""
        epoch = self.duty.epoch
        if not blob_info.is_registered(self._store.blob_info(bytes(blob_id)), epoch):
            raise Refusal(reason, f"blob {blob_id} is not registered in epoch {epoch}", status)

    def check_pair(self, pair: int) -> None:
        """Raises `Refusal` for a pair beyond the shards."""
        n_shards = self.duty.n_shards
        if not 0 <= pair < n_shards:
            raise Refusal(Reason.INDEX_OUT_OF_RANGE, f"expected a sliver pair index below {n_shards}, got {pair}")

    def shard_of(self, blob_id: BlobId, pair: int, allowed: frozenset[int]) -> int:
        """The shard of a pair. Raises `Refusal` unless it is one of `allowed`."""
        self.check_pair(pair)
        shard = shard_of_pair(blob_id, pair, self.duty.n_shards)
        if shard not in allowed:
            message = f"pair {pair} of blob {blob_id} lies on shard {shard}, which this node does not own"
            raise Refusal(Reason.SHARD_NOT_ASSIGNED, message)
        return shard

    def _require_object(self, blob_id: BlobId, object_id: bytes, epoch: int) -> None:
        row = self._store.object_info(object_id)
        if row is None or row.blob_id != bytes(blob_id) or not row.is_registered(epoch):
            message = f"object 0x{object_id.hex()} is not registered for blob {blob_id} in epoch {epoch}"
            raise Refusal(Reason.NOT_REGISTERED, message)

    def _require_complete(self, blob_id: BlobId, duty: Duty) -> None:
        if not duty.shards:
            raise Refusal(Reason.SHARD_NOT_ASSIGNED, f"this node owns no shard in epoch {duty.epoch}")
        self._stored_metadata(blob_id, Status.FAILED_PRECONDITION)
        for pair, axis in self.missing(blob_id).slivers:
            message = f"the {axis.value} sliver of pair {pair} is not stored here"
            raise Refusal(Reason.MISSING_SLIVERS, message)

    def _stored_metadata(self, blob_id: BlobId, status: Status) -> bytes:
        metadata = self._store.metadata(bytes(blob_id))
        if metadata is None:
            raise _no_metadata(blob_id, status)
        return metadata


def _no_metadata(blob_id: BlobId, status: Status) -> Refusal:
    return Refusal(Reason.METADATA_NOT_FOUND, f"the metadata of blob {blob_id} is not stored here", status)
