"""What the node accepts (protocol.md §2.6).

Nothing is stored that was not verified: metadata against the blob id, a sliver against the metadata, both only for
blobs registered on chain and for shards this node owns. Uploads that say so may come before their registration.

Methods block and may take milliseconds: they belong on a worker thread. They may run at the same time, for
storing the same bytes twice is harmless.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from enum import Enum

from walrus_node.database.blob_info import InvalidBlob, is_registered
from walrus_node.database.store import Store
from walrus_node.holding.custody import Custody
from walrus_node.holding.pending import PendingUploads, Place
from walrus_node.refusal import Refusal
from walrus_sui.errors import BcsError, MetadataError, SliverError
from walrus_sui.redstuff import (
    Axis,
    BlobId,
    BlobMetadata,
    SliverData,
    pair_index,
    shard_of_pair,
    verify_metadata,
    verify_slivers,
)
from walrus_sui.storage import Bundle, BundledSliver, Reason, StoredStatus
from walrus_sui.storage.bundle import Part

Slivers = Mapping[Place, Part]
"""The BCS of slivers."""


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

    def store_metadata(self, blob_id: BlobId, body: Part, *, pending: bool = False) -> Outcome:
        """Take a blob's metadata; with `pending` also before its registration. Raises `Refusal`."""
        self._refuse_invalid(blob_id)
        if self._has_metadata(blob_id):
            return Outcome.EXISTED
        metadata = bytes(body)
        self._verified_metadata(blob_id, metadata)
        return self._keep(blob_id, metadata, {}, self._must_wait(blob_id, pending))

    def store_sliver(
        self, blob_id: BlobId, pair: int, axis: Axis, body: Part, *, pending: bool = False
    ) -> Outcome:
        """Take one sliver; with `pending` also before the blob's registration. Raises `Refusal`."""
        sliver = self._parsed_sliver(pair, axis, body)
        must_wait = self._must_wait(blob_id, pending)
        metadata = self._metadata(blob_id)
        if self._has_sliver(blob_id, pair, axis):
            return Outcome.EXISTED
        _verify_slivers([sliver], axis, metadata)
        return self._keep(blob_id, None, {(pair, axis): body}, must_wait)

    def store_bundle(self, blob_id: BlobId, bundle: Bundle, *, pending: bool = False) -> Counter[Outcome]:
        """Take metadata and slivers, all or nothing; gives how many of these parts met which end.

        Every part is checked as if it had come alone. Raises `Refusal`.
        """
        self._refuse_invalid(blob_id)
        _refuse_repeated(bundle)
        must_wait = self._must_wait(blob_id, pending)
        body = None if bundle.metadata is None or self._has_metadata(blob_id) else bytes(bundle.metadata)
        verified = None if body is None else self._verified_metadata(blob_id, body)
        slivers = self._new_slivers(blob_id, verified, bundle.slivers)
        new = len(slivers) + (body is not None)
        parts = len(bundle.slivers) + (bundle.metadata is not None)
        outcomes = Counter({Outcome.EXISTED: parts - new})
        if new:
            outcomes[self._keep(blob_id, body, slivers, must_wait)] += new
        return outcomes

    async def forget_expired(self) -> None:
        """Now and then give back the memory of uploads whose registration did not come; for ever."""
        while self._pending.is_enabled:
            await asyncio.sleep(self._pending.seconds)
            self._pending.drop_expired()
        await asyncio.Event().wait()

    def has_pending(self, blob_id: BlobId) -> bool:
        """Whether anything of the blob waits for its registration."""
        return self._pending.is_enabled and blob_id in self._pending

    def flush(self, blob_id: BlobId) -> None:
        """Store what waited for the blob, if it is registered now."""
        if not self._is_registered(blob_id):
            return
        blob = self._pending.take(blob_id)
        if blob is not None:
            self._write(blob_id, blob.metadata, blob.slivers)

    def _keep(self, blob_id: BlobId, metadata: bytes | None, slivers: Slivers, must_wait: bool) -> Outcome:
        """Put away what was verified."""
        if not must_wait:
            self._write(blob_id, metadata, slivers)
            return Outcome.STORED
        self._pending.put(blob_id, metadata, {place: bytes(sliver) for place, sliver in slivers.items()})
        self.flush(blob_id)  # the registration may have come while its upload was being checked
        return Outcome.BUFFERED if self.has_pending(blob_id) else Outcome.STORED

    def _write(self, blob_id: BlobId, metadata: bytes | None, slivers: Slivers) -> None:
        duty = self._custody.duty
        placed = (
            (shard_of_pair(blob_id, pair, duty.n_shards), axis, sliver) for (pair, axis), sliver in slivers.items()
        )
        # what waited for a registration may have seen its shard leave meanwhile
        owned = (item for item in placed if item[0] in duty.readable)
        self._store.put_data(bytes(blob_id), metadata, owned)

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
        if pending is not None:
            return self._custody.parse_metadata(pending)
        return self._custody.required_metadata(blob_id)

    def _refuse_invalid(self, blob_id: BlobId) -> None:
        if isinstance(self._store.blob_info(bytes(blob_id)), InvalidBlob):
            raise Refusal(Reason.INVALID_BLOB, f"blob {blob_id} was proved inconsistent")

    def _has_metadata(self, blob_id: BlobId) -> bool:
        return self._store.metadata(bytes(blob_id)) is not None or self._pending.metadata(blob_id) is not None

    def _has_sliver(self, blob_id: BlobId, pair: int, axis: Axis) -> bool:
        shard = self._custody.shard_of(blob_id, pair, self._custody.duty.shards)
        return self._store.sliver(bytes(blob_id), shard, axis) is not None

    def _verified_metadata(self, blob_id: BlobId, body: bytes) -> BlobMetadata:
        metadata = self._parsed_metadata(body)
        try:
            verify_metadata(metadata, blob_id, self._custody.duty.n_shards)
        except MetadataError as error:
            raise Refusal(Reason.INVALID_METADATA, str(error)) from error
        return metadata

    def _parsed_metadata(self, body: bytes) -> BlobMetadata:
        if body.startswith(_RETIRED_ENCODING):
            raise Refusal(Reason.UNSUPPORTED_ENCODING_TYPE, "expected encoding type 1 (RS2), got 0")
        try:
            return self._custody.parse_metadata(body)
        except BcsError as error:
            raise _not_bcs("BlobMetadata", error) from error

    def _new_slivers(
        self, blob_id: BlobId, verified: BlobMetadata | None, parts: tuple[BundledSliver, ...]
    ) -> dict[Place, Part]:
        """Those that are not stored yet, all of them verified."""
        if not parts:
            return {}
        metadata = verified or self._metadata(blob_id)
        new: dict[Axis, list[SliverData]] = {axis: [] for axis in Axis}
        slivers: dict[Place, Part] = {}
        for part in parts:
            sliver = self._parsed_sliver(part.pair_index, part.axis, part.sliver)
            if not self._has_sliver(blob_id, part.pair_index, part.axis):
                new[part.axis].append(sliver)
                slivers[part.pair_index, part.axis] = part.sliver
        for axis in Axis:
            _verify_slivers(new[axis], axis, metadata)
        return slivers

    def _parsed_sliver(self, pair: int, axis: Axis, body: Part) -> SliverData:
        self._custody.check_pair(pair)
        sliver = _parse_sliver(body)
        self._check_index(sliver, pair, axis)
        return sliver

    def _check_index(self, sliver: SliverData, pair: int, axis: Axis) -> None:
        n_shards = self._custody.duty.n_shards
        if sliver.index >= n_shards or pair_index(axis, sliver.index, n_shards) != pair:
            message = f"expected the {axis.value} sliver of pair {pair}, got the sliver of index {sliver.index}"
            raise Refusal(Reason.SLIVER_INDEX_MISMATCH, message)


def _pending_status(present: bool) -> StoredStatus:
    return StoredStatus.BUFFERED if present else StoredStatus.NONEXISTENT


_RETIRED_ENCODING = b"\x00\x00"
"""Start of well-formed metadata of the RaptorQ encoding, which no node supports any more."""


def _parse_sliver(body: Part) -> SliverData:
    try:
        return SliverData.within(body)
    except BcsError as error:
        raise _not_bcs("SliverData", error) from error


def _verify_slivers(slivers: list[SliverData], axis: Axis, metadata: BlobMetadata) -> None:
    try:
        verify_slivers(slivers, axis, metadata)
    except SliverError as error:
        raise Refusal(Reason.INVALID_SLIVER, str(error)) from error


def _refuse_repeated(bundle: Bundle) -> None:
    if len({(part.pair_index, part.axis) for part in bundle.slivers}) < len(bundle.slivers):
        raise Refusal(Reason.INVALID_BUNDLE, "expected every sliver once in a bundle, got one twice")


def _not_bcs(layout: str, error: BcsError) -> Refusal:
    # official nodes call every body that does not parse a wrong content type
    return Refusal(Reason.INVALID_CONTENT_TYPE, f"expected the BCS of {layout}: {error}")
