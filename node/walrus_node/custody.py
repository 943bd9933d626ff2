"""What the node accepts, hands out and vouches for (protocol.md §2.6).

Nothing is stored that was not verified: metadata against the blob id, a sliver against the metadata, both only
for blobs registered on chain and shards this node owns. A confirmation is signed only over what was read back
whole and is on disk.

Methods block and may take milliseconds: they belong on a worker thread. They may run at the same time, for
storing the same bytes twice is harmless.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from walrus_node import blob_info
from walrus_node.blob_info import InvalidBlob
from walrus_node.refusal import Refusal
from walrus_node.store import Store
from walrus_sui.crypto.bls import SecretKey
from walrus_sui.crypto.messages import Deletable, Permanent, SignedMessage, StorageConfirmation
from walrus_sui.errors import BcsError, MetadataError, SliverError
from walrus_sui.redstuff import (
    Axis,
    BlobId,
    BlobMetadata,
    SliverData,
    pair_index,
    pair_of_shard,
    shard_of_pair,
    verify_metadata,
    verify_sliver,
)
from walrus_sui.storage import BlobStatus, Reason, Status, StoredStatus

_CACHED_METADATA = 64
"""Parsed metadata kept at hand: the slivers of a blob arrive together, and parsing costs more than checking a
sliver."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What the node lacks of a blob: its metadata, and slivers by pair and axis."""

    metadata: bool
    slivers: list[tuple[int, Axis]]

    @property
    def is_nothing(self) -> bool:
        return not self.metadata and not self.slivers


@dataclass(frozen=True, slots=True)
class Duty:
    """What the node answers for in the current epoch: `shards` of `n_shards`. Empty outside the committee.

    `leaving` are shards it held in the epoch before and gives up: still read from it, no longer written to.
    """

    epoch: int
    n_shards: int
    shards: frozenset[int]
    leaving: frozenset[int] = frozenset()

    @property
    def readable(self) -> frozenset[int]:
        return self.shards | self.leaving


class Custody:
    """The node's blobs under the current duty, which `duty` asks for anew at every request."""

    def __init__(self, store: Store, key: SecretKey, duty: Callable[[], Duty]) -> None:
        self._store = store
        self._key = key
        self._duty = duty
        self._metadata = lru_cache(_CACHED_METADATA)(BlobMetadata.from_bytes)

    @property
    def n_shards(self) -> int:
        return self._duty().n_shards

    @property
    def epoch(self) -> int:
        return self._duty().epoch

    @property
    def readable_shards(self) -> frozenset[int]:
        return self._duty().readable

    def metadata(self, blob_id: BlobId) -> bytes:
        """The BCS of BlobMetadataWithId."""
        self.require_registered(blob_id, Reason.METADATA_NOT_FOUND, Status.NOT_FOUND)
        return bytes(blob_id) + self._stored_metadata(blob_id, Status.NOT_FOUND)

    def metadata_status(self, blob_id: BlobId) -> StoredStatus:
        return _stored(self._store.metadata(bytes(blob_id)) is not None)

    def store_metadata(self, blob_id: BlobId, body: bytes) -> bool:
        """Whether it was new."""
        if isinstance(self._store.blob_info(bytes(blob_id)), InvalidBlob):
            raise Refusal(Reason.INVALID_BLOB, f"blob {blob_id} was proved inconsistent")
        if self._store.metadata(bytes(blob_id)) is not None:
            return False
        metadata = _parse_metadata(body)
        try:
            verify_metadata(metadata, blob_id, self._duty().n_shards)
        except MetadataError as error:
            raise Refusal(Reason.INVALID_METADATA, str(error)) from error
        self.require_registered(blob_id)
        self._store.put_metadata(bytes(blob_id), body)
        return True

    def sliver(self, blob_id: BlobId, pair: int, axis: Axis) -> bytes:
        """The BCS of SliverData."""
        shard = self._shard(blob_id, pair, self._duty().readable)
        self.require_registered(blob_id, Reason.SLIVER_NOT_FOUND)
        sliver = self._store.sliver(bytes(blob_id), shard, axis)
        if sliver is None:
            raise Refusal(Reason.SLIVER_NOT_FOUND, f"the {axis.value} sliver of pair {pair} is not stored here")
        return sliver

    def sliver_status(self, blob_id: BlobId, pair: int, axis: Axis) -> StoredStatus:
        shard = self._shard(blob_id, pair, self._duty().readable)
        return _stored(self._store.sliver(bytes(blob_id), shard, axis) is not None)

    def store_sliver(self, blob_id: BlobId, pair: int, axis: Axis, body: bytes) -> bool:
        """Whether it was new."""
        self._check_pair(pair)
        sliver = _parse_sliver(body)
        self._check_sliver_index(sliver, pair, axis)
        self.require_registered(blob_id)
        metadata = self.parsed_metadata(blob_id)
        shard = self._shard(blob_id, pair, self._duty().shards)
        if self._store.sliver(bytes(blob_id), shard, axis) is not None:
            return False
        try:
            verify_sliver(sliver, axis, metadata)
        except SliverError as error:
            raise Refusal(Reason.INVALID_SLIVER, str(error)) from error
        self._store.put_sliver(bytes(blob_id), shard, axis, body)
        return True

    def confirm(self, blob_id: BlobId, persistence: Permanent | Deletable) -> SignedMessage:
        """The node's word that its part of the blob is stored, in the current epoch."""
        duty = self._duty()
        self.require_registered(blob_id)
        if isinstance(persistence, Deletable):
            self._require_object(blob_id, persistence.object_id, duty.epoch)
        self._require_complete(blob_id, duty)
        self._store.sync()
        return SignedMessage.sign(StorageConfirmation(bytes(blob_id), persistence), duty.epoch, self._key)

    def status(self, blob_id: BlobId) -> BlobStatus:
        return blob_info.status(self._store.blob_info(bytes(blob_id)), self._duty().epoch)

    def parsed_metadata(self, blob_id: BlobId) -> BlobMetadata:
        """Raises `Refusal` if it is not stored."""
        return self._metadata(self._stored_metadata(blob_id, Status.FAILED_PRECONDITION))

    def stored_sliver(self, blob_id: BlobId, pair: int, axis: Axis) -> SliverData | None:
        """A sliver for the node's own use, whatever the blob's state."""
        found = self._store.sliver(bytes(blob_id), shard_of_pair(blob_id, pair, self.n_shards), axis)
        return None if found is None else SliverData.from_bytes(found)

    def can_read_pair(self, blob_id: BlobId, pair: int) -> bool:
        """Whether the pair lies on a shard that is read from this node."""
        return shard_of_pair(blob_id, pair, self.n_shards) in self._duty().readable

    def require_registered(
        self, blob_id: BlobId, reason: Reason = Reason.NOT_REGISTERED, status: Status | None = None
    ) -> None:
        epoch = self._duty().epoch
        if not blob_info.is_registered(self._store.blob_info(bytes(blob_id)), epoch):
            raise Refusal(reason, f"blob {blob_id} is not registered in epoch {epoch}", status)

    def _require_object(self, blob_id: BlobId, object_id: bytes, epoch: int) -> None:
        row = self._store.object_info(object_id)
        if row is None or row.blob_id != bytes(blob_id) or not row.is_registered(epoch):
            message = f"object 0x{object_id.hex()} is not registered for blob {blob_id} in epoch {epoch}"
            raise Refusal(Reason.NOT_REGISTERED, message)

    def missing(self, blob_id: BlobId) -> Missing:
        """What of the blob is not here, or not intact, for the shards owned now."""
        duty = self._duty()
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
        return None if found is None else self._metadata(found)

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
            raise Refusal(Reason.METADATA_NOT_FOUND, f"the metadata of blob {blob_id} is not stored here", status)
        return metadata

    def _check_pair(self, pair: int) -> None:
        n_shards = self._duty().n_shards
        if not 0 <= pair < n_shards:
            raise Refusal(Reason.INDEX_OUT_OF_RANGE, f"expected a sliver pair index below {n_shards}, got {pair}")

    def _check_sliver_index(self, sliver: SliverData, pair: int, axis: Axis) -> None:
        n_shards = self._duty().n_shards
        if sliver.index >= n_shards or pair_index(axis, sliver.index, n_shards) != pair:
            message = f"expected the {axis.value} sliver of pair {pair}, got the sliver of index {sliver.index}"
            raise Refusal(Reason.SLIVER_INDEX_MISMATCH, message)

    def _shard(self, blob_id: BlobId, pair: int, allowed: frozenset[int]) -> int:
        self._check_pair(pair)
        shard = shard_of_pair(blob_id, pair, self._duty().n_shards)
        if shard not in allowed:
            message = f"pair {pair} of blob {blob_id} lies on shard {shard}, which this node does not own"
            raise Refusal(Reason.SHARD_NOT_ASSIGNED, message)
        return shard


def _stored(present: bool) -> StoredStatus:
    return StoredStatus.STORED if present else StoredStatus.NONEXISTENT


_RETIRED_ENCODING = b"\x00\x00"
"""Start of well-formed metadata of the RaptorQ encoding, which no node supports any more."""


def _parse_metadata(body: bytes) -> BlobMetadata:
    if body.startswith(_RETIRED_ENCODING):
        raise Refusal(Reason.UNSUPPORTED_ENCODING_TYPE, "expected encoding type 1 (RS2), got 0")
    try:
        return BlobMetadata.from_bytes(body)
    except BcsError as error:
        raise _not_bcs("BlobMetadata", error) from error


def _parse_sliver(body: bytes) -> SliverData:
    try:
        return SliverData.from_bytes(body)
    except BcsError as error:
        raise _not_bcs("SliverData", error) from error


def _not_bcs(layout: str, error: BcsError) -> Refusal:
    # official nodes call every body that does not parse a wrong content type
    return Refusal(Reason.INVALID_CONTENT_TYPE, f"expected the BCS of {layout}: {error}")
