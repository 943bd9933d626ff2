"""Blobs on thirteen real storage nodes: stored, certified on chain, lost in part, read back."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal

import pytest

from tests.waiting import SECONDS
from walrus_sui.chain import BlobCertification, BlobRegistration
from walrus_sui.client import Limits, WalrusClient
from walrus_sui.client.network.nodes import CommitteeNodes
from walrus_sui.client.network.transport import http_client
from walrus_sui.client.progress import Phase, ignore_progress
from walrus_sui.client.storing.upload import upload
from walrus_sui.config import load_config
from walrus_sui.crypto.bls import aggregate_signatures
from walrus_sui.crypto.certificate import Certificate
from walrus_sui.crypto.messages import Permanent, StorageConfirmation
from walrus_sui.errors import (
    BlobNotFound,
    BlobTooLarge,
    BlobUnavailable,
    MoveAborted,
    NotEnoughConfirmations,
    QuiltError,
)
from walrus_sui.redstuff import BlobId, encode
from walrus_sui.redstuff.quilt import QuiltFile
from walrus_sui.storage import DeletableStatus, NonexistentStatus, PermanentStatus

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")]

FOUR = ("node-1", "node-4", "node-8", "node-12")


@pytest.mark.parametrize("size", [0, 1, 65_536, 20 << 20, 100 << 20])
async def test_blobs_of_any_size_come_back(client, size):
    data = os.urandom(size)
    stored = await client.store(data, epochs=2)
    assert stored.blob_id == encode(data, n_shards=130).blob_id
    assert await client.read(stored.blob_id, consistency="strict") == data


async def test_the_chain_shows_the_blob_as_certified(client):
    stored = await client.store(b"on the record", epochs=3, deletable=False)
    on_chain = await client.contracts.blob(stored.blob.object_id)
    assert on_chain == stored.blob
    assert (on_chain.blob_id, on_chain.size, on_chain.deletable) == (bytes(stored.blob_id), 13, False)
    assert (on_chain.registered_epoch, on_chain.certified_epoch, on_chain.storage.end_epoch) == (1, 1, 4)
    status = await client.status(stored.blob_id)
    assert isinstance(status, PermanentStatus)
    assert (status.is_certified, status.end_epoch) == (True, 4)


async def test_what_it_costs_is_what_leaves_the_wallet(client):
    """One symbol of 2 bytes: 130 * ((44 + 87) * 2 + 64 * 130 + 32) = 1,119,820 bytes, two started MiB."""
    owner = client.signer.address
    before = await client.contracts.wal_balance(owner)
    stored = await client.store(b"x" * 100, epochs=5)
    assert stored.encoded_length == 1_119_820
    assert stored.cost == 2 * 100_000 * 5 + 2 * 20_000
    assert before - await client.contracts.wal_balance(owner) == stored.cost


async def test_a_deletable_blob_is_confirmed_for_its_object_and_can_be_deleted(client):
    stored = await client.store(b"for now", epochs=1, deletable=True)
    assert stored.certificate.message.endswith(b"\x01" + stored.blob.object_id)
    status = await client.status(stored.blob_id)
    assert isinstance(status, DeletableStatus)
    assert (status.deletable_counts.total, status.deletable_counts.certified) == (1, 1)


async def test_what_is_certified_long_enough_is_not_paid_for_again(client):
    first = await client.store(b"once", epochs=2, deletable=False)
    again = await client.store(b"once", epochs=1, deletable=False)
    assert (again.blob, again.cost, again.end_epoch) == (first.blob, 0, first.end_epoch)
    longer = await client.store(b"once", epochs=3, deletable=False)
    assert longer.blob is not None
    forced = await client.store(b"once", epochs=1, deletable=False, force=True)
    assert forced.blob is not None


async def test_four_of_thirteen_nodes_lost_after_storing(client, without_nodes):
    data = os.urandom(3_000_000)
    stored = await client.store(data)
    assert stored.weight == 130
    await without_nodes(*FOUR)
    assert await client.read(stored.blob_id) == data


async def test_four_of_thirteen_nodes_lost_before_storing(client, without_nodes):
    await without_nodes(*FOUR)
    data = os.urandom(1_000_000)
    stored = await client.store(data)
    assert stored.weight == 90
    assert len(stored.unconfirmed) == 4
    assert await client.read(stored.blob_id) == data


async def test_four_of_thirteen_nodes_lost_while_storing(client, without_nodes):
    data = os.urandom(20 << 20)
    doomed: list[asyncio.Task[None]] = []

    def kill_on_the_way(progress):
        if progress.phase is Phase.UPLOAD and progress.done > progress.total // 10 and not doomed:
            doomed.append(asyncio.create_task(without_nodes(*FOUR)))

    stored = await client.store(data, epochs=2, on_progress=kill_on_the_way)
    await asyncio.gather(*doomed)
    assert doomed
    assert await client.read(stored.blob_id) == data


async def test_eight_of_thirteen_nodes_lost_still_leave_a_read(client, without_nodes):
    data = os.urandom(500_000)
    stored = await client.store(data)
    await without_nodes(*(f"node-{i}" for i in range(8)))
    assert await client.read(stored.blob_id) == data


async def test_four_of_thirteen_nodes_that_hang_delay_but_do_not_hinder(net, client):
    before = os.urandom(2_000_000)
    stored = await client.store(before)
    hung = [node.process for node in net.manifest().nodes if node.name in FOUR]
    async with WalrusClient(load_config(net.layout.client_config)) as hasty, asyncio.timeout(SECONDS):
        await hasty.network()
        for process in hung:
            process.signal(signal.SIGSTOP)
        try:
            assert await hasty.read(stored.blob_id) == before
            after = os.urandom(500_000)
            second = await hasty.store(after)
            assert await hasty.read(second.blob_id) == after
        finally:
            for process in hung:
                process.signal(signal.SIGCONT)
    assert second.weight == 90
    assert set(second.unconfirmed.values()) == {"not done when a quorum had confirmed"}


async def test_five_of_thirteen_nodes_lost_leave_no_certificate_but_say_who_is_missing(client, without_nodes):
    await without_nodes(*FOUR, "node-2")
    with pytest.raises(NotEnoughConfirmations, match="worth 87 of 130 shards") as caught:
        await client.store(os.urandom(1000))
    assert len(caught.value.failures) == 5


async def test_nodes_that_come_back_serve_what_they_had(net, client, without_nodes):
    data = os.urandom(100_000)
    stored = await client.store(data)
    everyone = [f"node-{i}" for i in range(13)]
    await net.kill_nodes(everyone)
    with pytest.raises(BlobUnavailable):
        await client.read(stored.blob_id)
    await net.restart_nodes(everyone)
    assert await client.read(stored.blob_id) == data


async def test_a_file_of_a_quilt_is_read_from_its_own_slivers_or_around_lost_ones(net, client, without_nodes):
    files = [QuiltFile(f"file {i:02}", os.urandom(900 * i), {"number": str(i)}) for i in range(12)]
    quilt = await client.store_quilt(files, epochs=2)
    assert await client.contracts.blob_attributes(quilt.stored.blob.object_id) == {"_walrusBlobType": "quilt"}
    assert await client.read_quilt(quilt.stored.blob_id) == tuple(files)
    assert await client.read_quilt(quilt.stored.blob_id, ["file 07"]) == (files[7],)
    assert await client.read_quilt_patch(quilt.patch_ids["file 03"]) == files[3]
    with pytest.raises(QuiltError, match="got 'file 99'"):
        await client.read_quilt(quilt.stored.blob_id, ["file 99"])
    committee = (await client.network()).committee
    holder = committee.holder_of_pair(quilt.stored.blob_id, 129)
    (node,) = [node.name for node in net.manifest().nodes if node.node_id == holder.node_id]
    await without_nodes(node)
    assert await client.read_quilt(quilt.stored.blob_id) == tuple(files)


async def test_what_is_no_quilt_is_not_read_as_one(client):
    stored = await client.store(b"just a blob, not a quilt", epochs=1)
    with pytest.raises(QuiltError, match="expected the index of a quilt"):
        await client.read_quilt(stored.blob_id)


async def test_an_unknown_blob_is_not_found(client):
    unknown = BlobId(hashlib.sha256(b"never stored").digest())
    with pytest.raises(BlobNotFound):
        await client.read(unknown)
    assert await client.status(unknown) == NonexistentStatus()


async def test_a_blob_one_byte_too_large_is_refused_before_anything_is_paid(client):
    """44 rows of 87 symbols of at most 65,534 bytes."""
    limit = 44 * 87 * 65_534
    owner = client.signer.address
    before = await client.contracts.wal_balance(owner)
    assert (await client.network()).params.max_blob_size == limit
    with pytest.raises(BlobTooLarge, match=r"expected at most 250864152 bytes for 130 shards, got 250864153"):
        await client.store(bytes(limit + 1))
    assert await client.contracts.wal_balance(owner) == before


@pytest.fixture
async def confirmed(client):
    """A registered blob, and the confirmations of all nodes for it."""
    network = await client.network()
    encoded = encode(os.urandom(5000), n_shards=130)
    registration = BlobRegistration(bytes(encoded.blob_id), encoded.root_hash, 5000, 1, deletable=False)
    (blob,) = await client.contracts.register_blobs(client.signer, [registration])
    async with http_client(Limits()) as http:
        nodes = CommitteeNodes(network.committee, http, "http", Limits())
        result = await upload(nodes, encoded, Permanent(), limits=Limits(), on_progress=ignore_progress)
    return network.committee, encoded, blob, result.signed


def certificate_of(encoded, epoch, signed) -> Certificate:
    """What certifying makes, without its checks."""
    message = StorageConfirmation(bytes(encoded.blob_id), Permanent()).signed_bytes(epoch)
    signature = aggregate_signatures([signed[signer].signature for signer in sorted(signed)])
    return Certificate(tuple(sorted(signed)), message, signature)


async def test_the_chain_refuses_a_certificate_below_the_quorum_and_takes_it_at_the_quorum(client, confirmed):
    committee, encoded, blob, signed = confirmed
    eight = {index: signed[index] for index in range(8)}
    nine = {index: signed[index] for index in range(4, 13)}
    certificate = certificate_of(encoded, committee.epoch, eight)
    with pytest.raises(MoveAborted) as caught:
        await client.contracts.certify_blobs(
            client.signer, [BlobCertification.of(blob.object_id, certificate, 13)]
        )
    assert caught.value.name == "ENotEnoughStake"
    assert (await client.contracts.blob(blob.object_id)).certified_epoch is None
    certificate = certificate_of(encoded, committee.epoch, nine)
    await client.contracts.certify_blobs(client.signer, [BlobCertification.of(blob.object_id, certificate, 13)])
    assert (await client.contracts.blob(blob.object_id)).certified_epoch == 1


async def test_the_chain_refuses_a_quorum_on_paper_that_did_not_all_sign(client, confirmed):
    committee, encoded, blob, signed = confirmed
    eight = certificate_of(encoded, committee.epoch, {index: signed[index] for index in range(8)})
    forged = Certificate(tuple(range(13)), eight.message, eight.signature)
    with pytest.raises(MoveAborted) as caught:
        await client.contracts.certify_blobs(client.signer, [BlobCertification.of(blob.object_id, forged, 13)])
    assert caught.value.name == "ESigVerification"
