"""What storing costs, what it reuses, and many blobs at once, on a network of four nodes and ten shards.

A small blob takes 6,940 encoded bytes there (10 * (11 * 2 + 640 + 32)), one started MiB: 100,000 FROST an epoch
and 20,000 for writing it.
"""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest

from walrus_localnet.testbed.localnet import Localnet
from walrus_sui.chain import BlobRegistration, Keypair
from walrus_sui.client import Operation, ResourceUse, StoreFailure, StoreRequest, WalrusClient
from walrus_sui.config import load_config
from walrus_sui.errors import BlobTooLarge, InputError
from walrus_sui.redstuff import encode

pytestmark = pytest.mark.e2e

LENGTH = 6_940
EPOCH, WRITE = 100_000, 20_000


@pytest.fixture
async def client(small_net: Localnet) -> AsyncIterator[WalrusClient]:
    async with WalrusClient(load_config(small_net.layout.client_config)) as opened:
        yield opened


@pytest.fixture
def transactions(client, monkeypatch):
    """The transactions that `client` sends, as a list that grows."""
    sent = []
    execute = client.contracts.sui.execute

    async def count(*args, **kwargs):
        sent.append(await execute(*args, **kwargs))
        return sent[-1]

    monkeypatch.setattr(client.contracts.sui, "execute", count)
    return sent


async def balance(client: WalrusClient) -> int:
    return await client.contracts.wal_balance(client.signer.address)


async def register(client: WalrusClient, data: bytes, epochs: int):
    encoded = encode(data, n_shards=10)
    wanted = BlobRegistration(bytes(encoded.blob_id), encoded.root_hash, len(data), epochs)
    (blob,) = await client.contracts.register_blobs(client.signer, [wanted])
    return blob


async def test_a_blob_costs_what_its_plan_says_and_two_transactions(client, transactions):
    data, before = os.urandom(40), await balance(client)
    request = StoreRequest(epochs=3)
    (plan,) = await client.plan_stores([data], request)
    assert (plan.cost, plan.encoded_length) == (3 * EPOCH + WRITE, LENGTH)
    assert (await balance(client), transactions) == (before, [])
    stored = await client.store(data, epochs=3)
    assert before - await balance(client) == stored.cost == plan.cost
    assert (stored.blob_id, stored.end_epoch, stored.expires) == (plan.blob_id, plan.end_epoch, plan.expires)
    assert stored.operation == plan.operation == Operation(ResourceUse.NEW, LENGTH, 3)
    assert await client.contracts.blob(stored.object_id) == stored.blob
    assert len(transactions) == 2
    assert stored.node_requests <= 10


async def test_a_registration_of_the_account_is_certified_for_nothing(client, transactions):
    data = os.urandom(40)
    blob, before = await register(client, data, 3), await balance(client)
    stored = await client.store(data, epochs=2)
    assert stored.operation == Operation(ResourceUse.REGISTRATION, LENGTH)
    assert (stored.object_id, stored.cost, stored.end_epoch) == (blob.object_id, 0, blob.storage.end_epoch)
    assert await balance(client) == before
    assert len(transactions) == 2  # the registration's own, and one that certifies


async def test_a_registration_that_is_too_short_is_certified_and_extended_at_once(client, transactions):
    data = os.urandom(40)
    blob, before = await register(client, data, 1), await balance(client)
    stored = await client.store(data, epochs=3)
    assert stored.operation == Operation(ResourceUse.REGISTRATION_EXTENDED, LENGTH, 2)
    assert (stored.object_id, stored.end_epoch) == (blob.object_id, blob.storage.end_epoch + 2)
    assert before - await balance(client) == stored.cost == 2 * EPOCH
    assert await client.contracts.blob(stored.object_id) == stored.blob
    assert len(transactions) == 2


async def test_a_certified_blob_is_extended_without_its_nodes(client, transactions):
    data = os.urandom(40)
    first = await client.store(data)
    longer = await client.store(data, epochs=2)
    assert longer.operation == Operation(ResourceUse.BLOB_EXTENDED, LENGTH, 1)
    assert (longer.object_id, longer.cost, longer.certificate) == (first.object_id, EPOCH, None)
    assert await client.contracts.blob(first.object_id) == longer.blob
    assert len(transactions) == 3
    again = await client.store(data, epochs=2)
    assert (again.already_certified, again.object_id, again.cost) == (True, first.object_id, 0)
    assert len(transactions) == 3


async def test_attributes_go_with_a_blob_that_was_there_already(client, transactions):
    data = os.urandom(40)
    blob = await register(client, data, 1)
    await client.store(data, attributes={"color": "blue"})
    assert await client.contracts.blob_attributes(blob.object_id) == {"color": "blue"}
    again = await client.store(data, attributes={"color": "red", "size": "small"})
    assert again.already_certified
    assert await client.contracts.blob_attributes(blob.object_id) == {"color": "red", "size": "small"}
    sent = len(transactions)
    await client.store(data, attributes={"color": "red"})
    assert len(transactions) == sent


async def test_force_and_other_persistence_make_blobs_of_their_own(client):
    data = os.urandom(40)
    first = await client.store(data)
    forced = await client.store(data, force=True)
    permanent = await client.store(data, deletable=False)
    assert len({first.object_id, forced.object_id, permanent.object_id}) == 3
    assert (forced.cost, permanent.cost) == (EPOCH + WRITE, EPOCH + WRITE)


async def test_unused_storage_is_cut_to_size_and_used(client):
    owner = client.signer
    kept = {item.object_id for item in await client.contracts.owned_storage(owner.address)}
    storage = await client.contracts.reserve_space(owner, 3 * LENGTH, epochs=4)
    bought = await client.store(os.urandom(40), epochs=2, ignore_resources=True)
    assert bought.operation == Operation(ResourceUse.NEW, LENGTH, 2)
    stored = await client.store(os.urandom(40), epochs=2)
    assert stored.operation == Operation(ResourceUse.STORAGE, LENGTH)
    assert stored.cost == WRITE
    assert (stored.blob.storage.object_id, stored.blob.storage.storage_size) == (storage.object_id, LENGTH)
    left = [item for item in await client.contracts.owned_storage(owner.address) if item.object_id not in kept]
    ends = sorted((item.start_epoch, item.end_epoch, item.storage_size) for item in left)
    assert ends == [(1, 5, 2 * LENGTH), (3, 5, LENGTH)]


async def test_a_deleted_blob_makes_room_for_the_next(client):
    first = await client.store(os.urandom(40), epochs=2)
    await client.delete(first.object_id)
    second = await client.store(os.urandom(40), epochs=2)
    assert second.operation.use is ResourceUse.STORAGE


async def test_many_blobs_share_two_transactions_and_one_that_fails_loses_none(client, transactions, tmp_path):
    files = [tmp_path / f"file {number}" for number in range(20)]
    for number, path in enumerate(files):
        path.write_bytes(os.urandom(10 + number))
    missing, large = tmp_path / "missing", tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(4 * 7 * 65_534 + 1)
    request = StoreRequest(2, attributes={"kind": "test"}, ignore_resources=True)
    before = await balance(client)
    outcomes = await client.store_many([*files, missing, large, b"the same", b"the same"], request)
    *stored, no_file, too_large, one, other = outcomes
    assert isinstance(no_file, StoreFailure)
    assert isinstance(no_file.error, InputError)
    assert isinstance(too_large.error, BlobTooLarge)
    assert one == other
    assert len({blob.object_id for blob in [*stored, one]}) == 21
    assert before - await balance(client) == 21 * (2 * EPOCH + WRITE)
    assert len(transactions) == 2
    for path, blob in zip(files, stored, strict=True):
        assert await client.read(blob.blob_id) == path.read_bytes()
    assert await client.contracts.blob_attributes(stored[7].object_id) == {"kind": "test"}


async def test_a_hundred_blobs_fit_into_two_transactions(client, transactions):
    request = StoreRequest(1, attributes={"a": "1", "b": "2"}, ignore_resources=True)
    outcomes = await client.store_many([os.urandom(40) for _ in range(100)], request)
    assert not [outcome for outcome in outcomes if isinstance(outcome, StoreFailure)]
    assert len(transactions) == 2


async def test_attributes_too_long_for_one_transaction_take_several(client, transactions):
    """Nine times 15,000 bytes are more than the 128 KiB that Sui takes."""
    request = StoreRequest(1, attributes={"long": "x" * 15_000}, ignore_resources=True)
    outcomes = await client.store_many([os.urandom(40) for _ in range(9)], request)
    assert not [outcome for outcome in outcomes if isinstance(outcome, StoreFailure)]
    assert len(transactions) == 4


async def test_a_certificate_can_be_kept_as_an_object(client):
    stored = await client.store(os.urandom(40), freeze_certificate=True, attributes={"color": "blue"})
    frozen = await client.contracts.availability_certificate(stored.certificate_object)
    assert (frozen.blob_object_id, frozen.signature) == (stored.object_id, stored.certificate.signature)
    assert await client.contracts.blob_attributes(stored.object_id) == {"color": "blue"}


async def test_what_somebody_else_stores_for_good_is_not_paid_for(small_net, client):
    data = os.urandom(40)
    first = await client.store(data, epochs=3, deletable=False)
    stranger = Keypair.generate()
    async with WalrusClient(load_config(small_net.layout.client_config), keypair=stranger) as other:
        found = await other.store(data, epochs=2)
    assert (found.already_certified, found.blob, found.end_epoch) == (True, None, first.end_epoch)
    assert found.event is not None


def test_the_command_stores_folders_and_standard_input_and_says_what_failed(small_net, walrus, tmp_path):
    folder = tmp_path / "folder"
    (folder / "inner").mkdir(parents=True)
    (folder / "one").write_bytes(os.urandom(40))
    (folder / "inner" / "two").write_bytes(os.urandom(40))
    dry = walrus("--json", "store", folder, "--dry-run", "--epochs", 2, "--ignore-resources", net=small_net)
    assert [(item["storageCost"], item["unencodedSize"]) for item in dry.json] == [(2 * EPOCH + WRITE, 40)] * 2
    done = walrus(
        "--json", "store", folder, tmp_path / "missing", "--end-epoch", 3, "--attribute", "a=b", net=small_net
    )
    assert done.code == 8
    *stored, failed = done.json
    assert [item["path"] for item in stored] == [str(folder / "inner" / "two"), str(folder / "one")]
    created = [item["blobStoreResult"]["newlyCreated"] for item in stored]
    assert [item["blobObject"]["storage"]["endEpoch"] for item in created] == [3, 3]
    assert failed["blobStoreResult"]["error"]["code"] == "input"
    end = datetime.datetime.fromisoformat(dry.json[0]["estimatedExpiryTimestamp"])
    for seconds, epoch in ((0, 3), (1, 4)):
        time = (end + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
        dated = walrus(
            "--json", "store", folder / "one", "--dry-run", "--earliest-expiry-time", time, net=small_net
        )
        assert dated.json[0]["endEpoch"] == epoch
    again = walrus("--json", "store", folder / "one", "--end-epoch", 3, net=small_net)
    assert again.json[0]["blobStoreResult"] == {
        "alreadyCertified": {
            "blobId": created[1]["blobObject"]["blobId"],
            "object": created[1]["blobObject"]["id"],
            "endEpoch": 3,
        }
    }
    environment = {**os.environ, "WALRUS_CONFIG": str(small_net.layout.client_config)}
    piped = subprocess.run(
        [sys.executable, "-c", "from walrus_cli.main import main; main()", "--json", "store", "-"],
        input=os.urandom(40),
        capture_output=True,
        check=True,
        env=environment,
    )
    assert b'"size": 40' in piped.stdout
