"""`WalrusClient`: a Walrus network behind one object.

async with WalrusClient(find_config()) as client:
    stored = await client.store(b"...", epochs=2)
    assert await client.read(stored.blob_id) == b"..."
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from walrus_sui.chain import BlobCertification, BlobRegistration, Contracts, Keypair, Prices, SuiClient, Wallet
from walrus_sui.chain.types import Blob
from walrus_sui.client.limits import Limits
from walrus_sui.client.metadata import fetch_metadata
from walrus_sui.client.network import Network, read_network
from walrus_sui.client.nodes import CommitteeNodes
from walrus_sui.client.parallel import together
from walrus_sui.client.progress import Phase, Progress, ProgressListener, ignore_progress
from walrus_sui.client.quilt import BLOB_TYPE_ATTRIBUTE, QUILT_TYPE, QuiltReader, StoredQuilt
from walrus_sui.client.read import read_blob
from walrus_sui.client.status import blob_status
from walrus_sui.client.store import StoredBlob, certificate_for
from walrus_sui.client.transport import http_client
from walrus_sui.config import ClientConfig, find_config
from walrus_sui.errors import (
    BlobNotFound,
    BlobUnavailable,
    ConfigError,
    InputError,
    MoveAborted,
    QuiltError,
    QuorumError,
)
from walrus_sui.redstuff import BlobId, EncodedBlob, encode
from walrus_sui.redstuff.decoder import Consistency
from walrus_sui.redstuff.quilt import PatchId, QuiltFile, QuiltPatch, build_quilt
from walrus_sui.storage import BlobStatus, Committee, PermanentStatus

_COMMITTEE_CHANGES = 3
"""How many committees in a row a blob is brought to before giving up: each try ends only with an epoch."""


class WalrusClient:
    """Stores blobs with the wallet of `config` and reads them from its network.

    The chain is read anew for every flow, so epochs may come and go. Raises what the flows raise, `ChainError`s,
    and `ConfigError` where the configuration lacks what a flow needs.
    """

    def __init__(
        self, config: ClientConfig, *, keypair: Keypair | None = None, limits: Limits | None = None
    ) -> None:
        """`keypair` signs instead of the configured wallet."""
        self._config = config
        self._keypair = keypair
        self._limits = limits or Limits()
        self._exit = AsyncExitStack()

    @classmethod
    def from_config(cls, path: Path | None = None, *, keypair: Keypair | None = None) -> Self:
        """A client of the network in the configuration at `path`, or the one `find_config` finds."""
        return cls(find_config(path), keypair=keypair)

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as opening:
            self._http = await opening.enter_async_context(http_client(self._limits))
            sui = await opening.enter_async_context(SuiClient(self._config.rpc_url))
            self.contracts = await Contracts.discover(sui, self._config.system_object, self._config.staking_object)
            self._exit = opening.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._exit.aclose()

    @property
    def signer(self) -> Keypair:
        """The account that pays. Raises `ConfigError` if none is configured, `WalletError` if it is unusable."""
        if self._keypair is None:
            if self._config.wallet is None:
                raise ConfigError(
                    f"expected a wallet to pay with (wallet_config in {self._config.source}), got none"
                )
            wallet = self._config.wallet
            self._keypair = Wallet.load(wallet.path, wallet.active_address).keypair
        return self._keypair

    async def network(self) -> Network:
        """Epoch, committees and prices as the chain has them now."""
        network = await read_network(self.contracts)
        expected = self._config.n_shards
        if expected is not None and network.n_shards != expected:
            raise ConfigError(
                f"expected a network of {expected} shards (n_shards), but it has {network.n_shards}",
                hint=f"correct {self._config.source}",
            )
        return network

    async def check_size(self, size: int) -> None:
        """Raises `BlobTooLarge` if a blob of `size` bytes cannot be stored with this network's shards."""
        (await self.network()).params.symbol_size(size)

    async def blob_id(self, data: bytes) -> BlobId:
        """The id `data` has on this network. Raises `BlobTooLarge`."""
        return (await self._encode(await self.network(), data)).blob_id

    async def store(
        self,
        data: bytes,
        *,
        epochs: int = 1,
        deletable: bool = True,
        force: bool = False,
        attributes: Mapping[str, str] | None = None,
        on_progress: ProgressListener = ignore_progress,
    ) -> StoredBlob:
        """Store `data` for `epochs` epochs, the current one included, and certify it; `attributes` go on chain.

        A blob that is certified as permanent for that long is not paid for again unless `force` is set. Raises
        `BlobTooLarge` and `InputError` before anything is paid, `InsufficientFunds`, `NotEnoughConfirmations`,
        `MoveAborted`.
        """
        keypair = self.signer
        network = await self.network()
        _check_epochs(epochs, network.max_epochs_ahead)
        encoded = await self._encode(network, data, on_progress)
        end_epoch = network.epoch + epochs
        if not force and (found := await self._already_certified(network, encoded, end_epoch)):
            return found
        on_progress(Progress(Phase.REGISTER, 0, 1))
        registration = BlobRegistration(
            bytes(encoded.blob_id), encoded.root_hash, len(data), epochs, deletable, attributes=attributes or {}
        )
        (blob,) = await self.contracts.register_blobs(keypair, [registration])
        on_progress(Progress(Phase.REGISTER, 1, 1))
        return await self._certify(keypair, network, encoded, blob, on_progress)

    async def read(
        self,
        blob_id: BlobId,
        *,
        consistency: Consistency = "default",
        on_progress: ProgressListener = ignore_progress,
    ) -> bytes:
        """The blob's bytes. Raises `BlobNotFound`, `BlobUnavailable`, `InconsistentBlob`."""
        *earlier, last = (await self.network()).read_committees
        for committee in earlier:
            try:
                return await self._read(committee, blob_id, consistency, on_progress)
            except (BlobNotFound, BlobUnavailable):
                continue  # certified since the epoch change began: the committee that is taking over has it
        return await self._read(last, blob_id, consistency, on_progress)

    async def status(self, blob_id: BlobId, *, timeout: float = 5.0) -> BlobStatus:
        """What the storage nodes agree on about a blob. Raises `BlobUnavailable` if too few answer in time."""
        return await blob_status(self._nodes((await self.network()).committee), blob_id, timeout=timeout)

    async def store_quilt(
        self,
        files: Iterable[QuiltFile],
        *,
        epochs: int = 1,
        deletable: bool = True,
        on_progress: ProgressListener = ignore_progress,
    ) -> StoredQuilt:
        """Store files as one blob, each of which can be read by itself. Raises `QuiltError`, and as `store`."""
        quilt = build_quilt(files, n_shards=(await self.network()).n_shards)
        stored = await self.store(
            quilt.data,
            epochs=epochs,
            deletable=deletable,
            attributes={BLOB_TYPE_ATTRIBUTE: QUILT_TYPE},
            on_progress=on_progress,
        )
        return StoredQuilt(stored, quilt.patches)

    async def quilt_patches(self, blob_id: BlobId) -> tuple[QuiltPatch, ...]:
        """Which files a quilt holds. Raises `QuiltError` for a blob that is none, and as `read`."""
        return await (await self._quilt(blob_id)).patches()

    async def read_quilt(self, blob_id: BlobId, identifiers: Iterable[str] | None = None) -> tuple[QuiltFile, ...]:
        """Files of a quilt by name, or all. Raises `QuiltError` for a name it does not hold."""
        quilt = await self._quilt(blob_id)
        patches = {patch.identifier: patch for patch in await quilt.patches()}
        wanted = list(patches if identifiers is None else identifiers)
        for name in wanted:
            if name not in patches:
                raise QuiltError(f"expected one of {', '.join(patches)} in quilt {blob_id}, got {name!r}")
        return await together(quilt.file(patches[name].start, patches[name].end) for name in wanted)

    async def read_quilt_patch(self, patch_id: str) -> QuiltFile:
        """One file by its patch id. Raises `QuiltError`, and as `read`."""
        patch = PatchId.parse(patch_id)
        return await (await self._quilt(patch.blob_id)).file(patch.start, patch.end)

    async def owned_blobs(self) -> tuple[Blob, ...]:
        """The Blob objects of the signer."""
        return await self.contracts.owned_blobs(self.signer.address)

    async def extend(self, object_id: bytes, epochs: int) -> Blob:
        """Pay for `epochs` more epochs of a certified blob. Raises `InsufficientFunds`, `MoveAborted`."""
        await self.contracts.extend_blob(self.signer, object_id, epochs)
        return await self.contracts.blob(object_id)

    async def delete(self, object_id: bytes) -> None:
        """Delete a deletable blob; its storage stays with the signer. Raises `ObjectNotFound`, `MoveAborted`."""
        await self.contracts.delete_blob(self.signer, object_id)

    async def nodes(self) -> CommitteeNodes:
        """The storage nodes of the current committee."""
        return self._nodes((await self.network()).committee)

    async def _certify(
        self,
        keypair: Keypair,
        network: Network,
        encoded: EncodedBlob,
        blob: Blob,
        on_progress: ProgressListener,
    ) -> StoredBlob:
        """Bring a registered blob to the committee, and to the next one if an epoch ends meanwhile."""
        for _ in range(_COMMITTEE_CHANGES):
            try:
                return await self._certify_once(keypair, network, encoded, blob, on_progress)
            except (QuorumError, MoveAborted) as error:
                failure, before = error, network.epoch
                network = await self.network()
                if network.epoch == before:
                    raise
        raise failure

    async def _certify_once(
        self,
        keypair: Keypair,
        network: Network,
        encoded: EncodedBlob,
        blob: Blob,
        on_progress: ProgressListener,
    ) -> StoredBlob:
        nodes = self._nodes(network.committee)
        certificate, unconfirmed = await certificate_for(
            nodes, encoded, blob, limits=self._limits, on_progress=on_progress
        )
        on_progress(Progress(Phase.CERTIFY, 0, 1))
        certification = BlobCertification.of(blob.object_id, certificate, len(nodes))
        await self.contracts.certify_blobs(keypair, [certification])
        on_progress(Progress(Phase.CERTIFY, 1, 1))
        prices, size = Prices.of(network.system), blob.storage.storage_size
        epochs = blob.storage.end_epoch - blob.storage.start_epoch
        return StoredBlob(
            blob_id=encoded.blob_id,
            end_epoch=blob.storage.end_epoch,
            encoded_length=size,
            blob=await self.contracts.blob(blob.object_id),
            certificate=certificate,
            weight=network.committee.bls().weight(certificate.signers),
            cost=prices.storage_cost(size, epochs) + prices.write_cost(size),
            unconfirmed=unconfirmed,
        )

    async def _already_certified(
        self, network: Network, encoded: EncodedBlob, end_epoch: int
    ) -> StoredBlob | None:
        try:
            status = await blob_status(self._nodes(network.committee), encoded.blob_id, timeout=2.0)
        except BlobUnavailable:
            return None  # storing finds out by itself whether enough nodes are there
        if isinstance(status, PermanentStatus) and status.is_certified and status.end_epoch >= end_epoch:
            size = network.params.encoded_size(encoded.metadata.unencoded_length)
            return StoredBlob(encoded.blob_id, status.end_epoch, size)
        return None

    async def _read(
        self, committee: Committee, blob_id: BlobId, consistency: Consistency, on_progress: ProgressListener
    ) -> bytes:
        nodes = self._nodes(committee)
        return await read_blob(
            nodes, blob_id, consistency=consistency, limits=self._limits, on_progress=on_progress
        )

    async def _quilt(self, blob_id: BlobId) -> QuiltReader:
        nodes = self._nodes((await self.network()).read_committees[0])
        found = await fetch_metadata(nodes, blob_id, limits=self._limits, on_progress=ignore_progress)
        return QuiltReader(nodes, blob_id, found.metadata, lambda: self.read(blob_id))

    async def _encode(
        self, network: Network, data: bytes, on_progress: ProgressListener = ignore_progress
    ) -> EncodedBlob:
        network.params.symbol_size(len(data))
        on_progress(Progress(Phase.ENCODE, 0, 1))
        encoded = await asyncio.to_thread(encode, data, n_shards=network.n_shards)
        on_progress(Progress(Phase.ENCODE, 1, 1))
        return encoded

    def _nodes(self, committee: Committee) -> CommitteeNodes:
        return CommitteeNodes(committee, self._http, self._config.node_scheme, self._limits)


def _check_epochs(epochs: int, most: int) -> None:
    if not 1 <= epochs <= most:
        raise InputError(f"expected 1 to {most} epochs, as far ahead as storage is sold, got {epochs}")
