"""`WalrusClient`: a Walrus network behind one object.

async with WalrusClient.from_config() as client:
    stored = await client.store(b"...", epochs=2)
    assert await client.read(stored.blob_id) == b"..."
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, TypeVar

from walrus_sui.bcs.sui import parse_address
from walrus_sui.chain import Contracts, Keypair
from walrus_sui.chain.types import Blob
from walrus_sui.client.limits import Limits
from walrus_sui.client.network.nodes import CommitteeNodes
from walrus_sui.client.network.snapshot import Network
from walrus_sui.client.progress import ProgressListener, ignore_progress
from walrus_sui.client.reading.quilt import QuiltReader, open_quilt
from walrus_sui.client.reading.read import read_blob
from walrus_sui.client.reading.standing import Standings
from walrus_sui.client.reading.status import blob_status
from walrus_sui.client.session import Session
from walrus_sui.client.storing.resuming import resume_stores
from walrus_sui.client.storing.source import Storable
from walrus_sui.client.storing.store import encode_blob, plan_blobs, store_blob, store_blobs
from walrus_sui.client.storing.stored import (
    StoredBlob,
    StoredQuilt,
    StoreFailure,
    StoreOutcome,
    StorePlan,
    StoreRequest,
)
from walrus_sui.config import ClientConfig, find_config
from walrus_sui.errors import BcsError, BlobNotFound, BlobUnavailable, InputError
from walrus_sui.files import write_pieces, write_whole
from walrus_sui.redstuff import BlobId
from walrus_sui.redstuff.decoder import Consistency
from walrus_sui.redstuff.quilt import BLOB_TYPE_ATTRIBUTE, PatchId, QuiltFile, QuiltPatch, build_quilt
from walrus_sui.storage import BlobStatus, Committee

T = TypeVar("T")
ObjectId = bytes | str
"""Of an object on chain: its 32 bytes, or 0x and hex digits."""


class WalrusClient:
    """Stores blobs with the wallet of `config` and reads them from its network.

    Epochs may come and go while it is open: reads go by the committee that was last read from chain, and look
    again when that fails. Raises what the flows raise, `ChainError`s, and `ConfigError` where the configuration
    lacks what a flow needs.
    """

    def __init__(
        self, config: ClientConfig, *, keypair: Keypair | None = None, limits: Limits | None = None
    ) -> None:
        """`keypair` signs instead of the configured wallet."""
        self._config = config
        self._keypair = keypair
        self._limits = limits or Limits()
        self._standings = Standings()
        self._followed: int | None = None
        """The checkpoint up to which a quorum of the nodes is known to have followed the chain."""
        self._exit = AsyncExitStack()
        self._opened: Session | None = None

    @classmethod
    def from_config(
        cls, path: Path | None = None, *, context: str | None = None, keypair: Keypair | None = None
    ) -> Self:
        """A client of the network in the configuration at `path`, or the one `find_config` finds.

        If it has several contexts, of the one named or its default. Raises `ConfigError`.
        """
        return cls(find_config(path, context), keypair=keypair)

    async def __aenter__(self) -> Self:
        if self._opened is not None:
            raise InputError("expected a client that is not open, got one that is: use it as it is")
        opening = Session.open(self._config, self._keypair, self._limits)
        self._opened = await self._exit.enter_async_context(opening)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        self._opened = None
        await self._exit.aclose()

    @property
    def contracts(self) -> Contracts:
        """The Walrus contracts, for what this class does not do."""
        return self._session.contracts

    @property
    def signer(self) -> Keypair:
        """The account that pays. Raises `ConfigError` if none is configured, `WalletError` if it is unusable."""
        return self._session.signer

    async def network(self) -> Network:
        """Epoch, committees and prices as the chain has them now."""
        return await self._session.network()

    async def nodes(self) -> CommitteeNodes:
        """The storage nodes of the current committee."""
        return self._session.nodes((await self.network()).committee)

    async def blob_id(self, data: bytes) -> BlobId:
        """The id `data` has on this network. Raises `BlobTooLarge`."""
        return (await encode_blob(await self._session.known_network(), data, ignore_progress)).blob_id

    async def store(
        self,
        data: Storable,
        *,
        epochs: int = 1,
        deletable: bool = True,
        force: bool = False,
        ignore_resources: bool = False,
        attributes: Mapping[str, str] | None = None,
        freeze_certificate: bool = False,
        on_progress: ProgressListener = ignore_progress,
    ) -> StoredBlob:
        """Store bytes or a file for `epochs` epochs, the current one included, and certify it.

        `attributes` go on chain; with `freeze_certificate` the certificate becomes an object there. What is stored
        already for that long is not paid for again, and what the account has (a registration of the same blob,
        unused storage) is used; `ignore_resources` leaves the latter alone, `force` both. A store that was broken
        off is finished. Raises `BlobTooLarge` and `InputError` before anything is paid, `InsufficientFunds`,
        `NotEnoughConfirmations`, `MoveAborted`.
        """
        request = StoreRequest(epochs, deletable, force, attributes or {}, ignore_resources, freeze_certificate)
        return await store_blob(self._session, data, request, on_progress)

    async def store_many(
        self, items: Iterable[Storable], request: StoreRequest, *, on_progress: ProgressListener = ignore_progress
    ) -> tuple[StoreOutcome, ...]:
        """Store many blobs that share transactions; gives for each, in order, the blob or why it failed."""
        return await store_blobs(self._session, items, request, on_progress)

    async def plan_stores(
        self, items: Iterable[Storable], request: StoreRequest, *, on_progress: ProgressListener = ignore_progress
    ) -> tuple[StorePlan | StoreFailure, ...]:
        """What storing these would take and cost, in order; nothing is sent or paid."""
        return await plan_blobs(self._session, items, request, on_progress)

    async def resume_stores(self, *, on_progress: ProgressListener = ignore_progress) -> tuple[StoreOutcome, ...]:
        """Finish stores of files that were broken off after they had been paid for, whoever began them here."""
        return await resume_stores(self._session, on_progress)

    async def read(
        self,
        blob_id: BlobId | str,
        *,
        consistency: Consistency = "default",
        on_progress: ProgressListener = ignore_progress,
    ) -> bytes:
        """The blob's bytes.

        Raises `BlobNotFound`, `BlobUnavailable`, `InconsistentBlob`, and `BlobIdError` for a text that is no id.
        """
        return bytes(await self._read(blob_id, consistency, on_progress))

    async def read_into(
        self,
        blob_id: BlobId | str,
        target: Path | str | BinaryIO,
        *,
        consistency: Consistency = "default",
        on_progress: ProgressListener = ignore_progress,
    ) -> int:
        """Write a blob to a file, or to a stream that is open for bytes; gives its size in bytes.

        A file appears, or takes the place of the old one, only when the blob is there as a whole and checked.
        Takes less memory than `read`. Raises as that does, and `InputError` if the file cannot be written.
        """
        blob = await self._read(blob_id, consistency, on_progress)
        if isinstance(target, (str, Path)):
            await asyncio.to_thread(write_whole, Path(target), blob)
        else:
            await asyncio.to_thread(write_pieces, target, blob)
        return len(blob)

    async def status(self, blob_id: BlobId | str, *, timeout: float = 5.0) -> BlobStatus:
        """What the storage nodes agree on about a blob.

        Nodes that have not yet seen on chain what this client did, or others before its first question, are waited
        for. Raises `BlobUnavailable` if too few answer within `timeout` seconds.
        """
        wanted, network = _parsed(blob_id), await self._session.known_network()
        since = self.contracts.sui.own_checkpoint
        if since is None and self._followed is None:
            since = await self.contracts.sui.latest_checkpoint()
        unseen = None if since == self._followed else since

        async def ask(network: Network) -> BlobStatus:
            nodes = self._session.nodes(network.committee)
            return await blob_status(nodes, wanted, timeout=timeout, since=unseen)

        try:
            status = await ask(network)
        except BlobUnavailable:
            newer = await self._session.newer_network(network)
            if newer.committee == network.committee:
                raise
            status = await ask(newer)
        self._followed = self._followed if since is None else since
        return status

    async def store_quilt(
        self,
        files: Iterable[QuiltFile],
        *,
        epochs: int = 1,
        deletable: bool = True,
        on_progress: ProgressListener = ignore_progress,
    ) -> StoredQuilt:
        """Store files as one blob, each of which can be read by itself. Raises `QuiltError`, and as `store`."""
        quilt = build_quilt(files, n_shards=(await self._session.known_network()).n_shards)
        request = StoreRequest(epochs, deletable, attributes=dict([BLOB_TYPE_ATTRIBUTE]))
        stored = await store_blob(self._session, quilt.data, request, on_progress)
        return StoredQuilt(stored, quilt.patches)

    async def quilt_patches(self, blob_id: BlobId) -> tuple[QuiltPatch, ...]:
        """Which files a quilt holds. Raises `QuiltError` for a blob that is none, and as `read`."""
        return await (await self._quilt(blob_id)).patches()

    async def read_quilt(self, blob_id: BlobId, identifiers: Iterable[str] | None = None) -> tuple[QuiltFile, ...]:
        """Files of a quilt by name, or all. Raises `QuiltError` for a name it does not hold."""
        return await (await self._quilt(blob_id)).files(identifiers)

    async def read_quilt_patch(self, patch_id: str) -> QuiltFile:
        """One file by its patch id. Raises `QuiltError`, and as `read`."""
        patch = PatchId.parse(patch_id)
        return await (await self._quilt(patch.blob_id)).file(patch.start, patch.end)

    async def blobs(self) -> AsyncIterator[Blob]:
        """The Blob objects of the signer, one after the other."""
        for blob in await self.owned_blobs():
            yield blob

    async def owned_blobs(self) -> tuple[Blob, ...]:
        """The Blob objects of the signer."""
        return await self.contracts.owned_blobs(self.signer.address)

    async def extend(self, blob: ObjectId | Blob, epochs: int) -> Blob:
        """Pay for `epochs` more epochs of a certified blob. Raises `InsufficientFunds`, `MoveAborted`."""
        object_id = _object_id(blob)
        await self.contracts.extend_blob(self.signer, object_id, epochs)
        return await self.contracts.blob(object_id)

    async def delete(self, blob: ObjectId | Blob) -> None:
        """Delete a deletable blob; its storage stays with the signer. Raises `ObjectNotFound`, `MoveAborted`."""
        await self.contracts.delete_blob(self.signer, _object_id(blob))

    @property
    def _session(self) -> Session:
        if self._opened is None:
            raise InputError("expected an open client, got one that is not", hint="use it inside `async with`")
        return self._opened

    async def _with_committees(self, flow: Callable[[Committee], Awaitable[T]]) -> T:
        """The result of a read from the committees that are known, or else from those there are now."""
        network = await self._session.known_network()
        try:
            return await _first_of(network.read_committees, flow)
        except (BlobNotFound, BlobUnavailable):
            newer = await self._session.newer_network(network)
            if newer.read_committees == network.read_committees:
                raise
        return await _first_of(newer.read_committees, flow)

    async def _read(
        self, blob_id: BlobId | str, consistency: Consistency, on_progress: ProgressListener
    ) -> memoryview:
        wanted = _parsed(blob_id)
        return await self._with_committees(
            lambda committee: read_blob(
                self._session.nodes(committee),
                wanted,
                consistency=consistency,
                limits=self._session.limits,
                on_progress=on_progress,
                standings=self._standings,
            )
        )

    async def _quilt(self, blob_id: BlobId) -> QuiltReader:
        return await self._with_committees(lambda committee: self._quilt_of(committee, blob_id))

    async def _quilt_of(self, committee: Committee, blob_id: BlobId) -> QuiltReader:
        return await open_quilt(
            self._session.nodes(committee),
            blob_id,
            limits=self._session.limits,
            standings=self._standings,
            whole=lambda: self.read(blob_id),
        )


def _parsed(blob_id: BlobId | str) -> BlobId:
    return BlobId.parse(blob_id) if isinstance(blob_id, str) else blob_id


def _object_id(blob: ObjectId | Blob) -> bytes:
    """The 32 bytes of an id. Raises `InputError`."""
    if isinstance(blob, Blob):
        return blob.object_id
    try:
        found = parse_address(blob) if isinstance(blob, str) else bytes(blob)
    except (BcsError, TypeError) as error:
        raise InputError(f"expected a Blob object or its id, got {blob!r}") from error
    if len(found) != 32:
        raise InputError(f"expected the 32 bytes of an object id, got {len(found)}")
    return found


async def _first_of(committees: Iterable[Committee], flow: Callable[[Committee], Awaitable[T]]) -> T:
    *earlier, last = committees
    for committee in earlier:
        try:
            return await flow(committee)
        except (BlobNotFound, BlobUnavailable):
            continue  # certified since the epoch change began: the committee that is taking over has it
    return await flow(last)
