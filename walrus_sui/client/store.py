"""Storing a blob: encode, register, upload, certify (protocol.md §4.1)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from walrus_sui.chain import BlobCertification, BlobRegistration, Prices
from walrus_sui.chain.types import Blob
from walrus_sui.client.network import Network
from walrus_sui.client.nodes import CommitteeNodes
from walrus_sui.client.progress import Phase, Progress, ProgressListener
from walrus_sui.client.session import Session
from walrus_sui.client.status import blob_status
from walrus_sui.client.upload import Confirmations, upload
from walrus_sui.crypto.certificate import Certificate, certify
from walrus_sui.crypto.messages import Deletable, Permanent, StorageConfirmation
from walrus_sui.errors import BlobUnavailable, InputError, MoveAborted, QuorumError
from walrus_sui.redstuff import BlobId, EncodedBlob, encode
from walrus_sui.storage import PermanentStatus

_COMMITTEE_CHANGES = 3
"""How many committees in a row a blob is brought to before giving up: each try ends only with an epoch."""
_STATUS_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class StoreRequest:
    """How to store: for how many epochs, the current one included; `force` pays again for what is there."""

    epochs: int = 1
    deletable: bool = True
    force: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredBlob:
    """A certified blob.

    `blob` is the object on chain and `certificate` what certified it; both are `None` if others had already stored
    the blob for long enough. `cost` is in FROST, `encoded_length` in bytes; `unconfirmed` tells why which nodes
    are not among the signers.
    """

    blob_id: BlobId
    end_epoch: int
    encoded_length: int
    blob: Blob | None = None
    certificate: Certificate | None = None
    weight: int = 0
    cost: int = 0
    unconfirmed: dict[str, str] = field(default_factory=dict)


async def store_blob(
    session: Session, data: bytes, request: StoreRequest, on_progress: ProgressListener
) -> StoredBlob:
    """Store and certify `data`.

    Raises `BlobTooLarge` and `InputError` before anything is paid, `InsufficientFunds`, `NotEnoughConfirmations`,
    `MoveAborted`.
    """
    return await _Store(session, request, on_progress).run(data)


async def encode_blob(network: Network, data: bytes, on_progress: ProgressListener) -> EncodedBlob:
    """`data` as this network stores it. Raises `BlobTooLarge`."""
    network.params.symbol_size(len(data))
    on_progress(Progress(Phase.ENCODE, 0, 1))
    encoded = await asyncio.to_thread(encode, data, n_shards=network.n_shards)
    on_progress(Progress(Phase.ENCODE, 1, 1))
    return encoded


class _Store:
    def __init__(self, session: Session, request: StoreRequest, on_progress: ProgressListener) -> None:
        self._session = session
        self._request = request
        self._on_progress = on_progress
        self._signer = session.signer

    async def run(self, data: bytes) -> StoredBlob:
        network = await self._session.network()
        _check_epochs(self._request.epochs, network.max_epochs_ahead)
        encoded = await encode_blob(network, data, self._on_progress)
        if not self._request.force and (found := await self._already_certified(network, encoded)):
            return found
        blob = await self._register(encoded)
        return await self._certify(network, encoded, blob)

    async def _already_certified(self, network: Network, encoded: EncodedBlob) -> StoredBlob | None:
        nodes = self._session.nodes(network.committee)
        try:
            status = await blob_status(nodes, encoded.blob_id, timeout=_STATUS_SECONDS)
        except BlobUnavailable:
            return None  # storing finds out by itself whether enough nodes are there
        end_epoch = network.epoch + self._request.epochs
        if isinstance(status, PermanentStatus) and status.is_certified and status.end_epoch >= end_epoch:
            size = network.params.encoded_size(encoded.metadata.unencoded_length)
            return StoredBlob(encoded.blob_id, status.end_epoch, size)
        return None

    async def _register(self, encoded: EncodedBlob) -> Blob:
        self._on_progress(Progress(Phase.REGISTER, 0, 1))
        registration = BlobRegistration(
            bytes(encoded.blob_id),
            encoded.root_hash,
            encoded.metadata.unencoded_length,
            self._request.epochs,
            self._request.deletable,
            attributes=self._request.attributes,
        )
        (blob,) = await self._session.contracts.register_blobs(self._signer, [registration])
        self._on_progress(Progress(Phase.REGISTER, 1, 1))
        return blob

    async def _certify(self, network: Network, encoded: EncodedBlob, blob: Blob) -> StoredBlob:
        """Bring a registered blob to the committee, and to the next one if an epoch ends meanwhile."""
        for _ in range(_COMMITTEE_CHANGES):
            try:
                return await self._certify_with(network, encoded, blob)
            except (QuorumError, MoveAborted) as error:
                failure, before = error, network.epoch
                network = await self._session.network()
                if network.epoch == before:
                    raise
        raise failure

    async def _certify_with(self, network: Network, encoded: EncodedBlob, blob: Blob) -> StoredBlob:
        nodes = self._session.nodes(network.committee)
        persistence = Deletable(blob.object_id) if blob.deletable else Permanent()
        confirmations = await upload(
            nodes, encoded, persistence, limits=self._session.limits, on_progress=self._on_progress
        )
        self._on_progress(Progress(Phase.CERTIFY, 0, 1))
        certificate = await _certificate(nodes, encoded, persistence, confirmations)
        certification = BlobCertification.of(blob.object_id, certificate, len(nodes))
        await self._session.contracts.certify_blobs(self._signer, [certification])
        self._on_progress(Progress(Phase.CERTIFY, 1, 1))
        return StoredBlob(
            blob_id=encoded.blob_id,
            end_epoch=blob.storage.end_epoch,
            encoded_length=blob.storage.storage_size,
            blob=await self._session.contracts.blob(blob.object_id),
            certificate=certificate,
            weight=nodes.committee.bls().weight(certificate.signers),
            cost=_cost(network, blob),
            unconfirmed=confirmations.failures,
        )


async def _certificate(
    nodes: CommitteeNodes, encoded: EncodedBlob, persistence: Permanent | Deletable, confirmations: Confirmations
) -> Certificate:
    expected = StorageConfirmation(bytes(encoded.blob_id), persistence)
    return await asyncio.to_thread(certify, nodes.committee.bls(), expected, confirmations.signed)


def _cost(network: Network, blob: Blob) -> int:
    """FROST paid for registering `blob` at the prices of `network`."""
    prices, storage = Prices.of(network.system), blob.storage
    epochs = storage.end_epoch - storage.start_epoch
    return prices.storage_cost(storage.storage_size, epochs) + prices.write_cost(storage.storage_size)


def _check_epochs(epochs: int, most: int) -> None:
    if not 1 <= epochs <= most:
        raise InputError(f"expected 1 to {most} epochs, as far ahead as storage is sold, got {epochs}")
