"""What the node accepts (protocol.md §2.6).

Nothing is stored that was not verified: metadata against the blob id, a sliver against the metadata, both only for
blobs registered on chain and for shards this node owns. Uploads that say so may come before their registration.

Methods block and may take milliseconds: they belong on a worker thread. They may run at the same time, for
storing the same bytes twice is harmless.
"""

from __future__ import annotations

from enum import Enum

from walrus_node.blob_info import InvalidBlob, is_registered
from walrus_node.custody import Custody
from walrus_node.pending import PendingUploads
from walrus_node.refusal import Refusal
from walrus_node.store import Store
from walrus_sui.errors import BcsError, MetadataError, SliverError
from walrus_sui.redstuff import (
    Axis,
    BlobId,
    BlobMetadata,
    SliverData,
    pair_index,
    verify_metadata,
    verify_sliver,
)
from walrus_sui.storage import Reason, StoredStatus


class Outcome(Enum):
    """What became of an upload; the value is how HTTP says it."""

    STORED = 201
    BUFFERED = 202
    EXISTED = 200


class Intake:
    """Uploads into the store, or into memory until their blob is registered."""

    def __init__(self, store: Store, custody: Custody, pending: PendingUploads) -> None:
        self._store = store
        self._custody = custody
        self._pending = pending

    def metadata_status(self, blob_id: BlobId) -> StoredStatus:
        if self._store.metadata(bytes(blob_id)) is not None:
            return StoredStatus.STORED
        return _pending_status(self._pending.metadata(blob_id) is not None)

    def sliver_status(self, blob_id: BlobId, pair: int, axis: Axis) -> StoredStatus:
        shard = self._custody.shard_of(blob_id, pair, self._custody.duty.readable)
        if self._store.sliver(bytes(blob_id), shard, axis) is not None:
            return StoredStatus.STORED
        return _pending_status(self._pending.has_sliver(blob_id, (pair, axis)))

    def store_metadata(self, blob_id: BlobId, body: bytes, *, pending: bool = False) -> Outcome:
        """Take a blob's metadata; with `pending` also before its registration. Raises `Refusal`."""
        if isinstance(self._store.blob_info(bytes(blob_id)), InvalidBlob):
            raise Refusal(Reason.INVALID_BLOB, f"blob {blob_id} was proved inconsistent")
        if self._store.metadata(bytes(blob_id)) is not None or self._pending.metadata(blob_id) is not None:
            return Outcome.EXISTED
        metadata = _parse_metadata(body)
        try:
            verify_metadata(metadata, blob_id, self._custody.duty.n_shards)
        except MetadataError as error:
            raise Refusal(Reason.INVALID_METADATA, str(error)) from error
        if self._must_wait(blob_id, pending):
            self._pending.put_metadata(blob_id, body)
            return self._settle(blob_id)
        self._store.put_metadata(bytes(blob_id), body)
        return Outcome.STORED

    def store_sliver(
        self, blob_id: BlobId, pair: int, axis: Axis, body: bytes, *, pending: bool = False
    ) -> Outcome:
        """Take one sliver; with `pending` also before the blob's registration. Raises `Refusal`."""
        self._custody.check_pair(pair)
        sliver = _parse_sliver(body)
        self._check_index(sliver, pair, axis)
        must_wait = self._must_wait(blob_id, pending)
        metadata = self._metadata(blob_id)
        shard = self._custody.shard_of(blob_id, pair, self._custody.duty.shards)
        if self._store.sliver(bytes(blob_id), shard, axis) is not None:
            return Outcome.EXISTED
        try:
            verify_sliver(sliver, axis, metadata)
        except SliverError as error:
            raise Refusal(Reason.INVALID_SLIVER, str(error)) from error
        if must_wait:
            self._pending.put_sliver(blob_id, (pair, axis), body)
            return self._settle(blob_id)
        self._store.put_sliver(bytes(blob_id), shard, axis, body)
        return Outcome.STORED

    def has_pending(self, blob_id: BlobId) -> bool:
        """Whether anything of the blob waits for its registration."""
        return self._pending.is_enabled and blob_id in self._pending

    def flush(self, blob_id: BlobId) -> None:
        """Store what waited for the blob, if it is registered now."""
        if not self._is_registered(blob_id):
            return
        blob = self._pending.take(blob_id)
        if blob is None:
            return
        if blob.metadata is not None:
            self._store.put_metadata(bytes(blob_id), blob.metadata)
        for (pair, axis), sliver in blob.slivers.items():
            shard = self._custody.shard_of(blob_id, pair, self._custody.duty.readable)
            self._store.put_sliver(bytes(blob_id), shard, axis, sliver)

    def _settle(self, blob_id: BlobId) -> Outcome:
        """The registration may have come while its upload was being checked."""
        self.flush(blob_id)
        return Outcome.BUFFERED if self.has_pending(blob_id) else Outcome.STORED

    def _must_wait(self, blob_id: BlobId, pending: bool) -> bool:
        if self._is_registered(blob_id):
            return False
        if pending and self._pending.is_enabled:
            return True
        message = f"blob {blob_id} is not registered in epoch {self._custody.duty.epoch}"
        raise Refusal(Reason.NOT_REGISTERED, message)

    def _is_registered(self, blob_id: BlobId) -> bool:
        return is_registered(self._store.blob_info(bytes(blob_id)), self._custody.duty.epoch)

    def _metadata(self, blob_id: BlobId) -> BlobMetadata:
        pending = self._pending.metadata(blob_id)
        return self._custody.required_metadata(blob_id) if pending is None else _parse_metadata(pending)

    def _check_index(self, sliver: SliverData, pair: int, axis: Axis) -> None:
        n_shards = self._custody.duty.n_shards
        if sliver.index >= n_shards or pair_index(axis, sliver.index, n_shards) != pair:
            message = f"expected the {axis.value} sliver of pair {pair}, got the sliver of index {sliver.index}"
            raise Refusal(Reason.SLIVER_INDEX_MISMATCH, message)


def _pending_status(present: bool) -> StoredStatus:
    return StoredStatus.BUFFERED if present else StoredStatus.NONEXISTENT


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
