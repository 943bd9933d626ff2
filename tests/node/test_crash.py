"""A node that is killed at any moment keeps what it acknowledged, and has promised nothing it does not keep."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from tests.node.conftest import make_blob
from tests.node.network import N_SHARDS
from tests.node.single import SingleNode, single_node
from tests.scale import cases
from tests.waiting import eventually
from walrus_node.config import NodeConfig
from walrus_node.database.objects import effects_of
from walrus_node.database.store import Cursor, Store
from walrus_sui.chain import BlobCertification
from walrus_sui.chain.events import EpochChangeStart, parse_event
from walrus_sui.chain.types import Blob
from walrus_sui.client.network.snapshot import read_network
from walrus_sui.crypto.certificate import certify
from walrus_sui.crypto.messages import Deletable, Permanent, SignedMessage, StorageConfirmation
from walrus_sui.errors import NodeRefused, NodeUnreachable
from walrus_sui.redstuff import Axis, BlobId, EncodedBlob, SliverData, shard_of_pair
from walrus_sui.storage import Bundle, BundledSliver, EventId

pytestmark = [pytest.mark.e2e, pytest.mark.crash, pytest.mark.asyncio(loop_scope="module")]

CRASHES = cases(5, 50)
SIZES = (300, 5000, 5000, 400_000)
"""Bytes of the blobs of one round: slivers that are stored on the event loop, and some that go to threads."""
BUNDLED, EARLY = (5000, 400_000), (3000, 100_000)
"""Of blobs that come in bundles, and of those that come at once before their registration."""
ANSWERS = len(SIZES) * (2 * N_SHARDS + 2) + len(BUNDLED) * 5 + len(EARLY)
"""What a node that lives answers in one round: metadata, slivers and a confirmation of each blob, or bundles."""
PARTS = 5


@dataclass
class Ledger:
    """What the node said it has. Whatever it says later must agree."""

    metadata: dict[BlobId, bytes] = field(default_factory=dict)
    slivers: dict[tuple[BlobId, int, Axis], bytes] = field(default_factory=dict)
    confirmed: dict[BlobId, EncodedBlob] = field(default_factory=dict)

    def add(self, later: Ledger) -> None:
        self.metadata |= later.metadata
        self.slivers |= later.slivers
        self.confirmed |= later.confirmed

    def forget(self, blob_id: BlobId) -> None:
        """The owner deletes the blob: from now on the node may drop it."""
        self.metadata.pop(blob_id, None)
        self.confirmed.pop(blob_id, None)
        for key in [key for key in self.slivers if key[0] == blob_id]:
            del self.slivers[key]


@dataclass
class Load:
    """Owners of blobs who register, upload, certify and delete without pause.

    The node is killed as soon as `last_answer` requests were answered, while others are under way.
    """

    single: SingleNode
    ledger: Ledger
    last_answer: int
    answers: int = 0
    enough: asyncio.Event = field(default_factory=asyncio.Event)
    account: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One account makes one transaction at a time."""

    def answered(self) -> None:
        self.answers += 1
        if self.answers >= self.last_answer:
            self.enough.set()

    async def owner(self, blobs: list[EncodedBlob], *, deletable: bool) -> None:
        async with self.account:
            registered = await self.single.register(blobs, deletable=deletable)
        await asyncio.gather(*(self.upload(*both) for both in zip(blobs, registered, strict=True)))

    async def bundling_owner(self, blobs: list[EncodedBlob]) -> None:
        async with self.account:
            registered = await self.single.register(blobs)
        await asyncio.gather(*(self.upload(*both, bundled=True) for both in zip(blobs, registered, strict=True)))

    async def early_owner(self, blob: EncodedBlob) -> None:
        """Sends everything in one request, before the registration, and gets the confirmation for it."""

        async def send() -> None:
            bundle = bundle_of(blob, range(N_SHARDS), metadata=True)
            try:
                receipt = await self.single.node.client.store_bundle(
                    blob.blob_id, bundle, pending=True, confirm=Permanent()
                )
            except NodeUnreachable:
                return
            if receipt.signed is not None:
                self.ledger.confirmed[blob.blob_id] = blob
            self.answered()

        async def register() -> None:
            async with self.account:
                await self.single.register([blob])

        await asyncio.gather(send(), register())

    async def upload(self, blob: EncodedBlob, registered: Blob, *, bundled: bool = False) -> None:
        """Until it is done or the node is gone."""
        try:
            await self.eventually_registered(blob)
            send = self.send_bundles if bundled else self.send_slivers
            await asyncio.gather(send(blob), self.ask_too_early(blob, registered))
            await self.certify_and_delete(blob, registered, await self.confirm(blob, registered))
        except NodeUnreachable:
            return

    async def eventually_registered(self, blob: EncodedBlob) -> None:
        async def stored() -> bool:
            refused = await refusal(self.single.node.client.store_metadata(blob.blob_id, blob.metadata))
            assert refused in (None, "NOT_REGISTERED")
            return refused is None

        await eventually(stored)
        self.ledger.metadata[blob.blob_id] = blob.metadata.to_bytes()
        self.answered()

    async def send_slivers(self, blob: EncodedBlob) -> None:
        async def send(pair: int, axis: Axis) -> None:
            sliver = sliver_of(blob, pair, axis)
            await self.single.node.client.store_sliver(blob.blob_id, pair, axis, sliver)
            self.ledger.slivers[blob.blob_id, pair, axis] = sliver.to_bytes()
            self.answered()

        await asyncio.gather(*(send(pair, axis) for pair in range(N_SHARDS) for axis in Axis))

    async def send_bundles(self, blob: EncodedBlob) -> None:
        async def send(pairs: range) -> None:
            await self.single.node.client.store_bundle(blob.blob_id, bundle_of(blob, pairs))
            for pair in pairs:
                for axis in Axis:
                    self.ledger.slivers[blob.blob_id, pair, axis] = sliver_of(blob, pair, axis).to_bytes()
            self.answered()

        await asyncio.gather(*(send(range(N_SHARDS)[start : start + 5]) for start in range(0, N_SHARDS, 5)))

    async def ask_too_early(self, blob: EncodedBlob, registered: Blob) -> None:
        """Ask for a confirmation while slivers are on their way; a node that gives one must have them all."""
        for _ in range(3):
            client = self.single.node.client
            refused = await refusal(client.confirmation(blob.blob_id, persistence_of(registered)))
            assert refused in (None, "MISSING_SLIVERS")
            if refused is None:
                self.ledger.confirmed[blob.blob_id] = blob

    async def confirm(self, blob: EncodedBlob, registered: Blob) -> SignedMessage:
        signed = await self.single.node.client.confirmation(blob.blob_id, persistence_of(registered))
        self.ledger.confirmed[blob.blob_id] = blob
        self.answered()
        return signed

    async def certify_and_delete(self, blob: EncodedBlob, registered: Blob, signed: SignedMessage) -> None:
        committee = (await read_network(self.single.contracts)).committee.bls()
        message = StorageConfirmation(bytes(blob.blob_id), persistence_of(registered))
        certificate = certify(committee, message, {0: signed})
        proof = BlobCertification.of(registered.object_id, certificate, 1)
        async with self.account:
            await self.single.contracts.certify_blobs(self.single.owner, [proof])
            if not registered.deletable:
                return
            self.ledger.forget(blob.blob_id)
            await self.single.contracts.delete_blob(self.single.owner, registered.object_id)


async def refusal(request: Awaitable[object]) -> str | None:
    """Why the node says no, if it does."""
    try:
        await request
    except NodeRefused as error:
        return error.reason
    return None


def persistence_of(registered: Blob) -> Permanent | Deletable:
    return Deletable(registered.object_id) if registered.deletable else Permanent()


def sliver_of(blob: EncodedBlob, pair: int, axis: Axis) -> SliverData:
    both = blob.sliver_pair(pair)
    return both.primary if axis is Axis.PRIMARY else both.secondary


def bundle_of(blob: EncodedBlob, pairs: range, *, metadata: bool = False) -> Bundle:
    slivers = (BundledSliver.of(pair, axis, sliver_of(blob, pair, axis)) for pair in pairs for axis in Axis)
    return Bundle(blob.metadata.to_bytes() if metadata else None, tuple(slivers))


async def load_until_killed(single: SingleNode, ledger: Ledger, dice: random.Random, number: int) -> None:
    """Load the node and kill it in the midst of it; `dice` says after how many answers, and how soon then."""
    sizes = enumerate((*SIZES, *BUNDLED, *EARLY))
    blobs = [make_blob(f"{number}/{index}".encode(), size) for index, size in sizes]
    single_slivers, rest = blobs[: len(SIZES)], blobs[len(SIZES) :]
    part = number % PARTS  # every part of the work is interrupted, its end and what follows it too
    load = Load(single, ledger, ANSWERS * part // (PARTS - 1) + dice.randint(1, ANSWERS // (PARTS - 1)))
    owners = asyncio.gather(
        load.owner(single_slivers[:1], deletable=True),
        load.owner(single_slivers[1:], deletable=False),
        load.bundling_owner(rest[: len(BUNDLED)]),
        *(load.early_owner(blob) for blob in rest[len(BUNDLED) :]),
    )
    waiting = asyncio.create_task(load.enough.wait())
    await asyncio.wait([waiting, owners], return_when=asyncio.FIRST_COMPLETED)
    await asyncio.sleep(dice.uniform(0, 0.01))  # where in its work the next requests find the node
    await single.node.kill()
    waiting.cancel()
    await owners


async def check_kept(single: SingleNode, ledger: Ledger) -> None:
    """Ask the node for all it acknowledged, and see that it has everything behind its confirmations."""
    client = single.node.client
    for blob_id, expected in ledger.metadata.items():
        assert (await client.metadata(blob_id)).metadata.to_bytes() == expected
    for (blob_id, pair, axis), sliver in ledger.slivers.items():
        assert (await client.sliver(blob_id, pair, axis)).to_bytes() == sliver
    for blob in ledger.confirmed.values():
        assert (await client.metadata(blob.blob_id)).metadata == blob.metadata
        for pair in range(N_SHARDS):
            for axis in Axis:
                assert await client.sliver(blob.blob_id, pair, axis) == sliver_of(blob, pair, axis)


async def replayed(single: SingleNode, folder: Path) -> Store:
    """A database that followed the same chain and was never killed."""
    store, cursor = Store.open(folder), Cursor()
    last = await single.sui.latest_checkpoint()
    package = single.contracts.original_package
    async for checkpoint in single.sui.checkpoints(0):
        for found in checkpoint.events:
            event = parse_event(found.event, package)
            if event is None:
                continue
            epoch = event.epoch if isinstance(event, EpochChangeStart) else cursor.epoch
            effects = effects_of(event, EventId(found.transaction_digest, found.event_seq), store)
            cursor = Cursor(checkpoint.sequence, 0, cursor.total + 1, epoch)
            store.commit(cursor, effects)
        if checkpoint.sequence >= last:
            break
    return store


def rows_of(store: Store) -> dict[str, object]:
    """Everything the chain left in a database."""
    far = (1 << 32) - 1
    objects = dict(store.ended_objects(far))
    blobs = {row.blob_id: store.blob_info(row.blob_id) for row in objects.values()}
    cursor = store.cursor()
    return {"objects": objects, "blobs": blobs, "events": cursor.total, "epoch": cursor.epoch}


@dataclass
class Story:
    """The node, what it said so far, and where it logs and stores."""

    single: SingleNode
    ledger: Ledger
    folder: Path


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def story(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Story]:
    folder = tmp_path_factory.mktemp("crash")
    async with single_node(folder) as single:
        yield Story(single, Ledger(), folder)


@pytest.mark.parametrize("number", range(CRASHES))
async def test_a_killed_node_comes_back_with_all_it_acknowledged(story: Story, number: int) -> None:
    single, dice = story.single, random.Random(f"crash {number}")
    this_round, events = Ledger(), await single.events()
    await load_until_killed(single, this_round, dice, number)
    if number % 3 == 2:
        await single.node.spawn()
        await asyncio.sleep(dice.uniform(0, 1.5))  # in the midst of coming back, or just after
        await single.node.kill()
    await single.node.start()
    assert await single.events() >= events
    await check_kept(single, this_round)
    story.ledger.add(this_round)


async def test_the_database_is_that_of_a_node_that_was_never_killed(story: Story) -> None:
    single, ledger = story.single, story.ledger
    reference = await replayed(single, story.folder / "reference")
    expected = rows_of(reference)
    reference.close()

    async def caught_up() -> bool:
        return await single.events() >= int(str(expected["events"]))

    await eventually(caught_up)
    await check_kept(single, ledger)
    await single.node.end()
    store = Store.open(NodeConfig.load(single.node.config_path).storage_path)
    assert rows_of(store) == expected
    for (blob_id, pair, axis), sliver in ledger.slivers.items():
        assert store.sliver(bytes(blob_id), shard_of_pair(blob_id, pair, N_SHARDS), axis) == sliver
    store.close()
    assert len(ledger.slivers) > 20 * CRASHES
    assert ledger.confirmed
