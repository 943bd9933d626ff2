"""Handing a shard over to its next owner, many slivers at a time (protocol.md §1.3 route 14, §3.6).

The request is signed with the protocol key of the node that asks, which must own the shard in the current epoch.
Slivers come in the order of blob ids, for blobs certified before this epoch; blobs the node lacks are left out,
and the asking node rebuilds those. No more than a bounded number of bytes comes at once: it asks again from
where the answer ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from walrus_node.api import wire
from walrus_node.database.store import Store
from walrus_node.holding.custody import Custody
from walrus_node.refusal import Refusal
from walrus_node.workers import Workers
from walrus_sui.crypto.bls import PublicKey
from walrus_sui.crypto.messages import SignedMessage, SyncShardRequest, SyncShardV1
from walrus_sui.errors import BcsError, CryptoError
from walrus_sui.redstuff import (
    Axis,
    BlobId,
    PrimarySliver,
    SecondarySliver,
    Sliver,
    SliverData,
    SyncShardResponseV1,
)
from walrus_sui.storage import Committee, Reason

MAX_SLIVERS = 100_000
MAX_BYTES = 64 << 20


class ShardTransfer:
    """Answers requests for the slivers of a shard."""

    def __init__(self, store: Store, custody: Custody, committee: Callable[[], Committee | None]) -> None:
        """`committee` gives that of the current epoch."""
        self._store = store
        self._custody = custody
        self._committee = committee

    def answer(self, public_key: PublicKey, signed: SignedMessage) -> bytes:
        """The BCS of SyncShardResponse. Raises `Refusal`."""
        request = self._checked(public_key, signed)
        if request.sliver_count > MAX_SLIVERS:
            message = f"expected at most {MAX_SLIVERS} slivers to be asked for, got {request.sliver_count}"
            raise Refusal(Reason.SLIVER_COUNT_EXCEEDS_LIMIT, message)
        if request.shard not in self._custody.duty.readable:
            raise Refusal(Reason.SHARD_NOT_ASSIGNED, f"shard {request.shard} is not read from this node")
        return SyncShardResponseV1(tuple(self._slivers(request))).to_bytes()

    def _checked(self, public_key: PublicKey, signed: SignedMessage) -> SyncShardV1:
        committee = self._committee()
        member = committee.member_by_key(bytes(public_key)) if committee else None
        if member is None:
            raise Refusal(Reason.REQUEST_UNAUTHORIZED, "expected the key of a committee member, got another")
        request = _verified(public_key, signed)
        epoch = self._custody.duty.epoch
        if request.epoch != epoch:
            epochs = {"request_epoch": str(request.epoch), "server_epoch": str(epoch)}
            message = f"expected a request of epoch {epoch}, got one of epoch {request.epoch}"
            raise Refusal(Reason.INVALID_EPOCH, message, metadata=epochs)
        if request.shard not in member.shards:
            message = f"shard {request.shard} does not belong to the node that asks for it"
            raise Refusal(Reason.REQUEST_UNAUTHORIZED, message)
        return request

    def _slivers(self, request: SyncShardV1) -> Iterator[tuple[BlobId, Sliver]]:
        axis = _AXES[request.axis]
        variant = PrimarySliver if axis is Axis.PRIMARY else SecondarySliver
        count, size = 0, 0
        for blob_id in self._store.certified_before(self._custody.duty.epoch, request.starting_blob_id):
            if count >= request.sliver_count or size >= MAX_BYTES:
                return
            sliver = self._store.sliver(blob_id, request.shard, axis)
            if sliver is not None:
                count, size = count + 1, size + len(sliver)
                yield BlobId(blob_id), variant(SliverData.from_bytes(sliver))


_AXES = (Axis.PRIMARY, Axis.SECONDARY)


def _verified(public_key: PublicKey, signed: SignedMessage) -> SyncShardV1:
    try:
        _, body = SyncShardRequest.parse_any_epoch(signed.serialized_message)
    except CryptoError as error:
        raise Refusal(Reason.MESSAGE_VERIFICATION_FAILED, str(error)) from error
    request = body.request
    if not isinstance(request, SyncShardV1) or request.axis >= len(_AXES):
        raise Refusal(
            Reason.MESSAGE_VERIFICATION_FAILED, "expected a primary or secondary sliver type, got another"
        )
    if not public_key.verify(signed.serialized_message, signed.signature):
        raise Refusal(Reason.MESSAGE_VERIFICATION_FAILED, "expected a signature of that key, got another")
    return request


class TransferHandler:
    """The HTTP side of `ShardTransfer`."""

    def __init__(self, transfer: ShardTransfer, workers: Workers) -> None:
        self._transfer = transfer
        self._workers = workers

    async def sync_shard(self, request: Request) -> Response:
        public_key = _authorization(request)
        wire.check_content_type(request)
        body = await wire.body(request, wire.DEFAULT_BODY_LIMIT)
        try:
            signed = SignedMessage.from_bytes(body)
        except BcsError as error:
            raise Refusal(Reason.INVALID_CONTENT_TYPE, f"expected a signed message: {error}") from error
        return wire.bcs_answer(await self._workers.run(self._transfer.answer, public_key, signed))


def _authorization(request: Request) -> PublicKey:
    text = request.headers.get("authorization")
    if text is None:
        raise HTTPException(401, "expected the node's public key in the authorization header, got none")
    try:
        return PublicKey(wire.base64_bytes(text))
    except (CryptoError, ValueError) as error:
        raise HTTPException(400, "expected a BLS12-381 public key in base64, got something else") from error
